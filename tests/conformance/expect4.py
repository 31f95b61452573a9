# SPDX-License-Identifier: BSD-3-Clause
"""expect4: what packets of Mobile IPv4 must be, to the octet; raises Failure where they are not."""
import configurations4
import ip4
import mip4
from configurations4 import HOME_AGENT
from expect import equal, same_octets, true
from scapy.layers.inet import IP
from suite import Failure

OVERHEAD = {"ipip": 20, "minimal": 12, "gre": 24, "udp": 32}


def replied(answer, sent, code, association, lifetime_s=None, home=None):
    """RFC 5944 3.8.3, 3.5.2: where a reply goes, what it repeats, and that it is proved."""
    equal(answer.code, code, "code")
    packet, message = answer.packet, answer.message
    source = sent.source or sent.care_of
    agent = sent.destination if sent.destination not in (None, ip4.BROADCAST, configurations4.NETWORK_BROADCAST) else HOME_AGENT
    equal((packet.source, packet.destination), (agent, source), "from and to")
    equal(packet.ports, (sent.dport, sent.sport or ip4.MIP_PORT), "ports")
    equal(message.home, home or sent.home, "home address")
    equal(message.home_agent, HOME_AGENT, "home agent")
    equal(message.identification & 0xffffffff, sent.identification & 0xffffffff, "low half of the identification")
    equal(message.proved_by(association), True, "Mobile-Home authentication")
    if lifetime_s is not None:
        equal(message.lifetime_s, lifetime_s, "lifetime")
    return message


def refused(node, code, **fields):
    sent = node.request(**fields)
    return refused_with(node, sent, code)


def refused_with(node, sent, code):
    answer = node.ask_with(sent)
    replied(answer, sent, code, node.association)
    return answer


def accepted(node, granted_s=None, code=0, **fields):
    sent = node.request(**fields)
    answer = node.ask_with(sent)
    replied(answer, sent, code, node.association, granted_s)
    return answer


def hop_counted(packet):
    """As forwarding leaves it: TTL one less, the checksum adjusted."""
    head = packet[:8] + bytes([packet[8] - 1]) + packet[9:10] + b"\0\0" + packet[12:]
    size = 4 * (packet[0] & 15)
    total = ip4.checksum(head[:size])
    return head[:10] + total.to_bytes(2, "big") + head[12:]


def tunnelled(packet, sent, care_of, kind="ipip", key=None, ports=None):
    """One tunnel of that kind around the packet, whose TTL alone changes. The outer header is judged by scapy."""
    found = ip4.open_tunnel(packet)
    if found is None:
        raise Failure(f"not in a tunnel: {packet.summary()}")
    equal((found.kind, found.key, found.ports), (kind, key, ports), "kind of tunnel, key and ports")
    outer = IP(packet.octets)
    equal((outer.version, outer.ihl, outer.src, outer.dst), (4, 5, HOME_AGENT, care_of), "outer header")
    equal(outer.len, len(packet.octets), "outer length")
    equal(outer.tos, sent[1], "outer TOS")
    same_octets(found.inner, hop_counted(sent), "inner packet")
    return found


def forwarded(packet, sent):
    same_octets(packet.octets, hop_counted(sent), "the packet forwarded")


def icmp_error(packet, kind, code, to, about, value=None):
    """RFC 792, RFC 1812 4.3.2: from the home agent, about that packet."""
    equal((packet.protocol, packet.source, packet.destination), (ip4.ICMP, HOME_AGENT, to), "an ICMP message from and to")
    message = packet.payload
    equal((message[0], message[1]), (kind, code), "type and code")
    if value is not None:
        equal(int.from_bytes(message[4:8], "big"), value, "second word")
    equal(ip4.checksum(message), 0, "ICMP checksum")
    true(len(message) >= 8 + 28, "at least the header and eight octets are quoted")
    true(len(packet.octets) <= 576, f"an error of {len(packet.octets)} octets")
    quoted = message[8:]
    same_octets(quoted[:20], about[:20], "the header quoted")
    same_octets(quoted[20:], about[20:len(quoted)], "what is quoted behind it")


def whole(packets):
    """The one packet that these are the fragments of, put together by offset; None when something is missing."""
    packets = sorted(packets, key=lambda packet: packet.offset)
    data = b""
    for packet in packets:
        if packet.offset != len(data):
            return None
        data += packet.payload
    if not packets or packets[-1].flags & ip4.MF:
        return None
    first = packets[0]
    return ip4.read(ip4.ip4(first.source, first.destination, first.protocol, data, ttl=first.ttl, tos=first.tos,
                            ident=first.ident))


def through_tunnel(packets, care_of):
    """What came out of fragments of the outer packet, of the inner packet, or of neither: the inner packet, or None."""
    outer = [packet for packet in packets if packet.destination == care_of]
    if len(outer) > 1 and outer[0].flags & ip4.MF:
        outer = [whole(outer)]
    inner = [ip4.read(ip4.open_tunnel(packet).inner) for packet in outer]
    return whole(inner)


def mobile_message(packet, kind):
    message = mip4.message_of(packet)
    if message is None or message.type != kind:
        raise Failure(f"no message of type {kind}: {packet.summary()}")
    return message
