# SPDX-License-Identifier: BSD-3-Clause
"""The foreign agent: advertisements, requests and replies relayed, every code of its own, and data of visitors. Mobile nodes and home
agents are played here, on the same link. RFC 5944 2, 3.7, 4.2; 3024 4.1, 4.2, 5.2; 2794; 3115; 4721.
"""
import ip4
import mip4
from configurations4 import CARE_OF, KNOWN_VISITOR, PEER, PEER_HOME_AGENT, VISITED, VISITOR
from home_agent4 import Frame, ip4_of
from mip4 import D, G, M, T, X, Association, Reply
from suite import Failure, case
import expect
import expect4

CONFIGURATION = "ipv4 visited"
HOME_AGENT = "198.18.0.9"  # any, without an association
MN_HA = Association(256, bytes(range(16)))
PORT = 5434
ROUTER_ON_THE_WAY = "172.30.0.1"
AAA = mip4.long(mip4.GENERALISED, 1, (256).to_bytes(4, "big") + bytes(16))  # whoever checks it, not the foreign agent
UNREACHABLE = {0: 80, 1: 81, 3: 82, 13: 88}  # ICMP code: code of the reply


class Node:
    """A mobile node that visits, and its home agent."""

    def __init__(self, ha, agent=HOME_AGENT, home=None):
        ha.places += 1
        self.ha, self.agent = ha, agent
        self.home = home or f"10.9.{1 + ha.places // 250}.{1 + ha.places % 250}"
        self.mac = f"02:00:00:09:{ha.places // 256:02x}:{ha.places % 256:02x}"

    def request(self, **fields):
        values = {"home": self.home, "home_agent": self.agent, "care_of": CARE_OF, "identification": mip4.ntp_now(), "flags": 0,
                  "mn_ha": MN_HA, "source": self.home, "sport": PORT, "destination": VISITED}
        return mip4.Request(**{**values, **fields})

    def frame(self, sent, ttl=255):
        return Frame(self.ha.wire.frame(sent.packet(ttl=ttl), self.mac))

    def relay(self, sent=None):
        """What the foreign agent makes of a request: (the request, the packet to the home agent)."""
        sent = sent or self.request()
        packet = self.ha.one(self.frame(sent))
        expect4.mobile_message(packet, mip4.REQUEST)
        return sent, packet

    def code(self, sent=None, ttl=255, **fields):
        """The code of the foreign agent's own refusal, judged."""
        sent = sent or self.request(**fields)
        return self.refusal(self.ha.one(self.frame(sent, ttl)), sent)

    def refusal(self, packet, sent):
        message = expect4.mobile_message(packet, mip4.REPLY)
        to = sent.home if sent.home != "0.0.0.0" else ip4.BROADCAST
        expect.equal((packet.source, packet.destination, packet.ports), (VISITED, to, (434, PORT)), "from, to, ports")
        expect.equal((message.home, message.home_agent, message.identification), (sent.home, sent.home_agent, sent.identification),
                     "home address, home agent, identification")
        return message.code

    def answer(self, relayed, sent, **fields):
        """What comes of the home agent's reply."""
        source = fields.pop("source", self.agent)
        values = {"home": sent.home, "home_agent": sent.home_agent, "identification": sent.identification, "mn_ha": MN_HA,
                  "lifetime_s": sent.lifetime_s, "fa_ha": PEER if self.agent == PEER_HOME_AGENT else None}
        reply = Reply(**{**values, **fields})
        return reply, self.ha.exchange(ip4.udp_packet(source, CARE_OF, 434, relayed.ports[0], reply.payload()))

    def register(self, **fields):
        sent, relayed = self.relay(self.request(**fields))
        reply, found = self.answer(relayed, sent)
        message = expect4.mobile_message(expect.one(found), mip4.REPLY)
        expect.equal(message.code, 0, "code")
        return reply, found[0]

    def is_visitor(self):
        """Whether what comes in the home agent's tunnel is delivered to it."""
        sent = ip4.udp_packet(self.ha.place(), self.home, 1, 2, b"hello")
        return [packet.frame.dst for packet in self.ha.exchange(ip4.ipip(sent, self.agent, CARE_OF))] == [self.mac]


