#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What a home agent meets on the open Internet: malformed, misplaced, forged and senseless packets. After each one the daemon
serves on, its bindings are as before, exactly the expected counter moved, and exactly the expected answer came.

RFC 6275 6.1, 6.3, 9.2, 9.3, 10.4.5; RFC 8200 4; RFC 4443 2.4. Usage: hostile.py BUILD-DIRECTORY
"""
import random
import sys
import time

from scapy.layers.inet6 import (ICMPv6DestUnreach, ICMPv6EchoReply, ICMPv6ParamProblem, IPv6,
                                IPv6ExtHdrRouting, MIP6MH_BE)

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, ROUTER, Node, Report, balance, program_directory, home, lab, node,
                 packets, update)

VICTIM, VICTIM_SEQUENCE = 16, 1000

NEVER = 17     # configured, never registered
ADDRESS_FIELDS = ("home_address", "care_of", "sequence", "lifetime_s")
IP6, DEST, MH = packets.ip6, packets.DEST_OPTIONS, packets.MOBILITY


class Sources:
    """A fresh /64 for each case: answers are rate limited by source network."""

    def __init__(self):
        self.number = 0

    def next(self):
        self.number += 1
        return f"2001:db8:a:{self.number:x}::10"


sources = Sources()


def seal(sent, message):
    """A hand-made Mobility Header in the packet of that update, its checksum right."""
    message = message[:4] + b"\0\0" + message[6:]
    pseudo_source = sent.home if sent.home_option else sent.care_of
    total = packets.checksum(packets.address(pseudo_source), packets.address(HOME_AGENT), MH, message)
    message = message[:4] + total.to_bytes(2, "big") + message[6:]
    if not sent.home_option:
        return IP6(sent.care_of, HOME_AGENT, MH, message)
    return IP6(sent.care_of, HOME_AGENT, DEST, packets.home_address_header(MH, sent.home) + message)


def victim_update(**fields):
    values = {"care_of": sources.next(), "sequence": VICTIM_SEQUENCE + 1}
    values.update(fields)
    return update(VICTIM, **values)


# What must come back: a function of the frames that came, giving what is wrong, or None.

def nothing(found):
    return f"{len(found)} answers, the first {found[0].summary()}" if found else None


def one(found, layer):
    if len(found) != 1:
        return f"{len(found)} answers"
    return None if layer in found[0] else f"answered by {found[0].summary()}"


def binding_error(status, home_address, destination):
    def judge(found):
        wrong = one(found, MIP6MH_BE)
        if wrong:
            return wrong
        error, ip = found[0][MIP6MH_BE], found[0][IPv6]
        told = (error.status, error.ha, ip.src, ip.dst, IPv6ExtHdrRouting in found[0])
        expected = (status, home_address, HOME_AGENT, destination, False)
        if not packets.read_message(bytes(ip)).checksum_ok:
            return "wrong checksum"
        return None if told == expected else f"{told}, expected {expected}"
    return judge


def parameter_problem(code, pointer):
    def judge(found):
        wrong = one(found, ICMPv6ParamProblem)
        if wrong:
            return wrong
        problem = found[0][ICMPv6ParamProblem]
        told = (problem.code, problem.ptr)
        return None if told == (code, pointer) else f"code and pointer {told}, expected {(code, pointer)}"
    return judge


def unreachable(destination):
    def judge(found):
        wrong = one(found, ICMPv6DestUnreach)
        if wrong:
            return wrong
        told = (found[0][ICMPv6DestUnreach].code, found[0][IPv6].dst)
        return None if told == (3, destination) else f"code and destination {told}"
    return judge


def echo_reply(home_address, care_of):
    def judge(found):
        wrong = one(found, ICMPv6EchoReply)
        if wrong:
            return wrong
        ip, routing = found[0][IPv6], found[0][IPv6ExtHdrRouting] if IPv6ExtHdrRouting in found[0] else None
        told = (ip.src, ip.dst, routing and routing.type, routing and routing.addresses)
        expected = (HOME_AGENT, care_of, 2, [home_address])
        if told != expected:
            return f"{told}, expected {expected}"
        message = bytes(found[0][ICMPv6EchoReply])
        if packets.checksum(packets.address(HOME_AGENT), packets.address(home_address), packets.ICMP6, message):
            return "wrong checksum"
        return None if found[0][ICMPv6EchoReply].data == b"homeward" else "other data"
    return judge


class Court:
    def __init__(self, report, the_lab):
        self.report, self.lab = report, the_lab
        self.daemon, self.wire = the_lab.daemon, the_lab.wire

    def bindings(self):
        return {home: tuple(row[field] for field in ADDRESS_FIELDS) for home, row in self.daemon.bindings().items()}

    def case(self, name, sent, counter, answer=nothing):
        """counter: the one that counts the packet's end; None when the kernel keeps the packet."""
        if not self.daemon.alive():
            self.report.check(False, name, "the daemon is not running")
            return
        try:
            wrong = self.try_case(sent, counter, answer)
        except (OSError, RuntimeError) as error:
            wrong = repr(error)
        self.report.check(not wrong, name, wrong)

    def settled_counters(self, seconds=2):
        """With no packet inside: what came has gone. After that time as they are."""
        until = time.monotonic() + seconds
        while True:
            counters = self.daemon.counters()
            came, went = balance(counters)
            if came == went or time.monotonic() > until:
                return counters
            time.sleep(0.005)

    def try_case(self, sent, counter, answer):
        before, bound = self.settled_counters(), self.bindings()
        self.wire.drain()
        if isinstance(sent, Frame):
            self.wire.send_frame(sent.octets)
        else:
            self.wire.send(sent)
        if counter is not None:
            self.daemon.wait_counter(counter, before.get(counter, 0) + 1)
        found = self.wire.collect(0.1, at_least=0 if answer is nothing else 1)
        after = self.settled_counters()
        moved = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
        if not self.daemon.alive():
            return "the daemon died"
        if self.bindings() != bound:
            return f"bindings changed: {bound} to {self.bindings()}"
        return self.judge_counters(counter, moved) or answer(found)

    @staticmethod
    def judge_counters(counter, moved):
        ends = {name: by for name, by in moved.items() if name.startswith(("dropped.", "outcomes."))}
        if ends != ({counter: 1} if counter is not None else {}):
            return f"counted {ends}, expected {counter}"
        came, went = balance({**{"received": 0, "injected": 0, "sent": 0, "to_kernel": 0}, **moved})
        return None if came == went else f"{came} in, {went} out"


