# SPDX-License-Identifier: BSD-3-Clause
"""configurations: the home agents that cases run against, by name. Each serves the same home prefixes and mobile nodes, so that
a case only names what is special about it."""
import hashlib

HOME_AGENT = "2001:db8:ff::1"
SECOND_HOME_AGENT = "2001:db8:ff::2"
INSIDE_HOME_AGENT = "2001:db8:6::1"  # in its home prefix
MAX_LIFETIME_S = 3600

# kind: (home prefix, first interface identifier, how many, fields of its line)
KINDS = {
    "sequence": ("2001:db8:1::", 0x1000, 1000, {}),
    "timestamp": ("2001:db8:1::", 0x2000, 60, {"replay": "timestamp"}),
    "prohibited": ("2001:db8:1::", 0x3000, 10, {"prohibited": True}),
    "open": ("2001:db8:1::", 0x4000, 10, {"auth": "none"}),
    "aging": ("2001:db8:2::", 0x1000, 20, {}),
    "deprecated": ("2001:db8:3::", 0x1000, 20, {}),
    "ending": ("2001:db8:4::", 0x1000, 20, {}),
    "second": ("2001:db8:5::", 0x1000, 20, {}),
    "inside": ("2001:db8:6::", 0x1000, 20, {}),
    "own": ("2001:db8:1::", 1, 1, {"spi": 0x7000}),  # where a real link has the home agent's interface
    "revocable": ("2001:db8:1::", 0x5000, 30, {"revocation": True}),
    "revocable open": ("2001:db8:1::", 0x6000, 5, {"revocation": True, "auth": "none"}),
}
AGING_VALID_S, AGING_PREFERRED_S, ENDING_S = 3000, 1000, 2000

PREFIXES = [
    {"prefix": "2001:db8:1::/64", "address": HOME_AGENT},
    {"prefix": "2001:db8:2::/64", "address": HOME_AGENT, "valid_lifetime_s": AGING_VALID_S,
     "preferred_lifetime_s": AGING_PREFERRED_S},
    {"prefix": "2001:db8:3::/64", "address": HOME_AGENT, "preferred_lifetime_s": 0},
    {"prefix": "2001:db8:4::/64", "address": HOME_AGENT, "valid_lifetime_s": ENDING_S},
    {"prefix": "2001:db8:5::/64", "address": SECOND_HOME_AGENT},
    {"prefix": "2001:db8:6::/64", "address": INSIDE_HOME_AGENT},
]
OTHER_HOME_AGENTS = ["2001:db8:ee::1", "2001:db8:ee::2"]
LIMIT = {"rate_per_s": 10, "burst": 20}  # errors to one /64
BUDGET = {"rate_per_s": 100000, "burst": 10000}  # so that the run itself is never slowed down

# name: what differs from the common part. Paths are those of lib.Daemon.configure.
CONFIGURATIONS = {
    "virtual": {},
    "advice": {"bindings__refresh_advice_s": 100, "tunnel__hop_limit": 17},
    "full": {"bindings__capacity": 2},
    "closed": {"home_agent__accept_registrations": False},
    "foreign": {"home_agent__answer_foreign_home_address": True},
    "limited": {"tunnel__encapsulation_limit": 7},
    "correspondent": {"correspondent__enabled": True},
    "correspondent full": {"correspondent__enabled": True, "correspondent__bindings": 1},
    "switch": {"home_agent_switch__addresses": OTHER_HOME_AGENTS, "home_agent_switch__rate_per_s": 1000},
    "advertising": {"home_agent__mobile_prefix_advertisements": {"min_interval_s": 1, "max_interval_s": 4}},
    "not advertising": {"home_agent__mobile_prefix_advertisements": {"enabled": False}},
    "real": {},
    "router": {},
}
# Real home links: configuration -> what stands in home_link. The interface has the address ending in ::1 of every home prefix.
REAL_LINKS = {
    "real": {"interface": "rt"},
    "router": {"interface": "rt", "preference": 10, "home_agent_lifetime_s": 900,
               "router_advertisements": {"max_interval_ms": 1800000, "min_delay_ms": 1000, "lifetime_s": 1800, "mtu": 1400}},
}


def key_of(kind, index):
    return hashlib.sha256(f"{kind} {index}".encode()).digest()[:16]


def identity(kind, index):
    """The line of the mobile nodes file."""
    prefix, first, count, fields = KINDS[kind]
    if index >= count:
        raise IndexError(f"more than {count} nodes of kind {kind}")
    line = {"home_address": f"{prefix}{first + index:x}"}
    if fields.get("auth") != "none":
        line.update(identifier=f"{kind}{index}@example.com", spi=first + index, key=key_of(kind, index).hex(),
                    replay="sequence")
    line.update(fields)
    return line


def nodes():
    return [identity(kind, index) for kind, (_, _, count, _) in KINDS.items() for index in range(count)]


def changes(name):
    common = {
        "home_agent__prefixes": [dict(prefix, home_link=REAL_LINKS.get(name, "virtual")) for prefix in PREFIXES],
        "bindings__capacity": 4096, "bindings__max_lifetime_s": MAX_LIFETIME_S,
        "limits__errors_per_source": LIMIT,
        "limits__errors_total": BUDGET, "limits__local": BUDGET, "limits__error": BUDGET,
        "limits__tunnel_error": BUDGET,
    }
    return {**common, **CONFIGURATIONS[name]}
