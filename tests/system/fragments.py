#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Fragments, made and put together by scapy at the other end of the link: of tunnels to mobile nodes whose path carries no
more than 1280 octets, and of tunnels and signalling to the home agent; the errors of RFC 8200 4.5; and the Tunnel
Encapsulation Limit.

RFC 2473 4.1.1, 7.1; RFC 8200 4.5; RFC 5722 4; RFC 6946 4; RFC 8021. Usage: fragments.py BUILD-DIRECTORY
"""
import sys
import time

from scapy.layers.inet6 import (ICMPv6EchoRequest, ICMPv6ParamProblem, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                                IPv6ExtHdrRouting, defragment6, fragment6)

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, OTHER_CARE_OF, ROUTER, Node, Report, balance, program_directory, home,
                 is_acknowledgement, lab, node, packets, update)

ONE, TWO = 16, 17
PATH_MTU = 1280
MORE = 1


def udp(source, destination, octets, sport=1000, **fields):
    """An IPv6 packet of that many octets, none like the next."""
    data = bytes(n * 7 & 0xff for n in range(octets - 48))
    return packets.ip6(source, destination, packets.UDP, packets.udp(source, destination, sport, 2000, data), **fields)


def piece(source, data, offset, flags, identification, next_header=packets.IPV6):
    """A fragment by hand, for those that scapy would not make."""
    header = bytes([next_header, 0]) + (offset | flags).to_bytes(2, "big") + identification.to_bytes(4, "big")
    return packets.ip6(source, HOME_AGENT, 44, header + data)


def split(source, payload, sizes, identification, next_header=packets.IPV6):
    """payload in fragments of those sizes; the last one is what is left."""
    found, at = [], 0
    for size in sizes:
        found.append(piece(source, payload[at:at + size], at, MORE, identification, next_header))
        at += size
    return found + [piece(source, payload[at:], at, 0, identification, next_header)]


class Bench:
    def __init__(self, report, the_lab):
        self.report, self.lab = report, the_lab
        self.wire, self.daemon = the_lab.wire, the_lab.daemon
        self.check, self.equal = report.check, report.equal
        self.identification = 0x1000

    def fresh(self):
        self.identification += 1
        return self.identification

    def send_all(self, every):
        self.wire.drain()
        for packet in every:
            self.wire.send(packet)

    def forward(self, every, wanted, seconds=1.0):
        self.send_all(every)
        return self.wire.wait_for(wanted, seconds)

    def dropped(self, name):
        return self.daemon.counters()["dropped." + name]


def to_correspondent(frame):
    return frame[IPv6].dst == CORRESPONDENT


def out_of_tunnels(bench):
    inner = udp(home(ONE), CORRESPONDENT, 1400)
    expected = inner[:7] + b"\x3f" + inner[8:]
    for name, order in (("in order", 1), ("the last one first", -1)):
        frame = bench.forward(split(CARE_OF, inner, [1232], bench.fresh())[::order], to_correspondent)
        bench.check(frame is not None and bytes(frame[IPv6]) == expected,
                    f"a tunnelled packet in two fragments is put together and forwarded, {name}")
    frame = bench.forward(split(CARE_OF, inner, [56] * 24, bench.fresh())[::-1], to_correspondent)
    bench.check(frame is not None and bytes(frame[IPv6]) == expected, "one in 25 fragments too")
    whole = IPv6(src=CARE_OF, dst=HOME_AGENT) / IPv6ExtHdrFragment(id=bench.fresh()) / IPv6(inner)
    frame = bench.forward([bytes(part) for part in fragment6(whole, PATH_MTU)], to_correspondent)
    bench.check(frame is not None and bytes(frame[IPv6]) == expected, "one that scapy made fragments of")
    frame = bench.forward([piece(CARE_OF, inner, 0, 0, 0)], to_correspondent)
    bench.check(frame is not None and bytes(frame[IPv6]) == expected, "an atomic fragment is the whole packet")
    inner = udp(home(ONE), home(TWO), 1400)
    frame = bench.forward(split(CARE_OF, inner, [1232], bench.fresh()), lambda f: f[IPv6].dst == OTHER_CARE_OF)
    bench.check(frame is not None and bytes(frame[IPv6])[40:] == inner[:7] + b"\x3f" + inner[8:],
                "from mobile node to mobile node it goes on in the second one's tunnel")
    frame = bench.forward(split("2001:db8:a::11", inner, [1232], bench.fresh()), lambda f: packets.UDP == f[IPv6].nh, 0.2)
    bench.check(frame is None, "not from the registered care-of address it is no mobile node's, in fragments either")


def refused(bench, every, reason, count, claim):
    before = bench.dropped(reason)
    frame = bench.forward(every, to_correspondent, 0.2)
    bench.check(frame is None, f"{claim}: nothing is forwarded", frame and frame.summary())
    bench.equal(bench.dropped(reason) - before, count, f"{count} fragments are counted {reason}")


def overlaps(bench):
    inner = udp(home(ONE), CORRESPONDENT, 1400)
    number = bench.fresh()
    first, last = split(CARE_OF, inner, [1232], number)
    refused(bench, [first, piece(CARE_OF, inner[1224:1232], 1224, MORE, number), last, first], "fragment_overlap", 4,
            "RFC 5722: with an overlap of eight octets, even of the same ones, and whatever comes later")
    before = bench.dropped("fragment_repeated")
    frame = bench.forward(split(CARE_OF, inner, [1232], bench.fresh())[:1] * 2 +
                          split(CARE_OF, inner, [1232], bench.identification)[1:], to_correspondent)
    bench.check(frame is not None, "a fragment that the network repeated does no harm")
    bench.equal(bench.dropped("fragment_repeated") - before, 1, "and is counted")


def problem(bench, every, kind, code, value, claim):
    frame = bench.forward(every, lambda f: kind in f)
    if bench.check(frame is not None, claim):
        answer = frame[kind]
        bench.equal((answer.code, getattr(answer, "ptr", 0)), (code, value), f"code {code}, pointing at {value}")
        bench.equal((frame[IPv6].src, frame[IPv6].dst), (HOME_AGENT, CARE_OF),
                    "from the address the fragment was sent to, to its source")
        bench.equal(bytes(frame[kind])[8:88], every[0][:80], "quoting it")


def errors(bench):
    inner = udp(home(ONE), CORRESPONDENT, 1400)
    problem(bench, [piece(CARE_OF, inner[:1231], 0, MORE, bench.fresh())], ICMPv6ParamProblem, 0, 4,
            "a length that is no multiple of eight: Parameter Problem")
    problem(bench, [piece(CARE_OF, inner[:16], 65528, 0, bench.fresh())], ICMPv6ParamProblem, 0, 42,
            "a packet longer than 65535 octets: Parameter Problem")
    problem(bench, [piece(CARE_OF, inner[:32], 0, MORE, bench.fresh())], ICMPv6ParamProblem, 3, 0,
            "a first fragment without the headers: Parameter Problem")


def signalling(bench):
    sent = update(TWO, sequence=4711, care_of=OTHER_CARE_OF)
    whole = sent.packet()
    at = 64  # the IPv6 header and the header with the Home Address option
    number = bench.fresh()
    parts = []
    for offset, data, flags in ((0, whole[at:at + 24], MORE), (24, whole[at + 24:], 0)):
        header = bytes([whole[40], 0]) + (offset | flags).to_bytes(2, "big") + number.to_bytes(4, "big")
        payload = b"\x2c" + whole[41:at] + header + data
        parts.append(packets.ip6(OTHER_CARE_OF, HOME_AGENT, packets.DEST_OPTIONS, payload))
    frame = bench.forward(parts, is_acknowledgement)
    bench.check(frame is not None, "a Binding Update in two fragments, behind its Home Address option, is answered")


def large_echo(bench):
    data = bytes(n & 0xff for n in range(1800))
    echo = bytes(IPv6(src=home(ONE), dst=HOME_AGENT) / ICMPv6EchoRequest(id=7, data=data))[40:]
    tunnelled = []
    for part in split(home(ONE), echo, [1200], bench.fresh(), packets.ICMP6):
        tunnelled.append(packets.ip6(CARE_OF, HOME_AGENT, packets.IPV6, part))
    bench.send_all(tunnelled)
    answers = [frame[IPv6] for frame in bench.wire.collect(0.5) if frame[IPv6].dst == CARE_OF]
    bench.equal(len(answers), 2, "an echo request of 1800 octets in fragments inside the tunnel is answered in two fragments")
    if len(answers) == 2:
        bench.check(all(len(answer) <= 1500 for answer in answers), "that fit the link")
        bench.check(all(IPv6ExtHdrRouting in answer and answer[IPv6ExtHdrRouting].nh == 44 for answer in answers),
                    "each behind the routing header to the home address")
        joined = b"".join(bytes(answer[IPv6ExtHdrFragment].payload) for answer in answers)
        bench.check(joined[8:] == data and joined[0] == 129, "with all that was sent")


def limits(bench):
    data = bytes(range(16))
    for limit in (4, 1):
        inner = packets.ip6(CORRESPONDENT, home(ONE), packets.DEST_OPTIONS, bytes([59, 0, 4, 1, limit, 1, 1, 0]) + data)
        frame = bench.forward([inner], lambda f: f[IPv6].dst == CARE_OF)
        option = frame[IPv6ExtHdrDestOpt].options[0] if frame is not None and IPv6ExtHdrDestOpt in frame else None
        bench.check(option is not None and bytes(option)[:3] == bytes([4, 1, limit - 1]) and frame[IPv6ExtHdrDestOpt].nh == 41,
                    f"a packet with Tunnel Encapsulation Limit {limit} goes on with one of {limit - 1}")
    inner = packets.ip6(CORRESPONDENT, home(ONE), packets.DEST_OPTIONS, bytes([59, 0, 4, 1, 0, 1, 1, 0]) + data)
    frame = bench.forward([inner], lambda f: ICMPv6ParamProblem in f)
    bench.equal(frame and (frame[ICMPv6ParamProblem].code, frame[ICMPv6ParamProblem].ptr, frame[IPv6].dst),
                (0, 44, CORRESPONDENT), "one with 0: Parameter Problem that points at the limit")


def into_tunnels(bench):
    """The link carries 1280 octets now: the tunnel 1240."""
    for role in ("ha", "rt"):
        bench.lab.run(role, "ip", "link", "set", "dev", "rt" if role == "ha" else "ha", "mtu", str(PATH_MTU))
    until = time.monotonic() + 5
    while bench.daemon.rpc("binding.get", home_address=home(ONE)).get("inner_mtu") != 1240 and time.monotonic() < until:
        time.sleep(0.05)
    seen = set()
    for octets in (1241, 1248, 1264, 1280):
        sent = udp(CORRESPONDENT, home(ONE), octets)
        bench.send_all([sent])
        parts = [frame[IPv6] for frame in bench.wire.collect(0.2) if frame[IPv6].dst == CARE_OF]
        if not bench.equal(len(parts), 2, f"a packet of {octets} octets reaches the mobile node in two fragments"):
            continue
        bench.check(all(len(part) <= PATH_MTU for part in parts), "that fit the path", [len(part) for part in parts])
        bench.check(all(IPv6ExtHdrFragment in part for part in parts), "as scapy reads them")
        seen.add(parts[0][IPv6ExtHdrFragment].id)
        whole = bytes(defragment6(parts))
        bench.check(whole[40:] == sent[:7] + b"\x3f" + sent[8:] and whole[6] == 41, "and scapy puts together, whole")
    bench.equal(len(seen), 4, "each with an identification of its own")
    bench.send_all([udp(CORRESPONDENT, home(ONE), 1240)])
    parts = [frame[IPv6] for frame in bench.wire.collect(0.2) if frame[IPv6].dst == CARE_OF]
    bench.equal([(len(part), part.nh) for part in parts], [(1280, 41)], "one of 1240 octets fits, without a fragment header")


def accounts(bench):
    time.sleep(0.2)
    came, went = balance(bench.daemon.counters())
    bench.equal(came, went, "every packet of the whole test is accounted for")


PARTS = (out_of_tunnels, overlaps, errors, signalling, large_echo, limits, into_tunnels, accounts)


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        the_lab.daemon.configure([node(number) for number in (ONE, TWO)])
        if not report.check(the_lab.daemon.start(), "the daemon starts"):
            the_lab.show_log()
            return report.conclude()
        the_lab.run("ha", "ping", "-n", "-c", "1", "-W", "1", ROUTER)  # so that its neighbour is known
        bench = Bench(report, the_lab)
        registered = Node(the_lab, ONE).register() and Node(the_lab, TWO).register(care_of=OTHER_CARE_OF)
        if report.check(registered, "two mobile nodes register"):
            for part in PARTS:
                report.run(part, bench)
        if not the_lab.daemon.alive():
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
