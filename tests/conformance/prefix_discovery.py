# SPDX-License-Identifier: BSD-3-Clause
"""Mobile prefix discovery: solicitations answered and not, unsolicited advertisements. RFC 6275 6.7, 6.8, 10.6, 9.3.1."""
import struct

from scapy.layers.inet6 import ICMPv6MPAdv, ICMPv6NDOptPrefixInfo, IPv6

from configurations import AGING_PREFERRED_S, AGING_VALID_S, ENDING_S, INSIDE_HOME_AGENT
from home_agent import HOME_AGENT, SECOND_HOME_AGENT, packets
from suite import Failure, case
import craft
import expect

CONFIGURATION = "virtual"
INFINITE = 0xffffffff


def solicitation(node, body=b"\0\0", code=0, identifier=0x4711, care_of=None, source=None, spoil=0, agent=None):
    message = struct.pack("!BBHH", 146, code, 0, identifier) + body
    agent = agent or node.agent
    total = packets.checksum(packets.address(source or node.home), packets.address(agent), packets.ICMP6, message) ^ spoil
    return packets.ip6(care_of or node.care_of, agent, packets.DEST_OPTIONS, packets.home_address_header(
        packets.ICMP6, node.home) + message[:2] + struct.pack("!H", total) + message[4:])


def advertisement(ha, node, **fields):
    frame = ha.one(solicitation(node, **fields))
    if ICMPv6MPAdv not in frame:
        raise Failure(f"answered by {frame.summary()}")
    return frame


def options(frame):
    found, layer = [], frame[ICMPv6MPAdv].payload
    while isinstance(layer, ICMPv6NDOptPrefixInfo):
        found.append(layer)
        layer = layer.payload
    return found


@case
def answered(ha):
    """RFC 6275 6.8, 10.6.3: type 147, code 0, the identifier copied, M and O clear, at the care-of address by type 2 routing header"""
    node = ha.registered()
    frame = advertisement(ha, node)
    expect.equal((frame[IPv6].src, frame[IPv6].dst, expect.routing_home(frame)), (HOME_AGENT, node.care_of, node.home),
                 "addresses and routing header")
    message = frame[ICMPv6MPAdv]
    expect.equal((message.type, message.code, message.id, int(message.flags), message.res), (147, 0, 0x4711, 0, 0), "fields")


@case
def prefixes(ha):
    """RFC 6275 10.6.1: every prefix of the home link, L and A set"""
    found = options(advertisement(ha, ha.registered()))
    expect.equal(sorted(packets.text(packets.address(o.prefix)[:8] + bytes(8)) for o in found),
                 [f"2001:db8:{n}::" for n in range(1, 7)], "prefixes")
    expect.equal({(o.len, o.prefixlen, o.L, o.A, o.res1, o.res2) for o in found}, {(4, 64, 1, 1, 0, 0)}, "length, flags, reserved")


@case
def router_address(ha):
    """RFC 6275 7.2, 10.6.1: where the home agent's address lies in the prefix, R is set and the whole address there; else R is clear"""
    found = {o.prefix: o.R for o in options(advertisement(ha, ha.registered()))}
    expect.equal(found, {INSIDE_HOME_AGENT: 1, **{f"2001:db8:{n}::": 0 for n in range(1, 6)}}, "addresses with R")


@case
def lifetimes(ha):
    """RFC 6275 10.6.1: lifetimes are what is left; infinite ones all ones, deprecated prefixes 0"""
    found = {o.prefix: (o.validlifetime, o.preferredlifetime) for o in options(advertisement(ha, ha.registered()))}
    expect.equal((found["2001:db8:1::"], found["2001:db8:3::"]), ((INFINITE, INFINITE), (INFINITE, 0)), "infinite and deprecated")
    for prefix, most in (("2001:db8:2::", (AGING_VALID_S, AGING_PREFERRED_S)), ("2001:db8:4::", (ENDING_S, ENDING_S))):
        expect.true(all(limit - 300 < value <= limit for value, limit in zip(found[prefix], most)), f"{prefix}: {found[prefix]}")


@case
def at_least_the_binding(ha):
    """RFC 6275 10.6.1: the valid lifetime told is not less than the binding's"""
    node = ha.node("ending")
    granted = node.register(lifetime_s=3600).lifetime_s
    found = {o.prefix: o.validlifetime for o in options(advertisement(ha, node))}
    expect.true(found["2001:db8:4::"] >= granted - 4, f"{found['2001:db8:4::']} s told, {granted} s granted")


@case
def second_home_agent_address(ha):
    """RFC 6275 10.6.3: from the address that the node registered with"""
    node = ha.registered("second")
    expect.equal(advertisement(ha, node)[IPv6].src, SECOND_HOME_AGENT, "source")