# Registration.

@case
def relayed(ha):
    """RFC 5944 3.7.2.2: a request is relayed octet by octet, from the care-of address to port 434 of the home agent"""
    node = Node(ha)
    sent, packet = node.relay()
    expect.equal((packet.source, packet.destination, packet.ports[1]), (CARE_OF, HOME_AGENT, 434), "from, to, port")
    expect.same_octets(packet.payload[8:], sent.payload(), "the message")


@case
def own_extensions(ha):
    """RFC 5944 3.7.2.2: what is behind the authorising extension is for the foreign agent and goes no further"""
    node = Node(ha)
    sent = node.request(between=mip4.extension(200, b"for you"))
    _, packet = node.relay(sent)
    sent.between = b""
    expect.same_octets(packet.payload[8:], sent.payload(), "the message")


@case
def proved_to_home_agent(ha):
    """RFC 5944 3.7.2.2: with an association with the home agent: Foreign-Home authentication behind all else"""
    node = Node(ha, PEER_HOME_AGENT)
    sent, packet = node.relay()
    message = mip4.message_of(packet)
    expect.equal((message.order()[-1], message.proved_by(PEER, mip4.FA_HA)), (mip4.FA_HA, True), "the last extension, and its proof")
    expect.equal(message.proved_by(MN_HA), True, "Mobile-Home authentication")
    expect.same_octets(message.octets[:len(sent.payload())], sent.payload(), "what the node sent")


@case
def not_in_deregistration(ha):
    """RFC 5944 3.5.4: a de-registration gets no Foreign-Home authentication for a care-of address that is not its own"""
    node = Node(ha, PEER_HOME_AGENT)
    _, packet = node.relay(node.request(lifetime_s=0, care_of=node.home))
    expect.equal(mip4.message_of(packet).all_of(mip4.FA_HA), [], "Foreign-Home authentication")


@case
def reply_is_relayed(ha):
    """RFC 5944 3.7.3.2: the reply is relayed octet by octet to the node's MAC, home address and port; it is a visitor then"""
    node = Node(ha)
    reply, packet = node.register()
    expect.equal((packet.source, packet.destination, packet.ports, packet.frame.dst), (VISITED, node.home, (434, PORT), node.mac),
                 "from, to, ports, MAC")
    expect.same_octets(packet.payload[8:], reply.payload(), "the message")
    expect.true(node.is_visitor(), "nothing is delivered")


@case(each=(*range(128, 145), 255))
def refusal_of_home_agent(ha, code):
    """RFC 5944 3.7.3.2: a refusal of the home agent, code {0}, is relayed, and the node is no visitor"""
    node = Node(ha)
    sent, relayed_packet = node.relay()
    reply, found = node.answer(relayed_packet, sent, code=code)
    expect.same_octets(expect.one(found).payload[8:], reply.payload(), "the message")
    expect.true(not node.is_visitor(), "it is a visitor")


@case
def deregistered(ha):
    """RFC 5944 3.7.3.2: after an accepted de-registration it is no visitor"""
    node = Node(ha)
    node.register()
    node.register(lifetime_s=0, care_of=node.home)
    expect.true(not node.is_visitor(), "still a visitor")


@case(each=("identification", "home address", "another source"))
def reply_unasked(ha, what):
    """RFC 5944 3.7.3.1: a reply with another {0}: silence, no visitor"""
    node = Node(ha)
    sent, packet = node.relay()
    fields = {"identification": {"identification": sent.identification ^ 1}, "home address": {"home": "10.9.250.9"},
              "another source": {"source": "198.18.0.66"}}[what]
    _, found = node.answer(packet, sent, **fields)
    expect.equal(found, [], "packets")
    expect.true(not node.is_visitor(), "it is a visitor")


