# SPDX-License-Identifier: BSD-3-Clause
"""homewardd's latency while its control thread is busy: nothing of that may show in the worker.

At one rate, through the same running homewardd: with an idle control thread; while all bindings are listed over the control
socket again and again; while as many bindings as there are nodes expire at about one moment; while other nodes, on a port of
their own, register and leave. Source, mnload and control thread share one CPU, the worker has the other.
"""
import contextlib
import threading

import dut as duts

from .run import Skip

NODES = 65536
EXPIRY_LIFETIME_S = 4
EXPIRY_WAIT_S = 8
PHASES = ",".join(["register", "remove"] * 8)  # as many as mnload takes


class Meanwhile(threading.Thread):
    """Does something again and again until the context ends; adds up what it returns."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.count, self.reason = work, 0, None
        self.stopping = threading.Event()

    def run(self):
        try:
            while not self.stopping.is_set():
                self.count += self.work()
        except (OSError, ValueError, RuntimeError) as reason:
            self.reason = reason

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()
        if self.reason is not None:
            raise Skip(self.reason)


def update_others(run, dut, phases, *options):
    """Updates of the other nodes, by the second port. Returns how many were acknowledged."""
    report = run.execute_json([run.program("mnload"), "--vdev", dut.updates_vdev, "--dst-mac", dut.updates_mac,
                               "--src-mac", duts.UPDATES_MAC, "--home-prefix", duts.OTHER_HOME_PREFIX,
                               "--care-of-prefix", duts.OTHER_CARE_OF_PREFIX, "--count", NODES,
                               "--cpu", run.OTHER_CPU, "--phases", phases, *options], 300)
    return sum(phase["acknowledged"] for phase in report["phases"])


def latency(run, dut, load_pps, seconds, *options):
    report = run.execute_json([run.program("pktsource"), "--vdev", dut.vdev, "--mode", "latency", "--rate", load_pps,
                               "--count", NODES, "--seconds", seconds, "--cpu", run.OTHER_CPU, "--dst-mac", dut.mac,
                               "--src-mac", duts.SOURCE_MAC, *options, "--json"], seconds + 120)
    if not report["good"]:
        raise Skip(f"pktsource and homewardd: {report['wrong']} wrong packets")
    return report["latency_us"]


@contextlib.contextmanager
def expiring(run, dut):
    """Bindings of the other nodes end inside."""
    registered = update_others(run, dut, "register", "--lifetime", str(EXPIRY_LIFETIME_S))
    yield
    left = dut.in_force() - NODES
    if left:
        raise Skip(f"{left} of {registered} bindings did not expire")


def works(run, dut):
    """What the control thread does, as a context each, and how long it takes at least."""
    yield "idle", contextlib.nullcontext(), 0
    yield "bindings are listed", Meanwhile(dut.list_bindings), 0
    if not run.quick:
        yield "bindings expire", expiring(run, dut), EXPIRY_WAIT_S
    # Last: for ten seconds after they have left, the sequence numbers of a new mnload would be refused.
    yield "nodes register and leave", Meanwhile(lambda: update_others(run, dut, PHASES)), 0


def measure(run, rows, load_pps):
    seconds = 0.7 if run.quick else 2
    home_agent = duts.HomeAgent(run.build, run.scratch, NODES, NODES, run.CPU, run.OTHER_CPU)
    with home_agent as dut:
        register = ["--register"]
        for what, work, least_s in works(run, dut):
            run.progress(f"two processes on memif, latency, control thread: {what}")
            with work:
                found = latency(run, dut, load_pps, max(seconds, least_s), *register)
            register = []
            for share in ("p50", "p999"):
                rows.add(f"latency: homewardd, control thread: {what}, {share}", [found[share]], "us",
                         f"{NODES} bindings, at {load_pps / 1e6:.2f} Mpps")
