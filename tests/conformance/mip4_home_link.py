# SPDX-License-Identifier: BSD-3-Clause
"""A real home link: ARP for mobile nodes that are away, and their return. RFC 5944 4.6, 3.8.3.1; 826; 5227."""
import ip4
from configurations4 import HOME_AGENT
from home_agent4 import Answer, Frame, ip4_of
from scapy.layers.l2 import ARP
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4 real"
NEIGHBOUR = "10.1.0.77"
NEIGHBOUR_MAC = "02:00:00:00:77:77"
NODE_MAC = "02:00:00:00:55:55"
OCTETS_0 = "00:00:00:00:00:00"


def question(ha, target, sender=NEIGHBOUR, operation=ip4.ARP_REQUEST, to=ip4.BROADCAST_MAC):
    return Frame(ip4.arp(operation, NEIGHBOUR_MAC, sender, OCTETS_0, target, to))


def answers(ha, target, **fields):
    """ARP that comes back for a question about the target. The inbox takes it; the marker proves that no more comes."""
    inbox = ha.arp_inbox(target)
    ha.exchange(question(ha, target, **fields))
    ha.inboxes.remove(inbox)
    return [frame[ARP] for frame in inbox.take(ARP)]


def settled(ha, node):
    """Lets gratuitous ARP that is repeated pass."""
    inbox = ha.arp_inbox(node.home)
    yield 3
    ha.inboxes.remove(inbox)


def proxied(ha, node):
    found = [arp for arp in answers(ha, node.home) if arp.op == ip4.ARP_REPLY and arp.pdst == NEIGHBOUR]
    return bool(found) and all(arp.hwsrc == ha.wire.peer_mac and arp.psrc == node.home for arp in found)


@case
def gratuitous(ha):
    """RFC 5944 4.6: a first registration: gratuitous ARP for the home address with the home agent's MAC, broadcast, repeated"""
    node = ha.node()
    inbox = ha.arp_inbox(node.home)
    node.register()
    yield from ha.until(lambda: len(inbox.frames) >= 2, 6)
    found = inbox.take(ARP)
    ha.inboxes.remove(inbox)
    expect.true(len(found) >= 2, f"{len(found)} announcements")
    for frame in found:
        arp = frame[ARP]
        expect.equal((frame.dst, arp.psrc, arp.pdst, arp.hwsrc), (ip4.BROADCAST_MAC, node.home, node.home, ha.wire.peer_mac),
                     "to, sender, target, MAC")


@case
def not_when_refused(ha):
    """RFC 5944 4.6: a registration that is refused: no ARP at all"""
    node = ha.node("prohibited")
    inbox = ha.arp_inbox(node.home)
    expect4.refused(node, 129)
    yield 2
    ha.inboxes.remove(inbox)
    expect.equal(len(inbox.take()), 0, "ARP about it")


@case
def not_when_renewed(ha):
    """RFC 5944 4.6: a renewal of a binding that is there is not announced again"""
    node = ha.registered()
    yield from settled(ha, node)
    inbox = ha.arp_inbox(node.home)
    node.register()
    yield 2
    ha.inboxes.remove(inbox)
    expect.equal(len(inbox.take()), 0, "ARP about it")


@case
def proxy(ha):
    """RFC 5944 4.6: a request for the home address of a node that is away is answered with the home agent's MAC"""
    node = ha.registered()
    yield from settled(ha, node)
    found = [arp for arp in answers(ha, node.home) if arp.op == ip4.ARP_REPLY]
    expect.equal(len(found), 1, "replies")
    arp = found[0]
    expect.equal((arp.psrc, arp.hwsrc, arp.pdst, arp.hwdst), (node.home, ha.wire.peer_mac, NEIGHBOUR, NEIGHBOUR_MAC),
                 "sender and target")


@case
def probe_is_answered(ha):
    """RFC 5227 2.1.1, 5944 4.6: a probe (sender 0.0.0.0) for it is answered: the address is taken"""
    node = ha.registered()
    yield from settled(ha, node)
    found = [arp for arp in answers(ha, node.home, sender="0.0.0.0") if arp.op == ip4.ARP_REPLY]
    expect.equal([(arp.psrc, arp.hwsrc) for arp in found], [(node.home, ha.wire.peer_mac)], "replies")


@case
def nobody_away(ha):
    """RFC 5944 4.6: an address without a binding is not answered for"""
    expect.equal(answers(ha, ha.node().home), [], "ARP")


@case
def gone(ha):
    """RFC 5944 4.6: after a de-registration it is no more"""
    node = ha.registered()
    yield from settled(ha, node)
    node.leave()
    yield from settled(ha, node)
    expect.true(not proxied(ha, node), "still answered for")


