#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""mobile_node: a small Mobile IPv6 mobile node for demos and tests.

Registers with its home agent by RFC 4285 authentication, keeps the registration alive, moves, goes home, and carries real
traffic: a TUN device bears the home address, and what enters it leaves in IPv6-in-IPv6 to the home agent, and back.

Commands, one a line, on standard input and on the control socket:
  register INTERFACE CARE-OF    first registration, by that interface
  move INTERFACE CARE-OF        the same home address from another place
  deregister                    lifetime 0
  status    quit
Each event is one line of JSON on standard output. A command on the control socket is answered by one line when it is
finished; `mobile_node.py ask SOCKET COMMAND...` does that from a shell and exits with 0 when it succeeded.

RFC 6275 11.7 (registering), 11.8 (retransmission), RFC 4285 (authentication, replay), RFC 2473 (tunnel).
"""
import argparse
import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import packets  # noqa: E402
from packets import BA, BE, IPV6, BindingUpdate, text

FIRST_TIMEOUT_S, TIMEOUT_S, TIMEOUT_MAX_S = 1.5, 1.0, 32.0  # RFC 6275 12
INNER_MTU = 1460  # 1500 octets without the outer header
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 0x0001, 0x1000
SO_ATTACH_FILTER = 26
ETH_P_ALL, ETH_P_IPV6 = 0x0003, 0x86dd


def event(name, **fields):
    line = json.dumps({"event": name, "time": round(time.time(), 6), **fields})
    print(line, flush=True)
    return line


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False).returncode == 0


def open_tun(name, home):
    """The home address lives here. Its default route wins over those of the visited networks, which only sockets bound to
    their interface follow."""
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    for command in (f"link set dev {name} mtu {INNER_MTU} up", f"-6 address add {home}/128 dev {name} nodad",
                    f"-6 route add default dev {name} src {home} metric 16"):
        if not run("ip", *command.split()):
            raise SystemExit(f"mobile_node: ip {command} failed")
    return tun


def attach_filter(sock):
    """Only packets whose first header is a routing header (43) or a Mobility Header (135): tunnelled data stays out."""
    program = (
        (0x28, 0, 0, 0xfffff000), (0x15, 0, 4, ETH_P_IPV6),  # the protocol of the frame
        (0x30, 0, 0, 6), (0x15, 1, 0, 43), (0x15, 0, 1, 135), (0x06, 0, 0, 0xffff), (0x06, 0, 0, 0))
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    held = ctypes.create_string_buffer(code)
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HL", len(program), ctypes.addressof(held)))


def signalling_socket(interface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    attach_filter(sock)
    sock.bind((interface, ETH_P_ALL))  # only those for all protocols come before the ingress filter
    sock.setblocking(False)
    return sock


def tunnel_socket(interface, care_of):
    """Receives what is behind the outer header; that it exists keeps the kernel from answering protocol 41 with an error."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_RAW, IPV6)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.bind((care_of, 0))
    sock.setblocking(False)
    return sock


def hide_signalling(interface):
    """A kernel without Mobile IPv6 answers a type 2 routing header with a Parameter Problem. A packet socket sees packets
    before the ingress filter, so they may be dropped there. Without gact, mirred to an interface that leads nowhere does;
    where neither exists the errors go out, and a home agent ignores them."""
    if not run("tc", "qdisc", "add", "dev", interface, "clsact"):
        return run("tc", "qdisc", "show", "dev", interface, "clsact")
    add = f"tc filter add dev {interface} ingress protocol ipv6 u32 match u8 %d 0xff at 6 action %s"
    drop = "drop"
    if not run(*(add % (43, drop)).split()):
        run("ip", "link", "add", "name", "nowhere0", "type", "veth", "peer", "name", "nowhere1")
        run("sysctl", "-qw", "net.ipv6.conf.nowhere0.disable_ipv6=1")
        run("ip", "link", "set", "dev", "nowhere0", "up")
        drop = "mirred egress redirect dev nowhere0"
        if not run(*(add % (43, drop)).split()):
            return False
    return run(*(add % (135, drop)).split())


class Attachment:
    """One place in a visited network."""

    def __init__(self, interface, care_of):
        self.interface, self.care_of = interface, text(packets.address(care_of))
        self.hidden = hide_signalling(interface)
        self.signalling = signalling_socket(interface)
        self.tunnel = tunnel_socket(interface, self.care_of)
        self.out = packets.raw_socket(interface)

    def close(self):
        for sock in (self.signalling, self.tunnel, self.out):
            sock.close()


