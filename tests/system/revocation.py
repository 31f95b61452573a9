#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How a home agent sheds mobile nodes, seen from outside: policies changed at run time, drain, Home Agent Switch (RFC 5142),
binding revocation (RFC 5846).

usage: revocation.py BUILD-DIRECTORY
Prints a line for each check and, last, "N passed, N failed".
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import time

from lib import (CARE_OF, HOME_AGENT, IPv6, KEY, OTHER_CARE_OF, Node, Report, lab, node, packets,
                 program_directory, update)

TAKES, PLAIN, OPEN, OTHER, TIMESTAMP, NEWCOMER, LATER = range(0x20, 0x27)
NODES = [node(TAKES, revocation=True), node(PLAIN), node(OPEN, revocation=True, auth="none", identifier=None, spi=None,
                                                          key=None, replay=None),
         node(OTHER, revocation=True), node(TIMESTAMP, replay="timestamp"), node(NEWCOMER), node(LATER)]
SWITCH, REVOCATION = 12, 16
INDICATION, ACKNOWLEDGEMENT = 1, 2
SUCCESS, STILL_ATTACHED = 0, 132
HOME_AGENTS = ["2001:db8:ee::1", "2001:db8:ee::2"]
RATE_PER_S = 1
seen = []  # frames for tshark


def status_of(answer):
    return answer.status if answer is not None else None


def read(frame):
    """The Mobility Header of a frame, out of its tunnel if it is in one: (message, outer destination or None)."""
    packet = bytes(frame[IPv6])
    outer = None
    if packet[6] == packets.IPV6:
        outer, packet = packets.text(packet[24:40]), packet[40:]
    return packets.read_message(packet), outer


def is_of_type(kind, subtype=None):
    def wanted(frame):
        message, _ = read(frame)
        return message is not None and message.type == kind and (subtype is None or message.body[6] == subtype)
    return wanted


def wait(the_lab, kind, seconds):
    frame = the_lab.wire.wait_for(is_of_type(kind), seconds)
    if frame is not None:
        seen.append(bytes(frame))
    return frame


def counter(the_lab, name):
    return the_lab.daemon.counters()[name]


def sequence_of(frame):
    return struct.unpack_from("!H", read(frame)[0].body, 8)[0]


def acknowledge(the_lab, number, sequence, status=SUCCESS, revocation_type=ACKNOWLEDGEMENT, **fields):
    """A Binding Revocation Acknowledgement has the layout of a Binding Update, its first fields meaning something else."""
    values = {"mh_type": REVOCATION, "sequence": revocation_type << 8 | status, "flags": sequence, "lifetime_s": 0,
              "alternate": False}
    values.update(fields)
    the_lab.wire.send(update(number, **values).packet())


def without_proof():
    return {"spi": None, "identifier": None}


def ended(the_lab, mn, seconds=1.0):
    until = time.monotonic() + seconds
    while mn.home in the_lab.daemon.bindings():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def revoke(the_lab, mn):
    """The first indication that comes of it."""
    the_lab.wire.drain()
    answer = the_lab.daemon.rpc("binding.remove", home_address=mn.home)
    return wait(the_lab, REVOCATION, 1) if answer == {"revoking": mn.home} else None


