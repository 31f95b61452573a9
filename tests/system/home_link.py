#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""A real home link seen from the link: duplicate address detection, proxy neighbour discovery, de-registration from home, and
what is forwarded to the link. Every rule obeyed and violated; messages are made and judged by scapy.

RFC 6275 10.3.1, 10.3.2, 10.4.1, 10.4.2; RFC 4861 7.1, 7.2; RFC 4862 5.4. Usage: home_link.py BUILD-DIRECTORY
"""
import contextlib
import socket
import sys
import time

from lib import (CARE_OF, HOME_AGENT, HOME_PREFIX, OTHER_CARE_OF, Acknowledgement, Node, Report, home,
                 is_acknowledgement, lab, node, packets, program_directory)
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS,
                                ICMPv6MLDMultAddrRec, ICMPv6MLDone, ICMPv6MLQuery, ICMPv6MLQuery2, ICMPv6MLReport, ICMPv6MLReport2,
                                ICMPv6NDOptDstLLAddr, ICMPv6NDOptSrcLLAddr, IPv6, IPv6ExtHdrHopByHop, RouterAlert,
                                in6_getnsma)
from scapy.layers.l2 import Ether

LINK_ADDRESS = "2001:db8:1::1"  # of the home agent's interface
NEIGHBOUR = "2001:db8:1::beef"
NEIGHBOUR_LOCAL = "fe80::beef"
NEIGHBOUR_MAC = "02:00:00:00:be:ef"
NODE_MAC = "02:00:00:00:00:10"
ALL_NODES, ALL_NODES_MAC = "ff02::1", "33:33:00:00:00:01"
FLAGS = packets.FLAG_ACK | packets.FLAG_HOME
LINK_LOCAL_FLAG = 0x2000


def group_of(address):
    return socket.inet_ntop(socket.AF_INET6, in6_getnsma(socket.inet_pton(socket.AF_INET6, address)))


def group_mac(group):
    return "33:33:" + ":".join(f"{b:02x}" for b in socket.inet_pton(socket.AF_INET6, group)[12:])


def local_of(number):
    return f"fe80::{number:x}"


class Link:
    """The test in the name of whoever is on the link."""

    def __init__(self, the_lab):
        self.lab, self.wire = the_lab, the_lab.wire
        shown = the_lab.run("ha", "ip", "-6", "-o", "addr", "show", "dev", "rt", "scope", "link").stdout
        self.agent_local = shown.split("inet6 ")[1].split("/")[0]
        self.agent_mac = self.wire.peer_mac

    def frame(self, packet, to=None, mac=NEIGHBOUR_MAC):
        destination = packet[IPv6].dst
        to = to or (group_mac(destination) if destination.startswith("ff") else self.agent_mac)
        self.wire.send_frame(Ether(src=mac, dst=to) / packet)

    def hear(self, seconds):
        """[(when, frame)] of all that the home agent's interface sends in that time."""
        found = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            frame = self.wire.receive(until - time.monotonic())
            if frame is not None and IPv6 in frame:
                found.append((time.monotonic(), frame))
        return found

    def advertisements(self, seconds, target):
        return [f for _, f in self.hear(seconds) if ICMPv6ND_NA in f and f[ICMPv6ND_NA].tgt == target]

    def ask(self, target, source=NEIGHBOUR, option=True, to=None, destination=None, mac=NEIGHBOUR_MAC, seconds=0.3,
            hlim=255, change=None):
        """Sends a solicitation; the advertisements that come back."""
        packet = IPv6(src=source, dst=destination or group_of(target), hlim=hlim) / ICMPv6ND_NS(tgt=target)
        if option:
            packet /= ICMPv6NDOptSrcLLAddr(lladdr=mac)
        if change:
            packet = change(packet)
        self.wire.drain()
        self.frame(packet, to, mac)
        return self.advertisements(seconds, target)

    def claim(self, target, hlim=255, destination=ALL_NODES, solicited=0):
        packet = IPv6(src=NEIGHBOUR_LOCAL, dst=destination, hlim=hlim) / ICMPv6ND_NA(tgt=target, R=0, S=solicited, O=1)
        self.frame(packet / ICMPv6NDOptDstLLAddr(lladdr=NEIGHBOUR_MAC))


def probes(heard, target=None):
    return [(t, f) for t, f in heard if ICMPv6ND_NS in f and f[IPv6].src == "::" and
            (target is None or f[ICMPv6ND_NS].tgt == target)]


