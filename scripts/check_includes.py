#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The dependency rules of docs/architecture.md, "Who may know whom". Prints each include that breaks one."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# (folder, what may not be included there, files where it may, why)
RULES = [
    ("include", r"^(?!ha/|rte_|linux/|netinet/|arpa/|sys/|std|string|limits|time|inttypes|endian|emmintrin|nmmintrin)", (), "include/ha knows only libc, the compiler, DPDK types and itself"),
    ("control", r"^jansson\.h$", ("api/", "cli/", "config/", "mobile_node"), "Jansson stays in api/, cli/, config/ and the loader of mobile nodes"),
    ("control", r"^bpf/", ("steer.c",), "libbpf stays in steer.c"),
    ("control", r"^libmnl/", ("netlink/",), "libmnl stays in netlink/"),
    ("control", r"^openssl/", ("auth/", "mobile_node", "association_text.c"), "libcrypto stays in auth/ and where keys are wiped"),
    ("control", r"^(registration|api)/", ("registration/", "api/", "main.c", "agent.c", "counters.c", "node_auth.", "revocation/", "update.", "receive.c", "mip4/", "send.c", "send4.c", "icmp6.c", "icmp4.c", "tunnel/relay.c", "tunnel/relay4.c", "correspondent/correspondent.c", "foreign_agent/vis", "foreign_agent/revoke.c", "multicast/listeners.c", "router/router.c", "router/prefix_delivery.", "router/renumber.c"), "message files know bytes, never tables"),
    ("control/mip4", r"^(bcache|nexthop|ha/dataplane|ha/bcache|registration)", ("assign.", "broadcast.", "handling.", "home_agent", "nat.", "revocation"), "message files know bytes, never tables"),
    ("control/mh", r"^(bcache|nexthop|ha/dataplane|ha/bcache|registration)", (), "message files know bytes, never tables"),
    ("dataplane", r"^(jansson|bpf/libbpf|libmnl|openssl)", (), "the dataplane knows only DPDK"),
]
INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]', re.M)


def own_files(plane):
    return {str(p.relative_to(ROOT / plane)) for p in (ROOT / plane).rglob("*.h")}


def main():
    control, dataplane = own_files("control"), own_files("dataplane")
    found = []
    for path in sorted(ROOT.glob("*/**/*.[ch]")):
        place = str(path.relative_to(ROOT))
        if place.startswith(("build", "tests/")) or place.endswith(".bpf.c"):
            continue
        for name in INCLUDE.findall(path.read_text()):
            if place.startswith("control/") and name in dataplane - control:
                found.append(f"{place}: includes {name} of the dataplane; the planes meet only in include/ha")
            if place.startswith("dataplane/") and name in control - dataplane:
                found.append(f"{place}: includes {name} of the control plane; the planes meet only in include/ha")
            if name.startswith("tests/") or name.startswith("support/"):
                found.append(f"{place}: includes {name}; nothing includes tests")
            for folder, pattern, allowed, why in RULES:
                inside = place.startswith(folder + "/")
                rest = place[len(folder) + 1 :]
                if inside and re.search(pattern, name) and not any(rest.startswith(a) for a in allowed):
                    found.append(f"{place}: includes {name}: {why}")
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
