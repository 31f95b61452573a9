#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""packets: builds and reads Mobile IPv6 messages, for the mobile node, the demo and the system tests.

Written from the RFCs alone and shares no code with the daemon: what both agree on was understood twice.

Run as a program:
  packets.py verify CAPTURE --node HOME,SPI,KEY ...   recomputes every authenticator in a capture
  packets.py stream-send ADDRESS PORT ...             numbered UDP packets at a steady rate
  packets.py stream-receive ADDRESS PORT ...          counts them, and the longest silence between two
  packets.py forge KIND ...                           sends what a home agent must refuse

RFC 8200 (headers), 6275 6.1, 6.3, 6.4 (Mobility Header, Home Address option, type 2 routing header),
4283 (identifier), 4285 (authentication, message-ID), 2473 (tunnel).
"""
import argparse
import hmac
import json
import select
import signal
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

HOP_BY_HOP, IPV6, ROUTING, FRAGMENT, ICMP6, NONE, DEST_OPTIONS, MOBILITY = 0, 41, 43, 44, 58, 59, 60, 135
UDP = 17
BU, BA, BE = 5, 6, 7
FLAG_ACK, FLAG_HOME, FLAG_MOBILE_ROUTER = 0x8000, 0x4000, 0x0400
OPTION_ALTERNATE, OPTION_NONCE, OPTION_IDENTIFIER, OPTION_AUTH, OPTION_MESSAGE_ID = 3, 4, 8, 9, 10
NTP_EPOCH = 2208988800  # seconds from 1900 to 1970

STATUS = {
    0: "accepted", 1: "accepted, prefix discovery necessary", 128: "reason unspecified",
    129: "administratively prohibited", 130: "insufficient resources", 131: "home registration not supported",
    132: "not home subnet", 133: "not home agent for this mobile node", 134: "duplicate address",
    135: "sequence number out of window", 139: "registration type change disallowed",
    140: "mobile router operation not permitted", 144: "message-ID mismatch", 145: "message-ID required",
    146: "authentication failed",
}


def address(text):
    return socket.inet_pton(socket.AF_INET6, text)


def text(packed):
    return socket.inet_ntop(socket.AF_INET6, packed)


def ntp_now(offset_s=0.0):
    """64-bit NTP time: 32 bits of seconds since 1900, 32 bits of fraction."""
    now = time.time() + NTP_EPOCH + offset_s
    return (int(now) & 0xffffffff) << 32 | int((now % 1) * 2**32)


def checksum(source, destination, protocol, message):
    """RFC 8200 8.1: over the pseudo-header and the message; 0 when the checksum inside it is right."""
    data = source + destination + struct.pack("!II", len(message), protocol) + message
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip6(source, destination, next_header, payload, hop_limit=64, traffic_class=0, flow=0, length=None):
    return struct.pack("!IHBB16s16s", 6 << 28 | traffic_class << 20 | flow,
                       len(payload) if length is None else length, next_header, hop_limit,
                       address(source), address(destination)) + payload


def home_address_header(next_header, home):
    """Destination options with PadN of four octets, so that the Home Address option sits at 8n+6."""
    return struct.pack("!BB", next_header, 2) + b"\x01\x02\0\0" + struct.pack("!BB16s", 0xc9, 16, address(home))


def routing_header(next_header, home):
    return struct.pack("!BBBBI16s", next_header, 2, 2, 1, 0, address(home))


def udp(source, destination, sport, dport, data):
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    total = checksum(address(source), address(destination), UDP, head + data) or 0xffff
    return head[:6] + struct.pack("!H", total) + data


def echo_request(source, destination, data=b"homeward", identifier=1, sequence=1):
    head = struct.pack("!BBHHH", 128, 0, 0, identifier, sequence)
    total = checksum(address(source), address(destination), ICMP6, head + data)
    return head[:2] + struct.pack("!H", total) + head[4:] + data


def pad(octets):
    return b"" if octets == 0 else b"\0" if octets == 1 else struct.pack("!BB", 1, octets - 2) + bytes(octets - 2)


def add_option(message, kind, data, multiple=1, remainder=0):
    """Appends an option at an offset of multiple * n + remainder."""
    message += pad((remainder - len(message)) % multiple)
    message += struct.pack("!BB", kind, len(data)) + data


def authenticator(key, care_of, home, covered):
    """RFC 4285 5.1: covered is the Mobility Header up to and including the SPI; its checksum counts as 0."""
    covered = covered[:4] + b"\0\0" + covered[6:]
    return hmac.new(key, address(care_of) + address(home) + covered, "sha1").digest()[:12]


@dataclass
class BindingUpdate:
    """A Binding Update; what is left alone is right, everything can be made wrong."""
    home: str
    care_of: str
    home_agent: str
    sequence: int = 1
    lifetime_s: int = 600
    flags: int = FLAG_ACK | FLAG_HOME
    source: str = None              # of the IPv6 header; the care-of address
    alternate: bool = True          # carry the care-of address in an option
    home_option: bool = True
    identifier: str = None
    message_id: int = None          # 64-bit NTP time
    spi: int = None                 # None: no authentication option
    key: bytes = None
    auth_data: bytes = None         # instead of the right one
    behind: bytes = b""             # what follows the authentication option and is not covered by it; eights
    options: list = field(default_factory=list)  # (type, data, multiple, remainder), before the identifier
    payload_proto: int = NONE
    mh_type: int = BU
    header_len: int = None
    reserved: int = 0
    bad_checksum: bool = False

    def add_authentication(self, message):
        # 19 octets from 8n+5 end on a multiple of eight, so nothing needs to follow the option.
        message += pad((5 - len(message)) % 8)
        message += struct.pack("!BBBI", OPTION_AUTH, 17, 1, self.spi)
        message[1] = (len(message) + 12 + len(self.behind)) // 8 - 1
        data = authenticator(self.key, self.care_of, self.home, bytes(message))
        message += (data if self.auth_data is None else self.auth_data) + self.behind

    def message(self):
        """The Mobility Header, its checksum 0."""
        message = bytearray(struct.pack("!BBBBHHHH", self.payload_proto, 0, self.mh_type, self.reserved, 0,
                                        self.sequence & 0xffff, self.flags, self.lifetime_s // 4))
        if self.alternate:
            add_option(message, OPTION_ALTERNATE, address(self.care_of), 8, 6)
        for option in self.options:
            add_option(message, *option)
        if self.identifier is not None:
            add_option(message, OPTION_IDENTIFIER, b"\x01" + self.identifier.encode())
        if self.message_id is not None:
            add_option(message, OPTION_MESSAGE_ID, struct.pack("!Q", self.message_id), 8, 2)
        if self.spi is not None:
            self.add_authentication(message)
        message += pad(-len(message) % 8)
        message[1] = len(message) // 8 - 1 if self.header_len is None else self.header_len
        return bytes(message)

    def sealed(self):
        """The Mobility Header with its checksum."""
        message = self.message()
        source = self.home if self.home_option else self.source or self.care_of
        total = checksum(address(source), address(self.home_agent), MOBILITY, message)
        return message[:4] + struct.pack("!H", total ^ (0x5555 if self.bad_checksum else 0)) + message[6:]

    def packet(self):
        source = self.source or self.care_of
        if not self.home_option:
            return ip6(source, self.home_agent, MOBILITY, self.sealed())
        return ip6(source, self.home_agent, DEST_OPTIONS,
                   home_address_header(MOBILITY, self.home) + self.sealed())


@dataclass
class Message:
    """A Mobility Header as it was on the wire, and the addresses around it."""
    source: str
    destination: str
    body: bytes
    home: str = None          # Home Address option
    routing_home: str = None  # type 2 routing header

    @property
    def type(self):
        return self.body[2]

    @property
    def checksum_ok(self):
        source = address(self.home or self.source)
        destination = address(self.routing_home or self.destination)
        return checksum(source, destination, MOBILITY, self.body) == 0

    @property
    def sequence(self):
        return struct.unpack_from("!H", self.body, 6 if self.type == BU else 8)[0]

    @property
    def lifetime_s(self):
        return 4 * struct.unpack_from("!H", self.body, 10)[0]

    @property
    def status(self):
        return self.body[6]

    def options(self):
        """(type, data, offset) of each; stops where one runs past the end."""
        at = 12
        while at < len(self.body):
            if self.body[at] == 0:
                at += 1
                continue
            if at + 2 > len(self.body) or at + 2 + self.body[at + 1] > len(self.body):
                return
            yield self.body[at], self.body[at + 2:at + 2 + self.body[at + 1]], at
            at += 2 + self.body[at + 1]

    def option(self, kind):
        return next(((data, at) for found, data, at in self.options() if found == kind), (None, None))

    @property
    def care_of(self):
        data, _ = self.option(OPTION_ALTERNATE)
        return text(data) if data else self.source

    @property
    def message_id(self):
        data, _ = self.option(OPTION_MESSAGE_ID)
        return struct.unpack("!Q", data)[0] if data else None

    def spi(self):
        data, _ = self.option(OPTION_AUTH)
        return struct.unpack_from("!I", data, 1)[0] if data else None

    def auth_ok(self, key, care_of, home):
        """None without the option."""
        data, at = self.option(OPTION_AUTH)
        if data is None:
            return None
        return hmac.compare_digest(data[5:], authenticator(key, care_of, home, self.body[:at + 7]))


def home_option_of(header):
    at = 2
    while at < len(header):
        if header[at] == 0:
            at += 1
            continue
        if header[at] == 0xc9:
            return text(header[at + 2:at + 18])
        at += 2 + header[at + 1]
    return None


def read_message(packet):
    """The Mobility Header of an IPv6 packet, or None."""
    if len(packet) < 40 or packet[0] >> 4 != 6:
        return None
    length, following = struct.unpack_from("!HB", packet, 4)
    found = Message(text(packet[8:24]), text(packet[24:40]), b"")
    at, end = 40, min(40 + length, len(packet))
    while following in (HOP_BY_HOP, ROUTING, DEST_OPTIONS) and at + 8 <= end:
        header = packet[at:at + 8 * (packet[at + 1] + 1)]
        if following == ROUTING and header[2] == 2 and len(header) == 24:
            found.routing_home = text(header[8:24])
        if following == DEST_OPTIONS:
            found.home = home_option_of(header)
        following = header[0]
        at += len(header)
    if following != MOBILITY or at + 8 > end:
        return None
    found.body = bytes(packet[at:at + 8 * (packet[at + 1] + 1)])
    return found if at + len(found.body) <= end else None


def raw_socket(interface=None):
    """Sends whole IPv6 packets; the kernel finds the neighbour, by the interface when one is given."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
    if interface:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    return sock


