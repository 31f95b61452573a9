# SPDX-License-Identifier: BSD-3-Clause
"""An XDP encapsulator in the kernel, by BPF_PROG_TEST_RUN: tests/bench/xdp_encap.bpf.c."""
import statistics

from . import stats
from .forward import BINDINGS, Leg, run_leg

GROUP = "XDP peer"
SIZE = "64k"


def run_xdp(run, rounds):
    return run.execute_json(["taskset", "-c", run.CPU, run.program("bench_xdp"), "--bindings", BINDINGS[SIZE],
                             "--rounds", rounds, "--json"])["samples"]


def measure(run, rows):
    ratios, net, base, ours = [], [], [], []
    tsc_ghz = None
    for _ in run.turns(GROUP, 3 if run.quick else 9, 6 if run.quick else 40):
        xdp = run_xdp(run, 5)
        forward = run_leg(run, Leg(SIZE), 5)
        tsc_ghz = forward["tsc_hz"] / 1e9
        net_ns = statistics.median(xdp["encap_ns"]) - statistics.median(xdp["baseline_ns"])
        cycles = statistics.median(stats.differences(forward["samples"]["encap"], forward["samples"]["io_fill"]))
        ratios.append(cycles / (net_ns * tsc_ghz))
        net.append(net_ns * tsc_ghz)
        base.append(statistics.median(xdp["baseline_ns"]) * tsc_ghz)
        ours.append(cycles)
    rows.add("net cost over XDP's net cost, 64k", ratios, "ratio",
             "(encap - io+fill) over (XDP encap - its baseline); ours with all checks and counters, XDP's without")
    rows.add("cycles: our net cost, 64k", ours, "cycles/packet", "encap - io+fill")
    rows.add("cycles: XDP net cost, 64k", net, "cycles/packet", "encap and undo - baseline; the undo is in both")
    rows.add("cycles: XDP baseline", base, "cycles/packet", "choosing a destination, and the call that undoes")
    run.cycles.append({"variant": "XDP encap, net", "bindings": BINDINGS[SIZE], "peer": True,
                       **stats.spread(net)._asdict()})
