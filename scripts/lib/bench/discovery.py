# SPDX-License-Identifier: BSD-3-Clause
"""What anybody can ask a home agent: Home Agent Address Discovery, Mobile Prefix Solicitations, and neighbour solicitations for
mobile nodes that are away. None of it may delay a registration or the packets of others.

Neighbour solicitations: a home link made of a veth pair, its ends in two namespaces. Who asks, the kernel between, and the control
thread that answers share one CPU; the worker has the other, and tunnels what net_pcap plays to the same mobile nodes.
"""
import contextlib
import os
import re
import subprocess
import time

from . import blackbox, pcap, stats
from .daemon import Daemon, configuration
from .run import Skip, ip

GROUP = "discovery"
MEASURES = {"alone": "alone_p99_us", "data": "beside_data_p99_us", "address discovery": "beside_discovery_p99_us",
            "prefix solicitations": "beside_solicitations_p99_us"}
NAME = "BU to BA p99 beside a flood of {} over without"
FLOODS = ("address discovery", "prefix solicitations")
UNDISTURBED = 0.2  # of the rounds of a turn: in the others something else may have run on these CPUs
NODES = 64  # that are asked for; all of blackbox.NODES are away
INTERFACE = "home"
AGENT_MAC = "02:00:00:00:00:01"
AGENT_ADDRESS = "2001:db8:1:0:a::1/64"  # on the home link: without, the kernel would answer each question with an error


def flood_turn(run):
    """p99 in microseconds beside each, of the rounds that were disturbed least."""
    command = [run.program("bench_signalling"), "--floods", "--nodes", 65536, "--rounds", 16, *run.pages_option(), "--json"]
    samples = run.execute_json(command, 180)["samples"]
    return {name: stats.percentile(samples[key], UNDISTURBED) for name, key in MEASURES.items()}


def measure_floods(run, rows):
    turns = [flood_turn(run) for _ in run.turns(f"{GROUP}, floods", 9, 40)]
    p99 = {name: [turn[name] for turn in turns] for name in MEASURES}
    for flood in FLOODS:
        rows.add(NAME.format(flood), stats.ratios(p99[flood], p99["data"]), "ratio",
                 "the flood fills the rest of the worker's bursts, with the default limits; without: data does")
    rows.add("BU to BA p99 beside data over alone", stats.ratios(p99["data"], p99["alone"]), "ratio", "what full bursts cost")
    for name, samples in p99.items():
        rows.add(f"latency: BU to BA p99, {name if name == 'alone' else 'beside ' + name}", samples, "us", "at 50000 updates/s")


class HomeLink:
    """agent: the namespace of the home agent, with INTERFACE; link: the rest of the home link."""

    def __init__(self):
        self.agent = f"hwbench{os.getpid()}-agent"
        self.link = f"hwbench{os.getpid()}-link"

    def make(self):
        for namespace in (self.agent, self.link):
            ip("netns", "add", namespace)
        ip("link", "add", INTERFACE, "netns", self.agent, "type", "veth", "peer", "name", "agent", "netns", self.link)
        ip("-n", self.agent, "link", "set", INTERFACE, "address", AGENT_MAC, "up")
        ip("-n", self.agent, "address", "add", AGENT_ADDRESS, "dev", INTERFACE, "nodad")
        ip("-n", self.link, "link", "set", "agent", "up")

    def remove(self):
        for namespace in (self.agent, self.link):
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)


@contextlib.contextmanager
def home_link():
    made = HomeLink()
    try:
        made.make()
        yield made
    finally:
        made.remove()


def start(run, made):
    data, registrations = blackbox.ports(run)
    config = configuration(run, [data, registrations, {"name": "home", "kind": "af_xdp", "interface": INTERFACE}], 65536)
    config["home_agent"]["prefixes"][0]["home_link"] = {"interface": INTERFACE}
    return Daemon(run, config, map(pcap.node, range(1, blackbox.NODES + 1)), made.agent)


def rate(daemon, meanwhile):
    """Packets tunnelled a second while that is done, and what it returned."""
    began, before = daemon.counters()
    found = meanwhile()
    ended, after = daemon.counters()
    return (after["encapsulated"] - before["encapsulated"]) / (ended - began), found


def ask(run, made, seconds):
    """Answers a second."""
    said = run.execute(["ip", "netns", "exec", made.link, "taskset", "-c", run.OTHER_CPU, run.program("bench_nd"), "agent",
                        AGENT_MAC, pcap.home(1), NODES, seconds], 60)
    found = re.match(r"(\d+) solicitations answered a second", said)
    if not found:
        raise Skip(f"bench_nd: {said.strip()}")
    return int(found[1])


def measure_home_link(run, rows):
    seconds = 0.5 if run.quick else 1
    answers, without, beside = [], [], []
    blackbox.write_files(run)
    with home_link() as made, start(run, made) as daemon:
        daemon.wait_for_bindings(blackbox.NODES)
        time.sleep(2)  # until the last group has been told to the link
        for _ in run.turns(f"{GROUP}, home link", 3 if run.quick else 15, 5 if run.quick else 40):
            without.append(rate(daemon, lambda: time.sleep(seconds))[0])
            pps, found = rate(daemon, lambda: ask(run, made, seconds))
            beside.append(pps)
            answers.append(found)
    rows.add("neighbour solicitations answered per second", answers, "1/s",
             "who asks, the kernel and the control thread share one CPU")
    rows.add("forwarding beside neighbour solicitations over without", stats.ratios(beside, without), "ratio",
             "rates of a worker on the other CPU")


def measure(run, rows):
    if run.quick:
        for flood in FLOODS:
            rows.miss(NAME.format(flood), "not part of a quick run")
    else:
        measure_floods(run, rows)
    measure_home_link(run, rows)