def told_and_acknowledged(report, the_lab):
    mn = Node(the_lab, TAKES)
    mn.register()
    frame = revoke(the_lab, mn)
    if not report.check(frame is not None, "a node that takes revocation is told of its removal"):
        return
    message, outer = read(frame)
    report.equal((message.source, message.destination, message.routing_home, outer), (HOME_AGENT, CARE_OF, mn.home, None),
                 "at its care-of address, its home address in a type 2 routing header")
    report.check(message.checksum_ok, "the checksum is right")
    report.equal((message.body[6], message.body[7], message.body[10], message.body[11]), (INDICATION, 1, 0, 0),
                 "an indication for an administrative reason, no flag set")
    report.equal(message.option(packets.OPTION_IDENTIFIER)[0], b"\x01" + f"mn{TAKES}@example.com".encode(),
                 "with its identifier")
    report.equal(message.auth_ok(KEY, CARE_OF, mn.home), True, "protected by the association of its registrations")
    binding = the_lab.daemon.rpc("binding.get", home_address=mn.home)
    report.equal((binding["state"], binding["revoking"]), ("in_force", True), "the binding stays in force meanwhile")
    report.equal(status_of(mn.ask()), 129, "a refresh in the meantime is answered with 129")

    sequence = sequence_of(frame)
    ignored = counter(the_lab, "outcomes.binding_revocation_ignored")
    acknowledge(the_lab, TAKES, sequence, auth_data=bytes(12))
    acknowledge(the_lab, TAKES, sequence, **without_proof())
    acknowledge(the_lab, TAKES, sequence, key=bytes(16))
    acknowledge(the_lab, TAKES, sequence + 1)
    acknowledge(the_lab, TAKES, sequence ^ 0x8000)
    acknowledge(the_lab, OTHER, sequence)
    acknowledge(the_lab, TAKES, sequence, revocation_type=INDICATION)
    acknowledge(the_lab, TAKES, sequence, revocation_type=3)
    acknowledge(the_lab, TAKES, sequence, home_option=False)
    report.equal(the_lab.daemon.wait_counter("outcomes.binding_revocation_ignored", ignored + 9), ignored + 9,
                 "acknowledgements that prove nothing, or of something else, are ignored")
    report.check(mn.home in the_lab.daemon.bindings(), "and the binding is still there")

    done = counter(the_lab, "others.revocations_done")
    acknowledge(the_lab, TAKES, sequence)
    report.check(ended(the_lab, mn, 0.4), "the right one ends the binding")
    report.equal(counter(the_lab, "others.revocations_done") - done, 1, "which is counted")
    ignored = counter(the_lab, "outcomes.binding_revocation_ignored")
    acknowledge(the_lab, TAKES, sequence)
    report.equal(the_lab.daemon.wait_counter("outcomes.binding_revocation_ignored", ignored + 1), ignored + 1,
                 "a second one is ignored")
    report.equal(status_of(mn.ask()), 0, "the node may register again")
    second = revoke(the_lab, mn)
    report.check(second is not None and sequence_of(second) != sequence, "another revocation has another sequence number")
    acknowledge(the_lab, TAKES, sequence)
    report.check(not ended(the_lab, mn, 0.2), "which the old acknowledgement does not match")
    acknowledge(the_lab, TAKES, sequence_of(second) if second else 0)
    report.check(ended(the_lab, mn, 0.4), "and the new one does")


def not_answered(report, the_lab):
    mn = Node(the_lab, TAKES)
    mn.sequence = 100
    mn.register()
    before = the_lab.daemon.counters()
    first = revoke(the_lab, mn)
    begun = time.monotonic()
    second = wait(the_lab, REVOCATION, 2)
    waited = time.monotonic() - begun
    report.check(second is not None and 0.8 < waited < 1.6, "without an answer it is told again after a second", waited)
    report.check(second is not None and bytes(first[IPv6]) == bytes(second[IPv6]), "in the same octets")
    report.check(mn.home in the_lab.daemon.bindings(), "the binding is still in force")
    report.check(not ended(the_lab, mn, 1.2), "also a good second later")
    report.check(ended(the_lab, mn, 2.5), "and after two seconds it is gone")
    report.check(wait(the_lab, REVOCATION, 1.0) is None, "no third indication is sent")
    after = the_lab.daemon.counters()
    report.equal([after[f"others.{name}"] - before[f"others.{name}"] for name in
                  ("revocations_sent", "revocations_unanswered", "bindings_removed")], [2, 1, 1], "all of it is counted")


def refused_by_the_node(report, the_lab):
    mn = Node(the_lab, TAKES)
    mn.register()
    before = counter(the_lab, "others.revocations_refused")
    frame = revoke(the_lab, mn)
    acknowledge(the_lab, TAKES, sequence_of(frame), status=STILL_ATTACHED)
    report.check(ended(the_lab, mn, 0.4), "a node that refuses is removed all the same")
    report.equal(counter(the_lab, "others.revocations_refused") - before, 1, "which is counted")


