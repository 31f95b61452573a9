#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""linux_mip4: the mobile node of Mobile IPv4 is a Linux kernel of its own, Debian's, in an emulator: its own ipip and gre devices
carry the traffic to and from the home agent. It registers with a co-located care-of address, is reached, moves, leaves. Then gre with a key.

The messages are made and judged here (scripts/lib/mip4.py); a small program in the guest sends them. The correspondent is the
kernel of this machine; the home agent's link is captured and read by tshark.

  linux_mip4.py BUILD-DIRECTORY

The kernel is in build/guest-kernel; `scripts/test` puts it there (fetch_guest_kernel in scripts/lib/install.sh).

RFC 5944 3.6, 3.8, 4.2; 2003; 2784; 2890 2.1; 3024.
"""
import json
import os
import subprocess
import sys
import time

from lib import ROOT, balance
from linux_node import BAD, ECHO_PORT, EXPERT_ERROR, START_S, Access, Bench, Lab, dissect, run, run_parts
import mip4

NETNS4 = os.path.join(ROOT, "scripts", "lib", "netns4.sh")
HOME, HOME_AGENT, CORRESPONDENT = "10.1.0.5", "192.0.2.1", "198.51.100.10"
ASSOCIATION = mip4.Association(256, bytes(range(16)))
REPLY_TIMEOUT_MS = 1500
FIRST = Access("eth0", "172.16.1.10", "172.16.1.1", "v1")
SECOND = Access("eth1", "172.16.2.10", "172.16.2.1", "fa")
# kind of device: (its flags in a request, its module's mode, IP protocol)
DEVICES = {"ipip": (0, 4), "gre": (mip4.G, 47)}
GRE_KEY, OTHER_GRE_KEY = 3000000001, 16909060
LINE = {"home_address": HOME, "spi": ASSOCIATION.spi, "key": ASSOCIATION.key.hex(), "algorithm": ASSOCIATION.algorithm}


class Lab4(Lab):
    """The network of the demo without its home link, with the guest in the place of the namespace mn; what is the foreign agent there is
    an access router."""
    home, program, accesses = HOME, "udp_exchange", (FIRST, SECOND)

    def make_network(self):
        subprocess.run(["bash", NETNS4, "up", self.prefix], check=True)
        for role, command in (("ha", "link del dev hl"), ("rt", "route add 172.16.2.0/24 via 172.31.2.2")):
            subprocess.run(["ip", "-n", f"{self.prefix}-{role}", *command.split()], check=True)


class MobileNode4:
    """What a Mobile IPv4 daemon does on Linux, by hand."""

    def __init__(self, guest):
        self.guest, self.at, self.kind = guest, None, None
        self.stamp = self.answers = 0

    def ip(self, *commands):
        self.guest.tell(*(f"/bin/ip {command}" for command in commands))

    def prepare(self):
        self.guest.tell("for knob in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 >$knob; done",
                        "for knob in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$knob; done")
        self.ip("link set dev lo up")
        self.guest.tell(f"nc -ll -p {ECHO_PORT} -e cat >/dev/null &")

    def visit(self, access, mtu=1500):
        """Leaves where it was; the tunnel goes along."""
        if self.at is not None:
            self.ip(f"link set dev {self.at.interface} down")
        self.at = access
        self.ip(f"link set dev {access.interface} mtu {mtu} up",
                f"address replace {access.care_of}/24 dev {access.interface}",
                f"route replace {HOME_AGENT}/32 via {access.router} dev {access.interface} src {access.care_of}")
        if self.kind is not None:
            self.ip(f"tunnel change tunnel mode {self.kind} local {access.care_of} remote {HOME_AGENT} ttl 64")

    def use(self, kind, options=""):
        """A device of that kind bears the home address."""
        if self.kind is not None:
            self.ip("tunnel del tunnel")
        self.kind = kind
        self.ip(f"tunnel add tunnel mode {kind} local {self.at.care_of} remote {HOME_AGENT} ttl 64 {options}",
                "link set dev tunnel up", f"address add {HOME}/32 dev tunnel", f"route replace default dev tunnel src {HOME}")

    def set_key(self, options):
        """Of the gre device: "key N", or none."""
        self.ip("tunnel del tunnel")
        self.kind = None
        self.use("gre", options)

    def register(self, lifetime_s=600):
        """The reply that came, or None. A request may be lost while a link comes up."""
        for _ in range(5):
            self.stamp = max(self.stamp + 1, mip4.ntp_now())
            request = mip4.Request(HOME, HOME_AGENT, self.at.care_of if lifetime_s else HOME, self.stamp, lifetime_s,
                                   mip4.D | mip4.T | DEVICES[self.kind][0], mn_ha=ASSOCIATION)
            command = f"udp_exchange {self.at.care_of} {HOME_AGENT} 434 {request.payload().hex()} {REPLY_TIMEOUT_MS}"
            status, shown = self.guest.run(command)
            if status > 1:
                raise RuntimeError(f"udp_exchange: {shown}")
            reply = mip4.read_message(bytes.fromhex(shown)) if status == 0 else None
            if reply is not None and reply.identification == self.stamp:
                self.answers += 1
                return reply
        return None


class Bench4(Bench):
    """Ping, TCP and fragments, both ways."""
    node_class, home, correspondent, ping = MobileNode4, HOME, CORRESPONDENT, "ping"


def check_reply(bench, reply, lifetime_s, what):
    if not bench.check(reply is not None, f"{what}: a reply comes"):
        return
    bench.equal((reply.type, reply.code, reply.lifetime_s), (mip4.REPLY, 1, lifetime_s),
                f"{what}: accepted for the time asked for, simultaneous bindings are not offered")
    bench.equal((reply.home, reply.home_agent), (HOME, HOME_AGENT), f"{what}: it names the home address and the home agent")
    bench.check(reply.proved_by(ASSOCIATION) is True, f"{what}: its authenticator is right")


def traffic(bench, kind):
    """The same through each kind of device."""
    bench.node.visit(FIRST)
    bench.node.use(kind)
    check_reply(bench, bench.node.register(), 600, f"{kind}: a registration")
    bench.equal(bench.care_of(), FIRST.care_of, f"{kind}: the binding leads to the first network")
    before = bench.daemon.counters()
    bench.reaches(f"{kind}: in the first network")
    bench.connection = bench.lab.connect()
    bench.echoes(f"{kind}: TCP carries octets to the node and back")
    after = bench.daemon.counters()
    for name in ("encapsulated", "decapsulated"):
        bench.check(after[name] - before[name] > 10, f"{kind}: the home agent has {name} them", after[name] - before[name])


def movement(bench, kind):
    bench.node.visit(SECOND)
    check_reply(bench, bench.node.register(), 600, f"{kind}: after a move")
    bench.equal(bench.care_of(), SECOND.care_of, f"{kind}: the binding leads to the second network")
    bench.echoes(f"{kind}: the TCP connection goes on where it was")
    bench.reaches(f"{kind}: in the second network")
    bench.connection.close()


def path_mtu(bench, kind):
    """A link of 1400 octets on the way to the care-of address. RFC 2003 5.1."""
    overhead = {"ipip": 20, "gre": 24}[kind]
    namespace = f"{bench.lab.prefix}-{FIRST.namespace}"
    subprocess.run(["ip", "-n", namespace, "link", "set", "dev", "mn", "mtu", "1400"], check=True)
    bench.node.visit(FIRST, 1400)
    check_reply(bench, bench.node.register(), 600, f"{kind}: in a network of 1400 octets")
    bench.lab.run("cn", "ip", "route", "flush", "cache")  # what it was told before
    whole = ("-s", str(1400 - 28))
    count, shown = bench.lab.ping("-M", "do", "-c", "5", *whole)
    bench.check(f"mtu = {1400 - overhead}" in shown or f"mtu={1400 - overhead}" in shown,
                f"{kind}: the source of packets of 1400 octets is told {1400 - overhead}", shown)
    count, shown = bench.lab.ping("-M", "dont", "-c", "5", *whole)
    bench.check(count >= 3, f"{kind}: without DF they arrive in fragments and are answered", shown)
    subprocess.run(["ip", "-n", namespace, "link", "set", "dev", "mn", "mtu", "1500"], check=True)


def deregistration(bench, kind):
    check_reply(bench, bench.node.register(0), 0, f"{kind}: a de-registration")
    bench.equal(bench.care_of(), None, f"{kind}: the binding is gone")
    before = bench.daemon.counters()
    count, shown = bench.lab.ping("-c", "2")
    bench.check(count == 0 and "Destination Host Unreachable" in shown,
                f"{kind}: the correspondent is told that the home address is not reachable", shown)
    status, shown = bench.guest.run(f"ping -c 2 -W 1 {CORRESPONDENT}")
    bench.check(status != 0 and "0 packets received" in shown, f"{kind}: nothing comes back to the node", shown)
    after = bench.daemon.counters()
    moved = {name: after[name] - before[name] for name in ("encapsulated", "decapsulated")}
    bench.equal(moved, {"encapsulated": 0, "decapsulated": 0}, f"{kind}: and nothing goes through the tunnel")


def gre_key(bench):
    """The key of the line is that of the kernel's device; 3000000001 has another sign, and other octets when they are turned round."""
    with bench.daemon.create("mobile_nodes.jsonl") as file:
        file.write(json.dumps({**LINE, "gre_key": GRE_KEY}) + "\n")
    bench.daemon.rpc("mobile_nodes.reload")
    bench.node.visit(FIRST)
    bench.node.set_key(f"key {GRE_KEY}")
    check_reply(bench, bench.node.register(), 600, "gre with a key: a registration")
    bench.equal(bench.daemon.rpc("binding.get", home_address=HOME)["gre_key"], GRE_KEY, "gre with a key: the binding has it")
    bench.reaches("gre with a key")
    for options in (f"key {OTHER_GRE_KEY}", ""):
        what = f"gre with {options or 'no key'}"
        bench.node.set_key(options)
        before = bench.daemon.counters()["dropped.gre_key"]
        count, shown = bench.lab.ping("-c", "2", "-W", "1")
        bench.equal(count, 0, f"{what}: the kernel lets nothing in")
        status, shown = bench.guest.run(f"ping -c 2 -W 1 {CORRESPONDENT}")
        bench.check(status != 0 and "0 packets received" in shown, f"{what}: the home agent lets nothing in", shown)
        bench.check(bench.daemon.counters()["dropped.gre_key"] - before >= 2, f"{what}: and says why")


