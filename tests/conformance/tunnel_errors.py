# SPDX-License-Identifier: BSD-3-Clause
"""ICMPv6 errors out of a tunnel: what the source of the inner packet hears of them, and what nobody does. RFC 2473 8; 4443 2.4;
6275 9.3.4, 10.4.2."""
from scapy.layers.inet6 import IPv6

from home_agent import HOME_AGENT, packets
from suite import case
import craft
import expect
from path_mtu import tunnel_packet

CONFIGURATION = "virtual"
REAL_LINK_TOO = True
UNREACHABLE, TIME_EXCEEDED, PROBLEM = 1, 3, 4
ADDRESS_UNREACHABLE = 3
LIMIT_VALUE = 44  # from the tunnel header to the value of its encapsulation limit


def error(ha, kind, code, quoted, value=0, agent=HOME_AGENT, source=None):
    return craft.icmp(source or ha.place(), agent, kind, code, about=quoted[:1232], value=value)


def limited(inner, limit, care_of):
    """A tunnel packet with a Tunnel Encapsulation Limit, RFC 2473 5.1."""
    return packets.ip6(HOME_AGENT, care_of, packets.DEST_OPTIONS, bytes([41, 0, 4, 1, limit, 1, 1, 0]) + inner)


def relayed(ha, sent, source, inner, home=None):
    expect.icmp_error(ha.one(sent), UNREACHABLE, ADDRESS_UNREACHABLE, 0, source, inner, home)


@case(each=range(8))
def unreachable(ha, code):
    """RFC 2473 8.2 (b): Destination Unreachable code {0} inside the tunnel: code 3 to the source of the inner packet, quoting it alone"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home, octets=600)
    relayed(ha, error(ha, UNREACHABLE, code, tunnel_packet(inner, node.care_of)), source, inner)


@case
def hop_limit(ha):
    """RFC 2473 8.2 (a): hop limit exceeded inside the tunnel: Destination Unreachable code 3"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home, octets=600)
    relayed(ha, error(ha, TIME_EXCEEDED, 0, tunnel_packet(inner, node.care_of)), source, inner)


@case
def large_packet(ha):
    """RFC 2473 8.1, 4443 2.4 (c): of a large inner packet what the router quoted is quoted, without the tunnel header"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home, octets=1400)
    relayed(ha, error(ha, UNREACHABLE, 0, tunnel_packet(inner, node.care_of)), source, inner[:1192])


@case
def binding_stays(ha):
    """RFC 6275 9.3.4, 10.3.1: a home registration is not ended by what a router says"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home)
    for kind in (UNREACHABLE, TIME_EXCEEDED):
        relayed(ha, error(ha, kind, 0, tunnel_packet(inner, node.care_of)), source, inner)
    node.must_be_bound()


@case
def reassembly_time(ha):
    """RFC 2473 8.2: reassembly time exceeded at the far end: nobody is told"""
    node = ha.registered()
    ha.silence(error(ha, TIME_EXCEEDED, 1, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)))


@case(each=(0, 1))
def limit_exhausted(ha, limit):
    """RFC 2473 8.2 (c), 4.1.1: Parameter Problem at a Tunnel Encapsulation Limit of {0}: Destination Unreachable code 3"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home)
    relayed(ha, error(ha, PROBLEM, 0, limited(inner, limit, node.care_of), LIMIT_VALUE), source, inner)


@case(each=((0, LIMIT_VALUE, 2), (0, 42, 0), (0, 40, 0), (1, LIMIT_VALUE, 0), (2, LIMIT_VALUE, 0)))
def other_problem(ha, what):
    """RFC 2473 8.2 (c): Parameter Problem (code, pointer, limit) {0}: nobody is told"""
    node = ha.registered()
    code, pointer, limit = what
    ha.silence(error(ha, PROBLEM, code, limited(craft.udp(ha.place(), node.home), limit, node.care_of), pointer))


@case
def no_tunnels_there(ha):
    """RFC 2473 8.2: Parameter Problem 1 at the tunnel's Next Header: nobody is told, the binding stays"""
    node = ha.registered()
    ha.silence(error(ha, PROBLEM, 1, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of), 6))
    node.must_be_bound()


@case
def source_is_a_mobile_node(ha):
    """RFC 2473 8.2, 6275 10.4.2: a source that is a mobile node away is told at its care-of address, by type 2 routing header"""
    node, other = ha.registered(), ha.registered()
    inner = craft.udp(other.home, node.home)
    relayed(ha, error(ha, UNREACHABLE, 0, tunnel_packet(inner, node.care_of)), other.care_of, inner, home=other.home)


