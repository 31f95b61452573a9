#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""mobile_node4: a small Mobile IPv4 mobile node for demos and tests.

Registers with its home agent with a care-of address of its own, through a foreign agent that it discovers, or from behind a NAT;
keeps the registration and the NAT's mapping alive, moves, goes home, and carries real traffic: a TUN device bears the home address, and
what enters it leaves in the tunnel that was agreed, or to the foreign agent.

Commands, one a line, on standard input and on the control socket:
  register co-located INTERFACE CARE-OF    by that interface, with that address of it
  register nat INTERFACE CARE-OF           the same, with a tunnel in UDP (RFC 3519)
  register foreign INTERFACE               through the foreign agent there
  home INTERFACE                           the home link again: takes the address along and de-registers
  deregister                               lifetime 0, all bindings
  keepalive on|off                         of the tunnel in UDP
  status    quit
Each event is one line of JSON on standard output. A command on the control socket is answered by one line when it is
finished; `mobile_node4.py ask SOCKET COMMAND...` does that from a shell and exits with 0 when it succeeded.

RFC 5944 2 (agent discovery), 3.6 (registering), 4.6 (ARP), 2003, 2004, 2784, 3024, 3519.
"""
import argparse
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time

sys.dont_write_bytecode = True
import ip4  # noqa: E402
import mip4  # noqa: E402
from mobile_node import Commands, ask, event, run  # noqa: E402

FIRST_TIMEOUT_S, TIMEOUT_MAX_S = 1.0, 16.0  # RFC 5944 3.6.3: doubled, at least a second
DISCOVERY_S = 10
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 0x0001, 0x1000
INNER_MTU = 1400
ETH_P_ALL = 0x0003
AGENTS_MAC = "01:00:5e:00:00:0b"  # of 224.0.0.11
ENCAPSULATIONS = {"ipip": (0, ip4.ipip), "minimal": (mip4.M, ip4.minimal), "gre": (mip4.G, ip4.gre)}


def must(command):
    if not run(*command.split()):
        raise OSError(f"{command} failed")


def open_tun(name, home):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    must(f"ip link set dev {name} mtu {INNER_MTU} up")
    must(f"ip address add {home}/32 dev {name}")
    must(f"ip route add default dev {name} src {home} metric 16")
    return tun


def on_device(sock, interface):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode())
    sock.setblocking(False)
    return sock


def udp_socket(interface, address):
    sock = on_device(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), interface)
    sock.bind((address, 0))
    return sock


def raw_socket(interface, protocol):
    """Receives whole packets; that it exists keeps the kernel from answering with Protocol Unreachable."""
    sock = on_device(socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol), interface)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    return sock


def frame_socket(interface):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    sock.bind((interface, ETH_P_ALL))
    sock.setblocking(False)
    return sock


class CoLocated:
    """A care-of address of its own."""
    through_udp = False

    def __init__(self, node, interface, care_of):
        self.interface, self.care_of, self.agent = interface, care_of, node.home_agent
        self.source = care_of
        flag, self.wrap = ENCAPSULATIONS[node.options.encapsulation]
        self.flags = mip4.D | mip4.T | flag
        self.lifetime_s = node.options.lifetime
        self.signalling = udp_socket(interface, care_of)
        self.port = self.signalling.getsockname()[1]
        self.out = raw_socket(interface, socket.IPPROTO_RAW)
        self.tunnels = [raw_socket(interface, protocol) for protocol in (ip4.IPIP, ip4.MINIMAL, ip4.GRE)]
        self.home_agent = node.home_agent

    def extensions(self):
        return b""

    def send(self, inner):
        packet = self.wrap(inner, self.care_of, self.home_agent)
        self.out.sendto(packet, (self.home_agent, 0))

    def receive(self, sock):
        """The inner packet of what came in a tunnel from the home agent."""
        packet = ip4.read(sock.recv(4096))
        found = ip4.open_tunnel(packet) if packet is not None and packet.source == self.home_agent else None
        return found.inner if found is not None else None

    def close(self):
        for sock in (self.signalling, self.out, *self.tunnels):
            sock.close()


class BehindNat(CoLocated):
    """A care-of address that others do not know."""
    through_udp = True

    def extensions(self):
        return mip4.udp_request()

    def send(self, inner):
        self.signalling.sendto(struct.pack("!BBH", mip4.TUNNEL_DATA, ip4.IPIP, 0) + inner, (self.home_agent, ip4.MIP_PORT))


class Foreign:
    """At a foreign agent: no address here, the agent is told and reached by its MAC."""
    through_udp = False
    tunnels = ()

    def __init__(self, node, interface):
        self.interface = interface
        must(f"ip link set dev {interface} up")
        advertisement, mac = self.discover(node, interface)
        self.agent, self.care_of = advertisement.router, advertisement.care_ofs[0]
        self.source = node.home
        self.flags = mip4.T
        self.lifetime_s = min(node.options.lifetime, advertisement.registration_lifetime_s)
        # No ARP while away from home, RFC 5944 4.6.
        must(f"ip neighbour replace {self.agent} lladdr {mac} dev {interface} nud permanent")
        must(f"ip route replace {self.agent}/32 dev {interface} src {node.home}")
        must(f"ip route replace default via {self.agent} dev {interface} onlink metric 2060")
        self.signalling = udp_socket(interface, node.home)
        self.signalling.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)  # RFC 3024 3.2: it shows that we are on the link
        self.out = raw_socket(interface, socket.IPPROTO_RAW)

    @staticmethod
    def discover(node, interface):
        """Solicits, and waits for an advertisement of a foreign agent that has room; (what it says, its MAC)"""
        frames = frame_socket(interface)
        with open(f"/sys/class/net/{interface}/address", encoding="ascii") as file:
            own = file.read().strip()
        head = ip4.mac(AGENTS_MAC) + ip4.mac(own) + struct.pack("!H", ip4.ETHER_IP4)
        until, again = time.monotonic() + DISCOVERY_S, 0
        try:
            while (now := time.monotonic()) < until:
                if now >= again:
                    again = now + 1.5
                    frames.send(head + mip4.solicitation(node.home))
                if not select.select([frames], [], [], 0.2)[0]:
                    continue
                frame = frames.recv(2048)
                found = mip4.read_advertisement(ip4.read(frame[14:])) if frame[12:14] == b"\x08\x00" else None
                if found is None or not found.mobility or not found.care_ofs:
                    continue
                names = "".join(name for name, bit in mip4.ADVERTISED.items() if found.flags & bit)
                event("advertisement", agent=found.router, care_of=found.care_ofs[0], flags=names, sequence=found.sequence,
                      registration_lifetime_s=found.registration_lifetime_s)
                if found.flags & mip4.ADVERTISED["F"] and not found.flags & mip4.ADVERTISED["B"]:
                    return found, ":".join(f"{octet:02x}" for octet in frame[6:12])
        finally:
            frames.close()
        raise OSError("no foreign agent advertises itself")

    def extensions(self):
        return b""

    def send(self, inner):
        self.out.sendto(inner, (ip4.text(inner[16:20]), 0))

    def close(self):
        for sock in (self.signalling, self.out):
            sock.close()
        run("ip", "route", "del", "default", "dev", self.interface, "metric", "2060")
        run("ip", "route", "del", f"{self.agent}/32", "dev", self.interface)


class AtHome:
    """On the home link: the address is on its interface."""
    through_udp = False
    tunnels = ()

    def __init__(self, node, interface):
        self.node, self.interface = node, interface
        self.care_of = self.source = node.home
        self.agent, self.flags, self.lifetime_s = node.home_agent, 0, 0
        must(f"ip link set dev {interface} up")
        must(f"ip address del {node.home}/32 dev {node.options.tun}")
        must(f"ip address add {node.home}/{node.options.home_prefix_length} dev {interface}")
        must(f"ip route replace default via {node.options.home_router} dev {interface} metric 8")
        self.signalling = udp_socket(interface, node.home)

    def extensions(self):
        return b""

    def send(self, inner):
        raise OSError("at home there is no tunnel")

    def announce(self):
        """RFC 5944 4.6: gratuitous ARP."""
        frames = frame_socket(self.interface)
        with open(f"/sys/class/net/{self.interface}/address", encoding="ascii") as file:
            own = file.read().strip()
        frames.send(ip4.arp(ip4.ARP_REQUEST, own, self.node.home, "00:00:00:00:00:00", self.node.home))
        frames.close()

    def close(self):
        self.signalling.close()
        run("ip", "route", "del", "default", "dev", self.interface, "metric", "8")
        run("ip", "address", "del", f"{self.node.home}/{self.node.options.home_prefix_length}", "dev", self.interface)
        run("ip", "address", "add", f"{self.node.home}/32", "dev", self.node.options.tun)
        run("ip", "route", "replace", "default", "dev", self.node.options.tun, "src", self.node.home, "metric", "16")


PLACES = {"co-located": CoLocated, "nat": BehindNat, "foreign": Foreign}


class Exchange:
    """One request until its reply, with its retransmissions."""

    def __init__(self, purpose, lifetime_s, answer):
        self.purpose, self.lifetime_s, self.answer = purpose, lifetime_s, answer
        self.begun = time.monotonic()
        self.timeout_s, self.due, self.attempt = FIRST_TIMEOUT_S, self.begun, 0
        self.identifications = set()


class MobileNode4:
    def __init__(self, options):
        self.options, self.home, self.home_agent = options, options.home_address, options.home_agent
        self.association = mip4.Association(options.spi, bytes.fromhex(options.key), options.algorithm)
        self.tun = open_tun(options.tun, self.home)
        self.at = self.exchange = None
        self.registered = False
        self.refresh_due = self.keepalive_due = None
        self.keepalive_s, self.keepalive_on = 0, True
        self.nonce_high, self.last, self.clock_offset_s = None, 0, 0
        self.counts = {"to_tunnel": 0, "from_tunnel": 0, "tunnel_refused": 0, "not_sent": 0, "keepalives": 0,
                       "keepalives_answered": 0}

    # Signalling.

    def next_identification(self):
        if self.options.replay == "nonce":
            self.last = (self.nonce_high or 0) << 32 | (self.last + 1) & 0xffffffff
        else:
            self.last = max(self.last + 1, mip4.ntp_now(self.clock_offset_s))
        return self.last

    def send_request(self):
        exchange = self.exchange
        exchange.attempt += 1
        care_of = self.home if exchange.lifetime_s == 0 else self.at.care_of
        request = mip4.Request(self.home, self.home_agent, care_of, self.next_identification(), exchange.lifetime_s, self.at.flags,
                               nai=self.options.identifier, mn_ha=self.association,
                               extensions=self.at.extensions() if exchange.lifetime_s else b"")
        exchange.identifications.add(request.identification & 0xffffffff)
        exchange.due = time.monotonic() + exchange.timeout_s
        exchange.timeout_s = min(2 * exchange.timeout_s, TIMEOUT_MAX_S)
        try:
            self.at.signalling.sendto(request.payload(), (self.at.agent, ip4.MIP_PORT))
        except OSError as error:
            event("request_not_sent", reason=str(error))
        event("request_sent", purpose=exchange.purpose, to=self.at.agent, care_of=care_of, lifetime_s=exchange.lifetime_s,
              attempt=exchange.attempt)

    def begin(self, purpose, lifetime_s, answer=None):
        self.exchange = Exchange(purpose, lifetime_s, answer)
        self.send_request()

    def read_signalling(self):
        try:
            payload, origin = self.at.signalling.recvfrom(4096)
        except (BlockingIOError, OSError):
            return
        if payload[:1] == bytes([mip4.TUNNEL_DATA]) and self.at.through_udp and origin == (self.home_agent, ip4.MIP_PORT):
            self.deliver(payload[4:] if payload[1:2] == bytes([ip4.IPIP]) else None)
            return
        message = mip4.read_message(payload)
        if message is not None and message.type == mip4.REPLY and origin[0] == self.at.agent:
            self.read_reply(message)

    def read_reply(self, message):
        """RFC 5944 3.6.2: only what repeats our identification and is proved, but for refusals of a foreign agent, which has no
        authentication with us."""
        exchange, auth_ok = self.exchange, message.proved_by(self.association)
        from_foreign_agent = 64 <= message.code < 128 and self.at.agent != self.home_agent
        good = exchange is not None and message.identification & 0xffffffff in exchange.identifications and message.home == self.home
        outcome = {"code": message.code, "code_text": mip4.CODES.get(message.code, "unknown"), "lifetime_s": message.lifetime_s,
                   "auth_ok": auth_ok, "udp": message.udp_reply()}
        if not good or not (auth_ok or from_foreign_agent):
            event("reply_ignored", **outcome)
            return
        event("reply_received", **outcome)
        if self.options.replay == "nonce" and auth_ok:
            self.nonce_high = message.identification >> 32
        if message.code == 133 and exchange.attempt < 5:  # RFC 5944 5.7.1: set the clock and try again
            if self.options.replay == "timestamp":
                self.clock_offset_s += (message.identification >> 32) - (mip4.ntp_now(self.clock_offset_s) >> 32)
                self.last = 0
            self.send_request()
            return
        self.conclude(message.code, outcome)

    def conclude(self, code, outcome):
        exchange, self.exchange = self.exchange, None
        accepted = code < 2
        now = time.monotonic()
        if accepted:
            self.registered = exchange.lifetime_s > 0
            self.refresh_due = now + outcome["lifetime_s"] * 0.75 if self.registered else None
            self.keepalive_s = (outcome["udp"][2] or 110) if self.registered and outcome["udp"] else 0
            self.keepalive_due = now + self.keepalive_s if self.keepalive_s else None
            if isinstance(self.at, AtHome):
                self.at.announce()
        elif exchange.purpose == "refresh":
            self.refresh_due = None
        line = event(exchange.purpose + ("_done" if accepted else "_failed"), attempts=exchange.attempt,
                     total_ms=round((now - exchange.begun) * 1000, 3), care_of=self.at.care_of, **outcome)
        if exchange.answer is not None:
            exchange.answer(line)

    # Time.

    def next_due(self):
        times = [self.exchange.due if self.exchange else self.refresh_due, self.keepalive_due if self.keepalive_on else None]
        times = [each for each in times if each is not None]
        return min(times) if times else None

    def run_timers(self):
        now = time.monotonic()
        if self.exchange is not None and now >= self.exchange.due:
            if now - self.exchange.begun < self.options.give_up:
                self.send_request()
            else:
                self.conclude(255, {"code": 255, "code_text": "no answer", "lifetime_s": 0, "udp": None})
        elif self.exchange is None and self.refresh_due is not None and now >= self.refresh_due:
            self.refresh_due = None
            self.begin("refresh", self.at.lifetime_s)
        if self.keepalive_on and self.keepalive_due is not None and now >= self.keepalive_due:
            self.keepalive_due = now + self.keepalive_s
            self.counts["keepalives"] += 1
            self.at.send(ip4.echo(self.home, self.home_agent, b"", identifier=0x4d49))

    # Data.

    def tun_to_tunnel(self):
        for _ in range(64):
            try:
                inner = os.read(self.tun, 2048)
            except BlockingIOError:
                return
            if not self.registered or self.at is None or inner[0] >> 4 != 4:
                self.counts["not_sent"] += 1
                continue
            try:
                self.at.send(inner)
                self.counts["to_tunnel"] += 1
            except OSError:
                self.counts["not_sent"] += 1

    def tunnel_to_tun(self, sock):
        for _ in range(64):
            try:
                self.deliver(self.at.receive(sock))
            except (BlockingIOError, OSError):
                return

    def deliver(self, inner):
        packet = ip4.read(inner) if inner is not None else None
        if packet is None or packet.destination != self.home or not (self.registered or self.exchange is not None):
            self.counts["tunnel_refused"] += 1
            return
        if packet.source == self.home_agent and packet.protocol == ip4.ICMP and packet.payload[:1] == b"\0" and \
                packet.payload[4:6] == b"\x4d\x49":
            self.counts["keepalives_answered"] += 1
        self.counts["from_tunnel"] += 1
        os.write(self.tun, packet.octets)

    # Commands.

    def command(self, line, answer):
        words = line.split()
        if not words:
            return
        if self.exchange is not None and words[0] in ("register", "home", "deregister"):
            if self.exchange.answer is not None:
                self.exchange.answer(event("superseded"))
            self.exchange = None
        try:
            handler = {"register": self.do_register, "home": self.do_home, "deregister": self.do_deregister,
                       "keepalive": self.do_keepalive, "status": self.do_status, "quit": self.do_quit}[words[0]]
            handler(answer, *words[1:])
        except (KeyError, TypeError, ValueError, OSError, subprocess.SubprocessError) as error:
            answer(event("command_failed", command=line, reason=f"{type(error).__name__}: {error}"))

    def attach(self, make, *where):
        if self.at is not None:
            self.at.close()
            self.at = None
        self.keepalive_due = None
        self.at = make(self, *where)

    def do_register(self, answer, how, *where):
        self.attach(PLACES[how], *where)
        self.begin("register", self.at.lifetime_s, answer)

    def do_home(self, answer, interface):
        self.attach(AtHome, interface)
        self.begin("home", 0, answer)

    def do_deregister(self, answer):
        if self.at is None:
            raise ValueError("not attached to any network")
        self.begin("deregister", 0, answer)

    def do_keepalive(self, answer, how):
        self.keepalive_on = {"on": True, "off": False}[how]
        answer(event("keepalive_done", on=self.keepalive_on))

    def do_status(self, answer):
        answer(event("status", registered=self.registered, home_address=self.home, care_of=self.at.care_of if self.at else None,
                     keepalive_s=self.keepalive_s, port=getattr(self.at, "port", 0), **self.counts))

    def do_quit(self, answer):
        answer(event("quit"))
        raise SystemExit(0)


def serve(options):
    node = MobileNode4(options)
    commands = Commands(node, options.control)
    event("ready", home_address=node.home, home_agent=node.home_agent)
    try:
        while True:
            at = node.at
            own = [node.tun] + ([at.signalling, *at.tunnels] if at is not None else [])
            due = node.next_due()
            wait = None if due is None else max(0.0, due - time.monotonic())
            for reader in select.select(own + commands.readers(), [], [], wait)[0]:
                if reader == node.tun:
                    node.tun_to_tunnel()
                elif node.at is at and at is not None and reader is at.signalling:
                    node.read_signalling()
                elif node.at is at and at is not None and reader in at.tunnels:
                    node.tunnel_to_tun(reader)
                elif reader not in own and getattr(reader, "fileno", lambda: 0)() != -1:  # not closed by one before it
                    commands.handle(reader)
            node.run_timers()
    finally:
        commands.close()


def options_of(argv):
    parser = argparse.ArgumentParser(description="A small Mobile IPv4 mobile node", epilog=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home-address", required=True)
    parser.add_argument("--home-agent", required=True)
    parser.add_argument("--home-prefix-length", type=int, default=16)
    parser.add_argument("--home-router", default="10.1.0.1", help="of the home link, for when it is there")
    parser.add_argument("--identifier", help="network access identifier, such as node@example.com")
    parser.add_argument("--spi", type=int, default=256)
    parser.add_argument("--key", required=True, help="in hexadecimal")
    parser.add_argument("--algorithm", choices=("hmac-md5", "hmac-sha1", "hmac-sha256", "keyed-md5"), default="hmac-md5")
    parser.add_argument("--replay", choices=("timestamp", "nonce"), default="timestamp")
    parser.add_argument("--encapsulation", choices=sorted(ENCAPSULATIONS), default="ipip", help="of a co-located care-of address")
    parser.add_argument("--lifetime", type=int, default=600, metavar="SECONDS")
    parser.add_argument("--give-up", type=float, default=30, metavar="SECONDS", help="without any answer")
    parser.add_argument("--tun", metavar="NAME", default="home0", help="TUN device to make")
    parser.add_argument("--control", metavar="PATH", help="control socket to make")
    return parser.parse_args(argv)


if __name__ == "__main__":
    try:
        if sys.argv[1:2] == ["ask"]:
            sys.exit(ask(sys.argv[2], sys.argv[3:]))
        serve(options_of(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
