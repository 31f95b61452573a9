# SPDX-License-Identifier: BSD-3-Clause
"""The Home Address option on whatever is addressed to the home agent, and the Binding Errors it causes: RFC 6275 6.3, 9.3.1, 9.3.3."""
import struct

from scapy.layers.inet6 import ICMPv6EchoReply, IPv6, MIP6MH_BE

from home_agent import HOME_AGENT, packets
from suite import Failure, case
import craft
import expect

CONFIGURATION = "virtual"
REAL_LINK_TOO = True
ESP, AH, TCP, UDP, NO_NEXT = 50, 51, 6, 17, 59
NOT_UNICAST = ("fe80::10", "ff0e::10", "::", "::1")


def with_option(node, following, payload, care_of=None, to=HOME_AGENT):
    return packets.ip6(care_of or node.care_of, to, craft.DEST, packets.home_address_header(following, node.home) + payload)


def request(node, source=None):
    return packets.echo_request(source or node.home, HOME_AGENT)


@case
def bound(ha):
    """RFC 6275 9.3.1, 9.3.2: an echo request from the registered place is answered by type 2 routing header"""
    node = ha.registered()
    expect.echo_reply(ha.one(node.echo()), node)


@case
def routing_header_octets(ha):
    """RFC 6275 6.4.1: next header 58, length 2, type 2, one segment left, reserved 0, home address; checksum with it"""
    node = ha.registered()
    whole = bytes(ha.one(node.echo())[IPv6])
    expect.same_octets(whole[6:7] + whole[40:64], bytes([43, 58, 2, 2, 1, 0, 0, 0, 0]) + packets.address(node.home), "header")
    expect.equal(packets.checksum(packets.address(HOME_AGENT), packets.address(node.home), 58, whole[64:]), 0, "checksum")


@case(each=(0, 1, 7, 8, 500, 1000))
def echo_sizes(ha, octets):
    """RFC 4443 4.2: {0} octets of data come back as they were"""
    node = ha.registered()
    data = bytes(i % 251 for i in range(octets))
    expect.echo_reply(ha.one(node.echo(data=data)), node, data=data)


@case
def not_bound(ha):
    """RFC 6275 9.3.1, 9.3.3: without a binding: Binding Error 1 to the care-of address about the home address"""
    node = ha.node()
    expect.binding_error(ha.one(node.echo()), 1, node.home, node.care_of)


@case
def other_care_of(ha):
    """RFC 6275 9.3.1: a binding from another place does not count: Binding Error 1 to where it came from"""
    node = ha.registered()
    expect.binding_error(ha.one(node.echo(node.other_care_of)), 1, node.home, node.other_care_of)
    node.must_be_bound()


@case
def foreign_home_address(ha):
    """RFC 6275 9.3.1: a home address that this home agent does not serve: Binding Error 1"""
    node = ha.node()
    node.home = "2001:db8:77::1"
    expect.binding_error(ha.one(node.echo()), 1, node.home, node.care_of)


@case
def after_move(ha):
    """RFC 6275 9.3.1: after a move the new place counts and the old one does not"""
    node = ha.registered()
    node.register(care_of=node.other_care_of)
    expect.echo_reply(ha.one(node.echo(node.other_care_of)), node, node.other_care_of)
    expect.binding_error(ha.one(node.echo()), 1, node.home, node.care_of)


@case
def after_deregistration(ha):
    """RFC 6275 9.3.1, 10.3.2: after de-registration: Binding Error 1"""
    node = ha.registered()
    node.leave()
    expect.binding_error(ha.one(node.echo()), 1, node.home, node.care_of)


@case
def after_expiry(ha):
    """RFC 6275 9.3.1: after the lifetime: Binding Error 1"""
    node = ha.registered(lifetime_s=4)
    node.must_be_bound()
    yield 5.2
    expect.binding_error(ha.one(node.echo()), 1, node.home, node.care_of)


@case(each=(UDP, TCP, NO_NEXT, 253, 132, 4))
def unbound_payloads(ha, following):
    """RFC 6275 9.3.1: next header {0} without a binding: Binding Error 1"""
    node = ha.node()
    expect.binding_error(ha.one(with_option(node, following, bytes(24))), 1, node.home, node.care_of)


@case(each=(ESP, AH))
def exempt_payloads(ha, following):
    """RFC 6275 9.3.1: next header {0} without a binding is left to IPsec: no Binding Error"""
    node = ha.node()
    ha.silence(with_option(node, following, struct.pack("!II", 0x1234, 1) + bytes(24)))


