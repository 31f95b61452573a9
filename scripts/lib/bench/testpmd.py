# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-testpmd as a peer: DPDK's own receive and send around almost no work."""
import contextlib
import re
import shutil
import subprocess
import threading
import time

from .run import Skip

PATIENCE_S = 20


def arguments(run, vdev, mode, more=()):
    if shutil.which("dpdk-testpmd") is None:
        raise Skip("dpdk-testpmd is not installed; it is in Debian's package dpdk-dev")
    pages = ["--in-memory"] if run.hugepages.available else ["--no-huge", "--no-shconf"]
    return ["dpdk-testpmd", *pages, "--no-pci", "--no-telemetry", "--iova-mode=va", "-m", "512",
            f"--file-prefix={run.scratch.name}", f"--lcores=0@{run.OTHER_CPU},1@{run.CPU}", f"--vdev={vdev}", "--", "-i",
            "--nb-cores=1", f"--forward-mode={mode}", "--auto-start", "--record-core-cycles", "--total-num-mbufs=8192",
            "--rxd=1024", "--txd=1024", *more]


class Session:
    """A testpmd that forwards, and answers. pid: its process."""

    def __init__(self, process):
        self.process, self.pid = process, process.pid

    def counted(self):
        """Packets received so far by its port, and when that was true."""
        began = time.monotonic()
        try:
            self.process.stdin.write("show port stats 0\n")
            self.process.stdin.flush()
        except OSError:
            raise Skip("dpdk-testpmd has ended") from None
        with ended_after(self.process, PATIENCE_S):
            for line in self.process.stdout:
                found = re.search(r"RX-packets:\s*(\d+)", line)
                if found:
                    return (began + time.monotonic()) / 2, int(found.group(1))
        raise Skip("dpdk-testpmd gave no statistics")


@contextlib.contextmanager
def ended_after(process, seconds):
    timer = threading.Timer(seconds, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextlib.contextmanager
def session(run, vdev, mode):
    """One port that is forwarded to itself."""
    command = arguments(run, vdev, mode)
    run.hugepages.renew()
    run.note_command(command)
    # Into a pipe it would keep back what it says.
    with subprocess.Popen(["stdbuf", "-oL", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True) as process:
        try:
            yield Session(process)
        finally:
            process.kill()


@contextlib.contextmanager
def running(run, vdev, mode, ready):
    """Forwards while the context lasts; it begins when ready() is true."""
    # Without the link check it forwards before its peer comes, not some time after.
    command = arguments(run, vdev, mode, ["--disable-link-check"])
    run.hugepages.renew()
    run.note_command(command)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          text=True) as process:
        try:
            wait_until(process, ready)
            yield
            process.communicate("stop\nquit\n", 20)
        finally:
            process.kill()


def wait_until(process, ready):
    until = time.monotonic() + PATIENCE_S
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            raise Skip("dpdk-testpmd did not start")
        time.sleep(0.05)
