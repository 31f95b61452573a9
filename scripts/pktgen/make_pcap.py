#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Writes pcap files for pktgen's -s option: packets to and from the mobile nodes that mnload plays, by the same numbers.

  encap          to home addresses, one size
  decap          out of the nodes' tunnels, one size
  bidirectional  both in turns, two packets a node
  imix           to home addresses, inner packets of 64, 570 and 1460 octets as 7 : 4 : 1
  signalling     as encap, and every so many packets a Binding Update that refreshes a binding

Node n of 1 .. COUNT has home address 2001:db8:1::n and care-of address 2001:db8:c::n:1 (32 bits each), identifier n<n>@load and a
key made from n; mnload --phases register makes the bindings. When there are more nodes than frames in the file, the nodes are
spread evenly.
"""
import argparse
import hashlib
import struct
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))
import packets  # noqa: E402

HOME_AGENT, CORRESPONDENT = "2001:db8:ff::1", "2001:db8:cc::1"
SPI = 1000
UDP_PORT = 4660
HEADERS = 48  # IPv6 and UDP
IMIX = [64] * 7 + [570] * 4 + [1460]
STEPS = 8  # updates of one node in the file, 2^16 / STEPS apart: newer than the last one for ever
UPDATES_OF_MNLOAD = 1  # by registering, a node has used one sequence number


def home(node):
    return packets.text(struct.pack("!8sII", packets.address("2001:db8:1::")[:8], 0, node))


def care_of(node):
    return packets.text(struct.pack("!8sII", packets.address("2001:db8:c::")[:8], node, 1))


def key(node):
    return hashlib.sha1(b"mnload" + struct.pack("!I", node)).digest()[:16]


def first_sequence(node):
    """The one after those that mnload used; it begins at 7919 times the node's place."""
    return ((node - 1) * 7919 + UPDATES_OF_MNLOAD + 1) & 0xffff


def to_home(node, octets):
    data = packets.udp(CORRESPONDENT, home(node), UDP_PORT, UDP_PORT, bytes(octets - HEADERS))
    return packets.ip6(CORRESPONDENT, home(node), packets.UDP, data)


def out_of_tunnel(node, octets):
    data = packets.udp(home(node), CORRESPONDENT, UDP_PORT, UDP_PORT, bytes(octets - HEADERS))
    inner = packets.ip6(home(node), CORRESPONDENT, packets.UDP, data)
    return packets.ip6(care_of(node), HOME_AGENT, packets.IPV6, inner)


def update(node, step):
    return packets.BindingUpdate(home=home(node), care_of=care_of(node), home_agent=HOME_AGENT,
                                 sequence=first_sequence(node) + step * (0x10000 // STEPS), lifetime_s=3600,
                                 identifier=f"n{node}@load", spi=SPI, key=key(node)).packet()


def spread(count, frames):
    """Up to frames nodes of 1 .. count, evenly, and shuffled by a stride so that neighbours do not follow each other."""
    total = min(count, frames)
    stride = next(s for s in (7919, 104729, 1) if total % s) if total > 1 else 1
    return [1 + (i * stride % total) * count // total for i in range(total)]


def generate(kind, count, frames, octets, updates_every):
    nodes = spread(count, frames if kind != "bidirectional" else frames // 2)
    if kind == "encap":
        return [to_home(node, octets) for node in nodes]
    if kind == "decap":
        return [out_of_tunnel(node, octets) for node in nodes]
    if kind == "bidirectional":
        return [packet for node in nodes for packet in (to_home(node, octets), out_of_tunnel(node, octets))]
    if kind == "imix":
        return [to_home(node, IMIX[i * 5 % len(IMIX)]) for i, node in enumerate(nodes)]
    return mix_with_updates(nodes, octets, updates_every)


def mix_with_updates(nodes, octets, every):
    """A multiple of STEPS updates: all steps of each node that refreshes are in the file, in their order."""
    refreshing = max(1, len(nodes) // (every * STEPS))
    updates = [update(node, step) for step in range(STEPS) for node in nodes[:refreshing]]
    gap = max(1, len(nodes) // len(updates))
    mixed = []
    for i, node in enumerate(nodes):
        mixed.append(to_home(node, octets))
        if i % gap == gap - 1 and updates:
            mixed.append(updates.pop(0))
    return mixed + updates


def write(path, found, dst_mac, src_mac):
    ethernet = bytes.fromhex((dst_mac + src_mac).replace(":", "")) + b"\x86\xdd"
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for packet in found:
            file.write(struct.pack("<IIII", 0, 0, *[len(ethernet) + len(packet)] * 2) + ethernet + packet)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], epilog="\n".join(__doc__.splitlines()[2:]),
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=("encap", "decap", "bidirectional", "imix", "signalling"))
    parser.add_argument("file", help="to write")
    parser.add_argument("--count", type=int, default=65536, help="mobile nodes (65536)")
    parser.add_argument("--frames", type=int, default=65536, help="data packets in the file, at most (65536)")
    parser.add_argument("--inner", type=int, default=78, help="octets of the inner packet, 48 to 1460 (78)")
    parser.add_argument("--updates-every", type=int, default=256, help="data packets for one Binding Update (256)")
    parser.add_argument("--dst-mac", default="02:00:00:00:00:01")
    parser.add_argument("--src-mac", default="02:00:00:00:00:02")
    arguments = parser.parse_args()
    if not HEADERS <= arguments.inner <= 1460:
        parser.error("--inner goes from 48 to 1460")
    if min(arguments.count, arguments.frames // 2, arguments.updates_every) < 1:
        parser.error("--count, --updates-every go from 1, --frames from 2")
    return arguments


def main():
    arguments = parse_arguments()
    found = generate(arguments.kind, arguments.count, arguments.frames, arguments.inner, arguments.updates_every)
    write(arguments.file, found, arguments.dst_mac, arguments.src_mac)
    print(f"{arguments.file}: {len(found)} packets")


if __name__ == "__main__":
    main()
