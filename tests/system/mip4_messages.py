#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The messages that the tests of Mobile IPv4 build and read, judged by others before they judge the daemon: each is read by tshark
without a complaint and with the fields that were put in, tunnels are opened by scapy, authenticators by a vector.

RFC 5944 3.3-3.5, 2.1; 2003, 2004, 2784, 2890; 3519; 3543; 4433. Usage: mip4_messages.py
"""
import os
import subprocess
import sys
import tempfile

from lib import Report
import ip4
import mip4
from mip4 import Association, Request
from scapy.layers.inet import ICMP, IP, UDP
from scapy.layers.l2 import GRE, Ether
from scapy.utils import wrpcap

HOME, AGENT, CARE_OF, CORRESPONDENT = "10.1.0.5", "192.0.2.1", "172.16.1.10", "198.51.100.10"
KEY = Association(256, bytes(range(16)))
FOREIGN = Association(300, bytes(range(16, 32)), "hmac-sha256")
# The request of RFC 5944 3.3 up to the SPI, and what HMAC-MD5 with the key 00 01 .. 0f makes of it (two libraries agree).
VECTOR = "01020258" "0a000002" "0a000001" "c0000202" "e0000000" "00000001"
VECTOR_AUTHENTICATOR = "cc9063f695800477967b04569b96ada8"


def request(**fields):
    values = {"home": HOME, "home_agent": AGENT, "care_of": CARE_OF, "identification": 0x0102030405060708, "mn_ha": KEY}
    return Request(**{**values, **fields})


def signalling():
    """what: (packet, {field of tshark: what it must be})"""
    everything = mip4.udp_request(forced=True, encapsulation=47) + mip4.support(7, inform=True) + \
        mip4.critical_vendor(9, 1, b"abc") + mip4.vendor(9, 2, b"d") + mip4.challenge(b"c" * 8)
    return {
        "a request": (request().packet(), {"mip.type": "1", "mip.homeaddr": HOME, "mip.coa": CARE_OF, "mip.haaddr": AGENT,
                                           "mip.auth.spi": "0x00000100", "mip.life": "600"}),
        "a request with all extensions": (
            request(nai="a@b.c", extensions=everything, between=mip4.challenge(b"x"), fa_ha=FOREIGN).packet(),
            {"mip.nai": "a@b.c", "mip.ext.utrq.f": "1", "mip.ext.utrq.encaptype": "47", "mip.ext.rev.i": "1"}),
        "a request for a home agent": (request(nai="a@b.c", extensions=mip4.requested_agent(AGENT)).packet(),
                                       {"mip.ext.dynha.ha": AGENT, "mip.ext.dynha.subtype": "1"}),
        "a revocation": (ip4.udp_packet(AGENT, CARE_OF, 434, 434, mip4.Revocation(
            HOME, AGENT, CARE_OF, 99, FOREIGN, flags=0xc000).payload()),
            {"mip.type": "7", "mip.rev.a": "1", "mip.rev.i": "1", "mip.rev.fda": CARE_OF, "mip.revid": "99"}),
        "an acknowledgement of it": (ip4.udp_packet(CARE_OF, AGENT, 434, 434, mip4.revocation_ack(HOME, 99, FOREIGN)),
                                     {"mip.type": "15", "mip.homeaddr": HOME, "mip.revid": "99"}),
        "tunnel data": (ip4.udp_tunnel(ip4.echo(HOME, CORRESPONDENT), CARE_OF, AGENT, 434), {"mip.nattt.nexthdr": "4"}),
        "an advertisement": (mip4.Advertisement(CARE_OF, sequence=7, registration_lifetime_s=300, flags=0x9000, care_ofs=[CARE_OF],
                                                prefix_lengths=[24]).packet(),
                             {"icmp.mip.seq": "7", "icmp.mip.life": "300", "icmp.mip.coa": CARE_OF, "icmp.mip.f": "1"}),
        "a solicitation": (mip4.solicitation(HOME), {"icmp.type": "10"}),
    }


def shown_by_tshark(packets, fields):
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "messages.pcap")
        wrpcap(path, [Ether(dst="02:00:00:00:00:01", src="02:00:00:00:00:02", type=0x0800) / packet for packet in packets])
        command = ["tshark", "-n", "-r", path, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-T", "fields",
                   "-E", "occurrence=f"]
        for name in fields:
            command += ["-e", name]
        lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [dict(zip(fields, line.split("\t"))) for line in lines]


def messages(report):
    made = signalling()
    names = sorted({name for _, wanted in made.values() for name in wanted})
    judged = ["_ws.malformed", "_ws.expert.message", "ip.checksum.status", "udp.checksum.status"]
    found = shown_by_tshark([packet for packet, _ in made.values()], names + judged)
    report.equal(len(found), len(made), "tshark reads every message")
    for (what, (_, wanted)), fields in zip(made.items(), found):
        report.equal({name: fields[name] for name in wanted}, wanted, f"{what}: tshark finds the fields that were put in")
        report.equal([fields[name] for name in judged[:2]], ["", ""], f"{what}: and nothing to complain of")
        report.check("0" not in (fields["ip.checksum.status"], fields["udp.checksum.status"]), f"{what}: its checksums are right")


def authenticators(report):
    covered = bytes.fromhex(VECTOR)
    made = mip4.authentication(mip4.MN_HA, KEY, covered)
    report.equal(made[6:].hex(), VECTOR_AUTHENTICATOR, "HMAC-MD5 makes the authenticator of the vector")
    sent = request(nai="a@b.c", between=mip4.challenge(b"x"), fa_ha=FOREIGN)
    read = mip4.read_message(sent.payload())
    report.equal(read.order(), [mip4.NAI, mip4.MN_HA, mip4.CHALLENGE, mip4.FA_HA], "extensions are read in their order")
    report.equal((read.proved_by(KEY), read.proved_by(FOREIGN, mip4.FA_HA)), (True, True), "both authenticators are verified")
    report.equal(read.proved_by(Association(256, bytes(16))), False, "a wrong key is noticed")
    for at in range(len(sent.payload()) - 40):
        changed = bytearray(sent.payload())
        changed[at] ^= 1
        read = mip4.read_message(bytes(changed))
        if read is not None and read.proved_by(KEY) and read.proved_by(FOREIGN, mip4.FA_HA):
            report.check(False, f"a change of octet {at} is noticed")
    report.equal(mip4.read_message(sent.payload()[:-1]), None, "an extension past the end is noticed")


def tunnels(report):
    inner = ip4.echo(CORRESPONDENT, HOME, b"x" * 33, tos=0xb8, ident=77, ttl=9)
    outer = (AGENT, CARE_OF)
    made = {
        "ipip": ip4.ipip(inner, *outer), "gre": ip4.gre(inner, *outer, key=5, with_checksum=True, sequence=3),
        "minimal": ip4.minimal(inner, *outer), "udp": ip4.udp_tunnel(inner, *outer, sport=434, dport=5434),
    }
    for kind, packet in made.items():
        found = ip4.open_tunnel(packet)
        report.equal((found.kind, found.inner), (kind, inner), f"{kind}: what went in comes out")
        seen = IP(packet)
        checksums = seen.chksum
        del seen.chksum
        report.equal((seen.src, seen.dst, IP(bytes(seen)).chksum), (*outer, checksums), f"{kind}: scapy agrees on the outer header")
    seen = IP(made["gre"])[GRE]
    report.equal((seen.proto, seen.key, seen.seqence_number, seen.version), (0x0800, 5, 3, 0), "scapy agrees on the GRE header")
    report.equal(bytes(IP(made["ipip"]).payload), inner, "scapy finds the packet in IP in IP")
    report.equal(IP(made["udp"])[UDP].dport, 5434, "scapy agrees on the UDP port")
    report.equal(ICMP in IP(made["ipip"]), True, "scapy finds the echo request in it")
    report.equal(ip4.open_tunnel(ip4.minimal(inner, *outer, bad_checksum=True)), None, "minimal: a wrong checksum is noticed")
    wrong = ip4.gre(inner, *outer, with_checksum=True, bad_checksum=True)
    report.equal(ip4.open_tunnel(wrong), None, "gre: a wrong checksum is noticed")
    for following, packet in ((ip4.GRE, ip4.gre_header(inner, 9) + inner), (ip4.MINIMAL, ip4.read(made["minimal"]).payload)):
        found = ip4.open_tunnel(ip4.udp_tunnel(packet, *outer, sport=434, following=following))
        report.equal((found.kind, found.following, found.inner[20:]), ("udp", following, inner[20:]),
                     f"protocol {following} in UDP is opened")


def advertisements(report):
    sent = mip4.Advertisement(CARE_OF, sequence=7, flags=0x9000, care_ofs=[CARE_OF, "172.16.1.11"], prefix_lengths=[24])
    found = mip4.read_advertisement(ip4.read(sent.packet()))
    report.equal((found.sequence, found.flags, found.care_ofs, found.prefix_lengths, found.addresses),
                 (7, 0x9000, sent.care_ofs, [24], [(CARE_OF, 0)]), "an advertisement is read as it was made")


def main():
    report = Report()
    for part in (messages, authenticators, tunnels, advertisements):
        report.run(part, report)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