def left_in_between(report, the_lab):
    mn = Node(the_lab, TAKES)
    mn.register()
    before = the_lab.daemon.counters()
    revoke(the_lab, mn)
    report.equal(status_of(mn.ask(lifetime_s=0)), 0, "a node that is being revoked may de-register")
    report.equal(status_of(mn.ask()), 0, "and register anew")
    report.check(wait(the_lab, REVOCATION, 3.3) is None, "it is not told again")
    report.check(mn.home in the_lab.daemon.bindings(), "and the new binding stays")
    report.equal(the_lab.daemon.counters()["others.revocations_unanswered"], before["others.revocations_unanswered"],
                 "the old revocation has ended without a trace")
    report.equal(the_lab.daemon.rpc("status.get")["revocations"], 0, "none is outstanding")


def not_told(report, the_lab):
    mn = Node(the_lab, PLAIN)
    mn.register()
    the_lab.wire.drain()
    report.equal(the_lab.daemon.rpc("binding.remove", home_address=mn.home), {"removed": mn.home},
                 "a node that does not take revocation is removed at once")
    report.equal(the_lab.wire.collect(0.3), [], "and hears nothing")
    echo = packets.echo_request(mn.home, HOME_AGENT)
    the_lab.wire.send(packets.ip6(CARE_OF, HOME_AGENT, packets.DEST_OPTIONS,
                                  packets.home_address_header(packets.ICMP6, mn.home) + echo))
    frame = the_lab.wire.wait_for(is_of_type(packets.BE))
    report.equal(frame and read(frame)[0].body[6], 1, "until it speaks: then Binding Error 1 tells it")

    mn = Node(the_lab, TAKES)
    mn.sequence = 200
    mn.register()
    the_lab.wire.drain()
    report.equal(the_lab.daemon.rpc("binding.remove", home_address=mn.home, tell=False), {"removed": mn.home},
                 "with tell false any node is removed at once")
    report.equal(the_lab.wire.collect(0.3), [], "without a word")


def without_association(report, the_lab):
    mn = Node(the_lab, OPEN)
    report.check(mn.register(**without_proof()), "a node without authentication registers")
    frame = revoke(the_lab, mn)
    message, _ = read(frame)
    report.equal((len(message.body), message.option(packets.OPTION_AUTH)[0]), (16, None), "it is told without proof")
    acknowledge(the_lab, OPEN, sequence_of(frame), care_of=OTHER_CARE_OF, **without_proof())
    report.check(not ended(the_lab, mn, 0.2), "it must acknowledge from its care-of address")
    acknowledge(the_lab, OPEN, sequence_of(frame), **without_proof())
    report.check(ended(the_lab, mn, 0.4), "and does")


def bad_messages(report, the_lab):
    before = counter(the_lab, "outcomes.binding_revocation_malformed")
    the_lab.wire.drain()
    acknowledge(the_lab, TAKES, 1, options=[(packets.OPTION_ALTERNATE, bytes(8), 8, 6)])
    frame = the_lab.wire.wait_for(lambda f: bytes(f[IPv6])[6] == packets.ICMP6 and bytes(f[IPv6])[40] == 4)
    report.equal(frame and struct.unpack_from("!I", bytes(frame[IPv6]), 44)[0], 64 + 14 + 1,
                 "an option of a wrong length: Parameter Problem at its Length octet")
    report.equal(counter(the_lab, "outcomes.binding_revocation_malformed") - before, 1, "counted")
    the_lab.wire.drain()
    sent = update(TAKES, mh_type=REVOCATION)
    message = b"\x3b\0\x10\0\0\0\2\0"
    total = packets.checksum(packets.address(sent.home), packets.address(HOME_AGENT), packets.MOBILITY, message)
    the_lab.wire.send(packets.ip6(CARE_OF, HOME_AGENT, packets.DEST_OPTIONS,
                                  packets.home_address_header(packets.MOBILITY, sent.home) + message[:4] +
                                  struct.pack("!H", total) + message[6:]))
    frame = the_lab.wire.wait_for(lambda f: bytes(f[IPv6])[6] == packets.ICMP6 and bytes(f[IPv6])[40] == 4)
    report.equal(frame and struct.unpack_from("!I", bytes(frame[IPv6]), 44)[0], 65,
                 "a Header Len of 0: Parameter Problem at it")


