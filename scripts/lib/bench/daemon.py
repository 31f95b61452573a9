# SPDX-License-Identifier: BSD-3-Clause
"""A running homewardd, seen from outside: its configuration, its counters, its end."""
import json
import os
import subprocess
import time

from .run import Skip, last_line

PATIENCE_S = 30


def configuration(run, ports, capacity):
    return {
        "version": 1,
        "ports": ports,
        "workers": {"count": 1, "cpus": [run.CPU], "control_cpu": run.OTHER_CPU},
        "memory": {"hugepages": run.hugepages.available},
        "home_agent": {"prefixes": [{"prefix": "2001:db8:1::/64", "address": "2001:db8:ff::1", "home_link": "virtual"}]},
        "bindings": {"capacity": capacity, "max_lifetime_s": 3600},
        "mobile_nodes": {"file": "mobile_nodes.jsonl"},
        "limits": {name: {"rate_per_s": 10000000, "burst": 100000} for name in ("signalling_known", "signalling_new")},
        "control": {"socket": str(run.scratch / "control.sock")},
        "log": {"level": "warning"},
    }


class Daemon:
    """A context: it runs inside."""

    def __init__(self, run, config, nodes=None, namespace=None):
        """nodes: lines of the mobile nodes file; None when it has been written already. namespace: of the network."""
        self.run, self.process, self.namespace = run, None, namespace
        self.log_path = run.scratch / "homewardd.log"
        self.config_path = run.scratch / "homeward.json"
        self.config_path.write_text(json.dumps(config, indent="\t"), encoding="ascii")
        if nodes is not None:
            self.write_nodes(run.scratch / "mobile_nodes.jsonl", nodes)

    @staticmethod
    def write_nodes(path, nodes):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.writelines(json.dumps(line) + "\n" for line in nodes)

    def __enter__(self):
        self.run.hugepages.renew()
        command = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        command += [self.run.program("homewardd"), "--config", str(self.config_path)]
        self.run.note_command(command)
        with open(self.log_path, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(command, stderr=log, stdout=log, stdin=subprocess.DEVNULL)
        try:
            self.wait(lambda: self.ask("status") is not None, "homewardd does not answer on its control socket")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def ask(self, *words):
        """What homewardctl says, or None."""
        command = [self.run.program("homewardctl"), "--socket", str(self.run.scratch / "control.sock"), "--json", *words]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None
        answer = json.loads(done.stdout)
        return answer.get("result", answer)

    def wait(self, condition, complaint):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise Skip(f"homewardd ended: {last_line(self.log_path.read_text(errors='replace'))}")
            if condition():
                return
            time.sleep(0.05)
        raise Skip(complaint)

    def wait_for_bindings(self, count):
        self.wait(lambda: self.ask("status")["bindings"]["in_force"] == count,
                  f"not all of {count} mobile nodes were registered within {PATIENCE_S} s")

    def mac(self, port):
        return self.ask("status")["ports"][port]["mac"]

    def counters(self):
        """With the time at which they were true."""
        begin = time.monotonic()
        totals = self.ask("stats")["totals"]
        return (begin + time.monotonic()) / 2, totals