class Exchange:
    """One Binding Update until its acknowledgement, with its retransmissions."""

    def __init__(self, purpose, lifetime_s, first, answer):
        self.purpose, self.lifetime_s, self.answer = purpose, lifetime_s, answer
        self.timeout_s = FIRST_TIMEOUT_S if first else TIMEOUT_S
        self.begun = self.sent = time.monotonic()
        self.due = self.begun
        self.attempt = 0
        self.sequences = set()


class MobileNode:
    def __init__(self, options):
        self.options = options
        self.home = text(packets.address(options.home_address))
        self.home_agent = text(packets.address(options.home_agent))
        self.key = bytes.fromhex(options.key) if options.key else None
        self.replay = options.replay
        self.clock_offset_s = options.clock_offset
        self.sequence = options.sequence
        self.tun = open_tun(options.tun, self.home) if options.tun else None
        self.tunnel_head = None
        self.at = None          # Attachment
        self.exchange = None
        self.registered = False
        self.refresh_due = None
        self.expires = None
        self.last_data = None   # when the last packet came out of the tunnel
        self.moved_from = None  # last_data at the time of the move, until the first packet afterwards
        self.counts = {"to_tunnel": 0, "from_tunnel": 0, "tunnel_refused": 0, "not_sent": 0}

    # Signalling, outwards.

    def build_update(self):
        self.sequence = (self.sequence + 1) & 0xffff
        update = BindingUpdate(home=self.home, care_of=self.at.care_of, home_agent=self.home_agent,
                               sequence=self.sequence, lifetime_s=self.exchange.lifetime_s,
                               identifier=self.options.identifier)
        if self.replay == "timestamp":
            update.message_id = packets.ntp_now(self.clock_offset_s)
        if self.key is not None:
            update.spi, update.key = self.options.spi, self.key
        return update

    def send_update(self):
        """A retransmission has a sequence number of its own, RFC 6275 11.8."""
        exchange = self.exchange
        update = self.build_update()
        exchange.attempt += 1
        exchange.sequences.add(update.sequence)
        exchange.sent = time.monotonic()
        exchange.due = min(exchange.sent + exchange.timeout_s, exchange.begun + self.options.give_up)
        exchange.timeout_s = min(2 * exchange.timeout_s, TIMEOUT_MAX_S)
        try:
            packets.send_packet(self.at.out, update.packet())
        except OSError as error:
            event("bu_not_sent", reason=str(error))
        event("bu_sent", purpose=exchange.purpose, sequence=update.sequence, lifetime_s=update.lifetime_s,
              care_of=self.at.care_of, interface=self.at.interface, attempt=exchange.attempt)

    def begin(self, purpose, lifetime_s, answer=None):
        self.exchange = Exchange(purpose, lifetime_s, not self.registered, answer)
        self.send_update()

    def attach(self, interface, care_of):
        old, self.at = self.at, Attachment(interface, care_of)
        self.tunnel_head = struct.pack("!B16s16s", 64, packets.address(self.at.care_of),
                                       packets.address(self.home_agent))
        if old is not None:
            old.close()

    # Signalling, inwards.

    def read_signalling(self):
        try:
            packet, origin = self.at.signalling.recvfrom(2048)
        except BlockingIOError:
            return
        message = packets.read_message(packet) if origin[2] != socket.PACKET_OUTGOING else None
        if message is None or message.source != self.home_agent:
            return
        if message.type == BE:
            event("binding_error", status=message.status)
        if message.type == BA and len(message.body) >= 12:
            self.read_acknowledgement(message)

    def acknowledgement_is_ours(self, message):
        """RFC 6275 11.7.3 and RFC 4285 5.1: without a right checksum, home address and authenticator it is ignored."""
        auth_ok = message.auth_ok(self.key, self.at.care_of, self.home) if self.key else None
        current = self.exchange is not None and message.sequence in self.exchange.sequences
        outcome = {
            "status": message.status, "status_text": packets.STATUS.get(message.status, "unknown"),
            "sequence": message.sequence, "lifetime_s": message.lifetime_s, "auth_ok": auth_ok,
            "checksum_ok": message.checksum_ok, "home_address": message.routing_home,
        }
        if self.exchange is not None:
            outcome["after_ms"] = round((time.monotonic() - self.exchange.sent) * 1000, 3)
        good = (message.checksum_ok and message.routing_home == self.home and auth_ok in (True, None) and
                (auth_ok or self.key is None) and self.exchange is not None and (current or message.status == 135))
        return good, outcome

    def read_acknowledgement(self, message):
        good, outcome = self.acknowledgement_is_ours(message)
        event("ba_received" if good else "ba_ignored", **outcome)
        if not good:
            return
        if message.status == 135:  # RFC 6275 11.7.3: go on from the number the home agent knows
            self.sequence = message.sequence
        elif message.status == 144 and message.message_id is not None:  # RFC 4285 6: set the clock and try again
            local = packets.ntp_now() >> 32
            self.clock_offset_s = (message.message_id >> 32) - local
            event("clock_adjusted", offset_s=self.clock_offset_s)
        elif message.status == 145:
            self.replay = "timestamp"
        else:
            self.conclude(outcome)
            return
        if self.exchange.attempt < 5:
            self.send_update()
        else:
            self.conclude(outcome)

    def conclude(self, outcome):
        exchange, self.exchange = self.exchange, None
        now = time.monotonic()
        accepted = outcome["status"] < 128
        if accepted:
            self.registered = exchange.lifetime_s > 0
            granted = outcome["lifetime_s"]
            self.expires = now + granted if self.registered else None
            self.refresh_due = now + granted * 0.75 if self.registered else None
        elif exchange.purpose == "refresh":
            self.refresh_due = None
        line = event(exchange.purpose + ("_done" if accepted else "_failed"),
                     total_ms=round((now - exchange.begun) * 1000, 3), attempts=exchange.attempt, **outcome)
        if exchange.answer is not None:
            exchange.answer(line)

    # Time.

    def next_due(self):
        times = [t for t in (self.exchange.due if self.exchange else self.refresh_due, self.expires) if t is not None]
        return min(times) if times else None

    def run_timers(self):
        now = time.monotonic()
        if self.expires is not None and now >= self.expires:
            self.registered, self.expires, self.refresh_due = False, None, None
            event("expired")
        if self.exchange is not None and now >= self.exchange.due:
            if now - self.exchange.begun < self.options.give_up:
                self.send_update()
            else:
                self.conclude({"status": 255, "status_text": "no answer", "lifetime_s": 0})
        elif self.exchange is None and self.refresh_due is not None and now >= self.refresh_due:
            self.refresh_due = None
            self.begin("refresh", self.options.lifetime)

    # Data. No scapy and no parsing here, beyond what RFC 2473 asks of a tunnel end.

    def tun_to_tunnel(self):
        for _ in range(64):
            try:
                inner = os.read(self.tun, 2048)
            except BlockingIOError:
                return
            if not self.registered or self.at is None or inner[0] >> 4 != 6:
                self.counts["not_sent"] += 1
                continue
            first = struct.unpack_from("!I", inner)[0] & 0x0fffffff | 0x60000000
            outer = struct.pack("!IHB", first, len(inner), IPV6) + self.tunnel_head
            try:
                self.at.out.sendto(outer + inner, (self.home_agent, 0, 0, 0))
                self.counts["to_tunnel"] += 1
            except OSError:
                self.counts["not_sent"] += 1

    def tunnel_to_tun(self):
        for _ in range(64):
            try:
                inner, origin = self.at.tunnel.recvfrom(2048)
            except (BlockingIOError, OSError):
                return
            # RFC 6275 11.3: a tunnel from anybody but the home agent is not opened.
            if origin[0] != self.home_agent or len(inner) < 40 or not self.registered_or_moving():
                self.counts["tunnel_refused"] += 1
                continue
            self.note_arrival()
            self.counts["from_tunnel"] += 1
            try:
                os.write(self.tun, inner)
            except OSError:
                self.counts["tunnel_refused"] += 1

    def registered_or_moving(self):
        return self.tun is not None and (self.registered or self.exchange is not None)

    def note_arrival(self):
        now = time.monotonic()
        if self.moved_from is not None:
            event("first_packet_after_move", gap_ms=round((now - self.moved_from) * 1000, 1))
            self.moved_from = None
        self.last_data = now

    # Commands.

    def command(self, line, answer):
        words = line.split()
        if not words:
            return
        if self.exchange is not None and words[0] in ("register", "move", "deregister"):
            if self.exchange.answer is not None:
                self.exchange.answer(event("superseded"))
            self.exchange = None
        try:
            handler = {"register": self.do_register, "move": self.do_move, "deregister": self.do_deregister,
                       "status": self.do_status, "quit": self.do_quit}[words[0]]
            handler(answer, *words[1:])
        except (KeyError, TypeError, ValueError, OSError) as error:
            answer(event("command_failed", command=line, reason=f"{type(error).__name__}: {error}"))

    def do_register(self, answer, interface, care_of, lifetime_s=None):
        self.attach(interface, care_of)
        self.begin("register", int(lifetime_s or self.options.lifetime), answer)

    def do_move(self, answer, interface, care_of):
        self.moved_from = self.last_data
        self.attach(interface, care_of)
        self.begin("move", self.options.lifetime, answer)

    def do_deregister(self, answer):
        if self.at is None:
            raise ValueError("not attached to any network")
        self.begin("deregister", 0, answer)

    def do_status(self, answer):
        left = self.expires - time.monotonic() if self.expires is not None else 0
        answer(event("status", registered=self.registered, home_address=self.home,
                     care_of=self.at.care_of if self.at else None, lifetime_left_s=round(left, 1),
                     sequence=self.sequence, clock_offset_s=self.clock_offset_s, **self.counts))

    def do_quit(self, answer):
        answer(event("quit"))
        raise SystemExit(0)


