# SPDX-License-Identifier: BSD-3-Clause
"""Broadcasts of the home network for mobile nodes that asked for them. RFC 5944 4.3, 4.4."""
import ip4
from configurations4 import FOREIGN_AGENTS, HOME_AGENT, NETWORK_BROADCAST
from home_agent4 import Frame
from mip4 import B, D, T
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4 real"
NEIGHBOUR = "10.1.0.77"  # of the home link


def broadcast(ha, destination=NETWORK_BROADCAST):
    """One on the home link; (the packet, what came of it)"""
    sent = ip4.udp_packet(NEIGHBOUR, destination, 137, 137, b"to all")
    frame = bytes.fromhex("ff" * 6) + bytes.fromhex(ha.wire.own_mac.replace(":", "")) + b"\x08\x00" + sent
    return sent, ha.exchange(Frame(frame))


@case(each=(NETWORK_BROADCAST, ip4.BROADCAST))
def co_located(ha, destination):
    """RFC 5944 4.3: B and D set, a broadcast to {0}: tunnelled as it is to the care-of address, once"""
    node = ha.registered(flags=D | B)
    sent, found = broadcast(ha, destination)
    mine = [packet for packet in found if packet.destination == node.care_of]
    inner = ip4.open_tunnel(expect.one(mine)).inner
    expect.equal((ip4.read(inner).destination, ip4.read(inner).source), (destination, NEIGHBOUR), "addresses inside")
    expect.same_octets(ip4.read(inner).payload, ip4.read(sent).payload, "payload")


@case
def through_foreign_agent(ha):
    """RFC 5944 4.3: B set, D clear: first wrapped in a packet to the home address, then in the tunnel"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-sha1"][0]
    node.ask_with(node.through(agent, "hmac-sha1", flags=B | T))
    sent, found = broadcast(ha)
    mine = [ip4.open_tunnel(packet) for packet in found if packet.destination == agent]
    wrapped = ip4.open_tunnel(expect.one(mine).inner)
    expect.equal((wrapped.outer.source, wrapped.outer.destination), (HOME_AGENT, node.home), "addresses of the wrapping")
    expect.equal(ip4.read(wrapped.inner).destination, NETWORK_BROADCAST, "destination of the broadcast")
    expect.same_octets(ip4.read(wrapped.inner).payload, ip4.read(sent).payload, "payload")


@case
def not_asked_for(ha):
    """RFC 5944 4.3: B clear: no broadcast is forwarded"""
    node = ha.registered(flags=D)
    _, found = broadcast(ha)
    expect.equal([packet for packet in found if packet.destination == node.care_of], [], "packets to the care-of address")


@case
def no_longer(ha):
    """RFC 5944 4.3: after a registration without B none is forwarded any more"""
    node = ha.registered(flags=D | B)
    node.register(flags=D)
    _, found = broadcast(ha)
    expect.equal([packet for packet in found if packet.destination == node.care_of], [], "packets to the care-of address")


@case
def gone(ha):
    """RFC 5944 4.3: nor after a de-registration"""
    node = ha.registered(flags=D | B)
    node.leave()
    _, found = broadcast(ha)
    expect.equal([packet for packet in found if packet.destination == node.care_of], [], "packets to the care-of address")


@case
def multicast_is_no_broadcast(ha):
    """RFC 5944 4.4: a multicast packet of the home link is not forwarded for B"""
    node = ha.registered(flags=D | B)
    sent = ip4.udp_packet(NEIGHBOUR, "224.0.0.251", 5353, 5353, b"to some")
    frame = bytes.fromhex("01005e0000fb") + bytes.fromhex(ha.wire.own_mac.replace(":", "")) + b"\x08\x00" + sent
    found = ha.exchange(Frame(frame))
    expect.equal([packet for packet in found if packet.destination == node.care_of], [], "packets to the care-of address")


@case(on="ipv4 strict")
def not_supported(ha):
    """RFC 5944 3.8.2.2: B where broadcasts are not forwarded: accepted all the same"""
    expect4.accepted(ha.node(), flags=D | T | B, code=1)
