#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""workers: two workers on an interface with two queues. Each takes its own, every packet comes through once, and a
mobile node that registers by the queue of one is served by both.

  workers.py BUILD_DIR
"""
import os
import sys
import time

from lib import CARE_OF, CORRESPONDENT, OTHER_CARE_OF, Node, Report, balance, home, lab, node, packets, program_directory
from scapy.layers.inet6 import IPv6

FLOWS = 64
PER_FLOW = 4
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


def main():
    report = Report()
    os.environ["NETNS_QUEUES"] = "2"
    with lab(program_directory()) as the_lab:
        the_lab.daemon.configure([node(ONE)], workers__count=2)
        if not report.check(the_lab.daemon.start(), "the daemon starts with two workers"):
            the_lab.show_log()
            return report.conclude()
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
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