class Commands:
    """Where commands come from: standard input, and connections to the control socket."""

    def __init__(self, node, path):
        self.node, self.path = node, path
        self.input = sys.stdin.fileno() if not sys.stdin.closed else None
        self.listener, self.connections, self.partial = None, {}, b""
        if path:
            self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.listener.bind(path)
            self.listener.listen(4)

    def readers(self):
        found = list(self.connections)
        return found + [x for x in (self.listener, self.input) if x is not None]

    def handle(self, reader):
        if reader is self.listener:
            connection, _ = self.listener.accept()
            self.connections[connection] = b""
        elif reader in self.connections:
            self.read_connection(reader)
        else:
            self.read_input()

    def read_connection(self, connection):
        data = connection.recv(4096)
        if not data:
            connection.close()
            del self.connections[connection]
            return
        *lines, self.connections[connection] = (self.connections[connection] + data).split(b"\n")
        for line in lines:
            self.node.command(line.decode(), lambda reply: self.reply(connection, reply))

    @staticmethod
    def reply(connection, line):
        try:
            connection.sendall(line.encode() + b"\n")
        except OSError:
            pass  # who asked is gone

    def read_input(self):
        data = os.read(self.input, 4096)
        if not data:
            self.input = None
        *lines, self.partial = (self.partial + data).split(b"\n")
        for line in lines:
            self.node.command(line.decode(), lambda reply: None)

    def close(self):
        if self.path:
            os.unlink(self.path)