@case
def second_home_agent_address(ha):
    """RFC 2473 8.2: an error about a tunnel of the second home agent address is answered from there"""
    node, source = ha.registered("second"), ha.place()
    inner = craft.udp(source, node.home)
    frame = ha.one(error(ha, UNREACHABLE, 0, tunnel_packet(inner, node.care_of, node.agent), agent=node.agent))
    expect.equal((frame[IPv6].src, frame[IPv6].dst), (node.agent, source), "from and to")


@case(each=(1, 2, 3, 4, 100, 127))
def inner_error(ha, kind):
    """RFC 4443 2.4 (e.1): the inner packet is itself ICMPv6 type {0}: nobody is told"""
    node = ha.registered()
    inner = craft.icmp(ha.place(), node.home, kind, about=bytes(100))
    ha.silence(error(ha, UNREACHABLE, 0, tunnel_packet(inner, node.care_of)))


@case
def inner_redirect(ha):
    """RFC 4443 2.4 (e.2): the inner packet is a Redirect: nobody is told"""
    node = ha.registered()
    ha.silence(error(ha, UNREACHABLE, 0, tunnel_packet(craft.icmp(ha.place(), node.home, 137, about=bytes(100)), node.care_of)))


@case
def inner_error_behind_a_header(ha):
    """RFC 4443 2.4 (e.1): nor when the inner error stands behind destination options"""
    node, source = ha.registered(), ha.place()
    body = craft.options_header(58) + craft.icmp(source, node.home, 3, about=bytes(1300))[40:]
    ha.silence(error(ha, UNREACHABLE, 0, tunnel_packet(packets.ip6(source, node.home, 60, body), node.care_of)))


@case
def inner_echo(ha):
    """RFC 4443 2.4 (e.1): of an echo request its source is told"""
    node, source = ha.registered(), ha.place()
    inner = craft.echo(source, node.home)
    relayed(ha, error(ha, UNREACHABLE, 0, tunnel_packet(inner, node.care_of)), source, inner)


@case(each=("fe80::10", "ff0e::10", "::", "::1", HOME_AGENT))
def inner_source_not_unicast(ha, source):
    """RFC 4443 2.4 (e.6): the inner source is {0}: nobody is told"""
    node = ha.registered()
    ha.silence(error(ha, UNREACHABLE, 0, tunnel_packet(craft.udp(source, node.home), node.care_of)))


@case
def not_registered(ha):
    """RFC 2473 8.1: about a home address without a binding: nobody is told"""
    node = ha.node()
    ha.silence(error(ha, UNREACHABLE, 0, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)))


@case
def deregistered(ha):
    """RFC 2473 8.1: about a tunnel whose binding has ended: nobody is told"""
    node = ha.registered()
    node.leave()
    ha.silence(error(ha, UNREACHABLE, 0, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)))


@case(each=(0, 1, 39))
def inner_header_cut(ha, octets):
    """RFC 2473 8.1: {0} octets are quoted of the inner header: nobody is told"""
    node = ha.registered()
    ha.silence(error(ha, UNREACHABLE, 0, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)[:40 + octets]))


@case
def wrong_checksum(ha):
    """RFC 4443 2.3: with a wrong checksum: nobody is told"""
    node = ha.registered()
    sent = bytearray(error(ha, UNREACHABLE, 0, tunnel_packet(craft.udp(ha.place(), node.home), node.care_of)))
    sent[43] ^= 1
    ha.silence(bytes(sent))


@case(each=((1, 0, 0), (3, 0, 0), (4, 0, 40), (4, 1, 6)))
def about_an_acknowledgement(ha, what):
    """RFC 6275 9.3.4: an error (type, code, value) {0} about an acknowledgement: silence, the binding stays"""
    node = ha.registered()
    quoted = bytes(ha.one(node.update().packet())[IPv6])
    ha.silence(error(ha, what[0], what[1], quoted, what[2]))
    node.must_be_bound()


@case
def relayed_errors_are_limited(ha):
    """RFC 4443 2.4 (f): of a flood of errors little is passed on to one network"""
    node, source = ha.registered(), ha.place()
    inner = craft.udp(source, node.home)
    expect.limited(ha, *[error(ha, UNREACHABLE, 0, tunnel_packet(inner, node.care_of))] * 60)


@case
def out_of_another_tunnel(ha):
    """RFC 2473 8.1, 6275 10.4.5: an error that itself comes out of a mobile node's tunnel is passed on like any other"""
    node, other, source = ha.registered(), ha.registered(), ha.place()
    inner = craft.udp(source, node.home)
    inside = error(ha, UNREACHABLE, 0, tunnel_packet(inner, node.care_of), source=other.home)
    relayed(ha, craft.tunnel(inside, other.care_of), source, inner)
