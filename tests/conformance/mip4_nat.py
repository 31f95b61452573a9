# SPDX-License-Identifier: BSD-3-Clause
"""Mobile nodes behind NAT: tunnels in UDP. RFC 3519 3, 4."""
import ip4
import mip4
from configurations4 import FOREIGN_AGENTS, HOME_AGENT, KEEPALIVE_S, NAT_MAX_LIFETIME_S
from mip4 import D, G, M, T
from suite import case
import expect
import expect4

CONFIGURATION = "ipv4"
PRIVATE = "192.168.1.10"  # the care-of address behind the NAT; the NAT is the node's care_of
PORT = 40000
ASSENT, DECLINE = 0, 64
FLAGS = D | T


def behind_nat(ha, node=None, **fields):
    """A node registered through its NAT."""
    node = node or ha.node()
    answer = ask(node, **fields)
    expect.equal(answer.code, 0, "code")
    return node, answer


def ask(node, port=PORT, extension=None, **fields):
    values = {"care_of": PRIVATE, "source": node.care_of, "sport": port, "flags": FLAGS,
              "extensions": mip4.udp_request() if extension is None else extension}
    sent = node.request(**{**values, **fields})
    answer = node.ask_with(sent)
    expect4.replied(answer, sent, answer.code, node.association)
    return answer


def to_node(ha, node, port=PORT, following=ip4.IPIP):
    """A packet from somebody, in the node's UDP tunnel."""
    sent = ip4.udp_packet(ha.place(), node.home, 1, 2, b"hello")
    found = expect4.tunnelled(ha.one(sent), sent, node.care_of, "udp", ports=(434, port))
    expect.equal(found.following, following, "next header of the tunnel data")


def from_node(ha, node, **fields):
    """The packet, and what it is in when it leaves the NAT."""
    sent = ip4.udp_packet(node.home, ha.place(), 3, 4, b"there")
    return sent, ip4.udp_tunnel(sent, node.care_of, HOME_AGENT, **{"sport": PORT, **fields})


@case
def assent(ha):
    """RFC 3519 3.2, 4.6: source and care-of address differ: code 0 in the tunnel reply, with a keepalive interval"""
    node, answer = behind_nat(ha)
    expect.equal(answer.message.udp_reply(), (ASSENT, False, KEEPALIVE_S), "tunnel reply: code, F, keepalive")
    order = answer.message.order()
    expect.true(order.index(mip4.UDP_REPLY) < order.index(mip4.MN_HA), "it precedes the authentication")
    expect.true(answer.lifetime_s <= NAT_MAX_LIFETIME_S, f"lifetime {answer.lifetime_s}")
    expect.equal(node.kind, "timestamp", "kind")


@case
def to_it(ha):
    """RFC 3519 4.1, 4.7: packets to it go in UDP from port 434 to the source address and port of the request"""
    node, _ = behind_nat(ha)
    to_node(ha, node)


@case
def from_it(ha):
    """RFC 3519 4.7: what comes in that tunnel is taken out and forwarded"""
    node, _ = behind_nat(ha)
    sent, outer = from_node(ha, node)
    expect4.forwarded(ha.one(outer), sent)


@case
def no_checksum(ha):
    """RFC 768, 3519 4.7: a tunnel packet without UDP checksum is taken"""
    node, _ = behind_nat(ha)
    sent, outer = from_node(ha, node, with_checksum=False)
    expect4.forwarded(ha.one(outer), sent)


@case(each=("port", "address", "inner source", "next header", "type"))
def not_its_tunnel(ha, what):
    """RFC 3519 4.7, 5.2: another {0} than the registered one: silence, and the tunnel stays where it is"""
    node, _ = behind_nat(ha)
    other = ha.registered(flags=FLAGS)
    sent = ip4.udp_packet(node.home, ha.place(), 3, 4, b"there")
    made = {
        "port": lambda: ip4.udp_tunnel(sent, node.care_of, HOME_AGENT, PORT + 1),
        "address": lambda: ip4.udp_tunnel(sent, node.other_care_of, HOME_AGENT, PORT),
        "inner source": lambda: ip4.udp_tunnel(ip4.udp_packet(other.home, ha.place(), 3, 4, b"x"), node.care_of, HOME_AGENT, PORT),
        "next header": lambda: ip4.udp_tunnel(ip4.gre_header(sent) + sent, node.care_of, HOME_AGENT, PORT, following=ip4.GRE),
        "type": lambda: ip4.ipip(sent, node.care_of, HOME_AGENT),
    }
    ha.silence(made[what]())
    to_node(ha, node)