class Frame:
    """Sent as it is, Ethernet included."""

    def __init__(self, octets):
        self.octets = octets


def mobility_headers(court):
    court.case("wrong checksum: silence", victim_update(bad_checksum=True).packet(), "outcomes.mh_checksum")

    sent = victim_update()
    court.case("Mobility Header cut short: silence", seal(sent, sent.message()[:-8]), "outcomes.mh_short")
    court.case("Header Len past the packet: silence", seal(sent, b"\x3b\xff" + sent.message()[2:]), "outcomes.mh_short")
    court.case("nothing behind the header that names it: silence",
               IP6(sent.care_of, HOME_AGENT, DEST, packets.home_address_header(MH, sent.home)), "outcomes.mh_short")
    court.case("four octets of it: silence", IP6(sent.care_of, HOME_AGENT, MH, b"\x3b\0\x05\0"), "outcomes.mh_short")
    court.case("payload length 0: silence", IP6(sent.care_of, HOME_AGENT, MH, b""), "outcomes.mh_short")
    court.case("frame shorter than its payload length: silence", sent.packet()[:-20], "dropped.length")

    sent = victim_update(mh_type=200)
    court.case("unknown type: Binding Error 2 to where it came from", sent.packet(), "outcomes.mh_unknown_type",
               binding_error(2, sent.home, sent.care_of))
    sent = victim_update(mh_type=200, home_option=False)
    court.case("unknown type without a home address: Binding Error 2 about ::", sent.packet(),
               "outcomes.mh_unknown_type", binding_error(2, "::", sent.care_of))

    court.case("Payload Proto not 59: Parameter Problem at 64", victim_update(payload_proto=6).packet(),
               "outcomes.mh_payload_proto", parameter_problem(0, 64))
    court.case("without destination options: at 40", victim_update(payload_proto=6, home_option=False).packet(),
               "outcomes.mh_payload_proto", parameter_problem(0, 40))
    sent = victim_update()
    court.case("Header Len below the minimum: Parameter Problem at 65", seal(sent, b"\x3b\0\x05\0\0\0\0\0"),
               "outcomes.mh_header_length", parameter_problem(0, 65))
    sent = victim_update(home_option=False)
    court.case("without destination options: at 41", seal(sent, b"\x3b\0\x05\0\0\0\0\0"),
               "outcomes.mh_header_length", parameter_problem(0, 41))
    sent = victim_update(mh_type=packets.BA, spi=None, identifier=None)
    court.case("Binding Acknowledgement nobody asked for: silence", seal(sent, sent.message()), "outcomes.mh_binding_ack")
    message = b"\x3b\x02\x07\0\0\0\x01\0" + packets.address(sent.home)
    court.case("Binding Error: silence", seal(sent, message), "outcomes.mh_binding_error")


