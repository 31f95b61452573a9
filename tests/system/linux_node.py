#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""linux_node: the mobile node is a Linux kernel of its own, Debian's, in an emulator. It registers, is reached, moves, leaves.

Its kernel puts the Home Address option in front of Binding Updates, computes their checksum, takes acknowledgements only by a
type 2 routing header with its home address, and has an IPv6-in-IPv6 tunnel to the home agent. The messages are scapy's, signed
here. The correspondent is the kernel of this machine; the home agent's link is captured and read by tshark.

  linux_node.py BUILD-DIRECTORY

The kernel is in build/guest-kernel; `scripts/test` puts it there (fetch_guest_kernel in scripts/lib/install.sh).

RFC 6275 6.1.7, 6.3, 6.4, 9.3, 10.3, 10.4, 11.2, 11.3, 11.7; RFC 4285; RFC 2473.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

from guest import Guest, missing, open_tap
from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, KEY, NETNS, OTHER_CARE_OF, ROOT, SPI, Daemon, Report, balance, home,
                 namespace_socket, node, packets)
from scapy.layers.inet6 import MIP6MH_BA, MIP6MH_BU, MIP6OptAltCoA, MIP6OptMNID, MIP6OptMsgAuth

NUMBER = 16
HOME = home(NUMBER)
IDENTIFIER = f"mn{NUMBER}@example.com"
START_S = 120  # the emulator of a busy machine is slow
BINDACK_TIMEOUT_MS = 1500  # RFC 6275 12
ECHO_PORT = 7
BLOCK = 16384
KERNEL = os.path.join(ROOT, "build", "guest-kernel")
EXPERT_ERROR, BAD = "8388608", "0"  # tshark's severity for what is malformed, its word on a checksum


@dataclass
class Access:
    """A visited network: the node's interface there and its address, the namespace of the router."""
    interface: str
    care_of: str
    router: str
    namespace: str


FIRST = Access("eth0", CARE_OF, "2001:db8:a::1", "v1")
SECOND = Access("eth1", OTHER_CARE_OF, "2001:db8:b::1", "v2")


@dataclass
class Answer:
    """What the guest's kernel handed to the program in it."""
    source: str
    routing_header: bytes
    message: packets.Message

    def __post_init__(self):
        self.layer = MIP6MH_BA(self.message.body)


