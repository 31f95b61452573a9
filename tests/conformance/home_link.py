# SPDX-License-Identifier: BSD-3-Clause
"""A real home link: duplicate address detection, proxy neighbour discovery, de-registration from home. RFC 6275 10.3.1, 10.3.2, 10.4.1,
10.4.2; 4861 7.1, 7.2; 4862 5.4."""
import socket
import time

from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoRequest, ICMPv6ND_NA, ICMPv6ND_NS, ICMPv6NDOptDstLLAddr,
                                ICMPv6NDOptSrcLLAddr, IPv6, in6_getnsma)
from scapy.layers.l2 import Ether

from home_agent import HOME_AGENT, Frame, packets
from suite import Failure, case
import craft
import expect

CONFIGURATION = "real"
A, H, L = 0x8000, 0x4000, 0x2000
ALL_NODES = "ff02::1"
NEIGHBOUR, NEIGHBOUR_LOCAL, NEIGHBOUR_MAC = "2001:db8:1::beef", "fe80::beef", "02:00:00:00:be:ef"
NODE_MAC = "02:00:00:00:00:10"
OWN_ADDRESS = "2001:db8:1::1"  # the kernel's on the interface
DETECTION_S, ANSWER_S = 1.0, 1.4  # RetransTimer; a mobile node repeats after 1.5
MARKER_ASKER = "2001:db8:1::cafe"


def group_of(address):
    return socket.inet_ntop(socket.AF_INET6, in6_getnsma(packets.address(address)))


def local_of(node):
    return packets.text(packets.address("fe80::")[:8] + packets.address(node.home)[8:])


def frame(packet, to=None, mac=NEIGHBOUR_MAC, ha=None):
    destination = packets.address(packet[IPv6].dst)
    if to is None:
        to = "33:33:" + ":".join(f"{b:02x}" for b in destination[12:]) if destination[0] == 0xff else ha.wire.peer_mac
    return Frame(bytes(Ether(src=mac, dst=to) / packet))


def solicitation(ha, target, source=NEIGHBOUR, option=True, destination=None, mac=NEIGHBOUR_MAC, hop_limit=255, alter=None):
    packet = IPv6(src=source, dst=destination or group_of(target), hlim=hop_limit) / ICMPv6ND_NS(tgt=target)
    if option:
        packet /= ICMPv6NDOptSrcLLAddr(lladdr=mac)
    return frame(alter(packet) if alter is not None else packet, mac=mac, ha=ha)


def claim(ha, target, hop_limit=255, solicited=0, mac=NEIGHBOUR_MAC, alter=None):
    packet = IPv6(src=NEIGHBOUR_LOCAL, dst=ALL_NODES, hlim=hop_limit) / \
        ICMPv6ND_NA(tgt=target, R=0, S=solicited, O=1) / ICMPv6NDOptDstLLAddr(lladdr=mac)
    return frame(alter(packet) if alter is not None else packet, mac=mac, ha=ha)


def advertisements(ha, target, *sent):
    """For that target. Behind what is sent goes a solicitation that must be answered: neighbour discovery is dealt with in order."""
    known = ha.known_neighbour
    inbox = ha.inbox(lambda f: ICMPv6ND_NA in f and (f[ICMPv6ND_NA].tgt == target or f[IPv6].dst == MARKER_ASKER))
    ha.send(*sent, solicitation(ha, known.home, source=MARKER_ASKER))
    for _ in range(80):
        if any(f[IPv6].dst == MARKER_ASKER for _, f in inbox.frames):
            break
        ha.listen(0.05)
    else:
        raise Failure("a solicitation for a defended address is not answered")
    ha.inboxes.remove(inbox)
    return [f for _, f in inbox.frames if f[IPv6].dst != MARKER_ASKER]


def ask(ha, target, **fields):
    return advertisements(ha, target, solicitation(ha, target, **fields))


def link_local(ha):
    """The home agent's link-local address, as its advertisements to all nodes show it."""
    shown = ha.lab.run("ha", "ip", "-6", "-o", "addr", "show", "dev", "rt", "scope", "link").stdout
    return shown.split("inet6 ")[1].split("/")[0]