def serve(options):
    node = MobileNode(options)
    commands = Commands(node, options.control)
    event("ready", home_address=node.home, home_agent=node.home_agent)
    if options.interface and options.care_of:
        node.command(f"register {options.interface} {options.care_of}", lambda reply: None)
    try:
        while True:
            readers = commands.readers()
            if node.tun is not None:
                readers.append(node.tun)
            if node.at is not None:
                readers += [node.at.signalling, node.at.tunnel]
            due = node.next_due()
            wait = None if due is None else max(0.0, due - time.monotonic())
            for reader in select.select(readers, [], [], wait)[0]:
                if reader == node.tun and node.tun is not None:
                    node.tun_to_tunnel()
                elif node.at is not None and reader is node.at.signalling:
                    node.read_signalling()
                elif node.at is not None and reader is node.at.tunnel:
                    node.tunnel_to_tun()
                elif getattr(reader, "fileno", lambda: 0)() != -1:  # not closed by an earlier one of this turn
                    commands.handle(reader)
            node.run_timers()
    finally:
        commands.close()


def ask(path, words, patience_s=75):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.settimeout(patience_s)
    sock.connect(path)
    sock.sendall(" ".join(words).encode() + b"\n")
    reply = sock.makefile().readline().strip()
    print(reply)
    name = json.loads(reply)["event"] if reply else "nothing"
    return 0 if name.endswith("_done") or name in ("status", "quit") else 1


def options_of(argv):
    parser = argparse.ArgumentParser(description="A small Mobile IPv6 mobile node", epilog=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home-address", required=True)
    parser.add_argument("--home-agent", required=True)
    parser.add_argument("--interface", help="register by it at once, with --care-of")
    parser.add_argument("--care-of")
    parser.add_argument("--identifier", help="network access identifier, such as node@example.com")
    parser.add_argument("--spi", type=int, default=256)
    parser.add_argument("--key", help="32 hexadecimal digits; without it updates are not authenticated")
    parser.add_argument("--replay", choices=("timestamp", "sequence"), default="timestamp")
    parser.add_argument("--lifetime", type=int, default=600, metavar="SECONDS")
    parser.add_argument("--sequence", type=int, default=0, help="last one used before")
    parser.add_argument("--clock-offset", type=float, default=0, metavar="SECONDS", help="how wrong the clock is")
    parser.add_argument("--give-up", type=float, default=70, metavar="SECONDS", help="without any answer")
    parser.add_argument("--tun", metavar="NAME", help="carry traffic through a TUN device of that name")
    parser.add_argument("--control", metavar="PATH", help="control socket to make")
    return parser.parse_args(argv)


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["ask"]:
            sys.exit(ask(sys.argv[2], sys.argv[3:]))
        serve(options_of(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
