#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A storm: valid messages of every kind, by the thousand, most of them mutated at random, on a real home link and from
outside, while the control socket is asked for anything and the operator drains, reloads, revokes and renumbers. The daemon
serves on, its counters balance, it keeps to its memory, and what it says itself is never to where nobody asked from.

RFC 4443 2.4; RFC 4861 7.1; RFC 6275 15. Usage: storm.py BUILD-DIRECTORY [SECONDS [SEED]]
"""
import json
import os
import random
import socket
import struct
import sys
import time

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, HOME_PREFIX, OTHER_CARE_OF, ROUTER, Node, Report, balance, home, lab, node,
                 packets, program_directory, update)
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6HAADRequest, ICMPv6MLDMultAddrRec, ICMPv6MLQuery,
                                ICMPv6MLQuery2, ICMPv6MLReport2, ICMPv6MPSol, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6ND_RA, ICMPv6ND_RS,
                                ICMPv6ND_Redirect, ICMPv6NDOptDstLLAddr, ICMPv6NDOptHAInfo, ICMPv6NDOptPrefixInfo,
                                ICMPv6NDOptSrcLLAddr, ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrDestOpt,
                                IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, HAO, MIP6MH_CoTI, MIP6MH_HoTI, PadN, RouterAlert)

SECONDS, SEED = 8, 6275
NODES = range(0x10, 0x18)
WITNESS = 0x20        # nobody's target: it registers before and after
OPEN, STAMPED, REVOKED = 0x30, 0x31, 0x32
TOLD_PREFIX, TOLD_ADDRESS = "2001:db8:77::/64", "2001:db8:77::1"  # an address of the home agent that lies on its link
VIRTUAL_PREFIX, VIRTUAL_HOME = "2001:db8:2::/64", "2001:db8:2::10"
LINK_ADDRESS, ANYCAST = "2001:db8:1::1", "2001:db8:1:0:fdff:ffff:ffff:fffe"
MACS = ("02:00:00:00:be:ef", "02:00:00:00:be:f0", "33:33:00:00:00:01", "ff:ff:ff:ff:ff:ff")
SOURCES = ("::", "ff02::1", "::1", "fe80::beef", HOME_AGENT, LINK_ADDRESS, CARE_OF)
RSS_GROWTH_KB = 96 << 10  # with what the sanitizers keep of freed memory
QUARANTINE = "quarantine_size_mb=8"


def messages(local):
    """name: (IPv6 packet, to a group on the link or None) as bytes."""
    registered = home(NODES[0])
    stranger = "2001:db8:a::77"
    option = IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0\0"), HAO(hoa=registered)])
    inner = IPv6(src=registered, dst=CORRESPONDENT) / ICMPv6EchoRequest(data=b"x" * 64)
    tunnel = IPv6(src=CARE_OF, dst=HOME_AGENT) / inner
    sent = IPv6(src=HOME_AGENT, dst=CARE_OF) / IPv6(src=CORRESPONDENT, dst=registered) / ICMPv6EchoRequest(data=b"y" * 64)
    alert = IPv6ExtHdrHopByHop(options=[RouterAlert()])
    lladdr = ICMPv6NDOptSrcLLAddr(lladdr=MACS[0])
    link = {"src": "fe80::beef", "hlim": 255}
    whole = bytes(tunnel)[40:]
    found = {f"update {n}": update(n, sequence=random.randrange(65536)).packet() for n in (*NODES, OPEN)}
    found |= {f"leave {n}": update(n, sequence=random.randrange(65536), lifetime_s=0).packet() for n in NODES}
    found |= {
        "stamped": update(STAMPED, message_id=packets.ntp_now()).packet(),
        "virtual": update(0x40, home=VIRTUAL_HOME, sequence=7).packet(),
        "home test": IPv6(src=stranger, dst=HOME_AGENT) / MIP6MH_HoTI(cookie=b"12345678"),
        "care-of test": IPv6(src=stranger, dst=HOME_AGENT) / MIP6MH_CoTI(cookie=b"12345678"),
        "discovery": IPv6(src=stranger, dst=ANYCAST) / ICMPv6HAADRequest(id=7),
        "prefix": IPv6(src=CARE_OF, dst=HOME_AGENT) / option / ICMPv6MPSol(id=7),
        "echo": IPv6(src=CARE_OF, dst=HOME_AGENT) / option / ICMPv6EchoRequest(data=b"z"),
        "tunnel": tunnel,
        "nested": IPv6(src=OTHER_CARE_OF, dst=HOME_AGENT) / IPv6(src=CARE_OF, dst=HOME_AGENT) / inner,
        "data": IPv6(src=CORRESPONDENT, dst=registered) / ICMPv6EchoRequest(data=b"w" * 1000),
        "absent": IPv6(src=CORRESPONDENT, dst="2001:db8:2::99") / ICMPv6EchoRequest(),
        "local": IPv6(src="fe80::beef", dst="fe80::10") / ICMPv6EchoRequest(),
        "first": IPv6(src=CARE_OF, dst=HOME_AGENT) / IPv6ExtHdrFragment(id=9, m=1, nh=41) / whole[:64],
        "last": IPv6(src=CARE_OF, dst=HOME_AGENT) / IPv6ExtHdrFragment(id=9, offset=8, nh=41) / whole[64:],
        "too big": IPv6(src=ROUTER, dst=HOME_AGENT) / ICMPv6PacketTooBig(mtu=1300) / bytes(sent),
        "exceeded": IPv6(src=ROUTER, dst=HOME_AGENT) / ICMPv6TimeExceeded() / bytes(sent),
        "unreachable": IPv6(src=ROUTER, dst=HOME_AGENT) / ICMPv6DestUnreach() / bytes(sent),
        "solicitation": IPv6(dst="ff02::1:ff00:10", **link) / ICMPv6ND_NS(tgt=registered) / lladdr,
        "probe": IPv6(src="::", dst="ff02::1:ff00:11", hlim=255) / ICMPv6ND_NS(tgt=home(0x11)),
        "advertisement": IPv6(dst="ff02::1", **link) / ICMPv6ND_NA(tgt=home(0x12), S=0) / ICMPv6NDOptDstLLAddr(lladdr=MACS[0]),
        "router": IPv6(dst="ff02::1", **link) / ICMPv6ND_RA(H=1, routerlifetime=0, chlim=0) / ICMPv6NDOptHAInfo(lifetime=60) /
        ICMPv6NDOptPrefixInfo(prefix="2001:db8:1::2", R=1, L=0, A=0),
        "router wanted": IPv6(dst="ff02::2", **link) / ICMPv6ND_RS() / lladdr,
        "redirect": IPv6(dst=local, **link) / ICMPv6ND_Redirect(tgt="fe80::beef", dst=registered),
        "query": IPv6(src="fe80::beef", dst="ff02::1", hlim=1) / alert / ICMPv6MLQuery2(mrd=100),
        "group query": IPv6(src="fe80::beef", dst="ff02::1:ff00:10", hlim=1) / alert / ICMPv6MLQuery2(mladdr="ff02::1:ff00:10"),
        "old query": IPv6(src="fe80::beef", dst="ff02::1", hlim=1) / alert / ICMPv6MLQuery(mrd=100),
        "report": IPv6(src="fe80::beef", dst="ff02::16", hlim=1) / alert /
        ICMPv6MLReport2(records=[ICMPv6MLDMultAddrRec(dst="ff02::1:ff00:10")]),
    }
    revoked = packets.BindingUpdate(home=home(REVOKED), care_of=CARE_OF, home_agent=HOME_AGENT).packet()
    found["revocation"] = revoked[:-len(revoked) + 64] + b"\x3b\x01\x10\0\0\0\x02\0" + bytes(8)
    return {name: bytes(packet) for name, packet in found.items()}


def upper(packet):
    """(where the upper layer begins, its protocol, the home address of a Home Address option or None)."""
    at, kind, named = 40, packet[6], None
    while kind in (0, 43, 44, 60) and at + 8 <= len(packet):
        octets = 8 if kind == 44 else 8 * (packet[at + 1] + 1)
        if kind == 60 and octets == 24 and packet[at + 6] == 0xc9:
            named = packet[at + 8:at + 24]
        kind, at = packet[at], at + octets
    return at, kind, named


def repair(packet):
    """Length and checksum as they should be, where there is a place for them."""
    packet[4:6] = struct.pack("!H", min(len(packet) - 40, 65535))
    at, kind, named = upper(packet)
    place = {58: 2, 135: 4}.get(kind)
    if place is None or at + place + 2 > len(packet):
        return
    message = packet[at:]
    message[place:place + 2] = b"\0\0"
    total = packets.checksum(named or bytes(packet[8:24]), bytes(packet[24:40]), kind, bytes(message))
    packet[at + place:at + place + 2] = total.to_bytes(2, "big")


class Storm:
    def __init__(self, the_lab, local, seed):
        self.chaos = random.Random(seed)
        random.seed(seed)
        self.lab, self.wire = the_lab, the_lab.wire
        self.valid = list(messages(local).values())
        self.sent = 0
        self.heard, self.wrong = 0, []

    def mutated(self):
        chaos = self.chaos
        packet = bytearray(chaos.choice(self.valid))
        for _ in range(chaos.choice((0, 1, 1, 2, 4, 16))):
            how = chaos.randrange(6)
            at = chaos.randrange(len(packet))
            if how == 0:
                packet[at] ^= 1 << chaos.randrange(8)
            elif how == 1:
                packet[at] = chaos.choice((0, 1, 4, 7, 40, 41, 43, 44, 58, 59, 60, 127, 128, 135, 255))
            elif how == 2 and len(packet) > 48:
                del packet[chaos.randrange(40, len(packet)):]
            elif how == 3:
                packet[at:at] = bytes(chaos.randrange(256) for _ in range(chaos.choice((1, 2, 8, 16))))
            elif how == 4:
                other = chaos.choice(self.valid)
                packet[max(at, 40):] = other[chaos.randrange(40, len(other)):]
            else:
                packet[8:24] = packets.address(chaos.choice(SOURCES))
        if len(packet) < 40:
            packet += bytes(40 - len(packet))
        if chaos.random() < 0.7:
            repair(packet)
        return bytes(packet[:1500])

    def blow(self, count):
        for _ in range(count):
            packet = self.mutated()
            group = packet[24] == 0xff
            to = b"\x33\x33" + packet[36:40] if group else bytes.fromhex(self.wire.peer_mac.replace(":", ""))
            source = bytes.fromhex(self.chaos.choice(MACS).replace(":", ""))
            try:
                self.wire.sock.send(to + source + b"\x86\xdd" + packet)
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
            if origin[2] != socket.PACKET_OUTGOING and data[12:14] == b"\x86\xdd":
                self.heard += 1
                self.judge(data[:6], data[14:])

    def judge(self, mac, packet):
        """What a home agent must not send, whatever it was sent."""
        to, kind = packet[24:40], packet[6]
        if kind == 58 and packet[1:4] != bytes(3):
            return  # the kernel's own, with a flow label
        if to == bytes(16) or (mac[0] & 1) != (to[0] == 0xff) or packet[8] == 0xff:
            self.wrong.append(("addresses", packet.hex()))
        if packet[8:24] != packets.address(HOME_AGENT) or kind != 58 or len(packet) < 48 or packet[40] >= 128:
            return
        quoted = packet[48:]
        at, inner, _ = upper(quoted) if len(quoted) >= 40 else (0, 0, None)
        if to[0] == 0xff or len(packet) > 1280:
            self.wrong.append(("an error to a group, or too long", packet.hex()))
        elif inner == 58 and at < len(quoted) and quoted[at] < 128:
            self.wrong.append(("an error about an error", packet.hex()))


def requests(chaos):
    """What an operator's script may do, right and wrong."""
    values = (None, True, -1, 2 ** 63, 1.5, "", "x", HOME_PREFIX, home(NODES[0]), [], [CARE_OF], ["x"], {}, [[]])
    right = (
        ("drain.set", {"on": chaos.random() < 0.3, "switch": False}),
        ("drain.set", {"on": True, "switch": True, "addresses": [ROUTER]}),
        ("drain.set", {"on": False}),
        ("mobile_nodes.reload", {}),
        ("binding.remove", {"home_address": home(chaos.choice(NODES))}),
        ("binding.remove", {"home_address": home(REVOKED)}),
        ("binding.get", {"home_address": home(chaos.choice(NODES))}),
        ("prefix.set", {"prefix": HOME_PREFIX, "valid_lifetime_s": chaos.choice((8, 4000, 4294967295)),
                        "preferred_lifetime_s": 4}),
        ("path_mtu.clear", {}), ("path_mtu.list", {}), ("correspondent.list", {}), ("home_agents.list", {}),
        ("link.list", {}), ("binding.list", {"after": chaos.choice((0, 5, 4294967295))}), ("status.get", {}), ("stats.get", {}),
    )
    method, params = chaos.choice(right)
    if chaos.random() < 0.5:
        name = chaos.choice([*params, "limit", "after", "texts", "care_of"])
        params = {**params, name: chaos.choice(values)}
    return method, params


