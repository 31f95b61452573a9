# SPDX-License-Identifier: BSD-3-Clause
"""Home agent address discovery: RFC 6275 6.5, 6.6, 10.5; 2526; 3963 7.2. On the real link other home agents advertise themselves, too."""
import contextlib
import struct

from scapy.layers.inet6 import ICMPv6HAADReply, ICMPv6ND_RA, ICMPv6NDOptHAInfo, ICMPv6NDOptPrefixInfo, IPv6
from scapy.layers.l2 import Ether

from configurations import INSIDE_HOME_AGENT
from home_agent import HOME_AGENT, SECOND_HOME_AGENT, Frame, packets
from suite import Failure, case
import craft
import expect

CONFIGURATION = "virtual"
ANYCAST = "2001:db8:1:0:fdff:ffff:ffff:fffe"
ROUTER_FLAG = 0x8000
OWN = {HOME_AGENT, SECOND_HOME_AGENT, INSIDE_HOME_AGENT}


def request(source, identifier=0x4711, flags=0, code=0, to=ANYCAST):
    head = struct.pack("!BBHHH", 144, code, 0, identifier, flags)
    total = packets.checksum(packets.address(source), packets.address(to), packets.ICMP6, head)
    return packets.ip6(source, to, packets.ICMP6, head[:2] + struct.pack("!H", total) + head[4:])


def reply_in(frame):
    if ICMPv6HAADReply not in frame:
        raise Failure(f"answered by {frame.summary()}")
    return frame[ICMPv6HAADReply]


def ask(ha, **fields):
    return reply_in(ha.one(request(ha.place(), **fields)))


@case
def reply(ha):
    """RFC 6275 6.6, 10.5.2: type 145, code 0, the identifier copied, the rest 0; from a unicast address of the home agent to who asked"""
    source = ha.place()
    frame = ha.one(request(source))
    found = reply_in(frame)
    expect.equal((found.type, found.code, found.id, found.R, found.res), (145, 0, 0x4711, 0, 0), "fields of the reply")
    expect.equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6].nh), (HOME_AGENT, source, 58), "from, to, next header")


@case
def lists_itself(ha):
    """RFC 6275 10.5.2: it lists the home agent's own addresses on the link, each once"""
    expect.equal(sorted(ask(ha).addresses), sorted(OWN), "addresses")


@case
def of_another_prefix(ha):
    """RFC 2526 2, 6275 10.5: at the anycast address of another home prefix: from the home agent address of that one"""
    frame = ha.one(request(ha.place(), to="2001:db8:5:0:fdff:ffff:ffff:fffe"))
    reply_in(frame)
    expect.equal(frame[IPv6].src, SECOND_HOME_AGENT, "source")


@case
def order_is_drawn(ha):
    """RFC 6275 10.5.1: the addresses of one home agent come in an order drawn for each reply"""
    expect.true(len({tuple(ask(ha, identifier=n).addresses) for n in range(40)}) > 1, "always the same order")


@case(each=(0, 1, 0xffff))
def identifiers(ha, identifier):
    """RFC 6275 6.6: identifier {0} is copied"""
    expect.equal(ask(ha, identifier=identifier).id, identifier, "identifier")


@case
def reserved_bits(ha):
    """RFC 6275 6.5: reserved bits of a request are ignored, and 0 in the reply"""
    found = ask(ha, flags=0x7fff)
    expect.equal((found.R, found.res), (0, 0), "R and reserved bits")


@case
def router_flag_without_routers(ha):
    """RFC 3963 7.2: R where nobody serves mobile routers: the others, R clear"""
    found = ask(ha, flags=ROUTER_FLAG)
    expect.equal((found.R, sorted(found.addresses)), (0, sorted(OWN)), "R and addresses")


@case
def bad_checksum(ha):
    """RFC 4443 2.3: a request with a wrong checksum: silence"""
    sent = bytearray(request(ha.place()))
    sent[42] ^= 1
    ha.silence(bytes(sent))


@case(each=(1, 255))
def other_code(ha, code):
    """RFC 6275 6.5: a request with code {0}: silence"""
    ha.silence(request(ha.place(), code=code))