def send_packet(sock, packet):
    sock.sendto(packet, (text(packet[24:40]), 0, 0, 0))


# The command line.

def judge(message, nodes, care_of_of):
    """'right', 'wrong', 'none' or 'unknown' (nobody has that home address and SPI)."""
    home = message.home if message.type == BU else message.routing_home
    home = home or (message.source if message.type == BU else message.destination)
    if message.type == BU:
        care_of_of[home, message.sequence] = message.care_of
        care_of = message.care_of
    else:
        care_of = care_of_of.get((home, message.sequence), message.destination)
    if message.spi() is None:
        return "none"
    if (home, message.spi()) not in nodes:
        return "unknown"
    return "right" if message.auth_ok(nodes[home, message.spi()], care_of, home) else "wrong"


def parse_nodes(items):
    nodes = {}
    for item in items:
        home, spi, key = item.split(",")
        nodes[text(address(home)), int(spi)] = bytes.fromhex(key)
    return nodes


def within(packed, prefix):
    """Prefix lengths are multiples of eight here."""
    network, length = prefix.split("/")
    octets = int(length) // 8
    return packed[:octets] == address(network)[:octets]


def quotes_ours(message):
    """Whether an ICMPv6 error is about what only the daemon can have sent: a tunnel, or a message of a home agent."""
    if len(message) < 48 or message[0] not in range(1, 5):
        return False
    following, at = message[14], 48
    while following in (HOP_BY_HOP, FRAGMENT, DEST_OPTIONS) and at + 8 <= len(message):
        at, following = at + (8 if following == FRAGMENT else 8 * (message[at + 1] + 1)), message[at]
    if following == ROUTING:
        return at + 8 <= len(message) and message[at + 2] == 2
    return following in (IPV6, MOBILITY)