def right(ha, na, target, to, mac, source, solicited, override):
    message = na[ICMPv6ND_NA]
    packet = bytes(na[IPv6])
    expect.equal((na[IPv6].src, na[IPv6].dst, na.dst, na.src, na[IPv6].hlim), (source, to, mac, ha.wire.peer_mac, 255),
                 "addresses and hop limit")
    expect.equal((message.code, message.S, message.O, message.R, message.tgt), (0, solicited, override, 0, target),
                 "code, S, O, R, target")
    expect.equal(na[ICMPv6NDOptDstLLAddr].lladdr, ha.wire.peer_mac, "link-layer address")
    expect.equal(packets.checksum(packet[8:24], packet[24:40], packets.ICMP6, packet[40:]), 0, "sum")


# Duplicate address detection.

class Attempt:
    """A registration of a new node, and all that comes of it."""

    def __init__(self, ha, flags=A | H, node=None, **fields):
        self.ha, self.node = ha, node or ha.node()
        self.local = local_of(self.node)
        self.inbox = self.node.inbox(self.local)
        self.sent = self.node.update(flags=flags, **fields)
        self.begun = None

    def start(self):
        self.begun = time.monotonic()
        self.ha.send(self.sent.packet())
        return self

    def answers(self):
        found = [(when, packets.read_message(bytes(f[IPv6])), f) for when, f in self.inbox.frames]
        return [(when, message, f) for when, message, f in found if message is not None and message.type == packets.BA]

    def statuses(self):
        return [message.status for _, message, _ in self.answers()]

    def probes(self):
        return [f for _, f in self.inbox.frames if ICMPv6ND_NS in f and f[IPv6].src == "::"]

    def announcements(self):
        return [f for _, f in self.inbox.frames if ICMPv6ND_NA in f]

    def finish(self):
        """`yield from`: until it is answered, and a moment longer."""
        yield from self.ha.until(self.answers, 6)
        yield 0.1


def tested(ha, what=None, flags=A | H):
    """`yield from`: a new registration; when its address is tested, what(attempt) makes the packets of others. The attempt."""
    attempt = Attempt(ha, flags).start()
    yield from ha.until(attempt.probes, 4)
    if not attempt.probes():
        raise Failure("the address is not tested")
    if what is not None:
        ha.send(*what(attempt))
    yield from attempt.finish()
    return attempt


@case(each=(A | H, H, A | H | L))
def unique(ha, flags):
    """RFC 6275 10.3.1, 9.5.4: flags {0:#06x}: nobody else has the address: status 0, acknowledged once, proved"""
    attempt = yield from tested(ha, flags=flags)
    expect.equal(attempt.statuses(), [0], "answers")
    _, message, _ = attempt.answers()[0]
    expect.equal((message.routing_home, message.auth_ok(attempt.sent.key, attempt.sent.care_of, attempt.sent.home)),
                 (attempt.node.home, True), "routing header and authenticator")
    ha.inboxes.remove(attempt.inbox)
    attempt.node.must_be_bound()


@case
def solicitation_form(ha):
    """RFC 4862 5.4.2: the test: a solicitation from :: to the solicited-node group, hop limit 255, without options, once"""
    attempt = yield from tested(ha)
    found = attempt.probes()
    expect.equal(len(found), 1, "solicitations")
    ns = found[0]
    expect.equal((ns[IPv6].dst, ns[IPv6].hlim, ns[ICMPv6ND_NS].code, ns[ICMPv6ND_NS].tgt, len(bytes(ns[ICMPv6ND_NS]))),
                 (group_of(attempt.node.home), 255, 0, attempt.node.home, 24), "group, hop limit, code, target, octets")


@case
def within_time(ha):
    """RFC 6275 10.3.1, 11.8: the acknowledgement leaves after the test, 1 s, and before the mobile node repeats itself, 1.5 s"""
    for _ in range(3):  # a busy machine may be late
        attempt = yield from tested(ha)
        late = attempt.answers()[0][0] - attempt.begun
        expect.true(late >= DETECTION_S, f"acknowledged after {late:.2f} s")
        if late <= ANSWER_S:
            return
    raise Failure(f"acknowledged after {late:.2f} s")