@case
def short(ha):
    """RFC 6275 6.5: a request of six octets: silence"""
    source = ha.place()
    head = struct.pack("!BBHH", 144, 0, 0, 1)
    total = packets.checksum(packets.address(source), packets.address(ANYCAST), packets.ICMP6, head)
    ha.silence(packets.ip6(source, ANYCAST, packets.ICMP6, head[:2] + struct.pack("!H", total) + head[4:]))


@case(each=("fe80::10", "ff0e::10", "::", "::1", HOME_AGENT))
def source_not_unicast(ha, source):
    """RFC 6275 10.5.2: a request from {0}: silence"""
    ha.silence(request(source))


@case
def to_a_unicast_address(ha):
    """RFC 6275 10.5.2: a request to the home agent's unicast address gets no reply"""
    ha.silence(request(ha.place(), to=HOME_AGENT))


@case
def echo_to_anycast(ha):
    """RFC 6275 10.5: an echo request to the anycast address: silence"""
    ha.silence(craft.echo(ha.place(), ANYCAST))


@case
def update_to_anycast(ha):
    """RFC 6275 10.3.1: a Binding Update to the anycast address: silence, no binding"""
    node = ha.node()
    node.silent(home_agent=ANYCAST)
    node.must_not_be_bound()


@case
def other_anycast_address(ha):
    """RFC 2526 2: another reserved anycast address of the prefix is nobody's: Destination Unreachable"""
    source = ha.place()
    sent = request(source, to="2001:db8:1:0:fdff:ffff:ffff:fffd")
    expect.icmp_error(ha.one(sent), 1, 3, 0, source, sent)


@case
def out_of_a_tunnel(ha):
    """RFC 6275 10.5, 10.4.5: a request of a registered node out of its tunnel: answered at its care-of address by type 2 routing header"""
    node = ha.registered()
    frame = ha.one(craft.tunnel(request(node.home), node.care_of))
    reply_in(frame)
    expect.equal((frame[IPv6].dst, expect.routing_home(frame)), (node.care_of, node.home), "where the reply goes")


@case
def limited(ha):
    """RFC 6275 15.8, 4443 2.4 (f): a flood of requests from one network: its burst and little more is answered"""
    source = ha.place()
    expect.limited(ha, *[request(source, identifier=n) for n in range(60)])


# On a real link: the list of home agents. Every case takes its agents away again.

LINK_ANYCAST = ANYCAST


def agent_address(number, index=0):
    return f"2001:db8:1::a{index:x}:{number:x}"


def advertise(ha, number, preference=None, lifetime=60, flags=0, addresses=1, router_lifetime=1800, h=1, valid=600, source=None,
              hop_limit=255, behind=b"", r=1, alter=None):
    message = ICMPv6ND_RA(H=h, routerlifetime=router_lifetime)
    for index in range(addresses):
        message /= ICMPv6NDOptPrefixInfo(prefix=agent_address(number, index), prefixlen=64, L=1, A=1, R=r,
                                         validlifetime=valid, preferredlifetime=valid)
    if preference is not None:
        message /= ICMPv6NDOptHAInfo(res=flags, pref=preference, lifetime=lifetime)
    packet = IPv6(src=source or f"fe80::1:{number:x}", dst="ff02::1", hlim=hop_limit) / message / behind
    if alter is not None:
        alter(packet)
    return Frame(bytes(Ether(dst="33:33:00:00:00:01", src="02:00:00:00:00:aa") / packet))


@contextlib.contextmanager
def advertised(ha, *agents):
    """agents: fields of each, with its number."""
    ha.send(*[advertise(ha, **fields) for fields in agents])
    ha.listen(0.05)
    try:
        yield
    finally:
        ha.send(*[advertise(ha, fields["number"], preference=0, lifetime=0) for fields in agents])
        ha.listen(0.05)


def listed(ha, *numbers, **fields):
    """The reply, and the numbers of those agents in its order; 0 for the home agent itself, once."""
    found = ask(ha, **fields)
    known = {agent_address(n, i): n for n in numbers for i in range(8)}
    order = []
    for address in found.addresses:
        number = 0 if address in OWN else known.get(address)
        if number is not None and (not order or order[-1] != number):
            order.append(number)
    return found, order