@case
def reply_twice(ha):
    """RFC 5944 3.7.3.1: a second reply to the same request: silence"""
    node = Node(ha)
    sent, packet = node.relay()
    node.answer(packet, sent)
    _, found = node.answer(packet, sent)
    expect.equal(found, [], "packets")


# Codes.

@case
def code_64(ha):
    """RFC 5944 3.4: a right request that is longer than what it relays: 64"""
    node = Node(ha)
    expect.equal(node.code(extensions=mip4.extension(200, bytes(250)) * 2), 64, "code")
    yield 1.2
    node.relay(node.request(extensions=mip4.extension(200, bytes(150)) * 2))


@case(on="ipv4 visited strict")
def code_65(ha):
    """RFC 5944 3.4: a home agent that may not be used: 65"""
    expect.equal(Node(ha).code(flags=T), 65, "code")


@case(on="ipv4 visited one way")
def code_66(ha):
    """RFC 5944 3.7.2.3: no room for another visitor: 66"""
    one, two = Node(ha), Node(ha)
    one.register()
    expect.equal(two.code(), 66, "code")
    expect.true(one.is_visitor() and not two.is_visitor(), "visitors")
    one.register(lifetime_s=0, care_of=one.home)


@case
def code_67(ha):
    """RFC 5944 3.7.2.1: a node with an association whose Mobile-Foreign authentication is missing: 67; right, it is relayed"""
    node = Node(ha, home=KNOWN_VISITOR)
    expect.equal(node.code(), 67, "code")
    yield 1.2
    sent = node.request()
    sent.between = mip4.authentication(mip4.MN_FA, VISITOR, sent.payload())
    _, packet = node.relay(sent)
    expect.equal(mip4.message_of(packet).all_of(mip4.MN_FA), [], "Mobile-Foreign authentication, which goes no further")


@case(each=("none", "wrong"))
def code_68(ha, what):
    """RFC 5944 3.7.3.1: a reply of a home agent with an association whose Foreign-Home authentication is {0}: 68, no visitor"""
    node = Node(ha, PEER_HOME_AGENT)
    sent, packet = node.relay()
    fields = {"fa_ha": None} if what == "none" else {"fa_ha_data": bytes(32)}
    _, found = node.answer(packet, sent, **fields)
    expect.equal(node.refusal(expect.one(found), sent), 68, "code")
    expect.true(not node.is_visitor(), "it is a visitor")


@case(each=(1001, mip4.INFINITE))
def code_69(ha, lifetime_s):
    """RFC 5944 3.7.2.3: a lifetime of {0}: 69, and the longest one that it takes"""
    node = Node(ha)
    sent = node.request(lifetime_s=lifetime_s)
    packet = ha.one(node.frame(sent))
    expect.equal((node.refusal(packet, sent), mip4.message_of(packet).lifetime_s), (69, 1000), "code and lifetime")


@case
def code_70(ha):
    """RFC 5944 3.7.2.1: a reserved bit that is not 0: 70"""
    expect.equal(Node(ha).code(flags=X), 70, "code")


@case
def code_71(ha):
    """RFC 5944 3.4: a reply with an extension of a length that it cannot have: 71, no visitor"""
    node = Node(ha)
    sent, packet = node.relay()
    _, found = node.answer(packet, sent, extensions=mip4.extension(mip4.UDP_REPLY, b"ab"))
    expect.equal(node.refusal(expect.one(found), sent), 71, "code")
    expect.true(not node.is_visitor(), "it is a visitor")


@case(on="ipv4 visited strict", each=(M, G))
def code_72(ha, flag):
    """RFC 5944 3.4: flag {0:#04x}, an encapsulation that is not offered: 72"""
    expect.equal(Node(ha, PEER_HOME_AGENT).code(flags=T | flag), 72, "code")


@case(on="ipv4 visited one way")
def code_74(ha):
    """RFC 3024 3.4: T set where there is no reverse tunnel: 74"""
    expect.equal(Node(ha).code(flags=T), 74, "code")