def acks(heard):
    return [(t, f) for t, f in heard if is_acknowledgement(f)]


def start(mn, **fields):
    """Sends a registration; (update, when)."""
    sent = mn.send(**fields)
    return sent, time.monotonic()


def status(sent, frame):
    return Acknowledgement(frame, sent).status


def is_right_advertisement(frame, link, target, to, to_mac, source, solicited, override):
    na, option = frame[ICMPv6ND_NA], frame[ICMPv6NDOptDstLLAddr] if ICMPv6NDOptDstLLAddr in frame else None
    again = IPv6(bytes(frame[IPv6]))
    wire_sum = again[ICMPv6ND_NA].cksum
    del again[ICMPv6ND_NA].cksum
    return {
        "source": frame[IPv6].src == source, "destination": frame[IPv6].dst == to, "mac": frame.dst == to_mac,
        "hop limit": frame[IPv6].hlim == 255, "target": na.tgt == target, "S": na.S == solicited,
        "O": na.O == override, "R": na.R == 0, "link-layer": option is not None and option.lladdr == link.agent_mac,
        "checksum": IPv6(bytes(again))[ICMPv6ND_NA].cksum == wire_sum, "frame": frame.src == link.agent_mac,
    }


def right(report, found, claim):
    wrong = [name for name, good in found.items() if not good]
    report.check(not wrong, claim, f"wrong: {', '.join(wrong)}")


def detection(report, the_lab, link):
    mn = Node(the_lab, 0x10)
    sent, began = start(mn)
    row = the_lab.daemon.rpc("binding.get", home_address=mn.home) if time.sleep(0.2) is None else None
    report.equal(row and row.get("state"), "dad", "while the address is tested its state is dad")
    report.equal(the_lab.daemon.bindings().get(mn.home), None, "and there is no binding")
    the_lab.wire.send(sent.packet())  # the very same again
    the_lab.wire.send(packets.BindingUpdate(**{**sent.__dict__, "sequence": mn.sequence + 1}).packet())
    asked = IPv6(src=NEIGHBOUR, dst=group_of(mn.home), hlim=255) / ICMPv6ND_NS(tgt=mn.home)
    link.frame(asked / ICMPv6NDOptSrcLLAddr(lladdr=NEIGHBOUR_MAC))
    heard = link.hear(1.8)
    found = probes(heard, mn.home)
    if report.equal(len(found), 1, "one solicitation tests the address"):
        ns = found[0][1]
        report.equal((ns[IPv6].src, ns[IPv6].dst, ns[IPv6].hlim, ns.dst, ns[ICMPv6ND_NS].code, len(bytes(ns[ICMPv6ND_NS]))),
                     ("::", group_of(mn.home), 255, group_mac(group_of(mn.home)), 0, 24),
                     "from :: to the solicited-node group, hop limit 255, without options")
    answers = acks(heard)
    report.equal(len(answers), 1, "three updates during the test are answered once")
    if answers:
        report.equal(status(sent, answers[0][1]), 0, "the address is unique: status 0")
        report.check(Acknowledgement(answers[0][1], sent).auth_ok is True, "the late acknowledgement is authenticated")
        report.equal(Acknowledgement(answers[0][1], sent).home, mn.home, "and goes by type 2 routing header")
        late = answers[0][0] - began
        report.check(1.0 <= late <= 1.4, "the acknowledgement leaves 1.0 to 1.4 s after the first update", f"{late:.3f} s")
    nas = [f for _, f in heard if ICMPv6ND_NA in f and f[ICMPv6ND_NA].tgt == mn.home]
    if report.equal(len(nas), 1, "nothing answers for it before, and one advertisement tells the link after"):
        right(report, is_right_advertisement(nas[0], link, mn.home, ALL_NODES, ALL_NODES_MAC, link.agent_local, 0, 1),
              "to all nodes, S=0 O=1 R=0, with the home agent's link-layer address, from its link-local one")
    report.equal(the_lab.daemon.counters().get("silent.dad_running"), 2, "the repetitions are counted")
    report.equal(the_lab.daemon.bindings().get(mn.home, {}).get("care_of"), CARE_OF, "the binding is in force")
    mn.sequence += 1
    return mn


