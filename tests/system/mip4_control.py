#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What an operator sees and does of Mobile IPv4, on a home agent that serves nothing else: bindings, pools and codes by the control socket and by
homewardctl; a binding removed, the mobile nodes file read again, a key for GRE in it, and a configuration with keys that others may read.

RFC 2794; 2890 2.1; 5944 3.4, 3.8.2, 5.7. Usage: mip4_control.py BUILD-DIRECTORY
"""
import json
import os
import subprocess
import sys
import time

from lib import Report, lab, program_directory

import ip4
import mip4
from scapy.layers.inet import IP, UDP

AGENT, ROUTER = "192.0.2.1", "192.0.2.254"
NETWORK = {"prefix": "10.1.0.0/16", "address": AGENT, "pool": {"first": "10.1.128.1", "last": "10.1.128.2"}}
MOBILE_IPV4 = {"networks": [NETWORK], "simultaneous_bindings": 2, "nat_traversal": {"enabled": True, "max_lifetime_s": 90},
               "answer_wrong_authentication": True, "max_lifetime_s": "infinite"}
CARE_OF, OTHER_CARE_OF = "203.0.113.7", "203.0.113.8"
INSIDE, OUTSIDE = "192.168.7.20", "203.0.113.99"  # of a translator
KEY = bytes(range(16))
ASSOCIATION = mip4.Association(256, KEY)
PATIENCE_S = 2


def line(**fields):
    return {"spi": 256, "key": KEY.hex(), **fields}


LINES = [line(home_address=f"10.1.0.{number}") for number in range(10, 16)] + \
        [line(identifier=f"guest{number}@example.com") for number in range(3)]


class Operator:
    """Everybody but the home agent, and who looks after it."""

    def __init__(self, the_lab):
        self.lab, self.wire, self.daemon = the_lab, the_lab.wire, the_lab.daemon

    def start(self, report, nodes, **changes):
        self.daemon.stop()
        self.daemon.configure(nodes, home_agent={}, mobile_ipv4={**MOBILE_IPV4, **changes})
        return report.check(self.daemon.start(), "the daemon serves IPv4 alone", self.daemon.log()[-500:])

    def ask(self, home, care_of=CARE_OF, identification=None, association=ASSOCIATION, **fields):
        """The reply to a registration request, or None."""
        request = mip4.Request(home=home, home_agent=AGENT, care_of=care_of, mn_ha=association,
                               identification=identification or mip4.ntp_now(), **fields)
        frame = self.exchange(request.packet(), lambda frame: UDP in frame and frame[IP].src == AGENT and frame[UDP].sport == 434)
        return mip4.message_of(ip4.read(bytes(frame)[14:])) if frame is not None else None

    def exchange(self, packet, wanted, seconds=PATIENCE_S):
        """The first frame that is wanted after the packet was sent, or None."""
        self.wire.drain()
        self.wire.send(packet)
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            frame = self.wire.receive(left)
            if frame is not None and IP in frame and wanted(frame):
                return frame
        return None

    def code(self, home, **fields):
        reply = self.ask(home, **fields)
        return reply.code if reply is not None else None

    def write(self, nodes):
        with self.daemon.create("mobile_nodes.jsonl") as file:
            file.writelines(json.dumps(node) + "\n" for node in nodes)

    def ctl(self, *words):
        """(exit status, what it printed)"""
        done = subprocess.run([os.path.join(self.daemon.programs, "homewardctl"), "--socket", self.daemon.socket_path, *words],
                              capture_output=True, text=True, timeout=20, check=False)
        return done.returncode, done.stdout + done.stderr

    def bindings(self, **parameters):
        rows = self.daemon.rpc("binding.list", **parameters)["bindings"]
        return {(row["home_address"], row["care_of"]): row for row in rows}


def status(report, operator):
    shown = operator.daemon.rpc("status.get")
    report.equal(shown["home_agent"]["prefixes"], [], "status shows no home prefix")
    report.equal(shown["mobile_ipv4"]["networks"], [{"prefix": "10.1.0.0/16", "address": AGENT, "home_link": "virtual",
                                                     "pool": {"size": 2, "assigned": 0}}], "and the home network with its pool")
    report.equal((shown["mobile_nodes"]["mip4"], shown["mobile_nodes"]["mip6"]), (len(LINES), 0), "and how many mobile nodes")
    code, text = operator.ctl("status")
    report.check(code == 0 and "10.1.0.0/16" in text and "POOL" in text, "homewardctl status prints it", text)
    report.equal(operator.daemon.rpc("server.hello")["roles"], ["home_agent"], "it says that it is a home agent")


def shown(report, operator):
    report.equal(operator.code("10.1.0.10", flags=mip4.D | mip4.T), 0, "a node registers")
    report.equal(operator.code("10.1.0.10", care_of=OTHER_CARE_OF, flags=mip4.D | mip4.S | mip4.G), 0, "and once more, with S and G")
    report.equal(operator.code("10.1.0.11", lifetime_s=0xffff), 0, "another one for ever")
    reply = operator.ask("10.1.0.12", care_of=INSIDE, source=OUTSIDE, sport=40112, extensions=mip4.udp_request())
    report.equal(reply.code if reply else None, 0, "a third one behind a translator")
    rows = operator.bindings(prefix="10.1.0.0/16")
    report.equal(sorted(rows), [("10.1.0.10", CARE_OF), ("10.1.0.10", OTHER_CARE_OF), ("10.1.0.11", CARE_OF), ("10.1.0.12", INSIDE)],
                 "binding.list has a row for each")
    wanted = {("10.1.0.10", CARE_OF): ("ip_in_ip", ["D", "T"], None), ("10.1.0.10", OTHER_CARE_OF): ("gre", ["S", "D", "G"], None),
              ("10.1.0.11", CARE_OF): ("ip_in_ip", ["D"], None), ("10.1.0.12", INSIDE): ("udp", ["D"], 40112)}
    found = {key: (row["encapsulation"], row["flags"], row["udp_port"]) for key, row in rows.items()}
    report.equal(found, wanted, "with its tunnel and flags")
    report.equal({row["protocol"] for row in rows.values()}, {"mip4"}, "all of Mobile IPv4")
    report.equal(rows["10.1.0.11", CARE_OF]["lifetime_s"], 0xffffffff, "for ever is 4294967295")
    report.check(rows["10.1.0.12", INSIDE]["lifetime_s"] <= 90, "behind a translator the lifetime is short")
    report.equal(rows["10.1.0.12", INSIDE]["tunnel_end"], OUTSIDE, "and the tunnel leads to the translator")
    report.equal(sorted(operator.bindings(care_of=CARE_OF)), [("10.1.0.10", CARE_OF), ("10.1.0.11", CARE_OF)], "by care-of address")
    report.equal(operator.bindings(prefix="::/0"), {}, "::/0 is not theirs")
    one = operator.daemon.rpc("binding.get", home_address="10.1.0.10", care_of=OTHER_CARE_OF)
    report.equal((one["simultaneous"], one["source_port"], one["path_mtu"]["octets"]), ([CARE_OF], 434, 1500), "binding.get tells of the other one")
    code, text = operator.ctl("binding", "list")
    report.check(code == 0 and "4 bindings" in text and "infinite" in text and " gre " in text, "homewardctl binding list", text)
    code, text = operator.ctl("binding", "get", "10.1.0.12")
    report.check(code == 0 and "40112" in text, "homewardctl binding get", text)


def removed(report, operator):
    code, text = operator.ctl("binding", "remove", "10.1.0.10", OTHER_CARE_OF)
    report.check(code == 0 and text == "10.1.0.10 removed\n", "one of two is removed", text)
    report.equal(sorted(operator.bindings(prefix="10.1.0.10/32")), [("10.1.0.10", CARE_OF)], "the other one stays")
    code, text = operator.ctl("binding", "remove", "10.1.0.10", OTHER_CARE_OF)
    report.check(code == 1 and "has no binding at" in text, "it cannot be removed twice", text)
    operator.ctl("binding", "remove", "10.1.0.10")
    report.equal(operator.bindings(prefix="10.1.0.10/32"), {}, "then that one, too")
    report.equal(operator.code("10.1.0.10"), 0, "and the node may register again")


def pool(report, operator):
    guests = [operator.ask("0.0.0.0", nai=f"guest{number}@example.com") for number in range(3)]
    report.equal([guest.code for guest in guests], [0, 0, 130], "two guests get an address, and the third one finds none left")
    homes = {guest.home for guest in guests[:2]}
    report.equal(homes, {"10.1.128.1", "10.1.128.2"}, "those of the pool")
    networks = operator.daemon.rpc("status.get")["mobile_ipv4"]["networks"]
    report.equal(networks[0]["pool"], {"size": 2, "assigned": 2}, "status shows it full")
    report.check(all((home, CARE_OF) in operator.bindings() for home in homes), "their bindings are shown by those addresses")
    report.equal(operator.daemon.rpc("mobile_nodes.reload")["mip4"], len(LINES), "the file is read again")
    networks = operator.daemon.rpc("status.get")["mobile_ipv4"]["networks"]
    report.equal(networks[0]["pool"]["assigned"], 2, "which takes no address away")
    report.equal(operator.code(guests[0].home), 0, "a guest goes on by its address")


def reloaded(report, operator):
    """What was accepted before must not be good again."""
    stamp = mip4.ntp_now()
    report.equal(operator.code("10.1.0.13", identification=stamp), 0, "a node registers")
    nodes = [dict(node, prohibited=True) if node.get("home_address") == "10.1.0.14" else node for node in LINES]
    operator.write(nodes)
    operator.daemon.rpc("mobile_nodes.reload")
    report.equal(operator.code("10.1.0.13", identification=stamp - 1, care_of=OTHER_CARE_OF), 133, "an older request is refused after a reload, too")
    report.equal(operator.code("10.1.0.14"), 129, "who is prohibited now is refused")
    with operator.daemon.create("mobile_nodes.jsonl") as file:
        file.write('{"home_address": "10.1.0.14", "spi": 1}\n')
    code, text = operator.ctl("mobile-nodes", "reload")
    report.check(code == 1 and "mobile_nodes.jsonl:1: spi: " in text, "a wrong line is told, and changes nothing", text)
    report.equal(operator.code("10.1.0.15"), 0, "whoever was there before still is")


def came_out(operator, home, key):
    """Whether a packet of the node comes out of its tunnel with that key."""
    inner = ip4.udp_packet(home, "198.51.100.9", 1000, 2000, b"out of the tunnel")
    return operator.exchange(ip4.gre(inner, CARE_OF, AGENT, key=key), lambda frame: frame[IP].src == home, 0.3) is not None


def gre_key(report, operator):
    """Agreed on by the mobile nodes file; in force from the next registration on."""
    home, flags = "10.1.0.13", mip4.D | mip4.G | mip4.T
    for key, others in ((4000000001, (None, 1)), (None, (4000000001, 0))):
        nodes = [dict(node, gre_key=key) if key is not None and node.get("home_address") == home else node for node in LINES]
        operator.write(nodes)
        operator.daemon.rpc("mobile_nodes.reload")
        report.equal(operator.code(home, flags=flags), 0, f"GRE key {key}: the node registers with G")
        shown_key = operator.daemon.rpc("binding.get", home_address=home)["gre_key"]
        report.equal(shown_key, key, f"GRE key {key}: binding.get shows it")
        before = operator.daemon.counters()["dropped.gre_key"]
        report.check(came_out(operator, home, key), f"GRE key {key}: a packet with it comes out of the tunnel")
        report.equal([came_out(operator, home, other) for other in others], [False, False], f"GRE key {key}: others do not")
        after = operator.daemon.counters()["dropped.gre_key"]
        report.equal(after - before, len(others), f"GRE key {key}: they are counted as what they are")


def codes(report, operator):
    report.equal(operator.code("10.1.0.15", association=mip4.Association(256, bytes(16))), 131, "a wrong key")
    counted = operator.daemon.rpc("stats.get", texts=True)
    by_code = counted["control"]["registration_codes"]
    report.check({"0", "129", "130", "131", "133"} <= set(by_code), "stats count replies by code", by_code)
    report.check(all(number in counted["texts"]["registration_codes"] for number in by_code), "each with its meaning")
    code, text = operator.ctl("stats", "control")
    report.check(code == 0 and "wrong authenticator of the mobile node" in text, "homewardctl stats control prints them", text)
    shown_config = json.dumps(operator.daemon.rpc("config.get"))
    report.check(KEY.hex() not in shown_config, "the configuration is shown without keys")


def open_keys(report, operator):
    operator.daemon.stop()
    operator.daemon.configure(LINES, home_agent={}, mobile_ipv4={
        **MOBILE_IPV4, "foreign_agents": [{"address": CARE_OF, "spi": 300, "key": KEY.hex()}]})
    path = os.path.join(operator.daemon.temp, "homeward.json")
    os.chmod(path, 0o644)
    report.check(not operator.daemon.start(patience_s=5) and f"chmod 600 {path}" in operator.daemon.log(),
                 "a configuration with keys that others may read is refused", operator.daemon.log())
    os.chmod(path, 0o600)
    report.check(operator.daemon.start(), "closed to others it is taken", operator.daemon.log())
    report.check(KEY.hex() not in json.dumps(operator.daemon.rpc("config.get")), "and its keys are not shown")


def main():
    report = Report()
    with lab(program_directory()) as the_lab:
        operator = Operator(the_lab)
        if operator.start(report, LINES):
            for part in (status, shown, removed, pool, reloaded, codes, gre_key):
                report.run(part, report, operator)
            report.check(the_lab.daemon.alive(), "the daemon is still there", the_lab.daemon.log()[-500:])
        report.run(open_keys, report, operator)
    return report.conclude()


if __name__ == "__main__":
    sys.exit(main())
