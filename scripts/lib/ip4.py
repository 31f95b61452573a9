# SPDX-License-Identifier: BSD-3-Clause
"""ip4: builds and reads IPv4 packets and the tunnels of Mobile IPv4, for its mobile node, demo and tests.

Written from the RFCs alone and shares no code with the daemon: what both agree on was understood twice.

RFC 791 (IPv4), 768 (UDP), 792 (ICMP), 2003 (IP in IP), 2004 (minimal encapsulation), 2784 and 2890 (GRE), 3519 4.1 (UDP),
826 and 5227 (ARP).
"""
import socket
import struct
from dataclasses import dataclass

ICMP, IPIP, TCP, UDP, GRE, MINIMAL = 1, 4, 6, 17, 47, 55
MIP_PORT = 434
TUNNEL_DATA = 4  # message type, RFC 3519 4.1
DF, MF = 0x4000, 0x2000
GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE = 0x8000, 0x2000, 0x1000
ECHO_REPLY, UNREACHABLE, ECHO, TIME_EXCEEDED, PARAMETER_PROBLEM = 0, 3, 8, 11, 12
NET, HOST, FRAGMENTATION_NEEDED = 0, 1, 4  # codes of UNREACHABLE
ETHER_IP4, ETHER_ARP = 0x0800, 0x0806
BROADCAST = "255.255.255.255"
BROADCAST_MAC = "ff:ff:ff:ff:ff:ff"
ARP_REQUEST, ARP_REPLY = 1, 2


def address(text):
    return socket.inet_pton(socket.AF_INET, text)


def text(packed):
    return socket.inet_ntop(socket.AF_INET, bytes(packed))


def mac(text_or_octets):
    return bytes.fromhex(text_or_octets.replace(":", "")) if isinstance(text_or_octets, str) else bytes(text_or_octets)