def ask(the_lab, chaos):
    method, params = requests(chaos)
    try:
        the_lab.daemon.rpc(method, **params)
    except RuntimeError:
        pass  # it was refused: that is an answer
    except OSError:
        pass  # whoever is silent for long is cut off, and so is this test when the machine has no time for it


def reload_file(the_lab, chaos):
    """Nodes come and go."""
    stay = [n for n in NODES if chaos.random() < 0.7]
    with open(os.path.join(the_lab.temp, "mobile_nodes.jsonl"), "w", encoding="ascii") as file:
        for line in nodes(stay):
            file.write(json.dumps(line) + "\n")


def nodes(numbers):
    return [*(node(n) for n in numbers), node(WITNESS), node(STAMPED, replay="timestamp"), node(REVOKED, revocation=True),
            node(0x40, home_address=VIRTUAL_HOME),
            {"home_address": home(OPEN), "auth": "none"}]


def memory_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def daemon_pid(the_lab):
    return the_lab.daemon.rpc("server.hello")["pid"]


def handed_over(counters):
    """(outcomes, punted)."""
    return tuple(sum(value for name, value in counters.items() if name.startswith(start)) for start in ("outcomes.", "punted."))


def settled(the_lab, seconds=10):
    """The counters, at a moment when nothing is on its way; should that never be, the last ones."""
    until = time.monotonic() + seconds
    while True:
        now = the_lab.daemon.counters()
        came, went = balance(now)
        ended, punted = handed_over(now)
        if (came == went and ended == punted) or time.monotonic() > until:
            return now
        time.sleep(0.05)


