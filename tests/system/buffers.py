#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""No packet buffer is lost: of each kind of packet several times as many come in as there are buffers; each is received, and
afterwards all buffers are free but those that wait for the next packets. Usage: buffers.py BUILD-DIRECTORY"""
import sys
import time

from lib import (CARE_OF, CORRESPONDENT, HOME_AGENT, Node, Report, balance, home, lab, node, packets, program_directory,
                 update)

ONE, ABSENT = 16, 17
BUFFERS, SENT = 4096, 10240  # of the port; of each kind
BURST = 256  # well below what a receive ring takes
NEIGHBOUR = "2001:db8:ff::99"  # that does not exist
UNLIMITED = {"rate_per_s": 1000000, "burst": 100000}


def udp(source, destination, data=bytes(16), **fields):
    return packets.ip6(source, destination, packets.UDP, packets.udp(source, destination, 1000, 2000, data), **fields)


def kinds():
    """name: packet"""
    echo = packets.echo_request(home(ONE), HOME_AGENT, b"buffers")
    inner = udp(home(ONE), CORRESPONDENT)
    wrong = bytearray(update(ONE, sequence=9).packet())
    wrong[-1] ^= 1
    return {
        "answered by the control thread": packets.ip6(CARE_OF, HOME_AGENT, packets.DEST_OPTIONS,
                                                      packets.home_address_header(packets.ICMP6, home(ONE)) + echo),
        "with a wrong authenticator": update(ONE, sequence=9, key=bytes(16)).packet(),
        "with a wrong checksum": bytes(wrong),
        "that an error would answer": udp(CORRESPONDENT, home(ABSENT)),
        "into a tunnel": udp(CORRESPONDENT, home(ONE)),
        "out of a tunnel": packets.ip6(CARE_OF, HOME_AGENT, packets.IPV6, inner),
        "out of nobody's tunnel": packets.ip6(CORRESPONDENT, HOME_AGENT, packets.IPV6, inner),
        "too large for the tunnel": udp(CORRESPONDENT, home(ONE), bytes(1440)),
        "whose hop limit ends": udp(CORRESPONDENT, home(ONE), hop_limit=1),
        "to a neighbour that is not there": packets.ip6(CARE_OF, HOME_AGENT, packets.IPV6, udp(home(ONE), NEIGHBOUR)),
    }


def received(daemon):
    return daemon.rpc("stats.get")["totals"]["received"]


def flood(the_lab, packet):
    """Sends it SENT times, no faster than the daemon receives. How many were received."""
    frame = the_lab.wire.frame(packet)
    before = received(the_lab.daemon)
    for sent in range(BURST, SENT + 1, BURST):
        for _ in range(BURST):
            the_lab.wire.sock.send(frame)
        if not arrived(the_lab.daemon, before + sent):
            break
    return received(the_lab.daemon) - before


def arrived(daemon, wanted, seconds=4):
    until = time.monotonic() + seconds
    while received(daemon) < wanted:
        if time.monotonic() > until:
            return False
        time.sleep(0.001)
    return True


def check_kinds(report, the_lab):
    for name, packet in kinds().items():
        report.equal(flood(the_lab, packet), SENT, f"packets {name}: every one is received")
        report.equal(the_lab.daemon.lost_buffers(), {}, f"packets {name}: their buffers come back")
    report.check(Node(the_lab, ABSENT).register(), "afterwards a mobile node registers as ever")
    time.sleep(0.2)
    came, went = balance(the_lab.daemon.counters())
    report.equal(came, went, "every packet is accounted for")


def check_too_few(report, the_lab):
    the_lab.daemon.configure([node(ONE)], memory__mbufs_per_queue=BUFFERS - 1)
    report.check(not the_lab.daemon.start(), "fewer buffers than the kernel leaves enough of: no start")
    report.check("/memory/mbufs_per_queue" in the_lab.daemon.log(), "and the log names the key")


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        # The Internet that the test plays has no router of its own that would say "no route".
        the_lab.run("rt", "ip", "-6", "route", "add", "blackhole", "default")
        check_too_few(report, the_lab)
        the_lab.daemon.configure([node(ONE), node(ABSENT)], memory__mbufs_per_queue=BUFFERS, limits__local=UNLIMITED,
                                 limits__error=UNLIMITED, limits__signalling_known=UNLIMITED)
        if report.check(the_lab.daemon.start() and Node(the_lab, ONE).register(), "the daemon starts, a mobile node registers"):
            check_kinds(report, the_lab)
        else:
            the_lab.show_log()
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
