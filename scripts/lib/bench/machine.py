# SPDX-License-Identifier: BSD-3-Clause
"""What the figures were measured on: figures without it mean nothing."""
import os
import platform
import re
import subprocess
from pathlib import Path


def read_command(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip()


def find(pattern, text):
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else None


def read_file(path):
    try:
        return Path(path).read_text(errors="replace")
    except OSError:
        return ""


def describe(root):
    memory_kib = find(r"^MemTotal:\s*(\d+)", read_file("/proc/meminfo"))
    lscpu = read_command("lscpu")
    return {
        "cpu": find(r"^model name\s*:(.*)$", read_file("/proc/cpuinfo")) or platform.machine(),
        "cpus": os.cpu_count(),
        "l2": find(r"^L2 cache:(.*)$", lscpu),
        "l3": find(r"^L3 cache:(.*)$", lscpu),
        "hypervisor": find(r"^Hypervisor vendor:(.*)$", lscpu),
        "memory_mib": int(memory_kib) // 1024 if memory_kib else None,
        "system": find(r'^PRETTY_NAME="?([^"\n]*)', read_file("/etc/os-release")) or platform.system(),
        "kernel": platform.release(),
        "dpdk": read_command("pkg-config", "--modversion", "libdpdk") or None,
        "compiler": next(iter(read_command("cc", "--version").splitlines()), None),
        "load": read_file("/proc/loadavg").split(" ")[0],
        "homeward": read_command("git", "-C", str(root), "describe", "--always", "--dirty") or None,
    }


def lines(machine, memory_mode):
    """For the head of the table and of the report."""
    parts = [machine["cpu"], f"{machine['cpus']} CPUs"]
    parts += [f"{name.upper()} {machine[name]}" for name in ("l2", "l3") if machine[name]]
    parts += [f"{machine['memory_mib']} MiB"]
    parts += [f"under {machine['hypervisor']}"] if machine["hypervisor"] else []
    return [
        f"machine   {', '.join(parts)}",
        f"versions  {machine['system']}, kernel {machine['kernel']}, DPDK {machine['dpdk']}, {machine['compiler']}, "
        f"homeward {machine['homeward']}",
        f"memory    {memory_mode}",
        f"load      {machine['load']} runnable programs on average in the minute before; near 0 on a quiet machine",
    ]