def refresh(report, the_lab, link, mn):
    for claim, fields in (("a refresh", {}), ("a move", {"care_of": OTHER_CARE_OF}), ("a move back", {})):
        sent, began = start(mn, **fields)
        heard = link.hear(0.4)
        report.check(len(acks(heard)) == 1 and not probes(heard) and acks(heard)[0][0] - began < 0.35,
                     f"{claim} is acknowledged at once and not tested")
        report.check(not [f for _, f in heard if ICMPv6ND_NA in f and f[ICMPv6ND_NA].tgt == mn.home],
                     f"{claim} is not announced")
        report.equal(status(sent, acks(heard)[0][1]) if acks(heard) else None, 0, f"{claim} is accepted")


def solicitations(report, link, mn):
    target = mn.home
    forms = (
        ("a multicast solicitation with a link-layer option", {}),
        ("one without the option", {"option": False}),
        ("a unicast one", {"destination": target}),
        ("a unicast one without the option", {"destination": target, "option": False}),
        ("one from a link-local address", {"source": NEIGHBOUR_LOCAL}),
    )
    for claim, fields in forms:
        found = link.ask(target, **fields)
        if report.equal(len(found), 1, f"{claim} is answered once"):
            right(report, is_right_advertisement(found[0], link, target, fields.get("source", NEIGHBOUR), NEIGHBOUR_MAC,
                                                 HOME_AGENT, 1, 0), f"{claim}: unicast, S=1 O=0, from a global address")
    found = link.ask(target, source="::", option=False)
    if report.equal(len(found), 1, "a test of the address by another node, or by the returning one, is answered"):
        right(report, is_right_advertisement(found[0], link, target, ALL_NODES, ALL_NODES_MAC, link.agent_local, 0, 0),
              "to all nodes, S=0 O=0, from the link-local address")

    def with_field(**fields):
        def change(packet):
            for name, value in fields.items():
                setattr(packet[ICMPv6ND_NS], name, value)
            return packet
        return change

    def with_raw(edit):
        def change(packet):
            raw = edit(bytes(packet[ICMPv6ND_NS]))
            ip = packet[IPv6]
            raw = raw[:2] + b"\0\0" + raw[4:]
            total = packets.checksum(packets.address(ip.src), packets.address(ip.dst), 58, raw)
            return IPv6(packets.ip6(ip.src, ip.dst, 58, raw[:2] + total.to_bytes(2, "big") + raw[4:], hop_limit=255))
        return change

    bad = (
        ("hop limit 254", {"hlim": 254}),
        ("code 1", {"change": with_field(code=1)}),
        ("a wrong checksum", {"change": with_field(cksum=0x1234)}),
        ("an option of length 0", {"change": with_raw(lambda raw: raw[:24] + b"\x01\x00" + raw[26:])}),
        ("an option longer than the message", {"change": with_raw(lambda raw: raw[:24] + b"\x01\x02" + raw[26:])}),
        ("20 octets", {"change": with_raw(lambda raw: raw[:20])}),
        ("the unspecified source and a link-layer option", {"source": "::"}),
        ("the unspecified source to all nodes", {"source": "::", "option": False, "destination": ALL_NODES}),
        ("a multicast source", {"source": "ff02::5"}),
    )
    for claim, fields in bad:
        report.equal(len(link.ask(target, seconds=0.15, **fields)), 0, f"a solicitation with {claim} is not answered")
    report.equal(len(link.ask("2001:db8:1::77", seconds=0.15)), 0, "one for an address that is not registered neither")
    report.equal(len(link.ask(local_of(mn.number), source=NEIGHBOUR_LOCAL, seconds=0.15)), 0,
                 "with L clear the link-local address is not defended")
    report.equal(len(link.ask(target)), 1, "and after all that the address is defended as before")