def rage(report, the_lab, storm, seconds):
    pid = daemon_pid(the_lab)
    until, half, at_half = time.monotonic() + seconds, time.monotonic() + seconds / 2, None
    while time.monotonic() < until and the_lab.daemon.alive():
        storm.blow(100)
        if storm.chaos.random() < 0.1:
            reload_file(the_lab, storm.chaos)
        ask(the_lab, storm.chaos)
        if at_half is None and time.monotonic() > half:
            at_half = memory_kb(pid)
    if report.check(the_lab.daemon.alive(), f"{storm.sent} packets: the daemon serves on"):
        grown = memory_kb(pid) - (at_half or 0)
        report.check(at_half is None or grown < RSS_GROWTH_KB, "and keeps to its memory", f"grown by {grown} kB")


def calm(report, the_lab, storm):
    the_lab.daemon.rpc("drain.set", on=False)
    the_lab.daemon.rpc("prefix.set", prefix=HOME_PREFIX, valid_lifetime_s=4294967295, preferred_lifetime_s=4294967295)
    counters = settled(the_lab)
    storm.listen()
    report.equal(storm.wrong[:3], [], f"of {storm.heard} packets that it sent none was to where it must not go")
    report.check(counters["received"] > storm.sent // 4, "most of the storm reached it", counters["received"])
    came, went = balance(counters)
    report.equal(came, went, "every packet is accounted for")
    ended, punted = handed_over(counters)
    report.equal(ended, punted, "and everything handed to the control thread has an outcome")


def main():
    arguments = sys.argv[2:]
    del sys.argv[2:]
    seconds = int(arguments[0]) if arguments else SECONDS
    seed = int(arguments[1]) if len(arguments) > 1 else SEED
    os.environ["ASAN_OPTIONS"] = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), QUARANTINE)))
    report = Report()
    with lab(program_directory()) as the_lab:
        the_lab.run("ha", "ip", "address", "add", f"{LINK_ADDRESS}/64", "dev", "rt", "nodad")
        shown = the_lab.run("ha", "ip", "-6", "-o", "addr", "show", "dev", "rt", "scope", "link").stdout
        real = {"interface": "rt", "router_advertisements": {"enabled": True, "default_router": False, "max_interval_ms": 4000}}
        the_lab.daemon.configure(nodes(NODES), home_agent__prefixes=[
            {"prefix": HOME_PREFIX, "address": HOME_AGENT, "home_link": {**real, "home_agent_lifetime_s": 60}},
            {"prefix": TOLD_PREFIX, "address": TOLD_ADDRESS, "home_link": {**real, "home_agent_lifetime_s": 60}},
            {"prefix": VIRTUAL_PREFIX, "address": HOME_AGENT, "home_link": "virtual"}], correspondent={"enabled": True}, binding_revocation={"initial_delay_ms": 500, "retransmissions": 1})
        if report.check(the_lab.daemon.start(), "the daemon starts"):
            the_lab.run("ha", "ping", "-n", "-c", "1", "-W", "1", ROUTER)
            report.check(Node(the_lab, WITNESS).ask(lifetime_s=8) is not None, "a mobile node registers")
            storm = Storm(the_lab, shown.split("inet6 ")[1].split("/")[0], seed)
            print(f"# {seconds} s, seed {seed}", flush=True)
            rage(report, the_lab, storm, seconds)
            if the_lab.daemon.alive():
                calm(report, the_lab, storm)
                late = Node(the_lab, WITNESS)
                late.sequence = 20000
                answer = late.answer(late.send(), 3)
                report.equal(answer and answer.status, 0, "after all that a right update is accepted")
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