@case(on="ipv4 visited strict")
def code_75(ha):
    """RFC 3024 3.4: T clear where a reverse tunnel is mandatory: 75"""
    expect.equal(Node(ha, PEER_HOME_AGENT).code(), 75, "code")


@case
def code_76(ha):
    """RFC 3024 3.4, 4.2: T set, but the request has come through a router (TTL below 255): 76"""
    expect.equal(Node(ha).code(flags=T, ttl=254), 76, "code")


@case(each=("192.0.2.99", HOME_AGENT))
def code_77(ha, care_of):
    """RFC 5944 3.7.2.1: care-of address {0}, which it does not offer: 77"""
    expect.equal(Node(ha).code(care_of=care_of), 77, "code")


@case
def code_78(ha):
    """RFC 5944 3.4: the home agent does not answer: 78; a late reply makes no visitor"""
    node = Node(ha)
    inbox = ha.inbox(lambda frame: ip4_of(frame) is not None and ip4_of(frame).destination == node.home)
    sent, packet = node.relay()
    yield from ha.until(lambda: bool(inbox.frames), 5)
    found = inbox.take()
    ha.inboxes.remove(inbox)
    if not found:
        raise Failure("no reply")
    expect.equal(node.refusal(ip4_of(found[0]), sent), 78, "code")
    node.answer(packet, sent)
    expect.true(not node.is_visitor(), "it is a visitor")


@case(on="ipv4 visited strict")
def code_79(ha):
    """RFC 3024 3.4: encapsulating delivery that is not offered: 79"""
    node = Node(ha, PEER_HOME_AGENT)
    expect.equal(node.code(flags=T, between=mip4.extension(mip4.DELIVERY_STYLE, b"")), 79, "code")


@case(each=UNREACHABLE)
def code_80_to_88(ha, icmp_code):
    """RFC 5944 3.7.3: ICMP unreachable, code {0}, about the relayed request: the node is told by 80 to 88"""
    node = Node(ha)
    sent, packet = node.relay()
    error = ip4.icmp_error(ROUTER_ON_THE_WAY, CARE_OF, ip4.UNREACHABLE, icmp_code, packet.octets)
    expect.equal(node.refusal(ha.one(error), sent), UNREACHABLE[icmp_code], "code")


@case(each=("0.0.0.0", "255.255.255.255"))
def code_90(ha, agent):
    """RFC 2794 4, 4433: home agent {0}, where it must be told: 90"""
    expect.equal(Node(ha).code(home_agent=agent), 90, "code")


@case
def code_96(ha):
    """RFC 2794 4: neither home address nor identifier: 96"""
    expect.equal(Node(ha).code(home="0.0.0.0", source="0.0.0.0"), 96, "code")


@case(each=((97, "identifier"), (98, "home agent"), (99, "home address")))
def code_97_to_99(ha, what):
    """RFC 2794 3: a reply that accepts, without {0}, to a request with an identifier and no home address: no visitor"""
    code, without = what
    node = Node(ha)
    sent, packet = node.relay(node.request(nai="visitor@example.net", home="0.0.0.0", source="0.0.0.0"))
    fields = {"home": node.home, "extensions": mip4.nai("visitor@example.net")}
    fields.update({"identifier": {"extensions": b""}, "home agent": {"home_agent": "0.0.0.0"}, "home address": {"home": "0.0.0.0"}}[without])
    _, found = node.answer(packet, sent, **fields)
    expect.equal(node.refusal(expect.one(found), sent), code, "code")
    expect.true(not node.is_visitor(), "it is a visitor")


@case
def code_100(ha):
    """RFC 3115 3: an unknown critical vendor extension for the foreign agent, from the node: 100"""
    expect.equal(Node(ha).code(between=mip4.critical_vendor(0xfffe, 1)), 100, "code")


@case
def code_101(ha):
    """RFC 3115 3: the same in the home agent's reply: 101, no visitor"""
    node = Node(ha)
    sent, packet = node.relay()
    _, found = node.answer(packet, sent, between=mip4.critical_vendor(0xfffe, 1))
    expect.equal(node.refusal(expect.one(found), sent), 101, "code")
    expect.true(not node.is_visitor(), "it is a visitor")