class MobileNode:
    """What a Mobile IPv6 daemon does on Linux, by hand."""

    def __init__(self, guest):
        self.guest, self.sequence, self.answers, self.at = guest, 0, 0, None

    def ip(self, *commands):
        self.guest.tell(*(f"/bin/ip {command}" for command in commands))

    def prepare(self):
        """The home address lives on the tunnel; policies say which packets carry it in an option or a routing header."""
        for knob in ("accept_dad", "accept_ra", "router_solicitations"):
            self.guest.tell(f"for knob in /proc/sys/net/ipv6/conf/*/{knob}; do echo 0 >$knob; done")
        outwards, inwards = f"src {HOME} dst {HOME_AGENT}", f"src {HOME_AGENT} dst {HOME}"
        self.ip("link set dev lo up",
                f"-6 tunnel add tunnel mode ip6ip6 local {CARE_OF} remote {HOME_AGENT} encaplimit none",
                "link set dev tunnel up",
                f"-6 address add {HOME}/128 dev tunnel home nodad",
                f"-6 route add default dev tunnel src {HOME}")
        # Behind a routing header Linux finds the type of a Mobility Header, but not that of an ICMPv6 message.
        for sent, received in (("135 type 5", "135 type 6"), ("58 type 128", "58")):
            self.ip(f"xfrm policy add {outwards} proto {sent} dir out tmpl {outwards} proto hao mode ro",
                    f"xfrm policy add {inwards} proto {received} dir in tmpl {inwards} proto route2 mode ro")
        self.guest.tell(f"nc -ll -p {ECHO_PORT} -e cat >/dev/null &")

    def visit(self, access, mtu=1500):
        """Leaves where it was."""
        if self.at is not None:
            self.ip(f"link set dev {self.at.interface} down")
        self.at = access
        self.ip(f"link set dev {access.interface} mtu {mtu} up",
                f"-6 address add {access.care_of}/64 dev {access.interface} nodad",
                f"-6 route replace {HOME_AGENT}/128 via {access.router} dev {access.interface}",
                f"-6 tunnel change tunnel mode ip6ip6 local {access.care_of} remote {HOME_AGENT} encaplimit none",
                "xfrm state flush",
                f"xfrm state add src {HOME} dst {HOME_AGENT} proto hao mode ro coa {access.care_of}",
                f"xfrm state add src {HOME_AGENT} dst {HOME} proto route2 mode ro coa {access.care_of}")

    def update(self, lifetime_s):
        """A Binding Update by scapy, up to the checksum, with the authenticator of RFC 4285."""
        self.sequence += 1
        body = bytes(MIP6MH_BU(seq=self.sequence, flags="HA", mhtime=lifetime_s // 4, res=0, cksum=0, options=[
            MIP6OptAltCoA(acoa=self.at.care_of), MIP6OptMNID(id=IDENTIFIER),
            MIP6OptMsgAuth(subtype=1, mspi=SPI + NUMBER, authdata=bytes(12))]))
        _, at = packets.Message(HOME, HOME_AGENT, body).option(packets.OPTION_AUTH)
        covered = body[:at + 7]
        return covered + packets.authenticator(KEY, self.at.care_of, HOME, covered) + body[at + 19:]

    def register(self, lifetime_s=600):
        """The answer that came through the guest's kernel, or None. An update may be lost while a link comes up."""
        for _ in range(5):
            command = f"mh_socket {HOME} {HOME_AGENT} {self.update(lifetime_s).hex()} {BINDACK_TIMEOUT_MS}"
            status, shown = self.guest.run(command)
            if status > 1:
                raise RuntimeError(f"mh_socket: {shown}")
            answer = read_answer(shown) if status == 0 else None
            if answer is not None and answer.layer.seq >= self.sequence:  # else it belongs to an earlier update
                self.answers += 1
                return answer
        return None


def read_answer(shown):
    source, routing_header, body = shown.split()
    header = b"" if routing_header == "-" else bytes.fromhex(routing_header)
    return Answer(source, header, packets.Message(source, HOME, bytes.fromhex(body)))


