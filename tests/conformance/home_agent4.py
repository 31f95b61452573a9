# SPDX-License-Identifier: BSD-3-Clause
"""home_agent4: the home agent of Mobile IPv4 as a case sees it: packets go in, packets come out, and nothing else is asked.

The marker behind what a case sends (home_agent.py) is a de-registration of a node that no case gets: it is answered whether there is a
binding or not, and changes nothing.
"""
import os
import struct
import subprocess
import time

import configurations4
import ip4
import mip4
from configurations4 import HOME_AGENT, HOME_LINK_ADDRESS
from home_agent import BindingOwner, Frame, HomeAgent  # noqa: F401
from scapy.layers.l2 import ARP, Ether
from scapy.utils import wrpcap
from suite import Failure

ROUTER = "192.0.2.254"
MARKER_SOURCE = "172.31.255.10"
IGMP = 2


def ip4_of(frame):
    """The IPv4 packet in a frame, or None."""
    octets = bytes(frame)
    return ip4.read(octets[14:]) if octets[12:14] == b"\x08\x00" else None


class Arrived(ip4.Packet):
    """A packet that came, with what only failures and home links ask."""

    def __init__(self, frame):
        super().__init__(ip4_of(frame).octets)
        self.frame = frame

    def summary(self):
        message = mip4.message_of(self)
        if message is not None and message.type == mip4.REPLY:
            return f"a Registration Reply with code {message.code}"
        return Ether(bytes(self.frame)).summary()


def is_message(packet):
    """Of Mobile IPv4, or of agent discovery; what is in tunnels is somebody else's."""
    return mip4.message_of(packet) is not None or mip4.read_advertisement(packet) is not None


def is_unasked(packet):
    """What agents and kernels send by themselves."""
    return packet.protocol == IGMP or packet.destination in (mip4.ALL_SYSTEMS, ip4.BROADCAST) and \
        mip4.read_advertisement(packet) is not None


class HomeAgent4(HomeAgent):
    def __init__(self, lab):
        super().__init__(lab)
        self.on_real_link, self.marker_node = False, None
        self.said = []  # frames with messages of its own

    def start(self, configuration):
        """False when it does not serve."""
        self.daemon.stop()
        self.used, self.inboxes, self.said = {"timestamp": 1}, [], []
        self.on_real_link = configuration == "ipv4 real"
        self.number_link(HOME_LINK_ADDRESS + "/16", self.on_real_link)
        for address in (configurations4.VISITED, configurations4.CARE_OF):
            self.number_link(address + "/24", "ports" in configurations4.changes(configuration))
        self.daemon.configure(configurations4.nodes(), **configurations4.changes(configuration))
        self.marker_node = Node4(self, "timestamp", 0)
        return self.daemon.start() and self.knows_neighbour()

    def number_link(self, address, is_there):
        self.lab.run("ha", "ip", "address", "replace" if is_there else "del", address, "dev", "rt")

    def knows_neighbour(self, attempts=20):
        for _ in range(attempts):
            self.wire.send(ip4.echo(ROUTER, HOME_AGENT))
            if self.wait_for(lambda frame: ip4_of(frame).protocol == ip4.ICMP, 0.5) is not None:
                return True
        return False

    # What comes back.

    def marker(self):
        self.marked += 1
        node = self.marker_node
        return node.request(care_of=MARKER_SOURCE, lifetime_s=0, identification=mip4.ntp_now() >> 32 << 32 | self.marked).packet()

    @staticmethod
    def marker_of(frame):
        packet = ip4_of(frame)
        if packet.destination != MARKER_SOURCE:
            return None
        message = mip4.message_of(packet)
        return message.identification & 0xffffffff if message is not None and message.type == mip4.REPLY else None

    @staticmethod
    def judge(frame):
        judge_packet(ip4_of(frame))

    def receive(self, seconds):
        """The next frame with an IPv4 packet that is for nobody's inbox, nor the kernel's own."""
        until = time.monotonic() + seconds
        while True:
            frame = self.wire.receive(max(0.001, until - time.monotonic()))
            if frame is None:
                return None
            if is_message(ip4_of(frame)):
                self.said.append(frame)
            if self.deliver(frame) or bytes(frame)[12:14] != b"\x08\x00":
                continue
            if ip4_of(frame) is None:
                raise Failure(f"no whole IPv4 packet: {bytes(frame)[14:54].hex()}")
            if not is_unasked(ip4_of(frame)):
                return frame

    def complaints(self):
        """tshark on every message that the daemon made."""
        path = os.path.join(self.lab.temp, "said.pcap")
        wrpcap(path, self.said)
        wrong = "_ws.malformed || _ws.expert.severity == error || ip.checksum.status == 0 || udp.checksum.status == 0"
        command = ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", wrong]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
        return [f"tshark complains of {len(shown)} of {len(self.said)} messages: {shown[0].strip()}"] if shown else []

    def exchange(self, *sent):
        return [Arrived(frame) for frame in super().exchange(*sent)]

    def arp_inbox(self, about):
        """ARP about that address."""
        return self.inbox(lambda frame: ARP in frame and about in (frame[ARP].psrc, frame[ARP].pdst))

    # Who takes part.

    def place(self):
        """An address of its own in a /24 of its own: answers are limited by source."""
        self.places += 1
        return f"172.{20 + self.places // 256}.{self.places % 256}.10"

    def node(self, kind="timestamp"):
        """A mobile node that no other case knows."""
        index = self.used.get(kind, 0)
        self.used[kind] = index + 1
        return Node4(self, kind, index)

    def registered(self, kind="timestamp", **fields):
        node = self.node(kind)
        node.register(**fields)
        return node


