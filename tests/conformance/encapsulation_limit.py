# SPDX-License-Identifier: BSD-3-Clause
"""The Tunnel Encapsulation Limit, brought by packets and configured: RFC 2473 4.1.1, 5.1, 6.6."""
from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment

from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
CONFIGURED = 7
LIMIT, LIMIT_VALUE = 4, 44


def brings(source, node, limit, before=b"", units=None):
    """A packet to the node with that limit; options before it in the same header."""
    return packets.ip6(source, node.home, packets.DEST_OPTIONS,
                       craft.options_header(59, before, craft.option(LIMIT, bytes([limit])), units=units) + bytes(16))


def limit_of(frame, sent, node):
    """The limit in the outer header; the inner packet must be whole behind it."""
    whole = bytes(frame[IPv6])
    expect.equal((whole[6], packets.text(whole[8:24]), packets.text(whole[24:40])),
                 (packets.DEST_OPTIONS, HOME_AGENT, node.care_of), "outer header")
    expect.equal((whole[40:44], whole[45:48]), (bytes([41, 0, LIMIT, 1]), b"\x01\x01\0"), "the option and its padding")
    expect.same_octets(whole[48:48 + len(sent)], expect.hop_counted(sent), "inner packet")
    return whole[LIMIT_VALUE]


@case(each=(1, 2, 4, 255))
def counts_down(ha, limit):
    """RFC 2473 4.1.1 (b): a packet that brings a limit of {0} gets an outer header with one less"""
    node = ha.registered()
    sent = brings(ha.place(), node, limit)
    expect.equal(limit_of(ha.one(sent), sent, node), limit - 1, "outer limit")


@case
def exhausted(ha):
    """RFC 2473 4.1.1 (a): a limit of 0: Parameter Problem 0 at the value, nothing tunnelled"""
    node, source = ha.registered(), ha.place()
    sent = brings(source, node, 0)
    expect.parameter_problem(ha.one(sent), 0, LIMIT_VALUE, source, sent)


@case
def exhausted_behind_padding(ha):
    """RFC 2473 4.1.1 (a): the pointer is at the value wherever it stands"""
    node, source = ha.registered(), ha.place()
    sent = brings(source, node, 0, before=packets.pad(3))
    expect.parameter_problem(ha.one(sent), 0, LIMIT_VALUE + 3, source, sent)


@case(each=("fe80::10", "ff0e::10", "::"))
def no_error_to(ha, source):
    """RFC 4443 2.4 (e): a limit of 0 from {0}: no error, nothing tunnelled"""
    ha.silence(brings(source, ha.registered(), 0))


@case
def without(ha):
    """RFC 2473 4.1.1 (c), 6.6: a packet without limit gets none, unless one is configured"""
    node = ha.registered()
    sent = packets.ip6(ha.place(), node.home, packets.DEST_OPTIONS, craft.options_header(59) + bytes(16))
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case(each=(0, 4))
def hop_by_hop_is_no_place(ha, limit):
    """RFC 2473 5.1: a limit of {0} in a hop-by-hop header is none"""
    node = ha.registered()
    sent = packets.ip6(ha.place(), node.home, packets.HOP_BY_HOP,
                       craft.options_header(59, craft.option(LIMIT, bytes([limit]))) + bytes(16))
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case
def out_of_a_tunnel(ha):
    """RFC 2473 4.1.1: from mobile node to mobile node the inner limit counts for the second tunnel"""
    node, other = ha.registered(), ha.registered()
    sent = brings(node.home, other, 3)
    expect.equal(limit_of(ha.one(craft.tunnel(sent, node.care_of)), sent, other), 2, "outer limit")


@case
def exhausted_out_of_a_tunnel(ha):
    """RFC 2473 4.1.1 (a): there, too, 0 is exhausted: Parameter Problem to the node by type 2 routing header"""
    node, other = ha.registered(), ha.registered()
    sent = brings(node.home, other, 0)
    expect.icmp_error(ha.one(craft.tunnel(sent, node.care_of)), 4, 0, LIMIT_VALUE, node.care_of, sent, home=node.home)


@case(each=(0, 4))
def of_the_outer_header(ha, limit):
    """RFC 2473 4.1.1, 3.3: a limit of {0} on a tunnel that ends here does not matter: it counts where tunnels begin"""
    node = ha.registered()
    inner = craft.udp(node.home, ha.place())
    sent = craft.tunnel(inner, node.care_of, headers=bytes([41, 0, LIMIT, 1, limit, 1, 1, 0]), first=60)
    expect.forwarded(ha.one(sent), inner)


def sized(source, node, octets):
    return packets.ip6(source, node.home, packets.DEST_OPTIONS,
                       craft.options_header(59, craft.option(LIMIT, b"\4")) + bytes(octets - 48))


@case
def largest_with_it(ha):
    """RFC 2473 4.1.1, 7.1: a packet of 1452 octets fits with the option"""
    node = ha.registered()
    sent = sized(ha.place(), node, 1452)
    expect.equal(limit_of(ha.one(sent), sent, node), 3, "outer limit")


@case(each=(1453, 1460))
def too_large_with_it(ha, octets):
    """RFC 2473 7.1: one of {0} octets fits a tunnel without it, as sources are told: with it, the outer packet goes in fragments"""
    node = ha.registered()
    sent = sized(ha.place(), node, octets)
    found = [frame[IPv6] for frame in ha.exchange(sent)]
    expect.true(len(found) == 2 and all(len(part) <= 1500 for part in found), f"{len(found)} fragments")
    whole = sorted(found, key=lambda part: part[IPv6ExtHdrFragment].offset)
    expect.same_octets(b"".join(bytes(part[IPv6ExtHdrFragment].payload) for part in whole),
                       bytes([41, 0, LIMIT, 1, 3, 1, 1, 0]) + expect.hop_counted(sent), "what the fragments carry")


@case
def too_large_without_it(ha):
    """RFC 2473 7.1 (a): one of 1461 octets: Packet Too Big 1460"""
    node, source = ha.registered(), ha.place()
    sent = sized(source, node, 1461)
    expect.icmp_error(ha.one(sent), 2, 0, 1460, source, sent)


@case(on="limited")
def configured(ha):
    """RFC 2473 6.6, 5.1: a configured limit is on every outer header"""
    node = ha.registered()
    sent = craft.udp(ha.place(), node.home)
    expect.equal(limit_of(ha.one(sent), sent, node), CONFIGURED, "outer limit")


@case(on="limited", each=(1, 4, 8, 200))
def configured_and_brought(ha, limit):
    """RFC 2473 4.1.1 (b): a packet that brings {0} gets one less, whatever is configured"""
    node = ha.registered()
    sent = brings(ha.place(), node, limit)
    expect.equal(limit_of(ha.one(sent), sent, node), limit - 1, "outer limit")


@case(on="limited")
def configured_and_exhausted(ha):
    """RFC 2473 4.1.1 (a): a packet that brings 0 is refused, whatever is configured"""
    node, source = ha.registered(), ha.place()
    sent = brings(source, node, 0)
    expect.parameter_problem(ha.one(sent), 0, LIMIT_VALUE, source, sent)


@case(on="limited")
def configured_sizes(ha):
    """RFC 2473 7.1: a configured limit takes 8 octets of the tunnel's MTU"""
    node, source = ha.registered(), ha.place()
    sent = craft.udp(source, node.home, octets=1453)
    expect.icmp_error(ha.one(sent), 2, 0, 1452, source, sent)
    sent = craft.udp(source, node.home, octets=1452)
    expect.equal(limit_of(ha.one(sent), sent, node), CONFIGURED, "outer limit")