class Lab:
    """The demo's network with the guest in the place of the namespace mn."""
    home, program, accesses = HOME, "mh_socket", (FIRST, SECOND)

    def __init__(self, programs, kernel):
        self.prefix = f"hw{os.getpid()}"
        self.temp = tempfile.mkdtemp(prefix="homeward-test.")
        self.capture = os.path.join(self.temp, "home_agent.pcap")
        self.guest = self.sniffer = None
        self.daemon = Daemon(programs, self.prefix, self.temp)
        try:
            self.make_network()
            taps = [self.plug(access) for access in self.accesses]
            self.guest = Guest(kernel, [os.path.join(programs, "tests", self.program)], self.temp, taps)
        except BaseException:
            self.close()
            raise

    def make_network(self):
        subprocess.run(["bash", NETNS, "full", self.prefix], check=True)

    def plug(self, access):
        namespace = f"{self.prefix}-{access.namespace}"
        subprocess.run(["ip", "-n", namespace, "link", "del", "dev", "mn"], check=True)
        tap = open_tap(namespace, "mn")
        address = f"{access.router}/24" if "." in access.router else f"{access.router}/64 nodad"
        for command in (f"address add dev mn {address}", "link set dev mn up"):
            subprocess.run(["ip", "-n", namespace, *command.split()], check=True)
        return tap

    def start_capture(self):
        self.sniffer = subprocess.Popen(
            ["ip", "netns", "exec", f"{self.prefix}-rt", "tcpdump", "-Z", "root", "-U", "-i", "ha", "-w", self.capture],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.sniffer.stderr.readline()  # it listens

    def stop_capture(self):
        time.sleep(0.2)
        self.sniffer.send_signal(signal.SIGINT)
        self.sniffer.communicate()

    def run(self, role, *command):
        return subprocess.run(["ip", "netns", "exec", f"{self.prefix}-{role}", *command], capture_output=True,
                              text=True, check=False)

    def ping(self, *options):
        """(answers, what ping said) of the correspondent's kernel asking for the home address."""
        shown = self.run("cn", "ping", "-n", "-c", "3", "-i", "0.3", "-W", "5", *options, self.home).stdout
        found = re.search(r"(\d+) received", shown)
        return int(found.group(1)) if found else 0, shown

    def connect(self):
        def make():
            return socket.create_connection((self.home, ECHO_PORT), 20)
        return namespace_socket(f"{self.prefix}-cn", make)

    def close(self):
        if self.guest is not None:
            self.guest.close()
        self.daemon.stop()
        subprocess.run(["bash", NETNS, "down", self.prefix], check=False)
        shutil.rmtree(self.temp, ignore_errors=True)


class Bench:
    node_class, home, correspondent, ping = MobileNode, HOME, CORRESPONDENT, "ping -6"

    def __init__(self, report, the_lab):
        self.lab, self.daemon, self.guest = the_lab, the_lab.daemon, the_lab.guest
        self.check, self.equal = report.check, report.equal
        self.node = self.node_class(the_lab.guest)
        self.connection = None

    def care_of(self):
        row = self.daemon.bindings().get(self.home)
        return row["care_of"] if row else None

    def echoes(self, claim, blocks=4):
        """Octets over TCP to the node and back."""
        if self.connection is None:
            return self.check(False, claim, "there never was one")
        try:
            for number in range(blocks):
                sent = bytes((number + n) & 0xff for n in range(BLOCK))
                self.connection.sendall(sent)
                found = b""
                while len(found) < BLOCK:
                    part = self.connection.recv(BLOCK - len(found))
                    if not part:
                        break
                    found += part
                if found != sent:
                    return self.check(False, claim, f"block {number}: {len(found)} octets")
            return self.check(True, claim)
        except OSError as error:
            return self.check(False, claim, repr(error))

    def reaches(self, what):
        count, shown = self.lab.ping()
        self.equal(count, 3, f"{what}: the correspondent reaches the home address")
        if count != 3:
            print("# " + shown.replace("\n", "\n# "))
        status, shown = self.guest.run(f"{self.ping} -c 3 -W 5 {self.correspondent}")
        self.check(status == 0 and "3 packets received" in shown, f"{what}: the node reaches the correspondent",
                   shown)
        count, shown = self.lab.ping("-c", "5", "-s", "4000")
        self.check(count >= 3, f"{what}: packets of 4000 octets, in fragments, are answered", shown)


def check_answer(bench, answer, lifetime_s, what):
    if not bench.check(answer is not None, f"{what}: the guest's kernel lets an acknowledgement through"):
        return
    bench.equal((answer.layer.mhtype, answer.layer.status, answer.layer.seq), (packets.BA, 0, bench.node.sequence),
                f"{what}: accepted, with the sequence number of the update")
    bench.equal(4 * answer.layer.mhtime, lifetime_s, f"{what}: for the time asked for")
    bench.equal(answer.source, HOME_AGENT, f"{what}: from the home agent")
    header = answer.routing_header
    # The kernel has put the home address of the header in place of the destination and the other way round.
    bench.equal((header[1:3].hex(), header[8:24]), ("0202", packets.address(bench.node.at.care_of)),
                f"{what}: by a type 2 routing header from the care-of address to the home address")
    bench.check(answer.message.auth_ok(KEY, bench.node.at.care_of, HOME) is True, f"{what}: its authenticator is right")


def registration(bench):
    bench.node.visit(FIRST)
    check_answer(bench, bench.node.register(), 600, "a registration")
    bench.equal(bench.care_of(), FIRST.care_of, "the binding leads to the first network")


def traffic(bench):
    before = bench.daemon.counters()
    bench.reaches("in the first network")
    bench.connection = bench.lab.connect()
    bench.echoes("TCP carries octets to the node and back")
    after = bench.daemon.counters()
    for name in ("encapsulated", "decapsulated"):
        bench.check(after[name] - before[name] > 10, f"the home agent has {name} them", after[name] - before[name])


def home_address_option(bench):
    """The home agent as a correspondent: option out, routing header back, nothing in the tunnel."""
    before = bench.daemon.counters()
    status, shown = bench.guest.run(f"ping -6 -c 3 -W 5 -I {HOME} {HOME_AGENT}")
    bench.check(status == 0 and "3 packets received" in shown,
                "an echo request with the Home Address option is answered by a type 2 routing header", shown)
    after = bench.daemon.counters()
    bench.equal(after["decapsulated"], before["decapsulated"], "outside the tunnel")


def movement(bench):
    bench.node.visit(SECOND)
    check_answer(bench, bench.node.register(), 600, "after a move")
    bench.equal(bench.care_of(), SECOND.care_of, "the binding leads to the second network")
    bench.echoes("the TCP connection goes on where it was")
    bench.reaches("in the second network")


def refresh(bench):
    check_answer(bench, bench.node.register(1200), 1200, "a refresh")


def return_to_first(bench):
    bench.node.visit(FIRST)
    check_answer(bench, bench.node.register(), 600, "after moving back")
    bench.echoes("the TCP connection goes on there, too")


def deregistration(bench):
    check_answer(bench, bench.node.register(0), 0, "a de-registration")
    bench.equal(bench.care_of(), None, "the binding is gone")
    before = bench.daemon.counters()
    count, shown = bench.lab.ping("-c", "2")
    bench.check(count == 0 and "Destination unreachable: Address unreachable" in shown,
                "the correspondent is told that the home address is not reachable", shown)
    status, shown = bench.guest.run(f"ping -6 -c 2 -W 1 {CORRESPONDENT}")
    bench.check(status != 0 and "0 packets received" in shown, "nothing comes back to the node", shown)
    after = bench.daemon.counters()
    moved = {name: after[name] - before[name] for name in ("encapsulated", "decapsulated")}
    bench.equal(moved, {"encapsulated": 0, "decapsulated": 0}, "and nothing goes through the tunnel")


def visit_narrow(bench, mtu):
    """The first network again, over a link that is narrower than all others on the way."""
    namespace = f"{bench.lab.prefix}-{FIRST.namespace}"
    subprocess.run(["ip", "-n", namespace, "link", "set", "dev", "mn", "mtu", str(mtu)], check=True)
    bench.node.visit(FIRST, mtu)
    check_answer(bench, bench.node.register(), 600, f"in a network of {mtu} octets")


def path_mtu(bench):
    """The way to the care-of address takes 1400 octets, so the tunnel 1360. RFC 2473 7.1, 8.1."""
    visit_narrow(bench, 1400)
    whole = ("-s", "1352")  # 1400 octets with the headers of IPv6 and ICMPv6
    count, shown = bench.lab.ping("-M", "do", "-c", "5", *whole)
    bench.check(count > 0 or re.search(r"\bmtu[=:] ?1360\b", shown) is not None,
                "packets of 1400 octets reach the node, or their source is told 1360", shown)
    count, shown = bench.lab.ping("-c", "5", *whole)
    bench.check(count >= 3, "once its kernel knows, they arrive in fragments and are answered", shown)
    count, shown = bench.lab.ping("-c", "5", "-s", "4000")
    bench.check(count >= 3, "and so are packets of 4000 octets", shown)
    bench.echoes("the TCP connection goes on through the narrow link")


def snmp(bench, name):
    """A counter of the guest's kernel."""
    return int(bench.guest.run(f"grep '^{name} ' /proc/net/snmp6")[1].split()[1])


def narrowest(bench):
    """A link of 1280 octets: what IPv6 promises to carry has to go through the tunnel in fragments of the outer packet. Only
    inwards: Linux does not send in fragments of its tunnel's. RFC 2473 7.1."""
    visit_narrow(bench, 1280)
    before = {name: snmp(bench, name) for name in ("Icmp6InEchos", "Ip6ReasmOKs")}
    _, shown = bench.lab.ping("-M", "do", "-c", "5", "-W", "1", "-s", "1232")
    for name, was in before.items():
        bench.check(snmp(bench, name) - was >= 3, f"packets of 1280 octets reach the node over a link of 1280: {name}",
                    shown)


def dissect(path, fields):
    """A dictionary for each packet: field -> list of what tshark found."""
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a"]
    for field in fields:
        command += ["-e", field]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [{field: text.split(",") if text else [] for field, text in zip(fields, line.split("\t"))}
            for line in shown.splitlines()]


def capture(bench):
    bench.lab.stop_capture()
    found = dissect(bench.lab.capture, ("frame.number", "_ws.expert.severity", "_ws.expert.message", "mip6.mhtype",
                                        "ipv6.routing.type", "icmpv6.type", "icmpv6.checksum.status"))
    wrong = [packet for packet in found
             if EXPERT_ERROR in packet["_ws.expert.severity"] or BAD in packet["icmpv6.checksum.status"]]
    bench.equal(wrong, [], f"tshark finds nothing malformed in {len(found)} packets of the home agent's link")
    kinds = [int(kind) for packet in found for kind in packet["mip6.mhtype"]]
    updates, acks = kinds.count(packets.BU), kinds.count(packets.BA)
    bench.check(updates + acks == len(kinds) and updates >= acks >= bench.node.answers,
                "it sees Binding Updates and their acknowledgements, and nothing else of mobility", kinds)
    routed = [packet for packet in found if "2" in packet["ipv6.routing.type"] and "129" in packet["icmpv6.type"]]
    bench.equal(len(routed), 3, "and the echo replies behind routing headers")


def accounts(bench):
    time.sleep(0.2)
    came, went = balance(bench.daemon.counters())
    bench.equal(came, went, "every packet of the whole test is accounted for")
    # What the libraries under it leave allocated is their own affair (LeakSanitizer).
    status = bench.daemon.stop()
    bench.check(status in (0, 1) and "ERROR: AddressSanitizer" not in bench.daemon.log(), "the daemon ends well",
                f"{status}: {bench.daemon.log()[-2000:]}")


PARTS = (registration, traffic, home_address_option, movement, refresh, return_to_first, path_mtu, narrowest, deregistration, capture,
         accounts)


def start(report, the_lab):
    """True when the daemon serves and the guest listens."""
    the_lab.daemon.configure([node(NUMBER)], control__idle_timeout_s=600)
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
    bench = Bench(report, the_lab)
    bench.node.prepare()
    run_parts(report, bench, [(part,) for part in PARTS])


def run_parts(report, bench, parts):
    """Each part with its arguments; what one breaks with is a failure, and the others go on."""
    for part, *arguments in parts:
        begun = time.monotonic()
        try:
            part(bench, *arguments)
        except (OSError, RuntimeError, TypeError, KeyError, IndexError, ValueError, AttributeError,
                subprocess.SubprocessError) as error:
            report.check(False, f"{part.__name__} runs to its end", repr(error))
        print(f"# {part.__name__}: {time.monotonic() - begun:.1f} s", flush=True)


def program_directory(helper):
    found = os.path.abspath(sys.argv[1]) if len(sys.argv) == 2 else ""
    if os.access(os.path.join(found, "homewardd"), os.X_OK):
        return found
    raise SystemExit(f"usage: {os.path.basename(sys.argv[0])} BUILD-DIRECTORY (with homewardd and {helper} built in it)")


def run(what, helper, lab_class, story):
    """The whole test: story(report, lab) with a guest kernel; skipped where there is none. helper: the program in the guest."""
    programs = program_directory(helper)
    report = Report()
    why = missing(KERNEL)
    if why:
        report.skip(f"{what}: {why}")
        return report.conclude()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    the_lab = lab_class(programs, KERNEL)
    try:
        story(report, the_lab)
    finally:
        the_lab.close()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(run("a Linux kernel as mobile node", "tests/mh_socket", Lab, play))
