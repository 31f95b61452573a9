#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The foreign agent's data: packets to visitors out of the tunnels of their home agents, and back; and how visits are revoked.

RFC 5944 4.2.2; RFC 3024 5, 6.1; RFC 3543 4. Usage: foreign_agent_data.py BUILD-DIRECTORY
"""
import sys
import time

from lib import Report, balance, program_directory

import ip4
import mip4
from foreign_lib import (AGENT, CARE_OF, CORRESPONDENT, FA_HA, HOME_AGENT, HOMES, NET_MAC, NODE_MAC, OTHER_HOME_AGENT, OTHER_MAC, PATIENCE_S,
                         STRANGER, Visitor, foreign_lab)

SHARED = {"home_agents": [{"address": OTHER_HOME_AGENT, "spi": FA_HA.spi, "key": FA_HA.key.hex()}]}
T, M, G = mip4.T, mip4.M, mip4.G
DELIVERY = mip4.extension(mip4.DELIVERY_STYLE, b"")

KINDS = {
    "ipip": (0, ip4.ipip),
    "minimal": (M, ip4.minimal),
    "gre": (G, ip4.gre),
}


def to_node(home, data=b"to the node", ttl=64, **fields):
    return ip4.udp_packet(CORRESPONDENT, home, 4000, 4001, data, ttl=ttl, **fields)


def from_node(home, data=b"from the node", to=CORRESPONDENT, ttl=64, **fields):
    return ip4.udp_packet(home, to, 4001, 4000, data, ttl=ttl, **fields)


def dropped(lab, reason, act):
    """How many packets act() made the workers drop for that reason."""
    before = lab.daemon.counters()[f"dropped.{reason}"]
    act()
    return lab.daemon.wait_counter(f"dropped.{reason}", before + 1, PATIENCE_S) - before


def delivered(lab, home, seconds=PATIENCE_S):
    return lab.visit.wait_for(lambda p: p.destination == home and p.protocol == ip4.UDP and p.ports[0] != 434, seconds)


def tunnelled(lab, seconds=PATIENCE_S):
    """What came out to the core in a tunnel, or None."""
    found = []

    def is_tunnel(packet):
        found.append(ip4.open_tunnel(packet))
        return found[-1] is not None
    lab.core.wait_for(is_tunnel, seconds)
    return found[-1] if found else None


def clear(lab):
    lab.core.drain()
    lab.visit.drain()


def delivery(report, lab):
    for number, (kind, (flags, tunnel)) in enumerate(KINDS.items()):
        mn = Visitor(lab, 10 + number)
        report.check(mn.register(flags=flags) is not None, f"a visitor registers for {kind}")
        clear(lab)
        lab.core.send(tunnel(to_node(mn.home), HOME_AGENT, CARE_OF), NET_MAC)
        mac, packet = delivered(lab, mn.home)
        report.equal((mac, packet and packet.payload[8:]), (NODE_MAC, b"to the node"),
                     f"{kind}: what its home agent tunnels comes to its link-layer address")
        expected = {"minimal": 62}.get(kind, 63)
        report.check(packet is not None and packet.checksum_ok and packet.ttl in (63, expected), f"{kind}: forwarded as by a router", packet and packet.ttl)
        report.equal(dropped(lab, "tunnel_outer_source", lambda: lab.core.send(tunnel(to_node(mn.home), STRANGER, CARE_OF), NET_MAC)), 1,
                     f"{kind}: a tunnel from a stranger is dropped")
        other = ip4.gre if kind == "ipip" else ip4.ipip if kind == "gre" else ip4.gre
        report.equal(dropped(lab, "tunnel_encapsulation", lambda: lab.core.send(other(to_node(mn.home), HOME_AGENT, CARE_OF), NET_MAC)), 1,
                     f"{kind}: one of another encapsulation is dropped")
        report.check(delivered(lab, mn.home, 0.1)[1] is None, f"{kind}: and neither comes to the node")
    report.equal(dropped(lab, "tunnel_unknown", lambda: lab.core.send(ip4.ipip(to_node(f"{HOMES}99"), HOME_AGENT, CARE_OF), NET_MAC)), 1,
                 "a tunnel packet for who is no visitor is dropped")
    mn = Visitor(lab, 10)
    mn.register(lifetime_s=0)
    report.equal(dropped(lab, "tunnel_unknown", lambda: lab.core.send(ip4.ipip(to_node(mn.home), HOME_AGENT, CARE_OF), NET_MAC)), 1,
                 "and so is one for who has left")
    mn.register()
    report.check(lab.daemon.counters()["decapsulated"] >= 3, "tunnels that are opened are counted")


def station(report, lab):
    """Where a visitor is, is what it registered with last."""
    mn = Visitor(lab, 20)
    mn.register()
    mn.mac = OTHER_MAC
    mn.register()
    clear(lab)
    lab.core.send(ip4.ipip(to_node(mn.home), HOME_AGENT, CARE_OF), NET_MAC)
    report.equal(delivered(lab, mn.home)[0], OTHER_MAC, "a visitor that registers from another link-layer address is reached there")


def reverse_direct(report, lab):
    for number, (kind, (flags, tunnel)) in enumerate(KINDS.items()):
        mn = Visitor(lab, 30 + number)
        report.check(mn.register(flags=flags | T) is not None, f"a visitor registers for {kind} with a reverse tunnel")
        clear(lab)
        lab.visit.send(from_node(mn.home), NODE_MAC)
        found = tunnelled(lab)
        report.equal(found and (found.kind, found.outer.source, found.outer.destination), (kind, CARE_OF, HOME_AGENT),
                     f"{kind}: what it sends goes through a tunnel from the care-of address to the home agent")
        inner = ip4.read(found.inner) if found else None
        report.equal(inner and (inner.source, inner.destination, inner.payload[8:]), (mn.home, CORRESPONDENT, b"from the node"),
                     f"{kind}: the packet is in it")
        report.check(inner is not None and inner.checksum_ok and inner.ttl == 63, f"{kind}: its time to live counted down", inner and inner.ttl)
        report.equal(dropped(lab, "visitor_station", lambda: lab.visit.send(from_node(mn.home), OTHER_MAC)), 1,
                     f"{kind}: from another link-layer address it is dropped")
        report.check(tunnelled(lab, 0.1) is None, f"{kind}: and not tunnelled")
    mn = Visitor(lab, 30)
    clear(lab)
    lab.visit.send(from_node(mn.home, ttl=1), NODE_MAC)
    mac, packet = lab.visit.wait_for(lambda p: p.protocol == ip4.ICMP and p.payload[0] == ip4.TIME_EXCEEDED)
    report.equal((mac, packet and packet.destination), (NODE_MAC, mn.home), "an exhausted time to live is told to the visitor on its link")
    clear(lab)
    lab.visit.send(ip4.echo(mn.home, AGENT), NODE_MAC)
    report.check(tunnelled(lab, 0.1) is None, "what it sends to the agent itself stays with the kernel")


def no_reverse(report, lab):
    mn = Visitor(lab, 40)
    mn.register()
    clear(lab)
    lab.visit.send(from_node(mn.home), NODE_MAC)
    _, packet = lab.core.wait_for(lambda p: p.source == mn.home)
    report.equal(packet and (packet.destination, packet.ttl), (CORRESPONDENT, 63), "without a reverse tunnel the kernel forwards what a visitor sends")


def reverse_encapsulating(report, lab):
    for number, (kind, (flags, tunnel)) in enumerate(KINDS.items()):
        mn = Visitor(lab, 50 + number)
        report.check(mn.register(flags=flags | T, between=DELIVERY) is not None, f"a visitor registers for {kind} with encapsulating delivery")
        clear(lab)
        packet = from_node(mn.home)
        lab.visit.send(tunnel(packet, mn.home, AGENT), NODE_MAC)
        found = tunnelled(lab)
        report.equal(found and (found.kind, found.outer.source, found.outer.destination), (kind, CARE_OF, HOME_AGENT),
                     f"{kind}: what it encapsulates to the agent goes on to the home agent")
        inner = ip4.read(found.inner) if found else None
        report.equal(inner and (inner.source, inner.destination, inner.payload[8:]), (mn.home, CORRESPONDENT, b"from the node"),
                     f"{kind}: in one tunnel only")
        clear(lab)
        lab.visit.send(packet, NODE_MAC)
        _, plain = lab.core.wait_for(lambda p: p.source == mn.home)
        report.equal(plain and plain.destination, CORRESPONDENT, f"{kind}: what it does not encapsulate is forwarded as any packet")
        report.equal(dropped(lab, "visitor_station", lambda: lab.visit.send(tunnel(packet, mn.home, AGENT), OTHER_MAC)), 1,
                     f"{kind}: from another link-layer address it is dropped")
        other = ip4.gre if kind == "ipip" else ip4.ipip
        report.equal(dropped(lab, "tunnel_encapsulation", lambda: lab.visit.send(other(packet, mn.home, AGENT), NODE_MAC)), 1,
                     f"{kind}: of another encapsulation, too")
    mn = Visitor(lab, 50)
    clear(lab)
    lab.visit.send(ip4.ipip(from_node(mn.home, to="224.5.6.7"), mn.home, AGENT), NODE_MAC)
    found = tunnelled(lab)
    report.equal(found and ip4.read(found.inner).destination, "224.5.6.7", "multicast packets of the node go home in the same way")
    direct = Visitor(lab, 30)
    report.equal(dropped(lab, "tunnel_reverse", lambda: lab.visit.send(ip4.ipip(from_node(direct.home), direct.home, AGENT), NODE_MAC)), 1,
                 "who registered for direct delivery may not encapsulate")
    report.equal(dropped(lab, "tunnel_unknown", lambda: lab.visit.send(ip4.ipip(from_node(f"{HOMES}99"), f"{HOMES}99", AGENT), NODE_MAC)), 1,
                 "nor who is no visitor")


def sizes(report, lab):
    mn = Visitor(lab, 30)
    clear(lab)
    lab.visit.send(from_node(mn.home, data=bytes(1472), flags=ip4.DF), NODE_MAC)
    mac, packet = lab.visit.wait_for(lambda p: p.protocol == ip4.ICMP and p.payload[0] == ip4.UNREACHABLE)
    report.equal((mac, packet and packet.payload[1], packet and int.from_bytes(packet.payload[4:8], "big")), (NODE_MAC, 4, 1480),
                 "a packet that does not fit the tunnel and may not be cut: the visitor is told what fits")
    report.check(tunnelled(lab, 0.05) is None, "and it is not sent")
    clear(lab)
    lab.visit.send(from_node(mn.home, data=bytes(1472)), NODE_MAC)
    first, second = tunnelled(lab), tunnelled(lab)
    report.check(first is not None and second is not None and ip4.read(second.inner).offset > 0, "one that may be cut goes in two pieces")


def revoked_by_home_agent(report, lab):
    mn = Visitor(lab, 60, home_agent=OTHER_HOME_AGENT)
    now = int(time.time()) + mip4.NTP_EPOCH
    request = mn.request()
    lab.ask(request)
    lab.relayed()
    import foreign_lib
    lab.home_agent_says(foreign_lib.reply(mn.home, request.identification, home_agent=OTHER_HOME_AGENT, between=mip4.support(now, inform=True),
                                          fa_ha=FA_HA), source=OTHER_HOME_AGENT)
    lab.answered()

    def revoke(identifier, association=FA_HA, flags=0xc000, source=OTHER_HOME_AGENT, foreign=CARE_OF, seconds=PATIENCE_S):
        clear(lab)
        message = mip4.Revocation(mn.home, OTHER_HOME_AGENT, foreign, identifier, association, flags=flags)
        lab.home_agent_says(message.payload(), source=source)
        _, packet = lab.core.wait_for(lambda p: foreign_lib.type_of(p) == mip4.REVOCATION_ACK, seconds)
        return mip4.message_of(packet) if packet is not None else None
    row = visitors(lab).get(mn.home)
    report.equal(row and row["revocation_agreed"], True, "both agents agreed to revocation")
    for claim, how in (("with a wrong authenticator", {"association": mip4.Association(FA_HA.spi, b"another key 1234")}),
                       ("from a stranger", {"source": STRANGER}), ("from a foreign agent", {"flags": 0x4000}),
                       ("about another care-of address", {"foreign": AGENT})):
        report.check(revoke(now + 5, seconds=0.5, **how) is None and mn.home in visitors(lab), f"a revocation {claim} changes nothing")
    report.check(revoke(now - 100, seconds=0.5) is None and mn.home in visitors(lab), "nor does one that is older than the registration")
    ack = revoke(now + 5)
    report.equal(ack and (ack.home, ack.revocation_identifier, ack.proved_by(FA_HA, mip4.FA_HA)), (mn.home, now + 5, True),
                 "a revocation of its home agent is acknowledged, with foreign-home authentication")
    report.check(mn.home not in visitors(lab), "and the visit is over")
    mac, packet, told = lab.advertisement(wanted=lambda a: a.sequence == 0)
    report.equal((mac, packet and packet.destination), (NODE_MAC, mn.home), "the node is told by an advertisement with sequence number 0")
    ack = revoke(now + 6)
    report.equal(ack and ack.revocation_identifier, now + 6, "repeated, it is acknowledged again")


def visitors(lab):
    return {row["home_address"]: row for row in lab.daemon.rpc("visitor.list")["visitors"]}


def revoked_here(report, lab):
    import foreign_lib
    mn = Visitor(lab, 61, home_agent=OTHER_HOME_AGENT)
    request = mn.request()
    lab.ask(request)
    lab.relayed()
    lab.home_agent_says(foreign_lib.reply(mn.home, request.identification, home_agent=OTHER_HOME_AGENT,
                                          between=mip4.support(1, inform=True), fa_ha=FA_HA), source=OTHER_HOME_AGENT)
    lab.answered()
    time.sleep(1.1)
    clear(lab)
    report.equal(lab.daemon.rpc("visitor.remove", home_address=mn.home), {"revoking": mn.home}, "visitor.remove asks the home agent first")
    _, packet = lab.core.wait_for(lambda p: foreign_lib.type_of(p) == mip4.REVOCATION)
    asked = mip4.message_of(packet) if packet is not None else None
    report.equal(asked and (asked.home, asked.revocation_flags, asked.proved_by(FA_HA, mip4.FA_HA)), (mn.home, 0x4000, True),
                 "with a revocation: A clear, I set, authenticated")
    report.equal(mn.code(), 65, "meanwhile it may not prolong")
    _, packet = lab.core.wait_for(lambda p: foreign_lib.type_of(p) == mip4.REVOCATION)
    again = mip4.message_of(packet) if packet is not None else None
    report.check(again is not None and again.revocation_identifier > asked.revocation_identifier, "unanswered, it is repeated with another number")
    clear(lab)
    lab.home_agent_says(mip4.revocation_ack(mn.home, again.revocation_identifier, FA_HA, flags=0x8000), source=OTHER_HOME_AGENT)
    mac, _, _ = lab.advertisement(wanted=lambda a: a.sequence == 0)
    report.equal(mac, NODE_MAC, "acknowledged with I, the node is told")
    report.check(mn.home not in visitors(lab), "and the visit is over")
    plain = Visitor(lab, 62)
    plain.register()
    report.equal(lab.daemon.rpc("visitor.remove", home_address=plain.home), {"removed": plain.home}, "without revocation a visit ends at once")


def counters(report, lab):
    came, went = balance(lab.daemon.counters())
    report.equal(came, went, "every packet is counted once")
    row = visitors(lab).get(f"{HOMES}30")
    report.check(row is not None and row["from_pkts"] >= 1, "a visitor's packets are counted")


PARTS = (delivery, station, reverse_direct, no_reverse, reverse_encapsulating, sizes, revoked_by_home_agent, revoked_here, counters)


def main():
    report = Report()
    with foreign_lab(program_directory()) as lab:
        lab.configure(shared=SHARED, agent={"advertisements": {"max_interval_ms": 60000}})
        if not report.check(lab.daemon.start(), "a foreign agent starts"):
            print(lab.daemon.log())
        else:
            for part in PARTS:
                report.run(part, report, lab)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