def service_closed_and_opened(report, the_lab):
    mn, leaver = Node(the_lab, OTHER), Node(the_lab, PLAIN)
    leaver.sequence = 300
    mn.register()
    leaver.register()
    report.equal(the_lab.daemon.rpc("service.set", accept_registrations=False), {"service": "not accepting"},
                 "the service is closed while it runs")
    report.equal(the_lab.daemon.rpc("status.get")["service"], "not accepting", "the status says so")
    report.equal(status_of(mn.ask()), 131, "a refresh is answered with 131")
    report.check(mn.home in the_lab.daemon.bindings(), "and the binding stays")
    report.equal(status_of(leaver.ask(lifetime_s=0)), 0, "who is registered may leave")
    report.equal(status_of(Node(the_lab, NEWCOMER).ask()), 131, "a newcomer is answered with 131")
    report.equal(ctl(the_lab, "service", "open").stdout.split(), ["registrations", "accepting"], "opened by command")
    report.equal(status_of(mn.ask()), 0, "opened again it accepts")


def write_nodes(the_lab, lines):
    with open(os.path.join(the_lab.temp, "mobile_nodes.jsonl"), "w", encoding="ascii") as file:
        file.writelines(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)


def nodes_reloaded(report, the_lab):
    mn, stamped, gone = Node(the_lab, OTHER), Node(the_lab, TIMESTAMP), Node(the_lab, PLAIN)
    mn.sequence = gone.sequence = 400
    stamp = packets.ntp_now()
    report.check(mn.register() and stamped.register(message_id=stamp) and gone.register(), "three nodes register")
    changed = [n for n in NODES if n["home_address"] not in (mn.home, gone.home)]
    changed.append(node(OTHER, prohibited=True))
    write_nodes(the_lab, changed + ['{"home_address": "nonsense"}\n'])
    try:
        the_lab.daemon.rpc("mobile_nodes.reload")
        report.check(False, "a file with a problem is refused")
    except RuntimeError as error:
        told = error.args[0]
        report.check(told["code"] == 5 and "mobile_nodes.jsonl:7: " in told["message"], "a file with a problem is refused",
                     told)
    report.equal((status_of(mn.ask()), status_of(gone.ask())), (0, 0), "and nothing of it has taken effect")
    write_nodes(the_lab, changed)
    report.equal(the_lab.daemon.rpc("mobile_nodes.reload"), {"configured": 6, "mip6": 6, "mip4": 0, "unauthenticated": 1},
                 "a good file is taken as a whole")
    report.equal(status_of(mn.ask()), 129, "who is prohibited in it is answered with 129")
    report.check(gone.silence(), "who is no longer in it is not answered")
    report.check({mn.home, gone.home} <= set(the_lab.daemon.bindings()), "their bindings stay until they end")
    report.equal(status_of(stamped.ask(message_id=stamp)), 144, "a timestamp accepted before is not good again")
    report.equal(status_of(stamped.ask(message_id=packets.ntp_now())), 0, "a newer one is")
    write_nodes(the_lab, NODES)
    report.check("mobile nodes       7" in ctl(the_lab, "mobile-nodes", "reload").stdout, "by command, too")
    report.equal(status_of(mn.ask()), 0, "and back")


def ctl(the_lab, *words):
    return the_lab.run("ha", os.path.join(the_lab.daemon.programs, "homewardctl"), "--socket",
                       the_lab.daemon.socket_path, *words)


