#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the kernel does for Mobile IPv4 and what it keeps: its own traffic on the interface, routes and neighbours that tunnels follow, fragments,
and ARP on a home link whose interface goes and comes.

RFC 826; 791; 5944 3.8.1, 4.2, 4.6. Usage: mip4_kernel.py BUILD-DIRECTORY
"""
import struct
import subprocess
import sys
import time

from lib import CORRESPONDENT, Report, lab, program_directory

import ip4
import mip4
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Ether

AGENT, ROUTER = "192.0.2.1", "192.0.2.254"
OTHER_ROUTER, OTHER_ROUTER_MAC = "192.0.2.253", "02:00:00:00:25:03"
SENDER = "198.51.100.9"
CARE_OF, LINK_CARE_OF = "203.0.113.7", "192.0.2.77"
HOMES = "10.1.0."
LINK_ADDRESS, NEIGHBOUR = "10.1.0.1", "10.1.0.99"
NODE_MAC, NEIGHBOUR_MAC = "02:00:00:00:00:77", "02:00:00:00:be:ef"
KEY = bytes(range(16))
MOBILE_IPV4 = {"networks": [{"prefix": "10.1.0.0/16", "address": AGENT, "home_link": "virtual"}], "simultaneous_bindings": 2}
PATIENCE_S = 3


def node_line(number):
    return {"home_address": f"{HOMES}{number}", "spi": 256, "key": KEY.hex(), "algorithm": "hmac-md5", "replay": "timestamp"}


class World:
    """The test in the name of everybody but the home agent."""

    def __init__(self, the_lab):
        self.lab, self.wire, self.daemon = the_lab, the_lab.wire, the_lab.daemon

    def run(self, *command):
        done = self.lab.run("ha", *command)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr}")

    def wait_for(self, wanted, seconds=PATIENCE_S):
        """The first IPv4 or ARP frame that is wanted, by scapy."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            frame = self.wire.receive(left)
            if frame is not None and (IP in frame or ARP in frame) and wanted(frame):
                return frame
        return None

    def ask(self, packet, wanted, seconds=PATIENCE_S):
        self.wire.drain()
        self.wire.send(packet)
        return self.wait_for(wanted, seconds)

    def request(self, number, care_of, **fields):
        return mip4.Request(home=f"{HOMES}{number}", home_agent=AGENT, care_of=care_of, identification=mip4.ntp_now(),
                            mn_ha=mip4.Association(256, KEY), **fields)

    def is_reply(self, frame):
        return UDP in frame and frame[UDP].sport == 434 and frame[IP].src == AGENT

    def register(self, number, care_of, **fields):
        """The code of the reply, or None."""
        reply = self.ask(self.request(number, care_of, **fields).packet(), self.is_reply)
        return bytes(reply[UDP].payload)[1] if reply is not None else None

    def data(self, number, mark):
        return ip4.udp_packet(SENDER, f"{HOMES}{number}", 1000, 2000, mark)

    def tunnelled(self, number, mark, seconds=PATIENCE_S):
        """The frame by which it leaves towards the care-of address, or None."""
        return self.ask(self.data(number, mark), lambda f: is_tunnel(f, mark), seconds)


def is_tunnel(frame, mark):
    return IP in frame and frame[IP].proto == 4 and frame[IP].src == AGENT and mark in bytes(frame)


def start(report, world, **changes):
    world.daemon.stop()
    world.daemon.configure([node_line(number) for number in range(10, 40)], mobile_ipv4=dict(MOBILE_IPV4, **changes))
    return report.check(world.daemon.start(), "the daemon serves IPv6 and IPv4", world.daemon.log()[-500:])


