# SPDX-License-Identifier: BSD-3-Clause
"""homewardd as a whole against testpmd, both fed by net_pcap with the same file for ever.

Bindings come only by Binding Updates, so homewardd has a second net_pcap port that plays one authenticated update a
mobile node, once, and then is empty. The worker goes on polling it: that is left in homewardd's figure.
"""
import time

from . import pcap, stats, testpmd
from .daemon import Daemon
from .run import Skip

GROUP = "black box on net_pcap"
NODES = 1024
# As net_pcap numbers its ports.
DATA_MAC, REGISTRATION_MAC = "02:70:63:61:70:00", "02:70:63:61:70:01"


def write_files(run):
    pcap.write(run.scratch / "data.pcap", DATA_MAC, map(pcap.data, range(1, NODES + 1)))
    pcap.write(run.scratch / "registrations.pcap", REGISTRATION_MAC, map(pcap.registration, range(1, NODES + 1)))


def data_device(run):
    return f"net_pcap0,rx_pcap={run.scratch}/data.pcap,infinite_rx=1"


def port(name, device, routes=()):
    return {"name": name, "kind": "vdev", "device": device, "routes": list(routes)}


def start(run):
    ports = [
        port("data", data_device(run), [{"prefix": "::/0", "next_hop_mac": "02:00:00:00:00:02"}]),
        port("registrations", f"net_pcap1,rx_pcap={run.scratch}/registrations.pcap"),
    ]
    return Daemon(run, ports, map(pcap.node, range(1, NODES + 1)))


def homewardd_rate(run, seconds):
    """Packets encapsulated per second; every one of them must leave."""
    with start(run) as daemon:
        if daemon.mac != DATA_MAC:
            raise Skip(f"net_pcap has the address {daemon.mac}, not {DATA_MAC}")
        daemon.wait_for_bindings(NODES)
        time.sleep(testpmd.SETTLE_S)
        began, before = daemon.counters()
        time.sleep(seconds)
        ended, after = daemon.counters()
    lost = sum(after["dropped"].values()) - sum(before["dropped"].values())
    encapsulated = after["encapsulated"] - before["encapsulated"]
    if lost or not encapsulated:
        raise Skip(f"homewardd dropped {lost} packets and encapsulated {encapsulated}")
    return encapsulated / (ended - began)


def measure(run, rows):
    seconds = 0.7 if run.quick else 2
    io, macswap, ours = [], [], []
    run.program("homewardd")
    write_files(run)
    for _ in run.turns(GROUP, 3 if run.quick else 9, 18 if run.quick else 80):
        io.append(testpmd.rate(run, data_device(run), "io", seconds)[0])
        ours.append(homewardd_rate(run, seconds))
        macswap.append(testpmd.rate(run, data_device(run), "macswap", seconds)[0])
    rows.add("homewardd over testpmd io, net_pcap", stats.ratios(ours, io), "ratio",
             f"rates; {NODES} bindings, {pcap.INNER_OCTETS}-octet packets, same file, same CPU")
    rows.add("homewardd over testpmd macswap, net_pcap", stats.ratios(ours, macswap), "ratio", "rates, as above")
    for name, samples in (("homewardd", ours), ("testpmd io", io), ("testpmd macswap", macswap)):
        rows.add(f"rate: {name}, net_pcap", [pps / 1e6 for pps in samples], "Mpps")
