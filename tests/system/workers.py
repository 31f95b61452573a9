#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""workers: two workers on an interface with two queues. Each takes its own, every packet comes through once, and a
mobile node that registers by the queue of one is served by both. What one tunnel brings to one queue, both open when
they share tunnels, and each flow in it keeps its order.

  workers.py BUILD_DIR
"""
import os
import sys
import time

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, OTHER_CARE_OF, Node, Report, balance, home, lab, node, packets,
                 program_directory)
from scapy.layers.inet6 import IPv6

FLOWS = 64
PER_FLOW = 4
NUMBERS = 8  # packets of a flow in a tunnel: fewer in all than a ring between workers holds
ONE = 1


def data(flow, number):
    payload = packets.udp(CORRESPONDENT, home(ONE), 1000 + flow, 2000 + number, bytes(16))
    return packets.ip6(CORRESPONDENT, home(ONE), packets.UDP, payload)


def count_tunnelled(the_lab, care_of):
    """How many data packets come back in a tunnel to that address, each counted once by its ports."""
    the_lab.wire.drain()
    for flow in range(FLOWS):
        for number in range(PER_FLOW):
            the_lab.wire.send(data(flow, number))
    seen = []
    until = time.monotonic() + 2
    while time.monotonic() < until and len(seen) < FLOWS * PER_FLOW:
        for frame in the_lab.wire.collect():
            if frame[IPv6].nh == packets.IPV6 and frame[IPv6].dst == care_of:
                seen.append(bytes(frame[IPv6].payload)[40:44])
    return len(seen), len(set(seen))


def tunnelled(flow, number):
    """A packet of the mobile node's to the correspondent, in its tunnel."""
    payload = packets.udp(home(ONE), CORRESPONDENT, 1000 + flow, 2000, number.to_bytes(4, "big"))
    inner = packets.ip6(home(ONE), CORRESPONDENT, packets.UDP, payload)
    return packets.ip6(CARE_OF, HOME_AGENT, packets.IPV6, inner)


def numbers_that_come(the_lab):
    """flow -> the numbers of its packets, in the order in which they came out of the tunnel. Those of a flow are sent in a
    row, so that they fall into the same bursts."""
    the_lab.wire.drain()
    for flow in range(FLOWS):
        for number in range(NUMBERS):
            the_lab.wire.send(tunnelled(flow, number))
    seen = {flow: [] for flow in range(FLOWS)}
    until = time.monotonic() + 5
    while time.monotonic() < until and sum(map(len, seen.values())) < FLOWS * NUMBERS:
        for frame in the_lab.wire.collect():
            udp = bytes(frame[IPv6].payload)
            if frame[IPv6].nh == packets.UDP and frame[IPv6].dst == CORRESPONDENT:
                seen[int.from_bytes(udp[:2], "big") - 1000].append(int.from_bytes(udp[8:12], "big"))
    return seen


def one_by_one(worker):
    """(in, out) of one worker."""
    came, went = balance({**{f"dropped.{name}": value for name, value in worker["dropped"].items()},
                          **{f"punted.{name}": value for name, value in worker["punted"].items()}, **worker})
    return came + worker["taken_over"], went + worker["handed_over"]


def workers_after(the_lab, before):
    """What each worker counted since then: of the counters that are numbers."""
    after = the_lab.daemon.rpc("stats.get")["workers"]
    return [{name: value - was[name] for name, value in now.items() if isinstance(value, int)}
            for now, was in zip(after, before)]


def ends_well(report, the_lab):
    """What the libraries under it leave allocated is their own affair (LeakSanitizer)."""
    report.check(the_lab.daemon.stop() in (0, 1) and "ERROR: AddressSanitizer" not in the_lab.daemon.log(), "the daemon ends well")


def each_by_its_queue(report, the_lab):
    the_lab.daemon.configure([node(ONE)], workers__count=2)
    if not report.check(the_lab.daemon.start(), "the daemon starts with two workers"):
        the_lab.show_log()
        return
    mobile_node = Node(the_lab, ONE)
    report.check(mobile_node.register(), "a mobile node registers")
    sent = FLOWS * PER_FLOW
    report.equal(count_tunnelled(the_lab, CARE_OF), (sent, sent), f"{sent} packets come through, each once")
    report.check(mobile_node.register(care_of=OTHER_CARE_OF), "it moves")
    report.equal(count_tunnelled(the_lab, OTHER_CARE_OF), (sent, sent), "and they all follow, from both workers")
    shares = [worker["encapsulated"] for worker in the_lab.daemon.rpc("stats.get")["workers"]]
    report.equal(len(shares), 2, "there are two workers")
    report.check(min(shares) > 0, f"and both worked: {shares[0]} and {shares[-1]} packets")
    came, went = balance(the_lab.daemon.counters())
    report.equal(came, went, "every packet is accounted for")
    ends_well(report, the_lab)


def one_tunnel(report, the_lab, is_shared):
    """All of it comes to the queue of one worker: the sender has a single one."""
    how = "shared" if is_shared else "not shared"
    sent = FLOWS * NUMBERS
    the_lab.daemon.configure([node(ONE)], workers__count=2, workers__spread_tunnels=is_shared)
    if not report.check(the_lab.daemon.start(), f"the daemon starts with two workers, tunnels {how}"):
        the_lab.show_log()
        return
    report.check(Node(the_lab, ONE).register(), "a mobile node registers")
    before = the_lab.daemon.rpc("stats.get")["workers"]
    seen = numbers_that_come(the_lab)
    report.equal(seen, {flow: list(range(NUMBERS)) for flow in range(FLOWS)},
                 f"{sent} packets of {FLOWS} flows come out of one tunnel, each flow in order")
    moved = sorted(workers_after(the_lab, before), key=lambda worker: worker["received"])
    report.check(moved[1]["received"] >= sent > moved[0]["received"] == 0,
                 "one worker received them all", [worker["received"] for worker in moved])
    shares = [worker["decapsulated"] for worker in moved]
    if is_shared:
        report.check(min(shares) > sent // 4, f"both workers opened the tunnel: {shares[0]} and {shares[1]} packets", shares)
    else:
        report.equal(shares, [0, sent], "and opened the tunnel alone")
    handed = [(worker["handed_over"], worker["taken_over"]) for worker in moved]
    report.equal(handed, [(0, shares[0]), (shares[0], 0)], "what one handed over, the other took over")
    for number, worker in enumerate(the_lab.daemon.rpc("stats.get")["workers"]):
        came, went = one_by_one(worker)
        report.equal(came, went, f"every packet of worker {number} is accounted for")
    came, went = balance(the_lab.daemon.counters())
    report.equal(came, went, "and of both together")
    ends_well(report, the_lab)


def main():
    report = Report()
    os.environ["NETNS_QUEUES"] = "2"
    with lab(program_directory()) as the_lab:
        each_by_its_queue(report, the_lab)
        the_lab.run("rt", "ethtool", "-L", "ha", "tx", "1")
        for is_shared in (False, True):
            one_tunnel(report, the_lab, is_shared)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