@case(on="ipv4 challenged")
def code_104(ha):
    """RFC 4721 4.2: a challenge that was never said: 104"""
    expect.equal(Node(ha).code(between=mip4.challenge(b"never said this") + AAA), 104, "code")


@case(on="ipv4 challenged")
def code_106(ha):
    """RFC 4721 4.2: the challenge of the refusal, used once and then again: 106; the reply brings another one"""
    node = Node(ha)
    refusal = ha.one(node.frame(node.request()))
    said = mip4.message_of(refusal).one_of(mip4.CHALLENGE)
    expect.true(bool(said), "no challenge in the refusal")
    sent, packet = node.relay(node.request(between=mip4.challenge(said) + AAA))
    _, found = node.answer(packet, sent, between=mip4.challenge(said))
    expect.true(mip4.message_of(found[0]).one_of(mip4.CHALLENGE) not in (None, said), "no new challenge in the reply")
    yield 1.2
    expect.equal(node.code(between=mip4.challenge(said) + AAA), 106, "code")


@case(on="ipv4 challenged")
def code_109(ha):
    """RFC 4721 3.2, 4636: a reply with another challenge than the request's: 109 in an extension, the home agent's code stays"""
    node = Node(ha)
    said = mip4.message_of(ha.one(node.frame(node.request()))).one_of(mip4.CHALLENGE)
    sent, packet = node.relay(node.request(between=mip4.challenge(said) + AAA))
    _, found = node.answer(packet, sent, between=mip4.challenge(bytes(len(said))))
    message = expect4.mobile_message(expect.one(found), mip4.REPLY)
    expect.equal((message.code, message.one_of(mip4.FA_ERROR)), (0, bytes((0, 109))), "code, and FA Error extension")


@case(on="ipv4 challenged")
def code_105(ha):
    """RFC 4721 4.2: no challenge: 105"""
    expect.equal(Node(ha).code(), 105, "code")


@case(each=("224.0.0.9", CARE_OF))
def code_194(ha, agent):
    """RFC 4433 5: home agent {0}, which none can be: 194"""
    expect.equal(Node(ha).code(home_agent=agent), 194, "code")


@case(each=(60, 127))
def unknown_critical(ha, kind):
    """RFC 5944 1.11: an unknown extension of type {0} for the foreign agent: the message is dropped"""
    node = Node(ha)
    ha.silence(node.frame(node.request(between=mip4.extension(kind, b"abc"))))


@case
def wrong_udp_checksum(ha):
    """RFC 5944 3.7.2.1: a wrong UDP checksum: silence"""
    node = Node(ha)
    ha.silence(Frame(ha.wire.frame(node.request().packet(bad_checksum=True, ttl=255), node.mac)))


@case
def co_located_is_relayed(ha):
    """RFC 5944 3.7.1, 3.6: a node with an address of its own (D) that registers through it is relayed"""
    node = Node(ha)
    _, packet = node.relay(node.request(flags=D, care_of="192.0.2.50"))
    expect.equal(mip4.message_of(packet).care_of, "192.0.2.50", "care-of address")


# Data.

@case(each=(("ipip", 0), ("minimal", M), ("gre", G)))
def delivered(ha, what):
    """RFC 5944 4.2.2, 2003 3.3: {0}: what comes in the home agent's tunnel goes to the visitor's MAC, TTL one less"""
    kind, flags = what
    node = Node(ha)
    node.register(flags=flags)
    sent = ip4.udp_packet(ha.place(), node.home, 1, 2, b"hello")
    wrap = {"ipip": ip4.ipip, "minimal": ip4.minimal, "gre": ip4.gre}[kind]
    packet = ha.one(wrap(sent, HOME_AGENT, CARE_OF))
    expect.equal(packet.frame.dst, node.mac, "MAC")
    expect4.forwarded(packet, sent)


