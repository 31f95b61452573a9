# SPDX-License-Identifier: BSD-3-Clause
"""Packets to a mobile node: intercepted and tunnelled. RFC 5944 4.2; 2003 3.1, 3.2, 4, 5; 2004 3; 2784 2; 2890 2; 1812 4.3."""
import struct

import ip4
from configurations4 import FOREIGN_AGENTS, GRE_KEYS, HOME_AGENT
from home_agent4 import Frame
from mip4 import D, G, M
from scapy.layers.l2 import GRE
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"
FLAGS = {"ipip": D, "minimal": D | M, "gre": D | G}
MTU = 1500
INNER_MTU = {"ipip": 1480, "minimal": 1488, "gre": 1476}
ROUTER_ON_THE_WAY = "172.30.0.1"


def udp_of(source, node, octets=64, **fields):
    """An IPv4 packet of that many octets."""
    return ip4.udp_packet(source, node.home, 1000, 2000, bytes(octets - 28), **fields)


def send(ha, node, kind="ipip", **fields):
    sent = udp_of(ha.place(), node, **fields)
    return expect4.tunnelled(ha.one(sent), sent, node.care_of, kind)


def registered(ha, kind="ipip"):
    return ha.registered(flags=FLAGS[kind])


def registered_with_key(ha, which, kind="gre"):
    return ha.registered(which, flags=FLAGS[kind])


@case(each=FLAGS)
def outer_header(ha, kind):
    """RFC 2003 3.1, 2004 3.1, 2784 2.1: {0}: from the home agent to the care-of address; the inner packet whole, TTL one less"""
    send(ha, registered(ha, kind), kind)


