# SPDX-License-Identifier: BSD-3-Clause
"""Packets out of a mobile node's tunnel: RFC 6275 10.4.5; 2473 3.2, 3.3, 4.1.1; 6040 4.2; 8200 3."""
from scapy.layers.inet6 import IPv6

from home_agent import HOME_AGENT, SECOND_HOME_AGENT, Frame, packets
from suite import case
import craft
import expect
from tunnel import INNER

CONFIGURATION = "virtual"
REAL_LINK_TOO = True
LIMIT_OPTION = craft.options_header(41, craft.option(4, b"\x04"))
NOT_UNICAST = ("fe80::10", "ff0e::10", "::", "::1")
NOT_ECT, ECT_1, ECT_0, CE = 0, 1, 2, 3
# (inner, outer): what is forwarded, RFC 6040 figure 4; None: dropped
ECN = {
    (NOT_ECT, NOT_ECT): NOT_ECT, (NOT_ECT, ECT_0): NOT_ECT, (NOT_ECT, ECT_1): NOT_ECT, (NOT_ECT, CE): None,
    (ECT_0, NOT_ECT): ECT_0, (ECT_0, ECT_0): ECT_0, (ECT_0, ECT_1): ECT_1, (ECT_0, CE): CE,
    (ECT_1, NOT_ECT): ECT_1, (ECT_1, ECT_0): ECT_1, (ECT_1, ECT_1): ECT_1, (ECT_1, CE): CE,
    (CE, NOT_ECT): CE, (CE, ECT_0): CE, (CE, ECT_1): CE, (CE, CE): CE,
}


def forwarded(ha, node, inner, **fields):
    expect.forwarded(ha.one(craft.tunnel(inner, node.care_of, **fields)), inner)


@case
def right(ha):
    """RFC 6275 10.4.5: from the care-of address, inner source the home address: forwarded, nothing around it"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place()))


@case
def from_other_care_of(ha):
    """RFC 6275 10.4.5: outer source not the registered care-of address: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), node.other_care_of))


@case
def from_other_nodes_care_of(ha):
    """RFC 6275 10.4.5: outer source the care-of address of another node: dropped silently"""
    node, other = ha.registered(), ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), other.care_of))


@case
def inner_source_other_node(ha):
    """RFC 6275 10.4.5: inner source another node's home address: dropped silently"""
    node, other = ha.registered(), ha.registered()
    ha.silence(craft.tunnel(craft.udp(other.home, ha.place()), node.care_of))


@case
def inner_source_not_registered(ha):
    """RFC 6275 10.4.5: inner source a home address without a binding: dropped silently"""
    node, other = ha.registered(), ha.node()
    ha.silence(craft.tunnel(craft.udp(other.home, ha.place()), node.care_of))


@case
def inner_source_elsewhere(ha):
    """RFC 6275 10.4.5: inner source outside the home prefixes: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(ha.place(), ha.place()), node.care_of))


@case
def inner_source_care_of(ha):
    """RFC 6275 10.4.5: inner source the care-of address itself: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.care_of, ha.place()), node.care_of))


@case(each=NOT_UNICAST)
def inner_source_not_unicast(ha, source):
    """RFC 6275 10.4.5, 4291 2.5: inner source {0}: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(source, ha.place()), node.care_of))


@case(each=NOT_UNICAST)
def inner_destination_not_unicast(ha, destination):
    """RFC 6275 10.4.5, 4291 2.5: inner destination {0}: not forwarded"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, destination), node.care_of))


@case(each=("fe80::10", "ff0e::10", "::", "::1"))
def outer_source_not_unicast(ha, source):
    """RFC 6275 10.4.5: outer source {0}: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), source))


@case
def outer_source_home_agent(ha):
    """RFC 6275 10.4.5: outer source the home agent's own address: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), HOME_AGENT))