@case
def unbound_prefix_solicitation(ha):
    """RFC 6275 9.3.1, 6.7: an unprotected Mobile Prefix Solicitation without a binding: Binding Error 1"""
    node = ha.node()
    body = struct.pack("!BBHHH", 146, 0, 0, 7, 0)
    total = packets.checksum(packets.address(node.home), packets.address(HOME_AGENT), 58, body)
    expect.binding_error(ha.one(with_option(node, 58, body[:2] + struct.pack("!H", total) + body[4:])), 1, node.home,
                         node.care_of)


@case
def unbound_tunnel(ha):
    """RFC 6275 9.3.1: IPv6 in IPv6 behind a Home Address option without a binding: Binding Error 1, nothing forwarded"""
    node, correspondent = ha.node(), ha.place()
    expect.binding_error(ha.one(with_option(node, 41, craft.udp(node.home, correspondent))), 1, node.home, node.care_of)


@case
def unbound_mobility(ha):
    """RFC 6275 9.3.1: a Mobility Header without a binding is processed: the registration succeeds"""
    ha.registered()


@case
def checksum_over_care_of(ha):
    """RFC 6275 9.3.1: upper layers see the home address: a checksum made with the care-of address is wrong"""
    node = ha.registered()
    ha.silence(with_option(node, 58, request(node, node.care_of)))


@case
def wrong_echo_checksum(ha):
    """RFC 4443 2.3: wrong ICMPv6 checksum: silence"""
    node = ha.registered()
    body = bytearray(request(node))
    body[2] ^= 0x40
    ha.silence(with_option(node, 58, bytes(body)))


@case(each=(0, 129, 200, 255))
def other_icmp(ha, kind):
    """RFC 4443 2.4 (b), 4.2: ICMPv6 type {0} from a bound node is not answered"""
    node = ha.registered()
    body = bytearray(request(node))
    body[0] = kind
    body[2:4] = b"\0\0"
    body[2:4] = struct.pack("!H", packets.checksum(packets.address(node.home), packets.address(HOME_AGENT), 58, bytes(body)))
    ha.silence(with_option(node, 58, bytes(body)))


@case(each=NOT_UNICAST)
def home_not_unicast(ha, home):
    """RFC 6275 6.3, 9.3.1: home address {0} in an echo request: dropped silently"""
    node = ha.node()
    node.home = home
    ha.silence(node.echo())


@case(each=NOT_UNICAST)
def update_home_not_unicast(ha, home):
    """RFC 6275 9.3.1, 9.5.1: home address {0} in a Binding Update: dropped silently"""
    ha.node().silent(home=home)


@case(each=NOT_UNICAST)
def source_not_unicast(ha, source):
    """RFC 6275 9.3.1, 9.3.3: an echo request with Home Address option from {0}: silence"""
    ha.silence(ha.node().echo(source))


@case
def two_in_one_header(ha):
    """RFC 6275 6.3: two Home Address options in one header: dropped"""
    node = ha.registered()
    option = craft.aligned_home_option(node.home)
    header = craft.options_header(58, option, packets.pad(6), craft.home_option(node.home))
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, header + request(node)))


@case
def two_in_two_headers(ha):
    """RFC 6275 6.3: a Home Address option in each of two headers: dropped"""
    node = ha.registered()
    headers = packets.home_address_header(craft.DEST, node.home) + packets.home_address_header(58, node.home)
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, headers + request(node)))


@case
def behind_routing_header(ha):
    """RFC 6275 6.3: behind a routing header without segments left: the right place"""
    node = ha.registered()
    body = craft.routing(craft.DEST, 253, 0) + packets.home_address_header(58, node.home) + request(node)
    expect.echo_reply(ha.one(packets.ip6(node.care_of, HOME_AGENT, packets.ROUTING, body)), node)


@case
def before_routing_header(ha):
    """RFC 6275 6.3: before a routing header: the wrong place, dropped"""
    node = ha.registered()
    body = packets.home_address_header(packets.ROUTING, node.home) + craft.routing(58, 253, 0) + request(node)
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, body))


@case
def behind_fragment_header(ha):
    """RFC 6275 6.3: behind a fragment header: the wrong place, dropped"""
    node = ha.registered()
    body = craft.fragment(craft.DEST) + packets.home_address_header(58, node.home) + request(node)
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, packets.FRAGMENT, body))


@case
def before_atomic_fragment(ha):
    """RFC 6275 6.3, 6946 4: before an atomic fragment's header: the right place"""
    node = ha.registered()
    body = packets.home_address_header(packets.FRAGMENT, node.home) + craft.fragment(58) + request(node)
    expect.echo_reply(ha.one(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, body)), node)


