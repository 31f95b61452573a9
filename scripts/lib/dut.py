# SPDX-License-Identifier: BSD-3-Clause
"""dut: the device under test of a measurement, started and ended: homewardd, or dpdk-testpmd in macswap mode.

    with HomeAgent(build, folder, count=65536) as dut:
        ... dut.vdev is what the source gives to DPDK, dut.mac where it sends to

HomeAgent and Macswap are memif servers, take no hugepages, and have a worker on worker_cpu alone; Daemon is a homewardd with any
configuration. What they say goes to a log in the folder, and its end into the RuntimeError when one of them does not start.
"""
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

SOURCE_MAC = "02:00:00:00:00:02"
UPDATES_MAC = "02:00:00:00:00:03"
HOME_AGENT = "2001:db8:ff::1"
HOME_PREFIX, CARE_OF_PREFIX = "2001:db8:1::/64", "2001:db8:c::/48"
# Nodes of a second port, for control-plane work while the first one carries data.
OTHER_HOME_PREFIX, OTHER_CARE_OF_PREFIX = "2001:db8:2::/64", "2001:db8:d::/48"
PATIENCE_S = 60


def end_in_order():
    """A signal that asks this process to end lets it end what it has started first."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))


def find_program(build, name):
    for path in (Path(build) / name, Path(build) / "tests" / name):
        if path.is_file() and os.access(path, os.X_OK):
            return str(path.resolve())
    raise RuntimeError(f"{build} has no {name}; build it first")


def find_testpmd():
    path = shutil.which("dpdk-testpmd")
    if path is None:
        raise RuntimeError("dpdk-testpmd is missing; apt-get install dpdk-dev")
    return path


def memif(role, folder, name="memif", number=0):
    return f"net_memif{number},role={role},id=0,socket={folder}/{name}.sock,rsize=10"


def tail(path):
    lines = Path(path).read_text(errors="replace").splitlines()
    return " / ".join(line.strip() for line in lines[-4:]) or "it said nothing"


class Dut:
    """A process that is started and ended."""

    def __init__(self, name, folder, cpus):
        self.name, self.folder, self.cpus = name, Path(folder), cpus
        self.log = self.folder / f"{name}.log"
        self.mac, self.process = "02:00:00:00:00:01", None
        self.vdev = memif("client", folder)

    def __enter__(self):
        command = self.command()
        with open(self.log, "wb") as log:
            # Whoever measures may have bound itself to one CPU; that must not be inherited.
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log,
                                            preexec_fn=lambda: os.sched_setaffinity(0, self.cpus))
        try:
            self.wait(self.is_ready, "was not ready")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        self.ask_to_end()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()
        for path in self.folder.glob("*.sock"):
            path.unlink(missing_ok=True)

    def wait(self, condition, complaint):
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended: {tail(self.log)}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} {complaint} after {PATIENCE_S} s: {tail(self.log)}")
            time.sleep(0.05)

    def shown_command(self):
        return shlex.join(self.command()).replace(str(self.folder), "DIR")


class Macswap(Dut):
    """testpmd: what it receives goes back with its MAC addresses swapped."""

    def __init__(self, folder, worker_cpu=1, control_cpu=0):
        super().__init__("macswap", folder, {worker_cpu, control_cpu})
        self.worker_cpu, self.control_cpu = worker_cpu, control_cpu

    def command(self):
        return [find_testpmd(), "--no-huge", "--no-shconf", "--no-telemetry", "--no-pci", "-m", "384",
                "--lcores", f"0@{self.control_cpu},1@{self.worker_cpu}",
                "--vdev", memif("server", self.folder), "--", "-i", "--auto-start", "--nb-cores=1",
                "--forward-mode=macswap", "--total-num-mbufs=16384", "--txd=1024", "--rxd=1024"]

    def is_ready(self):
        return b"testpmd>" in self.log.read_bytes()  # the prompt; the rest waits in a buffer

    def ask_to_end(self):
        try:
            self.process.stdin.write(b"quit\n")
            self.process.stdin.flush()
        except OSError:
            pass  # it has ended


def configuration(folder, ports, prefixes, capacity, cpus, hugepages=False):
    """cpus: the worker's, and that of the control thread."""
    bucket = {"rate_per_s": 10000000, "burst": 100000}
    return {
        "version": 1, "ports": ports,
        "workers": {"count": 1, "cpus": [cpus[0]], "control_cpu": cpus[1]},
        "memory": {"hugepages": hugepages},
        "home_agent": {"prefixes": [{"prefix": prefix, "address": HOME_AGENT, "home_link": "virtual"} for prefix in prefixes]},
        "bindings": {"capacity": capacity},
        "mobile_nodes": {"file": "mobile_nodes.jsonl"},
        "limits": {"signalling_known": bucket, "signalling_new": bucket},
        "control": {"socket": str(Path(folder) / "control.sock")},
        "log": {"level": "warning"},
    }