class Answer:
    """A Registration Reply: the packet and the message in it."""

    def __init__(self, packet):
        self.packet, self.message = packet, mip4.message_of(packet)
        if self.message is None or self.message.type != mip4.REPLY:
            raise Failure(f"answered by {packet.summary()}")
        self.code, self.lifetime_s = self.message.code, self.message.lifetime_s
        self.identification = self.message.identification


class Node4(BindingOwner):
    def __init__(self, home_agent, kind, index):
        line = configurations4.identity(kind, index)
        self.home_agent, self.kind = home_agent, kind
        self.home, self.identifier = line.get("home_address", "0.0.0.0"), line["identifier"]
        self.association = mip4.Association(line["spi"], bytes.fromhex(line["key"]), line["algorithm"])
        self.stamp = 0
        home_agent.places += 1
        number = home_agent.places
        self.care_of = f"172.{50 + number // 256}.{number % 256}.10"
        self.other_care_of = f"172.{80 + number // 256}.{number % 256}.10"
        self.third_care_of = f"172.{110 + number // 256}.{number % 256}.10"

    def next_identification(self):
        """Later than every one before. By nonce: what the home agent said last, and something new."""
        if self.kind == "nonce":
            self.stamp = (self.stamp & ~0xffffffff) | ((self.stamp + 1) & 0xffffffff)
        else:
            self.stamp = max(self.stamp + 1, mip4.ntp_now())
        return self.stamp

    def request(self, **fields):
        """A right Registration Request, newer than the last one; fields change it."""
        values = {"home": self.home, "home_agent": HOME_AGENT, "care_of": self.care_of, "mn_ha": self.association}
        if "identification" not in fields:
            values["identification"] = self.next_identification()
        if self.home == "0.0.0.0":
            values["nai"] = self.identifier
        return mip4.Request(**{**values, **fields})

    def through(self, foreign_agent, algorithm=None, **fields):
        """A request that a foreign agent relays; algorithm: that of its association."""
        values = {"care_of": foreign_agent, "flags": mip4.T}
        if algorithm is not None:
            values["fa_ha"] = configurations4.foreign_association(algorithm)
        return self.request(**{**values, **fields})

    def ask(self, **fields):
        """Sends a request; the one Registration Reply that comes back."""
        return self.ask_with(self.request(**fields))

    def ask_with(self, sent, **packet_fields):
        answer = Answer(self.home_agent.one(sent.packet(**packet_fields)))
        if self.kind == "nonce":
            self.stamp = answer.identification
        return answer

    def register(self, **fields):
        answer = self.ask(**fields)
        if answer.code not in (0, 1):
            raise Failure(f"registration refused with {answer.code}")
        if self.home == "0.0.0.0":
            self.home = answer.message.home
        return answer

    def leave(self, **fields):
        answer = self.ask(**{"lifetime_s": 0, "care_of": self.home, "source": self.care_of, **fields})
        if answer.code not in (0, 1):
            raise Failure(f"de-registration refused with {answer.code}")
        return answer

    def silent(self, **fields):
        self.home_agent.silence(self.request(**fields).packet())

    def is_bound(self, care_of=None):
        """A packet for it shows."""
        sent = ip4.udp_packet(self.home_agent.place(), self.home, 1000, 2000, b"where are you")
        found = [ip4.open_tunnel(packet) for packet in self.home_agent.exchange(sent)]
        return (care_of or self.care_of) in [each.outer.destination for each in found if each is not None]


# What holds for every packet that a home agent sends, whatever the case is about.

def judge_packet(packet):
    if not packet.checksum_ok:
        raise Failure("wrong IPv4 header checksum")
    if packet.ttl == 0:
        raise Failure("TTL 0")
    if packet.flags & 0x8000:
        raise Failure("the reserved bit of the IPv4 header is set")
    tunnel = ip4.open_tunnel(packet)
    if tunnel is not None:
        judge_tunnel(packet, tunnel)
        return
    if packet.source != HOME_AGENT or packet.offset or packet.flags & ip4.MF:
        return
    if packet.protocol == ip4.UDP:
        judge_udp(packet)
    elif packet.protocol == ip4.ICMP and ip4.checksum(packet.payload) != 0:
        raise Failure("wrong ICMP checksum")


def judge_tunnel(packet, tunnel):
    if packet.source != HOME_AGENT:
        return  # somebody else's that was forwarded
    if packet.flags & ip4.MF == 0 and ip4.read(tunnel.inner) is None:
        raise Failure("no whole IPv4 packet in the tunnel")
    if tunnel.kind == "udp" and packet.payload[10:12] != b"\0\0":
        raise Failure("reserved octets of the tunnel data header are not 0")
    if tunnel.kind == "minimal" and packet.payload[1] & 0x7f:
        raise Failure("reserved bits of the minimal forwarding header are not 0")


def judge_udp(packet):
    data = packet.payload
    if len(data) != struct.unpack_from("!H", data, 4)[0]:
        raise Failure("UDP length")
    pseudo = packet.octets[12:20] + struct.pack("!BBH", 0, ip4.UDP, len(data))
    if data[6:8] != b"\0\0" and ip4.checksum(pseudo + data) != 0:
        raise Failure("wrong UDP checksum")
    if ip4.MIP_PORT in packet.ports:
        message = mip4.message_of(packet)
        if message is None:
            raise Failure(f"no whole message of Mobile IPv4: {data[8:].hex()}")
        if message.type == mip4.REPLY and not message.all_of(mip4.MN_HA):
            raise Failure("a Registration Reply without Mobile-Home authentication (RFC 5944 3.5.2)")