def direction(packet, home_agent, home_prefix):
    """'arriving' what the daemon has to take, 'leaving' what only it can have sent, or None: the kernel's."""
    source, destination, following = packet[8:24], packet[24:40], packet[6]
    error = following == ICMP6 and len(packet) > 40 and packet[40] < 128
    if within(destination, home_prefix):
        return "arriving"
    if destination == address(home_agent):
        if following == ICMP6:
            return "arriving" if quotes_ours(packet[40:]) else None
        return "arriving" if following in (IPV6, DEST_OPTIONS, MOBILITY, ROUTING) else None
    if within(source, home_prefix):
        return "leaving"
    return "leaving" if source == address(home_agent) and (following in (IPV6, ROUTING, MOBILITY) or error) else None


def verify(arguments):
    from scapy.utils import RawPcapReader
    nodes = parse_nodes(arguments.node)
    care_of_of = {}
    result = {"packets": 0, "bad_checksums": 0, "accepted": 0, "arriving": 0, "leaving": 0, None: 0}
    for kind in ("bu", "ba"):
        for outcome in ("right", "wrong", "none", "unknown"):
            result[f"{kind}_{outcome}"] = 0
    for frame, _ in RawPcapReader(arguments.capture):
        result["packets"] += 1
        if frame[12:14] != b"\x86\xdd" or len(frame) < 54:
            continue
        result[direction(frame[14:], arguments.home_agent, arguments.home_prefix)] += 1
        message = read_message(frame[14:])
        if message is None or message.type not in (BU, BA):
            continue
        result["bad_checksums"] += not message.checksum_ok
        result["accepted"] += message.type == BA and message.status < 128
        result[("bu_" if message.type == BU else "ba_") + judge(message, nodes, care_of_of)] += 1
    del result[None]
    print(json.dumps(result))