def fragments(packet, at):
    """Two of one packet whose header has no options; at: octets in the first one, a multiple of eight."""
    header, payload = packet[:20], packet[20:]

    def piece(data, fragment):
        head = bytearray(header)
        head[2:4] = struct.pack("!H", 20 + len(data))
        head[6:8] = struct.pack("!H", fragment)
        head[10:12] = b"\0\0"
        head[10:12] = struct.pack("!H", ip4.checksum(bytes(head)))
        return bytes(head) + data
    return piece(payload[:at], 0x2000), piece(payload[at:], at // 8)


def kernel_keeps(report, world):
    """Though it is the home agent's address."""
    echo = world.ask(ip4.echo(ROUTER, AGENT), lambda f: ICMP in f and f[ICMP].type == 0)
    report.check(echo is not None, "an echo request to the home agent's address is answered by the kernel")
    syn = IP(src=ROUTER, dst=AGENT) / TCP(sport=4000, dport=22, flags="S")
    report.check(world.ask(bytes(syn), lambda f: TCP in f and f[TCP].flags.R) is not None, "a TCP connection is refused by the kernel")
    unreachable = lambda f: ICMP in f and (f[ICMP].type, f[ICMP].code) == (3, 3)  # noqa: E731
    datagram = ip4.udp_packet(ROUTER, AGENT, 4000, 4001, bytes(100))
    report.check(world.ask(datagram, unreachable) is not None, "a datagram to another port is the kernel's")
    world.wire.drain()
    for fragment in fragments(ip4.udp_packet(ROUTER, AGENT, 4000, 4001, bytes(1200), ident=77), 800):
        world.wire.send(fragment)
    report.check(world.wait_for(unreachable) is not None, "and so are the fragments of one")
    question = Ether(src=world.wire.own_mac, dst="ff:ff:ff:ff:ff:ff") / ARP(psrc=ROUTER, pdst=AGENT, hwsrc=world.wire.own_mac)
    world.wire.drain()
    world.wire.send_frame(question)
    answer = world.wait_for(lambda f: ARP in f and f[ARP].op == 2)
    report.check(answer is not None and answer[ARP].hwsrc == world.wire.peer_mac, "ARP for its address, too")


def fragmented_request(report, world):
    message = world.request(20, CARE_OF, behind=mip4.vendor(9, 1, bytes(200))).packet(ident=4711)
    world.wire.drain()
    for fragment in fragments(message, 64):
        world.wire.send(fragment)
    report.check(world.wait_for(world.is_reply) is not None, "a registration request in two fragments is answered")


def routes(report, world):
    report.equal(world.register(10, CARE_OF), 0, "a node registers from beyond the router")
    frame = world.tunnelled(10, b"first")
    report.check(frame is not None and frame.dst == world.wire.own_mac, "its tunnel goes by way of the router")
    report.check(frame is not None and frame.type == 0x0800, "as IPv4")
    world.run("ip", "neighbour", "replace", OTHER_ROUTER, "lladdr", OTHER_ROUTER_MAC, "dev", "rt", "nud", "permanent")
    world.run("ip", "route", "replace", "default", "via", OTHER_ROUTER)
    moved = any((world.tunnelled(10, b"second %d" % i) or Ether()).dst == OTHER_ROUTER_MAC for i in range(10))
    report.check(moved, "it follows the kernel's default route to another one")
    world.run("ip", "route", "add", "203.0.113.0/25", "via", ROUTER)
    moved = any((world.tunnelled(10, b"third %d" % i) or Ether()).dst == world.wire.own_mac for i in range(10))
    report.check(moved, "and a longer prefix back")
    world.run("ip", "route", "del", "203.0.113.0/25")
    world.run("ip", "route", "del", "default")
    gone = any(world.tunnelled(10, b"fourth %d" % i, 0.3) is None for i in range(10))
    report.check(gone, "without a route of IPv4 it does not take the default route of IPv6")
    world.run("ip", "route", "add", "default", "via", ROUTER)
    back = any(world.tunnelled(10, b"fifth %d" % i, 0.3) is not None for i in range(10))
    report.check(back, "and comes back with the route")


def neighbours(report, world):
    """A care-of address on the home agent's own link, that answers late."""
    world.run("ip", "neighbour", "flush", "dev", "rt", "nud", "failed")
    report.equal(world.register(11, LINK_CARE_OF, source=SENDER), 0, "a node registers from elsewhere for a place on the link")
    world.wire.drain()
    for i in range(5):
        world.wire.send(world.data(11, b"waits %d" % i))
    question = world.wait_for(lambda f: ARP in f and f[ARP].op == 1 and f[ARP].pdst == LINK_CARE_OF)
    report.check(question is not None, "the kernel asks for the care-of address by ARP")
    answer = ARP(op=2, psrc=LINK_CARE_OF, hwsrc=NODE_MAC, pdst=AGENT, hwdst=world.wire.peer_mac)
    world.wire.send_frame(Ether(src=NODE_MAC, dst=world.wire.peer_mac) / answer)
    came = 0
    while (frame := world.wait_for(lambda f: is_tunnel(f, b"waits"), 0.5)) is not None:
        came += 1
        report.equal(frame.dst, NODE_MAC, "what waited goes to the node's link-layer address")
    report.equal(came, 3, "three packets waited for it")
    frame = world.tunnelled(11, b"later")
    report.check(frame is not None and frame.dst == NODE_MAC, "the next one does not wait")


def place_of_ipv4(report, world):
    """No such packet is ever sent, but by somebody who knows how IPv4 addresses are kept here."""
    before = world.daemon.counters()["encapsulated"]
    for home in (f"::ffff:{HOMES}10", f"::fffe:{HOMES}10"):
        world.wire.send(bytes(IPv6(src=CORRESPONDENT, dst=home) / UDP(sport=1, dport=2) / b"mapped"))
    report.check(world.tunnelled(10, b"right") is not None, "a packet of IPv4 is tunnelled")
    report.equal(world.daemon.counters()["encapsulated"], before + 1, "none of IPv6 to its address as IPv6 writes it")


def arp_answer(world, number, seconds=1.0):
    question = ARP(op=1, psrc=NEIGHBOUR, hwsrc=NEIGHBOUR_MAC, pdst=f"{HOMES}{number}")
    world.wire.drain()
    world.wire.send_frame(Ether(src=NEIGHBOUR_MAC, dst="ff:ff:ff:ff:ff:ff") / question)
    return world.wait_for(lambda f: ARP in f and f[ARP].op == 2 and f.dst == NEIGHBOUR_MAC, seconds)


def home_link(report, world):
    world.run("ip", "address", "add", f"{LINK_ADDRESS}/16", "dev", "rt")
    if not start(report, world, networks=[dict(MOBILE_IPV4["networks"][0], home_link={"interface": "rt"})]):
        return
    report.check(arp_answer(world, 12, 0.3) is None, "on a real home link nobody is away: ARP is not answered")
    report.equal(world.register(12, CARE_OF), 0, "a node leaves")
    answer = arp_answer(world, 12)
    report.check(answer is not None and answer[ARP].hwsrc == world.wire.peer_mac, "ARP for its home address is answered")
    links = world.daemon.rpc("link.list")["links"]
    report.equal([(link["interface"], link["prefixes"], link["defended"]) for link in links], [("rt", ["10.1.0.0/16"], 1)],
                 "link.list shows the link, its network and one address defended")
    world.run("ip", "link", "set", "rt", "down")
    time.sleep(0.2)
    world.run("ip", "link", "set", "rt", "up")
    world.run("ip", "route", "replace", "default", "via", ROUTER)
    answered = any(arp_answer(world, 12) is not None for _ in range(5))
    report.check(answered, "and again after the interface was down")
    counters = world.daemon.counters()
    report.check(counters["others.arp_requests_answered"] >= 2 and counters["others.gratuitous_arps"] >= 2, "both are counted",
                 {name: value for name, value in counters.items() if "arp" in name})


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        world = World(the_lab)
        if start(report, world):
            for part in (kernel_keeps, fragmented_request, routes, neighbours, place_of_ipv4):
                report.run(part, report, world)
        report.run(home_link, report, world)
        report.check(the_lab.daemon.alive(), "the daemon is still there", the_lab.daemon.log()[-500:])
    return report.conclude()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error.cmd}: {error.returncode}")