def link_local(report, the_lab, link):
    mn = Node(the_lab, 0x11)
    local = local_of(0x11)
    sent, _ = start(mn, flags=FLAGS | LINK_LOCAL_FLAG)
    heard = link.hear(1.6)
    report.equal(sorted(f[ICMPv6ND_NS].tgt for _, f in probes(heard)), sorted([mn.home, local]),
                 "with L set both addresses are tested")
    report.equal([status(sent, f) for _, f in acks(heard)], [0], "and registered")
    told = sorted(f[ICMPv6ND_NA].tgt for _, f in heard if ICMPv6ND_NA in f and f[IPv6].dst == ALL_NODES and f[ICMPv6ND_NA].O)
    report.equal(told, sorted([mn.home, local]), "and both are announced")
    found = link.ask(local, source=NEIGHBOUR_LOCAL)
    if report.equal(len(found), 1, "the link-local address is defended"):
        right(report, is_right_advertisement(found[0], link, local, NEIGHBOUR_LOCAL, NEIGHBOUR_MAC, link.agent_local, 1, 0),
              "from the home agent's link-local address")

    def unreachable(destination, source=NEIGHBOUR_LOCAL):
        link.wire.drain()
        link.frame(IPv6(src=source, dst=destination) / ICMPv6EchoRequest(data=b"to the node"), link.agent_mac)
        return [f for _, f in link.hear(0.4) if ICMPv6DestUnreach in f]

    found = unreachable(local)
    if report.equal(len(found), 1, "a packet to the link-local address of the mobile node is refused"):
        report.equal((found[0][ICMPv6DestUnreach].code, found[0][IPv6].src, found[0][IPv6].dst, found[0].dst),
                     (3, link.agent_local, NEIGHBOUR_LOCAL, NEIGHBOUR_MAC), "by code 3 from the home agent's link-local address")
    report.equal(len(unreachable(local, "ff02::5")), 0, "but not when its source is multicast")
    report.equal(len(unreachable(local_of(0x10))), 0, "nor for a link-local address that is not defended")
    link.frame(IPv6(src=NEIGHBOUR_LOCAL, dst=link.agent_local) / ICMPv6EchoRequest(), link.agent_mac)
    report.check(any(ICMPv6ND_NS in f or ICMPv6EchoReply in f for _, f in link.hear(0.4)),
                 "the kernel's own link-local address is reached")


def conflicts(report, the_lab, link):
    def provoke(number, what, flags=FLAGS):
        mn = Node(the_lab, number)
        sent, began = start(mn, flags=flags)
        time.sleep(0.2)
        what(mn)
        answers = acks(link.hear(1.5))
        return [(status(sent, f), t - began) for t, f in answers], mn

    found, mn = provoke(0x20, lambda mn: link.claim(mn.home))
    report.equal([s for s, _ in found], [134], "an advertisement for a tested address: 134")
    report.equal(the_lab.daemon.bindings().get(mn.home), None, "and no binding")
    report.equal(len(link.ask(mn.home, seconds=0.15)), 0, "and nothing is defended")
    found, _ = provoke(0x21, lambda mn: link.frame(IPv6(src="::", dst=group_of(mn.home), hlim=255) / ICMPv6ND_NS(tgt=mn.home)))
    report.equal([s for s, _ in found], [134], "another node that tests the same address: 134")
    found, _ = provoke(0x22, lambda mn: link.claim(local_of(0x22)), FLAGS | LINK_LOCAL_FLAG)
    report.equal([s for s, _ in found], [134], "with L set, an advertisement for the link-local address: 134 for the whole")
    found, _ = provoke(0x23, lambda mn: link.claim(local_of(0x23)))
    report.equal([s for s, _ in found], [0], "with L clear, one for the link-local address means nothing")
    found, _ = provoke(0x24, lambda mn: link.claim(mn.home, hlim=254))
    report.equal([s for s, _ in found], [0], "nor an advertisement with hop limit 254")
    found, _ = provoke(0x25, lambda mn: link.claim(mn.home, solicited=1))
    report.equal([s for s, _ in found], [0], "nor a multicast one with S set")
    found, _ = provoke(0x26, lambda mn: link.frame(
        IPv6(src="::", dst=group_of(mn.home), hlim=255) / ICMPv6ND_NS(tgt=mn.home), mac=link.agent_mac))
    report.equal([s for s, _ in found], [0], "nor one's own solicitation that comes back")
    found, _ = provoke(0x27, lambda mn: link.frame(
        IPv6(src=NEIGHBOUR, dst=group_of(mn.home), hlim=255) / ICMPv6ND_NS(tgt=mn.home)))
    report.equal([s for s, _ in found], [0], "nor a node that only asks for the address")
    mn = Node(the_lab, 1)
    sent, began = start(mn)
    answers = acks(link.hear(0.4))
    report.equal([status(sent, f) for _, f in answers], [134], "an address of the home agent's own interface: 134 at once")