def options(court):
    sent = victim_update(alternate=False)
    sent.options = [(packets.OPTION_ALTERNATE, packets.address(CARE_OF), 8, 0)]
    court.case("misaligned option: silence", sent.packet(), "outcomes.binding_update_malformed")

    sent = victim_update(alternate=False, options=[(packets.OPTION_ALTERNATE, bytes(8), 8, 6)])
    court.case("option of a wrong length: Parameter Problem at its Length octet", sent.packet(),
               "outcomes.binding_update_malformed", parameter_problem(0, 64 + 14 + 1))

    sent = victim_update(alternate=False, identifier=None, spi=None)
    message = sent.message()[:12] + b"\xc8\xff\0\0"
    court.case("option running past the end: silence", seal(sent, b"\x3b\x01" + message[2:]),
               "outcomes.binding_update_malformed")
    message = sent.message()[:12] + b"\x01\x01\0\x03"
    court.case("option without its Length octet: silence", seal(sent, b"\x3b\x01" + message[2:]),
               "outcomes.binding_update_malformed")
    sent = victim_update(options=[(packets.OPTION_ALTERNATE, packets.address(CARE_OF), 8, 6)])
    court.case("two care-of addresses: silence", sent.packet(), "outcomes.binding_update_malformed")


def extension_headers(court):
    sent = victim_update()
    message = sent.sealed()
    source = sent.care_of
    chain = b"".join(bytes([DEST, 0, 1, 4, 0, 0, 0, 0]) for _ in range(8)) + bytes([MH, 0, 1, 4, 0, 0, 0, 0])
    court.case("nine extension headers: dropped", IP6(source, HOME_AGENT, DEST, chain + message),
               "dropped.extension_headers")
    court.case("extension header past the packet: dropped", IP6(source, HOME_AGENT, DEST, bytes([MH, 200]) + bytes(14)),
               "dropped.extension_headers")
    court.case("option past its header: dropped", IP6(source, HOME_AGENT, DEST, bytes([MH, 0, 0xc9, 16, 0, 0, 0, 0]) + message),
               "dropped.extension_headers")

    header = packets.home_address_header(MH, sent.home)
    court.case("two home addresses: silence",
               IP6(source, HOME_AGENT, DEST, packets.home_address_header(DEST, sent.home) + header + message),
               "outcomes.packet_malformed")
    shifted = bytes([MH, 2, 0xc9, 16]) + packets.address(sent.home) + b"\x01\x02\0\0"
    court.case("misaligned Home Address option: silence", IP6(source, HOME_AGENT, DEST, shifted + message),
               "outcomes.packet_malformed")
    unknown = bytes([MH, 0, 0x80, 4, 0, 0, 0, 0])
    court.case("unknown option that asks for it: Parameter Problem 2 at the option",
               IP6(sources.next(), HOME_AGENT, DEST, unknown + message), "outcomes.packet_malformed",
               parameter_problem(2, 42))
    court.case("unknown option that asks to be dropped: silence",
               IP6(sources.next(), HOME_AGENT, DEST, bytes([MH, 0, 0x40, 4, 0, 0, 0, 0]) + message),
               "outcomes.packet_malformed")
    court.case("routing header with segments left: silence",
               IP6(source, HOME_AGENT, packets.ROUTING, packets.routing_header(MH, sent.home) + message),
               "outcomes.packet_malformed")
    fragment = bytes([MH, 0, 0, 1, 0, 0, 0, 7])
    court.case("fragment of an odd length: Parameter Problem 0 at Payload Length",
               IP6(sources.next(), HOME_AGENT, packets.FRAGMENT, fragment + message[:15]), "outcomes.error_considered",
               parameter_problem(0, 4))
    court.case("first fragment without its headers: Parameter Problem 3",
               IP6(sources.next(), HOME_AGENT, packets.FRAGMENT, bytes([DEST]) + fragment[1:] + bytes([MH, 9]) + bytes(14)),
               "outcomes.error_considered", parameter_problem(3, 0))
    court.case("fragment from a multicast address: silence",
               IP6("ff0e::1", HOME_AGENT, packets.FRAGMENT, fragment + message[:15]), "outcomes.error_considered")


