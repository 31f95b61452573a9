#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures homewardd against testpmd's macswap, each as a process of its own, with pktsource as the source on a memif port.

Two CPUs are enough and no hugepages are taken: the worker has one CPU, the source and homewardd's control thread share the
other. In turns (A B A B), so that a busy neighbour slows both:
  rate      packets per second that come back at full speed
  latency   at half of homewardd's rate, the same for both
  control   homewardd's latency at that rate: idle; while all bindings are listed over the control socket again and again; while
            other nodes, on a port of their own, register and leave; while as many bindings expire at about one moment
Prints one JSON object with --json, else text. Exit status: 0 measured; 1 measured, but packets came back wrong; 2 it could not.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import dut as duts  # noqa: E402

EXPIRY_LIFETIME_S = 4
EXPIRY_WAIT_S = 8
PHASES_MAX = 16  # of one run of mnload


def say(text):
    print(text, file=sys.stderr, flush=True)


class Setup:
    """What stays the same through a measurement."""

    def __init__(self, build, count=65536, rounds=5, seconds=2.0, inner=78, frames="encap", worker_cpu=1,
                 source_cpu=0):
        self.build, self.count, self.rounds, self.seconds = build, count, rounds, seconds
        self.inner, self.frames = inner, frames
        self.worker_cpu, self.source_cpu = worker_cpu, source_cpu
        self.pktsource = duts.find_program(build, "pktsource")
        self.mnload = duts.find_program(build, "mnload")
        duts.find_program(build, "homewardd")
        duts.find_testpmd()
        available = os.sched_getaffinity(0)
        if not {worker_cpu, source_cpu} <= available or worker_cpu == source_cpu:
            raise RuntimeError(f"needs CPUs {source_cpu} and {worker_cpu} of its own; this process may use "
                               f"{sorted(available)}")
        self.commands = {}
        self.wrong = 0

    def home_agent(self, folder, other_count=0):
        return duts.HomeAgent(self.build, folder, self.count, other_count, self.worker_cpu, self.source_cpu)

    def macswap(self, folder):
        return duts.Macswap(folder, self.worker_cpu, self.source_cpu)

    def source_command(self, dut, options):
        return [self.pktsource, "--vdev", dut.vdev, "--dst-mac", dut.mac, "--src-mac", duts.SOURCE_MAC,
                "--cpu", str(self.source_cpu), "--count", str(self.count), "--inner", str(self.inner),
                "--frames", self.frames, "--json", *options]

    def run_source(self, dut, *options, register=True):
        """pktsource's report. The nodes are registered first when dut is a home agent that does not know them yet."""
        options = list(options)
        if isinstance(dut, duts.Macswap):
            options += ["--expect", "echo"]
        elif register:
            options += ["--register"]
        command = self.source_command(dut, options)
        self.commands.setdefault(dut.name, dut.shown_command())
        self.commands.setdefault("source_" + dut.name, " ".join(command).replace(str(dut.folder), "DIR"))
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode == 2 or not done.stdout:
            raise RuntimeError(f"pktsource against {dut.name}: {done.stderr.strip() or 'no output'}")
        report = json.loads(done.stdout)
        self.wrong += report["wrong"]
        if report["peer_lost"]:
            raise RuntimeError(f"{dut.name} ended or stood still: {duts.tail(dut.log)}")
        if register and report["registered"] != (0 if "--expect" in options else self.count):
            raise RuntimeError(f"{report['registered']} of {self.count} nodes were registered")
        return report


def measure_once(setup, make, *options):
    with tempfile.TemporaryDirectory(prefix="homeward-two.") as folder, make(folder) as dut:
        return setup.run_source(dut, *options)


