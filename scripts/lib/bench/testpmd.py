# SPDX-License-Identifier: BSD-3-Clause
"""dpdk-testpmd as a peer: DPDK's own receive and send around almost no work."""
import contextlib
import re
import shutil
import subprocess
import time

from .run import Skip, last_line

SETTLE_S = 0.5
PATIENCE_S = 20


def arguments(run, vdev, mode, more=()):
    if shutil.which("dpdk-testpmd") is None:
        raise Skip("dpdk-testpmd is not installed; it is in Debian's package dpdk-dev")
    pages = ["--in-memory"] if run.hugepages.available else ["--no-huge", "--no-shconf"]
    return ["dpdk-testpmd", *pages, "--no-pci", "--no-telemetry", "--iova-mode=va", "-m", "512",
            f"--file-prefix={run.scratch.name}", f"--lcores=0@{run.OTHER_CPU},1@{run.CPU}", f"--vdev={vdev}", "--", "-i",
            "--nb-cores=1", f"--forward-mode={mode}", "--auto-start", "--record-core-cycles", "--total-num-mbufs=8192",
            "--rxd=1024", "--txd=1024", *more]


def rate(run, vdev, mode, seconds):
    """Packets received per second, and cycles per packet, of one port that is forwarded to itself."""
    command = arguments(run, vdev, mode)
    run.hugepages.renew()
    run.note_command(command)
    # It reads commands from a pipe: the pauses are what a person would make.
    script = (f"(sleep {SETTLE_S}; echo show port stats all; sleep {seconds}; echo show port stats all; echo stop; "
              'echo quit) | "$@" 2>&1')
    try:
        done = subprocess.run(["bash", "-c", script, "testpmd", *command], capture_output=True, text=True,
                              timeout=seconds + 60, check=False)
    except subprocess.TimeoutExpired:
        raise Skip("dpdk-testpmd did not end") from None
    rates = re.findall(r"Rx-pps:\s*(\d+)", done.stdout)
    cycles = re.search(r"CPU cycles/packet=([0-9.]+)", done.stdout)
    if len(rates) < 2 or int(rates[-1]) == 0 or cycles is None:
        raise Skip("dpdk-testpmd gave no rate: " + last_line(done.stdout))
    return int(rates[-1]), float(cycles.group(1))


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
