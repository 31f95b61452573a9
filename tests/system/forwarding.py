#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What the dataplane does to packets, dissected by scapy at the other end of the link: the outer header, hop limits, traffic
class and ECN, flow label, tunnel MTU, neighbours that are not known yet or change, and mobile node to mobile node.

RFC 2473 3, 6, 7; RFC 6040 4; RFC 6438 3; RFC 8200 3; RFC 4443 3; RFC 4861 7. Usage: forwarding.py BUILD-DIRECTORY
"""
import sys
import time

from scapy.layers.inet6 import (ICMPv6EchoReply, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr,
                                ICMPv6PacketTooBig, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrRouting)
from scapy.layers.l2 import Ether

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, OTHER_CARE_OF, ROUTER, Node, Report, balance, program_directory, home,
                 lab, node, packets)

ONE, TWO, ABSENT, ON_LINK = 16, 17, 18, 19
ON_LINK_CARE_OF = "2001:db8:ff::77"  # a neighbour of the home agent that the test plays
FIRST_MAC, SECOND_MAC = "02:00:00:00:00:77", "02:00:00:00:00:78"
TUNNEL_MTU = 1460


def udp(source, destination, octets=64, sport=1000, dport=2000, **fields):
    """An IPv6 packet of that many octets."""
    data = bytes(octets - 48)
    return packets.ip6(source, destination, packets.UDP, packets.udp(source, destination, sport, dport, data), **fields)


def towards(number=ONE, **fields):
    return udp(CORRESPONDENT, home(number), **fields)


def tunnelled(inner, care_of=CARE_OF, **fields):
    return packets.ip6(care_of, HOME_AGENT, packets.IPV6, inner, **fields)


def is_tunnel(frame):
    return frame[IPv6].nh == packets.IPV6


def inner_of(frame):
    return IPv6(bytes(frame[IPv6].payload))


class Bench:
    def __init__(self, report, the_lab):
        self.report, self.lab = report, the_lab
        self.wire, self.daemon = the_lab.wire, the_lab.daemon
        self.check, self.equal = report.check, report.equal

    def forward(self, packet, wanted=is_tunnel, seconds=1.0):
        """Sends it; the frame that comes out of the home agent."""
        self.wire.drain()
        self.wire.send(packet)
        return self.wire.wait_for(wanted, seconds)


def outer_header(bench):
    sent = towards()
    frame = bench.forward(sent)
    if not bench.check(frame is not None, "a packet to the home address comes out in a tunnel"):
        return
    outer, inner = frame[IPv6], inner_of(frame)
    bench.equal((outer.src, outer.dst, outer.nh), (HOME_AGENT, CARE_OF, 41),
                "from the home agent to the care-of address, next header 41")
    bench.equal(outer.hlim, 64, "with the configured hop limit")
    bench.equal(outer.plen, len(sent), "its payload length is the inner packet")
    bench.equal(inner.hlim, 63, "the inner hop limit is one less: the home agent forwards")
    bench.equal(bytes(inner), sent[:7] + b"\x3f" + sent[8:], "nothing else of the inner packet changed")
    bench.equal((frame[Ether].src, frame[Ether].dst), (bench.wire.peer_mac, bench.wire.own_mac),
                "the frame goes from the home agent's interface to the router's")
    bench.equal(IPv6ExtHdrRouting in frame, False, "without a routing header")


def flow_labels(bench):
    labels = {}
    for port in range(1000, 1032):
        again = [bench.forward(towards(sport=port)) for _ in range(2)]
        if None in again:
            bench.check(False, f"a packet from port {port} comes out")
            return
        labels[port] = {frame[IPv6].fl for frame in again}
    bench.check(all(len(found) == 1 for found in labels.values()), "packets of one flow have one flow label")
    every = set().union(*labels.values())
    bench.check(0 not in every, "which is never 0")
    bench.check(len(every) > 28, "and other flows have others", f"{len(every)} of {len(labels)}")


def classes_inwards(bench):
    wrong = []
    for traffic_class in (0x00, 0x01, 0x02, 0x03, 0xb8, 0xb9, 0xba, 0xbb, 0xff):
        frame = bench.forward(towards(traffic_class=traffic_class))
        found = (frame[IPv6].tc, inner_of(frame).tc) if frame is not None else None
        if found != (traffic_class, traffic_class):
            wrong.append((traffic_class, found))
    bench.check(not wrong, "the traffic class, ECN included, is copied to the outer header", wrong)


# RFC 6040 4.2, figure 4: (inner, outer) to what is forwarded; None: dropped.
NOT_ECT, ECT_1, ECT_0, CE = 0, 1, 2, 3
DECAPSULATED = {
    (NOT_ECT, NOT_ECT): NOT_ECT, (NOT_ECT, ECT_0): NOT_ECT, (NOT_ECT, ECT_1): NOT_ECT, (NOT_ECT, CE): None,
    (ECT_0, NOT_ECT): ECT_0, (ECT_0, ECT_0): ECT_0, (ECT_0, ECT_1): ECT_1, (ECT_0, CE): CE,
    (ECT_1, NOT_ECT): ECT_1, (ECT_1, ECT_0): ECT_1, (ECT_1, ECT_1): ECT_1, (ECT_1, CE): CE,
    (CE, NOT_ECT): CE, (CE, ECT_0): CE, (CE, ECT_1): CE, (CE, CE): CE,
}


def classes_outwards(bench):
    wrong = []
    for (inner, outer), expected in DECAPSULATED.items():
        packet = udp(home(ONE), CORRESPONDENT, traffic_class=0xb8 | inner)
        frame = bench.forward(tunnelled(packet, traffic_class=0x20 | outer), lambda f: f[IPv6].dst == CORRESPONDENT,
                              0.15 if expected is None else 1.0)
        found = frame[IPv6].tc if frame is not None else None
        if found != (None if expected is None else 0xb8 | expected):
            wrong.append((inner, outer, found))
    bench.check(not wrong, "out of the tunnel all 16 pairs of ECN give what RFC 6040 says, the inner DSCP stays", wrong)


def reverse_tunnel(bench):
    sent = udp(home(ONE), CORRESPONDENT)
    frame = bench.forward(tunnelled(sent), lambda f: f[IPv6].dst == CORRESPONDENT)
    if not bench.check(frame is not None, "a packet from the mobile node's tunnel is forwarded"):
        return
    bench.equal(bytes(frame[IPv6]), sent[:7] + b"\x3f" + sent[8:], "whole, with its hop limit one less, and nothing around it")
    frame = bench.forward(packets.ip6(CARE_OF, HOME_AGENT, packets.DEST_OPTIONS,
                                      bytes([packets.IPV6, 0, 4, 1, 4, 1, 0, 0]) + sent),
                          lambda f: f[IPv6].dst == CORRESPONDENT)
    bench.check(frame is not None and bytes(frame[IPv6])[40:] == sent[40:],
                "a tunnel with an encapsulation limit option too")
    echo = packets.ip6(home(ONE), HOME_AGENT, packets.ICMP6, packets.echo_request(home(ONE), HOME_AGENT))
    frame = bench.forward(tunnelled(echo), lambda f: f[IPv6].dst == CARE_OF)
    good = frame is not None and ICMPv6EchoReply in frame and IPv6ExtHdrRouting in frame
    bench.check(good and frame[IPv6ExtHdrRouting].addresses == [home(ONE)],
                "an echo request through the tunnel to the home agent itself is answered by a type 2 routing header",
                frame and frame.summary())


def hop_limits(bench):
    sent = towards(hop_limit=1)
    frame = bench.forward(sent, lambda f: ICMPv6TimeExceeded in f)
    if bench.check(frame is not None, "hop limit 1 to a mobile node: Time Exceeded"):
        bench.equal((frame[ICMPv6TimeExceeded].code, frame[IPv6].dst), (0, CORRESPONDENT), "code 0, to the source")
        bench.check(bytes(frame[ICMPv6TimeExceeded])[8:48] == sent[:40], "quoting the packet")
    frame = bench.forward(tunnelled(udp(home(ONE), CORRESPONDENT, hop_limit=1)), lambda f: ICMPv6TimeExceeded in f)
    if bench.check(frame is not None, "hop limit 1 from a mobile node: Time Exceeded"):
        routed = frame[IPv6ExtHdrRouting].addresses if IPv6ExtHdrRouting in frame else None
        bench.equal((frame[IPv6].dst, routed), (CARE_OF, [home(ONE)]), "to its care-of address by a type 2 routing header")
    frame = bench.forward(towards(hop_limit=2))
    bench.equal(frame and inner_of(frame).hlim, 1, "hop limit 2 is forwarded with 1")


def sizes(bench):
    frame = bench.forward(towards(octets=TUNNEL_MTU))
    bench.equal(frame and len(frame[IPv6]), 1500, f"a packet of {TUNNEL_MTU} octets fits: 1500 with the outer header")
    frame = bench.forward(towards(octets=TUNNEL_MTU + 1), lambda f: ICMPv6PacketTooBig in f)
    if bench.check(frame is not None, f"one of {TUNNEL_MTU + 1}: Packet Too Big"):
        bench.equal((frame[ICMPv6PacketTooBig].mtu, frame[IPv6].dst), (TUNNEL_MTU, CORRESPONDENT),
                    f"which tells {TUNNEL_MTU} to the source")
        bench.check(len(frame[IPv6]) <= 1280, "and is no larger than 1280 octets itself", len(frame[IPv6]))
        raw = bytes(frame[IPv6].payload)
        bench.equal(packets.checksum(packets.address(HOME_AGENT), packets.address(CORRESPONDENT), packets.ICMP6, raw), 0,
                    "with a right checksum")


def mobile_to_mobile(bench):
    before = bench.daemon.counters()
    sent = udp(home(ONE), home(TWO))
    frame = bench.forward(tunnelled(sent))
    if not bench.check(frame is not None, "a packet from mobile node to mobile node comes out in the second one's tunnel"):
        return
    bench.equal((frame[IPv6].src, frame[IPv6].dst), (HOME_AGENT, OTHER_CARE_OF), "addressed to its care-of address")
    bench.equal(bytes(inner_of(frame)), sent[:7] + b"\x3f" + sent[8:], "the hop limit counts down once")
    bench.daemon.wait_counter("sent", before["sent"] + 1)
    after = bench.daemon.counters()
    moved = {name: after[name] - before[name] for name in ("received", "sent", "encapsulated", "decapsulated")}
    bench.equal(moved, {"received": 1, "sent": 1, "encapsulated": 1, "decapsulated": 1}, "in one pass")
    frame = bench.forward(tunnelled(udp(home(ONE), home(ABSENT))), lambda f: f[IPv6].dst == CARE_OF)
    bench.check(frame is not None and IPv6ExtHdrRouting in frame,
                "to one that is not registered: an error comes back to the first", frame and frame.summary())


def is_solicitation(frame):
    return ICMPv6ND_NS in frame and frame[ICMPv6ND_NS].tgt == ON_LINK_CARE_OF


def advertise(bench, mac, solicitor, solicited):
    answer = (IPv6(src=ON_LINK_CARE_OF, dst=solicitor, hlim=255) /
              ICMPv6ND_NA(tgt=ON_LINK_CARE_OF, R=0, S=solicited, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac))
    bench.wire.send(bytes(answer), source=mac)


def unresolved_neighbour(bench):
    """The care-of address is on the home agent's own link: nobody answers for it but this test."""
    mn = Node(bench.lab, ON_LINK)
    bench.wire.drain()
    sent = mn.send(care_of=ON_LINK_CARE_OF)
    frame = bench.wire.wait_for(is_solicitation, 2)
    if not bench.check(frame is not None, "an unknown neighbour is solicited"):
        return
    advertise(bench, FIRST_MAC, frame[IPv6].src, 1)
    answer = mn.answer(sent)
    if bench.check(answer is not None, "once it answers the held packet is delivered"):
        bench.equal(answer.frame[Ether].dst, FIRST_MAC, "to its link-layer address")
    frame = bench.forward(towards(ON_LINK))
    bench.equal(frame and frame[Ether].dst, FIRST_MAC, "and so is what follows, in the tunnel")

    advertise(bench, SECOND_MAC, HOME_AGENT, 0)
    found = None
    until = time.monotonic() + 2
    while found != SECOND_MAC and time.monotonic() < until:
        frame = bench.forward(towards(ON_LINK), seconds=0.2)
        found = frame and frame[Ether].dst
    bench.equal(found, SECOND_MAC, "a neighbour that changes its link-layer address is followed")


