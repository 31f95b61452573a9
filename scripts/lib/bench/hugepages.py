# SPDX-License-Identifier: BSD-3-Clause
"""Reserves 2 MiB pages while the benchmark runs, and puts the number back that was there before."""
import re
import signal
from pathlib import Path

RESERVED = Path("/proc/sys/vm/nr_hugepages")
PAGE_KIB = 2048
SHARE_OF_MEMORY = 4  # never more than a quarter of what is free


def meminfo(name):
    found = re.search(rf"^{name}:\s*(\d+)", Path("/proc/meminfo").read_text(encoding="ascii"), re.M)
    return int(found.group(1)) if found else 0


def reserve(pages):
    RESERVED.write_text(f"{pages}\n", encoding="ascii")


class Hugepages:
    """A context. Other programs may change the number meanwhile: renew() before each use."""

    def __init__(self, most):
        self.wanted = min(most, meminfo("MemAvailable") // PAGE_KIB // SHARE_OF_MEMORY)
        self.before = None
        self.available = False
        self.text = "ordinary pages"

    def __enter__(self):
        try:
            self.start()
        except (OSError, ValueError) as reason:
            self.text = f"ordinary pages: hugepages could not be reserved ({reason})"
        return self

    def start(self):
        if meminfo("Hugepagesize") != PAGE_KIB:
            raise ValueError("they are not of 2 MiB here")
        self.before = int(RESERVED.read_text(encoding="ascii"))
        self.wanted = max(self.wanted, self.before)
        reserve(self.wanted)
        free = meminfo("HugePages_Free")
        if free < max(1, self.wanted // 2):
            raise ValueError(f"only {free} of {self.wanted} are free")
        self.available = True
        self.text = f"hugepages, {self.wanted} of 2 MiB reserved while this ran"

    def renew(self):
        if self.available and meminfo("HugePages_Total") < self.wanted:
            reserve(self.wanted)

    def __exit__(self, *_):
        if self.before is None:
            return
        old = signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not stop this
        try:
            reserve(self.before)
        except OSError:
            pass
        signal.signal(signal.SIGINT, old)