@case
def tunnel_of_another(ha):
    """RFC 5944 4.2.2: a tunnel packet for a visitor that is not from its home agent: silence"""
    node = Node(ha)
    node.register()
    ha.silence(ip4.ipip(ip4.udp_packet(ha.place(), node.home, 1, 2, b"hello"), "198.18.0.66", CARE_OF))


@case
def tunnel_for_no_visitor(ha):
    """RFC 5944 4.2.2: a tunnel packet for somebody who does not visit: silence"""
    node = Node(ha)
    ha.silence(ip4.ipip(ip4.udp_packet(ha.place(), node.home, 1, 2, b"hello"), HOME_AGENT, CARE_OF))


@case(each=(("ipip", 0), ("minimal", M), ("gre", G)))
def reverse(ha, what):
    """RFC 3024 4.2, 5.1: {0}: with T what the visitor sends to the agent's MAC goes to its home agent in a tunnel from the care-of address"""
    kind, flags = what
    node = Node(ha)
    node.register(flags=T | flags)
    sent = ip4.udp_packet(node.home, ha.place(), 1, 2, b"there")
    packet = ha.one(Frame(ha.wire.frame(sent, node.mac)))
    found = ip4.open_tunnel(packet)
    expect.equal((found and found.kind, packet.source, packet.destination), (kind, CARE_OF, HOME_AGENT), "the tunnel")
    expect.same_octets(found.inner, expect4.hop_counted(sent), "the packet in it")


@case
def reverse_of_another_station(ha):
    """RFC 3024 6: a packet with a visitor's source address from another station's MAC is not tunnelled for it"""
    node, other = Node(ha), Node(ha)
    node.register(flags=T)
    sent = ip4.udp_packet(node.home, ha.place(), 1, 2, b"forged")
    found = ha.exchange(Frame(ha.wire.frame(sent, other.mac)))
    expect.equal([packet for packet in found if ip4.open_tunnel(packet) is not None], [], "tunnels")


@case
def encapsulated_delivery(ha):
    """RFC 3024 5.2: encapsulating delivery: the node's own tunnel to the agent is opened, the packet goes on in the tunnel to the home agent"""
    node = Node(ha)
    node.register(flags=T, between=mip4.extension(mip4.DELIVERY_STYLE, b""))
    sent = ip4.udp_packet(node.home, ha.place(), 1, 2, b"there")
    packet = ha.one(Frame(ha.wire.frame(ip4.ipip(sent, node.home, VISITED), node.mac)))
    found = ip4.open_tunnel(packet)
    expect.equal((packet.source, packet.destination), (CARE_OF, HOME_AGENT), "the tunnel")
    expect.equal((ip4.read(found.inner).destination, ip4.read(found.inner).payload[8:]), (ip4.read(sent).destination, b"there"),
                 "the packet in it")


# Agent discovery.

@case
def solicited(ha):
    """RFC 5944 2.1, 2.2: a solicitation is answered by an advertisement: TTL 1, F, a care-of address, the lifetime, its own address"""
    node = Node(ha)
    inbox = ha.inbox(lambda frame: mip4.read_advertisement(ip4_of(frame)) is not None)
    ha.exchange(Frame(ha.wire.frame(mip4.solicitation(node.home), node.mac)))
    yield from ha.until(lambda: bool(inbox.frames), 5)
    found = inbox.take()
    ha.inboxes.remove(inbox)
    expect.true(bool(found), "no advertisement")
    packet = ip4_of(found[0])
    told = mip4.read_advertisement(packet)
    expect.equal((packet.source, packet.ttl, told.mobility, told.care_ofs, told.registration_lifetime_s),
                 (VISITED, 1, True, [CARE_OF], 1000), "source, TTL, extension, care-of addresses, lifetime")
    expect.true(told.flags & mip4.ADVERTISED["F"] and not told.flags & mip4.ADVERTISED["B"], f"flags {told.flags:#06x}")
    expect.equal(told.flags & 0x021f, 0, "reserved flags and r")