def contended(report, the_lab, link, mn):
    before = the_lab.daemon.counters()["others.nd_contended"]
    link.claim(mn.home)
    link.claim("2001:db8:1::99")
    report.equal(the_lab.daemon.wait_counter("others.nd_contended", before + 1), before + 1,
                 "another node's advertisement for a defended address is counted")
    report.check(mn.home in the_lab.daemon.log() and NEIGHBOUR_MAC in the_lab.daemon.log(), "and logged with its address")
    report.check(mn.home in the_lab.daemon.bindings(), "and the binding stays")


def at_home(report, the_lab, link, mn):
    def update(option, **fields):
        mn.sequence += fields.pop("step", 1)
        mac = fields.pop("mac", NODE_MAC)
        values = {"home": mn.home, "care_of": mn.home, "home_agent": HOME_AGENT, "lifetime_s": 0, "alternate": False,
                  "identifier": f"mn{mn.number}@example.com", "spi": 256 + mn.number, "key": bytes(range(16)),
                  "sequence": mn.sequence, "source": mn.home, "home_option": option}
        values.update(fields)
        sent = packets.BindingUpdate(**values)
        link.wire.drain()
        link.frame(IPv6(sent.packet()), link.agent_mac, mac)
        return sent, acks(link.hear(0.4))

    for option, form in ((False, "without"), (True, "with")):
        sent, answers = update(option, sequence=mn.sequence)  # not newer
        mn.sequence -= 1
        if report.equal(len(answers), 1, f"from home, {form} the option: a stale de-registration is answered"):
            report.equal((status(sent, answers[0][1]), answers[0][1].dst), (135, NODE_MAC),
                         "with 135, to the link-layer address it came from")
        report.equal(len(link.ask(mn.home)), 1, "and the address is defended still")
        sent, answers = update(option)
        if report.equal(len(answers), 1, f"from home, {form} the option: a de-registration is answered"):
            answer = Acknowledgement(answers[0][1], sent)
            report.equal((answer.status, answer.home, answer.destination, answer.frame.dst, answer.lifetime_s),
                         (0, None, mn.home, NODE_MAC, 0), "by 0, without routing header, to the node's link-layer address")
            report.check(answer.auth_ok is True and answer.checksum_ok, "authenticated, with a right checksum")
        report.equal(len(link.ask(mn.home)), 0, "nothing answers for the address any more")
        report.equal(len(link.ask(mn.home, source="::", option=False)), 0, "nor when it is tested")
        sent, answers = update(option)
        report.equal([(status(sent, f), f.dst) for _, f in answers], [(133, NODE_MAC)], "once more: 133, to the node")
        if not option:
            start(mn)
            report.equal(len(acks(link.hear(1.5))), 1, "it leaves home again")
    for mac in ("ff:ff:ff:ff:ff:ff", ALL_NODES_MAC):
        report.equal(len(update(False, mac=mac)[1]), 0, f"nothing is answered to {mac}, whoever says to be that")


def ends(report, the_lab, link):
    expiring, removed, taken_back = Node(the_lab, 0x30), Node(the_lab, 0x31), Node(the_lab, 0x32)
    start(expiring, lifetime_s=4)
    start(removed)
    start(taken_back)
    time.sleep(0.2)
    sent, _ = start(taken_back, lifetime_s=0)
    heard = link.hear(1.5)
    report.equal([status(sent, f) for _, f in acks(heard) if f[IPv6].dst == CARE_OF and
                  Acknowledgement(f, sent).home == taken_back.home], [133], "a de-registration during the test takes it back")
    report.check(taken_back.home not in the_lab.daemon.bindings(), "and nothing is registered after it")
    report.equal([len(link.ask(mn.home)) for mn in (expiring, removed)], [1, 1], "two others are defended")
    the_lab.daemon.rpc("binding.remove", home_address=removed.home)
    report.equal(len(link.ask(removed.home)), 0, "a binding that an operator removes is not")
    time.sleep(3)
    report.equal(len(link.ask(expiring.home)), 0, "nor one whose lifetime ended")


def taken(report, the_lab, link):
    mn = Node(the_lab, 0x70)
    sent = mn.send(home=own_identifier(link), flags=FLAGS | LINK_LOCAL_FLAG)
    report.equal([status(sent, f) for _, f in acks(link.hear(0.6))], [134],
                 "whose link-local address is the home agent's own is refused with 134 at once")