def home_addresses(court):
    source = sources.next()

    def with_home(home_address, came_from):
        echo = packets.echo_request(home_address, HOME_AGENT)
        return IP6(came_from, HOME_AGENT, DEST, packets.home_address_header(packets.ICMP6, home_address) + echo)

    court.case("echo request with a home address that is not bound: Binding Error 1", with_home(home(NEVER), source),
               "outcomes.home_address_unknown", binding_error(1, home(NEVER), source))
    source = sources.next()
    court.case("with a bound one from elsewhere: Binding Error 1", with_home(home(VICTIM), source),
               "outcomes.home_address_unknown", binding_error(1, home(VICTIM), source))
    court.case("with the bound one from its care-of address: echo reply by a type 2 routing header",
               with_home(home(VICTIM), CARE_OF), "outcomes.echo_answered", echo_reply(home(VICTIM), CARE_OF))
    for bad in ("ff02::1", "fe80::1", "::1", "::"):
        court.case(f"home address {bad}: silence", with_home(bad, sources.next()), "outcomes.home_address_invalid")
    court.case("multicast source: silence", with_home(home(VICTIM), "ff0e::1"), "outcomes.home_address_invalid")


def care_of_addresses(court):
    for care_of, what in (("ff0e::1", "multicast"), ("fe80::1", "link-local"), (HOME_AGENT, "the home agent's own"),
                          (home(VICTIM + 1), "a home address")):
        sent = update(VICTIM, care_of=care_of, source=sources.next(), sequence=VICTIM_SEQUENCE + 1)
        court.case(f"care-of address {what}, rightly authenticated: silence", sent.packet(),
                   "outcomes.binding_update_silent")
    court.case("replayed registration: answered 135 and nothing else",
               update(VICTIM, sequence=VICTIM_SEQUENCE).packet(), "outcomes.binding_update_refused", any_one)
    court.case("right SPI, wrong key: answered 146 and nothing else", victim_update(key=bytes(16)).packet(),
               "outcomes.binding_update_refused", any_one)
    court.case("from the home agent's own address, wrong key: silence",
               update(VICTIM, source=HOME_AGENT, sequence=VICTIM_SEQUENCE + 1, key=bytes(16)).packet(),
               "outcomes.source_is_ours")
    court.case("from there, unknown type: silence",
               update(VICTIM, source=HOME_AGENT, mh_type=200).packet(), "outcomes.source_is_ours")
    court.case("no authentication: silence", victim_update(spi=None).packet(), "outcomes.binding_update_silent")
    mn_aaa = bytes([0, 9, 25, 2, 0, 0, 0, 3]) + bytes(20)
    message_id = bytes([1, 4, 0, 0, 0, 0, 10, 8]) + bytes(8) + bytes([1, 2, 0, 0])
    court.case("a message-ID behind MN-AAA, where no authenticator covers it: silence",
               victim_update(behind=mn_aaa + message_id).packet(), "outcomes.binding_update_silent")
    court.case("between MN-HA and MN-AAA: silence",
               victim_update(behind=bytes([1, 0]) + message_id[6:16] + bytes(1) + mn_aaa[1:]).packet(),
               "outcomes.binding_update_silent")