def checksum(data):
    """RFC 1071; 0 over something whose checksum inside is right."""
    data = bytes(data) + b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip4(source, destination, protocol, payload, ttl=64, tos=0, ident=0, flags=0, offset=0, options=b"", length=None,
        bad_checksum=False):
    """flags: DF, MF; offset in octets; options in fours."""
    words = 5 + len(options) // 4
    head = struct.pack("!BBHHHBBH4s4s", 4 << 4 | words, tos, len(payload) + 4 * words if length is None else length, ident,
                       flags | offset // 8, ttl, protocol, 0, address(source), address(destination)) + options
    total = checksum(head) ^ (0x5555 if bad_checksum else 0)
    return head[:10] + struct.pack("!H", total) + head[12:] + payload


def udp(source, destination, sport, dport, data, with_checksum=True, bad_checksum=False):
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    if not with_checksum:
        return head + data
    pseudo = address(source) + address(destination) + struct.pack("!BBH", 0, UDP, 8 + len(data))
    total = checksum(pseudo + head + data) or 0xffff
    return head[:6] + struct.pack("!H", total ^ (0x5555 if bad_checksum else 0)) + data


def udp_packet(source, destination, sport, dport, data, with_checksum=True, bad_checksum=False, **fields):
    return ip4(source, destination, UDP, udp(source, destination, sport, dport, data, with_checksum, bad_checksum), **fields)


def icmp(kind, code, value, body):
    """value: the second word."""
    head = struct.pack("!BBHI", kind, code, 0, value)
    return head[:2] + struct.pack("!H", checksum(head + body)) + head[4:] + body


def echo(source, destination, data=b"homeward", identifier=1, sequence=1, kind=ECHO, **fields):
    return ip4(source, destination, ICMP, icmp(kind, 0, identifier << 16 | sequence, data), **fields)


def icmp_error(source, destination, kind, code, about, value=0, **fields):
    return ip4(source, destination, ICMP, icmp(kind, code, value, about), **fields)


# Tunnels: inner packet in, outer packet out.

def ipip(inner, source, destination, **fields):
    return ip4(source, destination, IPIP, inner, **fields)


def minimal(inner, source, destination, keep_source=True, bad_checksum=False, reserved=0, **fields):
    """RFC 2004 3: the header of the inner packet is changed; keep_source: the S bit and the original source."""
    head = struct.pack("!BBH4s", inner[9], (0x80 if keep_source else 0) | reserved, 0, inner[16:20])
    head += inner[12:16] if keep_source else b""
    total = checksum(head) ^ (0x5555 if bad_checksum else 0)
    head = head[:2] + struct.pack("!H", total) + head[4:]
    given = {"ttl": inner[8], "tos": inner[1], "ident": struct.unpack_from("!H", inner, 4)[0],
             "flags": struct.unpack_from("!H", inner, 6)[0] & (DF | MF)}
    given.update(fields)
    size = 4 * (inner[0] & 15)
    return ip4(source, destination, MINIMAL, head + inner[size:], **given)


def gre_header(inner, key=None, with_checksum=False, sequence=None, flags=0, protocol=ETHER_IP4, bad_checksum=False):
    """flags: bits more than those that the arguments need."""
    flags |= GRE_CHECKSUM if with_checksum else 0
    flags |= GRE_KEY if key is not None else 0
    flags |= GRE_SEQUENCE if sequence is not None else 0
    head = struct.pack("!HH", flags, protocol)
    if with_checksum:
        head += bytes(4)
    if key is not None:
        head += struct.pack("!I", key)
    if sequence is not None:
        head += struct.pack("!I", sequence)
    if with_checksum:
        total = checksum(head + inner) ^ (0x5555 if bad_checksum else 0)
        head = head[:4] + struct.pack("!H", total) + head[6:]
    return head


def gre(inner, source, destination, key=None, with_checksum=False, sequence=None, gre_flags=0, protocol=ETHER_IP4,
        bad_checksum=False, **fields):
    head = gre_header(inner, key, with_checksum, sequence, gre_flags, protocol, bad_checksum)
    return ip4(source, destination, GRE, head + inner, **fields)


def udp_tunnel(inner, source, destination, sport, dport=MIP_PORT, following=IPIP, reserved=0, **fields):
    data = struct.pack("!BBH", TUNNEL_DATA, following, reserved) + inner
    return udp_packet(source, destination, sport, dport, data, **fields)


@dataclass
class Packet:
    """An IPv4 packet that came, read by its own lengths."""
    octets: bytes

    @property
    def header_length(self):
        return 4 * (self.octets[0] & 15)

    @property
    def length(self):
        return struct.unpack_from("!H", self.octets, 2)[0]

    @property
    def tos(self):
        return self.octets[1]

    @property
    def ident(self):
        return struct.unpack_from("!H", self.octets, 4)[0]

    @property
    def flags(self):
        return struct.unpack_from("!H", self.octets, 6)[0] & 0xe000

    @property
    def offset(self):
        return (struct.unpack_from("!H", self.octets, 6)[0] & 0x1fff) * 8

    @property
    def ttl(self):
        return self.octets[8]

    @property
    def protocol(self):
        return self.octets[9]

    @property
    def source(self):
        return text(self.octets[12:16])

    @property
    def destination(self):
        return text(self.octets[16:20])

    @property
    def payload(self):
        return self.octets[self.header_length:self.length]

    @property
    def checksum_ok(self):
        return checksum(self.octets[:self.header_length]) == 0

    @property
    def ports(self):
        return struct.unpack_from("!HH", self.payload)


def read(octets):
    """A Packet without what pads its frame, or None when that is no whole IPv4 packet."""
    if len(octets) < 20 or octets[0] >> 4 != 4 or octets[0] & 15 < 5:
        return None
    length = struct.unpack_from("!H", octets, 2)[0]
    if length > len(octets) or length < 4 * (octets[0] & 15):
        return None
    return Packet(bytes(octets[:length]))


@dataclass
class Tunnelled:
    """What was in a tunnel."""
    kind: str               # "ipip", "minimal", "gre", "udp"
    outer: Packet
    inner: bytes
    key: int = None         # of GRE
    gre_flags: int = 0
    ports: tuple = None     # of UDP
    following: int = IPIP   # in UDP: what is behind the tunnel data header


def open_minimal(outer):
    """The packet as it was, RFC 2004 3.2; None when the forwarding header is wrong."""
    body = outer.payload
    if len(body) < 8:
        return None
    size = 12 if body[1] & 0x80 else 8
    if len(body) < size or checksum(body[:size]) != 0:
        return None
    source = text(body[8:12]) if size == 12 else outer.source
    return ip4(source, text(body[4:8]), body[0], body[size:], ttl=outer.ttl, tos=outer.tos, ident=outer.ident,
               flags=outer.flags, offset=outer.offset)


def open_gre(outer):
    """(inner, key, flags); None when it is no GRE of version 0 around IPv4, or its checksum is wrong."""
    body = outer.payload
    if len(body) < 4:
        return None
    flags, protocol = struct.unpack_from("!HH", body)
    at = 4 + 4 * bool(flags & GRE_CHECKSUM)
    key = struct.unpack_from("!I", body, at)[0] if flags & GRE_KEY and len(body) >= at + 4 else None
    at += 4 * bool(flags & GRE_KEY) + 4 * bool(flags & GRE_SEQUENCE)
    if protocol != ETHER_IP4 or flags & 7 or len(body) < at or (flags & GRE_CHECKSUM and checksum(body) != 0):
        return None
    return body[at:], key, flags


def open_udp(outer):
    body = outer.payload
    if len(body) < 12 or MIP_PORT not in outer.ports or body[8] != TUNNEL_DATA:
        return None
    inner, following = body[12:], body[9]
    if following == IPIP:
        return Tunnelled("udp", outer, inner, ports=outer.ports)
    within = read(ip4(outer.source, outer.destination, following, inner, ttl=outer.ttl))
    found = open_tunnel(within)
    if found is None:
        return None
    return Tunnelled("udp", outer, found.inner, found.key, found.gre_flags, outer.ports, following)


def open_tunnel(packet):
    """Tunnelled, or None for what is no tunnel. packet: a Packet or its octets."""
    outer = packet if isinstance(packet, Packet) else read(packet)
    if outer is None or outer.offset:
        return None
    if outer.protocol == IPIP:
        return Tunnelled("ipip", outer, outer.payload)
    if outer.protocol == MINIMAL:
        inner = open_minimal(outer)
        return Tunnelled("minimal", outer, inner) if inner is not None else None
    if outer.protocol == GRE:
        found = open_gre(outer)
        return Tunnelled("gre", outer, *found) if found is not None else None
    return open_udp(outer) if outer.protocol == UDP else None


def arp(operation, sender_mac, sender, target_mac, target, to=BROADCAST_MAC, source=None):
    """A whole frame."""
    head = mac(to) + mac(source or sender_mac) + struct.pack("!H", ETHER_ARP)
    return head + struct.pack("!HHBBH6s4s6s4s", 1, ETHER_IP4, 6, 4, operation, mac(sender_mac), address(sender),
                              mac(target_mac), address(target))


@dataclass
class Arp:
    to: bytes
    operation: int
    sender_mac: bytes
    sender: str
    target_mac: bytes
    target: str


def read_arp(frame):
    """Of a whole frame; None when it is no ARP for IPv4 on Ethernet."""
    if len(frame) < 42 or frame[12:14] != struct.pack("!H", ETHER_ARP) or frame[14:20] != bytes((0, 1, 8, 0, 6, 4)):
        return None
    operation, sender_mac, sender, target_mac, target = struct.unpack_from("!H6s4s6s4s", frame, 20)
    return Arp(bytes(frame[:6]), operation, sender_mac, text(sender), target_mac, text(target))
