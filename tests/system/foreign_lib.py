# SPDX-License-Identifier: BSD-3-Clause
"""foreign_lib: what the tests of the foreign agent share. The daemon has two links: one to the rest of the network, one that mobile nodes
visit. The test sits at the other end of both, and is home agent, correspondent and mobile node in one, with frames it made itself.

    net (192.0.2.1 home agent, 198.51.100.7 correspondent) ---- core 192.0.2.9 [foreign agent] visit 10.9.0.1 ---- mobile nodes
"""
import contextlib
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from lib import ETH_P_ALL, Daemon, namespace_socket

import ip4
import mip4

HOME_AGENT, OTHER_HOME_AGENT, STRANGER, CORRESPONDENT = "192.0.2.1", "192.0.2.2", "192.0.2.66", "198.51.100.7"
CARE_OF, AGENT = "192.0.2.9", "10.9.0.1"
HOMES = "10.1.0."
KEY = bytes(range(16))
MN_HA = mip4.Association(256, KEY)
MN_FA = mip4.Association(1000, b"between node and FA")
FA_HA = mip4.Association(2000, b"between two agents!")
OTHER_FA_HA = mip4.Association(2001, b"with the other one!")
NODE_MAC, OTHER_MAC, NET_MAC = "02:00:00:00:01:01", "02:00:00:00:01:02", "02:00:00:00:00:99"
PATIENCE_S = 8  # a busy machine may take its time


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Link:
    """The other end of one of the daemon's links."""

    def __init__(self, prefix, interface):
        self.sock = namespace_socket(f"{prefix}-rt", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        namespace_socket(f"{prefix}-rt", lambda: self.sock.bind((interface, ETH_P_ALL)))
        self.sock.setblocking(False)
        shown = subprocess.run(["ip", "-n", f"{prefix}-ha", "-j", "link", "show", "dev", interface],
                               capture_output=True, text=True, check=True).stdout
        self.peer_mac = json.loads(shown)[0]["address"]

    def send(self, packet, source, destination=None):
        """packet: from the IPv4 header on."""
        macs = ((destination or self.peer_mac) + source).replace(":", "")
        self.sock.send(bytes.fromhex(macs) + b"\x08\x00" + packet)

    def receive(self, seconds):
        """(destination MAC, ip4.Packet) of the next IPv4 packet, or (None, None)."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and select.select([self.sock], [], [], left)[0]:
            data, origin = self.sock.recvfrom(65535)
            if origin[2] == socket.PACKET_OUTGOING or data[12:14] != b"\x08\x00":
                continue
            packet = ip4.read(data[14:])
            if packet is not None:
                return data[:6].hex(":"), packet
        return None, None

    def drain(self):
        while self.receive(0.001)[1] is not None:
            pass

    def wait_for(self, wanted, seconds=PATIENCE_S):
        """(MAC, packet) of the first packet that is wanted."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            mac, packet = self.receive(left)
            if packet is not None and wanted(packet):
                return mac, packet
        return None, None


class ForeignLab:
    """The links, the daemon, and who the test plays."""

    def __init__(self, programs):
        self.prefix = f"hwfa{os.getpid()}"
        self.temp = tempfile.mkdtemp(prefix="homeward-test.")
        self.make_links()
        self.core, self.visit = Link(self.prefix, "core"), Link(self.prefix, "visit")
        self.daemon = Daemon(programs, self.prefix, self.temp)

    def make_links(self):
        for role in ("ha", "rt"):
            run("ip", "netns", "add", f"{self.prefix}-{role}")
            for family in ("ipv6.conf.all.disable_ipv6=1", "ipv6.conf.default.disable_ipv6=1"):
                run("ip", "netns", "exec", f"{self.prefix}-{role}", "sysctl", "-qw", f"net.{family}")
        for name, addresses in (("core", (f"{CARE_OF}/24",)), ("visit", (f"{AGENT}/24",))):
            run("ip", "link", "add", name, "netns", f"{self.prefix}-ha", "type", "veth", "peer", name, "netns", f"{self.prefix}-rt")
            for role in ("ha", "rt"):
                run("ip", "netns", "exec", f"{self.prefix}-{role}", "ethtool", "-K", name, "tx", "off", "rx", "off", "gro", "off",
                    "gso", "off", "tso", "off")
                run("ip", "-n", f"{self.prefix}-{role}", "link", "set", name, "up")
            for address in addresses:
                run("ip", "-n", f"{self.prefix}-ha", "address", "add", address, "dev", name)
        run("ip", "-n", f"{self.prefix}-ha", "link", "set", "lo", "up")
        for neighbour in (HOME_AGENT, OTHER_HOME_AGENT, STRANGER):
            run("ip", "-n", f"{self.prefix}-ha", "neighbour", "add", neighbour, "lladdr", NET_MAC, "dev", "core", "nud", "permanent")
        run("ip", "-n", f"{self.prefix}-ha", "route", "add", "default", "via", HOME_AGENT)
        run("ip", "netns", "exec", f"{self.prefix}-ha", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.rp_filter=0",
            "net.ipv4.conf.default.rp_filter=0", "net.ipv4.conf.visit.rp_filter=0", "net.ipv4.conf.core.rp_filter=0")

    def configure(self, agent=None, shared=None, **parts):
        port = {"address": AGENT, "care_of": [CARE_OF],
                "advertisements": {"max_interval_ms": 1000, "lifetime_s": 3, "prefix_length": 24}}
        port.update(agent or {})
        config = {
            "version": 1,
            "ports": [{"name": "core", "kind": "af_xdp", "interface": "core"},
                      {"name": "visit", "kind": "af_xdp", "interface": "visit", "role": "foreign_agent", "foreign_agent": port}],
            "foreign_agent": shared or {},
            "limits": {"errors_per_source": {"rate_per_s": 20, "burst": 20}},
            "bindings": {"capacity": 1024},
            "control": {"socket": self.daemon.socket_path},
        }
        config.update(parts)
        config = {name: part for name, part in config.items() if part is not None}
        path = os.path.join(self.temp, "homeward.json")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            json.dump(config, file, indent="\t")

    def restart(self, **how):
        """Whether the daemon serves with that configuration."""
        self.daemon.stop()
        self.configure(**how)
        return self.daemon.start()

    def close(self):
        self.daemon.stop()
        for role in ("ha", "rt"):
            subprocess.run(["ip", "netns", "del", f"{self.prefix}-{role}"], check=False)
        shutil.rmtree(self.temp, ignore_errors=True)

    # What the test plays.

    def advertisement(self, seconds=PATIENCE_S, wanted=lambda found: True):
        """(MAC it went to, packet, mip4.Advertisement)."""
        found = []

        def is_wanted(packet):
            found.append(mip4.read_advertisement(packet))
            return found[-1] is not None and wanted(found[-1])
        mac, packet = self.visit.wait_for(is_wanted, seconds)
        return mac, packet, found[-1] if packet is not None else None

    def advertisement_to(self, mac, seconds=PATIENCE_S):
        """The next one that goes to that MAC."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.advertisement(until - time.monotonic())
            if found[0] == mac:
                return found
        return None, None, None

    def ask(self, request, mac=NODE_MAC, to_mac=None, ttl=64):
        """Sends a node's request, which relayed and answered are about from now on."""
        self.asked = request.identification & 0xffffffff
        self.visit.drain()
        self.core.drain()
        self.visit.send(request.packet(ttl=ttl), mac, to_mac)

    def is_about(self, packet, kind):
        message = mip4.message_of(packet)
        return message is not None and message.type == kind and message.identification & 0xffffffff == self.asked

    def relayed(self, seconds=PATIENCE_S):
        """The request that a home agent got, and its packet."""
        _, packet = self.core.wait_for(lambda p: self.is_about(p, mip4.REQUEST), seconds)
        return (mip4.message_of(packet), packet) if packet is not None else (None, None)

    def answered(self, seconds=PATIENCE_S):
        """The reply that a node got, its packet, and the MAC it went to."""
        mac, packet = self.visit.wait_for(lambda p: self.is_about(p, mip4.REPLY), seconds)
        return (mip4.message_of(packet), packet, mac) if packet is not None else (None, None, None)

    def code(self, request, **how):
        """The code of the foreign agent's own answer to a request, or None."""
        self.ask(request, **how)
        message, _, _ = self.answered()
        return message.code if message is not None else None

    def home_agent_says(self, payload, source=HOME_AGENT, to=CARE_OF, **fields):
        self.core.send(ip4.udp_packet(source, to, ip4.MIP_PORT, ip4.MIP_PORT, payload, **fields), NET_MAC)


def type_of(packet):
    message = mip4.message_of(packet)
    return message.type if message is not None else None


def reply(home, identification, code=0, lifetime_s=600, home_agent=HOME_AGENT, extensions=b"", mn_ha=MN_HA, between=b"", fa_ha=None):
    """The payload of a home agent's reply (RFC 5944 3.4)."""
    import struct
    message = struct.pack("!BBH4s4sQ", mip4.REPLY, code, lifetime_s, ip4.address(home), ip4.address(home_agent), identification)
    message += extensions
    if mn_ha is not None:
        message += mip4.authentication(mip4.MN_HA, mn_ha, message)
    message += between
    if fa_ha is not None:
        message += mip4.authentication(mip4.FA_HA, fa_ha, message)
    return message


class Visitor:
    """A mobile node that visits the link."""

    def __init__(self, lab, number, mac=NODE_MAC, home_agent=HOME_AGENT):
        self.lab, self.home, self.mac, self.home_agent = lab, f"{HOMES}{number}", mac, home_agent

    def request(self, **fields):
        values = {"home": self.home, "home_agent": self.home_agent, "care_of": CARE_OF, "identification": mip4.ntp_now(), "flags": 0,
                  "mn_ha": MN_HA, "source": self.home, "destination": AGENT, "sport": 5000}
        mn_fa = fields.pop("mn_fa", None)
        values.update(fields)
        made = mip4.Request(**values)
        if mn_fa is not None:
            made.between += mip4.authentication(mip4.MN_FA, mn_fa, made.payload())
        return made

    def code(self, mn_fa=None, **fields):
        """Of the foreign agent's own refusal."""
        how = {name: fields.pop(name) for name in ("ttl", "to_mac") if name in fields}
        return self.lab.code(self.request(mn_fa=mn_fa, **fields), mac=self.mac, **how)

    def register(self, lifetime_s=600, granted=None, answer=None, ttl=255, fa_ha=None, **fields):
        """Registers; the reply that it got from its home agent, or None."""
        request = self.request(lifetime_s=lifetime_s, **fields)
        self.lab.ask(request, mac=self.mac, ttl=ttl)
        relayed, _ = self.lab.relayed()
        if relayed is None:
            return None
        self.lab.home_agent_says(answer or reply(self.home, request.identification, lifetime_s=lifetime_s if granted is None else granted,
                                                 home_agent=self.home_agent, fa_ha=fa_ha), source=self.home_agent)
        return self.lab.answered()[0]


@contextlib.contextmanager
def foreign_lab(programs):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    if os.geteuid() != 0:
        raise SystemExit("system tests need root, for network namespaces and AF_XDP")
    made = ForeignLab(programs)
    try:
        yield made
        lost = made.daemon.lost_buffers() if made.daemon.alive() else {}
        if lost:
            raise SystemExit(f"packet buffers have not come back: {lost}")
    finally:
        made.close()