def any_one(found):
    return None if len(found) == 1 else f"{len(found)} answers"


def tunnels(court):
    def inner(source=home(VICTIM), destination=CORRESPONDENT, **fields):
        return IP6(source, destination, packets.UDP, packets.udp(source, destination, 1, 2, b"data"), **fields)

    def outer(payload, source=CARE_OF):
        return IP6(source, HOME_AGENT, packets.IPV6, payload)

    elsewhere = sources.next()
    court.case("spoofed outer source: dropped", outer(inner(), elsewhere), "dropped.tunnel_outer_source")
    court.case("spoofed inner source: dropped", outer(inner(source=home(NEVER))), "dropped.tunnel_unknown")
    court.case("inner source outside the home network: dropped", outer(inner(source=CORRESPONDENT)),
               "dropped.tunnel_unknown")
    court.case("inner packet cut short: dropped", outer(inner()[:-3]), "dropped.tunnel_inner")
    court.case("inner header cut short: dropped", outer(inner()[:30]), "dropped.tunnel_inner")
    court.case("nothing inside: dropped", outer(b""), "dropped.tunnel_inner")
    court.case("inner packet of version 4: dropped", outer(b"\x45" + inner()[1:]), "dropped.tunnel_inner")
    court.case("inner destination multicast: dropped", outer(inner(destination="ff0e::1")), "dropped.tunnel_inner")
    court.case("inner destination link-local: dropped", outer(inner(destination="fe80::1")), "dropped.tunnel_inner")
    nested = IP6(home(VICTIM), HOME_AGENT, packets.IPV6, inner())
    court.case("tunnel in a tunnel from where nobody is registered: dropped", outer(nested), "dropped.tunnel_outer_source")
    court.case("congestion marked tunnel around a packet without ECN: dropped",
               IP6(CARE_OF, HOME_AGENT, packets.IPV6, inner(), traffic_class=3), "dropped.tunnel_ecn")
    fragment = bytes([packets.IPV6, 0, 0, 8, 0, 0, 0, 9])
    court.case("fragment without anything in it: dropped", IP6(CARE_OF, HOME_AGENT, packets.FRAGMENT, fragment),
               "dropped.fragment_length")


def data(court):
    def towards(destination, source, **fields):
        return IP6(source, destination, packets.UDP, packets.udp(source, destination, 1, 2, b"data"), **fields)

    source = sources.next()
    court.case("to a home address without a binding: Destination Unreachable", towards(home(NEVER), source),
               "outcomes.error_considered", unreachable(source))
    error = b"\x01\x03\0\0\0\0\0\0" + towards(source, home(NEVER))
    total = packets.checksum(packets.address(source), packets.address(home(NEVER)), packets.ICMP6, error)
    error = error[:2] + total.to_bytes(2, "big") + error[4:]
    court.case("an ICMPv6 error to it: no error about an error", IP6(source, home(NEVER), packets.ICMP6, error),
               "outcomes.error_considered")
    for bad in ("fe80::1", "ff0e::1", "::", "::1"):
        court.case(f"from {bad} to a mobile node: dropped", towards(home(VICTIM), bad), "dropped.source_address")


