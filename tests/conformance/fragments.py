# SPDX-License-Identifier: BSD-3-Clause
"""Fragments: of tunnels and signalling to the home agent, put together or refused, and of tunnels whose path is narrow. RFC 2473 7;
8200 4.5; 5722 4; 6946 4; 7112 5; 8021."""
import itertools

from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, defragment6, fragment6
from scapy.packet import Raw

from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
REAL_LINK_TOO = True
MORE = 1
HEADER_PROBLEM = 0
OFFSET_AT, LENGTH_AT = 42, 4
numbers = itertools.count(0x1000)
# How a packet of 1400 octets is cut: the sizes of all fragments but the last.
CUTS = {"2": [1232], "3": [400, 800], "25": [56] * 24}


def piece(source, data, offset, flags, number, following=packets.IPV6, agent=HOME_AGENT):
    header = bytes([following, 0]) + (offset | flags).to_bytes(2, "big") + number.to_bytes(4, "big")
    return packets.ip6(source, agent, packets.FRAGMENT, header + data)


def cut(source, payload, sizes, number=None, following=packets.IPV6, agent=HOME_AGENT):
    found, at = [], 0
    number = next(numbers) if number is None else number
    for size in sizes:
        found.append(piece(source, payload[at:at + size], at, MORE, number, following, agent))
        at += size
    return found + [piece(source, payload[at:], at, 0, number, following, agent)]


def large(node, ha, octets=1400):
    return craft.udp(node.home, ha.place(), octets=octets)


def joined(ha, inner, *parts):
    expect.forwarded(ha.one(*parts), inner)


@case(each=CUTS)
def out_of_a_tunnel(ha, count):
    """RFC 8200 4.5: a tunnel packet in {0} fragments is put together, opened and forwarded"""
    node = ha.registered()
    inner = large(node, ha)
    joined(ha, inner, *cut(node.care_of, inner, CUTS[count]))


@case(each=CUTS)
def in_any_order(ha, count):
    """RFC 8200 4.5: {0} fragments in reverse order"""
    node = ha.registered()
    inner = large(node, ha)
    joined(ha, inner, *reversed(cut(node.care_of, inner, CUTS[count])))


@case
def made_by_scapy(ha):
    """RFC 8200 4.5: a tunnel packet that scapy made fragments of"""
    node = ha.registered()
    inner = large(node, ha)
    whole = IPv6(src=node.care_of, dst=HOME_AGENT) / IPv6ExtHdrFragment(id=next(numbers), nh=41) / Raw(inner)
    joined(ha, inner, *[bytes(part) for part in fragment6(whole, 1280)])


@case
def to_other_node(ha):
    """RFC 6275 10.4.2: put together, it goes on in the other mobile node's tunnel"""
    node, other = ha.registered(), ha.registered()
    inner = craft.udp(node.home, other.home, octets=1400)
    expect.tunnelled(ha.one(*cut(node.care_of, inner, [1232])), inner, other.care_of)


@case
def second_home_agent_address(ha):
    """RFC 8200 4.5: fragments to another home agent address"""
    node = ha.registered("second")
    inner = large(node, ha)
    joined(ha, inner, *cut(node.care_of, inner, [1232], agent=node.agent))


@case
def interleaved(ha):
    """RFC 8200 4.5: fragments of two packets of one source in turn: told apart by their identification"""
    node = ha.registered()
    one, two = large(node, ha), large(node, ha)
    parts = cut(node.care_of, one, [400, 400]), cut(node.care_of, two, [400, 400])
    found = ha.exchange(*[part for pair in zip(*parts) for part in pair])
    expect.equal(len(found), 2, "packets that came out")
    for frame, inner in zip(found, (one, two)):
        expect.forwarded(frame, inner)


@case
def same_identification_of_two_sources(ha):
    """RFC 8200 4.5: one identification of two sources: never mixed"""
    one, two = ha.registered(), ha.registered()
    number = next(numbers)
    first, second = large(one, ha), large(two, ha)
    parts = cut(one.care_of, first, [1232], number), cut(two.care_of, second, [1232], number)
    found = ha.exchange(parts[0][0], parts[1][1], parts[1][0], parts[0][1])
    expect.equal(len(found), 2, "packets that came out")
    expect.forwarded(found[0], second)
    expect.forwarded(found[1], first)


@case
def same_identification_to_two_addresses(ha):
    """RFC 8200 4.5: halves to two home agent addresses are no whole: nothing comes out"""
    node = ha.registered()
    number, inner = next(numbers), large(node, ha)
    ha.silence(cut(node.care_of, inner, [1232], number)[0], cut(node.care_of, inner, [1232], number, agent="2001:db8:ff::2")[1])


@case
def wrong_care_of(ha):
    """RFC 6275 10.4.5: put together, a tunnel from elsewhere than the care-of address is dropped"""
    node = ha.registered()
    ha.silence(*cut(node.other_care_of, large(node, ha), [1232]))


@case
def wrong_inner_source(ha):
    """RFC 6275 10.4.5: put together, an inner source that is not the node's is dropped"""
    node, other = ha.registered(), ha.registered()
    ha.silence(*cut(node.care_of, large(other, ha), [1232]))