@case(each=("port", "address"))
def keepalive_moves_nothing(ha, what):
    """RFC 3519 4.8, 5.2: a keepalive from another {0}, unproved: not answered there, and the mapping stays"""
    node, _ = behind_nat(ha)
    inner = ip4.echo(node.home, HOME_AGENT)
    port, source = (PORT + 1, node.care_of) if what == "port" else (PORT, node.other_care_of)
    ha.silence(ip4.udp_tunnel(inner, source, HOME_AGENT, port))
    to_node(ha, node)


@case
def keepalive(ha):
    """RFC 3519 3.4, 4.8: an echo request from home address to home agent in the tunnel is answered in the tunnel"""
    node, _ = behind_nat(ha)
    packet = ha.one(ip4.udp_tunnel(ip4.echo(node.home, HOME_AGENT, b""), node.care_of, HOME_AGENT, PORT))
    found = ip4.open_tunnel(packet)
    expect.equal((found.kind, packet.source, packet.destination, found.ports), ("udp", HOME_AGENT, node.care_of, (434, PORT)),
                 "the tunnel")
    inner = ip4.read(found.inner)
    expect.equal((inner.source, inner.destination, inner.payload[0]), (HOME_AGENT, node.home, ip4.ECHO_REPLY), "echo reply")


@case
def mapping_changes_by_registration(ha):
    """RFC 3519 4.4, 4.6: a proved registration from another port moves the tunnel"""
    node, _ = behind_nat(ha)
    behind_nat(ha, node, port=PORT + 7)
    to_node(ha, node, PORT + 7)
    _, outer = from_node(ha, node)
    ha.silence(outer)


@case
def mapping_change_forged(ha):
    """RFC 3519 5.2: a registration from another port with a wrong authenticator: 131, the tunnel stays"""
    node, _ = behind_nat(ha)
    expect.equal(ask(node, port=PORT + 7, mn_ha_data=bytes(16)).code, 131, "code")
    to_node(ha, node)


@case
def mapping_change_replayed(ha):
    """RFC 3519 5.2: a registration heard and sent again from another port: the tunnel stays"""
    node, _ = behind_nat(ha)
    sent = node.request(care_of=PRIVATE, source=node.care_of, sport=PORT, flags=FLAGS, extensions=mip4.udp_request())
    node.ask_with(sent)
    sent.sport, sent.source = PORT + 9, node.other_care_of
    ha.exchange(sent.packet())
    to_node(ha, node)


@case
def no_nat(ha):
    """RFC 3519 4.6: source and care-of address are equal, F clear: declined with 64, an ordinary tunnel"""
    node = ha.node()
    sent = node.request(flags=FLAGS, extensions=mip4.udp_request())
    answer = node.ask_with(sent)
    expect4.replied(answer, sent, 0, node.association)
    expect.equal(answer.message.udp_reply()[0], DECLINE, "code of the tunnel reply")
    packet = ip4.udp_packet(ha.place(), node.home, 1, 2, b"hello")
    expect4.tunnelled(ha.one(packet), packet, node.care_of)


@case
def forced(ha):
    """RFC 3519 3.1, 4.6: F set without a NAT, where that is granted: code 0 with F, a tunnel in UDP"""
    node = ha.node()
    answer = ask(node, care_of=node.care_of, extension=mip4.udp_request(forced=True))
    expect.equal((answer.code, answer.message.udp_reply()[:2]), (0, (ASSENT, True)), "codes and F")
    to_node(ha, node)


@case(on="ipv4 one way")
def forced_refused(ha):
    """RFC 3519 4.6: F set without a NAT where that is not granted: 129"""
    node = ha.node()
    expect.equal(ask(node, care_of=node.care_of, extension=mip4.udp_request(forced=True), flags=D).code, 129, "code")


@case(on="ipv4 strict")
def switched_off(ha):
    """RFC 3519 4.6: a NAT is seen where traversal is not offered: 129, no binding"""
    node = ha.node()
    expect.equal(ask(node).code, 129, "code")
    node.must_not_be_bound()


@case
def without_the_extension(ha):
    """RFC 3519 4.6: without the extension there is no tunnel reply and no tunnel in UDP"""
    node = ha.node()
    answer = ask(node, extension=b"")
    expect.true(answer.message.udp_reply() is None, "a tunnel reply that nobody asked for")


@case(each=((ip4.IPIP, 0), (ip4.IPIP, G), (ip4.IPIP, M | G)))
def encapsulation(ha, what):
    """RFC 3519 3.1.3, 4.7: encapsulation field and flags {0}: the field decides: IP in IP"""
    wanted, flags = what
    node, _ = behind_nat(ha, extension=mip4.udp_request(encapsulation=wanted), flags=FLAGS | flags)
    to_node(ha, node, following=ip4.IPIP)


@case(each=(1, 6, 41, ip4.GRE, 50, ip4.MINIMAL, 255))
def encapsulation_unavailable(ha, protocol):
    """RFC 3519 3.1.3: encapsulation {0} in UDP, which is not offered: 142, no binding"""
    node = ha.node()
    expect.equal(ask(node, extension=mip4.udp_request(encapsulation=protocol)).code, 142, "code")
    node.must_not_be_bound()


