# SPDX-License-Identifier: BSD-3-Clause
"""homewardd against testpmd macswap, each with pktsource in a process of its own at the other end of a memif port.

pktsource has one CPU, the worker that forwards the other. It checks what comes back from homewardd octet by octet.
"""
import contextlib
import statistics
from pathlib import Path

from . import meanwhile, stats, testpmd
from .daemon import Daemon
from .run import Skip

GROUP = "two processes on memif"
NODES = 1024
OUR_MAC, PEER_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
LEAST_PPS = 1000
# Ours does more than macswap for each packet. Beyond this it was not measured under the same conditions.
BELIEVABLE = 1.1


def socket_path(run):
    return run.scratch / "memif.sock"


def server(run):
    return f"net_memif0,role=server,id=0,socket={socket_path(run)},mac={OUR_MAC}"


@contextlib.contextmanager
def homewardd(run):
    """What pktsource must be told about it."""
    port = {"name": "bench", "kind": "vdev", "device": server(run),
            "routes": [{"prefix": "::/0", "next_hop_mac": PEER_MAC}]}
    with Daemon(run, [port]):
        yield ["--register"]


def listens(run):
    """memif's sockets are abstract ones: not in the file system."""
    return f"@{socket_path(run)}" in Path("/proc/net/unix").read_text(encoding="ascii", errors="replace")


@contextlib.contextmanager
def macswap(run):
    with testpmd.running(run, server(run), "macswap", lambda: listens(run)):
        yield ["--expect", "echo"]


def source(run, what, mode, seconds, more=()):
    """Through what is named, which is started for it: one connection, one measure."""
    vdev = f"net_memif0,role=client,id=0,socket={socket_path(run)}"
    with what(run) as options:
        command = [run.program("pktsource"), "--vdev", vdev, "--mode", mode, "--count", NODES, "--seconds", seconds,
                   "--cpu", run.OTHER_CPU, "--dst-mac", OUR_MAC, "--src-mac", PEER_MAC, *options, *more, "--json"]
        result = run.execute_json(command, seconds + 60)
    if not result["good"] or result["rx_pps"] < LEAST_PPS:
        raise Skip(f"pktsource and {what.__name__}: {result['wrong']} wrong packets, {result['rx_pps']} a second came back; "
                   "if none, is another program using these CPUs?")
    return result


def find_doubt(ours, theirs):
    """Traffic between two CPUs may have two speeds. Each can last for a whole run, so a small spread proves nothing."""
    for name, rates in (("homewardd", ours), ("macswap", theirs)):
        found = stats.spread(rates)
        if found.p90 > stats.NOISE_LIMIT * found.p10:
            return f"{name} had more than one speed, {found.p10 / 1e6:.2g} and {found.p90 / 1e6:.2g} Mpps"
    if statistics.median(stats.ratios(ours, theirs)) > BELIEVABLE:
        return "doing more cannot be faster than macswap: the two met different speeds of the CPUs"
    return ""


def measure_rate(run, rows):
    """Returns half of the lesser rate: a load that both can bear."""
    seconds = 0.7 if run.quick else 1
    ours, theirs = [], []
    for _ in run.turns(GROUP, 3 if run.quick else 15, 16 if run.quick else 80):
        theirs.append(source(run, macswap, "rate", seconds)["rx_pps"])
        ours.append(source(run, homewardd, "rate", seconds)["rx_pps"])
    rows.add("homewardd over testpmd macswap, two processes", stats.ratios(ours, theirs), "ratio",
             f"rates; {NODES} bindings", doubt=find_doubt(ours, theirs))
    rows.add("fastest homewardd over fastest testpmd macswap, two processes", [max(ours) / max(theirs)], "ratio",
             "where the CPUs have two speeds towards each other, both at the higher one")
    rows.add("rate: homewardd, two processes", [pps / 1e6 for pps in ours], "Mpps", "came back to the source")
    rows.add("rate: testpmd macswap, two processes", [pps / 1e6 for pps in theirs], "Mpps", "came back to the source")
    return int(min(statistics.median(ours), statistics.median(theirs)) / 2)


def measure_latency(run, rows, load_pps):
    seconds = 0.7 if run.quick else 2
    latencies = {what: {"p50": [], "p999": []} for what in (macswap, homewardd)}
    for _ in run.turns(f"{GROUP}, latency", 2 if run.quick else 5, 14 if run.quick else 45):
        for what, found in latencies.items():
            result = source(run, what, "latency", seconds, ["--rate", load_pps])
            for share, samples in found.items():
                samples.append(result["latency_us"][share])
    for share in ("p50", "p999"):
        ours, theirs = latencies[homewardd][share], latencies[macswap][share]
        rows.add(f"latency at half load, homewardd over testpmd macswap, {share}", stats.ratios(ours, theirs), "ratio",
                 f"at {load_pps / 1e6:.2f} Mpps, there and back; half of the lesser rate above")
        rows.add(f"latency: homewardd, {share}", ours, "us")
        rows.add(f"latency: testpmd macswap, {share}", theirs, "us")


def measure(run, rows):
    run.program("pktsource")
    run.execute([run.program("mnload"), "--write-mobile-nodes", run.scratch / "mobile_nodes.jsonl", "--count", NODES])
    load_pps = measure_rate(run, rows)
    measure_latency(run, rows, load_pps)
    meanwhile.measure(run, rows, load_pps)