@case
def expired(ha):
    """RFC 5944 4.6: nor after the lifetime"""
    node = ha.registered(lifetime_s=4)
    yield from settled(ha, node)
    yield 3
    expect.true(not proxied(ha, node), "still answered for")


@case(each=("operation", "hardware type", "protocol type", "lengths", "short"))
def malformed(ha, what):
    """RFC 826: a request with a wrong {0}: not answered"""
    node = ha.registered()
    yield from settled(ha, node)
    octets = bytearray(question(ha, node.home).octets)
    if what == "short":
        octets = octets[:40]
    else:
        octets[{"operation": 21, "hardware type": 15, "protocol type": 16, "lengths": 18}[what]] ^= 0x10
    inbox = ha.arp_inbox(node.home)
    ha.exchange(Frame(bytes(octets)))
    ha.inboxes.remove(inbox)
    expect.equal([frame for frame in inbox.take(ARP) if frame[ARP].op == ip4.ARP_REPLY], [], "replies")


@case
def intercepted(ha):
    """RFC 5944 4.2, 4.6: what a neighbour sends to it at the home agent's MAC is tunnelled"""
    node = ha.registered()
    sent = ip4.udp_packet(NEIGHBOUR, node.home, 1, 2, b"away?")
    expect4.tunnelled(ha.one(sent), sent, node.care_of)


@case
def return_home(ha):
    """RFC 5944 3.8.3.1, 4.6: a return: answered straight on the home link, then announced with the node's own MAC; no proxy any more"""
    node = ha.registered()
    yield from settled(ha, node)
    inbox = ha.arp_inbox(node.home)
    sent = node.request(care_of=node.home, source=node.home, lifetime_s=0, flags=0)
    frame = Frame(ha.wire.frame(sent.packet(), NODE_MAC))
    answer = Answer(ha.one(frame))
    expect4.replied(answer, sent, 0, node.association, 0)
    expect.equal(answer.packet.frame.dst, NODE_MAC, "whom the reply goes to")
    yield from ha.until(lambda: any(found[ARP].hwsrc == NODE_MAC for _, found in inbox.frames if ARP in found), 4)
    ha.inboxes.remove(inbox)
    seen = [(found[ARP].psrc, found[ARP].pdst, found[ARP].hwsrc) for found in inbox.take(ARP) if found.dst == ip4.BROADCAST_MAC]
    expect.true((node.home, node.home, NODE_MAC) in seen, f"announced: {seen}")
    expect.true(not proxied(ha, node), "still answered for")


@case
def refused_return(ha):
    """RFC 5944 3.8.3.1: a refused de-registration from the home address: answered on the home link, not into the tunnel"""
    node = ha.registered()
    sent = node.request(care_of=node.home, source=node.home, lifetime_s=0, flags=0, mn_ha_data=bytes(16))
    answer = Answer(ha.one(Frame(ha.wire.frame(sent.packet(), NODE_MAC))))
    expect4.replied(answer, sent, 131, node.association)
    expect.equal(answer.packet.frame.dst, NODE_MAC, "whom the reply goes to")
    node.must_be_bound()


@case
def at_home(ha):
    """RFC 5944 4.2: a node that has no binding is at home: a packet to it is delivered on the home link, to its MAC by ARP"""
    node = ha.node()
    arps = ha.arp_inbox(node.home)
    inbox = ha.inbox(lambda frame: ip4_of(frame) is not None and ip4_of(frame).destination == node.home)
    sent = ip4.udp_packet(ha.place(), node.home, 1, 2, b"at home")
    ha.exchange(sent)
    yield from ha.until(lambda: len(arps.frames) > 0, 4)
    asked = [frame[ARP] for frame in arps.take(ARP)]
    expect.true(bool(asked) and asked[0].op == ip4.ARP_REQUEST and asked[0].pdst == node.home, "nobody asks for its MAC")
    ha.send(Frame(ip4.arp(ip4.ARP_REPLY, NODE_MAC, node.home, ha.wire.peer_mac, asked[0].psrc, to=ha.wire.peer_mac)))
    yield from ha.until(lambda: len(inbox.frames) > 0, 4)
    found = inbox.take()
    ha.inboxes.remove(inbox)
    ha.inboxes.remove(arps)
    expect.equal([frame.dst for frame in found], [NODE_MAC], "whom it was delivered to")
    expect.same_octets(ip4_of(found[0]).octets, expect4.hop_counted(sent), "the packet")


@case
def own_address(ha):
    """RFC 826: the home agent's own address is answered for, once"""
    found = [arp for arp in answers(ha, HOME_AGENT, sender="192.0.2.200") if arp.op == ip4.ARP_REPLY]
    expect.equal([arp.hwsrc for arp in found], [ha.wire.peer_mac], "replies")