def drained(report, the_lab):
    mn, leaver, newcomer = Node(the_lab, OTHER), Node(the_lab, PLAIN), Node(the_lab, NEWCOMER)
    mn.sequence = leaver.sequence = 500
    mn.register()
    leaver.register()
    report.check("yes" in ctl(the_lab, "drain", "on").stdout, "draining begins by command")
    report.equal(the_lab.daemon.rpc("status.get")["drain"], {"switch": None}, "the status says so")
    answer = newcomer.ask()
    report.equal((status_of(answer), answer and answer.auth_ok), (130, True), "a newcomer is answered with 130, authenticated")
    report.equal(status_of(mn.ask()), 0, "who is registered refreshes")
    report.equal(status_of(mn.ask(care_of=OTHER_CARE_OF)), 0, "and moves")
    report.equal(status_of(leaver.ask(lifetime_s=0)), 0, "and leaves")
    report.equal(status_of(leaver.ask()), 130, "but does not come back")
    the_lab.wire.drain()
    report.equal(the_lab.wire.collect(0.3), [], "nobody is told to go")
    report.equal(ctl(the_lab, "drain", "off").stdout.split(), ["draining", "no"], "draining ends by command")
    report.equal(status_of(newcomer.ask()), 0, "and the newcomer is taken in")


def addresses_of(message):
    return [packets.text(message.body[8 + 16 * i:24 + 16 * i]) for i in range(message.body[6])]


def options_behind(message):
    """Of a Home Agent Switch message: type -> (data, offset)."""
    found, at = {}, 8 + 16 * message.body[6]
    while at < len(message.body):
        if message.body[at] == 0:
            at += 1
            continue
        found[message.body[at]] = (message.body[at + 2:at + 2 + message.body[at + 1]], at)
        at += 2 + message.body[at + 1]
    return found


def switch_auth_ok(message, care_of, home):
    data, at = options_behind(message).get(packets.OPTION_AUTH, (None, 0))
    return data is not None and at + 2 + len(data) == len(message.body) and \
        data[5:] == packets.authenticator(KEY, care_of, home, message.body[:at + 7])


def collect_switches(the_lab, count, seconds):
    """home address -> (time, message, outer destination) of the first message to each."""
    found = {}
    until = time.monotonic() + seconds
    while len(found) < count and time.monotonic() < until:
        frame = wait(the_lab, SWITCH, until - time.monotonic())
        if frame is not None:
            message, outer = read(frame)
            found.setdefault(message.destination, (time.monotonic(), message, outer))
    return found


