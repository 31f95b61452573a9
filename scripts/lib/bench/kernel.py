# SPDX-License-Identifier: BSD-3-Clause
"""The kernel's own encapsulation, seg6 encap.red, between two namespaces, all on one CPU."""
import contextlib
import json
import os
import statistics
import subprocess
import time

from . import stats
from .forward import BINDINGS, Leg, run_leg
from .run import Skip, ip

GROUP = "kernel peer"
SIZE = "1k"
ROUTES = BINDINGS[SIZE]
AGENT_MAC = "02:00:00:00:00:01"
SYSCTLS = ["net.ipv6.conf.all.forwarding=1", "net.ipv6.conf.all.seg6_enabled=1", "net.ipv6.conf.entry.seg6_enabled=1",
           "net.ipv6.route.max_size=1000000"]
# The kernel makes its per-CPU memory ahead of need, in a thread of its own, and refuses a route that comes before it.
TRIES, PAUSE_S = 10, 0.2


class Lab:
    """source: the generator's end of a link. agent: its other end, the routes, and a link that drops what comes."""

    def __init__(self, run):
        self.run = run
        self.source = f"hwbench{os.getpid()}-source"
        self.agent = f"hwbench{os.getpid()}-agent"
        self.bpf = str(run.build / "tests" / "xdp_source.bpf.o")

    def make(self):
        for namespace in (self.source, self.agent):
            ip("netns", "add", namespace)
        ip("link", "add", "exit", "netns", self.source, "type", "veth", "peer", "name", "entry",
                "netns", self.agent)
        ip("-n", self.agent, "link", "add", "sink", "type", "ifb")
        ip("-n", self.source, "link", "set", "exit", "up")
        ip("-n", self.agent, "link", "set", "entry", "address", AGENT_MAC, "up")
        for link in ("lo", "sink"):
            ip("-n", self.agent, "link", "set", link, "up")
        ip("netns", "exec", self.agent, "sysctl", "-qw", *SYSCTLS)
        ip("-n", self.agent, "sr", "tunsrc", "set", "2001:db8:ff::1")
        self.add_routes()

    def add_routes(self):
        for left in reversed(range(TRIES)):
            try:
                ip("-n", self.agent, "-6", "-batch", "-", given=self.routes())
                return
            except Skip as refused:
                if left == 0 or "Cannot allocate memory" not in str(refused):
                    raise
                time.sleep(PAUSE_S)

    def routes(self):
        lines = ["route replace 2001:db8:c0a::/48 dev sink"]
        lines += [f"route replace 2001:db8:1::{n:x}/128 encap seg6 mode encap.red segs 2001:db8:c0a::{n:x} dev sink"
                  for n in range(1, ROUTES + 1)]
        return "\n".join(lines) + "\n"

    def receive_with(self, section):
        """What happens to a frame that arrives: xdp.drop or xdp.pass of xdp_source.bpf.c."""
        ip("-n", self.agent, "link", "set", "dev", "entry", "xdp", "off")
        ip("-n", self.agent, "link", "set", "dev", "entry", "xdp", "obj", self.bpf, "sec", section)

    def dropped_by_sink(self):
        """An ifb link drops what it gets, and counts it as received."""
        links = json.loads(ip("-n", self.agent, "-s", "-j", "link", "show", "dev", "sink"))
        return links[0]["stats64"]["rx"]["packets"]

    def send(self, seconds):
        return self.run.execute_json(["ip", "netns", "exec", self.source, "taskset", "-c", self.run.CPU,
                                      self.run.program("xdp_source"), "--device", "exit", "--nodes", ROUTES,
                                      "--far-mac", AGENT_MAC, "--seconds", seconds, "--json"], 60)

    def remove(self):
        for namespace in (self.source, self.agent):
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)


@contextlib.contextmanager
def lab(run):
    made = Lab(run)
    try:
        made.make()
        yield made
    finally:
        made.remove()


def source_ns(made, seconds):
    """The generator and a receiver that drops."""
    made.receive_with("xdp.drop")
    sent = made.send(seconds)
    return sent["seconds"] * 1e9 / sent["frames"]


def forward_ns(made, seconds):
    made.receive_with("xdp.pass")
    before = made.dropped_by_sink()
    sent = made.send(seconds)
    forwarded = made.dropped_by_sink() - before
    if forwarded < 0.9 * sent["frames"]:
        raise Skip(f"the kernel forwarded only {forwarded} of {sent['frames']} packets")
    return sent["seconds"] * 1e9 / forwarded


def measure(run, rows):
    seconds = 0.3 if run.quick else 0.6
    ratios, kernel_pps, our_pps, cycles = [], [], [], []
    run.program("xdp_source")
    with lab(run) as made:
        for _ in run.turns(GROUP, 3 if run.quick else 9, 8 if run.quick else 45):
            empty = source_ns(made, seconds)
            net_ns = forward_ns(made, seconds) - empty
            forward = run_leg(run, Leg(SIZE), 5)
            ours = forward["tsc_hz"] / statistics.median(forward["samples"]["encap"])
            ratios.append(ours * net_ns / 1e9)
            kernel_pps.append(1e9 / net_ns / 1e6)
            our_pps.append(ours / 1e6)
            cycles.append(net_ns * forward["tsc_hz"] / 1e9)
    rows.add("homewardd over kernel seg6, 1k", ratios, "ratio",
             "rates on one CPU; ours: encap with net_null's receive and send in it; the kernel's: its generator, link "
             "and XDP receive taken off, so the comparison favours the kernel")
    rows.add("rate: encap in process, 1k", our_pps, "Mpps")
    rows.add("rate: kernel seg6 encap.red, 1k routes", kernel_pps, "Mpps", "net of generator and XDP drop")
    rows.add("cycles: kernel seg6, 1k", cycles, "cycles/packet", "net of generator and XDP drop")
    run.cycles.append({"variant": "kernel seg6, net", "bindings": ROUTES, "peer": True, **stats.spread(cycles)._asdict()})
