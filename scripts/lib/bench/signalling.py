# SPDX-License-Identifier: BSD-3-Clause
"""Binding Updates: how many a second, how soon each is answered, and what they cost those who only forward."""
import json
import os

from . import stats

GROUP = "registrations"
RATE_PER_S = 100000
# Below this share of it, "with 100k registrations/s" would be a false name.
RATE_SHARE = 0.95


def merge(turns, *path):
    """The samples of all turns, one list for each name."""
    merged = {}
    for turn in turns:
        for key in path:
            turn = turn[key]
        for name, values in turn.items():
            if isinstance(values, list):
                merged.setdefault(name, []).extend(values)
    return merged


def add_rates(turns, rows):
    samples = merge(turns, "samples")
    rows.add("registrations/s over the derived limit",
             stats.ratios(samples["updates_per_s"], samples["limit_per_s"]), "ratio",
             "authenticated, through the punt path; limit: two HMACs and one table update, timed right before, eight times a round")
    rows.add("registrations per second", samples["updates_per_s"], "1/s", "acknowledged, one control thread")
    rows.add("derived limit of registrations per second", samples["limit_per_s"], "1/s")
    for name in ("hmac", "table", "update"):
        rows.add(f"cycles: {name}, a Binding Update", samples[f"{name}_cycles"], "cycles")
    for share in ("p50", "p99", "p999"):
        rows.add(f"latency: Binding Update to Acknowledgement, {share}",
                 [turn["latency_us"][share] for turn in turns], "us")


def add_forwarding(turns, rows):
    name = f"forwarding with {RATE_PER_S // 1000}k registrations/s over without"
    samples = merge(turns, "forwarding")
    lost = sum(turn["forwarding"]["lost"] for turn in turns)
    old = sum(turn["forwarding"]["to_old_address"] for turn in turns)
    applied = stats.spread(samples["updates_per_s"]).value
    if applied < RATE_SHARE * RATE_PER_S:
        rows.miss(name, f"only {applied:.0f} registrations/s could be applied")
    else:
        rows.add(name, stats.ratios(samples["with_pps"], samples["without_pps"]), "ratio",
                 f"rates; {lost} packets lost, {old} to an old address after its acknowledgement", lost == 0 and old == 0)
    rows.add("rate: forwarding alone", [pps / 1e6 for pps in samples["without_pps"]], "Mpps")
    rows.add("rate: forwarding with registrations", [pps / 1e6 for pps in samples["with_pps"]], "Mpps")


def add_load(run, rows):
    """The set-up of the system test: mnload and homewardd on a memif port, every acknowledgement checked."""
    report = run.scratch / "load.json"
    run.program("mnload")
    environment = dict(os.environ, LOAD_REPORT=str(report), LOAD_TRAFFIC="0", LOAD_SECONDS="1")
    run.execute([run.root / "tests/system/load.sh", run.build, 20000 if run.quick else 100000], 300, environment)
    for phase in json.loads(report.read_text(encoding="ascii"))["phases"]:
        if phase["phase"] != "traffic":
            rows.add(f"two processes: {phase['phase']}, per second", [phase["rate_per_s"]], "1/s",
                     "mnload and homewardd on memif")


def measure(run, rows):
    command = [run.program("bench_signalling"), "--nodes", 65536, "--rounds", 3 if run.quick else 5, *run.pages_option(),
               "--json"]
    turns = [run.execute_json(command, 180) for _ in run.turns(GROUP, 3 if run.quick else 5, 15 if run.quick else 75)]
    add_rates(turns, rows)
    add_forwarding(turns, rows)
    add_load(run, rows)
