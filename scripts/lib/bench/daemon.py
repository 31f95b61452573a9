# SPDX-License-Identifier: BSD-3-Clause
"""A homewardd of this run: on its CPUs and its pages, its command line noted."""
import json
import os
import time

import dut


class Daemon(dut.Daemon):
    """A context: it runs inside."""

    def __init__(self, run, ports, nodes=None):
        """nodes: lines of the mobile nodes file; None when it has been written already."""
        cpus = run.CPU, run.OTHER_CPU
        config = dut.configuration(run.scratch, ports, [dut.HOME_PREFIX], 65536, cpus, run.hugepages.available)
        super().__init__(run.build, run.scratch, config, cpus)
        self.run = run
        if nodes is not None:
            self.write_nodes(run.scratch / "mobile_nodes.jsonl", nodes)

    @staticmethod
    def write_nodes(path, nodes):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.writelines(json.dumps(line) + "\n" for line in nodes)

    def __enter__(self):
        self.run.hugepages.renew()
        self.run.note_command(self.command())
        return super().__enter__()

    def wait_for_bindings(self, count):
        self.wait(lambda: self.in_force() == count, f"had not registered all of {count} mobile nodes")

    def counters(self):
        """With the time at which they were true."""
        begin = time.monotonic()
        totals = self.ask("stats.get")["totals"]
        return (begin + time.monotonic()) / 2, totals