@case
def with_link_local(ha):
    """RFC 6275 10.3.1: with L the link-local address is tested, too"""
    attempt = yield from tested(ha, flags=A | H | L)
    expect.equal(sorted(f[ICMPv6ND_NS].tgt for f in attempt.probes()), sorted([attempt.node.home, attempt.local]), "targets")


@case
def without_link_local(ha):
    """RFC 6275 10.3.1: with L clear it is not"""
    attempt = yield from tested(ha)
    expect.equal([f[ICMPv6ND_NS].tgt for f in attempt.probes()], [attempt.node.home], "targets")


@case(each=(A | H, A | H | L))
def announced(ha, flags):
    """RFC 6275 10.3.1: flags {0:#06x}: afterwards each address is advertised to all nodes, S=0 O=1, from the link-local address"""
    attempt = yield from tested(ha, flags=flags)
    found = attempt.announcements()
    targets = [attempt.node.home] + ([attempt.local] if flags & L else [])
    expect.equal(sorted(f[ICMPv6ND_NA].tgt for f in found), sorted(targets), "targets")
    for na in found:
        right(ha, na, na[ICMPv6ND_NA].tgt, ALL_NODES, "33:33:00:00:00:01", link_local(ha), 0, 1)


@case
def repetitions(ha):
    """RFC 6275 10.3.1: the same update and newer ones during the test: one acknowledgement in all"""
    def again(attempt):
        return [attempt.sent.packet(), attempt.node.update().packet(), attempt.sent.packet()]
    attempt = yield from tested(ha, again)
    yield 1.3
    expect.equal(attempt.statuses(), [0], "answers")


@case
def not_used_meanwhile(ha):
    """RFC 6275 10.3.1, 10.4.1: during the test nothing is tunnelled, and nobody answers for the address"""
    def probe(attempt):
        return [craft.udp(ha.place(), attempt.node.home), solicitation(ha, attempt.node.home)]
    attempt = yield from tested(ha, probe)
    expect.equal([f.summary() for _, f in attempt.inbox.frames if f[IPv6].nh == packets.IPV6], [], "tunnelled packets")
    expect.equal([f.summary() for f in attempt.announcements() if f[IPv6].dst == NEIGHBOUR], [], "advertisements to the neighbour")


DUPLICATES = {
    "an advertisement for it": (A | H, lambda ha, a: claim(ha, a.node.home)),
    "another's test of it": (A | H, lambda ha, a: solicitation(ha, a.node.home, source="::", option=False)),
    "an advertisement for the link-local address, with L": (A | H | L, lambda ha, a: claim(ha, a.local)),
    "another's test of the link-local address, with L": (A | H | L, lambda ha, a: solicitation(ha, a.local, source="::", option=False)),
    "an advertisement for the home address, with L": (A | H | L, lambda ha, a: claim(ha, a.node.home)),
    "an advertisement for it, with A clear": (H, lambda ha, a: claim(ha, a.node.home)),
}


@case(each=DUPLICATES)
def duplicate(ha, what):
    """RFC 6275 10.3.1, 4862 5.4: {0}: 134, once, no binding, nothing defended"""
    flags, made = DUPLICATES[what]
    attempt = yield from tested(ha, lambda a: [made(ha, a)], flags)
    yield 1
    expect.equal(attempt.statuses(), [134], "answers")
    expect.equal(len(attempt.announcements()), 0, "advertisements for it")
    ha.inboxes.remove(attempt.inbox)
    attempt.node.must_not_be_bound()
    expect.equal(len(ask(ha, attempt.node.home)), 0, "answers to a solicitation")


def spoilt(packet):
    packet[ICMPv6ND_NA].cksum = 0x1234
    return packet


NO_DUPLICATES = {
    "an advertisement for the link-local address, with L clear": lambda ha, a: claim(ha, a.local),
    "an advertisement with hop limit 254": lambda ha, a: claim(ha, a.node.home, hop_limit=254),
    "a multicast advertisement with S set": lambda ha, a: claim(ha, a.node.home, solicited=1),
    "an advertisement with a wrong checksum": lambda ha, a: claim(ha, a.node.home, alter=spoilt),
    "the home agent's own test come back": lambda ha, a: solicitation(ha, a.node.home, source="::", option=False,
                                                                      mac=ha.wire.peer_mac),
    "a node that only asks": lambda ha, a: solicitation(ha, a.node.home),
    "an advertisement for another address": lambda ha, a: claim(ha, "2001:db8:1::7777"),
    "a test with hop limit 254": lambda ha, a: solicitation(ha, a.node.home, source="::", option=False, hop_limit=254),
    "a test with a link-layer address": lambda ha, a: solicitation(ha, a.node.home, source="::"),
}


