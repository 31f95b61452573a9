#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The foreign agent seen from its two links: agent discovery, registrations relayed, and every refusal that shows outside.

RFC 5944 2, 3.7; RFC 1256; RFC 2794 3; RFC 3024 4.2; RFC 4433 5.2; RFC 4721. Usage: foreign_agent.py BUILD-DIRECTORY
"""
import os
import random
import sys
import time

from lib import Report, program_directory

import ip4
import mip4
from foreign_lib import (AGENT, CARE_OF, FA_HA, HOME_AGENT, MN_FA, MN_HA, NET_MAC, NODE_MAC, OTHER_FA_HA,
                         OTHER_HOME_AGENT, OTHER_MAC, PATIENCE_S, STRANGER, Visitor, foreign_lab, reply)

ALL_AGENTS_MAC = "01:00:5e:00:00:0b"
ASSOCIATED_NODE = {"home_address": "10.1.0.77", "spi": MN_FA.spi, "key": MN_FA.key.hex()}
SHARED = {
    "home_agents": [{"address": OTHER_HOME_AGENT, "spi": FA_HA.spi, "key": FA_HA.key.hex()}],
    "mobile_nodes": [ASSOCIATED_NODE, {"identifier": "by-name@example.com", "spi": MN_FA.spi, "key": MN_FA.key.hex()}],
    "request_timeout_s": 4, "pending": 4, "visitors": 6,
}
T = mip4.T


def outcome(lab, name):
    return lab.daemon.counters()[f"outcomes.{name}"]


# --- Agent discovery ---

def advertisements(report, lab):
    mac, packet, first = lab.advertisement()
    if not report.check(first is not None, "an agent advertisement comes"):
        return
    report.equal(mac, "01:00:5e:00:00:01", "it goes to all systems of the link")
    report.equal((packet.destination, packet.ttl), (mip4.ALL_SYSTEMS, 1), "to 224.0.0.1 with TTL 1")
    report.equal(packet.source, AGENT, "from the agent's address on the link")
    report.equal(first.sequence, 0, "the first one after the start has sequence number 0")
    report.equal(first.care_ofs, [CARE_OF], "it tells the care-of address")
    expected = sum(mip4.ADVERTISED[flag] for flag in "FMGTX")
    report.equal(first.flags, expected, "and what is offered: F, M, G, T, X")
    report.equal((first.registration_lifetime_s, first.lifetime_s), (3600, 3), "and both lifetimes")
    report.equal((first.code, first.addresses, first.prefix_lengths), (0, [(AGENT, 0)], [24]),
                 "it routes: code 0, the router's address and its prefix length")
    _, _, second = lab.advertisement()
    report.equal(second and second.sequence, 1, "the next one has the next number")
    judged_by_tshark(report, packet)


def judged_by_tshark(report, packet):
    import subprocess
    import tempfile
    from scapy.layers.l2 import Ether
    from scapy.utils import wrpcap
    with tempfile.NamedTemporaryFile(suffix=".pcap") as file:
        wrpcap(file.name, [Ether(bytes.fromhex("01005e000001020000000101" + "0800") + packet.octets)])
        shown = subprocess.run(["tshark", "-r", file.name, "-T", "fields", "-e", "icmp.mip.seq", "-e", "icmp.mip.coa", "-e",
                                "icmp.mip.prefixlength", "-e", "icmp.checksum.status", "-e", "_ws.malformed"],
                               capture_output=True, text=True, check=False).stdout.strip("\n").split("\t")
    report.equal(shown, ["0", CARE_OF, "24", "1", ""], "tshark reads the same in it")


def solicitations(report, lab):
    lab.visit.drain()
    lab.visit.send(mip4.solicitation("10.1.0.5"), NODE_MAC, ALL_AGENTS_MAC)
    mac, packet, found = lab.advertisement_to(NODE_MAC)
    report.equal((mac, packet and packet.destination, packet and packet.ttl), (NODE_MAC, "10.1.0.5", 1),
                 "a solicitation is answered at once, to the node's address and link-layer address")
    report.check(found is not None and found.care_ofs == [CARE_OF], "with all that an advertisement says")
    lab.visit.drain()
    lab.visit.send(mip4.solicitation("0.0.0.0"), NODE_MAC, ALL_AGENTS_MAC)
    mac, packet, _ = lab.advertisement_to("01:00:5e:00:00:01")
    report.equal(packet and packet.destination, mip4.ALL_SYSTEMS, "one without an address is answered to everybody")
    before = lab.daemon.counters()
    bad = mip4.solicitation("10.1.0.5")
    lab.visit.send(bad[:20] + bytes([10, 5]) + bad[22:], NODE_MAC, ALL_AGENTS_MAC)
    for _ in range(60):
        lab.visit.send(mip4.solicitation("10.1.0.5"), NODE_MAC, ALL_AGENTS_MAC)
    wanted = before["others.agent_solicitations"] + 60
    report.equal(lab.daemon.wait_counter("others.agent_solicitations", wanted, PATIENCE_S), wanted, "solicitations are counted, malformed ones not among them")
    answers = 0
    while (mac := lab.advertisement(0.3)[0]) is not None:
        answers += mac == NODE_MAC
    report.check(0 < answers < 50, "many of one station are answered within its limit", answers)


def forged_advertisements(report, lab):
    before = lab.daemon.counters()
    lab.visit.send(mip4.Advertisement("10.9.0.66", flags=0x1000, care_ofs=["10.9.0.66"]).packet(), OTHER_MAC, "01:00:5e:00:00:01")
    lab.visit.send(mip4.Advertisement(AGENT, flags=0x1000, care_ofs=["10.9.0.66"]).packet(), OTHER_MAC, "01:00:5e:00:00:01")
    report.equal(lab.daemon.wait_counter("others.agent_advertisements_forged", before["others.agent_advertisements_forged"] + 1, PATIENCE_S),
                 before["others.agent_advertisements_forged"] + 1, "an advertisement in the agent's own name is counted as forged")
    report.equal(lab.daemon.counters()["others.agent_advertisements_others"], before["others.agent_advertisements_others"] + 1,
                 "one of another agent as another's")
    report.check("in the name of this agent" in lab.daemon.log(), "and the first is logged")
    _, _, found = lab.advertisement()
    report.check(found is not None and found.care_ofs == [CARE_OF], "what this agent says stays as it was")


# --- A registration ---

def registration(report, lab):
    mn = Visitor(lab, 5)
    request = mn.request(flags=T, lifetime_s=600)
    lab.ask(request, ttl=255)
    relayed, packet = lab.relayed()
    if not report.check(relayed is not None, "a request is relayed to the home agent"):
        return
    report.equal(relayed.octets, request.payload(), "octet for octet, where there is no association with the home agent")
    report.equal((packet.source, packet.destination, packet.ports[1]), (CARE_OF, HOME_AGENT, 434), "from the care-of address")
    before = outcome(lab, "visit_reply_unknown")
    answer = reply(mn.home, request.identification)
    lab.home_agent_says(answer, source=STRANGER)
    lab.home_agent_says(reply("10.1.0.6", request.identification))
    lab.home_agent_says(reply(mn.home, request.identification ^ 1))
    report.equal(lab.daemon.wait_counter("outcomes.visit_reply_unknown", before + 3, PATIENCE_S), before + 3,
                 "replies from a stranger, about another node or another request are dropped")
    lab.home_agent_says(reply(mn.home, request.identification ^ 1 << 40))
    message, packet, mac = lab.answered()
    report.equal(message and message.octets[:12], answer[:12], "the reply is passed on; the high half of its identification is free")
    report.equal(mac, NODE_MAC, "to the node's link-layer address")
    report.equal((packet.source, packet.destination, packet.ports), (AGENT, mn.home, (434, 5000)),
                 "from where the request went, to the home address and the port of the request")
    row = visitor_row(lab, mn.home)
    report.equal(row and (row["home_agent"], row["care_of"], row["mac"], row["port"]), (HOME_AGENT, CARE_OF, NODE_MAC, "visit"),
                 "the visitor list has it")
    report.equal(row and row["lifetime_s"], 600, "with the lifetime granted")
    lab.home_agent_says(answer)
    report.equal(lab.daemon.wait_counter("outcomes.visit_reply_unknown", before + 4, PATIENCE_S), before + 4, "the same reply again is dropped")

    report.check(mn.register(granted=30) is not None, "the registration is renewed")
    report.equal((visitor_row(lab, mn.home) or {}).get("lifetime_s"), 30, "the list has what was granted this time")
    refused = mn.request(lifetime_s=600)
    lab.ask(refused)
    lab.relayed()
    lab.home_agent_says(reply(mn.home, refused.identification, code=133, lifetime_s=0))
    report.equal(lab.answered()[0].code, 133, "a refusal of the home agent is passed on")
    report.check(visitor_row(lab, mn.home) is not None, "and changes nothing in the list")
    left = mn.register(lifetime_s=0)
    report.equal(left and left.code, 0, "a de-registration is relayed")
    report.check(visitor_row(lab, mn.home) is None, "and ends the visit")


def visitor_row(lab, home):
    return {row["home_address"]: row for row in lab.daemon.rpc("visitor.list")["visitors"]}.get(home)


def lifetimes(report, lab):
    mn = Visitor(lab, 6)
    report.check(mn.register(lifetime_s=3) is not None, "a registration for three seconds")
    report.check(visitor_row(lab, mn.home) is not None, "is in the list")
    time.sleep(3.3)
    report.check(visitor_row(lab, mn.home) is None, "and goes with its lifetime")
    report.check(mn.register(lifetime_s=3600, granted=65000) is not None, "a home agent that grants more than the agent does")
    report.equal((visitor_row(lab, mn.home) or {}).get("lifetime_s"), 3600, "is held to the agent's own maximum")
    mn.register(lifetime_s=0)


def destinations(report, lab):
    mn = Visitor(lab, 7)
    request = mn.request(destination=mip4.ALL_AGENTS)
    lab.ask(request, to_mac=ALL_AGENTS_MAC, ttl=1)
    report.check(lab.relayed()[0] is not None, "a request to all mobility agents is relayed")
    lab.home_agent_says(reply(mn.home, request.identification, code=129, lifetime_s=0))
    _, packet, _ = lab.answered()
    report.equal(packet and packet.source, AGENT, "and answered from the agent's own address")
    request = mn.request(destination=CARE_OF)
    lab.ask(request)
    lab.relayed()
    lab.home_agent_says(reply(mn.home, request.identification, code=129, lifetime_s=0))
    _, packet, _ = lab.answered()
    report.equal(packet and packet.source, CARE_OF, "one to the care-of address is answered from there")


def assigned_home(report, lab):
    mn = Visitor(lab, 8)
    request = mn.request(home="0.0.0.0", nai="alice@example.com", source="0.0.0.0")
    lab.ask(request)
    relayed, _ = lab.relayed()
    report.equal(relayed and relayed.nai, "alice@example.com", "a request without a home address is relayed with its identifier")
    lab.home_agent_says(reply("10.1.0.99", request.identification, extensions=mip4.nai("alice@example.com")))
    message, packet, mac = lab.answered()
    report.equal((message and message.home, packet and packet.destination, mac), ("10.1.0.99", "10.1.0.99", NODE_MAC),
                 "the reply brings the address")
    report.check(visitor_row(lab, "10.1.0.99") is not None, "under which the visitor is listed")
    Visitor(lab, 99).register(lifetime_s=0)


def extensions(report, lab):
    mn = Visitor(lab, 9)
    behind = mip4.extension(200, b"for the foreign agent")
    request = mn.request(between=behind)
    lab.ask(request)
    relayed, _ = lab.relayed()
    report.equal(relayed and relayed.order(), [mip4.MN_HA], "what stands behind the node's authenticator is taken off the request")
    answer = reply(mn.home, request.identification, code=129, lifetime_s=0, between=behind)
    lab.home_agent_says(answer)
    report.equal(lab.answered()[0].order(), [mip4.MN_HA], "and off the reply")


def associations(report, lab):
    """Foreign-home and mobile-foreign."""
    mn = Visitor(lab, 77, home_agent=OTHER_HOME_AGENT)
    request = mn.request(mn_fa=MN_FA)
    lab.ask(request)
    relayed, _ = lab.relayed()
    report.equal(relayed and relayed.proved_by(FA_HA, mip4.FA_HA), True, "the relayed request is authenticated for the home agent")
    report.equal(relayed and relayed.order(), [mip4.MN_HA, mip4.SUPPORT, mip4.FA_HA], "revocation is offered, MN-FA taken off")
    lab.home_agent_says(reply(mn.home, request.identification, home_agent=OTHER_HOME_AGENT, fa_ha=FA_HA), source=OTHER_HOME_AGENT)
    message, _, _ = lab.answered()
    report.equal(message and message.order(), [mip4.MN_HA, mip4.MN_FA], "the reply comes without FA-HA and with MN-FA")
    report.equal(message and message.proved_by(MN_FA, mip4.MN_FA), True, "which is right")
    left = mn.request(mn_fa=MN_FA, lifetime_s=0)
    lab.ask(left)
    relayed, _ = lab.relayed()
    report.equal(relayed and relayed.all_of(mip4.FA_HA), [], "a de-registration is relayed without FA-HA")
    lab.home_agent_says(reply(mn.home, left.identification, lifetime_s=0, home_agent=OTHER_HOME_AGENT), source=OTHER_HOME_AGENT)
    message, _, _ = lab.answered()
    report.equal(message and (message.code, message.lifetime_s), (0, 0), "and its reply needs none")


# --- Codes ---

class Codes:
    """Each case uses a node of its own: a node is refused once a second."""

    def __init__(self, report, lab):
        self.report, self.lab, self.number = report, lab, 100

    def node(self, **fields):
        self.number += 1
        return Visitor(self.lab, self.number, **fields)

    def expect(self, code, claim, node=None, **fields):
        time.sleep(0.05)  # within the limit of one station
        found = (node or self.node()).code(**fields)
        self.report.equal(found, code, f"{code}: {claim}")

    def silent(self, claim, **fields):
        before = outcome(self.lab, "visit_request_silent")
        self.lab.ask(self.node().request(**fields))
        self.lab.daemon.wait_counter("outcomes.visit_request_silent", before + 1, PATIENCE_S)
        relayed, answered = self.lab.relayed(0.1)[0], self.lab.answered(0.1)[0]
        self.report.equal((relayed, answered), (None, None), f"silence: {claim}")


def refusals(report, lab):
    codes = Codes(report, lab)
    expect = codes.expect
    mn = codes.node()
    lab.ask(mn.request(flags=mip4.X))
    message, packet, mac = lab.answered()
    report.equal(message and (message.code, message.home, message.home_agent, message.lifetime_s),
                 (70, mn.home, HOME_AGENT, 600), "70: a reserved bit; the reply repeats home address, home agent and lifetime")
    report.equal((mac, packet and packet.source, packet and packet.destination), (NODE_MAC, AGENT, mn.home), "and goes to the node")
    before = outcome(lab, "visit_request_limited")
    mn = codes.node()
    for _ in range(4):
        lab.visit.send(mn.request(flags=mip4.X).packet(), NODE_MAC)
    limited = lab.daemon.wait_counter("outcomes.visit_request_limited", before + 2, PATIENCE_S)
    report.check(limited >= before + 2, "of many refusals of one node within a second all but one are held back", limited - before)

    expect(70, "no authenticator for the home agent", mn_ha=None)
    expect(70, "from an address that is not the node's", source="10.1.0.200")
    expect(70, "a home address that is this agent's", home=AGENT, source="0.0.0.0")
    expect(70, "a home address that no node can have", home="224.0.0.9", source="0.0.0.0")
    expect(70, "delivery style without a reverse tunnel", between=mip4.extension(mip4.DELIVERY_STYLE, b""))
    expect(70, "an extension of a wrong length", extensions=mip4.extension(mip4.UDP_REQUEST, b"abc"))
    expect(70, "a co-located care-of address that is this agent's", flags=mip4.D)
    expect(77, "a care-of address that is not offered", care_of="192.0.2.10")
    expect(69, "a lifetime that is too long", lifetime_s=3601)
    mn = codes.node()
    lab.ask(mn.request(lifetime_s=mip4.INFINITE))
    message, _, _ = lab.answered()
    report.equal(message and (message.code, message.lifetime_s), (69, 3600), "69 tells the longest lifetime")
    expect(76, "a reverse tunnel for a node that is not on the link", flags=T, ttl=254)
    expect(90, "no home agent", home_agent="0.0.0.0", destination=AGENT)
    expect(90, "any home agent", home_agent="255.255.255.255", destination=AGENT)
    expect(194, "a home agent that is this host", home_agent=CARE_OF, destination=AGENT)
    expect(194, "a home agent that no host can be", home_agent="224.0.0.9", destination=AGENT)
    expect(96, "neither a home address nor an identifier", home="0.0.0.0", source="0.0.0.0")
    expect(100, "an unknown critical extension for the foreign agent", between=mip4.critical_vendor(9, 1))
    expect(67, "no mobile-foreign authentication", node=Visitor(lab, 77))
    time.sleep(1)
    expect(67, "a wrong one", node=Visitor(lab, 77), mn_fa=MN_HA)
    time.sleep(1)
    lab.ask(Visitor(lab, 77).request())
    message, _, _ = lab.answered()
    report.equal(message and message.proved_by(MN_FA, mip4.MN_FA), True, "even that refusal is authenticated for the node")
    expect(67, "a node that is known by its identifier", nai="by-name@example.com")

    codes.silent("an unknown extension below 128", extensions=mip4.extension(60, b"abcd"))
    codes.silent("an extension that runs past the end", behind=b"\x85\xff\x00")
    codes.silent("a visitor that asks for revocation itself", extensions=mip4.support(1))
    before = outcome(lab, "visit_request_malformed")
    lab.ask(codes.node().request(fixed=bytes([1, 0, 2, 88, 10, 1]), mn_ha=None))
    report.equal(lab.daemon.wait_counter("outcomes.visit_request_malformed", before + 1, PATIENCE_S), before + 1, "a message that is too short is dropped")


def unanswered(report, lab):
    codes = Codes(report, lab)
    codes.number = 150
    mn = codes.node()
    lab.ask(mn.request())
    lab.relayed()
    message, _, _ = lab.answered(4 + PATIENCE_S)
    report.equal(message and message.code, 78, "78: the home agent does not answer")
    for icmp_code, code, claim in ((0, 80, "network unreachable"), (1, 81, "host unreachable"), (3, 82, "port unreachable"),
                                   (13, 88, "prohibited on the way")):
        mn = codes.node()
        lab.ask(mn.request())
        _, packet = lab.relayed()
        before = outcome(lab, "tunnel_error_own")
        lab.core.send(ip4.icmp_error(STRANGER, CARE_OF, ip4.UNREACHABLE, icmp_code, packet.octets[:28]), NET_MAC)
        lab.daemon.wait_counter("outcomes.tunnel_error_own", before + 1, PATIENCE_S)
        report.check(lab.answered(0.05)[0] is None, "an ICMP error that quotes no more than the UDP header ends nothing")
        lab.core.send(ip4.icmp_error(STRANGER, CARE_OF, ip4.UNREACHABLE, icmp_code, packet.octets), NET_MAC)
        message, _, _ = lab.answered()
        report.equal(message and message.code, code, f"{code}: {claim}")


def bad_replies(report, lab):
    codes = Codes(report, lab)
    codes.number = 170
    cases = (
        (68, "no foreign-home authentication in the reply", {"home_agent": OTHER_HOME_AGENT}),
        (68, "a wrong one", {"home_agent": OTHER_HOME_AGENT, "fa_ha": mip4.Association(FA_HA.spi, b"another key 1234")}),
        (68, "of another association", {"home_agent": OTHER_HOME_AGENT, "fa_ha": OTHER_FA_HA}),
        (71, "a reply with an extension of a wrong length", {"extensions": mip4.extension(mip4.UDP_REPLY, b"ab")}),
        (101, "an unknown critical extension in the reply", {"between": mip4.critical_vendor(9, 1)}),
    )
    for code, claim, fields in cases:
        home_agent = fields.get("home_agent", HOME_AGENT)
        mn = codes.node(home_agent=home_agent)
        request = mn.request()
        lab.ask(request)
        lab.relayed()
        lab.home_agent_says(reply(mn.home, request.identification, **fields), source=home_agent)
        message, _, _ = lab.answered()
        report.equal(message and message.code, code, f"{code}: {claim}")
        report.check(visitor_row(lab, mn.home) is None, "and there is no visitor")

    alice = mip4.nai("alice@example.com")
    for code, claim, home, fields in (
            (97, "the identifier is missing in the reply", "10.1.0.98", {}),
            (98, "no home agent in the reply", "10.1.0.98", {"extensions": alice, "home_agent": "0.0.0.0"}),
            (99, "no home address in the reply", "0.0.0.0", {"extensions": alice})):
        request = codes.node().request(home="0.0.0.0", nai="alice@example.com", source="0.0.0.0")
        lab.ask(request)
        lab.relayed()
        lab.home_agent_says(reply(home, request.identification, **fields))
        message, packet, _ = lab.answered()
        report.equal(message and message.code, code, f"{code}: {claim}")
        report.equal(packet and packet.destination, "255.255.255.255", "to a node that has no address yet")


def resources(report, lab):
    codes = Codes(report, lab)
    codes.number = 190
    timed_out = lab.daemon.counters()["others.visit_requests_timed_out"]
    for _ in range(4):
        lab.ask(codes.node().request())
        lab.relayed()
    codes.expect(66, "too many requests wait for their home agents")
    lab.daemon.wait_counter("others.visit_requests_timed_out", timed_out + 4, 4 + PATIENCE_S)
    lab.visit.drain()
    visitors = [codes.node() for _ in range(6)]
    for mn in visitors:
        report.check(mn.register() is not None, f"visitor {mn.home} registers")
    codes.expect(66, "the visitor list is full")
    _, _, found = lab.advertisement()
    report.check(found is not None and found.flags & mip4.ADVERTISED["B"], "the advertisement says that the agent is busy")
    report.check(visitors[0].register() is not None, "who is registered may go on")
    for mn in visitors:
        mn.register(lifetime_s=0)
    report.equal(lab.daemon.rpc("visitor.list")["visitors"], [], "all have left")


def operator(report, lab):
    """drain and service of the control socket."""
    codes = Codes(report, lab)
    codes.number = 210
    stays = codes.node()
    stays.register()
    lab.daemon.rpc("drain.set", on=True)
    codes.expect(66, "a newcomer while the agent is drained")
    report.check(stays.register() is not None, "who is registered may go on")
    _, _, found = lab.advertisement(wanted=lambda a: a.flags & mip4.ADVERTISED["B"])
    report.check(found is not None, "and the advertisement says that the agent is busy")
    lab.daemon.rpc("drain.set", on=False)
    lab.daemon.rpc("service.set", accept_registrations=False)
    codes.expect(65, "an agent that is closed")
    left = stays.register(lifetime_s=0)
    report.equal(left and left.code, 0, "which who is registered may still leave")
    lab.daemon.rpc("service.set", accept_registrations=True)


def another_policy(report, lab):
    lab.restart(agent={"reverse_tunnel": "mandatory", "encapsulations": ["ip_in_ip"], "encapsulating_delivery": False,
                       "registration_required": True},
                shared={**SHARED, "known_home_agents_only": True})
    codes = Codes(report, lab)
    known = {"home_agent": OTHER_HOME_AGENT}
    codes.expect(65, "a home agent that is not known here")
    codes.expect(65, "a co-located node where revocation is", node=codes.node(**known), flags=mip4.D, care_of="10.9.0.50", source="10.9.0.50")
    codes.expect(75, "no reverse tunnel though it is mandatory", node=codes.node(**known))
    codes.expect(72, "minimal encapsulation", node=codes.node(**known), flags=T | mip4.M, ttl=255)
    codes.expect(72, "GRE", node=codes.node(**known), flags=T | mip4.G, ttl=255)
    codes.expect(79, "encapsulating delivery", node=codes.node(**known), flags=T, ttl=255, between=mip4.extension(mip4.DELIVERY_STYLE, b""))
    _, _, found = lab.advertisement()
    report.equal(found and found.flags, sum(mip4.ADVERTISED[flag] for flag in "RFTX"), "the advertisement says so: R, F, T, X")
    lab.restart(agent={"reverse_tunnel": "off"}, shared={**SHARED, "revocation": False})
    codes.expect(74, "a reverse tunnel where there is none", flags=T, ttl=255)
    _, _, found = lab.advertisement()
    report.equal(found and found.flags, sum(mip4.ADVERTISED[flag] for flag in "FMG"), "the advertisement says so: F, M, G")


def colocated(report, lab):
    """R: a node with an address of its own registers through the agent, which then only relays."""
    mn = Visitor(lab, 40)
    request = mn.request(flags=mip4.D, care_of="10.9.0.50", source="10.9.0.50")
    lab.ask(request)
    relayed, packet = lab.relayed()
    report.equal((relayed and relayed.care_of, packet and packet.source), ("10.9.0.50", CARE_OF), "a co-located node's request is relayed")
    lab.home_agent_says(reply(mn.home, request.identification))
    report.check(lab.answered()[0] is not None, "and so is the reply")
    report.check(visitor_row(lab, mn.home) is None, "nothing is delivered for it here")


def dynamic_home_agent(report, lab):
    mn = Visitor(lab, 41)
    lab.ask(mn.request(home_agent="255.255.255.255", destination=AGENT, extensions=mip4.requested_agent(HOME_AGENT)))
    relayed, packet = lab.relayed()
    report.equal(packet and packet.destination, HOME_AGENT, "a request for any home agent goes to the one it prefers")


# --- Challenges ---

def challenges(report, lab):
    lab.restart(agent={"challenge": True, "advertisements": {"max_interval_ms": 9000, "min_interval_ms": 9000, "lifetime_s": 29}},
                shared=SHARED)
    codes = Codes(report, lab)

    def advertised():
        _, packet, _ = lab.advertisement(12, lambda found: found.lifetime_s == 29)
        found = [item.data for item in mip4.read_extensions(packet.payload, 16) if item.type == 24]
        return found[0] if found else None
    first = advertised()
    report.equal(first and len(first), 8, "an advertisement tells a challenge")
    aaa = mip4.long(mip4.GENERALISED, 1, (256).to_bytes(4, "big") + bytes(16))

    def answer_to(value):
        return mip4.challenge(value) + aaa
    mn = codes.node()
    lab.ask(mn.request())
    message, _, _ = lab.answered()
    report.equal(message and message.code, 105, "105: no challenge is answered")
    report.equal(message and message.one_of(mip4.CHALLENGE), first, "the refusal brings one")
    codes.expect(104, "one that was never told", between=answer_to(b"\x01" * 8))
    codes.silent("one that nothing authenticates", between=mip4.challenge(first))
    mn = codes.node()
    request = mn.request(between=answer_to(first))
    lab.ask(request)
    relayed, _ = lab.relayed()
    report.equal(relayed and relayed.order(), [mip4.MN_HA, mip4.CHALLENGE, mip4.GENERALISED], "a good one is relayed with its authenticator")
    lab.home_agent_says(reply(mn.home, request.identification, between=mip4.challenge(first)))
    message, _, _ = lab.answered()
    fresh = message and message.one_of(mip4.CHALLENGE)
    report.check(fresh is not None and fresh != first, "the reply brings one that the node has not used", fresh)
    codes.expect(106, "one that this node has used", node=mn, between=answer_to(first))
    time.sleep(1)
    request = mn.request(between=answer_to(fresh))
    lab.ask(request)
    report.check(lab.relayed()[0] is not None, "the one in the reply is good")
    lab.home_agent_says(reply(mn.home, request.identification, between=mip4.challenge(b"\x02" * 8)))
    message, _, _ = lab.answered()
    report.equal(message and [item.data for item in message.all_of(45)], [bytes([0, 109])],
                 "109: another one comes back from the home agent, said in the error extension")
    second = advertised()
    report.check(second is not None and second != first, "the next advertisement tells another one")
    other = codes.node(mac=OTHER_MAC)
    lab.ask(other.request(between=answer_to(first)), mac=OTHER_MAC)
    report.check(lab.relayed()[0] is not None, "the one before is still good for who has not used it")
    third = advertised()
    codes.expect(104, "one that is two advertisements old", between=answer_to(first))
    report.check(third not in (first, second), "every one is new")
    node = Visitor(lab, 77)
    lab.ask(node.request(mn_fa=MN_FA))
    report.check(lab.relayed()[0] is not None, "a node with an association needs no challenge")


def home_link(report, lab):
    """What a home agent says on its own link, beside a foreign agent there and alone."""
    nodes = os.path.join(lab.temp, "mobile_nodes.jsonl")
    with open(os.open(nodes, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii"):
        pass
    said = {"max_interval_ms": 1000, "default_router": False}
    home = {"mobile_ipv4": {"networks": [{"prefix": "10.9.0.0/24", "address": "10.9.0.2",
                                          "home_link": {"interface": "visit", "agent_advertisements": said}}]},
            "mobile_nodes": {"file": nodes}}
    lab.restart(shared=SHARED, **home)
    _, _, found = lab.advertisement(wanted=lambda a: a.lifetime_s == 3 and a.flags & mip4.ADVERTISED["H"])
    report.equal(found and (found.flags, found.care_ofs), (sum(mip4.ADVERTISED[flag] for flag in "HFMGTX"), [CARE_OF]),
                 "beside a foreign agent on its link the home agent adds its flag: H")
    ports = [{"name": name, "kind": "af_xdp", "interface": name} for name in ("core", "visit")]
    lab.restart(ports=ports, foreign_agent=None, **home)
    mac, packet, found = lab.advertisement(wanted=lambda a: not a.flags & mip4.ADVERTISED["F"])
    report.equal(found and (found.flags, found.care_ofs, found.code, found.addresses), (sum(mip4.ADVERTISED[flag] for flag in "HX"), [], 16, []),
                 "alone it says H and X, no care-of address, and, as it is configured, that it does not route")
    report.equal((packet and packet.source, mac), ("10.9.0.2", "01:00:5e:00:00:01"), "from its own address, to all systems")
    lab.visit.drain()
    lab.core.drain()
    report.check(lab.core.wait_for(lambda p: mip4.read_advertisement(p) is not None, 2.5)[1] is None, "on other links it says nothing")


def hostile(report, lab):
    """Right messages with wrong octets in them: each ends in one outcome, and the agent goes on."""
    lab.restart(shared=SHARED, agent={"challenge": True})
    rng = random.Random(434)
    mn = Visitor(lab, 20)
    request = mn.request(flags=T, nai="alice@example.com", mn_fa=MN_FA, extensions=mip4.udp_request() + mip4.requested_agent(HOME_AGENT),
                         between=mip4.challenge(bytes(8)) + mip4.extension(mip4.DELIVERY_STYLE, b"") + mip4.critical_vendor(9, 1, b"x"))
    answer = reply(mn.home, request.identification, extensions=mip4.nai("alice@example.com"), between=mip4.challenge(bytes(8)), fa_ha=FA_HA)
    solicited = mip4.solicitation(mn.home)

    def spoilt(octets):
        octets = bytearray(octets)
        for _ in range(rng.randrange(1, 4)):
            octets[rng.randrange(len(octets))] = rng.randrange(256)
        return bytes(octets[:rng.choice((len(octets), rng.randrange(1, len(octets) + 1)))])
    for number in range(2000):
        payload = spoilt(request.payload())
        lab.visit.send(ip4.udp_packet(mn.home, AGENT, 5000, 434, payload, ttl=255), NODE_MAC)
        lab.home_agent_says(spoilt(answer), source=OTHER_HOME_AGENT)
        lab.visit.send(solicited[:20] + spoilt(solicited[20:]), NODE_MAC, ALL_AGENTS_MAC)
        if number % 100 == 0:
            lab.visit.drain()
            lab.core.drain()
            time.sleep(0.02)
    time.sleep(1)
    report.check(lab.daemon.alive(), "spoilt messages do not end the agent")
    counters = lab.daemon.counters()
    punted = sum(value for name, value in counters.items() if name.startswith("punted."))
    report.equal(sum(value for name, value in counters.items() if name.startswith("outcomes.")), punted,
                 "each message that was handed over has one outcome")
    report.check(counters["outcomes.visit_request_silent"] > 100 and counters["outcomes.visit_reply_unknown"] > 100, "most of them are for silence")
    after = Visitor(lab, 77)
    lab.ask(after.request(mn_fa=MN_FA))
    report.check(lab.relayed()[0] is not None, "and a right one is relayed as before")


def goodbye(report, lab):
    lab.visit.drain()
    lab.daemon.stop()
    _, _, found = lab.advertisement(wanted=lambda a: a.lifetime_s == 0)
    report.check(found is not None, "an agent that stops says so, with lifetime 0")


PARTS = (advertisements, solicitations, forged_advertisements, registration, lifetimes, destinations, assigned_home, extensions,
         associations, refusals, unanswered, bad_replies, resources, colocated, dynamic_home_agent, operator, another_policy, challenges, home_link, hostile, goodbye)


def main():
    report = Report()
    with foreign_lab(program_directory()) as lab:
        lab.configure(shared=SHARED)
        if not report.check(lab.daemon.start(), "a foreign agent alone starts"):
            print(lab.daemon.log())
        else:
            for part in PARTS:
                report.run(part, report, lab)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
