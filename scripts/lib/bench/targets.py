# SPDX-License-Identifier: BSD-3-Clause
"""What each measure must reach on any run, and what it aims at. A row's name here is its name everywhere."""
from typing import NamedTuple

LOWER, HIGHER = "lower", "higher"


class Target(NamedTuple):
    group: str    # as of scripts/bench --only
    better: str
    must: float
    aim: float


TARGETS = {
    "encap over io+fill, 1k": Target("forward", LOWER, 2.6, 2.0),
    "encap over io+fill, 16k": Target("forward", LOWER, 2.8, 2.2),
    "encap over io+fill, 64k": Target("forward", LOWER, 3.2, 2.5),
    "decap over io+fill, 1k": Target("forward", LOWER, 2.5, 1.9),
    "decap over io+fill, 16k": Target("forward", LOWER, 2.7, 2.1),
    "decap over io+fill, 64k": Target("forward", LOWER, 3.2, 2.5),
    "encap over the same with rte_hash, 64k": Target("forward", LOWER, 0.85, 0.72),
    "encap over the same with rte_hash, 1M": Target("forward", LOWER, 0.85, 0.72),
    **{f"{kind} {direction} over IPv6-in-IPv6, {size}": Target("forward", LOWER, 1.15, 1.05)
       for kind in ("IPv4-in-IPv4", "GRE", "UDP") for direction in ("encapsulation", "decapsulation") for size in ("1k", "64k")},
    "encap rate at 64k over 1k": Target("forward", HIGHER, 0.55, 0.65),
    "encap rate at 1M over 64k": Target("forward", HIGHER, 0.35, 0.45),
    "homewardd over testpmd io, net_pcap": Target("blackbox", HIGHER, 0.45, 0.55),
    "homewardd over testpmd macswap, two processes": Target("two_process", HIGHER, 0.90, 0.97),
    "homewardd over kernel seg6, 1k": Target("kernel", HIGHER, 25, 50),
    "net cost over XDP's net cost, 64k": Target("xdp", LOWER, 0.33, 0.15),
    "forwarding with 100k registrations/s over without": Target("signalling", HIGHER, 0.90, 0.97),
    "registrations/s over the derived limit": Target("signalling", HIGHER, 0.4, 0.7),
    "BU to BA p99 beside a flood of address discovery over without": Target("discovery", LOWER, 1.10, None),
    "BU to BA p99 beside a flood of prefix solicitations over without": Target("discovery", LOWER, 1.10, None),
    "neighbour solicitations answered per second": Target("discovery", HIGHER, 100000, None),
    "forwarding beside neighbour solicitations over without": Target("discovery", HIGHER, 0.95, None),
    "counters on over off": Target("forward", HIGHER, 0.93, 0.97),
    "memory per binding": Target("forward", LOWER, 256, 160),
}
