# SPDX-License-Identifier: BSD-3-Clause
"""Packets from a mobile node through the reverse tunnel, and who may send them. RFC 3024 4.3, 4.4, 5; 2003 3.3; 2004 3.2; 2784 2, 2890."""
import ip4
from configurations4 import FOREIGN_AGENTS, GRE_KEYS, HOME_AGENT
from mip4 import D, G, M, T
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"
FLAGS = {"ipip": D | T, "minimal": D | T | M, "gre": D | T | G}
WRAP = {"ipip": ip4.ipip, "minimal": ip4.minimal, "gre": ip4.gre}


def from_node(ha, node, octets=64, **fields):
    return ip4.udp_packet(node.home, ha.place(), 1000, 2000, bytes(octets - 28), **fields)


def passes(ha, packet, sent):
    expect4.forwarded(ha.one(packet), sent)


@case(each=FLAGS)
def decapsulated(ha, kind):
    """RFC 3024 4.3, 2003 3.3: {0}: from the care-of address with the home address inside: taken out and forwarded, TTL one less"""
    node = ha.registered(flags=FLAGS[kind])
    sent = from_node(ha, node)
    passes(ha, WRAP[kind](sent, node.care_of, HOME_AGENT), sent)


@case(each=FLAGS)
def through_foreign_agent(ha, kind):
    """RFC 3024 4.2: {0}: from a foreign agent's care-of address"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    node.ask_with(node.through(agent, "hmac-md5", flags=FLAGS[kind] & ~D))
    sent = from_node(ha, node)
    passes(ha, WRAP[kind](sent, agent, HOME_AGENT), sent)


@case(each=FLAGS)
def other_outer_source(ha, kind):
    """RFC 3024 4.3: {0}: from anybody but the care-of address: silence"""
    node = ha.registered(flags=FLAGS[kind])
    ha.silence(WRAP[kind](from_node(ha, node), node.other_care_of, HOME_AGENT))


@case(each=FLAGS)
def other_inner_source(ha, kind):
    """RFC 3024 4.3: {0}: an inner source that is not registered at that care-of address: silence"""
    node = ha.registered(flags=FLAGS[kind])
    for source in (ha.registered(flags=FLAGS[kind]).home, ha.place(), "10.1.99.1"):
        ha.silence(WRAP[kind](ip4.udp_packet(source, ha.place(), 1, 2, b"spoofed"), node.care_of, HOME_AGENT))


@case(each=[(asked, came) for asked in FLAGS for came in FLAGS if asked != came and (asked, came) != ("minimal", "ipip")])
def other_encapsulation(ha, kinds):
    """RFC 3024 4.3: asked for and came: {0}: another encapsulation than the one agreed: silence"""
    asked, came = kinds
    node = ha.registered(flags=FLAGS[asked])
    ha.silence(WRAP[came](from_node(ha, node), node.care_of, HOME_AGENT))


@case
def fragments_beside_minimal(ha):
    """RFC 2004 3: a binding with minimal encapsulation: what is a fragment comes in IP in IP"""
    node = ha.registered(flags=FLAGS["minimal"])
    sent = ip4.ip4(node.home, ha.place(), ip4.UDP, bytes(64), ident=7, flags=ip4.MF)
    passes(ha, ip4.ipip(sent, node.care_of, HOME_AGENT), sent)


@case
def not_asked_for(ha):
    """RFC 3024 4.3: T was clear: nothing is taken from a reverse tunnel"""
    node = ha.registered(flags=D)
    ha.silence(ip4.ipip(from_node(ha, node), node.care_of, HOME_AGENT))


@case
def not_registered(ha):
    """RFC 3024 4.3: no binding: silence"""
    node = ha.node()
    ha.silence(ip4.ipip(from_node(ha, node), node.care_of, HOME_AGENT))


@case
def after_deregistration(ha):
    """RFC 3024 4.3: after the binding has gone: silence"""
    node = ha.registered(flags=D | T)
    node.leave()
    ha.silence(ip4.ipip(from_node(ha, node), node.care_of, HOME_AGENT))


@case
def after_a_move(ha):
    """RFC 3024 4.3: after a move the old care-of address is nobody's"""
    node = ha.registered(flags=D | T)
    node.register(care_of=node.other_care_of, flags=D | T)
    ha.silence(ip4.ipip(from_node(ha, node), node.care_of, HOME_AGENT))
    sent = from_node(ha, node)
    passes(ha, ip4.ipip(sent, node.other_care_of, HOME_AGENT), sent)