@case
def incomplete(ha):
    """RFC 8200 4.5: without one of three fragments: nothing"""
    node = ha.registered()
    parts = cut(node.care_of, large(node, ha), [400, 400])
    ha.silence(parts[0], parts[2])


@case
def repeated(ha):
    """RFC 8200 4.5: a fragment that the network repeated does no harm, and the packet comes once"""
    node = ha.registered()
    inner = large(node, ha)
    first, second = cut(node.care_of, inner, [1232])
    joined(ha, inner, first, first, second)


OVERLAPS = {"8 octets of the first": (1224, 8, True), "8 octets beyond the first": (1224, 16, True),
            "all of it, but other octets": (0, 1232, False), "the middle": (400, 400, True)}


@case(each=OVERLAPS)
def overlap(ha, what):
    """RFC 5722 4, 8200 4.5: an overlap of {0}: the whole packet is dropped, silently, and what still comes of it"""
    node = ha.registered()
    offset, octets, same = OVERLAPS[what]
    number, inner = next(numbers), large(node, ha)
    first, last = cut(node.care_of, inner, [1232], number)
    data = inner[offset:offset + octets] if same else bytes(octet ^ 1 for octet in inner[:octets])
    ha.silence(first, piece(node.care_of, data, offset, MORE, number), last, first, last)


@case
def after_overlap(ha):
    """RFC 5722 4: another packet of the same source is not touched by it"""
    node = ha.registered()
    number, inner = next(numbers), large(node, ha)
    first, last = cut(node.care_of, inner, [1232], number)
    joined(ha, inner, first, piece(node.care_of, inner[1224:1232], 1224, MORE, number), last,
           *cut(node.care_of, inner, [1232]))


@case
def behind_the_last(ha):
    """RFC 8200 4.5: data beyond the end that the last fragment told: the packet is dropped"""
    node = ha.registered()
    number, inner = next(numbers), large(node, ha)
    first, last = cut(node.care_of, inner, [1232], number)
    ha.silence(last, piece(node.care_of, bytes(16), 1480, MORE, number), first)


@case(each=(0, 4711))
def atomic(ha, number):
    """RFC 6946 4: an atomic fragment with identification {0} is the whole packet"""
    node = ha.registered()
    inner = large(node, ha)
    joined(ha, inner, piece(node.care_of, inner, 0, 0, number))


@case
def atomic_beside_others(ha):
    """RFC 6946 4: an atomic fragment is not mixed with others of its identification, and does them no harm"""
    node = ha.registered()
    number, waiting, inner = next(numbers), large(node, ha), large(node, ha)
    first, last = cut(node.care_of, waiting, [1232], number)
    found = ha.exchange(first, piece(node.care_of, inner, 0, 0, number), last)
    expect.equal(len(found), 2, "packets that came out")
    expect.forwarded(found[0], inner)
    expect.forwarded(found[1], waiting)


@case(each=(1231, 1225, 9))
def length_not_of_eight(ha, octets):
    """RFC 8200 4.5: {0} octets in a fragment that is not the last: Parameter Problem 0 at the Payload Length"""
    node = ha.registered()
    sent = piece(node.care_of, large(node, ha)[:octets], 0, MORE, next(numbers))
    expect.parameter_problem(ha.one(sent), HEADER_PROBLEM, LENGTH_AT, node.care_of, sent)


@case
def longest_offset(ha):
    """RFC 8200 4.5: a fragment past 65535 octets: Parameter Problem 0 at the Fragment Offset"""
    node = ha.registered()
    sent = piece(node.care_of, large(node, ha)[:16], 65528, 0, next(numbers))
    expect.parameter_problem(ha.one(sent), HEADER_PROBLEM, OFFSET_AT, node.care_of, sent)


@case(each=(8, 32))
def headers_cut(ha, octets):
    """RFC 7112 5, 8200 4.5: a first fragment with {0} octets of the inner header: Parameter Problem 3"""
    node = ha.registered()
    sent = piece(node.care_of, large(node, ha)[:octets], 0, MORE, next(numbers))
    expect.parameter_problem(ha.one(sent), 3, 0, node.care_of, sent)


@case(each=("fe80::10", "ff0e::10", "::", "::1"))
def no_error_to(ha, source):
    """RFC 4443 2.4 (e): a bad fragment from {0}: no error"""
    ha.silence(piece(source, bytes(1231), 0, MORE, next(numbers)))


@case
def errors_are_limited(ha):
    """RFC 4443 2.4 (f): errors about fragments are limited"""
    source = ha.place()
    expect.limited(ha, *[piece(source, bytes(1231), 0, MORE, next(numbers)) for _ in range(60)])


