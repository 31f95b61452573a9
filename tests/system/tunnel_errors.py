#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""ICMPv6 errors that come back from inside a tunnel: path MTUs of care-of addresses, what the source of the inner packet is
told, and what is believed and told of nothing. Built and dissected by scapy at the other end of the link.

RFC 2473 6.7, 7.1, 8; RFC 4443 2.4, 3; RFC 8201 4, 5; RFC 6275 9.3.4, 10.4.2. Usage: tunnel_errors.py BUILD-DIRECTORY
"""
import json
import os
import subprocess
import sys
import time

from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6PacketTooBig, ICMPv6ParamProblem,
                                ICMPv6TimeExceeded, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrRouting, PadN, UDP)
from scapy.packet import Raw

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, HOME_PREFIX, KEY, OTHER_CARE_OF, SPI, Node, Report, balance, home, lab,
                 node, packets, program_directory)

ONE, TWO, THREE, FAR = 16, 17, 18, 32
CORE = "2001:db8:e::1"  # a router on the way to the care-of address
OTHER_PREFIX, OTHER_AGENT = "2001:db8:2::/64", "2001:db8:ff::2"
FAR_HOME = f"2001:db8:2::{FAR:x}"
NARROW = "2001:db8:d::1"  # behind a link of 1300 octets
LIMIT_VALUE = 44          # octets from the tunnel header to the value of its encapsulation limit


def towards(number=ONE, octets=1400, source=CORRESPONDENT):
    return bytes(IPv6(src=source, dst=home(number), hlim=63) / UDP(sport=7, dport=9) / Raw(bytes(octets - 48)))


def tunnel(inner, care_of=CARE_OF, agent=HOME_AGENT):
    return bytes(IPv6(src=agent, dst=care_of, hlim=60, nh=packets.IPV6, plen=len(inner)) / Raw(inner))


def limited(inner, limit):
    """A tunnel packet with a Tunnel Encapsulation Limit, as its option header is laid out in RFC 2473 5.1."""
    options = bytes([packets.IPV6, 0, 4, 1, limit, 1, 1, 0])
    return bytes(IPv6(src=HOME_AGENT, dst=CARE_OF, nh=60, plen=8 + len(inner)) / Raw(options + inner))


def error(kind, quoted, agent=HOME_AGENT, source=CORE):
    """As a router sends it: as much of the packet as fits 1280 octets, RFC 4443 2.4 (c)."""
    return bytes(IPv6(src=source, dst=agent, hlim=58) / kind / Raw(quoted[:1232]))


def too_big(mtu, quoted, **fields):
    return error(ICMPv6PacketTooBig(mtu=mtu), quoted, **fields)


def is_told(frame):
    return ICMPv6PacketTooBig in frame or ICMPv6DestUnreach in frame


class Bench:
    def __init__(self, report, the_lab, programs):
        self.report, self.lab, self.programs = report, the_lab, programs
        self.wire, self.daemon = the_lab.wire, the_lab.daemon
        self.check, self.equal = report.check, report.equal

    def send(self, packet, wanted=is_told, seconds=1.0):
        """The frame that comes back."""
        self.wire.drain()
        self.wire.send(packet)
        return self.wire.wait_for(wanted, seconds)

    def silent(self, packet, outcome, claim):
        """Nothing comes back, and exactly that outcome counts it."""
        before = self.daemon.counters()
        self.wire.drain()
        self.wire.send(packet)
        self.daemon.wait_counter(f"outcomes.{outcome}", before[f"outcomes.{outcome}"] + 1)
        found = [frame.summary() for frame in self.wire.collect(0.1)]
        after = self.daemon.counters()
        moved = [name for name in after if name.startswith("outcomes.") and after[name] != before[name]]
        self.check(not found and moved == [f"outcomes.{outcome}"], claim, f"{found} {moved}")

    def binding(self, number=ONE, address=None):
        return self.daemon.rpc("binding.get", home_address=address or home(number))

    def inner_mtu(self, number=ONE):
        return self.binding(number)["inner_mtu"]

    def wait_inner_mtu(self, number, expected, seconds=4):
        until = time.monotonic() + seconds
        while self.inner_mtu(number) != expected and time.monotonic() < until:
            time.sleep(0.05)
        return self.inner_mtu(number)

    def control(self, *words):
        done = subprocess.run([os.path.join(self.programs, "homewardctl"), "--socket", self.daemon.socket_path, *words],
                              capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else done.stderr


def relayed(bench, frame, inner, claim, source=HOME_AGENT, destination=CORRESPONDENT):
    """What every error told to the source of an inner packet has in common; the ICMPv6 layer, or None."""
    if not bench.check(frame is not None, f"{claim}: the source of the inner packet is told"):
        return None
    ip = frame[IPv6]
    bench.equal((ip.src, ip.dst), (source, destination), "from the home agent address, to that source")
    bench.check(len(ip) <= 1280, "within 1280 octets", len(ip))
    message = bytes(ip.payload)
    bench.equal(packets.checksum(packets.address(ip.src), packets.address(ip.dst), packets.ICMP6, message), 0,
                "with a right checksum")
    quoted = message[8:]
    bench.check(len(quoted) >= 1000 or len(quoted) == len(inner), "quoting much of the inner packet", len(quoted))
    bench.check(inner.startswith(quoted), "and nothing but it, without a tunnel header")
    return frame[ICMPv6PacketTooBig] if ICMPv6PacketTooBig in frame else frame[ICMPv6DestUnreach]


def path_mtu(bench):
    sent = towards()
    frame = bench.send(sent, lambda f: f[IPv6].nh == packets.IPV6)
    if not bench.check(frame is not None and len(frame[IPv6]) == 1440, "1400 octets fit the tunnel, 1440 with its header"):
        return
    quoted = bytes(frame[IPv6])
    layer = relayed(bench, bench.send(too_big(1400, quoted), seconds=2), quoted[40:], "Packet Too Big from inside the tunnel")
    if layer is not None:
        bench.equal((layer.type, layer.code, layer.mtu), (2, 0, 1360), "of the path MTU less the tunnel header")
    found = bench.binding()
    bench.equal((found["inner_mtu"], found["path_mtu"]["octets"]), (1360, 1400), "the binding keeps to it at once")
    bench.check(found["path_mtu"]["told_ago_s"] in (0, 1), "and says when that was told", found["path_mtu"])
    frame = bench.send(towards(octets=1361))
    bench.equal(frame and frame[ICMPv6PacketTooBig].mtu, 1360, "a packet of 1361 octets is refused by the home agent itself")
    frame = bench.send(towards(octets=1360), lambda f: f[IPv6].nh == packets.IPV6)
    bench.equal(frame and len(frame[IPv6]), 1400, "one of 1360 passes: 1400 octets with the tunnel header")
    bench.equal(bench.wait_inner_mtu(TWO, 1360), 1360, "another binding with that care-of address follows")
    bench.equal(bench.inner_mtu(THREE), 1460, "one with another care-of address does not")
    bench.equal(bench.daemon.counters()["others.path_mtus_learnt"], 1, "one path MTU was learnt")


def lower_only(bench):
    bench.send(too_big(1450, tunnel(towards())))
    bench.equal(bench.inner_mtu(), 1360, "a message about a larger MTU raises nothing")
    frame = bench.send(too_big(1300, tunnel(towards())))
    bench.equal(frame and frame[ICMPv6PacketTooBig].mtu, 1280, "of a path of 1300 octets the source hears 1280")
    bench.equal(bench.inner_mtu(), 1260, "while the tunnel keeps to 1260")
    frame = bench.send(towards(octets=1281))
    bench.equal(frame and frame[ICMPv6PacketTooBig].mtu, 1280, "and so it says of a packet of 1281 octets itself")
    for mtu in (1279, 1, 0):
        bench.silent(too_big(mtu, tunnel(towards())), "tunnel_error_mtu", f"an MTU of {mtu} is not believed")
    bench.equal(bench.inner_mtu(), 1260, "and changes nothing")
    bench.silent(too_big(1290, tunnel(towards(octets=1280))), "tunnel_error_not_told",
                 "of an inner packet of 1280 octets nothing is told")
    bench.equal(bench.inner_mtu(), 1250, "but its path MTU is learnt")
    first = bytes(IPv6(src=HOME_AGENT, dst=CARE_OF, nh=44, plen=1248) /
                  IPv6ExtHdrFragment(nh=packets.IPV6, offset=0, m=1, id=1) / Raw(towards(octets=1280)[:1240]))
    bench.silent(too_big(1280, first), "tunnel_error_not_told", "so it is from the first fragment of a tunnel packet")
    bench.equal(bench.inner_mtu(), 1240, "which quotes the inner header")


def follows_the_care_of_address(bench):
    mn = bench.nodes[ONE]
    bench.check(mn.register(), "a refresh from the same place")
    bench.equal(bench.inner_mtu(), 1240, "keeps the path MTU")
    bench.check(mn.register(care_of=OTHER_CARE_OF), "a move to another place")
    bench.equal(bench.inner_mtu(), 1460, "leaves it behind")
    bench.silent(too_big(1400, tunnel(towards())), "tunnel_error_unknown", "a late message about the place it left is ignored")
    bench.check(mn.register(), "and back")
    bench.equal(bench.inner_mtu(), 1240, "meets it again")


def by_hand(bench):
    rows = json.loads(bench.control("--json", "path-mtu", "list"))["path_mtus"]
    bench.equal([(row["care_of"], row["path_mtu"]) for row in rows], [(CARE_OF, 1280)], "homewardctl lists it")
    bench.check(all(0 < row["ages_in_s"] <= 600 for row in rows), "with its time", rows)
    bench.check(CARE_OF in bench.control("path-mtu", "list"), "as a table, too")
    bench.equal(bench.control("path-mtu", "clear", OTHER_CARE_OF).strip(), "0 cleared", "another path is not known")
    bench.equal(bench.control("path-mtu", "clear", CARE_OF).strip(), "1 cleared", "this one is forgotten")
    bench.equal((bench.wait_inner_mtu(ONE, 1460), bench.wait_inner_mtu(TWO, 1460)), (1460, 1460),
                "and its bindings are as wide as the link again")


def dead_ends(bench):
    inner = towards(octets=1300)
    layer = relayed(bench, bench.send(error(ICMPv6TimeExceeded(code=0), tunnel(inner)), seconds=2), inner, "Hop limit exceeded")
    if layer is not None:
        bench.equal((layer.type, layer.code), (1, 3), "as Destination Unreachable code 3")
    wrong = []
    for code in range(8):
        time.sleep(0.11)  # ten a second to one network
        frame = bench.send(error(ICMPv6DestUnreach(code=code), tunnel(inner)))
        if frame is None or ICMPv6DestUnreach not in frame or frame[ICMPv6DestUnreach].code != 3:
            wrong.append(code)
    bench.check(not wrong, "every code of Destination Unreachable is told as code 3", wrong)
    bench.silent(error(ICMPv6TimeExceeded(code=1), tunnel(inner)), "tunnel_error_ignored",
                 "reassembly time exceeded is not")
    bench.equal(bench.binding()["state"], "in_force", "the binding stays")


def encapsulation_limit(bench):
    inner = towards(octets=200)
    for limit in (0, 1):
        frame = bench.send(error(ICMPv6ParamProblem(code=0, ptr=LIMIT_VALUE), limited(inner, limit)))
        layer = relayed(bench, frame, inner, f"Parameter Problem at a Tunnel Encapsulation Limit of {limit}")
        if layer is not None:
            bench.equal((layer.type, layer.code), (1, 3), "as Destination Unreachable code 3")
    ignored = "tunnel_error_ignored"
    bench.silent(error(ICMPv6ParamProblem(code=0, ptr=LIMIT_VALUE), limited(inner, 2)), ignored, "at a limit of 2 it is not")
    bench.silent(error(ICMPv6ParamProblem(code=0, ptr=42), limited(inner, 0)), ignored, "nor at the option's type")
    bench.silent(error(ICMPv6ParamProblem(code=1, ptr=LIMIT_VALUE), limited(inner, 0)), ignored, "nor with another code")
    bench.silent(error(ICMPv6ParamProblem(code=1, ptr=6), tunnel(inner)), ignored,
                 "nor when the far end takes no tunnels")


def mobile_sources(bench):
    """RFC 6275 10.4.2: to a mobile node that is away, by a type 2 routing header."""
    inner = towards(octets=300, source=home(THREE))
    frame = bench.send(error(ICMPv6DestUnreach(code=0), tunnel(inner)))
    routed = frame is not None and IPv6ExtHdrRouting in frame
    bench.check(routed, "a source that is a mobile node itself is told, too", frame and frame.summary())
    if routed:
        routing = frame[IPv6ExtHdrRouting]
        bench.equal((frame[IPv6].src, frame[IPv6].dst, routing.type, routing.segleft, routing.addresses),
                    (HOME_AGENT, OTHER_CARE_OF, 2, 1, [home(THREE)]), "at its care-of address")


def out_of_a_mobile_network(bench):
    """A router behind a mobile node reports about the tunnel of a node that is nested in it."""
    inner = towards(octets=300)
    inside = error(ICMPv6DestUnreach(code=0), tunnel(inner), source=home(TWO))
    frame = bench.send(bytes(IPv6(src=CARE_OF, dst=HOME_AGENT, nh=packets.IPV6, plen=len(inside)) / Raw(inside)))
    relayed(bench, frame, inner, "an error that comes out of a tunnel itself")


def never_told(bench):
    """RFC 4443 2.4 (e), about the inner packet."""
    bad = bytes(IPv6(src=CORRESPONDENT, dst=home(ONE)) / ICMPv6DestUnreach() / Raw(bytes(100)))
    bench.silent(error(ICMPv6DestUnreach(), tunnel(bad)), "tunnel_error_not_told", "of an ICMPv6 error nothing is told")
    hidden = bytes(IPv6(src=CORRESPONDENT, dst=home(ONE)) / IPv6ExtHdrDestOpt(options=[PadN(optdata=b"\0" * 4)]) /
                   ICMPv6TimeExceeded() / Raw(bytes(1400)))
    bench.silent(error(ICMPv6DestUnreach(), tunnel(hidden)), "tunnel_error_not_told",
                 "nor of one behind another header, cut as it is")
    echo = bytes(IPv6(src=CORRESPONDENT, dst=home(ONE)) / ICMPv6EchoRequest(data=bytes(1300)))
    frame = bench.send(error(ICMPv6DestUnreach(), tunnel(echo)))
    bench.check(frame is not None, "of an echo request it is")
    option = bytes([packets.ICMP6, 0, 0x9e, 4, 0, 0, 0, 0])
    unknown = error(ICMPv6DestUnreach(), tunnel(towards()))
    unknown = bytes(IPv6(src=CORE, dst=HOME_AGENT, nh=60, plen=8 + len(unknown) - 40) / Raw(option + unknown[40:]))
    bench.silent(unknown, "packet_malformed",
                 "an error that itself has an option to be reported when unknown is not answered by another one")
    for source, name in (("ff0e::1", "multicast"), ("::", "unspecified"), ("fe80::1", "link-local"), ("::1", "loopback"),
                         (HOME_AGENT, "the home agent's own")):
        bench.silent(error(ICMPv6DestUnreach(), tunnel(towards(source=source))), "tunnel_error_not_told",
                     f"nothing is told to a source address that is {name}")


def never_believed(bench):
    unknown = "tunnel_error_unknown"
    bench.silent(too_big(1400, tunnel(towards(), care_of=OTHER_CARE_OF)), unknown, "a care-of address of somebody else")
    bench.silent(too_big(1400, tunnel(towards(number=99))), unknown, "a home address without a binding")
    bench.silent(too_big(1400, tunnel(towards(), agent=OTHER_AGENT)), unknown, "a tunnel from another home agent address")
    bench.silent(too_big(1400, tunnel(towards(), agent=OTHER_AGENT), agent=OTHER_AGENT), unknown,
                 "a home agent address that is not the binding's")
    later = bytes(IPv6(src=HOME_AGENT, dst=CARE_OF, nh=44, plen=108) /
                  IPv6ExtHdrFragment(nh=packets.IPV6, offset=150, m=0, id=1) / Raw(towards()[:100]))
    bench.silent(too_big(1400, later), unknown, "a later fragment, whatever it holds")
    bench.silent(too_big(1400, tunnel(towards())[:40 + 39]), unknown, "an inner header that is cut")
    spoilt = bytearray(too_big(1400, tunnel(towards())))
    spoilt[43] ^= 1
    bench.silent(bytes(spoilt), "tunnel_error_malformed", "a wrong checksum")
    bench.silent(too_big(1400, tunnel(towards()), source=HOME_AGENT), "source_is_ours", "the home agent's own address as source")
    bench.equal((bench.inner_mtu(), bench.daemon.rpc("path_mtu.list")["path_mtus"]), (1460, []), "none of these was believed")


def own_messages(bench):
    bench.wire.drain()
    sent = bench.nodes[ONE].send()
    answer = bench.nodes[ONE].answer(sent)
    if not bench.check(answer is not None, "an acknowledgement goes out"):
        return
    quoted = bytes(answer.frame[IPv6])
    for kind in (ICMPv6DestUnreach(code=0), ICMPv6TimeExceeded(), ICMPv6ParamProblem(code=1, ptr=6), ICMPv6PacketTooBig(mtu=1280)):
        bench.silent(error(kind, quoted), "tunnel_error_own", f"an error about it is ignored: {kind.summary()}")
    bench.equal(bench.inner_mtu(), 1460, "the binding is as before")


def the_kernels_share(bench):
    before = bench.daemon.counters()
    datagram = bytes(IPv6(src=HOME_AGENT, dst=CORRESPONDENT) / UDP(sport=1, dport=2) / Raw(bytes(64)))
    for quoted in (datagram, bytes(IPv6(src=HOME_AGENT, dst=CORRESPONDENT) / ICMPv6EchoReply())):
        for kind in (ICMPv6DestUnreach(), ICMPv6PacketTooBig(mtu=1280), ICMPv6TimeExceeded(), ICMPv6ParamProblem()):
            bench.wire.send(error(kind, quoted))
    frame = bench.send(bytes(IPv6(src=CORE, dst=HOME_AGENT) / ICMPv6EchoRequest(data=tunnel(towards(octets=100)))),
                       lambda f: ICMPv6EchoReply in f)
    bench.check(frame is not None, "the kernel answers an echo request as ever")
    time.sleep(0.3)  # for a worker that did see one to count it
    bench.equal(bench.daemon.counters()["received"], before["received"],
                "and keeps errors about its own packets: no worker saw any")


def out_of_a_tunnel(bench):
    """RFC 2473 7.1, RFC 4443 3.2: the mobile node that sends hears of the next link, from its own home agent address."""
    inner = bytes(IPv6(src=FAR_HOME, dst=NARROW) / UDP() / Raw(bytes(1301 - 48)))
    outer = bytes(IPv6(src=CARE_OF, dst=OTHER_AGENT, nh=packets.IPV6, plen=len(inner)) / Raw(inner))
    frame = bench.send(outer)
    if bench.check(frame is not None and ICMPv6PacketTooBig in frame and IPv6ExtHdrRouting in frame,
                   "1301 octets out of a tunnel into a link of 1300: Packet Too Big by a type 2 routing header"):
        bench.equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6ExtHdrRouting].addresses), (OTHER_AGENT, CARE_OF, [FAR_HOME]),
                    "from that node's home agent address, to its care-of address")
        layer = frame[ICMPv6PacketTooBig]
        bench.equal((layer.mtu, bytes(layer)[8:48]), (1300, inner[:40]), "telling 1300, quoting what it sent")
    before = bench.daemon.counters()["sent"]
    inner = bytes(IPv6(src=FAR_HOME, dst=NARROW) / UDP() / Raw(bytes(1300 - 48)))
    bench.wire.send(bytes(IPv6(src=CARE_OF, dst=OTHER_AGENT, nh=packets.IPV6, plen=len(inner)) / Raw(inner)))
    bench.equal(bench.daemon.wait_counter("sent", before + 1), before + 1, "1300 octets go through")
    inner = bytes(IPv6(src="fe80::1", dst=NARROW) / UDP() / Raw(bytes(1301 - 48)))
    bench.wire.drain()
    bench.wire.send(bytes(IPv6(src=CARE_OF, dst=OTHER_AGENT, nh=packets.IPV6, plen=len(inner)) / Raw(inner)))
    bench.equal([f.summary() for f in bench.wire.collect(0.2)], [], "a link-local source inside the tunnel is told nothing")


def flood(bench):
    time.sleep(1.2)
    before = bench.daemon.counters()
    packet = bench.wire.frame(error(ICMPv6DestUnreach(), tunnel(towards(octets=100))))
    bench.wire.drain()
    for _ in range(3000):
        bench.wire.send_frame(packet)
    bench.check(bench.nodes[TWO].register(), "amid 3000 errors a registration is answered")
    time.sleep(0.3)
    after = bench.daemon.counters()
    moved = {name: after[name] - before[name] for name in after}
    bench.check(moved["dropped.punt_limit"] > 0, "most of them do not reach the control thread", moved["dropped.punt_limit"])
    bench.check(0 < moved["others.icmp6_errors_sent"] <= 60, "and few are told", moved["others.icmp6_errors_sent"])
    bench.check(moved["others.answers_limited"] > 0, "the others held back by name", moved["others.answers_limited"])
    bench.equal(moved["outcomes.tunnel_error_relayed"] + moved["outcomes.tunnel_error_not_told"],
                moved["punted.tunnel_error"], "each that reached it has its outcome")


def accounts(bench):
    time.sleep(0.2)
    came, went = balance(bench.daemon.counters())
    bench.equal(came, went, "every packet of the whole test is accounted for")


def start(bench):
    ports = [{"name": "core", "kind": "af_xdp", "interface": "rt"},
             {"name": "narrow", "kind": "vdev", "device": "net_null0,no-rx=1", "mtu": 1300,
              "routes": [{"prefix": "2001:db8:d::/64", "next_hop_mac": "02:00:00:00:00:99"}]}]
    prefixes = [{"prefix": HOME_PREFIX, "address": HOME_AGENT}, {"prefix": OTHER_PREFIX, "address": OTHER_AGENT}]
    far = {"home_address": FAR_HOME, "identifier": "far@example.com", "spi": SPI + FAR, "key": KEY.hex(), "replay": "sequence"}
    bench.daemon.configure([node(number) for number in (ONE, TWO, THREE)] + [far], ports=ports, home_agent__prefixes=prefixes)
    if not bench.check(bench.daemon.start(), "the daemon starts"):
        return False
    bench.lab.run("ha", "ping", "-n", "-c", "1", "-W", "1", "2001:db8:ff::fe")  # so that its neighbour is known
    bench.nodes = {number: Node(bench.lab, number) for number in (ONE, TWO, THREE)}
    far_node = Node(bench.lab, FAR)
    registered = [bench.nodes[ONE].register(), bench.nodes[TWO].register(), bench.nodes[THREE].register(care_of=OTHER_CARE_OF),
                  far_node.register(home=FAR_HOME, home_agent=OTHER_AGENT, identifier="far@example.com")]
    return bench.check(all(registered), "four mobile nodes register", registered)


def main():
    report = Report()
    programs = program_directory()
    with lab(programs) as the_lab:
        bench = Bench(report, the_lab, programs)
        if start(bench):
            for part in (path_mtu, lower_only, follows_the_care_of_address, by_hand, dead_ends, encapsulation_limit, mobile_sources,
                         out_of_a_mobile_network, never_told, never_believed, own_messages, the_kernels_share, out_of_a_tunnel, flood, accounts):
                report.run(part, bench)
        if report.failed or not the_lab.daemon.alive():
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
