#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A storm of Mobile IPv4: requests with whatever flags and extensions, most of them rightly signed, replies, revocations, tunnels of each
kind, fragments, ICMP, ARP and agent discovery, many of them mutated at random, to a home agent on a real home link and a foreign agent on the
same interface, while the control socket is asked for anything. The daemon serves on, its counters balance, it keeps to its memory,
and what it says itself is never to where nobody asked from.

RFC 5944, 2003, 2004, 2784, 3024, 3519, 3543; RFC 1122 3.2.2. Usage: mip4_storm.py BUILD-DIRECTORY [SECONDS [SEED]]
"""
import os
import random
import socket
import struct
import sys
import time

from lib import Report, balance, lab, program_directory
import ip4
import mip4
from mip4 import Association
from storm import QUARANTINE, RSS_GROWTH_KB, daemon_pid, handed_over, memory_kb, settled

SECONDS, SEED = 8, 5944
HOME_AGENT, ROUTER, VISITED, CARE_OF = "192.0.2.1", "192.0.2.254", "192.0.2.3", "192.0.2.4"
CORRESPONDENT, STRANGER, NEIGHBOUR = "198.51.100.10", "203.0.113.66", "10.1.0.77"
PEER_AGENT, PEER_HOME_AGENT = "172.18.0.1", "198.18.0.2"
NODES = range(16, 24)
WITNESS = 64  # nobody's target
PEER = Association(700, bytes(range(16)), "hmac-sha256")
MACS = ("02:00:00:00:be:ef", "02:00:00:00:be:f0")
SOURCES = ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", HOME_AGENT, VISITED, CARE_OF, STRANGER, PEER_AGENT)
LIFETIMES = (0, 0, 1, 2, 60, 600, 65535)
PORT_UNREACHABLE = b"\x03\x03"  # the kernel's: no agent says so
TYPES = (0, 16, 32, 33, 34, 36, 38, 40, 44, 60, 127, 128, 130, 131, 132, 133, 134, 137, 139, 144, 145, 255)


def home(number):
    return f"10.1.0.{number}"


def care_of(number):
    return f"172.16.0.{number}"


def key_of(number):
    return Association(256 + number, bytes((number,)) * 16)


def network():
    return {"prefix": "10.1.0.0/16", "address": HOME_AGENT, "home_link": {"interface": "rt"},
            "pool": {"first": "10.1.2.1", "last": "10.1.2.4"}}


def configuration():
    peers = [{"spi": PEER.spi, "algorithm": PEER.algorithm, "key": PEER.key.hex()}]
    agent = {"address": VISITED, "care_of": [CARE_OF], "challenge": False, "advertisements": {"max_interval_ms": 2000}}
    return {
        "ports": [{"name": "core", "kind": "af_xdp", "interface": "rt", "role": "foreign_agent", "foreign_agent": agent}],
        "mobile_ipv4": {"networks": [network()], "simultaneous_bindings": 4, "broadcasts": True, "answer_wrong_authentication": True,
                        "nat_traversal": {"enabled": True, "forced": True},
                        "foreign_agents": [{"address": PEER_AGENT, **peers[0]}]},
        "foreign_agent": {"home_agents": [{"address": PEER_HOME_AGENT, **peers[0]}], "request_timeout_s": 1},
    }


def nodes():
    rows = [{"home_address": home(number), "identifier": f"n{number}@x", "spi": key_of(number).spi, "key": key_of(number).key.hex()}
            for number in (*NODES, WITNESS)]
    rows[0]["replay"] = "nonce"
    return rows + [{"identifier": "nobody-knows@x", "spi": 256, "key": key_of(0).key.hex()}]


class Maker:
    """Messages and packets, each rightly made but for what chance makes wrong."""

    def __init__(self, chaos):
        self.chaos = chaos
        self.stamp = 0

    def now(self):
        self.stamp = max(self.stamp + 1, mip4.ntp_now())
        return self.stamp

    def number(self):
        return self.chaos.choice(NODES)

    def place(self, number):
        """Mostly where that node is."""
        return care_of(number if self.chaos.random() < 0.7 else self.chaos.randrange(1, 250))

    def extensions(self):
        """A few, of any kind and length."""
        chaos, found = self.chaos, b""
        for _ in range(chaos.choice((0, 0, 0, 1, 2, 5, 40))):
            kind, size = chaos.choice(TYPES), chaos.choice((0, 1, 4, 6, 6, 8, 20, 250))
            found += chaos.choice((
                mip4.extension(kind, chaos.randbytes(size)), mip4.extension(kind, bytes(size), length=chaos.randrange(256)),
                mip4.udp_request(forced=chaos.random() < 0.5, through_fa=chaos.random() < 0.3, encapsulation=chaos.choice((0, 4, 47))),
                mip4.support(chaos.randrange(1 << 32)), mip4.requested_agent(HOME_AGENT), mip4.challenge(b"x" * size),
                mip4.nai(f"n{self.number()}@x"), mip4.critical_vendor(9, 1, b"x"), mip4.vendor(9, 1), b"\0\0\0"))
        return found

    def request(self):
        chaos, number = self.chaos, self.number()
        through = chaos.random() < 0.3
        place = PEER_AGENT if through else self.place(number)
        request = mip4.Request(
            chaos.choice((home(number), home(number), "0.0.0.0")), chaos.choice((HOME_AGENT, HOME_AGENT, "0.0.0.0")),
            chaos.choice((place, place, home(number))), self.now(), chaos.choice(LIFETIMES),
            chaos.choice((mip4.D, mip4.D | mip4.T, mip4.T, mip4.D | mip4.T | mip4.S | mip4.B, chaos.randrange(256))),
            extensions=self.extensions(), mn_ha=key_of(number), between=self.extensions() if through else b"",
            fa_ha=PEER if through and chaos.random() < 0.8 else None, destination=HOME_AGENT, source=place,
            sport=chaos.choice((434, 5000)))
        return request.packet()

    def visit(self):
        """A request to the foreign agent."""
        chaos, visitor = self.chaos, f"10.9.0.{self.chaos.randrange(1, 30)}"
        request = mip4.Request(visitor, chaos.choice((PEER_HOME_AGENT, STRANGER, HOME_AGENT, VISITED)), CARE_OF, self.now(),
                               chaos.choice(LIFETIMES), chaos.choice((0, mip4.T, mip4.T | mip4.G, chaos.randrange(256))),
                               extensions=self.extensions(), mn_ha=key_of(1), between=self.extensions(), source=visitor,
                               destination=VISITED)
        return request.packet(ttl=255)

    def reply(self):
        chaos = self.chaos
        reply = mip4.Reply(f"10.9.0.{chaos.randrange(1, 30)}", PEER_HOME_AGENT, self.now(), chaos.randrange(256), chaos.choice(LIFETIMES),
                           self.extensions(), key_of(1), self.extensions(), PEER)
        return ip4.udp_packet(PEER_HOME_AGENT, CARE_OF, 434, chaos.choice((434, 434, 1024)), reply.payload())

    def revocation(self):
        chaos = self.chaos
        clock = int(time.time()) + mip4.NTP_EPOCH & 0xffffffff
        if chaos.random() < 0.3:
            payload = mip4.revocation_ack(home(self.number()), clock, PEER)
        else:
            payload = mip4.Revocation(home(self.number()), HOME_AGENT, PEER_AGENT, clock, PEER, flags=chaos.choice((0, 0xc000)),
                                      extensions=self.extensions()).payload()
        return ip4.udp_packet(PEER_AGENT, HOME_AGENT, 434, 434, payload)

    def inner(self, number):
        chaos = self.chaos
        to = chaos.choice((CORRESPONDENT, HOME_AGENT, home(self.number()), "10.1.255.255", "224.0.0.5", "10.9.0.5"))
        octets = chaos.choice((0, 8, 64, 1300, 1440))
        return ip4.ip4(home(number), to, chaos.choice((ip4.UDP, ip4.ICMP, ip4.IPIP, 6)), bytes(octets), ttl=chaos.choice((0, 1, 2, 64)),
                       ident=chaos.randrange(65536), flags=chaos.choice((0, ip4.DF, ip4.MF)), offset=chaos.choice((0, 0, 8)))

    def tunnel(self):
        chaos, number = self.chaos, self.number()
        source, to = self.place(number), chaos.choice((HOME_AGENT, HOME_AGENT, CARE_OF))
        if to == CARE_OF:
            source = PEER_HOME_AGENT
        return chaos.choice((
            lambda: ip4.ipip(self.inner(number), source, to), lambda: ip4.minimal(self.inner(number), source, to),
            lambda: ip4.gre(self.inner(number), source, to, with_checksum=chaos.random() < 0.5,
                            key=chaos.choice((None, None, 7)), gre_flags=chaos.choice((0, 0, 0x4000))),
            lambda: ip4.udp_tunnel(self.inner(number), source, to, chaos.choice((434, 5000)), following=chaos.choice((4, 4, 47, 55))),
            lambda: ip4.ipip(ip4.ipip(self.inner(number), source, to), source, to)))()

    def fragment(self):
        whole = ip4.read(self.tunnel())
        first = self.chaos.random() < 0.5
        return ip4.ip4(whole.source, whole.destination, whole.protocol, whole.payload[:24] if first else whole.payload[24:] or b"x",
                       ident=self.chaos.randrange(4), flags=ip4.MF if first else 0, offset=0 if first else 24)

    def data(self):
        return ip4.udp_packet(self.chaos.choice((CORRESPONDENT, NEIGHBOUR, STRANGER)),
                              self.chaos.choice((home(self.number()), "10.1.0.200", "10.9.0.5", "10.1.255.255")), 1, 2,
                              bytes(self.chaos.choice((0, 100, 1400, 1472))), flags=self.chaos.choice((0, ip4.DF)),
                              ttl=self.chaos.choice((1, 2, 64)))

    def error(self):
        chaos = self.chaos
        about = ip4.ipip(ip4.udp_packet(CORRESPONDENT, home(self.number()), 1, 2, bytes(64)), HOME_AGENT, self.place(self.number()))
        return ip4.icmp_error(ROUTER, HOME_AGENT, chaos.choice((3, 3, 4, 5, 11, 12)), chaos.randrange(14), about[:chaos.choice((28, 48, 96))],
                              chaos.choice((0, 68, 576, 1300)))

    def discovery(self):
        return self.chaos.choice((
            lambda: mip4.solicitation(f"10.9.0.{self.chaos.randrange(1, 30)}"),
            lambda: mip4.Advertisement(self.chaos.choice((VISITED, STRANGER)), flags=0x9000, care_ofs=[CARE_OF]).packet()))()

    def echo(self):
        return ip4.echo(self.chaos.choice((CORRESPONDENT, STRANGER)), self.chaos.choice((HOME_AGENT, VISITED, CARE_OF)))

    def any(self):
        kinds = (self.request, self.request, self.request, self.visit, self.reply, self.revocation, self.tunnel, self.tunnel,
                 self.fragment, self.data, self.data, self.error, self.discovery, self.echo)
        return self.chaos.choice(kinds)()


class Storm:
    def __init__(self, wire, seed):
        self.chaos = random.Random(seed)
        self.maker = Maker(self.chaos)
        self.wire = wire
        self.sent = self.heard = 0
        self.wrong = []

    def mutated(self):
        chaos = self.chaos
        packet = bytearray(self.maker.any())
        for _ in range(chaos.choice((0, 0, 0, 1, 2, 8))):
            how, at = chaos.randrange(5), chaos.randrange(len(packet))
            if how == 0:
                packet[at] ^= 1 << chaos.randrange(8)
            elif how == 1:
                packet[at] = chaos.choice((0, 1, 4, 17, 47, 55, 127, 128, 255))
            elif how == 2 and len(packet) > 28:
                del packet[chaos.randrange(20, len(packet)):]
            elif how == 3:
                packet[at:at] = chaos.randbytes(chaos.choice((1, 2, 8, 16)))
            else:
                packet[12:16] = ip4.address(chaos.choice(SOURCES))
        packet = packet[:1500]
        if len(packet) >= 20 and chaos.random() < 0.8:  # so that more than the header is looked at
            packet[2:4] = struct.pack("!H", len(packet))
            packet[10:12] = b"\0\0"
            packet[10:12] = struct.pack("!H", ip4.checksum(packet[:min(4 * (packet[0] & 15), len(packet))]))
        return bytes(packet)

    def frame(self):
        chaos = self.chaos
        source = chaos.choice((*MACS, self.wire.own_mac))
        if chaos.random() < 0.05:
            return ip4.arp(chaos.choice((1, 1, 2, 3)), source, chaos.choice((NEIGHBOUR, home(self.maker.number()), "0.0.0.0")),
                           chaos.choice(MACS), home(self.maker.number()))[:chaos.choice((42, 42, 30))]
        to = self.wire.peer_mac if chaos.random() < 0.9 else chaos.choice(("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:0b"))
        return ip4.mac(to) + ip4.mac(source) + b"\x08\x00" + self.mutated()

    def blow(self, count):
        for _ in range(count):
            try:
                self.wire.sock.send(self.frame())
                self.sent += 1
            except OSError:
                time.sleep(0.001)
        self.listen()

    def listen(self):
        while True:
            try:
                data, origin = self.wire.sock.recvfrom(65535)
            except BlockingIOError:
                return
            if origin[2] != socket.PACKET_OUTGOING and data[12:14] == b"\x08\x00":
                self.heard += 1
                self.judge(data[:6], ip4.read(data[14:]), data)

    def judge(self, mac, packet, data):
        """What an agent must not send, whatever it was sent."""
        if packet is None or not packet.checksum_ok or packet.ttl == 0:
            self.wrong.append(("no right IPv4 header", data.hex()))
            return
        to = packet.octets[16]
        if packet.destination == "0.0.0.0" or to == 127 or (mac[0] & 1 and to < 224):
            self.wrong.append(("addresses", data.hex()))
        if packet.source in (HOME_AGENT, VISITED, CARE_OF) and packet.protocol == ip4.ICMP and packet.payload[0] in (3, 4, 5, 11, 12) and \
                packet.payload[:2] != PORT_UNREACHABLE:
            self.judge_error(packet, to, data)

    def judge_error(self, packet, to, data):
        """RFC 1122 3.2.2."""
        about = packet.payload[8:]
        if 224 <= to < 240 or packet.destination == ip4.BROADCAST or len(packet.octets) > 576:
            self.wrong.append(("an error to a group, or too long", data.hex()))
        elif about[9] == ip4.ICMP and len(about) > 20 and about[4 * (about[0] & 15)] in (3, 4, 5, 11, 12):
            self.wrong.append(("an error about an error", data.hex()))
        elif struct.unpack_from("!H", about, 6)[0] & 0x1fff:
            self.wrong.append(("an error about a later fragment", data.hex()))


def ask(daemon, chaos):
    """What an operator's script may do."""
    method, params = chaos.choice((
        ("binding.list", {}), ("status.get", {}), ("stats.get", {}), ("visitor.list", {}), ("mobile_nodes.reload", {}),
        ("binding.get", {"home_address": home(chaos.choice(NODES))}), ("binding.remove", {"home_address": home(chaos.choice(NODES))}),
        ("binding.remove", {"home_address": home(chaos.choice(NODES)), "care_of": care_of(7)}), ("drain.set", {"on": False}),
        ("visitor.remove", {"home_address": "10.9.0.5"}), ("binding.list", {"care_of": "x"}), ("path_mtu.list", {})))
    try:
        daemon.rpc(method, **params)
    except (RuntimeError, OSError):
        pass  # a refusal is an answer, and a slow machine may be cut off


