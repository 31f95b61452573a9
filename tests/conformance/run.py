#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Black-box conformance run: every case against a real home agent, seen from the wire alone. Prints a table of RFC section, case and
verdict, and ends with "N passed, N failed". docs/conformance.md tells more.

usage: run.py BUILD-DIRECTORY [--only PATTERN] [--list] [--start PROGRAM]
"""
import argparse
import fnmatch
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True
from suite import Failure, collect  # noqa: E402


def arguments():
    parser = argparse.ArgumentParser(description="Black-box conformance run of a Mobile IP home agent.")
    parser.add_argument("build", nargs="?", default="", help="directory with homewardd built in it")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="only cases whose name or section matches")
    parser.add_argument("--list", action="store_true", help="print the cases and run none")
    parser.add_argument("--start", metavar="PROGRAM", help="starts another home agent (docs/conformance.md)")
    return parser.parse_args()


def chosen(only):
    return [case for case in collect()
            if fnmatch.fnmatch(case.name, f"*{only}*") or fnmatch.fnmatch(case.section, f"*{only}*")]


class Table:
    def __init__(self):
        self.passed, self.failures, self.losses = 0, [], []

    def row(self, case, failure=None):
        print(f"{case.section:<28} {'FAIL' if failure else 'pass'}  {case.name}: {case.text}", flush=True)
        if failure:
            self.failures.append((case, failure))
        else:
            self.passed += 1

    def conclude(self):
        for case, failure in self.failures:
            print(f"not ok - {case.name} ({case.section}): {failure}")
        for loss in self.losses:
            print(f"not ok - {loss}")
        failed = len(self.failures) + len(self.losses)
        print(f"{self.passed} passed, {failed} failed")
        return 1 if failed else 0


def attempt(table, case, step):
    """Runs one step of a case. What it yields, or None when it is over."""
    try:
        return step()
    except StopIteration:
        table.row(case)
    except Failure as failure:
        table.row(case, str(failure) or "failed")
    except (IndexError, KeyError, TypeError, ValueError, AttributeError, OSError, RuntimeError) as error:
        table.row(case, repr(error))
    return None


def begin(table, case, home_agent, waiting):
    def first():
        generator = case.begin(home_agent)
        if generator is None:
            raise StopIteration
        return generator, next(generator)
    result = attempt(table, case, first)
    if result is not None:
        waiting.append((time.monotonic() + result[1], case, result[0]))


def resume(table, waiting):
    """Goes on with those whose time has come."""
    now = time.monotonic()
    for entry in [entry for entry in waiting if entry[0] <= now]:
        waiting.remove(entry)
        pause = attempt(table, entry[1], lambda generator=entry[2]: next(generator))
        if pause is not None:
            waiting.append((time.monotonic() + pause, entry[1], entry[2]))


def run_configuration(table, cases, home_agent, name):
    print(f"# configuration: {name}", flush=True)
    if not home_agent.start(name):
        home_agent.lab.show_log()
        for case in cases:
            table.row(case, "the home agent does not start")
        return
    waiting = []
    # Those that let time pass begin first.
    for case in sorted(cases, key=lambda case: not case.waits):
        begin(table, case, home_agent, waiting)
        resume(table, waiting)
    while waiting:
        home_agent.listen(min(entry[0] for entry in waiting) - time.monotonic())
        resume(table, waiting)
    if not home_agent.daemon.alive():
        home_agent.lab.show_log()
        return
    table.losses += [f"configuration {name}: {complaint}" for complaint in home_agent.complaints()]
    lost = home_agent.daemon.lost_buffers()
    if lost:
        table.losses.append(f"configuration {name}: packet buffers have not come back: {lost}")


def parts(cases):
    """The cases that share a start of the home agent: those that want the same configuration."""
    found = {}
    for case in cases:
        found.setdefault(case.configuration, []).append(case)
    return list(found.values())


def run(cases, options):
    import configurations4
    from home_agent import HomeAgent, make_lab
    from home_agent4 import HomeAgent4
    if os.geteuid() != 0:
        raise SystemExit("the conformance run needs root, for network namespaces and AF_XDP")
    if options.start is None and not os.access(os.path.join(options.build, "homewardd"), os.X_OK):
        raise SystemExit("usage: run.py BUILD-DIRECTORY (with homewardd built in it)")
    table, lab = Table(), make_lab(os.path.abspath(options.build), options.start)
    try:
        ipv6, ipv4 = HomeAgent(lab), HomeAgent4(lab)
        for part in parts(cases):
            name = part[0].configuration
            run_configuration(table, part, ipv4 if name in configurations4.CONFIGURATIONS else ipv6, name)
    finally:
        lab.close()
    return table.conclude()


def main():
    options = arguments()
    cases = chosen(options.only)
    if options.list:
        for case in cases:
            print(f"{case.section:<28} {case.name}: {case.text}")
        return 0
    if not cases:
        raise SystemExit(f"no case matches {options.only}")
    return run(cases, options)


if __name__ == "__main__":
    import signal
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    sys.exit(main())