@case(each=NO_DUPLICATES)
def no_duplicate(ha, what):
    """RFC 4862 5.4.3, 5.4.4, 4861 7.1: {0}: no reason for 134"""
    attempt = yield from tested(ha, lambda a: [NO_DUPLICATES[what](ha, a)])
    expect.equal(attempt.statuses(), [0], "answers")


@case
def own_address(ha):
    """RFC 6275 10.3.1: an address of the home agent's own interface: 134 at once"""
    node = ha.node("own")
    expect.refused(node, 134)


@case
def taken_back(ha):
    """RFC 6275 10.3.2: a de-registration during the test: 133, and nothing is registered afterwards"""
    def leave(attempt):
        return [attempt.node.update(lifetime_s=0).packet()]
    attempt = yield from tested(ha, leave)
    yield 1.3
    expect.equal(attempt.statuses(), [133], "answers")
    ha.inboxes.remove(attempt.inbox)
    attempt.node.must_not_be_bound()


@case(each=("refresh", "move"))
def not_tested_again(ha, what):
    """RFC 6275 10.3.1: a {0} is acknowledged at once, neither tested nor announced"""
    node = ha.registered()
    inbox = ha.inbox(lambda f: (ICMPv6ND_NS in f and f[ICMPv6ND_NS].tgt == node.home) or
                     (ICMPv6ND_NA in f and f[ICMPv6ND_NA].tgt == node.home))
    node.register(**({"care_of": node.other_care_of} if what == "move" else {}))
    yield 0.3
    expect.equal([f.summary() for _, f in inbox.frames], [], "neighbour discovery")


# Proxy neighbour discovery.

FORMS = {
    "to its group, with a link-layer option": {}, "to its group, without": {"option": False},
    "unicast": {"unicast": True}, "unicast, without link-layer option": {"unicast": True, "option": False},
    "from a link-local address": {"source": NEIGHBOUR_LOCAL},
}


@case(each=FORMS)
def solicited(ha, form):
    """RFC 6275 10.4.1, 4861 7.2.4, 7.2.8: a solicitation {0}: unicast, S=1 O=0, with the home agent's link-layer address"""
    node, fields = ha.registered(), dict(FORMS[form])
    if fields.pop("unicast", False):
        fields["destination"] = node.home
    found = ask(ha, node.home, **fields)
    expect.equal(len(found), 1, "advertisements")
    right(ha, found[0], node.home, fields.get("source", NEIGHBOUR), NEIGHBOUR_MAC, HOME_AGENT, 1, 0)


@case
def tested_by_another(ha):
    """RFC 6275 10.4.1, 4861 7.2.4: another node's test of a defended address: advertised to all nodes, S=0 O=0, from the link-local address"""
    node = ha.registered()
    found = ask(ha, node.home, source="::", option=False)
    expect.equal(len(found), 1, "advertisements")
    right(ha, found[0], node.home, ALL_NODES, "33:33:00:00:00:01", link_local(ha), 0, 0)


@case
def link_local_defended(ha):
    """RFC 6275 10.4.1: with L the link-local address is defended, from the home agent's own"""
    attempt = yield from tested(ha, flags=A | H | L)
    ha.inboxes.remove(attempt.inbox)
    found = ask(ha, attempt.local, source=NEIGHBOUR_LOCAL)
    expect.equal(len(found), 1, "advertisements")
    right(ha, found[0], attempt.local, NEIGHBOUR_LOCAL, NEIGHBOUR_MAC, link_local(ha), 1, 0)


@case
def link_local_not_defended(ha):
    """RFC 6275 10.4.1: with L clear it is not"""
    expect.equal(len(ask(ha, local_of(ha.registered()), source=NEIGHBOUR_LOCAL)), 0, "advertisements")


@case
def not_registered(ha):
    """RFC 6275 10.4.1: nobody answers for a home address without a binding"""
    expect.equal(len(ask(ha, ha.node().home)), 0, "advertisements")