@case(on="router")
def by_preference(ha):
    """RFC 6275 10.5.1, 10.5.2: by preference, unsigned, greatest first; 0 where none is told; the home agent's own (10) among them"""
    with advertised(ha, {"number": 1, "preference": 9}, {"number": 2, "preference": 0x8000}, {"number": 3},
                    {"number": 4, "preference": 11}):
        expect.equal(listed(ha, 1, 2, 3, 4)[1], [2, 4, 0, 1, 3], "order")


@case(on="router")
def new_preference(ha):
    """RFC 6275 10.5.1: a new preference replaces the old one"""
    with advertised(ha, {"number": 1, "preference": 20}, {"number": 2, "preference": 15}, {"number": 1, "preference": 5}):
        expect.equal(listed(ha, 1, 2)[1], [2, 0, 1], "order")


LEAVING = {"the home agent flag clear": {"h": 0}, "home agent lifetime 0": {"lifetime": 0},
           "no Home Agent Information and router lifetime 0": {"preference": None, "router_lifetime": 0},
           "a valid lifetime of 0": {"valid": 0}}


@case(on="router", each=LEAVING)
def leaves(ha, what):
    """RFC 6275 10.5.1: a home agent that advertises {0} is listed no more"""
    with advertised(ha, {"number": 1, "preference": 20}):
        expect.equal(listed(ha, 1)[1], [1, 0], "before")
        with advertised(ha, {"number": 1, "preference": 20, **LEAVING[what]}):
            expect.equal(listed(ha, 1)[1], [0], "after")


@case(on="router")
def lifetime_ends(ha):
    """RFC 6275 10.5.1: a home agent is listed until its lifetime is over"""
    ha.send(advertise(ha, 0x51, preference=20, lifetime=1))
    ha.listen(0.05)
    expect.equal(listed(ha, 0x51)[1], [0x51, 0], "while it lasts")
    yield 1.3
    expect.equal(listed(ha, 0x51)[1], [0], "afterwards")


INVALID = {"from a global address": {"source": "2001:db8:1::77"}, "with hop limit 254": {"hop_limit": 254},
           "with an option of length 0": {"behind": b"\x01\0" + bytes(6)},
           "with an option past its end": {"behind": b"\x01\2" + bytes(6)},
           "with code 1": {"alter": lambda packet: setattr(packet[ICMPv6ND_RA], "code", 1)},
           "with a wrong checksum": {"alter": lambda packet: setattr(packet[ICMPv6ND_RA], "cksum", 0x1234)},
           "without the home agent flag": {"h": 0}, "without R in its prefix": {"r": 0}}


@case(on="router", each=INVALID)
def not_listed(ha, what):
    """RFC 4861 6.1.2, 6275 10.5.1: an advertisement {0} lists nobody"""
    with advertised(ha, {"number": 1, "preference": 20, **INVALID[what]}):
        expect.equal(listed(ha, 1)[1], [0], "listed")


@case(on="router")
def equals(ha):
    """RFC 6275 10.5.1: equals come in an order drawn for each reply, the addresses of one together"""
    with advertised(ha, *[{"number": n, "preference": 1, "addresses": 2} for n in (1, 2)]):
        orders = {tuple(listed(ha, 1, 2, identifier=n)[1]) for n in range(30)}
        expect.equal(orders, {(0, 1, 2), (0, 2, 1)}, "orders")


@case(on="router")
def router_flag(ha):
    """RFC 3963 7.2: with R only those who serve mobile routers, and R set; without it all"""
    with advertised(ha, {"number": 1, "preference": 1, "flags": 0x8000}, {"number": 2, "preference": 2}):
        found, order = listed(ha, 1, 2, flags=ROUTER_FLAG)
        expect.equal((found.R, order), (1, [1]), "R and who is listed")
        found, order = listed(ha, 1, 2)
        expect.equal((found.R, order), (0, [0, 2, 1]), "without R")


@case(on="router")
def at_most_77(ha):
    """RFC 6275 6.6: of a hundred the best ones are listed, 77 at most, in 1280 octets"""
    with advertised(ha, *[{"number": n, "preference": n} for n in range(100, 200)]):
        frame = ha.one(request(ha.place()))
        expect.equal(len(frame[IPv6]), 1280, "octets")
        expect.equal(reply_in(frame).addresses, [agent_address(n) for n in range(199, 122, -1)], "addresses")