class Daemon(Dut):
    """homewardd, and what it says on its control socket. mobile_nodes.jsonl in the folder is the caller's to write."""

    def __init__(self, build, folder, config, cpus):
        super().__init__("homewardd", folder, set(cpus))
        self.build, self.config, self.macs = build, config, []

    def __enter__(self):
        (self.folder / "homeward.json").write_text(json.dumps(self.config, indent=2))
        return super().__enter__()

    def command(self):
        return [find_program(self.build, "homewardd"), "--config", str(self.folder / "homeward.json")]

    def is_ready(self):
        try:
            self.macs = [port["mac"] for port in self.ask("status.get")["ports"]]
        except (OSError, ValueError):
            return False
        self.mac = self.macs[0]
        return True

    def ask_to_end(self):
        self.process.terminate()

    def ask(self, method, **params):
        """One call of the control socket."""
        with self.connect() as lines:
            return call(lines, method, **params)

    def connect(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(60)
            sock.connect(self.config["control"]["socket"])
            return sock.makefile("rw")

    def in_force(self):
        return self.ask("status.get")["bindings"]["in_force"]

    def list_bindings(self, page=1000):
        """Reads all pages of binding.list; returns how many bindings there were."""
        count, after = 0, 0
        with self.connect() as lines:
            while after is not None:
                answer = call(lines, "binding.list", after=after, limit=page)
                count += len(answer["bindings"])
                after = answer["next"]
        return count


class HomeAgent(Daemon):
    """homewardd with the nodes of mnload; with other_count also a second port and nodes of its own."""

    def __init__(self, build, folder, count, other_count=0, worker_cpu=1, control_cpu=0):
        self.count, self.other_count = count, other_count
        cpus = worker_cpu, control_cpu
        ports, prefixes = [self.port("data", memif("server", folder), "::/0", SOURCE_MAC)], [HOME_PREFIX]
        if other_count > 0:
            ports.append(self.port("updates", memif("server", folder, "updates", 1), OTHER_CARE_OF_PREFIX, UPDATES_MAC))
            prefixes.append(OTHER_HOME_PREFIX)
        capacity = max(65536, 2 * (count + other_count))
        super().__init__(build, folder, configuration(folder, ports, prefixes, capacity, cpus), cpus)
        self.updates_vdev = memif("client", folder, "updates")

    @staticmethod
    def port(name, device, prefix, next_hop_mac):
        return {"name": name, "device": device, "kind": "vdev", "mtu": 1500, "queues": 1,
                "routes": [{"prefix": prefix, "next_hop_mac": next_hop_mac}]}

    @property
    def updates_mac(self):
        return self.macs[-1]

    def __enter__(self):
        self.write_nodes()
        return super().__enter__()

    def write_nodes(self):
        mnload = find_program(self.build, "mnload")
        path = self.folder / "mobile_nodes.jsonl"
        subprocess.run([mnload, "--write-mobile-nodes", path, "--count", str(self.count)], check=True)
        if self.other_count == 0:
            return
        other = self.folder / "other_nodes.jsonl"
        subprocess.run([mnload, "--write-mobile-nodes", other, "--count", str(self.other_count),
                        "--home-prefix", OTHER_HOME_PREFIX], check=True)
        with open(path, "ab") as nodes:
            nodes.write(other.read_bytes())
        other.unlink()


def call(lines, method, **params):
    lines.write(json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}) + "\n")
    lines.flush()
    answer = json.loads(lines.readline())
    if "error" in answer:
        raise ValueError(f"{method}: {answer['error']['message']}")
    return answer["result"]
