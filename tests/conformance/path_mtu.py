# SPDX-License-Identifier: BSD-3-Clause
"""Path MTUs of tunnels, learnt from Packet Too Big: what is believed, what follows, what the source hears. RFC 2473 7.1, 8; 8201 4, 5;
4443 3.2."""
from scapy.layers.inet6 import ICMPv6PacketTooBig, IPv6

from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"
REAL_LINK_TOO = True
LINK_MTU, OVERHEAD, LEAST = 1500, 40, 1280
TOO_BIG = 2


def tunnel_packet(inner, care_of, agent=HOME_AGENT):
    """A packet of the home agent's as a router on the path had it."""
    return packets.ip6(agent, care_of, packets.IPV6, inner, hop_limit=60)


def report(ha, mtu, quoted, agent=HOME_AGENT, **fields):
    """As a router sends it: as much of the packet as fits 1280 octets."""
    return craft.icmp(ha.place(), agent, TOO_BIG, about=quoted[:1232], value=mtu, **fields)


def inner_mtu(ha, node):
    """What the home agent itself says of a packet that fits no tunnel."""
    frame = ha.one(craft.udp(ha.place(), node.home, octets=LINK_MTU))
    expect.true(ICMPv6PacketTooBig in frame, f"answered by {frame.summary()}")
    return frame[ICMPv6PacketTooBig].mtu


def learnt(ha, mtu):
    """A node whose path a router has told that MTU of, with a packet so small that its source need not be told."""
    node = ha.registered()
    ha.silence(report(ha, mtu, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)))
    return node


@case(each=(1499, 1480, 1400, 1321, 1320))
def learns(ha, mtu):
    """RFC 2473 7.1, 8201 4: told of a path of {0} octets, the tunnel carries 40 less"""
    node = learnt(ha, mtu)
    expect.equal(inner_mtu(ha, node), mtu - OVERHEAD, "MTU told")
    sent = craft.udp(ha.place(), node.home, octets=mtu - OVERHEAD)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case(each=(1319, 1300, 1280))
def never_tells_less_than_1280(ha, mtu):
    """RFC 2473 7.1 (b), 8200 5: of a path of {0} octets sources hear 1280"""
    expect.equal(inner_mtu(ha, learnt(ha, mtu)), LEAST, "MTU told")


@case(each=(1279, 576, 68, 1, 0))
def less_than_1280_is_not_believed(ha, mtu):
    """RFC 8201 4: told of a path of {0} octets: nothing changes"""
    expect.equal(inner_mtu(ha, learnt(ha, mtu)), LINK_MTU - OVERHEAD, "MTU told")


@case(each=(1450, 1500, 9000, 0xffffffff))
def never_raised(ha, mtu):
    """RFC 8201 4: after 1400, told of a path of {0} octets: still 1400"""
    node = learnt(ha, 1400)
    ha.silence(report(ha, mtu, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)))
    expect.equal(inner_mtu(ha, node), 1360, "MTU told")


@case
def lowered_again(ha):
    """RFC 8201 4: after 1400, told of a path of 1350: 1350"""
    node = learnt(ha, 1400)
    ha.silence(report(ha, 1350, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)))
    expect.equal(inner_mtu(ha, node), 1310, "MTU told")


@case(each=(1500, 9000))
def wider_than_the_link(ha, mtu):
    """RFC 8201 4: told of a path of {0} octets behind a link of 1500: nothing changes"""
    expect.equal(inner_mtu(ha, learnt(ha, mtu)), LINK_MTU - OVERHEAD, "MTU told")


@case(each=(1400, 1320))
def source_is_told(ha, mtu):
    """RFC 2473 8.2: the source of the inner packet hears Packet Too Big of {0} less 40, quoting its packet and no tunnel"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home, octets=1440)
    frame = ha.one(report(ha, mtu, tunnel_packet(inner, node.care_of)))
    # The router quoted what fits; of it the tunnel header is taken off.
    expect.icmp_error(frame, TOO_BIG, 0, mtu - OVERHEAD, source, inner[:1232 - OVERHEAD])


@case(each=(1310, 1280))
def source_is_told_1280(ha, mtu):
    """RFC 2473 8.2: of a path of {0} octets it hears 1280"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home, octets=1300)
    frame = ha.one(report(ha, mtu, tunnel_packet(inner, node.care_of)))
    expect.icmp_error(frame, TOO_BIG, 0, LEAST, source, inner[:1232 - OVERHEAD])


