# SPDX-License-Identifier: BSD-3-Clause
"""homewardd as a whole against testpmd, both fed by net_pcap with the same file for ever.

Bindings come only by Binding Updates, so homewardd has a second net_pcap port that plays one authenticated update a
mobile node, once, and then is empty. The worker goes on polling it: that is left in homewardd's figure.

All programs are started once; then they run in short turns on the same CPU, one at a time, the others stopped: the noise of
a virtual machine comes and goes in seconds, and so disturbs all of them alike.
"""
import contextlib
import os
import signal
import time

from . import pcap, stats, testpmd
from .daemon import Daemon, configuration
from .run import Skip

GROUP = "black box on net_pcap"
NODES = 1024
SLICE_S, SETTLE_S = 0.25, 0.02
SLICES = 5  # of each program in a turn
# As net_pcap numbers its ports.
DATA_MAC, REGISTRATION_MAC = "02:70:63:61:70:00", "02:70:63:61:70:01"


def write_files(run):
    pcap.write(run.scratch / "data.pcap", DATA_MAC, map(pcap.data, range(1, NODES + 1)))
    pcap.write(run.scratch / "registrations.pcap", REGISTRATION_MAC, map(pcap.registration, range(1, NODES + 1)))


def data_device(run):
    return f"net_pcap0,rx_pcap={run.scratch}/data.pcap,infinite_rx=1"


def port(name, device, routes=()):
    return {"name": name, "kind": "vdev", "device": device, "routes": list(routes)}


def ports(run):
    return [
        port("data", data_device(run), [{"prefix": "::/0", "next_hop_mac": "02:00:00:00:00:02"}]),
        port("registrations", f"net_pcap1,rx_pcap={run.scratch}/registrations.pcap"),
    ]


class Homewardd:
    """A running homewardd that has its bindings, as testpmd.Session."""

    def __init__(self, daemon):
        self.daemon, self.pid = daemon, daemon.process.pid
        if daemon.mac(0) != DATA_MAC:
            raise Skip(f"net_pcap has the address {daemon.mac(0)}, not {DATA_MAC}")
        daemon.wait_for_bindings(NODES)
        self.dropped = self.count_dropped()

    def count_dropped(self):
        return sum(self.daemon.counters()[1]["dropped"].values())

    def counted(self):
        at, totals = self.daemon.counters()
        return at, totals["encapsulated"]

    def check(self):
        """Every packet must leave."""
        lost = self.count_dropped() - self.dropped
        if lost:
            raise Skip(f"homewardd dropped {lost} packets")


@contextlib.contextmanager
def homewardd(run):
    with Daemon(run, configuration(run, ports(run), 65536), map(pcap.node, range(1, NODES + 1))) as daemon:
        try:
            yield Homewardd(daemon)
        finally:
            os.kill(daemon.process.pid, signal.SIGCONT)


@contextlib.contextmanager
def awake(pid):
    os.kill(pid, signal.SIGCONT)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGSTOP)


def slice_of(program):
    """Packets per second, in a short time in which only that one of the programs runs."""
    with awake(program.pid):
        time.sleep(SETTLE_S)
        began, before = program.counted()
        time.sleep(SLICE_S)
        ended, after = program.counted()
    if after == before:
        raise Skip(f"{type(program).__name__}: no packet in {SLICE_S} s")
    return (after - before) / (ended - began)


def measure(run, rows):
    run.program("homewardd")
    write_files(run)
    rates = {}
    with contextlib.ExitStack() as stack:
        programs = {}
        for name, start in (("testpmd io", lambda: testpmd.session(run, data_device(run), "io")),
                            ("homewardd", lambda: homewardd(run)),
                            ("testpmd macswap", lambda: testpmd.session(run, data_device(run), "macswap"))):
            programs[name] = stack.enter_context(start())
            programs[name].counted()  # it has begun
            os.kill(programs[name].pid, signal.SIGSTOP)
        for _ in run.turns(GROUP, 3 if run.quick else 15, 14 if run.quick else 80):
            for _ in range(SLICES):
                for name, program in programs.items():
                    rates.setdefault(name, []).append(slice_of(program))
        with awake(programs["homewardd"].pid):
            programs["homewardd"].check()
    rows.add("homewardd over testpmd io, net_pcap", stats.ratios(rates["homewardd"], rates["testpmd io"]), "ratio",
             f"rates; {NODES} bindings, {pcap.INNER_OCTETS}-octet packets, same file, same CPU, in turns of {SLICE_S} s")
    rows.add("homewardd over testpmd macswap, net_pcap", stats.ratios(rates["homewardd"], rates["testpmd macswap"]), "ratio",
             "rates, as above")
    for name, samples in rates.items():
        rows.add(f"rate: {name}, net_pcap", [pps / 1e6 for pps in samples], "Mpps")
