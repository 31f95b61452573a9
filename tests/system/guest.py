# SPDX-License-Identifier: BSD-3-Clause
"""guest: another Linux kernel for a system test, in an emulator, with network interfaces in the namespaces of the test.

The kernel is Debian's; its first file system holds busybox, the real ip, and what the test wants in it. It is
told what to do on its serial console, where tests/linux_node/init listens.
"""
import ctypes
import fcntl
import glob
import os
import select
import shlex
import shutil
import signal
import struct
import subprocess

from lib import ROOT, namespace_socket

NODE = os.path.join(ROOT, "tests", "linux_node")
BUSYBOX = "/bin/busybox"
EMULATOR = "qemu-system-x86_64"
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454ca, 0x0002, 0x1000
PR_SET_PDEATHSIG = 1


def missing(kernel):
    """What keeps a guest from being started here, with what would mend it; "" when nothing does."""
    if shutil.which(EMULATOR) is None:
        return f"no {EMULATOR}; apt-get install qemu-system-x86"
    if not is_static(BUSYBOX):
        return f"no static {BUSYBOX}; apt-get install busybox-static"
    if kernel_image(kernel) is None or not all(os.path.exists(module_path(kernel, name)) for name in modules()):
        return f"no kernel for it in {kernel}; . scripts/lib/install.sh && fetch_guest_kernel {kernel}"
    return ""


def kernel_image(kernel):
    return next(iter(glob.glob(os.path.join(kernel, "vmlinuz-*"))), None)


def module_path(kernel, name):
    return os.path.join(kernel, f"{name}.ko")


def modules():
    """What the guest loads, in that order."""
    with open(os.path.join(NODE, "modules"), encoding="ascii") as names:
        return names.read().split()


def is_static(program):
    return os.path.exists(program) and not shared_objects(program)


def shared_objects(program):
    """Paths of what the dynamic linker loads for it, itself included."""
    shown = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return [word for word in shown.split() if word.startswith("/")]


def open_tap(namespace, name):
    """The tap is there as long as the descriptor is open."""
    def make():
        tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        return tap
    return namespace_socket(namespace, make)


def copy(path, root, name):
    """Links in the path of a library are followed: the guest has one of each."""
    target = os.path.join(root, name.lstrip("/"))
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(path, target)


def make_image(kernel, programs, path):
    """The first file system: a cpio archive that busybox makes."""
    root = path + ".d"
    for name in ("proc", "sys", "dev", "tmp", "bin"):
        os.makedirs(os.path.join(root, name))
    for name in ("init", "modules"):
        copy(os.path.join(NODE, name), root, name)
    for name in modules():
        copy(module_path(kernel, name), root, f"lib/modules/{name}.ko")
    for program in (BUSYBOX, shutil.which("ip"), *programs):
        copy(program, root, os.path.join("bin", os.path.basename(program)))
        for library in shared_objects(program):
            copy(library, root, library)
    os.symlink("busybox", os.path.join(root, "bin", "cat"))
    with open(path, "wb") as image:
        names = subprocess.run([BUSYBOX, "find", "."], cwd=root, capture_output=True, check=True).stdout
        subprocess.run([BUSYBOX, "cpio", "-o", "-H", "newc"], cwd=root, input=names, stdout=image,
                       stderr=subprocess.DEVNULL, check=True)
    shutil.rmtree(root)


def end_with_parent():
    """A guest does not outlive the test, however that ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def emulator(kernel, image, taps):
    """Its command line: no devices but a serial console and a network interface a tap."""
    command = [EMULATOR, "-accel", "tcg", "-machine", "q35", "-cpu", "max", "-m", "192", "-nodefaults",
               "-no-user-config", "-display", "none", "-no-reboot", "-serial", "stdio",
               "-kernel", kernel_image(kernel), "-initrd", image,
               # A busy machine may not give the emulator its time while the kernel tests the timer, and it would panic.
               "-append", "console=ttyS0 quiet loglevel=1 panic=-1 no_timer_check mitigations=off random.trust_cpu=on"]
    for number, tap in enumerate(taps):
        command += ["-netdev", f"tap,id=net{number},fd={tap}",
                    "-device", f"virtio-net-pci,netdev=net{number},mac=02:00:00:00:01:{number:02x},romfile="]
    return command


class Guest:
    """Its interfaces are eth0, eth1 and so on, in the order of the taps."""

    def __init__(self, kernel, programs, temp, taps):
        image = os.path.join(temp, "guest.cpio")
        self.log_path = os.path.join(temp, "guest.log")
        self.said, self.heard = b"", []
        make_image(kernel, programs, image)
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(emulator(kernel, image, taps), stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log, pass_fds=taps,
                                            preexec_fn=end_with_parent)
        for tap in taps:
            os.close(tap)

    def last_words(self):
        """What it and the emulator said last."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return "\n".join([*self.heard[-30:], self.said.decode(errors="replace"), log.read()])

    def read_until(self, mark, seconds):
        """The lines in front of the one that begins with the mark, and the rest of that; None when it does not come. Seconds in
        which this process did not run do not count, as the emulator may not have run, either."""
        lines = []
        while True:
            while b"\n" in self.said:
                line, self.said = self.said.split(b"\n", 1)
                line = line.decode(errors="replace").strip("\r")
                self.heard.append(line)
                if line.startswith(mark):
                    return lines, line[len(mark):].strip()
                lines.append(line)
            while not select.select([self.process.stdout], [], [], 1)[0]:
                seconds -= 1
                if seconds <= 0:
                    return None
            part = os.read(self.process.stdout.fileno(), 65536)
            if not part:
                return None
            self.said += part

    def wait_ready(self, seconds):
        """What it complained about while it started; None when it did not start."""
        found = self.read_until("@ready", seconds)
        return None if found is None else [line for line in found[0] if line.startswith("init:")]

    def run(self, command, seconds=20):
        """(exit status, output) of a line of shell in the guest."""
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        found = self.read_until("@done", seconds)
        if found is None:
            raise RuntimeError(f"the guest did not finish: {command}")
        return int(found[1]), "\n".join(found[0])

    def tell(self, *commands):
        """Commands of which each must succeed."""
        for command in commands:
            status, output = self.run(command)
            if status != 0:
                raise RuntimeError(f"the guest: {command}: {output}")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