def taken_back_for_good(report, the_lab, link):
    mn = Node(the_lab, 0x71)
    first, _ = start(mn, message_id=packets.ntp_now())
    time.sleep(0.2)
    start(mn, lifetime_s=0, message_id=packets.ntp_now())
    report.equal(len(acks(link.hear(0.4))), 1, "by timestamp, too, a de-registration during the test takes it back")
    the_lab.wire.send(first.packet())
    report.equal([status(first, f) for _, f in acks(link.hear(1.6))], [144], "and what it took back is not good again")


def own_identifier(link):
    """The home address with the home agent's own interface identifier."""
    octets = socket.inet_pton(socket.AF_INET6, HOME_PREFIX.split("/")[0])[:8]
    return socket.inet_ntop(socket.AF_INET6, octets + socket.inet_pton(socket.AF_INET6, link.agent_local)[8:])


def hosts(report, the_lab, link):
    outside = "2001:db8:c::10"
    answer = IPv6(src=NEIGHBOUR, dst=link.agent_local, hlim=255) / ICMPv6ND_NA(tgt=NEIGHBOUR, S=1, O=1)
    link.wire.drain()
    link.wire.send(IPv6(src=outside, dst=NEIGHBOUR, hlim=9) / ICMPv6EchoRequest(data=b"to a host at home"))
    until = time.monotonic() + 2
    forwarded = unreachable = None
    while time.monotonic() < until and forwarded is None:
        for _, frame in link.hear(0.1):
            if ICMPv6ND_NS in frame and frame[ICMPv6ND_NS].tgt == NEIGHBOUR:
                answer[IPv6].dst = frame[IPv6].src
                link.frame(answer / ICMPv6NDOptDstLLAddr(lladdr=NEIGHBOUR_MAC), link.agent_mac)
            if ICMPv6DestUnreach in frame:
                unreachable = frame
            elif ICMPv6EchoRequest in frame and frame[IPv6].dst == NEIGHBOUR:
                forwarded = frame
    if report.check(forwarded is not None, "a packet to a host on the home link is forwarded to it"):
        report.equal((forwarded.dst, forwarded[IPv6].hlim, forwarded[IPv6].src), (NEIGHBOUR_MAC, 8, outside),
                     "to its link-layer address, its hop limit one less")
    report.check(unreachable is None, "and not called unreachable")
    link.wire.send(IPv6(src="fe80::5", dst=NEIGHBOUR, hlim=9) / ICMPv6EchoRequest(data=b"link-local source"))
    link.wire.send(IPv6(src=outside, dst=NEIGHBOUR, hlim=1) / ICMPv6EchoRequest(data=b"hop limit 1"))
    report.check(not any(ICMPv6EchoRequest in f and f[IPv6].dst == NEIGHBOUR and ICMPv6DestUnreach not in f and f[IPv6].src != HOME_AGENT
                         and f.dst == NEIGHBOUR_MAC for _, f in link.hear(0.4)),
                 "but not with a link-local source, nor with hop limit 1")
    link.wire.send(IPv6(src=outside, dst=LINK_ADDRESS) / ICMPv6EchoRequest(data=b"to the kernel"))
    report.check(any(ICMPv6EchoReply in f and f[IPv6].src == LINK_ADDRESS for _, f in link.hear(0.6)),
                 "the kernel's own address in the home prefix is reached")
    mn = Node(the_lab, 0x40)
    start(mn)
    link.hear(1.4)
    link.wire.send(IPv6(src=outside, dst=mn.home) / ICMPv6EchoRequest(data=b"to the node"))
    report.check(any(f[IPv6].dst == CARE_OF and f[IPv6].nh == 41 for _, f in link.hear(0.4)),
                 "a packet to a mobile node that is away is tunnelled")


def capacity(report, the_lab, link):
    nodes = [Node(the_lab, 0x50 + i) for i in range(3)]
    before = len(the_lab.daemon.bindings())
    sent = [start(mn)[0] for mn in nodes]
    soon, late = ([Acknowledgement(f, sent[0]).status for _, f in acks(link.hear(s))] for s in (0.5, 1.2))
    report.equal((before, soon, late), (0, [130], [0, 0]),
                 "addresses under test count: one more than the capacity is refused with 130 at once")


