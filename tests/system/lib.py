# SPDX-License-Identifier: BSD-3-Clause
"""lib: what the system tests in Python share. The daemon runs in a namespace of its own; the test sits at the other end of
its link and sends and receives frames there in the name of everybody else. What the daemon sends is judged by scapy."""
import contextlib
import ctypes
import json
import logging
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "scripts", "lib"))
logging.getLogger("scapy").setLevel(logging.ERROR)
# scapy's layers import everything; only these are needed.
from scapy.layers.inet6 import IPv6  # noqa: E402
from scapy.layers.l2 import Ether  # noqa: E402

import packets  # noqa: E402

NETNS = os.path.join(ROOT, "scripts", "lib", "netns.sh")
CLONE_NEWNET = 0x40000000
ETH_P_ALL = 0x0003
HOME_AGENT = "2001:db8:ff::1"
ROUTER = "2001:db8:ff::fe"
HOME_PREFIX = "2001:db8:1::/64"
CORRESPONDENT = "2001:db8:c::10"
CARE_OF = "2001:db8:a::10"
OTHER_CARE_OF = "2001:db8:b::10"
KEY = bytes(range(16))
SPI = 256
NEIGHBOUR_DISCOVERY = range(133, 138)
MLD = (130, 131, 132, 143)
KERNEL_HOLDS = 2048  # buffers of an AF_XDP queue that wait to be received into
BUFFERS_IN_USE = 48  # sent lately, or taken ahead of their use


class Report:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, good, claim, detail=""):
        if good:
            self.passed += 1
            print(f"ok - {claim}", flush=True)
        else:
            self.failed += 1
            print(f"not ok - {claim}{': ' + str(detail) if detail != '' else ''}", flush=True)
        return good

    def equal(self, found, expected, claim):
        return self.check(found == expected, claim, f"found {found!r}, expected {expected!r}")

    def skip(self, why):
        self.skipped += 1
        print(f"skip - {why}", flush=True)

    def run(self, part, *arguments):
        """One part of a test. What it raises is a failure, and the parts after it go on."""
        print(f"# {part.__name__}", flush=True)
        try:
            part(*arguments)
        except Exception as error:  # pylint: disable=broad-except
            self.check(False, f"{part.__name__} runs to its end", repr(error))

    def conclude(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.passed} passed, {self.failed} failed{skipped}", flush=True)
        return 1 if self.failed else 0


