#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Multicast to and from mobile nodes: their membership reports, made by scapy inside their tunnels; the groups joined on the link;
packets to a group copied into the tunnels of those who listen; queries, which scapy and tshark read; what a mobile node sends
to a group itself; and what changes nothing.

RFC 6275 10.4.2, 10.4.3, 11.3.4; RFC 3810 5, 7; RFC 2710 3. Usage: multicast.py BUILD-DIRECTORY
"""
import ipaddress
import json
import os
import subprocess
import sys
import time

from scapy.layers.inet6 import (ICMPv6MLDMultAddrRec, ICMPv6MLDone, ICMPv6MLQuery2, ICMPv6MLReport, ICMPv6MLReport2,
                                ICMPv6PacketTooBig, IPv6, IPv6ExtHdrHopByHop, PadN, RouterAlert)
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, OTHER_CARE_OF, ROUTER, Node, Report, balance, program_directory, home,
                 lab, node, packets)

ONE, TWO, CROWD = 16, 17, range(32, 72)
GROUP, OTHER_GROUP, SITE_GROUP, LINK_GROUP = "ff1e::42", "ff3e::7", "ff15::42", "ff12::42"
NEW_CARE_OF, ELSEWHERE = "2001:db8:a::99", "2001:db8:a::77"
LINK_LOCAL = "fe80::aa"
IS_EXCLUDE, TO_INCLUDE, TO_EXCLUDE, ALLOW, BLOCK = 2, 3, 4, 5, 6
QUERY_S, RESPONSE_MS = 2, 500


def mld(message, to, source=LINK_LOCAL, hop_limit=1, options=None):
    """With the headers that RFC 3810 5 asks for."""
    inner = IPv6(src=source, dst=to, hlim=hop_limit)
    return inner / IPv6ExtHdrHopByHop(options=options or [RouterAlert(), PadN(optdata=b"")]) / message


def report(*groups, kind=TO_EXCLUDE, sources=(), **headers):
    records = [ICMPv6MLDMultAddrRec(rtype=kind, dst=group, sources=list(sources)) for group in groups]
    return mld(ICMPv6MLReport2(records=records), "ff02::16", **headers)


def tunnelled(inner, care_of=CARE_OF):
    return bytes(IPv6(src=care_of, dst=HOME_AGENT) / IPv6(bytes(inner)))


def udp(source, group, octets=200, **fields):
    data = bytes(n * 7 & 0xff for n in range(octets - 48))
    return packets.ip6(source, group, packets.UDP, packets.udp(source, group, 1000, 2000, data), **fields)


def group_mac(group):
    return "33:33:" + ":".join(f"{octet:02x}" for octet in ipaddress.ip_address(group).packed[12:])


class Bench:
    def __init__(self, judge, the_lab):
        self.lab, self.wire, self.daemon = the_lab, the_lab.wire, the_lab.daemon
        self.check, self.equal = judge.check, judge.equal
        self.one, self.two = Node(the_lab, ONE), Node(the_lab, TWO)
        self.queries = []

    def homewardctl(self, *arguments):
        return subprocess.run([os.path.join(self.daemon.programs, "homewardctl"), "--socket", self.daemon.socket_path, *arguments],
                              capture_output=True, text=True, check=False).stdout

    def joined(self):
        """home address -> groups."""
        rows = self.daemon.rpc("multicast.list", limit=1000)["listeners"]
        return {row["home_address"]: {entry["group"] for entry in row["groups"]} for row in rows}

    def tell(self, inner, care_of=CARE_OF, outcome="outcomes.listener_heard"):
        """Sends a report in a tunnel; true when it ended so."""
        before = self.daemon.counters()[outcome]
        self.wire.send(tunnelled(inner, care_of))
        return self.daemon.wait_counter(outcome, before + 1) == before + 1

    def publish(self, group, source=CORRESPONDENT, octets=200, **fields):
        """A packet to the group on the link; what came of it, by destination."""
        packet = udp(source, group, octets, **fields)
        self.wire.drain()
        self.wire.send_frame(Ether(src=self.wire.own_mac, dst=group_mac(group), type=0x86dd) / IPv6(packet))
        return packet, self.collect()

    def collect(self, seconds=0.25):
        found = {}
        for frame in self.wire.collect(seconds):
            if ICMPv6MLQuery2 in frame:
                self.queries.append(frame)
            else:
                found.setdefault(frame[IPv6].dst, []).append(frame)
        return found

    def expect(self, group, care_ofs, claim, **fields):
        packet, found = self.publish(group, **fields)
        expected = packet[:7] + bytes([packet[7] - 1]) + packet[8:]
        good = set(found) == set(care_ofs) and all(len(frames) == 1 for frames in found.values())
        good = good and all(frames[0][IPv6].src == HOME_AGENT and frames[0][IPv6].nh == 41 and
                            bytes(frames[0][IPv6])[40:] == expected for frames in found.values())
        self.check(good, claim, {to: [frame.summary() for frame in frames] for to, frames in found.items()})

    def hears_on_link(self, group, kind, seconds=3):
        """What the kernel reports of the group to the routers of the link."""
        def is_it(frame):
            return ICMPv6MLReport2 in frame and any(record.dst == group and record.rtype == kind
                                                    for record in frame[ICMPv6MLReport2].records)
        return self.wire.wait_for(is_it, seconds) is not None


def joining(bench):
    bench.equal(bench.joined(), {}, "nobody listens to anything")
    _, found = bench.publish(GROUP)
    bench.equal(found, {}, "a packet to a group goes to nobody")
    bench.wire.drain()
    bench.wire.send(tunnelled(report(GROUP)))
    bench.check(bench.hears_on_link(GROUP, TO_EXCLUDE), "the group is reported on the link when a mobile node joins it")
    bench.equal(bench.joined(), {home(ONE): {GROUP}}, "multicast.list shows it")
    lines = bench.homewardctl("multicast", "list").splitlines()
    bench.equal(([line.split()[:3] for line in lines[1:2]], lines[-1:]), ([[GROUP, home(ONE), CARE_OF]], ["1 listener"]),
                "and homewardctl")
    shown = json.loads(bench.homewardctl("--json", "multicast", "list"))
    bench.equal((len(shown["listeners"]), shown["groups"], shown["next"]), (1, 1, None), "in JSON with all that the method says")
    bench.expect(GROUP, [CARE_OF], "a packet to the group is tunnelled to the mobile node, hop limit one less")
    bench.expect(OTHER_GROUP, [], "one to another group is not")
    join = mld(ICMPv6MLReport(mladdr=GROUP), GROUP, source=home(TWO))
    bench.check(bench.tell(join, OTHER_CARE_OF), "another node joins by MLD version 1, from its home address")
    bench.expect(GROUP, [CARE_OF, OTHER_CARE_OF], "each of both gets one copy")
    bench.expect(GROUP, [CARE_OF, OTHER_CARE_OF], "of a packet of 1460 octets, too", octets=1460)
    moved = bench.one.register(care_of=NEW_CARE_OF)
    bench.expect(GROUP, [NEW_CARE_OF, OTHER_CARE_OF] if moved else [], "after a move it goes to the new care-of address")
    bench.check(bench.tell(report(GROUP), CARE_OF, "outcomes.listener_unknown"), "which the old one is no more")
    bench.one.register(care_of=CARE_OF)


def refusals(bench):
    before = bench.joined()
    spoilt = bytearray(bytes(report(OTHER_GROUP)))
    spoilt[50] ^= 1
    for inner, claim in (
            (report(OTHER_GROUP, hop_limit=64), "with hop limit 64"),
            (report(OTHER_GROUP, options=[PadN(optdata=bytes(4))]), "without a router alert"),
            (bytes(spoilt), "with a wrong checksum"),
            (mld(ICMPv6MLReport2(records_number=9, records=[ICMPv6MLDMultAddrRec(rtype=4, dst=OTHER_GROUP)]), "ff02::16"),
             "of nine records with one in it")):
        outcome = "dropped.tunnel_unknown" if "64" in claim else "outcomes.listener_invalid"
        bench.check(bench.tell(inner, outcome=outcome), f"a report {claim} is none")
    bench.check(bench.tell(report(OTHER_GROUP), ELSEWHERE, "outcomes.listener_unknown"),
                "one that is not from the care-of address of a binding is nobody's")
    bench.check(bench.tell(report(LINK_GROUP, SITE_GROUP, "ff0f::1", "ff01::1", "2001:db8::1")),
                "one of groups of smaller scope is heard")
    bench.equal(bench.joined(), before, "and nothing of all that is joined")
    counts = bench.daemon.counters()
    many = [f"ff1e::{number:x}" for number in range(0x1000, 0x1004)]
    bench.check(bench.tell(report(*many)), "a node joins four groups more")
    bench.equal(bench.joined()[home(ONE)], {GROUP, *many[:3]}, "and has as many as are allowed, four")
    bench.equal(bench.daemon.counters()["others.multicast_refused"] - counts["others.multicast_refused"], 1,
                "the one beyond them is counted")
    bench.tell(report(*many, kind=TO_INCLUDE))
    bench.equal(bench.joined()[home(ONE)], {GROUP}, "it leaves them by a change to including nothing")


def from_the_link(bench):
    for source, name, claim in ((home(TWO), "multicast_source", "from a mobile node that is away"),
                                ("fe80::1", "source_address", "from a link-local address")):
        before = bench.daemon.counters()[f"dropped.{name}"]
        _, found = bench.publish(GROUP, source=source)
        bench.check(found == {} and bench.daemon.counters()[f"dropped.{name}"] == before + 1,
                    f"a packet on the link {claim} goes to nobody and is counted {name}", found)
    _, found = bench.publish(GROUP, hop_limit=1)
    bench.equal(found, {}, "nor one with hop limit 1")
    packet, found = bench.publish(GROUP, octets=1480)
    told = found.get(CORRESPONDENT, [])
    bench.check(len(told) == 1 and ICMPv6PacketTooBig in told[0] and told[0][ICMPv6PacketTooBig].mtu == 1460 and
                bytes(told[0][ICMPv6PacketTooBig])[8:48] == packet[:40] and set(found) == {CORRESPONDENT},
                "one that fits no tunnel: its source is told once, of 1460 octets", found)


def from_a_node(bench):
    inner = udp(home(ONE), GROUP)
    expected = inner[:7] + b"\x3f" + inner[8:]
    bench.wire.drain()
    bench.wire.send(tunnelled(inner))
    found = bench.collect()
    on_link = found.get(GROUP, [])
    bench.check(len(on_link) == 1 and bytes(on_link[0][IPv6]) == expected and on_link[0].dst == group_mac(GROUP) and
                on_link[0].src == bench.wire.peer_mac, "what a mobile node sends to a group goes to the link", found)
    copies = found.get(OTHER_CARE_OF, [])
    bench.check(len(copies) == 1 and bytes(copies[0][IPv6])[40:] == expected and CARE_OF not in found,
                "and to the other one that listens, not back to itself", found)
    for group in (SITE_GROUP, LINK_GROUP):
        before = bench.daemon.counters()["dropped.tunnel_inner"]
        bench.wire.send(tunnelled(udp(home(ONE), group)))
        found = bench.collect()
        bench.check(found == {} and bench.daemon.counters()["dropped.tunnel_inner"] == before + 1,
                    f"what it sends to {group} ends here")


def crowd(bench):
    """More copies than a transmit buffer holds."""
    care_ofs = []
    for number in CROWD:
        care_of = f"2001:db8:a::1:{number:x}"
        if Node(bench.lab, number).register(care_of=care_of) and bench.tell(report(OTHER_GROUP), care_of):
            care_ofs.append(care_of)
    bench.equal(len(care_ofs), len(CROWD), "forty nodes more join a group")
    bench.expect(OTHER_GROUP, care_ofs, "and get forty copies of a packet")


def queries(bench):
    """A node that never answers; the time of this is not judged, only what comes."""
    bench.check(bench.one.register() and bench.tell(report(GROUP, kind=IS_EXCLUDE)), "with short intervals a node joins")
    until = time.monotonic() + 30
    while home(ONE) in bench.joined() and time.monotonic() < until:
        bench.collect()
    bench.check(home(ONE) not in bench.joined(), "what it does not report again expires")
    bench.equal(bench.daemon.counters()["others.multicast_expired"], 1, "and is counted")
    mine = [frame for frame in bench.queries if frame[IPv6].dst == CARE_OF]
    if not bench.check(mine, "a node that listens is asked through its tunnel"):
        return
    outer, query = mine[-1][IPv6], mine[-1][ICMPv6MLQuery2]
    inner = IPv6(bytes(outer)[40:])
    alerts = [option for option in inner[IPv6ExtHdrHopByHop].options if isinstance(option, RouterAlert)]
    bench.equal((outer.src, outer.nh, inner.dst, inner.hlim, len(alerts)), (HOME_AGENT, 41, "ff02::1", 1, 1),
                "to all nodes, with hop limit 1 and a router alert")
    bench.check(ipaddress.ip_address(inner.src).is_link_local, "from a link-local address")
    bench.equal((query.mladdr, query.mrd, query.QQIC, query.QRV, query.sources_number), ("::", RESPONSE_MS, QUERY_S, 2, 0),
                "a General Query with what is configured")
    copy = IPv6(bytes(inner))
    del copy[ICMPv6MLQuery2].cksum
    bench.equal(IPv6(bytes(copy))[ICMPv6MLQuery2].cksum, query.cksum, "with the checksum that scapy computes")
    path = os.path.join(bench.lab.temp, "queries.pcap")
    wrpcap(path, mine)
    shown = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-E", "separator=/s", "-e", "icmpv6.type", "-e",
                            "icmpv6.checksum.status", "-e", "icmpv6.mld.flag.qrv", "-e", "_ws.expert.severity"],
                           capture_output=True, text=True, check=False).stdout
    bench.equal(set(shown.splitlines()), {"130 1 2 "}, "tshark reads a query with a right checksum, and nothing wrong")


def leaving(bench):
    bench.check(bench.tell(mld(ICMPv6MLDone(mladdr=GROUP), "ff02::2"), OTHER_CARE_OF), "a node is done with the group")
    bench.expect(GROUP, [CARE_OF], "and gets no packet more, at once")
    bench.tell(report(GROUP, kind=BLOCK, sources=[CORRESPONDENT]))
    bench.expect(GROUP, [CARE_OF], "to block a source is not to leave")
    answer = bench.one.ask(lifetime_s=0)
    bench.wire.drain()
    bench.check(answer is not None and answer.status == 0 and home(ONE) not in bench.joined(),
                "the groups of a node go with its binding")
    bench.expect(GROUP, [], "and a packet to them goes to nobody")
    bench.check(bench.one.register() and bench.tell(report(GROUP, kind=ALLOW, sources=[CORRESPONDENT])),
                "to allow a source is to join, which wants all of them here")
    bench.expect(GROUP, [CARE_OF], "as the next packet shows")
    bench.wire.drain()
    bench.wire.send(tunnelled(report(GROUP, kind=TO_INCLUDE)))
    bench.check(bench.hears_on_link(GROUP, TO_INCLUDE), "when the last one leaves, the group is left on the link, too")


def accounts(bench):
    time.sleep(0.2)
    counters = bench.daemon.counters()
    came, went = balance(counters)
    bench.equal(came, went, "every packet of the whole test is accounted for, and every copy")
    bench.equal(counters["others.multicast_link_failed"], 0, "no group was refused by the kernel or the steering")


PARTS = (joining, refusals, from_the_link, from_a_node, crowd, leaving, accounts)
IMPATIENT_PARTS = (queries, accounts)


def run(judge, the_lab, parts, **changes):
    the_lab.daemon.configure([node(number) for number in (ONE, TWO, *CROWD)], multicast__enabled=True,
                             multicast__groups_per_node=4, **changes)
    if not judge.check(the_lab.daemon.start(), "the daemon starts"):
        the_lab.show_log()
        return
    the_lab.run("ha", "ping", "-n", "-c", "1", "-W", "1", ROUTER)  # so that its neighbour is known
    bench = Bench(judge, the_lab)
    registered = bench.one.register() and bench.two.register(care_of=OTHER_CARE_OF)
    if judge.check(registered, "two mobile nodes register"):
        for part in parts:
            judge.run(part, bench)
    if not the_lab.daemon.alive():
        the_lab.show_log()


def main():
    judge = Report()
    with lab(program_directory()) as the_lab:
        run(judge, the_lab, PARTS)
        the_lab.daemon.stop()
        run(judge, the_lab, IMPATIENT_PARTS, multicast__query_interval_s=QUERY_S, multicast__query_response_ms=RESPONSE_MS)
    return judge.conclude()


if __name__ == "__main__":
    sys.exit(main())