def measure_rates(setup):
    rates = {"homewardd_pps": [], "macswap_pps": [], "ratio": []}
    options = ("--mode", "rate", "--seconds", str(setup.seconds))
    for number in range(setup.rounds):
        for key, make in (("homewardd_pps", setup.home_agent), ("macswap_pps", setup.macswap)):
            rates[key].append(measure_once(setup, make, *options)["rx_pps"])
        ours, theirs = rates["homewardd_pps"][-1], rates["macswap_pps"][-1]
        rates["ratio"].append(round(ours / theirs, 4) if theirs else None)
        say(f"two processes: round {number + 1} of {setup.rounds}: homewardd {ours:.0f}, macswap {theirs:.0f} packets/s")
    return rates


def latency_of(report):
    latency, excluded = report["latency_us"], report["excluded"]
    return {"p50_us": latency["p50"], "p90_us": latency["p90"], "p99_us": latency["p99"],
            "p999_us": latency["p999"], "max_us": latency["max"], "samples": latency["samples"],
            "excluded": excluded["samples"], "waited_p99_us": excluded["waited_us"]["p99"],
            "off_cpu_share": excluded["off_cpu_share"], "rx_pps": report["rx_pps"], "lost": report["lost"]}


def median_of(reports):
    """Of several runs: each figure's median; counts are added up."""
    whole = ("samples", "excluded", "lost")
    return {key: sum(r[key] for r in reports) if key in whole else statistics.median(r[key] for r in reports)
            for key in reports[0]}


def latency_options(setup, rate, seconds=None):
    return ("--mode", "latency", "--rate", str(rate), "--seconds", str(seconds or setup.seconds))


def measure_latency(setup, rate):
    found = {"homewardd": [], "macswap": []}
    for number in range(setup.rounds):
        say(f"two processes: latency at {rate} packets/s, round {number + 1} of {setup.rounds}")
        for key, make in (("homewardd", setup.home_agent), ("macswap", setup.macswap)):
            found[key].append(latency_of(measure_once(setup, make, *latency_options(setup, rate))))
    return {"rate_pps": rate, **{key: {**median_of(runs), "p50_runs": [r["p50_us"] for r in runs],
                                       "p999_runs": [r["p999_us"] for r in runs]}
                                 for key, runs in found.items()}}