@case(each=(48, 1279, 1280))
def small_source_is_not_told(ha, octets):
    """RFC 2473 8.2: of an inner packet of {0} octets its source hears nothing, but the path MTU is learnt"""
    node = ha.registered()
    ha.silence(report(ha, 1290, tunnel_packet(craft.udp(ha.place(), node.home, octets=octets), node.care_of)))
    expect.equal(inner_mtu(ha, node), LEAST, "MTU told")


@case
def first_fragment(ha):
    """RFC 2473 8.1: quoting the first fragment of a tunnel packet: learnt"""
    node = ha.registered()
    inner = craft.udp(ha.place(), node.home, octets=1280)
    quoted = packets.ip6(HOME_AGENT, node.care_of, packets.FRAGMENT, craft.fragment(41, 0, 1) + inner[:1176])
    ha.silence(report(ha, 1280, quoted))
    expect.equal(inner_mtu(ha, node), LEAST, "MTU told")
    sent = craft.udp(ha.place(), node.home, octets=1280)
    expect.equal(len(ha.exchange(sent)), 2, "fragments of a tunnel packet of 1320 octets")


@case
def later_fragment(ha):
    """RFC 2473 8.1: quoting a later fragment, which names no inner destination: not believed"""
    node = ha.registered()
    inner = craft.udp(ha.place(), node.home, octets=1400)
    quoted = packets.ip6(HOME_AGENT, node.care_of, packets.FRAGMENT, craft.fragment(41, 150, 0) + inner)
    ha.silence(report(ha, 1400, quoted))
    expect.equal(inner_mtu(ha, node), LINK_MTU - OVERHEAD, "MTU told")


@case
def follows_the_care_of_address(ha):
    """RFC 8201 5.2: after a move the path is another one; back, it is known still"""
    node = learnt(ha, 1400)
    node.register(care_of=node.other_care_of)
    expect.equal(inner_mtu(ha, node), LINK_MTU - OVERHEAD, "MTU told after the move")
    node.register()
    expect.equal(inner_mtu(ha, node), 1360, "MTU told back there")


@case
def refresh_keeps_it(ha):
    """RFC 8201 5.2: a refresh from the same place keeps the path MTU"""
    node = learnt(ha, 1400)
    node.register()
    expect.equal(inner_mtu(ha, node), 1360, "MTU told")


@case
def other_nodes_keep_theirs(ha):
    """RFC 8201 5.2: another care-of address has another path"""
    other = ha.registered()
    learnt(ha, 1400)
    expect.equal(inner_mtu(ha, other), LINK_MTU - OVERHEAD, "MTU told")


@case
def late_report(ha):
    """RFC 8201 4: a report about the place a node has left is not believed, and not passed on"""
    node = ha.registered()
    node.register(care_of=node.other_care_of)
    ha.silence(report(ha, 1400, tunnel_packet(craft.udp(ha.place(), node.home, octets=1440), node.care_of)))
    expect.equal(inner_mtu(ha, node), LINK_MTU - OVERHEAD, "MTU told")


FORGED = ("another care-of address", "another home address", "another home agent address", "to another home agent address",
          "the inner header cut", "a wrong checksum", "from the home agent's own address", "no tunnel")


def forged(ha, node, what):
    inner = craft.udp(ha.place(), ha.node().home if what == FORGED[1] else node.home, octets=1440)
    if what == FORGED[7]:
        return report(ha, 1400, inner)
    quoted = tunnel_packet(inner, node.other_care_of if what == FORGED[0] else node.care_of,
                           "2001:db8:ff::2" if what in FORGED[2:4] else HOME_AGENT)
    if what == FORGED[3]:
        return report(ha, 1400, quoted, agent="2001:db8:ff::2")
    if what == FORGED[4]:
        return report(ha, 1400, quoted[:79])
    sent = report(ha, 1400, quoted)
    if what == FORGED[5]:
        return sent[:42] + bytes([sent[42] ^ 1]) + sent[43:]
    return craft.icmp(HOME_AGENT, HOME_AGENT, TOO_BIG, about=quoted[:1232], value=1400) if what == FORGED[6] else sent


@case(each=FORGED)
def forged_report(ha, what):
    """RFC 8201 4, 2473 8: a Packet Too Big that quotes {0}: neither believed nor passed on"""
    node = ha.registered()
    ha.silence(forged(ha, node, what))
    expect.equal(inner_mtu(ha, node), LINK_MTU - OVERHEAD, "MTU told")


@case
def own_messages(ha):
    """RFC 6275 9.3.4: a Packet Too Big about an acknowledgement changes no tunnel"""
    node = ha.registered()
    quoted = bytes(ha.one(node.update().packet())[IPv6])
    ha.silence(report(ha, 1280, quoted))
    expect.equal(inner_mtu(ha, node), LINK_MTU - OVERHEAD, "MTU told")
