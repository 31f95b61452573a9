# SPDX-License-Identifier: BSD-3-Clause
"""homewardd's latency while its control thread is busy: nothing of that may show in the worker.

At one rate, through the same running homewardd, in turns: with an idle control thread; while all bindings are listed over the
control socket again and again; while the mobile nodes file is read again and again; while other nodes, on a port of their own,
register and leave; while as many bindings as there are of them expire at about one moment. Source, mnload, the clients and the
control thread share one CPU, the worker has the other.
"""
import contextlib
import os
import subprocess
import threading
import time

import dut as duts

from .run import Skip

NODES = 1000000
SECONDS = 3
OTHER_NODES = 65536
EXPIRY_LIFETIME_S = 4
EXPIRY_WAIT_S = 8
LEFT_S = 10.5  # so long after a node has left the sequence numbers of a new mnload would be refused
PHASES = ",".join(["register", "remove"] * 8)  # as many as mnload takes


class Meanwhile(threading.Thread):
    """Does something again and again until the context ends; adds up what it returns."""

    def __init__(self, run, work):
        super().__init__(daemon=True)
        self.cpu, self.work, self.count, self.reason = run.OTHER_CPU, work, 0, None
        self.stopping = threading.Event()

    def run(self):
        os.sched_setaffinity(0, {self.cpu})  # this thread: off the worker's
        try:
            while not self.stopping.is_set():
                self.count += self.work()
        except (OSError, ValueError, Skip) as reason:
            self.reason = reason

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()
        if self.reason is not None:
            raise Skip(self.reason)


class Others:
    """Nodes with a port of their own, and when they were last heard of."""

    def __init__(self, run, dut):
        self.run, self.dut, self.left = run, dut, 0

    def wait(self):
        time.sleep(max(0, self.left + LEFT_S - time.monotonic()))

    def update(self, phases, *options):
        """Returns how many updates were acknowledged."""
        self.wait()
        run, dut = self.run, self.dut
        report = run.execute_json([run.program("mnload"), "--vdev", dut.updates_vdev, "--dst-mac", dut.updates_mac,
                                   "--src-mac", duts.UPDATES_MAC, "--home-prefix", duts.OTHER_HOME_PREFIX,
                                   "--care-of-prefix", duts.OTHER_CARE_OF_PREFIX, "--count", OTHER_NODES,
                                   "--cpu", run.OTHER_CPU, "--phases", phases, *options], 300)
        self.left = time.monotonic()
        return sum(phase["acknowledged"] for phase in report["phases"])

    @contextlib.contextmanager
    def coming_and_going(self):
        self.wait()
        with Meanwhile(self.run, lambda: self.update(PHASES)):
            yield

    @contextlib.contextmanager
    def expiring(self, nodes):
        """Their bindings end inside."""
        registered = self.update("register", "--lifetime", str(EXPIRY_LIFETIME_S))
        yield
        left = self.dut.ask("status.get")["bindings"]["in_force"] - nodes
        self.left = time.monotonic()
        if left:
            raise Skip(f"{left} of {registered} bindings did not expire")


def reload_nodes(dut):
    return dut.ask("mobile_nodes.reload")["configured"]


def register(run, dut, nodes):
    """By mnload: it sleeps when it has nothing to do, so the control thread gets the CPU they share."""
    run.execute([run.program("mnload"), "--vdev", dut.vdev, "--dst-mac", dut.mac, "--src-mac", duts.SOURCE_MAC, "--count", nodes,
                 "--cpu", run.OTHER_CPU, "--phases", "register"], 120)


def latency(run, dut, nodes, load_pps, seconds):
    report = run.execute_json([run.program("pktsource"), "--vdev", dut.vdev, "--mode", "latency", "--rate", load_pps,
                               "--count", nodes, "--seconds", seconds, "--cpu", run.OTHER_CPU, "--dst-mac", dut.mac,
                               "--src-mac", duts.SOURCE_MAC, "--json"], seconds + 120)
    if not report["good"]:
        raise Skip(f"pktsource and homewardd: {report['wrong']} wrong packets")
    return report["latency_us"]


def works(run, dut, others):
    """What the control thread does, as a context each, and how long it takes at least."""
    yield "idle", contextlib.nullcontext(), 0
    yield "bindings are listed", Meanwhile(run, dut.list_bindings), 0
    yield "mobile nodes are reloaded", Meanwhile(run, lambda: reload_nodes(dut)), 0
    yield "nodes register and leave", others.coming_and_going(), 0
    yield "bindings expire", others.expiring(NODES), EXPIRY_WAIT_S


def measure_turns(run, dut, load_pps):
    """What was found, by work."""
    others = Others(run, dut)
    found = {}
    run.progress(f"two processes on memif, latency: {NODES} mobile nodes register")
    register(run, dut, NODES)
    for turn in run.turns("two processes on memif, latency beside work", 3, 150):
        for what, work, least_s in works(run, dut, others):
            run.progress(f"turn {turn + 1}, control thread: {what}")
            with work:
                found.setdefault(what, []).append(latency(run, dut, NODES, load_pps, max(SECONDS, least_s)))
    return found


def measure(run, rows, load_pps):
    if run.quick:
        run.skip("latency beside work of the control thread", "not part of a quick run")
        return
    home_agent = duts.HomeAgent(run.build, run.scratch, NODES, OTHER_NODES, run.CPU, run.OTHER_CPU)
    try:
        with home_agent as dut:
            found = measure_turns(run, dut, load_pps)
    except (RuntimeError, subprocess.SubprocessError) as reason:
        raise Skip(reason) from None
    for what, samples in found.items():
        for share in ("p50", "p999"):
            rows.add(f"latency: homewardd, control thread: {what}, {share}", [sample[share] for sample in samples], "us",
                     f"{NODES} bindings, at {load_pps / 1e6:.2f} Mpps")