@case
def not_registered(ha):
    """RFC 6275 9.3.1, 6.7: without a binding: Binding Error 1"""
    node = ha.node()
    expect.binding_error(ha.one(solicitation(node)), 1, node.home, node.care_of)


@case
def from_another_place(ha):
    """RFC 6275 9.3.1: from elsewhere than the care-of address: Binding Error 1 there"""
    node = ha.registered()
    frame = ha.one(solicitation(node, care_of=node.other_care_of))
    expect.binding_error(frame, 1, node.home, node.other_care_of)


@case
def after_deregistration(ha):
    """RFC 6275 9.3.1: after de-registration: Binding Error 1"""
    node = ha.registered()
    node.leave()
    expect.binding_error(ha.one(solicitation(node)), 1, node.home, node.care_of)


@case
def without_home_address_option(ha):
    """RFC 6275 6.7: out of the tunnel, without a Home Address option: silence"""
    node = ha.registered()
    message = solicitation(node)[64:]
    ha.silence(craft.tunnel(packets.ip6(node.home, HOME_AGENT, packets.ICMP6, message), node.care_of))


BAD = {"a wrong checksum": {"spoil": 0x5555}, "code 1": {"code": 1}, "an option of length 0": {"body": b"\0\0\1\0" + bytes(6)},
       "an option past its end": {"body": b"\0\0\1\2" + bytes(6)}, "six octets": {"body": b""}}


@case(each=BAD)
def bad(ha, what):
    """RFC 6275 6.7: a solicitation with {0}: silence"""
    ha.silence(solicitation(ha.registered(), **BAD[what]))


@case
def unknown_option(ha):
    """RFC 6275 6.7: an option nobody knows and reserved bits are ignored"""
    advertisement(ha, ha.registered(), body=b"\x80\1\xfd\1" + bytes(6))


@case(each=(0, 1, 0xffff))
def identifiers(ha, identifier):
    """RFC 6275 6.8: identifier {0} is copied"""
    expect.equal(advertisement(ha, ha.registered(), identifier=identifier)[ICMPv6MPAdv].id, identifier, "identifier")


@case
def one_a_second(ha):
    """RFC 6275 10.6.3, 4443 2.4 (f): a second one within the second gets none, one after it does"""
    node = ha.registered()
    found = ha.exchange(*[solicitation(node, identifier=n) for n in range(10)])
    expect.equal(len(found), 1, "advertisements")
    yield 1.2
    advertisement(ha, node, identifier=11)


@case
def move_is_followed(ha):
    """RFC 6275 10.6.3: after a move the advertisement goes to the new place"""
    node = ha.registered()
    node.register(care_of=node.other_care_of)
    expect.equal(advertisement(ha, node, care_of=node.other_care_of)[IPv6].dst, node.other_care_of, "destination")


def unsolicited_to(ha, node):
    return ha.inbox(lambda frame: ICMPv6MPAdv in frame and node.home == frame["IPv6ExtHdrRouting"].addresses[0])


@case(on="advertising")
def unsolicited(ha):
    """RFC 6275 10.6.2: after a registration one comes unasked after MinMobPfxAdvInterval (1 s here), identifier 0, and again 3 s later"""
    node = ha.node()
    inbox = unsolicited_to(ha, node)
    node.register()
    yield from ha.until(lambda: len(inbox.frames) == 2, 10)
    expect.equal(len(inbox.frames), 2, "advertisements")
    (first, frame), (second, _) = inbox.frames
    expect.equal((frame[IPv6].src, frame[IPv6].dst, frame[ICMPv6MPAdv].id), (HOME_AGENT, node.care_of, 0), "source, destination, identifier")
    expect.true(second - first > 2.8, f"again after {second - first:.2f} s")


@case(on="advertising")
def solicitation_ends_it(ha):
    """RFC 6275 10.6.2: once the node solicits, it is not repeated"""
    node = ha.node()
    inbox = unsolicited_to(ha, node)
    node.register()
    yield from ha.until(lambda: inbox.frames, 6)
    inbox.take()
    yield 1.1
    ha.silence(solicitation(node))
    expect.equal(len(inbox.take()), 1, "answers")
    yield 2.5  # the next one of its own is due four seconds later at the earliest
    expect.equal(len(inbox.frames), 0, "repetitions")


@case(on="advertising")
def deregistration_ends_it(ha):
    """RFC 6275 10.6.2: nor once the binding has ended"""
    node = ha.node()
    inbox = unsolicited_to(ha, node)
    node.register()
    node.leave()
    yield 4.5
    expect.equal(len(inbox.frames), 0, "advertisements")


@case(on="not advertising")
def switched_off(ha):
    """RFC 6275 10.6: switched off, a solicitation of a bound node gets no answer"""
    ha.silence(solicitation(ha.registered()))