@case
def behind_hop_by_hop(ha):
    """RFC 8200 4.1: behind a hop-by-hop header"""
    node = ha.registered()
    body = craft.options_header(craft.DEST) + packets.home_address_header(58, node.home) + request(node)
    expect.echo_reply(ha.one(packets.ip6(node.care_of, HOME_AGENT, packets.HOP_BY_HOP, body)), node)


@case
def behind_other_options(ha):
    """RFC 6275 6.3: behind other destination options of the same header"""
    node = ha.registered()
    header = craft.options_header(58, craft.option(0x1e, b"abcd"), packets.pad(6), craft.home_option(node.home))
    expect.equal(header.index(b"\xc9\x10") % 8, 6, "the probe")
    expect.echo_reply(ha.one(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, header + request(node))), node)


@case
def in_hop_by_hop_header(ha):
    """RFC 8200 4.2: in a hop-by-hop header the option is unknown: its type bits ask for Parameter Problem code 2"""
    node = ha.registered()
    body = craft.options_header(craft.DEST, craft.aligned_home_option(node.home))
    body += packets.home_address_header(58, node.home) + request(node)
    sent = packets.ip6(node.care_of, HOME_AGENT, packets.HOP_BY_HOP, body)
    expect.icmp_error(ha.one(sent), 4, 2, 46, node.care_of, sent)


def unknown_option(ha, kind):
    node = ha.registered()
    header = craft.options_header(craft.DEST, craft.option(kind, b"abcd"))
    return node, packets.ip6(node.care_of, HOME_AGENT, craft.DEST,
                             header + packets.home_address_header(58, node.home) + request(node))


@case(each=(0x1e, 0x3e))
def unknown_option_skipped(ha, kind):
    """RFC 8200 4.2: unknown option {0}, high bits 00: skipped"""
    node, sent = unknown_option(ha, kind)
    expect.echo_reply(ha.one(sent), node)


@case(each=(0x5e, 0x7e))
def unknown_option_discarded(ha, kind):
    """RFC 8200 4.2: unknown option {0}, high bits 01: dropped silently"""
    ha.silence(unknown_option(ha, kind)[1])


@case(each=(0x9e, 0xbe, 0xde, 0xfe))
def unknown_option_told(ha, kind):
    """RFC 8200 4.2: unknown option {0}, high bits 10 or 11: Parameter Problem code 2 at the option"""
    node, sent = unknown_option(ha, kind)
    expect.icmp_error(ha.one(sent), 4, 2, 42, node.care_of, sent)


@case
def echo_reply_is_no_binding(ha):
    """RFC 6275 9.3.1: an echo reply with the option and no binding: Binding Error 1, as anything"""
    node = ha.node()
    body = b"\x81" + request(node)[1:]
    expect.binding_error(ha.one(with_option(node, 58, body)), 1, node.home, node.care_of)


@case
def error_in_error(ha):
    """RFC 6275 9.3.3: a Binding Error that carries a Home Address option is not answered by another"""
    node = ha.node()
    ha.silence(craft.mobility(craft.message(7, 24), node.care_of, node.home))


@case
def errors_are_limited(ha):
    """RFC 6275 9.3.3: Binding Errors to one /64 are limited: a flood of 60 is answered by its burst and little more"""
    node, other = ha.node(), ha.node()
    found = expect.limited(ha, *[node.echo() for _ in range(60)])
    expect.true(all(MIP6MH_BE in frame for frame in found), "not all are Binding Errors")
    expect.binding_error(ha.one(other.echo()), 1, other.home, other.care_of)


@case
def limit_is_for_a_network(ha):
    """RFC 6275 9.3.3: sources of one /64 share the limit"""
    node = ha.node()
    network = node.care_of[:-2]
    expect.limited(ha, *[node.echo(f"{network}{i:x}") for i in range(1, 61)])


@case
def limit_spares_the_bound(ha):
    """RFC 6275 9.3.2: what a registered node asks is answered while its network floods"""
    node, flooder = ha.registered(), ha.node()
    flooder.care_of = node.care_of[:-2] + "66"
    found = ha.exchange(*[flooder.echo() for _ in range(60)], node.echo())
    replies = [frame for frame in found if ICMPv6EchoReply in frame]
    if len(replies) != 1:
        raise Failure(f"{len(replies)} echo replies")
    expect.echo_reply(replies[0], node)