def router_changes(bench):
    """The router's interface gets another link-layer address, as when its hardware is replaced."""
    new = "02:00:00:00:00:fe"
    bench.lab.run("rt", "ip", "link", "set", "dev", "ha", "address", new)
    bench.wire.own_mac = new
    bench.lab.run("rt", "ping", "-n", "-c", "1", "-W", "1", HOME_AGENT)  # tells the home agent's kernel
    found = None
    until = time.monotonic() + 2
    while found != new and time.monotonic() < until:
        frame = bench.forward(towards(), seconds=0.2)
        found = frame and frame[Ether].dst
    bench.equal(found, new, "a router with a new link-layer address is followed for every binding behind it")


def forgotten_neighbour(bench):
    """The kernel forgets the router, twice in a row; the daemon has it looked for again and loses nothing."""
    for turn in ("first", "second"):
        bench.lab.run("ha", "ip", "-6", "neigh", "flush", "dev", "rt")
        bench.wire.drain()
        bench.wire.send(towards())
        frame = bench.wire.wait_for(is_tunnel, 4)
        bench.check(frame is not None, f"after its neighbour table is flushed a packet is still delivered, the {turn} time")


def accounts(bench):
    time.sleep(0.2)
    came, went = balance(bench.daemon.counters())
    bench.equal(came, went, "every packet of the whole test is accounted for")


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        the_lab.daemon.configure([node(number) for number in (ONE, TWO, ABSENT, ON_LINK)])
        if not report.check(the_lab.daemon.start(), "the daemon starts"):
            the_lab.show_log()
            return report.conclude()
        the_lab.run("ha", "ping", "-n", "-c", "1", "-W", "1", ROUTER)  # so that its neighbour is known
        bench = Bench(report, the_lab)
        registered = Node(the_lab, ONE).register() and Node(the_lab, TWO).register(care_of=OTHER_CARE_OF)
        if report.check(registered, "two mobile nodes register"):
            for part in (outer_header, flow_labels, classes_inwards, classes_outwards, reverse_tunnel, hop_limits, sizes,
                         mobile_to_mobile, unresolved_neighbour, router_changes, forgotten_neighbour, accounts):
                report.run(part, bench)
        if not the_lab.daemon.alive():
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
