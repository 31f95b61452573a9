#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""quiet_workers: a worker that forwards makes no system call: strace watches it while packets are tunnelled on a software
port that needs none either. A system call is also what a lock that waits or an allocation that grows would show as.

  quiet_workers.py BUILD_DIR
"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import lib
from scapy.layers.inet import UDP
from scapy.layers.inet6 import HAO, MIP6MH_BU, IPv6, IPv6ExtHdrDestOpt
from scapy.layers.l2 import Ether
from scapy.utils import wrpcap

HOME = "2001:db8:1::10"
PCAP_MAC = "02:70:63:61:70:00"  # what net_pcap gives its first device
SECONDS = 2


def write_input(path):
    """One registration, then data for the mobile node; the driver plays it over and over."""
    ether = Ether(src="02:00:00:00:00:02", dst=PCAP_MAC)
    update = IPv6(src=lib.CARE_OF, dst=lib.HOME_AGENT) / IPv6ExtHdrDestOpt(options=[HAO(hoa=HOME)]) / \
        MIP6MH_BU(seq=1, flags="AH", mhtime=100)
    data = [ether / IPv6(src=lib.CORRESPONDENT, dst=HOME) / UDP(sport=n, dport=9) for n in range(63)]
    wrpcap(path, [ether / update] + data)


def write_config(folder):
    device = f"net_pcap0,rx_pcap={folder}/in.pcap,infinite_rx=1"
    config = {
        "version": 1,
        "ports": [{"name": "pcap", "kind": "vdev", "device": device,
                   "routes": [{"prefix": "::/0", "next_hop_mac": "02:00:00:00:00:02"}]}],
        "home_agent": {"prefixes": [{"prefix": lib.HOME_PREFIX, "address": lib.HOME_AGENT, "home_link": "virtual"}]},
        "bindings": {"capacity": 16},
        "mobile_nodes": {"file": "mobile_nodes.jsonl"},
        "limits": {"signalling_new": {"rate_per_s": 1, "burst": 1}, "signalling_known": {"rate_per_s": 1, "burst": 1}},
        "control": {"socket": f"{folder}/control.sock"},
    }
    with open(f"{folder}/homeward.json", "w", encoding="ascii") as file:
        json.dump(config, file)
    with open(f"{folder}/mobile_nodes.jsonl", "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as nodes:
        nodes.write('{"home_address": "%s", "auth": "none"}\n' % HOME)


def worker_thread(pid):
    for comm in glob.glob(f"/proc/{pid}/task/*/comm"):
        with open(comm, encoding="ascii") as name:
            if name.read().startswith(("lcore-worker", "rte-worker")):
                return int(comm.split("/")[4])
    return None


def wait_until(condition, patience_s=20):
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def main():
    report = lib.Report()
    if shutil.which("strace") is None:
        report.skip("strace is missing: apt-get install strace")
        return report.conclude()
    build = sys.argv[1]
    folder = tempfile.mkdtemp(prefix="homeward-")
    write_input(f"{folder}/in.pcap")
    write_config(folder)
    with open(f"{folder}/log", "wb") as log:
        daemon = subprocess.Popen([f"{build}/homewardd", "--config", f"{folder}/homeward.json"], stderr=log)

    def totals():
        answer = subprocess.run([f"{build}/homewardctl", "--socket", f"{folder}/control.sock", "--json", "stats"],
                                stdout=subprocess.PIPE, check=True)
        return json.loads(answer.stdout)["totals"]

    try:
        up = wait_until(lambda: os.path.exists(f"{folder}/control.sock") and totals()["encapsulated"] > 0)
        if not report.check(up, "packets are tunnelled on a software port", open(f"{folder}/log").read()):
            return report.conclude()
        thread = worker_thread(daemon.pid)
        report.check(thread is not None, "the worker's thread is there")
        before = totals()
        trace = subprocess.Popen(["strace", "-qq", "-p", str(thread), "-o", f"{folder}/trace"])
        time.sleep(SECONDS)
        report.check(trace.poll() is None, "strace watched it all the time")
        trace.terminate()
        trace.wait()
        after = totals()
        with open(f"{folder}/trace", encoding="utf-8") as file:
            calls = [line for line in file if not line.startswith(("+++", "---"))]
        forwarded = after["encapsulated"] - before["encapsulated"]
        report.check(forwarded > 100000, f"{forwarded} packets were tunnelled meanwhile")
        report.equal(calls, [], "and the worker made no system call")
    finally:
        daemon.terminate()
        daemon.wait()
        shutil.rmtree(folder)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
