# SPDX-License-Identifier: BSD-3-Clause
"""Packets to a mobile node: intercepted and tunnelled. RFC 6275 10.4.1, 10.4.2; 2473 3.1, 6, 7.1; 6040 4.1; 6438 3; 4443 3."""
from scapy.layers.inet6 import IPv6

from home_agent import Frame, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
REAL_LINK_TOO = True
TUNNEL_MTU = 1460
# what: (next header, what stands behind the IPv6 header of the inner packet)
INNER = {
    "hop-by-hop options": (0, craft.options_header(59)), "destination options": (60, craft.options_header(59)),
    "routing header": (43, craft.routing(59, 253, 0)), "type 2 routing header": (43, craft.routing(59, 2, 1)),
    "fragment": (44, craft.fragment(17, 0, 1) + bytes(64)), "last fragment": (44, craft.fragment(17, 100, 0) + bytes(9)),
    "ESP": (50, bytes(40)), "AH": (51, bytes(40)), "IPv6 in IPv6": (41, craft.udp("2001:db8:70::1", "2001:db8:71::1")),
    "IPv4 in IPv6": (4, b"\x45" + bytes(19)), "no next header": (59, b""), "unknown protocol": (253, b"x" * 11),
    "TCP": (6, bytes(20)), "SCTP": (132, bytes(12)), "a Mobility Header": (135, craft.message(3, 24)),
    "an echo request": (58, b"\x80" + bytes(15)), "a neighbour solicitation": (58, b"\x87" + bytes(23)),
}


def send(ha, node, **fields):
    """A packet from a new place through the tunnel; the outer header."""
    sent = craft.udp(ha.place(), node.home, **fields)
    return expect.tunnelled(ha.one(sent), sent, node.care_of, node.agent)


@case
def outer_header(ha):
    """RFC 2473 3.1, 5.1: version 6, next header 41, from the home agent to the care-of address, payload length, inner intact"""
    send(ha, ha.registered())


@case
def outer_hop_limit(ha):
    """RFC 2473 6.3: the outer hop limit is the configured one (64 by default), whatever the inner one is"""
    node = ha.registered()
    expect.equal([send(ha, node, hop_limit=limit).hlim for limit in (2, 64, 255)], [64, 64, 64], "outer hop limits")


@case(on="advice")
def configured_hop_limit(ha):
    """RFC 2473 6.3: a configured outer hop limit"""
    expect.equal(send(ha, ha.registered()).hlim, 17, "outer hop limit")


@case(each=(2, 3, 64, 255))
def inner_hop_limit(ha, limit):
    """RFC 2473 3.1: an inner hop limit of {0} counts down once"""
    send(ha, ha.registered(), hop_limit=limit)


@case(each=(0, 1))
def hop_limit_exceeded(ha, limit):
    """RFC 4443 3.3: hop limit {0}: Time Exceeded code 0 to the source, nothing tunnelled"""
    node, correspondent = ha.registered(), ha.place()
    sent = craft.udp(correspondent, node.home, hop_limit=limit)
    expect.icmp_error(ha.one(sent), 3, 0, 0, correspondent, sent)


@case(each=(0x00, 0x01, 0x02, 0x03, 0xb8, 0xbb, 0xff))
def traffic_class(ha, value):
    """RFC 2473 6.4, 6040 4.1: traffic class {0:#04x} is copied outwards with its ECN bits"""
    expect.equal(send(ha, ha.registered(), traffic_class=value).tc, value, "outer traffic class")


@case
def flow_label_of_a_flow(ha):
    """RFC 6438 3: one flow has one outer flow label, and it is not 0"""
    node, source = ha.registered(), ha.place()
    found = ha.exchange(*[craft.udp(source, node.home)] * 5)
    labels = {frame[IPv6].fl for frame in found}
    expect.true(len(found) == 5 and len(labels) == 1 and 0 not in labels, f"labels {labels}")


@case
def flow_labels_of_flows(ha):
    """RFC 6438 3: other flows have other outer flow labels"""
    node, source = ha.registered(), ha.place()
    found = ha.exchange(*[craft.udp(source, node.home, sport=port) for port in range(1000, 1032)])
    labels = {frame[IPv6].fl for frame in found}
    expect.true(len(found) == 32 and len(labels) > 28, f"{len(labels)} labels for {len(found)} flows")


@case
def inner_flow_label_stays(ha):
    """RFC 2473 3.1: the inner flow label is not touched"""
    send(ha, ha.registered(), flow=0xabcde)


@case(each=INNER)
def inner_is_opaque(ha, what):
    """RFC 6275 10.4.2: {0} to a home address: tunnelled whole, not looked into"""
    node, source = ha.registered(), ha.place()
    following, payload = INNER[what]
    sent = packets.ip6(source, node.home, following, payload)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case(each=(48, 56, 1279, 1280, 1281, TUNNEL_MTU - 1, TUNNEL_MTU))
