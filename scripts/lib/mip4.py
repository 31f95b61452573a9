#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""mip4: builds and reads the messages of Mobile IPv4, for its mobile node, demo and tests.

Written from the RFCs alone and shares no code with the daemon: what both agree on was understood twice.

Run as a program:
  mip4.py verify CAPTURE --node HOME,SPI,ALGORITHM,KEY ...   recomputes every authenticator in a capture
  mip4.py forge KIND ...                                     sends what a home agent must refuse

RFC 5944 (messages, extensions, authentication, replay, agent discovery), 2794 (NAI), 3024 (reverse tunnel), 3115 (vendors),
3519 (NAT), 3543 (revocation), 4433 (dynamic home agent), 4721 (challenge).
"""
import argparse
import hashlib
import hmac
import json
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

sys.dont_write_bytecode = True
import ip4  # noqa: E402
from ip4 import MIP_PORT, address, text  # noqa: E402

REQUEST, REPLY, TUNNEL_DATA, REVOCATION, REVOCATION_ACK = 1, 3, 4, 7, 15
S, B, D, M, G, R, T, X = 0x80, 0x40, 0x20, 0x10, 0x08, 0x04, 0x02, 0x01
INFINITE = 0xffff
MN_HA, MN_FA, FA_HA, GENERALISED, CRITICAL_VENDOR, UDP_REPLY, FA_ERROR = 32, 33, 34, 36, 38, 44, 45
DELIVERY_STYLE, NAI, CHALLENGE, VENDOR, SUPPORT, DYNAMIC, UDP_REQUEST = 130, 131, 132, 133, 137, 139, 144
LONG = (GENERALISED, CRITICAL_VENDOR)  # type, subtype, length of two octets (RFC 5944 1.9)
NTP_EPOCH = 2208988800
ROUTER_ADVERTISEMENT, ROUTER_SOLICITATION = 9, 10
MOBILITY_AGENT, PREFIX_LENGTHS = 16, 19
ADVERTISED = {"R": 0x8000, "B": 0x4000, "H": 0x2000, "F": 0x1000, "M": 0x0800, "G": 0x0400, "T": 0x0100, "U": 0x0080,
              "X": 0x0040, "I": 0x0020}
ALL_SYSTEMS, ALL_AGENTS = "224.0.0.1", "224.0.0.11"

CODES = {
    0: "accepted", 1: "accepted, no simultaneous bindings", 64: "reason unspecified (FA)", 65: "prohibited (FA)",
    66: "insufficient resources (FA)", 67: "mobile node failed authentication (FA)", 68: "home agent failed authentication",
    69: "lifetime too long", 70: "poorly formed request (FA)", 71: "poorly formed reply", 72: "encapsulation unavailable (FA)",
    74: "reverse tunnel unavailable (FA)", 75: "reverse tunnel mandatory (FA)", 76: "mobile node too distant",
    77: "invalid care-of address", 78: "registration timeout", 79: "delivery style unavailable", 80: "home network unreachable",
    81: "home agent host unreachable", 82: "home agent port unreachable", 88: "home agent unreachable", 104: "unknown challenge",
    105: "missing challenge", 106: "stale challenge", 128: "reason unspecified", 129: "administratively prohibited",
    130: "insufficient resources", 131: "mobile node failed authentication", 132: "foreign agent failed authentication",
    133: "identification mismatch", 134: "poorly formed request", 135: "too many simultaneous bindings",
    136: "unknown home agent address", 137: "reverse tunnel unavailable", 138: "reverse tunnel mandatory",
    139: "encapsulation unavailable", 140: "unknown vendor extension from mobile node", 141: "unknown vendor extension from FA",
    142: "UDP encapsulation unavailable", 143: "redirected", 144: "refused by AAA",
}


def ntp_now(offset_s=0.0):
    """64-bit NTP time: 32 bits of seconds since 1900, 32 bits of fraction."""
    now = time.time() + NTP_EPOCH + offset_s
    return (int(now) & 0xffffffff) << 32 | int((now % 1) * 2**32)


@dataclass(frozen=True)
class Association:
    """A mobility security association, RFC 5944 3.5.1, 5.1."""
    spi: int
    key: bytes
    algorithm: str = "hmac-md5"

    def compute(self, data):
        if self.algorithm == "keyed-md5":
            return hashlib.md5(self.key + data + self.key).digest()
        return hmac.new(self.key, data, self.algorithm.removeprefix("hmac-")).digest()


# Extensions, as octets.

def extension(kind, data, length=None):
    return struct.pack("!BB", kind, len(data) if length is None else length) + data


def short(kind, subtype, data):
    return extension(kind, bytes([subtype]) + data)


def long(kind, subtype, data):
    return struct.pack("!BBH", kind, subtype, len(data)) + data


def nai(identifier):
    return extension(NAI, identifier.encode())


def challenge(octets):
    return extension(CHALLENGE, octets)


def udp_request(forced=False, through_fa=False, encapsulation=0, reserved3=0, reserved1=0, subtype=0):
    """RFC 3519 3.1.1."""
    flags = (0x80 if forced else 0) | (0x40 if through_fa else 0)
    return extension(UDP_REQUEST, struct.pack("!BBBBH", subtype, reserved1, flags, encapsulation, reserved3))


def support(timestamp, inform=False):
    """RFC 3543 3.1: revocation support."""
    return extension(SUPPORT, struct.pack("!HI", 0x8000 if inform else 0, timestamp & 0xffffffff))


def requested_agent(agent, subtype=1):
    """RFC 4433 4.1, in the short form that is in use."""
    return short(DYNAMIC, subtype, address(agent))


def critical_vendor(vendor, kind, value=b""):
    """RFC 3115 2.1: the length covers vendor, type and value."""
    return long(CRITICAL_VENDOR, 0, struct.pack("!IH", vendor, kind) + value)


def vendor(vendor_id, kind, value=b"", extension_type=VENDOR):
    return extension(extension_type, struct.pack("!HIH", 0, vendor_id, kind) + value)


def authentication(kind, association, covered, authenticator=None, length=None):
    """RFC 5944 3.5: over everything before it, its own type, length and SPI."""
    octets = len(association.compute(b"")) if authenticator is None else len(authenticator)
    head = struct.pack("!BBI", kind, 4 + octets if length is None else length, association.spi)
    return head + (association.compute(covered + head) if authenticator is None else authenticator)


@dataclass
class Request:
    """A Registration Request; what is left alone is right, everything can be made wrong."""
    home: str
    home_agent: str
    care_of: str
    identification: int
    lifetime_s: int = 600
    flags: int = D
    type: int = REQUEST
    nai: str = None
    extensions: bytes = b""             # before the MN-HA authentication
    mn_ha: Association = None           # None: no such extension
    mn_ha_data: bytes = None            # in place of the right authenticator
    mn_ha_length: int = None
    between: bytes = b""                # behind it: of the foreign agent
    fa_ha: Association = None
    fa_ha_data: bytes = None
    behind: bytes = b""                 # covered by nothing
    fixed: bytes = None                 # in place of the fixed part
    source: str = None                  # of the IP header; the care-of address, or the home address without D
    sport: int = 0                      # 0: 434
    destination: str = None             # the home agent's address
    dport: int = MIP_PORT

    def head(self):
        return struct.pack("!BBH4s4s4sQ", self.type, self.flags, self.lifetime_s, address(self.home),
                           address(self.home_agent), address(self.care_of), self.identification)

    def payload(self):
        message = self.head() if self.fixed is None else self.fixed
        if self.nai is not None:
            message += nai(self.nai)
        message += self.extensions
        if self.mn_ha is not None:
            message += authentication(MN_HA, self.mn_ha, message, self.mn_ha_data, self.mn_ha_length)
        message += self.between
        if self.fa_ha is not None:
            message += authentication(FA_HA, self.fa_ha, message, self.fa_ha_data)
        return message + self.behind

    def packet(self, payload=None, **fields):
        return ip4.udp_packet(self.source or self.care_of, self.destination or self.home_agent, self.sport or MIP_PORT,
                              self.dport, self.payload() if payload is None else payload, **fields)


@dataclass
class Reply:
    """A Registration Reply; what is left alone is right."""
    home: str
    home_agent: str
    identification: int
    code: int = 0
    lifetime_s: int = 600
    extensions: bytes = b""             # before the MN-HA authentication
    mn_ha: Association = None
    between: bytes = b""                # behind it: for the foreign agent
    fa_ha: Association = None
    fa_ha_data: bytes = None
    behind: bytes = b""

    def payload(self):
        message = struct.pack("!BBH4s4sQ", REPLY, self.code, self.lifetime_s, address(self.home), address(self.home_agent),
                              self.identification) + self.extensions
        if self.mn_ha is not None:
            message += authentication(MN_HA, self.mn_ha, message)
        message += self.between
        if self.fa_ha is not None:
            message += authentication(FA_HA, self.fa_ha, message, self.fa_ha_data)
        return message + self.behind


@dataclass
class Revocation:
    """RFC 3543 3.2."""
    home: str
    home_agent: str                     # the home domain address
    foreign: str                        # the foreign domain address
    identifier: int
    association: Association = None
    kind: int = FA_HA                   # of its authentication
    flags: int = 0                      # A 0x8000, I 0x4000
    extensions: bytes = b""
    authenticator: bytes = None

    def payload(self):
        message = struct.pack("!BBH4s4s4sI", REVOCATION, 0, self.flags, address(self.home), address(self.home_agent),
                              address(self.foreign), self.identifier) + self.extensions
        if self.association is None:
            return message
        return message + authentication(self.kind, self.association, message, self.authenticator)


def revocation_ack(home, identifier, association, kind=FA_HA, flags=0, authenticator=None):
    """RFC 3543 3.3."""
    message = struct.pack("!BBH4sI", REVOCATION_ACK, 0, flags, address(home), identifier)
    return message + authentication(kind, association, message, authenticator)


@dataclass
class Extension:
    type: int
    data: bytes                         # behind type and length (and subtype)
    at: int                             # offset of the type in the message
    subtype: int = None                 # in the long format only


def read_extensions(message, at):
    """All of them; None where one runs past the end."""
    found = []
    while at < len(message):
        kind = message[at]
        if kind == 0:
            at += 1
            continue
        head = 4 if kind in LONG else 2
        if at + head > len(message):
            return None
        size = struct.unpack_from("!H", message, at + 2)[0] if kind in LONG else message[at + 1]
        if at + head + size > len(message):
            return None
        found.append(Extension(kind, message[at + head:at + head + size], at, message[at + 1] if kind in LONG else None))
        at += head + size
    return found


FIXED = {REQUEST: 24, REPLY: 20, REVOCATION: 20, REVOCATION_ACK: 12}


@dataclass
class Message:
    """A message as it was on the wire."""
    octets: bytes
    extensions: list = field(default_factory=list)

    @property
    def type(self):
        return self.octets[0]

    @property
    def code(self):
        return self.octets[1]

    flags = code

    @property
    def lifetime_s(self):
        return struct.unpack_from("!H", self.octets, 2)[0]

    @property
    def home(self):
        return text(self.octets[4:8])

    @property
    def home_agent(self):
        return text(self.octets[8:12])

    @property
    def care_of(self):
        return text(self.octets[12:16])

    @property
    def identification(self):
        return struct.unpack_from("!Q", self.octets, 16 if self.type == REQUEST else 12)[0]

    @property
    def revocation_identifier(self):
        return struct.unpack_from("!I", self.octets, 16 if self.type == REVOCATION else 8)[0]

    @property
    def revocation_flags(self):
        return struct.unpack_from("!H", self.octets, 2)[0]

    def all_of(self, kind):
        return [item for item in self.extensions if item.type == kind]

    def one_of(self, kind):
        """The data of the only one of that kind, or None."""
        found = self.all_of(kind)
        return found[0].data if len(found) == 1 else None

    def order(self):
        return [item.type for item in self.extensions]

    @property
    def nai(self):
        data = self.one_of(NAI)
        return data.decode() if data is not None else None

    def spi(self, kind=MN_HA):
        data = self.one_of(kind)
        return struct.unpack_from("!I", data)[0] if data is not None and len(data) >= 4 else None

    def proved_by(self, association, kind=MN_HA):
        """None without that extension; then whether SPI and authenticator are those of the association."""
        found = self.all_of(kind)
        if len(found) != 1 or len(found[0].data) < 4:
            return None if not found else False
        data, at = found[0].data, found[0].at
        expected = association.compute(self.octets[:at + 6])
        return self.spi(kind) == association.spi and hmac.compare_digest(data[4:], expected)

    def udp_reply(self):
        """RFC 3519 3.2: (code, forced, keepalive) or None."""
        data = self.one_of(UDP_REPLY)
        if data is None or len(data) != 6:
            return None
        _, code, flags, keepalive = struct.unpack("!BBHH", data)
        return code, bool(flags & 0x8000), keepalive


def read_message(payload):
    """A Message, or None for what is none, or is not whole."""
    if not payload or payload[0] not in FIXED or len(payload) < FIXED[payload[0]]:
        return None
    found = read_extensions(payload, FIXED[payload[0]])
    return Message(bytes(payload), found) if found is not None else None


def message_of(packet):
    """The Message in an ip4.Packet to or from port 434, or None."""
    if packet is None or packet.protocol != ip4.UDP or packet.offset or len(packet.payload) < 8 or MIP_PORT not in packet.ports:
        return None
    return read_message(packet.payload[8:])


# Agent discovery, RFC 5944 2.1.

@dataclass
class Advertisement:
    router: str
    lifetime_s: int = 1800
    code: int = 0
    sequence: int = 0
    registration_lifetime_s: int = 600
    flags: int = 0
    care_ofs: list = field(default_factory=list)
    prefix_lengths: list = None
    addresses: list = None              # (address, preference); else the router alone
    mobility: bool = True

    def message(self):
        addresses = [(self.router, 0)] if self.addresses is None else self.addresses
        body = b"".join(address(each) + struct.pack("!i", preference) for each, preference in addresses)
        if self.mobility:
            agents = struct.pack("!HHH", self.sequence, self.registration_lifetime_s, self.flags)
            body += extension(MOBILITY_AGENT, agents + b"".join(address(care_of) for care_of in self.care_ofs))
        if self.prefix_lengths is not None:
            body += extension(PREFIX_LENGTHS, bytes(self.prefix_lengths))
        body += b"\0" * (len(body) % 2)
        return ip4.icmp(ROUTER_ADVERTISEMENT, self.code, len(addresses) << 24 | 2 << 16 | self.lifetime_s, body)

    def packet(self, destination=ALL_SYSTEMS, ttl=1):
        return ip4.ip4(self.router, destination, ip4.ICMP, self.message(), ttl=ttl)


def solicitation(source, destination=ALL_AGENTS, ttl=1):
    """RFC 5944 2.2."""
    return ip4.ip4(source, destination, ip4.ICMP, ip4.icmp(ROUTER_SOLICITATION, 0, 0, b""), ttl=ttl)


def read_advertisement(packet):
    """Of an ip4.Packet; None when it is none, or its checksum or its lengths are wrong."""
    if packet is None or packet.protocol != ip4.ICMP or packet.offset:
        return None
    data = packet.payload
    if len(data) < 8 or data[0] != ROUTER_ADVERTISEMENT or ip4.checksum(data) != 0 or data[5] < 2:
        return None
    count, size = data[4], 4 * data[5]
    if len(data) < 8 + count * size:
        return None
    entries = [data[8 + i * size:8 + (i + 1) * size] for i in range(count)]
    found = Advertisement(packet.source, struct.unpack_from("!H", data, 6)[0], data[1], mobility=False,
                          addresses=[(text(entry[:4]), struct.unpack_from("!i", entry, 4)[0]) for entry in entries])
    extensions = read_extensions(data, 8 + count * size)
    for item in extensions or []:
        if item.type == MOBILITY_AGENT and len(item.data) >= 6 and len(item.data) % 4 == 2:
            found.mobility = True
            found.sequence, found.registration_lifetime_s, found.flags = struct.unpack_from("!HHH", item.data)
            found.care_ofs = [text(item.data[at:at + 4]) for at in range(6, len(item.data), 4)]
        elif item.type == PREFIX_LENGTHS:
            found.prefix_lengths = list(item.data)
    return found if extensions is not None else None


# The command line.

def packets_of(path):
    """(ip4.Packet) of each Ethernet frame of a capture that holds one."""
    from scapy.utils import RawPcapReader
    for frame, _ in RawPcapReader(path):
        if frame[12:14] == b"\x08\x00":
            packet = ip4.read(frame[14:])
            if packet is not None:
                yield packet


def judge(message, nodes):
    """'right', 'wrong', 'none' or 'unknown' (nobody has that home address and SPI)."""
    if not message.all_of(MN_HA):
        return "none"
    association = nodes.get((message.home, message.spi()))
    if association is None:
        return "unknown"
    return "right" if message.proved_by(association) else "wrong"


def parse_nodes(items):
    nodes = {}
    for item in items:
        home, spi, algorithm, key = item.split(",")
        nodes[home, int(spi)] = Association(int(spi), bytes.fromhex(key), algorithm)
    return nodes


def verify(arguments):
    nodes = parse_nodes(arguments.node)
    kinds = {REQUEST: "request", REPLY: "reply"}
    result = {f"{kind}_{outcome}": 0 for kind in kinds.values() for outcome in ("right", "wrong", "none", "unknown")}
    result.update(accepted=0, refused=0, tunnel_data=0, packets=0)
    for packet in packets_of(arguments.capture):
        result["packets"] += 1
        message = message_of(packet)
        if message is not None and message.type in kinds:
            result[f"{kinds[message.type]}_{judge(message, nodes)}"] += 1
            if message.type == REPLY:
                result["accepted" if message.code < 2 else "refused"] += 1
        elif packet.protocol == ip4.UDP and MIP_PORT in packet.ports and packet.payload[8:9] == bytes([TUNNEL_DATA]):
            result["tunnel_data"] += 1
    print(json.dumps(result))


def forge(arguments):
    """Sends one packet that must not change anything."""
    if arguments.kind == "keepalive":  # from another port than the registered one: a mapping change that nobody proved
        inner = ip4.echo(arguments.home_address, arguments.home_agent)
        packet = ip4.udp_tunnel(inner, arguments.care_of, arguments.home_agent, arguments.port)
    elif arguments.kind == "tunnel":
        inner = ip4.udp_packet(arguments.home_address, arguments.correspondent, 5001, 5001, b"spoofed")
        packet = ip4.ipip(inner, arguments.care_of, arguments.home_agent)
    else:
        association = Association(arguments.spi, bytes.fromhex(arguments.key or "00"))
        request = Request(arguments.home_address, arguments.home_agent, arguments.care_of, ntp_now(), flags=D | T,
                          mn_ha=association if arguments.kind == "wrong-key" else None, sport=arguments.port)
        packet = request.packet()
    sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, arguments.interface.encode())
    sock.sendto(packet, (arguments.home_agent, 0))
    print(json.dumps({"sent": arguments.kind, "octets": len(packet)}))


def arguments_of(argv):
    parser = argparse.ArgumentParser(description="Mobile IPv4 messages from the command line")
    commands = parser.add_subparsers(dest="command", required=True)
    sub = commands.add_parser("verify", help="recompute every authenticator in a capture")
    sub.add_argument("capture")
    sub.add_argument("--node", action="append", default=[], help="HOME,SPI,ALGORITHM,KEY; may be repeated")
    sub.set_defaults(run=verify)
    sub = commands.add_parser("forge", help="send what a home agent must refuse")
    sub.add_argument("kind", choices=("wrong-key", "no-auth", "tunnel", "keepalive"))
    for option in ("interface", "home-address", "care-of", "home-agent"):
        sub.add_argument(f"--{option}", required=True)
    sub.add_argument("--correspondent")
    sub.add_argument("--port", type=int, default=MIP_PORT, help="of the source")
    sub.add_argument("--spi", type=int, default=256)
    sub.add_argument("--key")
    sub.set_defaults(run=forge)
    return parser.parse_args(argv)


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    chosen.run(chosen)