@case
def other_home_agent_address(ha):
    """RFC 6275 10.4.5: to another home agent address than the binding's: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), node.care_of, agent=SECOND_HOME_AGENT))


@case
def second_home_agent_address(ha):
    """RFC 6275 10.4.5: a binding at the second home agent address: its tunnel ends there"""
    node = ha.registered("second")
    forwarded(ha, node, craft.udp(node.home, ha.place()), agent=SECOND_HOME_AGENT)
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), node.care_of, agent=HOME_AGENT))


@case
def after_move(ha):
    """RFC 6275 10.4.5: after a move the new care-of address counts at once, and the old one does not"""
    node = ha.registered()
    node.register(care_of=node.other_care_of)
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), node.care_of))
    inner = craft.udp(node.home, ha.place())
    expect.forwarded(ha.one(craft.tunnel(inner, node.other_care_of)), inner)


@case(each=(2, 3, 64, 255))
def inner_hop_limit(ha, limit):
    """RFC 8200 3, 2473 3.3: an inner hop limit of {0} counts down once"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place(), hop_limit=limit))


@case(each=(0, 1))
def hop_limit_exceeded(ha, limit):
    """RFC 4443 3.3, 6275 10.4.2: inner hop limit {0}: Time Exceeded to the node by type 2 routing header"""
    node = ha.registered()
    inner = craft.udp(node.home, ha.place(), hop_limit=limit)
    expect.icmp_error(ha.one(craft.tunnel(inner, node.care_of)), 3, 0, 0, node.care_of, inner, home=node.home)


@case(each=(0, 1, 255))
def outer_hop_limit_does_not_matter(ha, limit):
    """RFC 2473 3.3: an outer hop limit of {0} does not matter at the end of the tunnel"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place()), hop_limit=limit)


@case(each=ECN)
def congestion(ha, marks):
    """RFC 6040 4.2: inner and outer ECN {0}; the inner DSCP stays"""
    node, expected = ha.registered(), ECN[marks]
    inner = craft.udp(node.home, ha.place(), traffic_class=0xb8 | marks[0])
    sent = craft.tunnel(inner, node.care_of, traffic_class=0x20 | marks[1])
    if expected is None:
        ha.silence(sent)
    else:
        expect.equal(ha.one(sent)[IPv6].tc, 0xb8 | expected, "traffic class")


@case
def inner_flow_label_stays(ha):
    """RFC 2473 3.3: the inner flow label is not touched"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place(), flow=0x12345), flow=0xfffff)


@case
def encapsulation_limit(ha):
    """RFC 2473 4.1.1: a Tunnel Encapsulation Limit option in front of the inner packet is passed over"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place()), headers=LIMIT_OPTION, first=60)


@case
def behind_hop_by_hop(ha):
    """RFC 2473 3.2, 8200 4.1: a hop-by-hop header in front of the inner packet"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place()), headers=craft.options_header(41), first=0)


@case
def behind_routing_header(ha):
    """RFC 2473 3.2, 8200 4.4: a routing header without segments left in front of the inner packet"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place()), headers=craft.routing(41, 253, 0), first=43)


@case
def atomic_fragment(ha):
    """RFC 6946 4: a tunnel packet in an atomic fragment"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place()), headers=craft.fragment(41), first=44)


@case
def with_home_address_option(ha):
    """RFC 6275 6.3, 10.4.5: checks of the tunnel hold with an encapsulation limit, too: wrong outer source is dropped"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place()), node.other_care_of, headers=LIMIT_OPTION, first=60))


@case
def to_home_agent(ha):
    """RFC 6275 10.4.2, 10.4.5: an echo request in the tunnel to the home agent itself: answered by type 2 routing header"""
    node = ha.registered()
    frame = ha.one(craft.tunnel(craft.echo(node.home, HOME_AGENT), node.care_of))
    expect.echo_reply(frame, node)


@case
def to_other_node(ha):
    """RFC 6275 10.4.2: to another mobile node: right into that one's tunnel, the hop limit counts down once"""
    node, other = ha.registered(), ha.registered()
    inner = craft.udp(node.home, other.home)
    expect.tunnelled(ha.one(craft.tunnel(inner, node.care_of)), inner, other.care_of)