def frames(court):
    wire = court.wire
    to_victim = IP6(CORRESPONDENT, home(VICTIM), packets.UDP, packets.udp(CORRESPONDENT, home(VICTIM), 1, 2, b"x"))
    whole = wire.frame(to_victim)
    court.case("for another link-layer address: dropped", Frame(b"\x02\0\0\0\0\x99" + whole[6:]), "dropped.not_our_mac")
    court.case("version 4 in an IPv6 frame: dropped", Frame(whole[:14] + b"\x45" + whole[15:]), "dropped.version")
    court.case("payload length past the frame: dropped", Frame(whole[:18] + b"\xff\xff" + whole[20:]), "dropped.length")
    court.case("runt frame: the kernel's", Frame(whole[:40]), None)
    court.case("Ethernet header alone: the kernel's", Frame(whole[:14]), None)
    court.case("unknown EtherType: the kernel's", Frame(whole[:12] + b"\x88\xb5" + whole[14:]), None)
    court.case("link padding behind the packet: not seen", Frame(wire.frame(victim_update(spi=None).packet()) + bytes(9)),
               "outcomes.binding_update_silent")
    chaos = random.Random(20)
    court.case("noise: the kernel's", Frame(whole[:12] + bytes(chaos.randrange(256) for _ in range(200))), None)


def mutations(court, count=600):
    """A valid but old update with octets changed and its checksum made right again: whatever part it reaches, it is not
    newer than the one in force. What is not changed in a place that matters is answered 135."""
    chaos = random.Random(7)
    before, bound = court.daemon.counters(), court.bindings()
    for _ in range(count):
        sent = update(VICTIM, sequence=VICTIM_SEQUENCE, care_of=sources.next())
        message = bytearray(sent.message())
        for _ in range(chaos.choice((1, 1, 2, 5))):
            message[chaos.randrange(len(message))] = chaos.randrange(256)
        message[6:8] = VICTIM_SEQUENCE.to_bytes(2, "big")
        packet = bytearray(seal(sent, bytes(message)))
        if chaos.random() < 0.3:
            packet[chaos.randrange(6, len(packet))] = chaos.randrange(256)
            packet[24:40] = packets.address(HOME_AGENT)
        if chaos.random() < 0.2:
            packet = packet[:chaos.randrange(40, len(packet))]
        court.wire.send(bytes(packet))
        time.sleep(0.001)
    time.sleep(0.3)
    after = court.daemon.counters()
    court.report.check(court.daemon.alive(), f"{count} mutated updates: the daemon serves on")
    court.report.equal(court.bindings(), bound, "the bindings are as before")
    court.report.check(after["received"] - before["received"] > count // 2, "most of them reached it",
                       after["received"] - before["received"])
    came, went = balance(after)
    court.report.equal(came, went, "every packet of the whole test is accounted for")
    court.report.equal(sum(value for name, value in after.items() if name.startswith("outcomes.")),
                       sum(value for name, value in after.items() if name.startswith("punted.")),
                       "and everything handed to the control thread has an outcome")


def still_works(court):
    mn = Node(court.lab, VICTIM)
    answer = mn.ask(sequence=VICTIM_SEQUENCE + 2)
    court.report.equal(answer and answer.status, 0, "after all that a right update is accepted")
    shown = court.lab.run("rt", "ping", "-n", "-c", "1", "-W", "1", HOME_AGENT)
    court.report.equal(shown.returncode, 0, "and the kernel answers for the home agent's address")


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        the_lab.daemon.configure([node(VICTIM), node(NEVER)])
        if not report.check(the_lab.daemon.start(), "the daemon starts"):
            the_lab.show_log()
            return report.conclude()
        the_lab.run("ha", "ping", "-n", "-c", "1", "-W", "1", ROUTER)  # so that its neighbour is known
        court = Court(report, the_lab)
        if report.check(Node(the_lab, VICTIM).register(sequence=VICTIM_SEQUENCE), "a mobile node registers"):
            for part in (mobility_headers, options, extension_headers, home_addresses, care_of_addresses, tunnels, data,
                         frames, mutations, still_works):
                report.run(part, court)
        if not the_lab.daemon.alive():
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