def raw(edit):
    def alter(packet):
        ip = packet[IPv6]
        body = edit(bytes(packet[ICMPv6ND_NS]))
        body = body[:2] + b"\0\0" + body[4:]
        total = packets.checksum(packets.address(ip.src), packets.address(ip.dst), packets.ICMP6, body)
        return IPv6(packets.ip6(ip.src, ip.dst, packets.ICMP6, body[:2] + total.to_bytes(2, "big") + body[4:], hop_limit=255))
    return alter


def with_code(packet):
    packet[ICMPv6ND_NS].code = 1
    return packet


def with_checksum(packet):
    packet[ICMPv6ND_NS].cksum = 0x1234
    return packet


BAD = {
    "hop limit 254": {"hop_limit": 254}, "code 1": {"alter": with_code}, "a wrong checksum": {"alter": with_checksum},
    "an option of length 0": {"alter": raw(lambda body: body[:24] + b"\x01\0" + body[26:])},
    "an option past its end": {"alter": raw(lambda body: body[:24] + b"\x01\x02" + body[26:])},
    "20 octets": {"alter": raw(lambda body: body[:20])}, "source :: and a link-layer address": {"source": "::"},
    "source :: to all nodes": {"source": "::", "option": False, "destination": ALL_NODES}, "a multicast source": {"source": "ff02::5"},
}


@case(each=BAD)
def bad_solicitation(ha, what):
    """RFC 4861 7.1.1: a solicitation with {0} is not answered"""
    expect.equal(len(ask(ha, ha.registered().home, **BAD[what])), 0, "advertisements")


@case
def contended(ha):
    """RFC 6275 10.4.1: another node's advertisement for a defended address: the binding stays, the address is defended on"""
    node = ha.registered()
    expect.equal(len(advertisements(ha, node.home, claim(ha, node.home))), 0, "answers to it")
    node.must_be_bound()
    expect.equal(len(ask(ha, node.home)), 1, "advertisements")


# Coming home.

HOME_FORMS = {"without": False, "with": True}


def from_home(ha, node, option, **fields):
    """The one acknowledgement to a de-registration from home, as a frame, and the update."""
    sent = node.update(**{"lifetime_s": 0, "care_of": node.home, "source": node.home, "alternate": False, "home_option": option, **fields})
    return ha.one(frame(IPv6(sent.packet()), ha.wire.peer_mac, NODE_MAC)), sent


def told_at_home(found, sent, status):
    message = packets.read_message(bytes(found[IPv6]))
    expect.equal((message.type, message.status, message.destination, message.routing_home, found.dst),
                 (packets.BA, status, sent.home, None, NODE_MAC), "type, status, destination, routing header, link-layer address")
    expect.equal(message.auth_ok(sent.key, sent.care_of, sent.home), True, "authenticator")


@case(each=HOME_FORMS)
def comes_home(ha, form):
    """RFC 6275 10.3.2, 9.5.4: a de-registration from home, {0} Home Address option: 0, to its link-layer address, no routing header"""
    node = ha.registered()
    told_at_home(*from_home(ha, node, HOME_FORMS[form]), 0)
    node.must_not_be_bound()


@case(each=HOME_FORMS)
def stale_from_home(ha, form):
    """RFC 6275 10.3.2, 9.5.1: a stale one, {0} the option: 135 to its link-layer address; defended on"""
    node = ha.registered()
    told_at_home(*from_home(ha, node, HOME_FORMS[form], sequence=node.sequence), 135)
    expect.equal(len(ask(ha, node.home)), 1, "advertisements")


@case(each=HOME_FORMS)
def not_registered_from_home(ha, form):
    """RFC 6275 10.3.2: without a binding, {0} the option: 133 to its link-layer address"""
    told_at_home(*from_home(ha, ha.node(), HOME_FORMS[form]), 133)


@case
def forged_from_home(ha):
    """RFC 6275 10.3.2, 4285 5.1: a forged one: the binding stays, the address is defended on"""
    node = ha.registered()
    told_at_home(*from_home(ha, node, False, auth_data=b"\x01" * 12), 146)
    expect.equal(len(ask(ha, node.home)), 1, "advertisements")
    node.must_be_bound()