class Meanwhile(threading.Thread):
    """Does something again and again until it is told to stop; adds up what it returns."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.count, self.reason = work, 0, None
        self.stopping = threading.Event()

    def run(self):
        try:
            while not self.stopping.is_set():
                self.count += self.work()
        except (OSError, ValueError, RuntimeError, subprocess.SubprocessError) as reason:
            self.reason = reason

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()
        if self.reason is not None:
            raise RuntimeError(str(self.reason))


def run_mnload(setup, dut, count, phases, *options):
    """Updates of the other nodes, by the second port. Returns how many were acknowledged."""
    done = subprocess.run([setup.mnload, "--vdev", dut.updates_vdev, "--dst-mac", dut.updates_mac,
                           "--src-mac", duts.UPDATES_MAC, "--home-prefix", duts.OTHER_HOME_PREFIX,
                           "--care-of-prefix", duts.OTHER_CARE_OF_PREFIX, "--count", str(count),
                           "--cpu", str(setup.source_cpu), "--phases", phases, *options],
                          capture_output=True, text=True, timeout=300)
    if done.returncode == 2 or not done.stdout:
        raise RuntimeError(f"mnload: {done.stderr.strip() or 'no output'}")
    return sum(phase["acknowledged"] for phase in json.loads(done.stdout)["phases"])


def measure_expiry(setup, dut, rate):
    """As many bindings as there are nodes end within a second or so, their latest moment known."""
    registered = run_mnload(setup, dut, setup.count, "register", "--lifetime", str(EXPIRY_LIFETIME_S))
    report = setup.run_source(dut, *latency_options(setup, rate, EXPIRY_WAIT_S), register=False)
    left = dut.ask("status.get")["bindings"]["in_force"] - setup.count
    return {**latency_of(report), "registered": registered, "expired": registered - left}


def measure_control(setup, rate):
    with tempfile.TemporaryDirectory(prefix="homeward-two.") as folder, \
            setup.home_agent(folder, setup.count) as dut:
        found = {"rate_pps": rate}
        options = latency_options(setup, rate)
        say("two processes: latency with idle control thread")
        found["idle"] = latency_of(setup.run_source(dut, *options))
        say("two processes: latency while bindings are listed")
        with Meanwhile(dut.list_bindings) as listing:
            found["listing"] = latency_of(setup.run_source(dut, *options, register=False))
        found["listing"]["bindings_listed"] = listing.count
        say("two processes: latency while other nodes register and leave")
        phases = ",".join(["register", "remove"] * (PHASES_MAX // 2))
        removal = Meanwhile(lambda: run_mnload(setup, dut, setup.count, phases))
        with removal:
            found["removal"] = latency_of(setup.run_source(dut, *options, register=False))
        found["removal"]["updates"] = removal.count
        say("two processes: latency while bindings expire")
        found["expiry"] = measure_expiry(setup, dut, rate)
    return found


def measure(build, skip_latency=False, skip_control=False, **settings):
    """The whole measurement; RuntimeError says why there is none."""
    setup = Setup(build, **settings)
    result = {"version": 1, "count": setup.count, "inner": setup.inner, "frames": setup.frames,
              "seconds": setup.seconds, "rate": measure_rates(setup)}
    half = int(statistics.median(result["rate"]["homewardd_pps"]) / 2)
    if not skip_latency:
        result["latency"] = measure_latency(setup, half)
    if not skip_control:
        result["control"] = measure_control(setup, half)
    result.update(commands=setup.commands, wrong=setup.wrong, good=setup.wrong == 0)
    return result


def print_text(result):
    rate = result["rate"]
    print(f"two processes on a memif port, {result['count']} bindings, {result['frames']}, {result['inner']}-octet packets")
    for name in ("homewardd", "macswap"):
        values = rate[name + "_pps"]
        print(f"  {name:12} {statistics.median(values):12.0f} packets/s   {min(values):.0f} to {max(values):.0f}")
    print(f"  ratio        {statistics.median(rate['ratio']):12.3f}")
    rows = [(name, result.get("latency", {}).get(name)) for name in ("homewardd", "macswap")]
    rows += [("homewardd, " + name, result.get("control", {}).get(name))
             for name in ("idle", "listing", "removal", "expiry")]
    rows = [(name, row) for name, row in rows if row]
    if rows:
        print(f"latency in us{'':12} {'median':>8} {'99 %':>8} {'99.9 %':>8} {'most':>9} {'samples':>9} {'left out':>9}")
    for name, row in rows:
        print(f"  {name:22} {row['p50_us']:8.1f} {row['p99_us']:8.1f} {row['p999_us']:8.1f} {row['max_us']:9.1f} "
              f"{row['samples']:9} {row['excluded']:9}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build", help="build directory (build)")
    parser.add_argument("--count", type=int, default=65536, help="mobile nodes, up to 1000000 (65536)")
    parser.add_argument("--rounds", type=int, default=5, help="of A B A B (5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement (2)")
    parser.add_argument("--inner", type=int, default=78, help="octets of the inner packet (78)")
    parser.add_argument("--frames", choices=("encap", "decap", "both"), default="encap")
    parser.add_argument("--worker-cpu", type=int, default=1)
    parser.add_argument("--source-cpu", type=int, default=0)
    parser.add_argument("--skip-latency", action="store_true")
    parser.add_argument("--skip-control", action="store_true")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout instead of text")
    arguments = parser.parse_args()
    if not 1 <= arguments.count <= 1000000 or arguments.rounds < 1:
        parser.error("--count goes from 1 to 1000000, --rounds from 1")
    return arguments


def main():
    arguments = vars(parse_arguments())
    as_json = arguments.pop("json")
    duts.end_in_order()
    try:
        result = measure(**arguments)
    except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as reason:
        print(f"two_process: {reason}", file=sys.stderr)
        return 2
    if as_json:
        print(json.dumps(result, indent=2))
    else:
        print_text(result)
    return 0 if result["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