def rage(report, the_lab, storm, seconds):
    daemon, pid, at_half = the_lab.daemon, daemon_pid(the_lab), None
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds and daemon.alive():
        storm.blow(100)
        ask(daemon, storm.chaos)
        if at_half is None and passed > seconds / 2 and daemon.alive():
            at_half = memory_kb(pid)
    if report.check(daemon.alive(), f"{storm.sent} packets: the daemon serves on"):
        grown = memory_kb(pid) - (at_half or 0)
        report.check(at_half is None or grown < RSS_GROWTH_KB, "and keeps to its memory", f"grown by {grown} kB")


def calm(report, the_lab, storm):
    counters = settled(the_lab)
    storm.listen()
    report.equal(storm.wrong[:3], [], f"of {storm.heard} packets that it sent none was wrong or to where it must not go")
    report.check(counters["received"] > storm.sent // 4, "most of the storm reached it", counters["received"])
    report.equal(*balance(counters), "every packet is accounted for")
    report.equal(*handed_over(counters), "and everything handed to the control thread has an outcome")
    codes = sorted(int(name.rpartition(".")[2]) for name, count in counters.items() if count and name.startswith("registration_codes."))
    report.check(len(codes) >= 8, "it was asked for everything: replies of many codes", codes)
    report.check(counters["encapsulated"] > 0 and counters["decapsulated"] > 0, "and carried packets both ways",
                 (counters["encapsulated"], counters["decapsulated"]))


def registers(the_lab, lifetime_s):
    """The code of the reply to the witness, or None."""
    request = mip4.Request(home(WITNESS), HOME_AGENT, care_of(251), mip4.ntp_now(), lifetime_s, mip4.D | mip4.T, mn_ha=key_of(WITNESS))
    the_lab.wire.send(request.packet())
    until = time.monotonic() + 3
    while time.monotonic() < until:
        frame = the_lab.wire.receive(0.5)
        message = mip4.message_of(ip4.read(bytes(frame)[14:])) if frame is not None else None
        if message is not None and message.type == mip4.REPLY and message.home == home(WITNESS) and message.proved_by(key_of(WITNESS)):
            return message.code
    return None


def main():
    arguments = sys.argv[2:]
    del sys.argv[2:]
    seconds = int(arguments[0]) if arguments else SECONDS
    seed = int(arguments[1]) if len(arguments) > 1 else SEED
    os.environ["ASAN_OPTIONS"] = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), QUARANTINE)))
    report = Report()
    with lab(program_directory()) as the_lab:
        for address in ("10.1.0.1/16", VISITED + "/24", CARE_OF + "/24"):
            the_lab.run("ha", "ip", "address", "add", address, "dev", "rt")
        the_lab.daemon.configure(nodes(), **configuration())
        if report.check(the_lab.daemon.start(), "the daemon starts"):
            the_lab.run("ha", "ping", "-n", "-c", "1", "-W", "1", ROUTER)
            report.equal(registers(the_lab, 600), 0, "a mobile node registers")
            storm = Storm(the_lab.wire, seed)
            print(f"# {seconds} s, seed {seed}", flush=True)
            rage(report, the_lab, storm, seconds)
            if the_lab.daemon.alive():
                calm(report, the_lab, storm)
                report.equal(registers(the_lab, 600), 0, "after all that a right request is accepted")
                report.equal(the_lab.daemon.lost_buffers(), {}, "every packet buffer has come back")
        report.check(the_lab.daemon.stop() != "would not stop", "the daemon stops")
        found, _, leaks = the_lab.daemon.log().partition("LeakSanitizer")  # what libbpf leaves behind is not ours
        report.check("Sanitizer" not in found and "runtime error" not in found and "/control/" not in leaks,
                     "and the sanitizers saw nothing")
        if report.failed:
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