def stream_send(arguments):
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    begin = time.monotonic()
    sent = refused = 0
    for number in range(arguments.count):
        delay = begin + number / arguments.rate - time.monotonic()
        if delay > 0:
            time.sleep(delay)
        try:
            sock.sendto(struct.pack("!Id", number, time.time()) + bytes(88), (arguments.address, arguments.port))
            sent += 1
        except OSError:  # an ICMPv6 error about an earlier one
            refused += 1
    print(json.dumps({"sent": sent, "refused": refused}))


def stream_receive(arguments):
    """Until SIGTERM, or the count is complete, or nothing came for the patience given."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.bind((arguments.address, arguments.port))
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    seen, last, gap, gap_after, disorder, highest = set(), None, 0.0, None, 0, -1
    print(json.dumps({"event": "ready"}), flush=True)
    until = time.monotonic() + arguments.patience
    while not stopped and len(seen) < arguments.count and time.monotonic() < until:
        if not select.select([sock], [], [], 0.1)[0]:
            continue
        number = struct.unpack_from("!I", sock.recv(2048))[0]
        now = time.monotonic()
        until = now + arguments.patience
        if last is not None and now - last > gap:
            gap, gap_after = now - last, highest
        disorder += number < highest
        highest = max(highest, number)
        last = now
        seen.add(number)
    print(json.dumps({"event": "stream", "received": len(seen), "lost": arguments.count - len(seen),
                      "out_of_order": disorder, "longest_gap_ms": round(gap * 1000, 1),
                      "longest_gap_after": gap_after}), flush=True)


def forge(arguments):
    """Sends one packet that must not change anything."""
    update = BindingUpdate(home=arguments.home_address, care_of=arguments.care_of,
                           home_agent=arguments.home_agent, sequence=arguments.sequence,
                           identifier=arguments.identifier, message_id=ntp_now())
    if arguments.kind == "tunnel":
        inner = ip6(arguments.home_address, arguments.correspondent, UDP,
                    udp(arguments.home_address, arguments.correspondent, 5001, 5001, b"spoofed"))
        packet = ip6(arguments.care_of, arguments.home_agent, IPV6, inner)
    else:
        if arguments.kind == "wrong-key":
            update.spi, update.key = arguments.spi, bytes.fromhex(arguments.key)
        packet = update.packet()
    send_packet(raw_socket(arguments.interface), packet)
    print(json.dumps({"sent": arguments.kind, "octets": len(packet)}))


def arguments_of(argv):
    parser = argparse.ArgumentParser(description="Mobile IPv6 messages from the command line")
    commands = parser.add_subparsers(dest="command", required=True)
    sub = commands.add_parser("verify", help="recompute every authenticator in a capture")
    sub.add_argument("capture")
    sub.add_argument("--node", action="append", default=[], help="HOME,SPI,KEY; may be repeated")
    sub.add_argument("--home-agent", default="2001:db8:ff::1")
    sub.add_argument("--home-prefix", default="2001:db8:1::/64")
    sub.set_defaults(run=verify)
    for name, run in (("stream-send", stream_send), ("stream-receive", stream_receive)):
        sub = commands.add_parser(name)
        sub.add_argument("address")
        sub.add_argument("port", type=int)
        sub.add_argument("--count", type=int, default=100)
        sub.add_argument("--rate", type=float, default=100, help="packets a second")
        sub.add_argument("--patience", type=float, default=10, help="seconds without a packet")
        sub.set_defaults(run=run)
    sub = commands.add_parser("forge", help="send what a home agent must refuse")
    sub.add_argument("kind", choices=("wrong-key", "no-auth", "tunnel"))
    for option in ("interface", "home-address", "care-of", "home-agent"):
        sub.add_argument(f"--{option}", required=True)
    sub.add_argument("--correspondent")
    sub.add_argument("--identifier")
    sub.add_argument("--spi", type=int)
    sub.add_argument("--key")
    sub.add_argument("--sequence", type=int, default=1)
    sub.set_defaults(run=forge)
    return parser.parse_args(argv)


if __name__ == "__main__":
    chosen = arguments_of(sys.argv[1:])
    chosen.run(chosen)
