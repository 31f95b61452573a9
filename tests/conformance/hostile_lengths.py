# SPDX-License-Identifier: BSD-3-Clause
"""Lengths that lie, chains that do not end, frames that are none: dropped silently, and the home agent serves on. RFC 8200 3, 4."""
import random

from home_agent import HOME_AGENT, Frame, packets
from suite import case
import craft

CONFIGURATION = "virtual"


def update_packet(node):
    return node.update().packet()


@case(each=(1, 8, 24, 60))
def frame_cut(ha, missing):
    """RFC 8200 3: a frame that lacks the last {0} octets of its packet: silence"""
    node = ha.node()
    ha.silence(Frame(ha.wire.frame(update_packet(node))[:-missing]))
    node.must_not_be_bound()


@case(each=(1, 8, 1000, 65535))
def payload_length_beyond(ha, length):
    """RFC 8200 3: a payload length larger by {0} (or all ones) than the frame: silence"""
    node = ha.node()
    whole = bytearray(update_packet(node))
    whole[4:6] = min(65535, len(whole) - 40 + length).to_bytes(2, "big")
    ha.silence(bytes(whole))
    node.must_not_be_bound()


@case(each=(0, 7, 8, 23, 24))
def payload_length_below(ha, length):
    """RFC 8200 3: a payload length of {0}, below what the message needs: silence"""
    node = ha.node()
    whole = bytearray(update_packet(node))
    whole[4:6] = length.to_bytes(2, "big")
    ha.silence(bytes(whole))
    node.must_not_be_bound()


@case(each=(3, 40, 255))
def options_header_past_packet(ha, units):
    """RFC 8200 4.6: a destination options header of {0} units in a shorter packet: silence"""
    node = ha.registered()
    header = craft.options_header(58, craft.aligned_home_option(node.home), units=units)
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, header))


@case(each=(1, 16, 255))
def option_past_header(ha, length):
    """RFC 8200 4.2: an option of {0} octets at the end of its header: silence"""
    node = ha.registered()
    header = bytearray(craft.options_header(58, packets.pad(4), b"\x1e" + bytes([length])))
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, bytes(header)))


@case
def home_option_past_header(ha):
    """RFC 6275 6.3: a Home Address option that its header does not hold: silence"""
    node = ha.registered()
    header = bytes([58, 1]) + packets.pad(4) + craft.home_option(node.home)[:10]
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, header + bytes(16)))


@case(each=(20, 100))
def endless_chain(ha, count):
    """RFC 8200 4: {0} extension headers one after the other: silence"""
    node = ha.node()
    body = craft.options_header(craft.DEST) * count + packets.home_address_header(craft.MH, node.home)
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, body + node.update().sealed()))
    node.must_not_be_bound()


@case
def hop_by_hop_not_first(ha):
    """RFC 8200 4.1: a hop-by-hop header that is not the first: not processed"""
    node = ha.node()
    body = craft.options_header(packets.HOP_BY_HOP) + craft.options_header(craft.DEST)
    body += packets.home_address_header(craft.MH, node.home) + node.update().sealed()
    ha.exchange(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, body))
    node.must_not_be_bound()


@case(each=(4, 5, 7, 15))
def version(ha, value):
    """RFC 8200 3: version {0} in an IPv6 frame: silence"""
    node = ha.node()
    whole = update_packet(node)
    ha.silence(bytes([value << 4]) + whole[1:])
    node.must_not_be_bound()


@case(each=(14, 15, 34, 53))
def runt_frame(ha, octets):
    """RFC 2464 2: a frame of {0} octets: silence"""
    node = ha.registered()
    ha.silence(Frame(ha.wire.frame(craft.udp(ha.place(), node.home))[:octets]))


@case
def other_link_layer_address(ha):
    """RFC 2464 3: a frame for another link-layer address is not forwarded"""
    node = ha.registered()
    whole = ha.wire.frame(craft.udp(ha.place(), node.home))
    ha.silence(Frame(b"\x02\0\0\0\0\x99" + whole[6:]))


@case
def fragment_of_update(ha):
    """RFC 8200 4.5: the first fragment of an update alone does not register"""
    node = ha.node()
    body = packets.home_address_header(packets.FRAGMENT, node.home) + craft.fragment(craft.MH, 0, 1) + node.update().sealed()
    ha.silence(packets.ip6(node.care_of, HOME_AGENT, craft.DEST, body))
    node.must_not_be_bound()


@case(each=range(6))
def noise(ha, seed):
    """RFC 6275 9.2: 100 old updates with octets changed at random (seed {0}): the binding is as before"""
    node, chaos = ha.registered(sequence=1000), random.Random(seed)
    probes = []
    for _ in range(100):
        place = ha.place()
        whole = bytearray(node.update(care_of=place, sequence=1000).packet())
        for _ in range(chaos.choice((1, 2, 5, 20))):
            whole[chaos.randrange(40, len(whole))] ^= chaos.randrange(1, 256)
        probes.append(bytes(whole[:chaos.choice((len(whole), chaos.randrange(40, len(whole))))]))
    ha.exchange(*probes)
    node.must_be_bound()