@case(each=FLAGS)
def through_foreign_agent(ha, kind):
    """RFC 5944 4.2: {0}: the tunnel to a foreign agent ends at its care-of address"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    node.ask_with(node.through(agent, "hmac-md5", flags=FLAGS[kind] & ~D))
    sent = udp_of(ha.place(), node)
    expect4.tunnelled(ha.one(sent), sent, agent, kind)


@case(each=("ipip", "gre"))
def outer_ttl(ha, kind):
    """RFC 2003 3.1: {0}: the outer TTL is the configured one (64), whatever the inner one is"""
    node = registered(ha, kind)
    expect.equal([send(ha, node, kind, ttl=ttl).outer.ttl for ttl in (2, 64, 255)], [64, 64, 64], "outer TTLs")


@case(on="ipv4 one way")
def configured_ttl(ha):
    """RFC 2003 3.1: a configured outer TTL"""
    expect.equal(send(ha, ha.registered()).outer.ttl, 17, "outer TTL")


@case
def minimal_ttl(ha):
    """RFC 2004 3.1: minimal encapsulation has one TTL only: that of the packet, one less"""
    node = registered(ha, "minimal")
    expect.equal([send(ha, node, "minimal", ttl=ttl).outer.ttl for ttl in (2, 64, 255)], [1, 63, 254], "TTLs")


@case
def minimal_keeps_source(ha):
    """RFC 2004 3.1: the S bit is set and the original source is there, as the home agent is another source"""
    node = registered(ha, "minimal")
    found = send(ha, node, "minimal")
    expect.equal((found.outer.payload[0], found.outer.payload[1]), (ip4.UDP, 0x80), "protocol and flags")


@case
def minimal_not_for_fragments(ha):
    """RFC 2004 3: a fragment cannot be in minimal encapsulation: it goes in IP in IP"""
    node, source = registered(ha, "minimal"), ha.place()
    sent = ip4.ip4(source, node.home, ip4.UDP, bytes(64), ident=7, flags=ip4.MF)
    expect4.tunnelled(ha.one(sent), sent, node.care_of, "ipip")
    sent = ip4.ip4(source, node.home, ip4.UDP, bytes(64), ident=7, offset=64)
    expect4.tunnelled(ha.one(sent), sent, node.care_of, "ipip")


@case
def gre_header(ha):
    """RFC 2784 2.1: no flags, version 0, protocol type 0x0800"""
    node = registered(ha, "gre")
    sent = udp_of(ha.place(), node)
    expect.equal(ha.one(sent).payload[:4], b"\0\0\x08\0", "GRE header")


@case(each=GRE_KEYS)
def gre_key(ha, which):
    """RFC 2890 2.1: {0}: K is set and the configured key is there, and nothing else: no checksum, no sequence number"""
    node, key = registered_with_key(ha, which), GRE_KEYS[which]
    sent = udp_of(ha.place(), node)
    packet = ha.one(sent)
    expect4.tunnelled(packet, sent, node.care_of, "gre", key)
    expect.equal(packet.payload[:8], struct.pack("!HHI", 0x2000, 0x0800, key), "GRE header")
    header = GRE(packet.payload)
    expect.equal((header.chksum_present, header.key_present, header.seqnum_present, header.version, header.proto, header.key),
                 (0, 1, 0, 0, 0x0800, key), "GRE header, by scapy")


@case(each=("ipip", "minimal"))
def no_key_without_gre(ha, kind):
    """RFC 2890 2.1: {0}: of a node with a key for GRE: as of any other, and as much fits"""
    send(ha, registered_with_key(ha, "gre key", kind), kind, octets=INNER_MTU[kind], flags=ip4.DF)


@case(each=(0x00, 0x01, 0x02, 0x03, 0xb8, 0xff))
def tos(ha, value):
    """RFC 2003 3.1, 6040 4.1: TOS {0:#04x} is copied outwards"""
    expect.equal(send(ha, ha.registered(), tos=value).outer.tos, value, "outer TOS")


@case(each=FLAGS)
def dont_fragment(ha, kind):
    """RFC 2003 3.1: {0}: DF of the packet is set outside, too"""
    node = registered(ha, kind)
    expect.equal(send(ha, node, kind, flags=ip4.DF).outer.flags & ip4.DF, ip4.DF, "outer DF")


@case(each=FLAGS)
def inner_is_opaque(ha, kind):
    """RFC 5944 4.2: {0}: other protocols go as they are: TCP, ICMP, ESP, IPv6, a tunnel, none"""
    node, source = registered(ha, kind), ha.place()
    for protocol in (ip4.TCP, ip4.ICMP, 50, 41, ip4.IPIP, 255):
        sent = ip4.ip4(source, node.home, protocol, b"anything at all" + bytes(25), ident=5)
        expect4.tunnelled(ha.one(sent), sent, node.care_of, kind)


@case
def inner_options(ha):
    """RFC 2003 3.1: options of the inner packet stay inside, and are not copied outwards"""
    node = ha.registered()
    sent = ip4.ip4(ha.place(), node.home, ip4.UDP, bytes(40), options=b"\x01\x01\x01\x01")
    found = expect4.tunnelled(ha.one(sent), sent, node.care_of)
    expect.equal(found.outer.header_length, 20, "outer header length")


@case(each=(2, 3, 255))
def inner_ttl(ha, ttl):
    """RFC 2003 3.1: an inner TTL of {0} counts down once"""
    send(ha, ha.registered(), ttl=ttl)


@case(each=(0, 1))
def ttl_exceeded(ha, ttl):
    """RFC 2003 3.1, 1812 5.3.1: TTL {0}: Time Exceeded to the source, nothing tunnelled"""
    node, source = ha.registered(), ha.place()
    sent = udp_of(source, node, ttl=ttl)
    expect4.icmp_error(ha.one(sent), ip4.TIME_EXCEEDED, 0, source, sent)


@case
def bad_checksum(ha):
    """RFC 1812 5.2.2: an IPv4 header with a wrong checksum: silence"""
    ha.silence(ip4.ip4(ha.place(), ha.registered().home, ip4.UDP, bytes(40), bad_checksum=True))


@case(each=(19, 10000))
def bad_length(ha, length):
    """RFC 1812 5.2.2: a total length of {0} that cannot be: silence"""
    ha.silence(udp_of(ha.place(), ha.registered(), length=length))


@case(each=(0x46, 0x44, 0x4f, 0x55))
def bad_first_octet(ha, octet):
    """RFC 1812 5.2.2: version and header length {0:#04x} that do not fit the packet: silence"""
    sent = udp_of(ha.place(), ha.registered(), octets=32)
    ha.silence(Frame(ha.wire.frame(sent)[:14] + bytes([octet]) + sent[1:]))


@case(each=("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255"))
def source_not_unicast(ha, source):
    """RFC 1812 5.3.7: from {0}: neither tunnelled nor answered"""
    ha.silence(udp_of(source, ha.registered()))


@case
def from_ourselves(ha):
    """RFC 2003 3.2: a packet that says to come from the home agent itself: not tunnelled"""
    ha.silence(udp_of(HOME_AGENT, ha.registered()))


@case
def not_registered(ha):
    """RFC 1812 5.2.7.1, 5944 4.2: a home address without a binding on a virtual network: Host Unreachable"""
    node, source = ha.node(), ha.place()
    sent = udp_of(source, node)
    expect4.icmp_error(ha.one(sent), ip4.UNREACHABLE, ip4.HOST, source, sent)


@case
def no_error_about_an_error(ha):
    """RFC 1122 3.2.2: an ICMP error to a home address without a binding: silence"""
    node = ha.node()
    about = ip4.udp_packet(node.home, "198.51.100.9", 1, 2, b"")
    ha.silence(ip4.icmp_error(ha.place(), node.home, ip4.UNREACHABLE, 1, about))


@case
def no_error_about_a_fragment(ha):
    """RFC 1122 3.2.2: a fragment other than the first to one without a binding: silence"""
    node = ha.node()
    ha.silence(ip4.ip4(ha.place(), node.home, ip4.UDP, bytes(64), ident=7, offset=64))


@case
def link_padding(ha):
    """RFC 894: what pads the frame behind the packet is not tunnelled"""
    node = ha.registered()
    sent = ip4.ip4(ha.place(), node.home, 255, b"")
    found = ha.exchange(Frame(ha.wire.frame(sent) + bytes(26)))
    expect4.tunnelled(expect.one(found), sent, node.care_of)


@case
def order(ha):
    """RFC 2003 3: packets of a flow stay in order"""
    node, source = ha.registered(), ha.place()
    found = ha.exchange(*[udp_of(source, node, octets=100 + i) for i in range(40)])
    expect.equal([packet.length for packet in found], [120 + i for i in range(40)], "sizes in order")


# Size.

@case(each=[(kind, less) for kind in FLAGS for less in (0, 1, 8)])
def fits(ha, what):
    """RFC 2003 5.1: tunnel and octets below what fits {0}: tunnelled whole"""
    kind, less = what
    node = registered(ha, kind)
    send(ha, node, kind, octets=INNER_MTU[kind] - less, flags=ip4.DF)


@case(each=[(kind, more) for kind in FLAGS for more in (1, 12)])
def too_big(ha, what):
    """RFC 2003 5.1, 1191 4: tunnel and octets above what fits {0}, DF set: Fragmentation Needed with the tunnel's MTU"""
    kind, more = what
    node, source = registered(ha, kind), ha.place()
    sent = udp_of(source, node, octets=INNER_MTU[kind] + more, flags=ip4.DF)
    expect4.icmp_error(ha.one(sent), ip4.UNREACHABLE, ip4.FRAGMENTATION_NEEDED, source, sent, INNER_MTU[kind])


@case
def gre_key_counts(ha):
    """RFC 2003 5.1, 2890 2.1: the key takes four octets of what fits"""
    node, fits_octets = registered_with_key(ha, "gre key"), INNER_MTU["gre"] - 4
    sent = udp_of(ha.place(), node, octets=fits_octets, flags=ip4.DF)
    expect4.tunnelled(ha.one(sent), sent, node.care_of, "gre", GRE_KEYS["gre key"])
    source = ha.place()
    sent = udp_of(source, node, octets=fits_octets + 1, flags=ip4.DF)
    expect4.icmp_error(ha.one(sent), ip4.UNREACHABLE, ip4.FRAGMENTATION_NEEDED, source, sent, fits_octets)


@case(each=FLAGS)
def fragmented(ha, kind):
    """RFC 2003 5.1, 791 2.3: {0}: without DF what does not fit arrives in fragments, whole, none larger than the link"""
    node, source = registered(ha, kind), ha.place()
    sent = ip4.udp_packet(source, node.home, 1, 2, bytes(range(256)) * 5 + bytes(192), ident=77)
    found = ha.exchange(sent)
    expect.true(len(found) > 1 and all(packet.length <= MTU for packet in found), f"{[p.length for p in found]}")
    arrived = expect4.through_tunnel(found, node.care_of)
    expect.true(arrived is not None, "the fragments make no packet")
    expect.same_octets(arrived.payload, sent[20:], "what was sent")
    expect.equal(arrived.ident, 77, "identification")


# Errors from inside the tunnel, RFC 2003 4.

def from_the_way(ha, kind_and_code, value=0, tunnel="ipip", octets=96):
    """A packet sent through the tunnel, and what comes when a router on the way answers with that error."""
    node, source = registered(ha, tunnel), ha.place()
    sent = udp_of(source, node, octets=octets)
    outer = ha.one(sent)
    error = ip4.icmp_error(ROUTER_ON_THE_WAY, HOME_AGENT, *kind_and_code, outer.octets[:128], value)
    return node, source, sent, ha.exchange(error)


@case(each=((3, 0, 0), (3, 2, 0), (3, 1, 1), (11, 0, 1)))
def relayed(ha, what):
    """RFC 2003 4.1-4.4: an error of type, code from the way, told to the source as unreachable with code {0}"""
    kind, code, expected = what
    _, source, sent, found = from_the_way(ha, (kind, code))
    expect4.icmp_error(expect.one(found), ip4.UNREACHABLE, expected, source, expect4.hop_counted(sent))


@case(each=((3, 3), (3, 5), (5, 0), (4, 0)))
def not_relayed(ha, kind_and_code):
    """RFC 2003 4.1-4.5: type and code {0} concern the tunnel only: the source is not told"""
    *_, found = from_the_way(ha, kind_and_code)
    expect.equal(len(found), 0, "packets")


@case(each=("ipip", "minimal", "gre"))
def path_mtu(ha, tunnel):
    """RFC 2003 5.1: {0}: a narrow way: from then on larger packets with DF are answered with its MTU without the tunnel header"""
    node, source = registered(ha, tunnel), ha.place()
    sent = udp_of(source, node, octets=1400, flags=ip4.DF)
    outer = ha.one(sent)
    ha.exchange(ip4.icmp_error(ROUTER_ON_THE_WAY, HOME_AGENT, 3, 4, outer.octets[:64], 1300))
    other = ha.place()
    again = udp_of(other, node, octets=1400, flags=ip4.DF)
    expect4.icmp_error(ha.one(again), 3, 4, other, again, 1300 - expect4.OVERHEAD[tunnel])
    send(ha, node, tunnel, octets=1300 - expect4.OVERHEAD[tunnel], flags=ip4.DF)


@case(each=(0, 1, 20, 67))
def path_mtu_nobody_has(ha, mtu):
    """RFC 1191 3, 791 3.1: a path MTU of {0} is no path MTU: packets of 548 octets go on"""
    node = ha.registered()
    outer = ha.one(udp_of(ha.place(), node, octets=600, flags=ip4.DF))
    ha.exchange(ip4.icmp_error(ROUTER_ON_THE_WAY, HOME_AGENT, 3, 4, outer.octets[:64], mtu))
    send(ha, node, octets=48)


@case
def forged_path_mtu(ha):
    """RFC 5927 7.2: a report about a tunnel to another care-of address changes nothing"""
    node = ha.registered()
    outer = ip4.ipip(udp_of(ha.place(), node, octets=1400), HOME_AGENT, node.other_care_of)
    ha.exchange(ip4.icmp_error(ROUTER_ON_THE_WAY, HOME_AGENT, 3, 4, outer[:64], 576))
    send(ha, node, octets=1400, flags=ip4.DF)


@case
def home_agent_is_not_intercepted(ha):
    """RFC 5944 4.2: what is for the home agent itself is not tunnelled: it answers an echo request"""
    source = ha.place()
    packet = ha.one(ip4.echo(source, HOME_AGENT))
    expect.equal((packet.source, packet.destination, packet.payload[0]), (HOME_AGENT, source, ip4.ECHO_REPLY), "answer")


@case
def tunnel_to_the_node(ha):
    """RFC 5944 4.2: a tunnel packet from the care-of address to the home address that holds one for the node: no loop: silence"""
    node = ha.registered()
    inner = udp_of(ha.place(), node)
    ha.silence(ip4.ipip(inner, node.care_of, node.home))


@case
def other_tunnel_to_the_node(ha):
    """RFC 5944 4.2: a tunnel packet of somebody else to the home address reaches the node, nested or redirected"""
    node, source = ha.registered(), ha.place()
    inner = udp_of(source, node)
    found = ip4.open_tunnel(ha.one(ip4.ipip(inner, source, node.home)))
    expect.equal(found.outer.destination, node.care_of, "destination")
    nested = ip4.open_tunnel(found.inner)
    innermost = nested.inner if nested is not None else found.inner
    expect.equal(struct.unpack_from("!H", innermost, 2)[0], len(inner), "the packet in it")
