# SPDX-License-Identifier: BSD-3-Clause
"""configurations4: the home agents of Mobile IPv4 that cases run against, by name. Each serves the same home network and mobile
nodes, so that a case only names what is special about it."""
import hashlib

import configurations
from mip4 import Association

HOME_AGENT = "192.0.2.1"
NETWORK = "10.1.0.0/16"
NETWORK_BROADCAST = "10.1.255.255"
HOME_LINK_ADDRESS = "10.1.0.1"  # of the home agent, on a real home link
OTHER_HOME_AGENT = "192.0.2.77"  # where newcomers are sent by RFC 4433
POOL = ("10.1.200.1", "10.1.200.250")
MAX_LIFETIME_S = 1800
NAT_MAX_LIFETIME_S = 60
KEEPALIVE_S = 30
SIMULTANEOUS = 3
WINDOW_S = 7
ALGORITHMS = ("hmac-md5", "hmac-sha1", "hmac-sha256", "keyed-md5")

# kind: (first address as third octet, how many, fields of its line)
KINDS = {
    "timestamp": (1, 1000, {}),
    "nonce": (8, 100, {"replay": "nonce"}),
    "prohibited": (9, 20, {"prohibited": True}),
    "hmac-sha1": (10, 40, {"algorithm": "hmac-sha1"}),
    "hmac-sha256": (11, 40, {"algorithm": "hmac-sha256"}),
    "keyed-md5": (12, 40, {"algorithm": "keyed-md5"}),
    "wide window": (13, 20, {"timestamp_window_s": 600}),
    "gre key": (14, 40, {"gre_key": 0x12345678}),
    "gre key 0": (15, 20, {"gre_key": 0}),
    "assigned": (None, 40, {}),  # known by their identifier alone
}
GRE_KEYS = {kind: fields["gre_key"] for kind, (_, _, fields) in KINDS.items() if "gre_key" in fields}
# Foreign agents with which there is an association, by algorithm: (care-of address, SPI).
FOREIGN_AGENTS = {algorithm: (f"172.18.0.{1 + number}", 700 + number) for number, algorithm in enumerate(ALGORITHMS)}

BASE = {
    "networks": [{"prefix": NETWORK, "address": HOME_AGENT, "home_link": "virtual", "pool": {"first": POOL[0], "last": POOL[1]}}],
    "max_lifetime_s": MAX_LIFETIME_S,
    "encapsulations": ["ip_in_ip", "minimal", "gre"],
    "reverse_tunnel": "optional",
    "simultaneous_bindings": SIMULTANEOUS,
    "broadcasts": True,
    "answer_wrong_authentication": True,
    "nat_traversal": {"enabled": True, "forced": True, "keepalive_s": KEEPALIVE_S, "max_lifetime_s": NAT_MAX_LIFETIME_S},
    "revocation": True,
}


def network(**fields):
    return [{**BASE["networks"][0], **fields}]


# name: what differs in mobile_ipv4; "other" is for what stands outside it.
# The foreign agent beside the home agent, on the same interface: where mobile nodes visit, and where its tunnels end.
VISITED = "192.0.2.3"
CARE_OF = "192.0.2.4"
PEER_HOME_AGENT = "198.18.0.2"  # one with which it shares a key; its others are at any address
PEER = Association(900, bytes(range(32, 48)), "hmac-sha256")
KNOWN_VISITOR = "10.9.0.200"  # a mobile node with which it shares a key
VISITOR = Association(901, bytes(range(48, 64)))


def foreign_agent(shared=None, **fields):
    port = {"name": "core", "kind": "af_xdp", "interface": "rt", "role": "foreign_agent",
            "foreign_agent": {"address": VISITED, "care_of": [CARE_OF], "max_lifetime_s": 1000, **fields}}
    agents = {"home_agents": [{"address": PEER_HOME_AGENT, "spi": PEER.spi, "algorithm": PEER.algorithm, "key": PEER.key.hex()}],
              "mobile_nodes": [{"home_address": KNOWN_VISITOR, "spi": VISITOR.spi, "key": VISITOR.key.hex()}],
              "request_timeout_s": 2, **(shared or {})}
    return {"other": {"ports": [port], "foreign_agent": agents}}


CONFIGURATIONS = {
    "ipv4": {},
    "ipv4 strict": {"encapsulations": ["ip_in_ip"], "reverse_tunnel": "mandatory", "simultaneous_bindings": 1, "broadcasts": False,
                    "answer_wrong_authentication": False, "nat_traversal": {"enabled": False}, "revocation": False,
                    "networks": network(pool={"first": POOL[0], "last": POOL[0]})},
    "ipv4 one way": {"reverse_tunnel": "off", "tunnel_ttl": 17, "nat_traversal": {"enabled": True, "forced": False}},
    "ipv4 full": {"other": {"bindings__capacity": 1}},
    "ipv4 redirect": {"redirect": OTHER_HOME_AGENT},
    "ipv4 real": {"networks": network(home_link={"interface": "rt"})},
    "ipv4 visited": foreign_agent(),
    "ipv4 visited strict": foreign_agent(shared={"known_home_agents_only": True}, encapsulations=["ip_in_ip"],
                                         reverse_tunnel="mandatory", encapsulating_delivery=False),
    "ipv4 visited one way": foreign_agent(shared={"visitors": 1}, reverse_tunnel="off"),
    "ipv4 challenged": foreign_agent(challenge=True),
}


def key_of(kind, index):
    return hashlib.sha256(f"ipv4 {kind} {index}".encode()).digest()[:16]


def identity(kind, index):
    """The line of the mobile nodes file."""
    third, count, fields = KINDS[kind]
    if index >= count:
        raise IndexError(f"more than {count} nodes of kind {kind}")
    line = {"identifier": f"{kind.replace(' ', '-')}{index}@example.net", "spi": 1000 + index, "key": key_of(kind, index).hex(),
            "algorithm": "hmac-md5", "replay": "timestamp"}
    if third is not None:
        line["home_address"] = f"10.1.{third + (index + 10) // 256}.{(index + 10) % 256}"
    line.update(fields)
    return line


def foreign_association(algorithm):
    return Association(FOREIGN_AGENTS[algorithm][1], key_of("foreign", FOREIGN_AGENTS[algorithm][1]), algorithm)


def nodes():
    return [identity(kind, index) for kind, (_, count, _) in KINDS.items() for index in range(count)]


def mobile_ipv4(name):
    agents = [{"address": address, "spi": spi, "algorithm": algorithm, "key": key_of("foreign", spi).hex()}
              for algorithm, (address, spi) in FOREIGN_AGENTS.items()]
    given = {key: value for key, value in CONFIGURATIONS[name].items() if key != "other"}
    return {**BASE, "foreign_agents": agents, **given}


def changes(name):
    budget = configurations.BUDGET
    common = {
        "mobile_ipv4": mobile_ipv4(name), "bindings__capacity": 4096, "limits__errors_per_source": configurations.LIMIT,
        "limits__errors_total": budget, "limits__local": budget, "limits__error": budget, "limits__tunnel_error": budget,
        "limits__signalling_known": budget, "limits__signalling_new": budget,
        "binding_revocation": {"retransmissions": 4},
        "control__idle_timeout_s": 600,  # cases that use it may be far apart
    }
    return {**common, **CONFIGURATIONS[name].get("other", {})}
