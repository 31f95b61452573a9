# SPDX-License-Identifier: BSD-3-Clause
"""Tunnels in tunnels, and signalling in them: RFC 6275 10.4.5, 15.1; 2473 3.1, 4.1."""
from scapy.layers.inet6 import IPv6

from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect

CONFIGURATION = "virtual"


@case
def care_of_in_another_home(ha):
    """RFC 6275 15.1: out of a mobile node's tunnel, a registration at its home address as care-of address: silence, so that no tunnel leads into another"""
    node, nested = ha.registered(), ha.node()
    ha.silence(craft.tunnel(nested.update(care_of=node.home).packet(), node.care_of))
    nested.must_not_be_bound(node.home)


@case
def update_out_of_a_tunnel(ha):
    """RFC 6275 10.3.1, 9.5.4: out of a node's tunnel, a registration at an alternate care-of address: accepted, answered by way of the tunnel"""
    node, nested = ha.registered(), ha.node()
    sent = nested.update(source=node.home)
    frame = ha.one(craft.tunnel(sent.packet(), node.care_of))
    expect.equal((frame[IPv6].nh, frame[IPv6].src, frame[IPv6].dst), (packets.IPV6, HOME_AGENT, node.care_of), "outer header")
    message = packets.read_message(bytes(frame[IPv6])[40:])
    expect.equal((message.type, message.status, message.destination, message.routing_home), (packets.BA, 0, node.home, nested.home),
                 "the acknowledgement inside")
    expect.equal((message.checksum_ok, message.auth_ok(sent.key, sent.care_of, sent.home)), (True, True), "checksum and authenticator")
    nested.must_be_bound()


@case
def own_deregistration_out_of_the_tunnel(ha):
    """RFC 6275 10.3.2: lifetime 0 from the home address itself, out of its own tunnel: accepted, the binding gone"""
    node = ha.registered()
    sent = node.update(lifetime_s=0, care_of=node.home, source=node.home, home_option=False, alternate=False)
    ha.exchange(craft.tunnel(sent.packet(), node.care_of))
    node.must_not_be_bound()


@case
def forged_out_of_a_tunnel(ha):
    """RFC 4285 5.1: what comes out of a tunnel is authenticated as anything else: without it silence"""
    node, victim = ha.registered(), ha.registered()
    ha.silence(craft.tunnel(victim.update(source=node.home, spi=None, identifier=None).packet(), node.care_of))
    victim.must_be_bound()


@case
def tunnel_in_a_tunnel(ha):
    """RFC 6275 10.4.5: a tunnel out of a tunnel: its outer source is the first node's home address, nobody's care-of address: dropped"""
    node, nested = ha.registered(), ha.registered()
    inner = craft.tunnel(craft.udp(nested.home, ha.place()), node.home)
    ha.silence(craft.tunnel(inner, node.care_of))


@case
def own_tunnel_in_a_tunnel(ha):
    """RFC 6275 10.4.5: a node's own tunnel twice around a packet: dropped"""
    node = ha.registered()
    inner = craft.tunnel(craft.udp(node.home, ha.place()), node.home)
    ha.silence(craft.tunnel(inner, node.care_of))


@case
def spoofed_care_of_in_a_tunnel(ha):
    """RFC 6275 10.4.5: inside a tunnel, a tunnel that pretends to come from another node's care-of address: dropped"""
    node, victim = ha.registered(), ha.registered()
    inner = craft.tunnel(craft.udp(victim.home, ha.place()), victim.care_of)
    ha.silence(craft.tunnel(inner, node.care_of))


@case(each=(3, 8, 30))
def deep(ha, depth):
    """RFC 2473 4.1: {0} tunnels to the home agent in one another: dropped"""
    node = ha.registered()
    packet = craft.udp(node.home, ha.place())
    for _ in range(depth):
        packet = craft.tunnel(packet, node.home)
    ha.silence(craft.tunnel(packet, node.care_of))


@case
def foreign_tunnel_passes(ha):
    """RFC 6275 10.4.5: a node's tunnel to somebody else inside its tunnel is forwarded as it is"""
    node, place = ha.registered(), ha.place()
    inner = craft.tunnel(craft.udp(node.home, ha.place()), node.home, agent=place)
    expect.forwarded(ha.one(craft.tunnel(inner, node.care_of)), inner)


@case
def foreign_tunnel_to_a_node(ha):
    """RFC 6275 10.4.2: somebody's tunnel to a home address is tunnelled as it is, once"""
    node, place = ha.registered(), ha.place()
    sent = craft.tunnel(craft.udp(ha.place(), node.home), place, agent=node.home)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case
def home_address_option_in_a_tunnel(ha):
    """RFC 6275 6.3, 9.3.1: inside a tunnel, a Home Address option of a node that is registered elsewhere: Binding Error 1 by way of the tunnel"""
    node, other = ha.registered(), ha.registered()
    frame = ha.one(craft.tunnel(other.echo(node.home), node.care_of))
    whole = bytes(frame[IPv6])
    message = packets.read_message(whole[40:] if whole[6] == packets.IPV6 else whole)
    expect.equal((frame[IPv6].dst, message.type, message.body[6], message.body[8:24]),
                 (node.care_of, packets.BE, 1, packets.address(other.home)), "where it goes, and the error")


@case
def no_chain_beforehand(ha):
    """RFC 6275 15.1: at the home address of a node that is not registered yet: silence, so that no chain can be made in any order"""
    outer, nested = ha.node(), ha.node()
    nested.silent(care_of=outer.home, source=nested.care_of)
    outer.register()
    nested.must_not_be_bound(outer.home)