@case(each=((2, True), (1, False), (0, False)))
def inner_ttl(ha, what):
    """RFC 2003 3.3: inner TTL, and whether it is forwarded: {0}: decapsulation leaves it, forwarding counts it down"""
    ttl, goes = what
    node = ha.registered(flags=D | T)
    sent = from_node(ha, node, ttl=ttl)
    found = ha.exchange(ip4.ipip(sent, node.care_of, HOME_AGENT))
    if goes:
        expect4.forwarded(expect.one(found), sent)
        return
    for packet in found:  # the answer goes to the node, so through its tunnel
        tunnel = ip4.open_tunnel(packet)
        expect.true(tunnel is not None, f"not in a tunnel: {packet.summary()}")
        expect.equal(ip4.read(tunnel.inner).payload[0], ip4.TIME_EXCEEDED, "type of the ICMP message")


@case
def outer_ttl(ha):
    """RFC 2003 3.3: an outer TTL of 1 has arrived: the packet is taken out"""
    node = ha.registered(flags=D | T)
    sent = from_node(ha, node)
    passes(ha, ip4.ipip(sent, node.care_of, HOME_AGENT, ttl=1), sent)


@case
def tos_and_options(ha):
    """RFC 2003 3.3: the inner packet leaves as it was: TOS, DF, identification and options"""
    node = ha.registered(flags=D | T)
    sent = ip4.ip4(node.home, ha.place(), ip4.UDP, bytes(40), tos=0xb8, ident=4711, flags=ip4.DF, options=b"\x01" * 4)
    passes(ha, ip4.ipip(sent, node.care_of, HOME_AGENT), sent)


@case(each=(19, 2000))
def inner_length(ha, length):
    """RFC 1812 5.2.2: an inner total length of {0} that cannot be: silence"""
    node = ha.registered(flags=D | T)
    ha.silence(ip4.ipip(from_node(ha, node, length=length), node.care_of, HOME_AGENT))


@case
def inner_checksum(ha):
    """RFC 1812 5.2.2: an inner header with a wrong checksum: silence"""
    node = ha.registered(flags=D | T)
    sent = ip4.ip4(node.home, ha.place(), ip4.UDP, bytes(40), bad_checksum=True)
    ha.silence(ip4.ipip(sent, node.care_of, HOME_AGENT))


@case(each=(0, 1, 10, 19))
def inner_cut(ha, octets):
    """RFC 2003 3.1: an inner packet of {0} octets: silence"""
    node = ha.registered(flags=D | T)
    ha.silence(ip4.ipip(from_node(ha, node)[:octets], node.care_of, HOME_AGENT))


@case
def ipv6_inside(ha):
    """RFC 2003 3.1: protocol 4 around something that is not IPv4: silence"""
    node = ha.registered(flags=D | T)
    ha.silence(ip4.ipip(b"\x60" + bytes(39), node.care_of, HOME_AGENT))


# To other mobile nodes and to the home agent itself.

@case
def to_another_node(ha):
    """RFC 3024 4.3, 5944 4.2: to another mobile node: out of one tunnel into the other"""
    one, two = ha.registered(flags=D | T), ha.registered()
    sent = ip4.udp_packet(one.home, two.home, 1, 2, b"between us")
    expect4.tunnelled(ha.one(ip4.ipip(sent, one.care_of, HOME_AGENT)), sent, two.care_of)


@case
def to_the_home_agent(ha):
    """RFC 3024 4.3: an echo request to the home agent out of the tunnel is answered into the tunnel"""
    node = ha.registered(flags=D | T)
    packet = ha.one(ip4.ipip(ip4.echo(node.home, HOME_AGENT, b"homeward"), node.care_of, HOME_AGENT))
    found = ip4.open_tunnel(packet)
    expect.true(found is not None and packet.destination == node.care_of, "not in the tunnel")
    inner = ip4.read(found.inner)
    expect.equal((inner.source, inner.destination, inner.payload[0], inner.payload[8:]),
                 (HOME_AGENT, node.home, ip4.ECHO_REPLY, b"homeward"), "echo reply")


@case
def request_through_the_tunnel(ha):
    """RFC 3024 4.3: a tunnel in the tunnel is not opened twice for another node: no bypass of the check"""
    one, two = ha.registered(flags=D | T), ha.registered(flags=D | T)
    inner = ip4.ipip(from_node(ha, two), two.care_of, HOME_AGENT)
    ha.silence(ip4.ipip(inner, one.care_of, HOME_AGENT))


@case(each=("224.0.0.9", "255.255.255.255", "127.0.0.1", "0.0.0.0"))
def destination_not_unicast(ha, destination):
    """RFC 1812 5.3.7: to {0} out of the tunnel: not forwarded as unicast"""
    node = ha.registered(flags=D | T)
    ha.silence(ip4.ipip(ip4.udp_packet(node.home, destination, 1, 2, b"x"), node.care_of, HOME_AGENT))


# GRE and minimal encapsulation in detail.

@case
def gre_checksum(ha):
    """RFC 2784 2.3: a GRE checksum that is right is accepted"""
    node = ha.registered(flags=FLAGS["gre"])
    sent = from_node(ha, node)
    passes(ha, ip4.gre(sent, node.care_of, HOME_AGENT, with_checksum=True), sent)