def switched(report, the_lab):
    staying, leaving = Node(the_lab, OTHER), Node(the_lab, PLAIN)
    staying.sequence = leaving.sequence = 600
    # What registered before is away: only these two are told.
    for home in the_lab.daemon.bindings():
        the_lab.daemon.rpc("binding.remove", home_address=home, tell=False)
    staying.register(lifetime_s=400)
    leaving.register(lifetime_s=400, care_of=OTHER_CARE_OF)
    before = the_lab.daemon.counters()
    the_lab.wire.drain()
    begun = time.monotonic()
    answer = the_lab.daemon.rpc("drain.set", on=True, switch=True)
    report.equal(answer["drain"]["switch"]["addresses"], HOME_AGENTS, "a switch begins, to the addresses configured")
    told = collect_switches(the_lab, 2, 4)
    if not report.equal(set(told), {staying.home, leaving.home}, "both nodes are told, at their home addresses"):
        return
    times = sorted(at for at, _, _ in told.values())
    report.check(times[1] - times[0] >= 0.5 / RATE_PER_S, "at the pace configured", times[1] - times[0])
    for home, care_of in ((staying.home, CARE_OF), (leaving.home, OTHER_CARE_OF)):
        _, message, outer = told[home]
        report.equal((message.source, outer, message.routing_home), (HOME_AGENT, care_of, None),
                     "inside the tunnel to its care-of address, without a routing header")
        report.check(message.checksum_ok, "the checksum is right")
        report.equal(addresses_of(message), HOME_AGENTS, "the list is that of the configuration, in its order")
        advice = struct.unpack("!H", options_behind(message)[2][0])[0]
        report.check(90 <= advice <= 100, "the refresh advice is what is left of the lifetime, in units of four", advice)
        report.check(switch_auth_ok(message, care_of, home), "protected by the association of its registrations")
    report.equal(status_of(staying.ask(lifetime_s=400)), 129, "a refresh of who was told is answered with 129")
    report.equal(the_lab.daemon.bindings()[staying.home]["care_of"], CARE_OF, "the binding stays in force")
    answer = staying.ask(lifetime_s=3600, care_of="2001:db8:b::77")
    report.check(status_of(answer) == 0 and 380 <= answer.lifetime_s <= 400,
                 "a move is accepted, for what is left of the lifetime", answer and answer.lifetime_s)
    report.equal(status_of(leaving.ask(lifetime_s=0, care_of=OTHER_CARE_OF)), 0, "who de-registers is released")
    report.equal(status_of(leaving.ask()), 130, "and not taken in again")
    again = collect_switches(the_lab, 2, begun + 8.5 - time.monotonic())
    report.equal(list(again), [staying.home], "only who has not answered is told again")
    waited = again[staying.home][0] - told[staying.home][0] if staying.home in again else 0
    report.check(4.5 < waited < 7, "after five seconds", waited)
    report.equal(again[staying.home][2] if staying.home in again else None, "2001:db8:b::77", "where it is now")
    status = the_lab.daemon.rpc("status.get")["drain"]["switch"]
    report.equal((status["told"], status["answered"]), (2, 1), "the status shows how far it is")
    after = the_lab.daemon.counters()
    report.equal([after[f"others.{n}"] - before[f"others.{n}"] for n in
                  ("home_agent_switches_sent", "home_agent_switches_answered")], [3, 1], "and the counters")

    the_lab.daemon.rpc("drain.set", on=False)
    report.equal(status_of(staying.ask(lifetime_s=400)), 0, "when the drain has ended it refreshes again")
    begun = time.monotonic()
    the_lab.wire.drain()
    report.check("other home agents" in ctl(the_lab, "drain", "switch", "2001:db8:ee::9").stdout,
                 "a switch to an address by command")
    told = collect_switches(the_lab, 1, 2)
    report.equal([addresses_of(message) for _, message, _ in told.values()], [["2001:db8:ee::9"]], "names that one")
    the_lab.daemon.rpc("drain.set", on=False)
    the_lab.daemon.rpc("drain.set", on=True, switch=True, addresses=[])
    told = collect_switches(the_lab, 1, 2)
    report.equal([message.body[6] for _, message, _ in told.values()], [0], "no address sends nodes to discovery")
    the_lab.daemon.rpc("drain.set", on=False)


def judged_by_tshark(report, the_lab):
    if shutil.which("tshark") is None:
        report.skip("tshark is not there to judge the messages")
        return
    path = os.path.join(the_lab.temp, "messages.pcap")
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for frame in seen:
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    text = subprocess.run(["tshark", "-r", path, "-V", "-O", "mipv6,ipv6"], capture_output=True, text=True,
                          check=False).stdout
    parts = text.split("\nFrame ")
    revocations = [p for p in parts if "Binding Revocation (16)" in p]
    report.check(revocations and all("Binding Revocation Indication" in p and "Administrative Reason (1)" in p and
                                     "Malformed" not in p and "Expert" not in p for p in revocations),
                 f"{len(revocations)} indications are what tshark says they are")
    # tshark 4.0 looks for the options six octets too early, so it is asked about the addresses only.
    switches = [p for p in parts if "Home Agent Switch (12)" in p and "Number of Addresses: 2" in p]
    report.check(switches and all(f"Address: {address}" in p for p in switches for address in HOME_AGENTS),
                 f"{len(switches)} switch messages list their addresses for tshark")


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        the_lab.daemon.configure(NODES, home_agent_switch__addresses=HOME_AGENTS,
                                 home_agent_switch__rate_per_s=RATE_PER_S)
        if not report.check(the_lab.daemon.start(), "the daemon starts"):
            the_lab.show_log()
            return report.conclude()
        for part in (told_and_acknowledged, not_answered, refused_by_the_node, left_in_between, not_told,
                     without_association, bad_messages, service_closed_and_opened, nodes_reloaded, drained, switched,
                     judged_by_tshark):
            report.run(part, report, the_lab)
            if not the_lab.daemon.alive():
                the_lab.show_log()
                break
        report.check("ERROR: AddressSanitizer" not in the_lab.daemon.log() and the_lab.daemon.alive(),
                     "the daemon has come through it")
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