def records(heard, group):
    """(frame, type) of every record about the group. For scapy each record is the payload of the one before."""
    found = []
    for _, frame in heard:
        record = frame[ICMPv6MLReport2].records[0] if ICMPv6MLReport2 in frame else None
        while isinstance(record, ICMPv6MLDMultAddrRec):
            if record.dst == group:
                found.append((frame, record.rtype))
            record = record.payload
    return found


def multicast(report, the_lab, link):
    """RFC 3810: the solicited-node groups of defended addresses are reported."""
    one, other = Node(the_lab, 0x60), Node(the_lab, 0x61)
    groups = [group_of(mn.home) for mn in (one, other)]
    start(other)  # what is heard begins with the one sent last
    start(one)
    heard = link.hear(2.6)
    found = records(heard, groups[0])
    report.equal([kind for _, kind in found], [4, 4], "the group of an address that is tested is reported, and once more")
    frames = [frame for _, frame in heard]
    report.check(found and acks(heard) and frames.index(found[0][0]) < frames.index(acks(heard)[0][1]), "before it is registered")
    if found:
        frame = found[0][0]
        options = frame[IPv6ExtHdrHopByHop].options if IPv6ExtHdrHopByHop in frame else []
        report.equal((frame[IPv6].src, frame[IPv6].dst, frame.dst, frame[IPv6].hlim, [o.otype for o in options][:1]),
                     (link.agent_local, "ff02::16", "33:33:00:00:00:16", 1, [5]),
                     "from the link-local address to all MLDv2 routers, hop limit 1, with a router alert")
        report.check(packets_checksum_is_right(frame), "with a right checksum")

    def query(layer, source=NEIGHBOUR_LOCAL, hlim=1, to="ff02::1"):
        header = IPv6(src=source, dst=to, hlim=hlim) / IPv6ExtHdrHopByHop(options=[RouterAlert()])
        link.wire.drain()
        link.frame(header / layer)
        return link.hear(0.8)

    heard = query(ICMPv6MLQuery2(mrd=200))
    report.equal([[k for _, k in records(heard, g)] for g in groups], [[2], [2]], "a general query is answered for each")
    report.equal([k for _, k in records(query(ICMPv6MLQuery2(mrd=1, mladdr=groups[0]), to=groups[0]), groups[0])], [2],
                 "so is one for the group")
    for claim, fields in (("hop limit 2", {"hlim": 2}), ("a global source", {"source": NEIGHBOUR})):
        report.equal(records(query(ICMPv6MLQuery2(mrd=1), **fields), groups[0]), [], f"a query with {claim} is not answered")
    stranger = group_of("2001:db8:1::7777")
    report.equal(records(query(ICMPv6MLQuery2(mrd=1, mladdr=stranger), to=stranger), stranger), [],
                 "nor one for a group that nobody needs")
    start(one, lifetime_s=0)
    report.equal([k for _, k in records(link.hear(1.6), groups[0])], [3, 3], "a group that nobody needs any more is left")
    heard = query(ICMPv6MLQuery(mrd=1))
    found = [f for _, f in heard if ICMPv6MLReport in f and f[ICMPv6MLReport].mladdr == groups[1]]
    report.equal([(f[IPv6].dst, f[IPv6].hlim) for f in found], [(groups[1], 1)],
                 "a querier of version 1 gets a report of version 1, sent to the group")
    start(other, lifetime_s=0)
    found = [f for _, f in link.hear(0.6) if ICMPv6MLDone in f and f[ICMPv6MLDone].mladdr == groups[1]]
    report.check(found and all(f[IPv6].dst == "ff02::2" for f in found), "and a Done")


def comes_up(report, the_lab, link):
    """Who is at the other end may be another one by now."""
    mn = Node(the_lab, 0x62)
    start(mn)
    link.hear(2.6)
    the_lab.run("rt", "sysctl", "-q", "-w", "net.ipv6.conf.ha.keep_addr_on_down=1")
    for state in ("down", "up"):
        the_lab.run("rt", "ip", "link", "set", "ha", state)
        time.sleep(1.3)
    with contextlib.suppress(OSError):  # that it was down
        link.wire.sock.recv(1)
    heard, group = link.hear(1.5), group_of(mn.home)
    report.check(any(ICMPv6MLReport in f and f[ICMPv6MLReport].mladdr == group for _, f in heard),
                 "to a link that came up again all groups are told, to a querier of version 1 still")


