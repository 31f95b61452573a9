#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Registrations seen from the wire: register, refresh, move, de-register, expire, and every refusal that shows outside.

RFC 6275 9.5, 10.3; RFC 4285 5, 6; RFC 3963 6.2. Usage: registration.py BUILD-DIRECTORY
"""
import sys
import time

from lib import (CARE_OF, HOME_AGENT, HOME_PREFIX, OTHER_CARE_OF, Node, Report, program_directory, home, lab, node,
                 packets)

SEQUENCE, TIMESTAMP, PROHIBITED, OPEN, FIRST, SECOND, THIRD = 16, 17, 18, 19, 20, 21, 22
SHORT, EXPIRING = 23, 24
ACK_HOME = packets.FLAG_ACK | packets.FLAG_HOME

NODES = [
    node(SEQUENCE), node(TIMESTAMP, replay="timestamp"), node(PROHIBITED, prohibited=True),
    {"home_address": home(OPEN), "auth": "none"},
    node(FIRST), node(SECOND), node(THIRD), node(SHORT), node(EXPIRING),
]


def status_of(answer):
    return answer.status if answer is not None else "silence"


def refused(report, answer, status, claim):
    return report.equal(status_of(answer), status, claim)


def check_acknowledgement(report, answer, mn, what):
    if not report.check(answer is not None, f"{what} is acknowledged"):
        return
    report.check(answer.checksum_ok and answer.source == HOME_AGENT, f"{what}: right checksum, from the home agent")
    report.check(answer.auth_ok is True, f"{what}: the authenticator of the acknowledgement is right")
    report.check(answer.well_placed, f"{what}: options are aligned and the authentication option is last")
    report.equal(answer.home, mn.home, f"{what}: a type 2 routing header holds the home address")


def binding_is(report, the_lab, number, care_of, claim):
    row = the_lab.daemon.bindings().get(home(number))
    report.equal(row["care_of"] if row else None, care_of, claim)


def life_by_sequence(report, the_lab):
    mn = Node(the_lab, SEQUENCE)
    answer = mn.ask(sequence=65530)
    check_acknowledgement(report, answer, mn, "a first registration")
    refused(report, answer, 0, "a first registration is accepted whatever its sequence number")
    report.equal(answer and answer.sequence, 65530, "the sequence number is copied")
    report.equal(answer and answer.lifetime_s, 600, "the lifetime asked for is granted")
    report.equal(answer and answer.destination, CARE_OF, "the acknowledgement goes to the care-of address")
    report.equal(answer and answer.identifier, b"\x01" + f"mn{SEQUENCE}@example.com".encode(),
                 "the identifier is repeated")
    binding_is(report, the_lab, SEQUENCE, CARE_OF, "the binding leads to the care-of address")

    answer = mn.ask(sequence=65530)
    refused(report, answer, 135, "a repeated sequence number is answered with 135")
    report.equal(answer and answer.sequence, 65530, "135 tells the last accepted sequence number")
    report.check(answer is not None and answer.auth_ok is True, "135 is authenticated")
    refused(report, mn.ask(sequence=32762), 135, "a sequence number half the circle ahead is answered with 135")
    refused(report, mn.ask(sequence=65529), 135, "an older one too")
    refused(report, mn.ask(sequence=2, lifetime_s=400), 0, "a refresh across the wrap of the numbers is accepted")
    report.equal(the_lab.daemon.bindings()[mn.home]["lifetime_s"], 400, "the refresh put its lifetime in force")

    answer = mn.ask(sequence=3, care_of=OTHER_CARE_OF)
    check_acknowledgement(report, answer, mn, "a move")
    report.equal(answer and answer.destination, OTHER_CARE_OF, "it is acknowledged to the new place")
    binding_is(report, the_lab, SEQUENCE, OTHER_CARE_OF, "the binding leads to the new place")

    refused(report, mn.ask(sequence=1, lifetime_s=0, care_of=OTHER_CARE_OF), 135, "a stale de-registration gets 135")
    binding_is(report, the_lab, SEQUENCE, OTHER_CARE_OF, "and the binding stays")
    answer = mn.ask(sequence=4, lifetime_s=0, care_of=OTHER_CARE_OF)
    check_acknowledgement(report, answer, mn, "a de-registration")
    refused(report, answer, 0, "a de-registration is accepted")
    report.equal(answer and answer.lifetime_s, 0, "with lifetime 0")
    binding_is(report, the_lab, SEQUENCE, None, "the binding is gone")

    refused(report, mn.ask(sequence=4, care_of=CARE_OF), 135, "a late older update after it is answered with 135")
    refused(report, mn.ask(sequence=5, lifetime_s=0), 133, "another de-registration is answered with 133")
    refused(report, mn.ask(sequence=6), 0, "a newer update registers again")
    refused(report, mn.ask(sequence=7, lifetime_s=0), 0, "and leaves again")


def forms(report, the_lab):
    mn = Node(the_lab, SEQUENCE)
    mn.sequence = 100
    refused(report, mn.ask(flags=packets.FLAG_HOME), 0, "without the A flag a registration is acknowledged all the same")
    answer = mn.ask(care_of=OTHER_CARE_OF, source=CARE_OF)
    report.equal(answer and answer.destination, CARE_OF,
                 "with an alternate care-of address the acknowledgement goes to the source")
    report.check(answer is not None and answer.auth_ok is True, "authenticated over the alternate care-of address")
    binding_is(report, the_lab, SEQUENCE, OTHER_CARE_OF, "and the binding leads to the alternate care-of address")
    refused(report, mn.ask(alternate=False), 0, "without the option the source is the care-of address")
    binding_is(report, the_lab, SEQUENCE, CARE_OF, "and the binding leads there")
    refused(report, mn.ask(reserved=0xff, flags=ACK_HOME | 0x003f), 0, "reserved bits are ignored")
    refused(report, mn.ask(options=[(200, b"unknown", 1, 0)]), 0, "an unknown option is skipped")
    answer = mn.ask(lifetime_s=262140)
    report.equal(answer and answer.lifetime_s, 3600, "the lifetime is cut to the configured maximum")
    answer = mn.ask(message_id=packets.ntp_now())
    report.equal(answer and answer.message_id is not None, True, "a message-ID nobody asked for is repeated")

    answer = mn.ask(source=mn.home, care_of=mn.home, home_option=False, alternate=False, lifetime_s=0)
    refused(report, answer, 0, "a de-registration from the home address itself is accepted")
    report.equal(answer and (answer.home, answer.destination), (None, mn.home),
                 "and acknowledged to it without a routing header")
    mn.register()
    refused(report, mn.ask(care_of=mn.home, source=CARE_OF, alternate=True), 0,
            "a care-of address equal to the home address de-registers, whatever its lifetime")
    binding_is(report, the_lab, SEQUENCE, None, "and the binding is gone")


def life_by_timestamp(report, the_lab):
    mn = Node(the_lab, TIMESTAMP)
    stamp = packets.ntp_now()
    answer = mn.ask(sequence=7, message_id=stamp)
    check_acknowledgement(report, answer, mn, "a registration by timestamp")
    refused(report, answer, 0, "a registration by timestamp is accepted")
    report.equal(answer and answer.message_id, stamp, "the timestamp is copied whole")
    refused(report, mn.ask(sequence=7, message_id=stamp), 144, "the same timestamp again is answered with 144")
    refused(report, mn.ask(sequence=3, message_id=packets.ntp_now()), 0,
            "with timestamps an older sequence number does no harm")
    refused(report, mn.ask(message_id=packets.ntp_now(-0.5)), 144, "a timestamp older than the last is answered with 144")

    for offset, what in ((-3600, "an hour late"), (3600, "an hour early")):
        stamp = packets.ntp_now(offset)
        answer = mn.ask(care_of=OTHER_CARE_OF, message_id=stamp)
        refused(report, answer, 144, f"a clock {what} is answered with 144")
        if answer is not None and answer.message_id is not None:
            report.check(abs((answer.message_id >> 32) - (packets.ntp_now() >> 32)) <= 1,
                         f"{what}: the answer's high half is the home agent's time")
            report.equal(answer.message_id & 0xffffffff, stamp & 0xffffffff, f"{what}: its low half is copied")
        report.check(answer is not None and answer.auth_ok is True, f"{what}: the answer is authenticated")
    binding_is(report, the_lab, TIMESTAMP, CARE_OF, "and the binding did not move")
    refused(report, mn.ask(), 145, "without a timestamp the answer is 145")
    refused(report, mn.ask(lifetime_s=0, message_id=packets.ntp_now()), 0, "a de-registration by timestamp is accepted")


def refusals(report, the_lab):
    mn = Node(the_lab, SEQUENCE)
    mn.sequence = 1000
    refused(report, Node(the_lab, PROHIBITED).ask(), 129, "a prohibited node is answered with 129")
    answer = mn.ask(key=bytes(16))
    refused(report, answer, 146, "a wrong key is answered with 146")
    report.check(answer is not None and
                 packets.read_message(bytes(answer.frame.payload)).auth_ok(bytes(range(16)), CARE_OF, mn.home) is True,
                 "and the answer is authenticated with the right one")
    refused(report, mn.ask(auth_data=bytes(12)), 146, "an authenticator of zeros is answered with 146")
    binding_is(report, the_lab, SEQUENCE, None, "none of it made a binding")
    refused(report, mn.ask(lifetime_s=0), 133, "a de-registration without a binding is answered with 133")
    refused(report, mn.ask(flags=ACK_HOME | packets.FLAG_MOBILE_ROUTER), 140, "a mobile router is answered with 140")
    refused(report, mn.ask(source=mn.home, home_option=False), 132,
            "a registration without the Home Address option is answered with 132")
    mn.register()
    refused(report, mn.ask(flags=packets.FLAG_ACK), 139, "a binding cannot stop to be a home registration: 139")
    refused(report, mn.ask(flags=ACK_HOME | packets.FLAG_MOBILE_ROUTER), 139, "nor become a mobile router's: 139")
    binding_is(report, the_lab, SEQUENCE, CARE_OF, "the binding survives the refused changes")
    mn.ask(lifetime_s=0)


def silence(report, the_lab):
    mn = Node(the_lab, SEQUENCE)
    mn.sequence = 2000
    cases = (
        ("auth_missing", "no authentication option", {"spi": None}),
        ("auth_missing", "no identifier", {"identifier": None}),
        ("auth_no_association", "an unknown SPI", {"spi": 999}),
        ("auth_no_association", "the SPI of another node", {"spi": 256 + TIMESTAMP}),
        ("auth_no_association", "another identifier", {"identifier": "somebody@example.com"}),
        ("auth_no_association", "a home address nobody has", {"home": home(99)}),
        ("not_home_registration", "no H flag", {"flags": packets.FLAG_ACK}),
        ("nonce_indices", "nonce indices", {"options": [(packets.OPTION_NONCE, b"\0\x01\0\x02", 2, 0)]}),
        ("address", "a multicast care-of address", {"care_of": "ff02::1", "source": CARE_OF}),
        ("address", "a link-local care-of address", {"care_of": "fe80::1", "source": CARE_OF}),
        ("address", "a loopback care-of address", {"care_of": "::1", "source": CARE_OF}),
        ("care_of_is_home", "the home agent as care-of address", {"care_of": HOME_AGENT, "source": CARE_OF}),
        ("care_of_is_home", "another home address as care-of address", {"care_of": home(77), "source": CARE_OF}),
    )
    for reason, what, fields in cases:
        before = the_lab.daemon.counters()
        quiet = mn.silence(**fields)
        after = the_lab.daemon.counters()
        moved = after[f"silent.{reason}"] - before[f"silent.{reason}"]
        report.check(quiet and moved == 1, f"{what}: silence, counted as {reason}", f"quiet {quiet}, counted {moved}")
    report.equal(the_lab.daemon.bindings(), {}, "none of it made a binding")


def without_authentication(report, the_lab):
    mn = Node(the_lab, OPEN)
    answer = mn.ask(identifier=None, spi=None)
    refused(report, answer, 0, "a node configured without authentication registers without it")
    report.check(answer is not None and answer.auth_ok is None, "and is answered without it")
    refused(report, mn.ask(identifier=None, spi=None, sequence=1), 135, "its sequence number counts")
    mn.ask(identifier=None, spi=None, lifetime_s=0)


def expiry(report, the_lab):
    mn = Node(the_lab, EXPIRING)
    before = the_lab.daemon.counters()["others.bindings_expired"]
    answer = mn.ask(lifetime_s=4)
    report.equal(answer and answer.lifetime_s, 4, "a lifetime of one unit is granted")
    begun = time.monotonic()
    while mn.home in the_lab.daemon.bindings() and time.monotonic() - begun < 8:
        time.sleep(0.05)
    lived = time.monotonic() - begun
    report.check(3.8 < lived < 5.2, "the binding ends with its lifetime", f"after {lived:.2f} s")
    report.equal(the_lab.daemon.counters()["others.bindings_expired"] - before, 1, "the expiry is counted")
    refused(report, mn.ask(lifetime_s=0), 133, "a de-registration afterwards is answered with 133")


def restart(the_lab, nodes, **changes):
    the_lab.daemon.stop()
    the_lab.daemon.configure(nodes, **changes)
    if not the_lab.daemon.start():
        the_lab.show_log()
        return False
    return True


def full_table(report, the_lab):
    if not report.check(restart(the_lab, NODES, bindings__capacity=2), "the daemon starts with room for two bindings"):
        return
    first, second, third = Node(the_lab, FIRST), Node(the_lab, SECOND), Node(the_lab, THIRD)
    report.check(first.register() and second.register(), "two nodes register")
    answer = third.ask()
    refused(report, answer, 130, "a third one is answered with 130")
    report.check(answer is not None and answer.auth_ok is True, "authenticated")
    report.check(first.register(care_of=OTHER_CARE_OF), "those who are registered still move")
    report.equal(status_of(second.ask(lifetime_s=0)), 0, "one leaves")
    report.check(third.register(), "and the third one finds room")


def short_prefix(report, the_lab):
    prefix = {"prefix": HOME_PREFIX, "address": HOME_AGENT, "home_link": "virtual", "valid_lifetime_s": 3000,
              "preferred_lifetime_s": 100}
    if not report.check(restart(the_lab, NODES, home_agent__prefixes=[prefix]),
                        "the daemon starts with a prefix that ages"):
        return
    mn = Node(the_lab, SHORT)
    answer = mn.ask(lifetime_s=3600)
    refused(report, answer, 1, "a registration beyond the preferred lifetime of the prefix is accepted with status 1")
    report.check(answer is not None and 2900 <= answer.lifetime_s <= 3000,
                 "and granted no more than its valid lifetime", answer and answer.lifetime_s)
    refused(report, mn.ask(lifetime_s=60), 0, "a short one is accepted with status 0")


def address_of_this_host(report, the_lab):
    """RFC 6275 10.3.1: behind a virtual home link nobody objects but the kernel."""
    if not report.check(restart(the_lab, NODES), "the daemon starts"):
        return
    mn = Node(the_lab, FIRST)
    the_lab.run("ha", "ip", "address", "add", f"{mn.home}/128", "dev", "rt", "nodad")
    time.sleep(0.3)
    refused(report, mn.ask(), 134, "an address that this host has is answered with 134")
    the_lab.run("ha", "ip", "address", "del", f"{mn.home}/128", "dev", "rt")
    time.sleep(0.3)
    refused(report, mn.ask(), 0, "and registered once it has not")


def closed_service(report, the_lab):
    if not report.check(restart(the_lab, NODES, home_agent__accept_registrations=False),
                        "the daemon starts with registrations closed"):
        return
    refused(report, Node(the_lab, FIRST).ask(), 131, "a registration is answered with 131")


def foreign_home(report, the_lab):
    if not report.check(restart(the_lab, NODES, home_agent__answer_foreign_home_address=True),
                        "the daemon starts answering foreign home addresses"):
        return
    mn = Node(the_lab, FIRST)
    refused(report, mn.ask(home="2001:db8:9::1", spi=None, identifier=None), 132,
            "a home address outside every prefix is answered with 132")


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        the_lab.daemon.configure(NODES)
        if report.check(the_lab.daemon.start(), "the daemon starts"):
            for part in (life_by_sequence, forms, life_by_timestamp, refusals, silence, without_authentication,
                         expiry, full_table, short_prefix, address_of_this_host, closed_service,
                         foreign_home):
                report.run(part, report, the_lab)
                if not the_lab.daemon.alive():
                    the_lab.show_log()
                    restart(the_lab, NODES)
        else:
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