@case(each=(G, M))
def encapsulation_by_flag(ha, flag):
    """RFC 3519 3.1.3: encapsulation field 0 and flag {0:#04x}: the flag decides, and that in UDP is not offered: 142"""
    node = ha.node()
    expect.equal(ask(node, flags=FLAGS | flag).code, 142, "code")
    node.must_not_be_bound()


@case
def from_mobile_node_without_d(ha):
    """RFC 3519 4.4: the extension of a mobile node with D clear: 134"""
    node = ha.node()
    expect.equal(ask(node, flags=T).code, 134, "code")
    node.must_not_be_bound()


@case
def from_foreign_agent(ha):
    """RFC 3519 4.5, 4.6: a foreign agent behind a NAT asks for it, behind Mobile-Home authentication: F forces it"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    sent = node.through(agent, "hmac-md5", between=mip4.udp_request(forced=True), sport=PORT)
    answer = node.ask_with(sent)
    message = expect4.replied(answer, sent, 0, node.association)
    expect.equal(message.udp_reply()[0], ASSENT, "code of the tunnel reply")
    order = message.order()
    expect.true(order.index(mip4.MN_HA) < order.index(mip4.UDP_REPLY) < order.index(mip4.FA_HA), f"extensions {order}")
    packet = ip4.udp_packet(ha.place(), node.home, 1, 2, b"hello")
    expect4.tunnelled(ha.one(packet), packet, agent, "udp", ports=(434, PORT))


@case
def from_foreign_agent_with_d(ha):
    """RFC 3519 4.5: the extension of a foreign agent with D set: 134"""
    node, agent = ha.node(), FOREIGN_AGENTS["hmac-md5"][0]
    sent = node.through(agent, "hmac-md5", between=mip4.udp_request(), flags=D | T)
    expect4.refused_with(node, sent, 134)


@case(each=(1, 5, 255))
def subtype(ha, value):
    """RFC 3519 3.1: subtype {0} of the extension is not known: it is skipped"""
    node = ha.node()
    answer = ask(node, extension=mip4.udp_request(subtype=value))
    expect.true(answer.message.udp_reply() is None, "a tunnel reply")


@case(each=(0, 1, 4, 5, 7))
def length(ha, octets):
    """RFC 3519 3.1: an extension of {0} octets in place of 6: no tunnel in UDP by it, no harm"""
    node = ha.node()
    found = ha.exchange(node.request(care_of=PRIVATE, source=node.care_of, flags=FLAGS,
                                     extensions=mip4.extension(mip4.UDP_REQUEST, bytes(octets))).packet())
    messages = [mip4.message_of(packet) for packet in found]
    expect.true(all(message.udp_reply() is None for message in messages), "a tunnel reply")


@case(each=(0, 1, 3))
def data_cut(ha, octets):
    """RFC 3519 3.3: tunnel data of {0} octets behind the UDP header: silence"""
    node, _ = behind_nat(ha)
    ha.silence(ip4.udp_packet(node.care_of, HOME_AGENT, PORT, 434, bytes([4, 4, 0, 0])[:octets]))


@case
def wrong_checksum(ha):
    """RFC 768: tunnel data with a wrong UDP checksum: no harm is done: silence, or the inner packet as it was"""
    node, _ = behind_nat(ha)
    sent, outer = from_node(ha, node, bad_checksum=True)
    for packet in ha.exchange(outer):
        expect4.forwarded(packet, sent)


@case
def through_foreign_agent_with_r(ha):
    """RFC 3519 4.4, 4.6: R set: no tunnel before the first keepalive, whose port it then has"""
    node = ha.node()
    answer = ask(node, extension=mip4.udp_request(through_fa=True))
    expect.equal((answer.code, answer.message.udp_reply()[0]), (0, ASSENT), "codes")
    sent = ip4.udp_packet(ha.place(), node.home, 1, 2, b"early")
    expect.true(all(ip4.open_tunnel(packet) is None for packet in ha.exchange(sent)), "tunnelled before the keepalive")
    ha.exchange(ip4.udp_tunnel(ip4.echo(node.home, HOME_AGENT), node.care_of, HOME_AGENT, PORT + 3))
    to_node(ha, node, PORT + 3)


@case
def deregistration(ha):
    """RFC 3519 4.6: a de-registration from behind the NAT: the tunnel is gone"""
    node, _ = behind_nat(ha)
    sent = node.request(care_of=node.home, source=node.care_of, sport=PORT, lifetime_s=0, flags=FLAGS)
    expect4.replied(node.ask_with(sent), sent, 0, node.association, 0)
    node.must_not_be_bound()
    _, outer = from_node(ha, node)
    ha.silence(outer)
