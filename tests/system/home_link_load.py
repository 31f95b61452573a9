#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""How many neighbour solicitations a second are answered for mobile nodes that are away (tests/bench/bench_nd.c asks).

The number depends on the machine and on what else it does, so only that answers come is checked.
Usage: home_link_load.py BUILD-DIRECTORY
"""
import os
import re
import sys

from lib import HOME_AGENT, HOME_PREFIX, Node, Report, home, lab, node, program_directory

NODES = range(0x10, 0x50)
SECONDS = "3"


def control_cpu_s(pid):
    """CPU time of the main thread, which is the control thread."""
    with open(f"/proc/{pid}/task/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def daemon_pid(the_lab):
    return the_lab.daemon.rpc("server.hello")["pid"]


def main():
    report = Report()
    programs = program_directory()
    with lab(programs) as the_lab:
        the_lab.run("ha", "ip", "address", "add", "2001:db8:1::1/64", "dev", "rt", "nodad")
        prefix = {"prefix": HOME_PREFIX, "address": HOME_AGENT, "home_link": {"interface": "rt"}}
        the_lab.daemon.configure([node(n) for n in NODES], home_agent__prefixes=[prefix])
        if report.check(the_lab.daemon.start(), "homewardd starts on a real home link"):
            nodes = [Node(the_lab, n) for n in NODES]
            for mn in nodes:
                mn.send()
            nodes[0].lab.wire.collect(1.5)
            report.equal(len(the_lab.daemon.bindings()), len(NODES), "64 mobile nodes that came at once are registered")
            pid = daemon_pid(the_lab)
            before = control_cpu_s(pid)
            done = the_lab.run("rt", os.path.join(programs, "tests", "bench_nd"), "ha", the_lab.wire.peer_mac,
                               home(NODES[0]), str(len(NODES)), SECONDS)
            print(f"# {done.stdout.strip()}{done.stderr.strip()}")
            took_s = control_cpu_s(pid) - before
            found = re.match(r"(\d+) solicitations answered a second \((\d+)", done.stdout)
            if found and took_s > 0:
                print(f"# {int(found[2]) / took_s:.0f} answered a second of the control thread's CPU time ({took_s:.2f} s)")
            report.check(found and int(found[1]) > 1000, "solicitations are answered", done.stdout)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
