#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""control_socket: runs control_api.py against a daemon of its own, with a mobile node registered, and then the client:
every command of homewardctl, its tables, its --json and its errors. Last, clients that say nothing.

  control_socket.py BUILD_DIR
"""
import json
import os
import re
import socket
import subprocess
import sys
import time

from control_api import CONNECTIONS_MAX
from lib import Node, Report, home, lab, node, program_directory

HERE = os.path.dirname(os.path.abspath(__file__))


def run_api(report, socket):
    """Its checks are counted as ours."""
    done = subprocess.run([os.path.join(HERE, "control_api.py"), socket], capture_output=True, text=True, check=False)
    print(done.stdout + done.stderr, end="")
    last = re.findall(r"(\d+) passed, (\d+) failed", done.stdout)
    if not last:
        report.check(False, "control_api.py finishes")
        return
    report.passed += int(last[-1][0])
    report.failed += int(last[-1][1])


def run_client(report, programs, socket):
    def ctl(*arguments):
        return subprocess.run([f"{programs}/homewardctl", "--socket", socket, *arguments], capture_output=True, text=True,
                              check=False)

    address = home(1)
    for words in (["hello"], ["status"], ["stats"], ["stats", "drops"], ["stats", "ports"], ["stats", "workers"],
                  ["stats", "control"], ["config"], ["discover"], ["binding", "list"], ["binding", "get", address]):
        table = ctl(*words)
        report.check(table.returncode == 0 and table.stdout != "", f"homewardctl {' '.join(words)}", table.stderr)
        answer = ctl("--json", *words)
        try:
            good = isinstance(json.loads(answer.stdout), (dict, list))
        except ValueError:
            good = False
        report.check(good, "  the same with --json")
    report.check(address in ctl("binding", "list").stdout, "the table of bindings names the mobile node")
    report.check('"key"' not in ctl("config").stdout, "the configuration shows no key")

    unknown = ctl("binding", "get", home(99))
    report.equal(unknown.returncode, 1, "an address without binding: exit status 1")
    report.check(unknown.stderr.startswith("homewardctl: ") and unknown.stderr.count("\n") == 1, "and one clear line",
                 unknown.stderr)
    report.equal(ctl("binding", "paint").returncode, 2, "an unknown command: exit status 2")
    report.check("binding get HOME-ADDRESS" in ctl("binding").stderr, "half a command: the whole ones are named")
    report.check("path-mtu list does not take --limit" in ctl("path-mtu", "list", "--limit", "3").stderr,
                 "an option of another command is named")
    report.equal(ctl("--json", "binding", "list", "--care-of", "nowhere").stdout.count("}"), 0,
                 "a list that ends with an error is no whole JSON")
    nobody = subprocess.run([f"{programs}/homewardctl", "--socket", "/nonexistent/control.sock", "status"],
                            capture_output=True, text=True, check=False)
    report.equal(nobody.returncode, 3, "no daemon: exit status 3")
    report.check("/nonexistent/control.sock" in nobody.stderr, "and the socket is named", nobody.stderr)

    report.equal(ctl("binding", "remove", address).returncode, 0, "a binding is removed")
    report.check(address not in ctl("binding", "list").stdout, "and is gone")
    report.equal(ctl("binding", "remove", address).returncode, 1, "removing it again is an error")


def connect(path, said=b""):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(path)
    client.sendall(said)
    client.settimeout(0.1)
    return client


def is_closed(client):
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def run_silent(report, the_lab):
    """With an idle timeout of a second."""
    daemon = the_lab.daemon
    daemon.rpc("server.hello")  # before the others fill the listening queue
    silent = [connect(daemon.socket_path, b"{" if i % 2 else b"") for i in range(CONNECTIONS_MAX - 1)]
    answered = True
    until = time.monotonic() + 2.5
    early = time.monotonic() + 0.5
    while time.monotonic() < until:
        if early and time.monotonic() > early:
            report.check(not is_closed(silent[0]), "a silent client is left alone for a while")
            early = None
        try:
            answered = "pid" in daemon.rpc("server.hello") and answered
        except OSError:
            answered = False
        time.sleep(0.2)
    report.check(answered, "a client that asks again and again keeps its connection beyond the idle timeout")
    report.check(all(is_closed(client) for client in silent), "clients that say nothing, or half a request, do not")
    report.equal(daemon.counters().get("others.control_connections_idle"), len(silent), "each of them is counted")
    for client in silent:
        client.close()


def main():
    report = Report()
    programs = program_directory()
    with lab(programs) as the_lab:
        the_lab.daemon.configure([node(1), node(2)])
        if not report.check(the_lab.daemon.start(), "the daemon starts"):
            the_lab.show_log()
            return report.conclude()
        report.check(Node(the_lab, 1).register(), "a mobile node registers")
        run_api(report, the_lab.daemon.socket_path)
        run_client(report, programs, the_lab.daemon.socket_path)
        the_lab.daemon.stop()
        the_lab.daemon.configure([node(1)], control__idle_timeout_s=1)
        if report.check(the_lab.daemon.start(), "it starts with an idle timeout of a second"):
            run_silent(report, the_lab)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