def namespace_socket(name, make):
    """A socket keeps the namespace it was made in; the thread goes back to its own."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net", encoding="ascii") as own, \
            open(f"/run/netns/{name}", encoding="ascii") as other:
        if libc.setns(other.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {name}")
        try:
            return make()
        finally:
            libc.setns(own.fileno(), CLONE_NEWNET)


class Wire:
    """The router's end of the home agent's link."""

    def __init__(self, prefix):
        self.sock = namespace_socket(f"{prefix}-rt", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0))
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        namespace_socket(f"{prefix}-rt", lambda: self.sock.bind(("ha", ETH_P_ALL)))
        self.sock.setblocking(False)
        self.own_mac = self.mac_of(prefix, "rt", "ha")
        self.peer_mac = self.mac_of(prefix, "ha", "rt")

    @staticmethod
    def mac_of(prefix, role, interface):
        shown = subprocess.run(["ip", "-n", f"{prefix}-{role}", "-j", "link", "show", "dev", interface],
                               capture_output=True, text=True, check=True).stdout
        return json.loads(shown)[0]["address"]

    def frame(self, packet, source=None):
        macs = (self.peer_mac + (source or self.own_mac)).replace(":", "")
        octets = bytes(packet)
        return bytes.fromhex(macs) + (b"\x08\x00" if octets[0] >> 4 == 4 else b"\x86\xdd") + octets

    def send(self, packet, source=None):
        """packet: from the IP header on, as bytes or as scapy has it."""
        self.sock.send(self.frame(packet, source))

    def send_frame(self, frame):
        self.sock.send(bytes(frame))

    def receive(self, seconds):
        """The next frame that came from the home agent, or None."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            data, origin = self.sock.recvfrom(65535)
            if origin[2] != socket.PACKET_OUTGOING:
                return Ether(data)

    def drain(self):
        while self.receive(0.001) is not None:
            pass

    def wait_for(self, wanted, seconds=1.5):
        """The first frame for which wanted(frame) is true; others are thrown away."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            frame = self.receive(until - time.monotonic())
            if frame is not None and IPv6 in frame and wanted(frame):
                return frame
        return None

    def collect(self, seconds=0.15, at_least=0, patience=2):
        """What comes in that time, and after it for as long as patience allows while it is less than at_least; without the kernel's
        neighbour discovery and multicast reports."""
        found = []
        begun = time.monotonic()
        while (passed := time.monotonic() - begun) < (seconds if len(found) >= at_least else patience):
            frame = self.receive((seconds if len(found) >= at_least else patience) - passed)
            if frame is not None and IPv6 in frame and not is_housekeeping(frame):
                found.append(frame)
        return found


def is_housekeeping(frame):
    ip = bytes(frame[IPv6])
    kind = ip[40] if ip[6] == packets.ICMP6 else ip[48] if ip[6] == packets.HOP_BY_HOP and len(ip) > 48 else 0
    return kind in NEIGHBOUR_DISCOVERY or kind in MLD


class Daemon:
    def __init__(self, programs, prefix, temp):
        self.programs, self.prefix, self.temp = programs, prefix, temp
        self.process = self.connection = None
        self.log_path = os.path.join(temp, "homewardd.log")
        self.socket_path = os.path.join(temp, "control.sock")

    def configure(self, nodes, **changes):
        config = {
            "version": 1,
            "ports": [{"name": "core", "kind": "af_xdp", "interface": "rt"}],
            "workers": {"count": 1},
            "home_agent": {"prefixes": [{"prefix": HOME_PREFIX, "address": HOME_AGENT, "home_link": "virtual"}]},
            "bindings": {"capacity": 1024, "max_lifetime_s": 3600},
            "mobile_nodes": {"file": "mobile_nodes.jsonl"},
            "control": {"socket": self.socket_path},
        }
        for path, value in changes.items():
            at = config
            *parents, last = path.split("__")
            for name in parents:
                at = at[int(name)] if isinstance(at, list) else at.setdefault(name, {})
            at[last] = value
        with self.create("homeward.json") as file:
            json.dump(config, file, indent="\t")
        with self.create("mobile_nodes.jsonl") as file:
            for node in nodes:
                file.write(json.dumps(node) + "\n")

    def create(self, name):
        """A file that nobody else may read: there are keys in it."""
        path = os.path.join(self.temp, name)
        return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii")

    def start(self, patience_s=20):
        """True when it serves."""
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", f"{self.prefix}-ha", os.path.join(self.programs, "homewardd"),
                 "--config", os.path.join(self.temp, "homeward.json")], stderr=log, stdin=subprocess.DEVNULL)
        until = time.monotonic() + patience_s
        while time.monotonic() < until and self.process.poll() is None:
            if "ready" in self.log() and os.path.exists(self.socket_path):
                return True
            time.sleep(0.02)
        return False

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stop(self, how=signal.SIGTERM):
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if self.process is None:
            return None
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "would not stop"

    def rpc(self, method, **params):
        try:
            return self.call(method, params)
        except OSError:
            self.connection = None  # the next call tries anew
            raise

    def call(self, method, params):
        if self.connection is None:
            self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.connection.settimeout(5)
            self.connection.connect(self.socket_path)
        self.connection.sendall(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
                                + b"\n")
        data = b""
        while not data.endswith(b"\n"):
            part = self.connection.recv(1 << 20)
            if not part:
                raise ConnectionResetError("the control connection was closed")
            data += part
        answer = json.loads(data)
        if "result" not in answer:
            raise RuntimeError(answer["error"])
        return answer["result"]

    def bindings(self):
        """home address -> row."""
        return {row["home_address"]: row for row in self.rpc("binding.list", limit=1000)["bindings"]}

    def counters(self):
        """One flat dictionary: received, dropped.runt, outcomes.bu_..., others..., silent..."""
        stats = self.rpc("stats.get")
        flat = {}

        def add(prefix, value):
            for name, item in value.items():
                if isinstance(item, dict):
                    add(f"{prefix}{name}.", item)
                else:
                    flat[prefix + name] = item
        add("", stats["totals"])
        add("", stats["control"])
        return {name: value for name, value in flat.items() if not name.startswith("polls")}

    def wait_counter(self, name, value, seconds=1.0):
        """Until the counter reached the value; what it is then."""
        until = time.monotonic() + seconds
        while True:
            now = self.counters().get(name)
            if now is None or now >= value or time.monotonic() > until:
                return now
            time.sleep(0.005)

    def lost_buffers(self, seconds=6):
        """What is missing of the packet buffers of a daemon that has nothing to do: {} when all have come back, or how many of
        which. Packets may wait for a neighbour for four seconds."""
        until = time.monotonic() + seconds
        while True:
            missing = self.missing_buffers()
            if not missing or time.monotonic() > until:
                return missing
            time.sleep(0.1)

    def missing_buffers(self):
        stats = self.rpc("stats.get")
        held = {port["name"]: KERNEL_HOLDS * port["queues"] for port in self.rpc("status.get")["ports"]
                if port["kind"] == "af_xdp"}
        away = {port["name"]: port["buffers"] - port["buffers_free"] - held.get(port["name"], 0) for port in stats["ports"]}
        away["control"] = stats["buffers"] - stats["buffers_free"]
        return {name: count for name, count in away.items() if count > BUFFERS_IN_USE}


def balance(counters):
    """(in, out): every packet that entered is counted once on its way out."""
    went = counters["sent"] + counters["to_kernel"] + counters.get("fragments_joined", 0)
    went += counters.get("fragments_waiting", 0)
    went += sum(value for name, value in counters.items() if name.startswith(("dropped.", "punted.")))
    came = counters["received"] + counters["injected"] + counters.get("fragments_created", 0)
    return came + counters.get("copies_created", 0), went


class Lab:
    """A pair of namespaces, a daemon in one of them, and the wire."""

    def __init__(self, programs):
        self.prefix = f"hw{os.getpid()}"
        self.temp = tempfile.mkdtemp(prefix="homeward-test.")
        subprocess.run(["bash", NETNS, "pair", self.prefix], check=True)
        self.wire = Wire(self.prefix)
        self.daemon = Daemon(programs, self.prefix, self.temp)

    def run(self, role, *command):
        return subprocess.run(["ip", "netns", "exec", f"{self.prefix}-{role}", *command], capture_output=True,
                              text=True, check=False)

    def close(self):
        self.daemon.stop()
        self.wire.sock.close()
        subprocess.run(["bash", NETNS, "down", self.prefix], check=False)
        shutil.rmtree(self.temp, ignore_errors=True)

    def show_log(self):
        for line in self.daemon.log().splitlines()[-5:]:
            print(f"# {line}")


@contextlib.contextmanager
def lab(programs):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    if os.geteuid() != 0:
        raise SystemExit("system tests need root, for network namespaces and AF_XDP")
    made = Lab(programs)
    try:
        yield made
        lost = made.daemon.lost_buffers() if made.daemon.alive() else {}
        if lost:
            raise SystemExit(f"packet buffers have not come back: {lost}")
    finally:
        made.close()


def program_directory():
    """Where homewardd is in the build directory named on the command line."""
    found = os.path.abspath(sys.argv[1]) if len(sys.argv) == 2 else ""
    if os.access(os.path.join(found, "homewardd"), os.X_OK):
        return found
    raise SystemExit(f"usage: {os.path.basename(sys.argv[0])} BUILD-DIRECTORY (with homewardd built in it)")


def node(number, **fields):
    """A line of the mobile nodes file: 2001:db8:1::<number in hexadecimal>."""
    line = {"home_address": home(number), "identifier": f"mn{number}@example.com", "spi": SPI + number,
            "key": KEY.hex(), "replay": "sequence"}
    line.update(fields)
    return {name: value for name, value in line.items() if value is not None}


def home(number):
    return f"2001:db8:1::{number:x}"


def update(number, **fields):
    """A right Binding Update of that node; fields change it."""
    values = {"home": home(number), "care_of": CARE_OF, "home_agent": HOME_AGENT,
              "identifier": f"mn{number}@example.com", "spi": SPI + number, "key": KEY}
    values.update(fields)
    return packets.BindingUpdate(**values)


class Node:
    """A mobile node that counts its own sequence and reads its acknowledgements with scapy and hmac."""

    def __init__(self, the_lab, number):
        self.lab, self.number, self.sequence = the_lab, number, 0
        self.home = home(number)

    def send(self, **fields):
        if "sequence" not in fields:
            self.sequence += 1
            fields["sequence"] = self.sequence
        sent = update(self.number, **fields)
        self.lab.wire.drain()
        self.lab.wire.send(sent.packet())
        return sent

    def ask(self, **fields):
        """Sends an update; the Acknowledgement that comes back, or None."""
        sent = self.send(**fields)
        return self.answer(sent)

    def answer(self, sent, seconds=1.5):
        frame = self.lab.wire.wait_for(lambda f: is_acknowledgement(f), seconds)
        return Acknowledgement(frame, sent) if frame is not None else None

    def silence(self, seconds=0.2, **fields):
        """True when nothing at all comes back."""
        self.send(**fields)
        return not self.lab.wire.collect(seconds)

    def register(self, **fields):
        answer = self.ask(**fields)
        return answer is not None and answer.status == 0


def is_acknowledgement(frame):
    message = packets.read_message(bytes(frame[IPv6]))
    return message is not None and message.type == packets.BA


class Acknowledgement:
    """Fields by scapy; what scapy has no eye for, the authenticator, by hmac."""

    def __init__(self, frame, sent):
        from scapy.layers.inet6 import IPv6ExtHdrRouting, MIP6MH_BA
        self.frame = frame
        self.layer = frame[MIP6MH_BA]
        self.status, self.sequence = self.layer.status, self.layer.seq
        self.lifetime_s = 4 * self.layer.mhtime
        self.destination = frame[IPv6].dst
        self.source = frame[IPv6].src
        routing = frame[IPv6ExtHdrRouting] if IPv6ExtHdrRouting in frame else None
        self.home = routing.addresses[0] if routing is not None and routing.type == 2 else None
        raw = packets.read_message(bytes(frame[IPv6]))
        self.checksum_ok = raw.checksum_ok
        self.auth_ok = raw.auth_ok(sent.key or KEY, sent.care_of, sent.home)
        self.message_id = raw.message_id
        self.identifier = raw.option(packets.OPTION_IDENTIFIER)[0]
        self.well_placed = placement_is_right(raw)


def placement_is_right(message):
    """RFC 4285: the authentication option last, ending on eight octets; the message-ID at 8n+2."""
    found = [(kind, len(data), at) for kind, data, at in message.options() if kind != 1]
    good = True
    for kind, length, at in found:
        if kind == packets.OPTION_MESSAGE_ID:
            good &= at % 8 == 2
        if kind == packets.OPTION_AUTH:
            good &= at % 4 == 1 and at + 2 + length == len(message.body)
    return good