@case
def to_itself(ha):
    """RFC 6275 10.4.2: to the node's own home address: into its own tunnel"""
    node = ha.registered()
    inner = craft.udp(node.home, node.home)
    expect.tunnelled(ha.one(craft.tunnel(inner, node.care_of)), inner, node.care_of)


@case(virtual_only=True)
def to_absent_node(ha):
    """RFC 4443 3.1: to a home address without a binding: Destination Unreachable code 3 by type 2 routing header"""
    node, other = ha.registered(), ha.node()
    inner = craft.udp(node.home, other.home)
    expect.icmp_error(ha.one(craft.tunnel(inner, node.care_of)), 1, 3, 0, node.care_of, inner, home=node.home)


@case
def to_other_node_too_big(ha):
    """RFC 2473 7.1: one octet too large for the other node's tunnel: Packet Too Big by type 2 routing header"""
    node, other = ha.registered(), ha.registered()
    inner = craft.udp(node.home, other.home, octets=1460)
    expect.tunnelled(ha.one(craft.tunnel(inner, node.care_of)), inner, other.care_of)


@case
def to_other_node_hop_limit(ha):
    """RFC 4443 3.3: hop limit 1 towards another node: Time Exceeded to the first"""
    node, other = ha.registered(), ha.registered()
    inner = craft.udp(node.home, other.home, hop_limit=1)
    expect.icmp_error(ha.one(craft.tunnel(inner, node.care_of)), 3, 0, 0, node.care_of, inner, home=node.home)


@case(each=(48, 1280, 1460))
def sizes(ha, octets):
    """RFC 2473 3.3: an inner packet of {0} octets"""
    node = ha.registered()
    forwarded(ha, node, craft.udp(node.home, ha.place(), octets=octets))


@case(each=(0, 1, 39))
def inner_header_cut(ha, octets):
    """RFC 2473 3.3: {0} octets where the inner header should be: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place())[:octets], node.care_of))


@case(each=(1, 8))
def inner_packet_cut(ha, missing):
    """RFC 2473 3.3: an inner packet that lacks its last {0} octets: dropped silently"""
    node = ha.registered()
    ha.silence(craft.tunnel(craft.udp(node.home, ha.place())[:-missing], node.care_of))


@case(each=(0, 4, 5, 7, 15))
def inner_version(ha, version):
    """RFC 2473 3.3: an inner packet of version {0}: dropped silently"""
    node = ha.registered()
    inner = craft.udp(node.home, ha.place())
    ha.silence(craft.tunnel(bytes([version << 4]) + inner[1:], node.care_of))


@case
def padding_behind_inner(ha):
    """RFC 2473 3.3: octets behind the inner packet are left out"""
    node = ha.registered()
    inner = craft.udp(node.home, ha.place())
    frame = ha.one(craft.tunnel(inner + bytes(8), node.care_of))
    expect.forwarded(frame, inner)
    expect.equal(len(frame[IPv6]), len(inner), "octets forwarded")


@case
def outer_payload_too_long(ha):
    """RFC 8200 3: an outer payload length past the frame: dropped silently"""
    node = ha.registered()
    sent = bytearray(ha.wire.frame(craft.tunnel(craft.udp(node.home, ha.place()), node.care_of)))
    sent[18:20] = b"\xff\xff"
    ha.silence(Frame(bytes(sent)))


@case
def no_redirect(ha):
    """RFC 4861 8.2: out by the interface it came in by: no Redirect"""
    node, correspondent = ha.registered(), ha.place()
    sent = craft.tunnel(craft.udp(node.home, correspondent), node.care_of)
    expect.equal(len(ha.exchange(*[sent] * 8)), 8, "packets that came back")


@case(each=("hop-by-hop options", "fragment", "ESP", "no next header", "unknown protocol"))
def inner_is_opaque(ha, what):
    """RFC 2473 3.3: an inner packet with {0} is forwarded as it is"""
    node = ha.registered()
    following, payload = INNER[what]
    forwarded(ha, node, packets.ip6(node.home, ha.place(), following, payload))
