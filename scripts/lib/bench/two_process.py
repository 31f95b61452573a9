# SPDX-License-Identifier: BSD-3-Clause
"""homewardd against testpmd macswap, each with pktsource in a process of its own at the other end of a memif port.

pktsource has one CPU, the worker that forwards the other. It checks what comes back from homewardd octet by octet.
Half of the packets go to home addresses, half come out of tunnels: what 40 octets are added to and what they are taken
from, so that as many octets come back as are sent, from homewardd as from macswap.
"""
import contextlib
import statistics
from pathlib import Path

from . import meanwhile, stats, testpmd
from .daemon import Daemon, configuration
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
    with Daemon(run, configuration(run, [port], 65536)):
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
        command = [run.program("pktsource"), "--vdev", vdev, "--mode", mode, "--frames", "both", "--count", NODES,
                   "--seconds", seconds, "--cpu", run.OTHER_CPU, "--dst-mac", OUR_MAC, "--src-mac", PEER_MAC, *options, *more, "--json"]
        result = run.execute_json(command, seconds + 60)
    if not result["good"] or result["rx_pps"] < LEAST_PPS:
        raise Skip(f"pktsource and {what.__name__}: {result['wrong']} wrong packets, {result['rx_pps']} a second came back; "
                   "if none, is another program using these CPUs?")
    return result


def at_higher_speed(rates):
    return [rate * stats.NOISE_LIMIT >= max(rates) for rate in rates]


def even_ratios(ours, theirs):
    """Traffic between two CPUs may have two speeds, and each may last for some turns or for a whole run. Turns in which the programs met
    different ones are left out; and those at the lower one, when there are enough at the higher. Returns which speed it was, too."""
    turns = list(zip(stats.ratios(ours, theirs), at_higher_speed(ours), at_higher_speed(theirs)))
    higher = [ratio for ratio, are_ours, are_theirs in turns if are_ours and are_theirs]
    lower = [ratio for ratio, are_ours, are_theirs in turns if not are_ours and not are_theirs]
    if len(higher) >= min(stats.LEAST_EVEN, len(turns), len(lower)):
        return higher, "higher"
    return lower, "lower"


def find_doubt(even, turns):
    if len(even) < min(stats.LEAST_EVEN, turns):
        return "both met the same speed of the CPUs in too few turns"
    if statistics.median(even) > BELIEVABLE:
        return "doing more cannot be faster than macswap: the two met different speeds of the CPUs"
    return ""


def measure_rate(run, rows):
    """Returns half of the lesser rate: a load that both can bear."""
    seconds = 0.7 if run.quick else 1
    ours, theirs = [], []
    for _ in run.turns(GROUP, 3 if run.quick else 15, 16 if run.quick else 80):
        theirs.append(source(run, macswap, "rate", seconds)["rx_pps"])
        ours.append(source(run, homewardd, "rate", seconds)["rx_pps"])
    even, speed = even_ratios(ours, theirs)
    rows.add("homewardd over testpmd macswap, two processes", even or stats.ratios(ours, theirs), "ratio",
             f"rates; {NODES} bindings; {len(even)} of {len(ours)} turns, both at the {speed} speed of the CPUs",
             doubt=find_doubt(even, len(ours)))
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
