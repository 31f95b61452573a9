# SPDX-License-Identifier: BSD-3-Clause
"""One run of the benchmark: where the programs are, what was run and skipped, how long is left."""
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

LEAST_TURNS = 3


class Skip(Exception):
    """Something this machine cannot do; its text is the reason, and what would mend it."""


def ip(*words, given=None):
    """The ip command; what it printed."""
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False, input=given)
    if done.returncode != 0:
        raise Skip(f"ip {' '.join(words)}: {(done.stderr or done.stdout).strip().splitlines()[:1]}")
    return done.stdout


def last_line(text):
    kept = [line.strip() for line in text.splitlines() if line.strip()]
    return kept[-1] if kept else "no output"


class Run:
    # Where what is compared runs, always: bench_forward's lcore. The other CPU is for control threads and sources.
    CPU = 0
    OTHER_CPU = 1

    def __init__(self, root, build, native_build, quick, hugepages, scratch):
        self.root, self.build, self.native_build = Path(root), Path(build), Path(native_build)
        self.quick, self.hugepages, self.scratch = quick, hugepages, Path(scratch)
        self.began = time.monotonic()
        self.commands = []
        self.skipped = []
        self.cycles = []  # for the plots: what forward.py and the peers found

    def progress(self, text):
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", file=sys.stderr, flush=True)

    def skip(self, what, reason):
        self.skipped.append({"what": what, "reason": str(reason)})
        self.progress(f"skipped {what}: {reason}")

    def turns(self, what, most, seconds):
        """A B A B: each turn measures everything that is compared once. Ends early when its time is over."""
        began = time.monotonic()
        for number in range(most):
            spent = time.monotonic() - began
            if number >= LEAST_TURNS and spent * (number + 1) / number > seconds:
                return
            self.progress(f"{what}: turn {number + 1} of {most}")
            yield number

    def program(self, name, native=False):
        """In the top of the build directory or in its tests folder."""
        build = self.native_build if native else self.build
        for path in (build / name, build / "tests" / name):
            if os.access(path, os.X_OK) and path.is_file():
                return str(path)
        raise Skip(f"{build.name} has no program {name}")

    def note_command(self, command):
        text = shlex.join(map(str, command)).replace(str(self.scratch), "TEMP").replace(f"{self.root}/", "")
        if text not in self.commands:
            self.commands.append(text)

    def pages_option(self):
        return ["--hugepages"] if self.hugepages.available else []

    def execute(self, command, seconds=120, environment=None):
        """What a program says on its standard output."""
        self.hugepages.renew()
        self.note_command(command)
        name = Path(command[0]).name
        try:
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=seconds,
                                  stdin=subprocess.DEVNULL, check=False, env=environment)
        except subprocess.TimeoutExpired:
            raise Skip(f"{name} did not end within {seconds} s") from None
        except OSError as reason:
            raise Skip(f"{name}: {reason.strerror}") from None
        if done.returncode != 0:
            raise Skip(f"{name}: exit status {done.returncode}: {last_line(done.stderr or done.stdout)}")
        return done.stdout

    def execute_json(self, command, seconds=120):
        output = self.execute(command, seconds)
        try:
            return json.loads(output)
        except ValueError:
            raise Skip(f"{Path(command[0]).name} printed no JSON: {last_line(output)}") from None