def packets_checksum_is_right(frame):
    raw = bytes(frame[IPv6])
    at = 48 if raw[6] == 0 else 40
    length = int.from_bytes(raw[4:6], "big") + 40
    return packets.checksum(raw[8:24], raw[24:40], 58, raw[at:length]) == 0


def operators(report, the_lab, link):
    rows = the_lab.daemon.rpc("link.list")["links"]
    report.equal([(r["interface"], r["mac"], r["link_local"], r["prefixes"]) for r in rows],
                 [("rt", link.agent_mac, link.agent_local, [HOME_PREFIX])], "link.list names the link and its addresses")
    report.check(rows[0]["defended"] > 0 and rows[0]["tested"] == 0 and rows[0]["counters"]["received"] > 0,
                 "and how much is defended")
    row = the_lab.daemon.rpc("binding.get", home_address=home(0x11))
    report.equal((row["home_link"], row["state"]), ("rt", "in_force"), "binding.get names the home link")


def stops(report, the_lab, claim):
    """What libbpf and the drivers leave behind is not ours; nothing of control/ may be left, nor misused before."""
    report.check(the_lab.daemon.stop() != "would not stop", claim)
    found, _, leaks = the_lab.daemon.log().partition("LeakSanitizer")
    report.check("Sanitizer" not in found and "/control/" not in leaks, f"{claim}, and leaves nothing behind")


def transmits(report, the_lab, link):
    """RFC 4862 5.1: DupAddrDetectTransmits is configured."""
    late, mn = Node(the_lab, 0x70), Node(the_lab, 0x71)
    start(late)
    sent, began = start(mn)
    heard = link.hear(1.5)
    report.equal((len(probes(heard, mn.home)), len(acks(heard))), (2, 0), "with two transmissions there is a second probe, and no answer yet")
    link.claim(late.home)
    answers = acks(link.hear(1.2))
    report.equal(sorted(Acknowledgement(f, sent).status for _, f in answers), [0, 134],
                 "who has the address may object to the second one, too")
    good = [t - began for t, f in answers if Acknowledgement(f, sent).status == 0]
    report.check(len(good) == 1 and 2.0 <= good[0] <= 2.6, "the acknowledgement leaves 2.0 to 2.6 s after the update", good)


def serve(report, the_lab, numbers, others=(), link_fields=None, **changes):
    prefix = {"prefix": HOME_PREFIX, "address": HOME_AGENT, "home_link": {"interface": "rt", **(link_fields or {})}}
    the_lab.daemon.configure([*(node(n) for n in numbers), *others], home_agent__prefixes=[prefix],
                             limits={"errors_per_source": {"rate_per_s": 1000, "burst": 1000}}, **changes)
    good = report.check(the_lab.daemon.start(), "homewardd starts on a real home link")
    if not good:
        the_lab.show_log()
    return good


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        the_lab.run("ha", "ip", "address", "add", f"{LINK_ADDRESS}/64", "dev", "rt", "nodad")
        link = Link(the_lab)
        numbers = [1, 0x10, 0x11, *range(0x20, 0x28), 0x30, 0x31, 0x32, 0x40, 0x60, 0x61, 0x62]
        others = [node(0x70, home_address=own_identifier(link)), node(0x71, replay="timestamp")]
        if serve(report, the_lab, numbers, others):
            mn = detection(report, the_lab, link)
            refresh(report, the_lab, link, mn)
            solicitations(report, link, mn)
            link_local(report, the_lab, link)
            operators(report, the_lab, link)
            conflicts(report, the_lab, link)
            contended(report, the_lab, link, mn)
            at_home(report, the_lab, link, mn)
            ends(report, the_lab, link)
            taken(report, the_lab, link)
            taken_back_for_good(report, the_lab, link)
            hosts(report, the_lab, link)
            multicast(report, the_lab, link)
            comes_up(report, the_lab, link)
            stops(report, the_lab, "homewardd stops")
        if serve(report, the_lab, range(0x50, 0x53), bindings={"capacity": 2, "max_lifetime_s": 3600}):
            capacity(report, the_lab, link)
            start(Node(the_lab, 0x50))
            time.sleep(0.2)
            stops(report, the_lab, "homewardd stops while addresses are tested")
        if serve(report, the_lab, (0x70, 0x71), link_fields={"dad_transmits": 2}):
            transmits(report, the_lab, link)
            the_lab.daemon.stop()
        if report.failed:
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