@case(each=(24, 40), virtual_only=True)
def update_in_fragments(ha, octets):
    """RFC 8200 4.5, 6275 6.3: a Binding Update cut after {0} octets, behind its Home Address option: registered"""
    node = ha.node()
    sent = node.update()
    whole, number, at = sent.packet(), next(numbers), 64
    parts = []
    for offset, data, flags in ((0, whole[at:at + octets], MORE), (octets, whole[at + octets:], 0)):
        header = bytes([whole[40], 0]) + (offset | flags).to_bytes(2, "big") + number.to_bytes(4, "big")
        parts.append(packets.ip6(node.care_of, HOME_AGENT, packets.DEST_OPTIONS, b"\x2c" + whole[41:at] + header + data))
    message = packets.read_message(bytes(ha.one(*parts)[IPv6]))
    expect.equal((message.type, message.status), (packets.BA, 0), "type and status of the answer")
    node.must_be_bound()


@case
def echo_in_fragments(ha):
    """RFC 8200 4.5, 6275 6.4: an echo request of 1800 octets in fragments inside the tunnel: answered in fragments that fit the link"""
    node, data = ha.registered(), bytes(n & 0xff for n in range(1800))
    request = packets.echo_request(node.home, HOME_AGENT, data)
    parts = [craft.tunnel(part, node.care_of) for part in cut(node.home, request, [1200], following=packets.ICMP6)]
    found = [frame[IPv6] for frame in ha.exchange(*parts)]
    expect.equal(len(found), 2, "fragments that came back")
    for frame in found:
        expect.equal((bytes(frame)[40], expect.routing_home(frame)), (44, node.home),
                     "a type 2 routing header, and behind it a fragment header")
        expect.true(len(frame) <= 1500, f"{len(frame)} octets")
    reply = b"".join(bytes(frame[IPv6ExtHdrFragment].payload) for frame in found)
    expect.equal((reply[0], reply[8:]), (129, data), "type and data of the reply")


@case(each=(1281, 1400))
def inner_fragments_are_opaque(ha, octets):
    """RFC 2473 7: fragments of others inside the tunnel are forwarded as they are, of a packet of {0} octets"""
    node, place = ha.registered(), ha.place()
    whole = craft.udp(node.home, place, octets=octets)
    parts = cut(node.home, whole[40:], [800], following=packets.UDP, agent=place)
    found = ha.exchange(*[craft.tunnel(part, node.care_of) for part in parts])
    expect.equal(len(found), 2, "packets that came out")
    for frame, part in zip(found, parts):
        expect.forwarded(frame, part)


@case
def ecn_of_fragments(ha):
    """RFC 3168 5.3, 6040 5: CE on one fragment of an ECN-capable packet is CE on the whole"""
    node = ha.registered()
    inner = craft.udp(node.home, ha.place(), octets=1400, traffic_class=2)
    first, last = cut(node.care_of, inner, [1232])
    parts = [bytes([0x60, 0x20]) + first[2:], bytes([0x60, 0x30]) + last[2:]]
    expect.equal(ha.one(*parts)[IPv6].tc, 3, "traffic class")


def narrow(ha, path=1280):
    """A node at the end of a path of that MTU, which a router on it has told."""
    node = ha.registered()
    inner = craft.udp(ha.place(), node.home, octets=1280)
    quoted = packets.ip6(HOME_AGENT, node.care_of, packets.IPV6, inner)
    ha.silence(craft.icmp(ha.place(), HOME_AGENT, 2, about=quoted[:1232], value=path))
    return node


@case(each=(1241, 1248, 1264, 1280))
def into_a_narrow_path(ha, octets):
    """RFC 2473 7.1 (b): a packet of {0} octets into a tunnel of 1240: the outer packet goes in fragments"""
    node = narrow(ha)
    sent = craft.udp(ha.place(), node.home, octets=octets)
    found = [frame[IPv6] for frame in ha.exchange(sent)]
    expect.equal(len(found), 2, "fragments that came")
    expect.true(all(len(part) <= 1280 and IPv6ExtHdrFragment in part for part in found), "fragments of 1280 octets at most")
    whole = bytes(defragment6(found))
    expect.equal((whole[6], packets.text(whole[8:24]), packets.text(whole[24:40])), (41, HOME_AGENT, node.care_of), "outer header")
    expect.same_octets(whole[40:], expect.hop_counted(sent), "inner packet")


@case
def identifications(ha):
    """RFC 7739 5.3, 8200 4.5: each fragmented packet has an identification of its own"""
    node = narrow(ha)
    sent = craft.udp(ha.place(), node.home, octets=1280)
    found = {frame[IPv6ExtHdrFragment].id for frame in ha.exchange(*[sent] * 16)}
    expect.equal(len(found), 16, "identifications")


@case
def fits_a_narrow_path(ha):
    """RFC 8021 4, 2473 7.1: a packet of 1240 octets fits: no fragment header"""
    node = narrow(ha)
    sent = craft.udp(ha.place(), node.home, octets=1240)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case
def too_big_for_a_narrow_path(ha):
    """RFC 2473 7.1 (a): one of 1281 octets is not fragmented: Packet Too Big 1280"""
    node, source = narrow(ha), ha.place()
    sent = craft.udp(source, node.home, octets=1281)
    expect.icmp_error(ha.one(sent), 2, 0, 1280, source, sent)