@case(each=("from home", "from abroad"))
def silent_afterwards(ha, where):
    """RFC 6275 10.3.2: de-registered {0}: nobody answers for the address any more, nor when it is tested"""
    node = ha.registered()
    if where == "from home":
        from_home(ha, node, False)
    else:
        node.leave()
    expect.equal(len(ask(ha, node.home)), 0, "answers to a solicitation")
    expect.equal(len(ask(ha, node.home, source="::", option=False)), 0, "answers to a test")


@case
def no_advertisement_of_withdrawal(ha):
    """RFC 6275 10.3.2: a de-registration is not advertised: the node does that itself"""
    node = ha.registered()
    inbox = ha.inbox(lambda f: ICMPv6ND_NA in f and f[ICMPv6ND_NA].tgt == node.home)
    from_home(ha, node, False)
    yield 0.3
    expect.equal(len(inbox.frames), 0, "advertisements")


@case
def expires(ha):
    """RFC 6275 10.4.1: after the lifetime nobody answers for the address"""
    node = ha.registered(lifetime_s=4)
    expect.equal(len(ask(ha, node.home)), 1, "advertisements before")
    yield 5.2
    expect.equal(len(ask(ha, node.home)), 0, "advertisements after")


# What is forwarded.

@case
def to_the_link_local_address(ha):
    """RFC 6275 10.4.2: to the link-local address of an L binding: not tunnelled, Destination Unreachable code 3 from the home agent's link-local address"""
    attempt = yield from tested(ha, flags=A | H | L)
    packet = IPv6(src=NEIGHBOUR_LOCAL, dst=attempt.local) / ICMPv6EchoRequest(data=b"to the node")
    inbox = ha.inbox(lambda f: f[IPv6].dst == NEIGHBOUR_LOCAL)
    ha.exchange(frame(packet, ha=ha))
    found = expect.one(inbox.take(ICMPv6DestUnreach))
    expect.equal((found[IPv6].src, found.dst, found[ICMPv6DestUnreach].code), (link_local(ha), NEIGHBOUR_MAC, 3),
                 "source, link-layer address, code")
    ha.exchange(frame(IPv6(src="ff02::5", dst=attempt.local) / ICMPv6EchoRequest(), ha=ha))
    expect.equal(len(attempt.inbox.take(ICMPv6DestUnreach)), 0, "errors to a multicast source")


@case
def tunnelled(ha):
    """RFC 6275 10.4.2: what reaches the home agent for a mobile node away is tunnelled"""
    node = ha.registered()
    sent = craft.udp(ha.place(), node.home)
    expect.tunnelled(ha.one(sent), sent, node.care_of)


@case
def from_a_neighbour(ha):
    """RFC 6275 10.4.1, 10.4.2: from a neighbour on the home link, too, and no Redirect"""
    node = ha.registered()
    sent = craft.udp(NEIGHBOUR, node.home)
    expect.tunnelled(ha.one(frame(IPv6(sent), ha=ha)), sent, node.care_of)


@case
def to_a_host_at_home(ha):
    """RFC 6275 10.4.1: a packet to a home address without a binding is forwarded to the link as by any router"""
    node = ha.node()
    sent = craft.udp(ha.place(), node.home, hop_limit=9)
    inbox = ha.inbox(lambda f: (ICMPv6ND_NS in f and f[ICMPv6ND_NS].tgt == node.home) or f[IPv6].dst == node.home)
    ha.send(sent)
    yield from ha.until(lambda: any(ICMPv6ND_NS in f for _, f in inbox.frames))
    asked = [f for f in inbox.take() if ICMPv6ND_NS in f][0]
    answer = IPv6(src=node.home, dst=asked[IPv6].src, hlim=255) / ICMPv6ND_NA(tgt=node.home, S=1, O=1) / \
        ICMPv6NDOptDstLLAddr(lladdr=NODE_MAC)
    ha.send(frame(answer, mac=NODE_MAC, ha=ha))
    yield from ha.until(lambda: any(f[IPv6].dst == node.home for _, f in inbox.frames))
    found = [f for f in inbox.take() if f[IPv6].dst == node.home]
    expect.forwarded(expect.one(found), sent)
    expect.equal(found[0].dst, NODE_MAC, "link-layer address")