def sizes(ha, octets):
    """RFC 2473 7.1: a packet of {0} octets fits the tunnel"""
    send(ha, ha.registered(), octets=octets)


@case(each=(TUNNEL_MTU + 1, 1499, 1500))
def too_big(ha, octets):
    """RFC 2473 7.1 (a), 4443 3.2: a packet of {0} octets: Packet Too Big with the tunnel's MTU, nothing tunnelled"""
    node, correspondent = ha.registered(), ha.place()
    sent = craft.udp(correspondent, node.home, octets=octets)
    expect.icmp_error(ha.one(sent), 2, 0, TUNNEL_MTU, correspondent, sent)


@case
def too_big_fits_1280(ha):
    """RFC 4443 2.4 (c): a Packet Too Big about a large packet is itself exactly 1280 octets"""
    node, correspondent = ha.registered(), ha.place()
    expect.equal(len(ha.one(craft.udp(correspondent, node.home, octets=1500))[IPv6]), 1280, "octets")


@case(each=("fe80::10", "ff0e::10", "::", "::1"))
def source_not_unicast(ha, source):
    """RFC 4291 2.5, 2.7, 4443 2.4 (e): from {0}: neither tunnelled nor answered"""
    ha.silence(craft.udp(source, ha.registered().home))


@case(virtual_only=True)
def not_registered(ha):
    """RFC 4443 3.1, 6275 10.4.1: a home address without a binding on a virtual link: Destination Unreachable code 3"""
    node, correspondent = ha.node(), ha.place()
    sent = craft.udp(correspondent, node.home)
    expect.icmp_error(ha.one(sent), 1, 3, 0, correspondent, sent)


@case(virtual_only=True)
def nobodys_address(ha):
    """RFC 4443 3.1: an address of the home prefix that is nobody's: Destination Unreachable code 3"""
    correspondent = ha.place()
    sent = craft.udp(correspondent, "2001:db8:1::9999")
    expect.icmp_error(ha.one(sent), 1, 3, 0, correspondent, sent)


@case
def no_routing_header(ha):
    """RFC 6275 10.4.2: a tunnelled packet carries no type 2 routing header of the home agent's"""
    node = ha.registered()
    expect.equal(send(ha, node).nh, packets.IPV6, "next header")


@case
def no_redirect(ha):
    """RFC 4861 8.2, 6275 10.4.2: in and out of one interface: never a Redirect"""
    node = ha.registered()
    sent = craft.udp(ha.place(), node.home)
    expect.equal(len(ha.exchange(*[sent] * 8)), 8, "packets that came back")


@case
def from_neighbour_no_redirect(ha):
    """RFC 4861 8.2: from a neighbour on the link: tunnelled, no Redirect"""
    node = ha.registered()
    sent = craft.udp("2001:db8:ff::fe", node.home)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case(virtual_only=True)
def alternate_care_of(ha):
    """RFC 6275 10.4.2: the tunnel ends at the alternate care-of address"""
    node = ha.node()
    node.ask_with(node.update(care_of=node.other_care_of, source=node.care_of))
    sent = craft.udp(ha.place(), node.home)
    expect.tunnelled(ha.one(sent), sent, node.other_care_of)


@case(virtual_only=True)
def two_homes_at_one_care_of(ha):
    """RFC 6275 10.4.2: two home addresses at one care-of address: each packet in a tunnel to it"""
    one, two = ha.node(), ha.node()
    two.care_of = one.care_of
    one.register()
    two.register()
    for node in (one, two):
        send(ha, node)


@case
def order(ha):
    """RFC 8200 3: packets of a flow stay in order"""
    node, source = ha.registered(), ha.place()
    found = ha.exchange(*[craft.udp(source, node.home, octets=100 + i) for i in range(40)])
    expect.equal([frame[IPv6].plen for frame in found], [100 + i for i in range(40)], "sizes in order")


@case
def home_agent_is_not_intercepted(ha):
    """RFC 6275 10.4.1: what is for the home agent itself is not tunnelled: its echo reply has no routing header"""
    source = ha.place()
    frame = ha.one(craft.echo(source, "2001:db8:ff::1"))
    expect.equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6].nh), ("2001:db8:ff::1", source, 58), "answer")


@case
def link_padding(ha):
    """RFC 2464 3: what pads the frame behind the packet is not tunnelled"""
    node = ha.registered()
    sent = packets.ip6(ha.place(), node.home, 59, b"")
    expect.tunnelled(ha.one(Frame(ha.wire.frame(sent) + b"\xee" * 6)), sent, node.care_of)