@case
def gre_wrong_checksum(ha):
    """RFC 2784 2.3: a GRE checksum that is wrong: silence"""
    node = ha.registered(flags=FLAGS["gre"])
    ha.silence(ip4.gre(from_node(ha, node), node.care_of, HOME_AGENT, with_checksum=True, bad_checksum=True))


@case(each=(0x4000, 0x0800, 0x0400, 0x0001, 0x0007))
def gre_flags(ha, flags):
    """RFC 2784 2.3.1: routing, reserved bits or version {0:#06x}: silence"""
    node = ha.registered(flags=FLAGS["gre"])
    ha.silence(ip4.gre(from_node(ha, node), node.care_of, HOME_AGENT, gre_flags=flags))


@case(each=(0x86dd, 0x0806, 0x880b, 0))
def gre_protocol(ha, protocol):
    """RFC 2784 2.4: protocol type {0:#06x} is not carried: silence"""
    node = ha.registered(flags=FLAGS["gre"])
    ha.silence(ip4.gre(from_node(ha, node), node.care_of, HOME_AGENT, protocol=protocol))


@case(each=(0, 7))
def gre_key_not_agreed(ha, key):
    """RFC 2890 2.1: a key ({0}) that was never agreed: silence"""
    node = ha.registered(flags=FLAGS["gre"])
    ha.silence(ip4.gre(from_node(ha, node), node.care_of, HOME_AGENT, key=key))


@case(each=[(which, with_checksum) for which in GRE_KEYS for with_checksum in (False, True)])
def gre_key(ha, what):
    """RFC 2890 2.1: node and checksum {0}: with the configured key: taken out and forwarded"""
    which, with_checksum = what
    node = ha.registered(which, flags=FLAGS["gre"])
    sent = from_node(ha, node)
    passes(ha, ip4.gre(sent, node.care_of, HOME_AGENT, key=GRE_KEYS[which], with_checksum=with_checksum), sent)


@case(each=[(which, other) for which, key in GRE_KEYS.items() for other in (None, key ^ 1, key ^ 1 << 31, 0x78563412)])
def gre_key_other(ha, what):
    """RFC 2890 2.1: node and key {0}: without the configured key, or with another one: silence"""
    which, key = what
    node = ha.registered(which, flags=FLAGS["gre"])
    ha.silence(ip4.gre(from_node(ha, node), node.care_of, HOME_AGENT, key=key))


@case(each=range(4))
def gre_cut(ha, octets):
    """RFC 2784 2.1: a GRE header of {0} octets: silence"""
    node = ha.registered(flags=FLAGS["gre"])
    ha.silence(ip4.ip4(node.care_of, HOME_AGENT, ip4.GRE, bytes(octets)))


@case
def minimal_short_form(ha):
    """RFC 2004 3.1: S clear: the original source is the outer one, the care-of address, and no home address: silence"""
    node = ha.registered(flags=FLAGS["minimal"])
    ha.silence(ip4.minimal(from_node(ha, node), node.care_of, HOME_AGENT, keep_source=False))


@case
def minimal_checksum(ha):
    """RFC 2004 3.1: a wrong checksum of the minimal forwarding header: silence"""
    node = ha.registered(flags=FLAGS["minimal"])
    ha.silence(ip4.minimal(from_node(ha, node), node.care_of, HOME_AGENT, bad_checksum=True))


@case(each=(0, 7, 11))
def minimal_cut(ha, octets):
    """RFC 2004 3.1: a minimal forwarding header of {0} octets that says 12: silence"""
    node = ha.registered(flags=FLAGS["minimal"])
    whole = ip4.read(ip4.minimal(from_node(ha, node), node.care_of, HOME_AGENT)).payload
    ha.silence(ip4.ip4(node.care_of, HOME_AGENT, ip4.MINIMAL, whole[:octets]))


@case(each=FLAGS)
def outer_fragments(ha, kind):
    """RFC 791 3.2, 2003 3.3: {0}: the outer packet in two fragments: put together and forwarded, or silence; never half of it"""
    node = ha.registered(flags=FLAGS[kind])
    sent = from_node(ha, node, octets=800, ident=9)
    outer = ip4.read(WRAP[kind](sent, node.care_of, HOME_AGENT, ident=9))
    parts = [ip4.ip4(node.care_of, HOME_AGENT, outer.protocol, outer.payload[:400], ident=9, flags=ip4.MF),
             ip4.ip4(node.care_of, HOME_AGENT, outer.protocol, outer.payload[400:], ident=9, offset=400)]
    found = ha.exchange(*parts)
    if found:
        expect4.forwarded(expect.one(found), sent)


@case(on="ipv4 one way")
def switched_off(ha):
    """RFC 3024 3.3: a home agent without reverse tunnels: nothing is taken from one"""
    node = ha.registered(flags=D)
    ha.silence(ip4.ipip(from_node(ha, node), node.care_of, HOME_AGENT))
