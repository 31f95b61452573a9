#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The correspondent function seen from the wire: return routability, bindings without the H flag, what they are used for, and
that the home agent relays the same messages between its own mobile nodes and others.

Keys and authenticators are computed here with hashlib and hmac; messages are built and read with scapy.
RFC 6275 5.2, 6.1, 9.3 to 9.5, 10.4.6. Usage: correspondent.py BUILD-DIRECTORY
"""
import hashlib
import hmac
import struct
import subprocess
import sys
import time

from lib import CARE_OF, CORRESPONDENT, HOME_AGENT, OTHER_CARE_OF, Node, Report, lab, node, packets, \
    program_directory
from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6TimeExceeded, IPv6, IPv6ExtHdrRouting, MIP6MH_BA, MIP6MH_BE,
                                MIP6MH_BRR, MIP6MH_CoT, MIP6MH_CoTI, MIP6MH_HoT, MIP6MH_HoTI)
from scapy.packet import Raw

FOREIGN_HOME = "2001:db8:c::77"  # of a mobile node of somebody else's
ANOTHER_HOME = "2001:db8:c::78"
THIRD_HOME = "2001:db8:c::79"
OURS = 16
ACK = 0x8000
NODES = [node(OURS)]
COOKIE = b"cookie78"


def read(frame):
    return packets.read_message(bytes(frame[IPv6]))


def kind_of(frame):
    found = read(frame)
    return None if found is None else found.type


def test_init(layer, source, destination=HOME_AGENT, cookie=COOKIE):
    return bytes(IPv6(src=source, dst=destination) / layer(cookie=cookie))


def ask_token(the_lab, layer, source, answer):
    """(index, token) for that address, or None."""
    the_lab.wire.drain()
    the_lab.wire.send(test_init(layer, source))
    frame = the_lab.wire.wait_for(lambda f: answer in f)
    return None if frame is None else (frame, read(frame))


def token_of(found):
    body = found.body
    return int.from_bytes(body[6:8], "big"), body[16:24]


class Mobile:
    """A mobile node of another home agent that keeps the tokens it was given."""

    def __init__(self, the_lab, home_address, care_of=CARE_OF):
        self.lab, self.home, self.care_of, self.sequence = the_lab, home_address, care_of, 0
        self.home_index = self.care_of_index = 0
        self.home_token = self.care_of_token = bytes(8)

    def test(self):
        home_test = ask_token(self.lab, MIP6MH_HoTI, self.home, MIP6MH_HoT)
        care_of_test = ask_token(self.lab, MIP6MH_CoTI, self.care_of, MIP6MH_CoT)
        if home_test is None or care_of_test is None:
            return False
        self.home_index, self.home_token = token_of(home_test[1])
        self.care_of_index, self.care_of_token = token_of(care_of_test[1])
        return True

    def kbm(self, is_deletion):
        return hashlib.sha1(self.home_token + (b"" if is_deletion else self.care_of_token)).digest()

    def authenticator(self, covered, is_deletion):
        care_of = self.home if is_deletion else self.care_of
        covered = covered[:4] + b"\0\0" + covered[6:]
        data = packets.address(care_of) + packets.address(HOME_AGENT) + covered
        return hmac.new(self.kbm(is_deletion), data, "sha1").digest()[:12]

    def update(self, lifetime_s=400, flags=ACK, indices=True, data=None, behind=b"", padded=b"", source=None,
               alternate=False, home_option=True, sequence=None):
        """The packet. Nonce indices at 2n, the authenticator last and so at 8n + 2."""
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        self.sent_deletion = lifetime_s == 0 or self.care_of == self.home
        message = bytearray(struct.pack("!BBBBHHHH", 59, 0, packets.BU, 0, 0, sequence, flags, lifetime_s // 4))
        if alternate:
            packets.add_option(message, 3, packets.address(self.care_of), 8, 6)
        if indices:
            packets.add_option(message, 4, self.home_index.to_bytes(2, "big") +
                               (0 if self.sent_deletion else self.care_of_index).to_bytes(2, "big"), 2, 0)
        message += packets.pad((2 - len(message)) % 8)
        message += b"\x05\x0c"
        message[1] = (len(message) + 12 + len(behind) + len(padded)) // 8 - 1
        message += (self.authenticator(bytes(message), self.sent_deletion) if data is None else data)
        message += behind + padded
        source = source or self.care_of
        real = self.home if home_option else source
        total = packets.checksum(packets.address(real), packets.address(HOME_AGENT), 135, bytes(message[:4]) + b"\0\0" +
                                 bytes(message[6:]))
        message[4:6] = total.to_bytes(2, "big")
        if not home_option:
            return packets.ip6(source, HOME_AGENT, 135, bytes(message))
        return packets.ip6(source, HOME_AGENT, 60, packets.home_address_header(135, self.home) + bytes(message))

    def ask(self, **fields):
        """(frame, message) of the acknowledgement, or None."""
        packet = self.update(**fields)
        self.lab.wire.drain()
        self.lab.wire.send(packet)
        frame = self.lab.wire.wait_for(lambda f: kind_of(f) == packets.BA, 0.6)
        return None if frame is None else Answer(frame, self)


class Answer:
    def __init__(self, frame, mobile):
        self.frame, self.message = frame, read(frame)
        layer = frame[MIP6MH_BA]
        self.status, self.sequence, self.lifetime_s = layer.status, layer.seq, 4 * layer.mhtime
        self.destination = frame[IPv6].dst
        self.routing_home = self.message.routing_home
        data, at = self.message.option(5)
        self.authorized = None
        if data is not None:
            self.authorized = at + 14 == len(self.message.body) and hmac.compare_digest(
                data, mobile.authenticator(self.message.body[:at + 2], mobile.sent_deletion))


def status_of(answer):
    return "silence" if answer is None else answer.status


def echo(source, home_address):
    """An echo request with a Home Address option."""
    request = bytes(IPv6(src=home_address, dst=HOME_AGENT) / ICMPv6EchoRequest(data=b"homeward"))[40:]
    return packets.ip6(source, HOME_AGENT, 60, packets.home_address_header(58, home_address) + request)


def answer_to_echo(the_lab, source, home_address):
    """'reply' by way of the care-of address, 'error' for Binding Error 1, or None."""
    the_lab.wire.drain()
    the_lab.wire.send(echo(source, home_address))
    frame = the_lab.wire.wait_for(lambda f: ICMPv6EchoReply in f or kind_of(f) == packets.BE, 0.6)
    if frame is None:
        return None
    if kind_of(frame) == packets.BE:
        return "error" if frame[MIP6MH_BE].status == 1 and frame[MIP6MH_BE].ha == home_address else "other error"
    routing = frame[IPv6ExtHdrRouting] if IPv6ExtHdrRouting in frame else None
    good = routing is not None and routing.type == 2 and routing.addresses == [home_address] and \
        routing.segleft == 1 and frame[IPv6].dst == source
    body = bytes(frame[ICMPv6EchoReply])
    good &= packets.checksum(packets.address(HOME_AGENT), packets.address(home_address), 58, body) == 0
    return "reply" if good else "wrong reply"


def rows(the_lab):
    return {row["home_address"]: row for row in the_lab.daemon.rpc("correspondent.list")["bindings"]}


def tokens(report, the_lab):
    for layer, answer, kind, source in ((MIP6MH_HoTI, MIP6MH_HoT, 3, FOREIGN_HOME),
                                        (MIP6MH_CoTI, MIP6MH_CoT, 4, CARE_OF)):
        name = answer.__name__[-3:]
        found = ask_token(the_lab, layer, source, answer)
        if not report.check(found is not None, f"{name} answers {name}I"):
            continue
        frame, message = found
        report.equal((frame[IPv6].src, frame[IPv6].dst), (HOME_AGENT, source), f"{name}: to the source of the question")
        report.equal((frame[IPv6].nh, len(message.body), message.body[:4]), (135, 24, bytes((59, 2, kind, 0))),
                     f"{name}: 24 octets, without extension headers")
        report.check(message.checksum_ok, f"{name}: right checksum")
        report.equal(message.body[8:16], COOKIE, f"{name}: the cookie is copied")
        again = ask_token(the_lab, layer, source, answer)
        report.equal(token_of(again[1]), token_of(message), f"{name}: asked again, the token is the same")
        other = ask_token(the_lab, layer, OTHER_CARE_OF, answer)
        report.check(token_of(other[1])[1] != token_of(message)[1], f"{name}: another address gets another token")
    home_token = token_of(ask_token(the_lab, MIP6MH_HoTI, CARE_OF, MIP6MH_HoT)[1])[1]
    care_of_token = token_of(ask_token(the_lab, MIP6MH_CoTI, CARE_OF, MIP6MH_CoT)[1])[1]
    report.check(home_token != care_of_token, "the home token of an address is not its care-of token")


def silent_inits(report, the_lab):
    bare = test_init(MIP6MH_HoTI, FOREIGN_HOME)[40:]
    for kind, name in ((1, "HoTI"), (2, "CoTI")):
        message = bare[:2] + bytes((kind,)) + bare[3:4] + b"\0\0" + bare[6:]
        total = packets.checksum(packets.address(FOREIGN_HOME), packets.address(HOME_AGENT), 135, message)
        message = message[:4] + total.to_bytes(2, "big") + message[6:]
        before = the_lab.daemon.counters()["outcomes.test_init_silent"]
        the_lab.wire.drain()
        the_lab.wire.send(packets.ip6(CARE_OF, HOME_AGENT, 60,
                                      packets.home_address_header(135, FOREIGN_HOME) + message))
        report.equal(the_lab.wire.collect(0.2), [], f"{name} with a Home Address option: silence")
        report.equal(the_lab.daemon.counters()["outcomes.test_init_silent"], before + 1, f"{name}: counted")
    the_lab.wire.drain()
    the_lab.wire.send(test_init(MIP6MH_HoTI, "ff0e::1"))
    report.equal(the_lab.wire.collect(0.2), [], "HoTI from a multicast address: silence")


def life(report, the_lab):
    mobile = Mobile(the_lab, FOREIGN_HOME)
    report.equal(answer_to_echo(the_lab, CARE_OF, FOREIGN_HOME), "error", "without a binding: Binding Error 1")
    report.check(mobile.test(), "return routability is shown")
    answer = mobile.ask(lifetime_s=3600)
    report.equal(status_of(answer), 0, "an authorized update is accepted")
    if answer is not None:
        report.equal(answer.lifetime_s, 420, "its lifetime is cut to 420 s")
        report.equal(answer.authorized, True, "the acknowledgement ends in a right authenticator")
        report.equal((answer.destination, answer.routing_home), (CARE_OF, FOREIGN_HOME),
                     "it goes to the care-of address with a type 2 routing header")
        report.check(answer.message.checksum_ok, "right checksum")
        report.equal(answer.sequence, mobile.sequence, "the sequence number is copied")
    report.equal(answer_to_echo(the_lab, CARE_OF, FOREIGN_HOME), "reply",
                 "an echo request with the Home Address option is answered by way of the care-of address")
    report.equal(answer_to_echo(the_lab, OTHER_CARE_OF, FOREIGN_HOME), "error", "from elsewhere: Binding Error 1")
    row = rows(the_lab).get(FOREIGN_HOME)
    report.equal(row and (row["care_of"], row["correspondent"], row["lifetime_s"]), (CARE_OF, HOME_AGENT, 420),
                 "correspondent.list shows it")
    report.check(FOREIGN_HOME not in the_lab.daemon.bindings(), "binding.list does not")

    answer = mobile.ask(sequence=mobile.sequence)
    report.equal((status_of(answer), answer and answer.sequence, answer and answer.authorized), (135, mobile.sequence, True),
                 "a repeated sequence number is answered with 135, the last accepted number and an authenticator")
    answer = mobile.ask(sequence=mobile.sequence, flags=0)
    report.equal(status_of(answer), 135, "without the A flag, too")
    report.equal(status_of(mobile.ask(flags=0)), "silence", "a refresh without the A flag is not acknowledged")
    report.equal(rows(the_lab)[FOREIGN_HOME]["sequence"], mobile.sequence, "but in force")
    report.equal(status_of(mobile.ask(flags=ACK | 0x0400)), 140, "the R flag is answered with 140")

    mobile.care_of = OTHER_CARE_OF
    mobile.test()
    answer = mobile.ask(source=CARE_OF, alternate=True, lifetime_s=100)
    report.equal((status_of(answer), answer and answer.destination), (0, CARE_OF),
                 "a move to an alternate care-of address is acknowledged to the source")
    report.equal(answer_to_echo(the_lab, OTHER_CARE_OF, FOREIGN_HOME), "reply", "and used")

    first_indices = mobile.home_index, mobile.care_of_index
    answer = mobile.ask(lifetime_s=0)
    report.equal((status_of(answer), answer and answer.lifetime_s, answer and answer.authorized), (0, 0, True),
                 "a deletion by the home token alone is accepted and acknowledged")
    report.equal(answer_to_echo(the_lab, OTHER_CARE_OF, FOREIGN_HOME), "error", "the binding is gone")
    mobile.home_index, mobile.care_of_index = first_indices
    answer = mobile.ask()
    report.equal((status_of(answer), answer and answer.authorized), (136, None),
                 "the same nonces do not make it again: 136 without an authenticator")
    report.equal(rows(the_lab), {}, "and no binding")
    mobile.care_of = CARE_OF
    mobile.test()
    report.equal(status_of(mobile.ask(sequence=1)), 136, "an older sequence number from another place does not either")
    report.equal(status_of(mobile.ask()), 0, "a newer one with the tokens of another place does")
    report.equal(status_of(mobile.ask(lifetime_s=0, source=FOREIGN_HOME, home_option=False)), 0,
                 "a deletion from the home address itself is accepted")
    report.equal(rows(the_lab), {}, "and the binding is gone")
    report.equal(status_of(mobile.ask(lifetime_s=0)), 0, "deleting what is not there is accepted")


def refusals(report, the_lab):
    mobile = Mobile(the_lab, ANOTHER_HOME)
    mobile.test()
    right = mobile.home_index, mobile.care_of_index
    for home_off, care_of_off, status in ((999, 0, 136), (0, 999, 137), (999, 999, 138)):
        mobile.home_index, mobile.care_of_index = (right[0] + home_off) % 65536, (right[1] + care_of_off) % 65536
        answer = mobile.ask(flags=0)
        report.equal((status_of(answer), answer and answer.authorized), (status, None),
                     f"unknown nonces: {status} without an authenticator, even without the A flag")
    mobile.home_index, mobile.care_of_index = right
    for reason, name, fields in (
            ("authorization_wrong", "a wrong authenticator", {"data": bytes(12)}),
            ("authorization_missing", "padding behind the authenticator", {"padded": b"\x01\x06" + bytes(6)}),
            ("authorization_missing", "an option behind the authenticator", {"behind": b"\xc8\x06" + bytes(6)}),
            ("no_nonce_indices", "no nonce indices", {"indices": False})):
        before = the_lab.daemon.counters()[f"silent.{reason}"]
        report.equal(status_of(mobile.ask(**fields)), "silence", f"{name}: silence")
        report.equal(the_lab.daemon.counters()[f"silent.{reason}"], before + 1, f"{name}: counted as {reason}")
    mobile.care_of_token = bytes(8)
    report.equal(status_of(mobile.ask()), "silence", "a wrong care-of token: silence")
    mobile.test()
    mobile.care_of = OTHER_CARE_OF
    report.equal(status_of(mobile.ask()), "silence", "a care-of token of another address: silence")
    report.equal(rows(the_lab), {}, "none of it made a binding")


def full_cache(report, the_lab):
    mobiles = [Mobile(the_lab, address) for address in (ANOTHER_HOME, FOREIGN_HOME, THIRD_HOME)]
    time.sleep(1)  # the rate limit of strangers
    for mobile in mobiles:
        mobile.sequence = 1000
        mobile.care_of = "2001:db8:b::77"
        mobile.test()
    statuses = [status_of(mobile.ask()) for mobile in mobiles]
    report.equal(statuses, [0, 0, 130], "a cache of two takes two, the third is answered with 130")
    time.sleep(1)
    report.equal(status_of(mobiles[2].ask(flags=0)), 130, "without the A flag, too")
    report.equal(status_of(mobiles[0].ask()), 0, "who is in it can refresh")
    for mobile in mobiles[:2]:
        report.equal(status_of(mobile.ask(lifetime_s=0)), 0, "and leave")


def refresh(report, the_lab):
    mobile = Mobile(the_lab, FOREIGN_HOME, "2001:db8:b::78")
    mobile.sequence = 2000
    time.sleep(1)
    mobile.test()
    report.equal(status_of(mobile.ask(lifetime_s=8)), 0, "a binding of 8 s")
    the_lab.wire.drain()
    begin = time.monotonic()
    report.equal(answer_to_echo(the_lab, mobile.care_of, FOREIGN_HOME), "reply", "in use")
    frame = the_lab.wire.wait_for(lambda f: kind_of(f) == 0, 8)
    if report.check(frame is not None, "is asked to be refreshed"):
        report.check(5 < time.monotonic() - begin < 7.5, "when a quarter of its lifetime is left",
                     time.monotonic() - begin)
        report.equal((frame[IPv6].src, frame[IPv6].dst, frame[IPv6].nh), (HOME_AGENT, FOREIGN_HOME, 135),
                     "at the home address, without a routing header")
        report.check(MIP6MH_BRR in frame and read(frame).checksum_ok and len(read(frame).body) == 8,
                     "by 8 octets with the right checksum")
    report.equal(status_of(mobile.ask(lifetime_s=8)), 0, "refreshed")
    report.check(the_lab.wire.wait_for(lambda f: kind_of(f) == 0, 3) is None, "the requests stop")
    expired = the_lab.daemon.wait_counter("others.correspondent_bindings_expired", 1, 8)
    report.equal(expired, 1, "its lifetime ends")
    report.equal(answer_to_echo(the_lab, mobile.care_of, FOREIGN_HOME), "error", "and with it the binding")
    report.check(the_lab.wire.wait_for(lambda f: kind_of(f) == 0, 0.2) is None, "an idle one was not asked")


def unreachable(report, the_lab):
    """RFC 6275 9.3.4: persistent errors from the way to the care-of address delete a binding, single ones do not."""
    mobile = Mobile(the_lab, FOREIGN_HOME, "2001:db8:b::80")
    mobile.test()
    report.equal(status_of(mobile.ask()), 0, "a binding for a place that becomes unreachable")

    def answer():
        the_lab.wire.drain()
        the_lab.wire.send(echo(mobile.care_of, FOREIGN_HOME))
        return the_lab.wire.wait_for(lambda f: ICMPv6EchoReply in f or kind_of(f) == 7, 1)

    def complain(kind=ICMPv6DestUnreach(code=0), quoted=None):
        the_lab.wire.send(bytes(IPv6(src="2001:db8:e::1", dst=HOME_AGENT) / kind / Raw(quoted or sent)))

    frame = answer()
    if not report.check(frame is not None and IPv6ExtHdrRouting in frame, "the host's answer goes there by type 2 routing header"):
        return
    sent = bytes(frame[IPv6])
    before = the_lab.daemon.counters()["outcomes.tunnel_error_own"]
    elsewhere = sent[:39] + bytes([sent[39] ^ 1]) + sent[40:]  # another care-of address
    for _ in range(3):
        for _ in range(5):
            complain()
            complain(ICMPv6TimeExceeded())
        time.sleep(0.1)
    for _ in range(4):
        complain(quoted=elsewhere)
        complain(ICMPv6TimeExceeded())
        time.sleep(1.05)
    report.equal(the_lab.daemon.wait_counter("outcomes.tunnel_error_own", before + 38), before + 38, "every error is counted")
    frame = answer()
    report.check(frame is not None and ICMPv6EchoReply in frame,
                 "a burst of errors, other errors and those about another place leave the binding")
    complain()
    time.sleep(1.05)
    complain()
    ended = the_lab.daemon.wait_counter("others.correspondent_bindings_unreachable", 1)
    report.equal(ended, 1, "the third Destination Unreachable, each a second after the one before, ends it")
    report.equal(rows(the_lab), {}, "correspondent.list does not show it any more")
    frame = answer()
    report.check(frame is not None and kind_of(frame) == 7, "and its Home Address option gets a Binding Error")


def tunnelled(packet, care_of=CARE_OF):
    return packets.ip6(care_of, HOME_AGENT, 41, packet)


def own_nodes(report, the_lab):
    """Mobile nodes of this home agent: their tests with it go through the tunnel, and their type stays."""
    mn = Node(the_lab, OURS)
    report.check(mn.register(), "a mobile node of this home agent registers")
    the_lab.wire.drain()
    the_lab.wire.send(tunnelled(test_init(MIP6MH_HoTI, mn.home)))
    frame = the_lab.wire.wait_for(lambda f: f[IPv6].nh == 41)
    if not report.check(frame is not None, "its Home Test Init out of the tunnel is answered into the tunnel"):
        return
    inner = frame[IPv6].payload
    message = packets.read_message(bytes(inner))
    report.equal((frame[IPv6].src, frame[IPv6].dst, inner.src, inner.dst, message.type, message.checksum_ok),
                 (HOME_AGENT, CARE_OF, HOME_AGENT, mn.home, 3, True), "with the right addresses and checksum")
    as_stranger = Mobile(the_lab, mn.home)
    as_stranger.home_index, as_stranger.home_token = token_of(message)
    as_stranger.care_of_index, as_stranger.care_of_token = token_of(
        ask_token(the_lab, MIP6MH_CoTI, CARE_OF, MIP6MH_CoT)[1])
    as_stranger.sequence = mn.sequence
    answer = as_stranger.ask()
    report.equal((status_of(answer), answer and answer.authorized), (139, True),
                 "an authorized update without the H flag over a home registration is answered with 139")
    report.check(the_lab.daemon.bindings()[mn.home]["care_of"] == CARE_OF, "which stays as it was")
    mn.ask(lifetime_s=0)
    as_stranger.sequence = mn.sequence
    report.equal(status_of(as_stranger.ask()), 0, "without a home registration it is accepted")
    mn.sequence = as_stranger.sequence
    report.equal(status_of(mn.ask()), 139, "over its binding a home registration is answered with 139")
    as_stranger.sequence = mn.sequence
    report.equal(status_of(as_stranger.ask(lifetime_s=0)), 0, "until it is deleted")
    mn.sequence = as_stranger.sequence
    report.equal(status_of(mn.ask()), 0, "then it is accepted")


def relay(report, the_lab):
    """RFC 6275 10.4.6: what a mobile node of ours and another correspondent say to each other."""
    mn = Node(the_lab, OURS)
    mn.sequence = 100
    mn.register()
    the_lab.wire.drain()
    question = test_init(MIP6MH_HoTI, mn.home, CORRESPONDENT)
    the_lab.wire.send(tunnelled(question))
    frame = the_lab.wire.wait_for(lambda f: kind_of(f) == 1)
    if report.check(frame is not None, "Home Test Init out of the tunnel is forwarded to the correspondent"):
        found = bytes(frame[IPv6])[:len(question)]
        report.equal(found[:7] + found[8:], question[:7] + question[8:], "as it was, but for the hop limit")
    answer = bytes(IPv6(src=CORRESPONDENT, dst=mn.home) / MIP6MH_HoT(cookie=COOKIE, index=7, token=b"token678"))
    the_lab.wire.drain()
    the_lab.wire.send(answer)
    frame = the_lab.wire.wait_for(lambda f: f[IPv6].nh == 41)
    if report.check(frame is not None, "Home Test from the correspondent goes into the tunnel"):
        found = bytes(frame[IPv6])[40:40 + len(answer)]
        report.equal((frame[IPv6].dst, found[:7] + found[8:]), (CARE_OF, answer[:7] + answer[8:]),
                     "to the care-of address, as it was but for the hop limit")


def command_line(report, the_lab, programs):
    mobile = Mobile(the_lab, THIRD_HOME, "2001:db8:b::79")
    mobile.test()
    report.equal(status_of(mobile.ask()), 0, "a binding to list")
    done = subprocess.run([f"{programs}/homewardctl", "--socket", the_lab.daemon.socket_path, "correspondent", "list"],
                          capture_output=True, text=True, check=False)
    report.check(done.returncode == 0 and THIRD_HOME in done.stdout and "2001:db8:b::79" in done.stdout,
                 "homewardctl correspondent list shows it", done.stdout + done.stderr)


def off(report, the_lab):
    the_lab.daemon.stop()
    the_lab.daemon.configure(NODES)
    if not report.check(the_lab.daemon.start(), "the daemon starts without the function"):
        return
    the_lab.wire.drain()
    the_lab.wire.send(test_init(MIP6MH_HoTI, FOREIGN_HOME))
    the_lab.wire.send(test_init(MIP6MH_CoTI, CARE_OF))
    the_lab.wire.send(Mobile(the_lab, FOREIGN_HOME).update())
    report.equal(the_lab.wire.collect(0.3), [], "off: silence")
    report.equal(the_lab.daemon.counters()["outcomes.mh_unexpected"], 2, "counted as not expected")


def unasked(report, the_lab):
    address = packets.address
    for kind, name, body in ((0, "mh_binding_refresh_request", bytes(2)), (3, "mh_home_test", bytes(18)),
                             (4, "mh_care_of_test", bytes(18)), (6, "mh_binding_ack", bytes(10)),
                             (7, "mh_binding_error", b"\2\0" + bytes(16))):
        message = bytes((59, (6 + len(body)) // 8 - 1, kind, 0, 0, 0)) + body
        total = packets.checksum(address(CARE_OF), address(HOME_AGENT), 135, message)
        the_lab.wire.drain()
        the_lab.wire.send(packets.ip6(CARE_OF, HOME_AGENT, 135, message[:4] + total.to_bytes(2, "big") + message[6:]))
        report.equal(the_lab.wire.collect(0.15), [], f"{name}: no answer")
        report.equal(the_lab.daemon.counters()[f"outcomes.{name}"], 1, f"{name}: counted by name")


def main():
    report = Report()
    programs = program_directory()
    with lab(programs) as the_lab:
        the_lab.daemon.configure(NODES, correspondent__enabled=True, correspondent__bindings=2,
                                 limits__errors_per_source={"rate_per_s": 50, "burst": 100})
        if report.check(the_lab.daemon.start(), "the daemon starts"):
            for part in (tokens, silent_inits, refusals, life, unasked, own_nodes, relay):
                report.run(part, report, the_lab)
        else:
            the_lab.show_log()
        for part in (full_cache, refresh, unreachable, lambda r, l: command_line(r, l, programs), off):
            if part is not off:
                the_lab.daemon.stop()
                the_lab.daemon.configure(NODES, correspondent__enabled=True, correspondent__bindings=2,
                                         limits__errors_per_source={"rate_per_s": 50, "burst": 100})
                report.check(the_lab.daemon.start(), "the daemon starts anew")
            try:
                part(report, the_lab)
            except (AttributeError, KeyError, OSError, RuntimeError, TypeError) as error:
                report.check(False, "a part runs to its end", repr(error))
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