def capture(bench):
    bench.lab.stop_capture()
    found = dissect(bench.lab.capture, ("frame.number", "_ws.expert.severity", "_ws.expert.message", "mip.type", "ip.proto",
                                        "ip.checksum.status", "udp.checksum.status", "gre.proto"))
    wrong = [packet for packet in found if EXPERT_ERROR in packet["_ws.expert.severity"] or
             BAD in packet["ip.checksum.status"] + packet["udp.checksum.status"]]
    bench.equal(wrong, [], f"tshark finds nothing malformed in {len(found)} packets of the home agent's link")
    kinds = [int(kind) for packet in found for kind in packet["mip.type"]]
    requests, replies = kinds.count(mip4.REQUEST), kinds.count(mip4.REPLY)
    bench.check(requests + replies == len(kinds) and requests >= replies >= bench.node.answers,
                "it sees requests and their replies, and nothing else of mobility", kinds)
    for kind, (_, protocol) in DEVICES.items():
        count = sum(1 for packet in found if packet["ip.proto"][:1] == [str(protocol)])
        bench.check(count > 20, f"it sees packets in {kind}", count)


def accounts(bench):
    time.sleep(0.2)
    came, went = balance(bench.daemon.counters())
    bench.equal(came, went, "every packet of the whole test is accounted for")
    status = bench.daemon.stop()
    bench.check(status in (0, 1) and "ERROR: AddressSanitizer" not in bench.daemon.log(), "the daemon ends well",
                f"{status}: {bench.daemon.log()[-2000:]}")


PARTS = [(part, kind) for kind in DEVICES for part in (traffic, movement, path_mtu, deregistration)] + [(gre_key,), (capture,), (accounts,)]


def start(report, the_lab):
    """True when the daemon serves and the guest listens."""
    network = {"prefix": "10.1.0.0/16", "address": HOME_AGENT, "home_link": "virtual"}
    the_lab.daemon.configure([LINE], control__idle_timeout_s=600, mobile_ipv4={"networks": [network]})
    if not report.check(the_lab.daemon.start(START_S), "the daemon starts"):
        print(the_lab.daemon.log())
        return False
    complaints = the_lab.guest.wait_ready(START_S)
    if not report.equal(complaints, [], "a Linux kernel starts as the mobile node"):
        print(the_lab.guest.last_words())
        return False
    return True


def play(report, the_lab):
    if not start(report, the_lab):
        return
    the_lab.start_capture()
    bench = Bench4(report, the_lab)
    bench.node.prepare()
    run_parts(report, bench, PARTS)


if __name__ == "__main__":
    sys.exit(run("a Linux kernel as mobile node of Mobile IPv4", "tests/udp_exchange", Lab4, play))
