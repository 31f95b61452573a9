#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# demo_mip4: Homeward as home agent and foreign agent of Mobile IPv4, in a network of namespaces on this machine, told step by step.
# Everything it says is checked.
set -u

ROOT=$(cd "$(dirname "$0")/.." && pwd)
LIB=$ROOT/scripts/lib
PYTHON=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1

HOME_ADDRESS=10.1.0.5
HOME_AGENT=192.0.2.1
CORRESPONDENT=198.51.100.10
CARE_OF=172.16.1.10
FOREIGN_AGENT=172.31.2.2
NAT=172.31.3.2
IDENTIFIER=mn5@example.com
SPI=256
KEY=000102030405060708090a0b0c0d0e0f
WRONG_KEY=ffffffffffffffffffffffffffffffff
AGENTS_SPI=700
AGENTS_KEY=101112131415161718191a1b1c1d1e1f
KEEPALIVE_S=10
CAPTURES=(home_agent home_link visited foreign visitors nat)

usage() {
	cat <<EOF
usage: scripts/demo_mip4.sh [--keep DIR] [--build DIR] [--no-install]

Installs what is missing, builds, lays out eight network namespaces, starts homewardd twice, as home agent and as foreign agent, and
shows a mobile node at home, away with an address of its own, at the foreign agent, behind a NAT, being defended, and home again.
Ends with "demo_mip4: N passed, N failed" and exits with 0 when nothing failed. Needs root.

  --keep DIR    leave captures and logs in DIR
  --build DIR   use the homewardd and homewardctl of a finished build instead of building
  --no-install  take it that every package is there
EOF
}

STORY=demo_mip4
# shellcheck source=scripts/lib/story.sh
. "$LIB/story.sh"
# shellcheck source=scripts/lib/netns4.sh
. "$LIB/netns4.sh"

write_home_agent() {
	cat >"$temp/homeward.json" <<EOF
{
	"version": 1,
	"ports": [
		{"name": "core", "kind": "af_xdp", "interface": "rt"},
		{"name": "home", "kind": "af_xdp", "interface": "hl"}
	],
	"workers": {"count": 1},
	"mobile_ipv4": {
		"networks": [{"prefix": "10.1.0.0/16", "address": "$HOME_AGENT", "home_link": {"interface": "hl"}}],
		"max_lifetime_s": 600,
		"simultaneous_bindings": 2,
		"answer_wrong_authentication": true,
		"nat_traversal": {"enabled": true, "keepalive_s": $KEEPALIVE_S, "max_lifetime_s": 300},
		"foreign_agents": [{"address": "$FOREIGN_AGENT", "spi": $AGENTS_SPI, "algorithm": "hmac-sha256", "key": "$AGENTS_KEY"}]
	},
	"bindings": {"capacity": 1024},
	"mobile_nodes": {"file": "mobile_nodes.jsonl"},
	"control": {"socket": "$temp/control.sock"}
}
EOF
	cat >"$temp/mobile_nodes.jsonl" <<EOF
{"home_address":"$HOME_ADDRESS","identifier":"$IDENTIFIER","spi":$SPI,"key":"$KEY","replay":"timestamp"}
EOF
}

write_foreign_agent() {
	cat >"$temp/foreign.json" <<EOF
{
	"version": 1,
	"ports": [
		{"name": "up", "kind": "af_xdp", "interface": "rt"},
		{
			"name": "visited", "kind": "af_xdp", "interface": "mn", "role": "foreign_agent",
			"foreign_agent": {
				"address": "172.16.2.1", "care_of": ["$FOREIGN_AGENT"],
				"advertisements": {"max_interval_ms": 4000}, "max_lifetime_s": 300
			}
		}
	],
	"workers": {"count": 1},
	"foreign_agent": {"home_agents": [
		{"address": "$HOME_AGENT", "spi": $AGENTS_SPI, "algorithm": "hmac-sha256", "key": "$AGENTS_KEY"}
	]},
	"bindings": {"capacity": 1024},
	"control": {"socket": "$temp/foreign.sock"}
}
EOF
}

start_mobile_node() {
	local tries=100
	netns_become mn $PYTHON "$LIB/mobile_node4.py" --home-address $HOME_ADDRESS --home-agent $HOME_AGENT \
		--identifier $IDENTIFIER --spi $SPI --key $KEY --lifetime 300 --give-up 15 --control "$temp/mn.sock" \
		</dev/null >"$temp/mobile_node.log" 2>&1 &
	until [[ -S $temp/mn.sock ]] || ((tries-- == 0)); do
		sleep 0.1
	done
	[[ -S $temp/mn.sock ]]
}

start_captures() {
	capture rt ha home_agent
	capture hl link home_link
	capture rt v1 visited
	capture rt fa foreign
	capture mn fa visitors
	capture rt nat nat
}

prepare() {
	step "Making ready"
	build_programs
	netns4_up "$prefix" || give_up "the network namespaces could not be made"
	(umask 077 && write_home_agent && write_foreign_agent)
	start_captures
	start_daemon || give_up "homewardd did not start as home agent"
	home_agent=$daemon
	start_daemon_in fa foreign.json foreign.sock || give_up "homewardd did not start as foreign agent"
	foreign_agent=$daemon
	start_mobile_node || give_up "the mobile node did not start"
	say "" \
		"                    hl ------------- mn      hl   10.1.0.9, a host on the home link" \
		"                    |                        ha   $HOME_AGENT, homewardd: home agent of 10.1.0.0/16" \
		" cn ---- rt ------- ha                       cn   $CORRESPONDENT, a correspondent" \
		"         |\\ \\                                v1   access router; the mobile node is $CARE_OF there" \
		"         | \\ v1 ---------------- mn          fa   $FOREIGN_AGENT, homewardd: foreign agent" \
		"         |  fa ----------------- mn          nat  $NAT, a translator; 192.168.1.10 behind it" \
		"         nat ------------------- mn          mn   $HOME_ADDRESS, the mobile node" ""
}

# What the mobile node is told to do, until it is done.
mobile_node() {
	netns_exec mn $PYTHON "$LIB/mobile_node4.py" ask "$temp/mn.sock" "$@" >"$temp/answer.json"
}

# answered FROM COUNT: each ping to the home address is.
answered() {
	netns_exec "$1" ping -n -i 0.2 -W 1 -c "$2" $HOME_ADDRESS >"$temp/ping.log" 2>&1 &&
		grep -q " $2 received" "$temp/ping.log"
}

unanswered() {
	! netns_exec cn ping -n -i 0.2 -W 1 -c 2 $HOME_ADDRESS >"$temp/ping.log" 2>&1
}

binding_count() {
	bindings | $PYTHON -c 'import json, sys; print(len(json.load(sys.stdin)["bindings"]))'
}

# Where the only binding leads.
care_of() {
	bindings >"$temp/bindings.json"
	field "$temp/bindings.json" bindings.0.care_of
}

# All of it but what time changes.
binding_is() {
	bindings | $PYTHON -c '
import json, sys
print(*(f"{k}={r[k]}" for r in json.load(sys.stdin)["bindings"] for k in sorted(r)
        if k in ("home_address", "care_of", "encapsulation", "tunnel", "udp_port")))'
}

visitors() {
	"$programs/homewardctl" --socket "$temp/foreign.sock" --json visitor list |
		$PYTHON -c 'import json, sys; print(*(v["home_address"] for v in json.load(sys.stdin)["visitors"]))'
}

accepted() {
	claim "the request was accepted (code 0)" equal "$(field "$temp/answer.json" code)" 0
	claim "the reply's authenticator is right" equal "$(field "$temp/answer.json" auth_ok)" True
}

# in_tunnel CAPTURE FROM TO FILTER: packets of that capture in IP in IP between these two.
in_tunnel() {
	matching "$1" "ip.proto == 4 && ip.src == $2 && ip.dst == $3 && $4"
}

neighbour_mac() {
	ip -n "$prefix-hl" -j neighbour show $HOME_ADDRESS dev link | $PYTHON -c 'import json, sys; print(json.load(sys.stdin)[0]["lladdr"])'
}

mac_of() {
	ip -n "$prefix-$1" -j link show dev "$2" | $PYTHON -c 'import json, sys; print(json.load(sys.stdin)[0]["address"])'
}

story_at_home() {
	step "1  The mobile node is at home"
	mobile_node home hl
	accepted
	claim "the home agent has no binding" equal "$(binding_count)" 0
	claim "the correspondent reaches it on its home link" answered cn 3
	claim "and so does its neighbour" answered hl 3
}

story_co_located() {
	step "2  It is away, with an address of its own"
	mobile_node register co-located v1 $CARE_OF
	accepted
	say "answered after $(field "$temp/answer.json" total_ms) ms"
	claim "the binding leads to $CARE_OF" equal "$(care_of)" $CARE_OF
	claim "5 of 5 pings of the correspondent are answered" answered cn 5
	sleep 0.3
	claim "the requests came in a tunnel from the home agent" \
		equal "$(in_tunnel visited $HOME_AGENT $CARE_OF "icmp.type == 8")" 5
	claim "the replies left in a tunnel to it" \
		equal "$(in_tunnel visited $CARE_OF $HOME_AGENT "icmp.type == 0")" 5
	claim "its neighbour at home reaches it as well" answered hl 3
	claim "at the MAC of the home agent, which has told the link" equal "$(neighbour_mac)" "$(mac_of ha hl)"
	ip -n "$prefix-hl" neighbour flush dev link
	claim "and again after it has forgotten: the home agent answers ARP for it" answered hl 3
	claim "with its own MAC" equal "$(neighbour_mac)" "$(mac_of ha hl)"
}

story_foreign_agent() {
	step "3  It moves to a network with a foreign agent, and has no address there"
	mobile_node register foreign fa
	grep '"advertisement"' "$temp/mobile_node.log" | tail -n 1 | sed 's/^/   heard: /'
	accepted
	claim "the binding leads to the foreign agent, $FOREIGN_AGENT" equal "$(care_of)" $FOREIGN_AGENT
	claim "the foreign agent has one visitor" equal "$(visitors)" $HOME_ADDRESS
	claim "5 of 5 pings are answered" answered cn 5
	sleep 0.3
	claim "the requests came to the foreign agent in a tunnel" \
		equal "$(in_tunnel foreign $HOME_AGENT $FOREIGN_AGENT "icmp.type == 8")" 5
	claim "it sent the replies back in one" equal "$(in_tunnel foreign $FOREIGN_AGENT $HOME_AGENT "icmp.type == 0")" 5
	claim "on the link of the visitor there is no tunnel" equal "$(matching visitors "ip.proto == 4")" 0
	claim "the mobile node sent no ARP there" equal "$(matching visitors "arp.src.hw_mac == $(mac_of mn fa)")" 0
}

story_nat() {
	step "4  It moves behind a NAT"
	mobile_node register nat nat 192.168.1.10
	accepted
	say "keepalive every $(field "$temp/answer.json" udp.2) s; the NAT forgets after $NAT_UDP_TIMEOUT_S s of silence"
	claim "the binding is a tunnel in UDP" contains "$(binding_is)" encapsulation=udp
	claim "5 of 5 pings are answered" answered cn 5
	sleep 0.3
	claim "the requests went in UDP from port 434" equal \
		"$(matching nat "udp.srcport == 434 && ip.src == $HOME_AGENT && ip.dst == $NAT && icmp.type == 8")" 5
	claim "no other tunnel leads there" equal "$(matching nat "ip.proto == 4 && !udp")" 0
	say "nothing is sent but keepalives for $((NAT_UDP_TIMEOUT_S + 8)) s:"
	sleep $((NAT_UDP_TIMEOUT_S + 8))
	claim "it is still reached: the keepalives kept the mapping" answered cn 3
	mobile_node status
	say "keepalives: $(field "$temp/answer.json" keepalives) sent, $(field "$temp/answer.json" keepalives_answered) answered"
	claim "each keepalive was answered in the tunnel" equal \
		"$(field "$temp/answer.json" keepalives)" "$(field "$temp/answer.json" keepalives_answered)"
}

story_without_keepalives() {
	step "5  Without keepalives the mapping is forgotten; a new registration makes one"
	mobile_node keepalive off
	sleep $((NAT_UDP_TIMEOUT_S + 3))
	claim "it is not reached any more" unanswered
	mobile_node keepalive on
	mobile_node register nat nat 192.168.1.10
	accepted
	claim "now it is" answered cn 3
}

# By somebody who is not the mobile node, from the correspondent's place.
forge() {
	netns_exec cn $PYTHON "$LIB/mip4.py" forge "$@" --interface rt --home-address $HOME_ADDRESS --home-agent $HOME_AGENT \
		--care-of $CORRESPONDENT --correspondent $CORRESPONDENT >/dev/null
	sleep 0.3
}

story_forged() {
	local before
	step "6  Somebody else tries to have its packets"
	before=$(binding_is)
	say "$before"
	say "a keepalive in UDP from another address, as if the NAT had a new mapping:"
	forge keepalive --port 4444
	claim "the tunnel stays where it was" equal "$(binding_is)" "$before"
	say "a request with the right SPI but a wrong key:"
	forge wrong-key --spi $SPI --key $WRONG_KEY
	claim "the binding did not change" equal "$(binding_is)" "$before"
	say "a request without authentication:"
	forge no-auth
	claim "the binding did not change" equal "$(binding_is)" "$before"
	snapshot before
	say "a tunnel packet in its name:"
	forge tunnel
	snapshot after
	claim "nothing was taken out of a tunnel" grew before after totals.decapsulated 0
	claim "the mobile node is reached as before" answered cn 3
}

story_returns() {
	step "7  It returns home"
	mobile_node home hl
	accepted
	claim "the home agent has no binding" equal "$(binding_count)" 0
	claim "its neighbour reaches it" answered hl 3
	claim "at its own MAC: the link was told" equal "$(neighbour_mac)" "$(mac_of mn hl)"
	snapshot before
	claim "the correspondent reaches it" answered cn 3
	snapshot after
	claim "without any tunnel" grew before after totals.encapsulated 0
}

# One line a packet that a dissector finds fault with.
faulty() {
	local name
	for name in "${CAPTURES[@]}"; do
		tshark -n -r "$temp/$name.pcap" -o ip.check_checksum:TRUE -o udp.check_checksum:TRUE \
			-Y '_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0' \
			2>/dev/null
	done
}

verified() {
	field "$temp/verified.json" "$1"
}

story_accounts() {
	step "8  Every packet is accounted for, and the captures are checked by others"
	claim "in = out + dropped + punted, to the packet" accounts_balance
	stop_captures
	claim "no capture lost a packet" captures_complete
	faulty >"$temp/faulty.log"
	head -n 5 "$temp/faulty.log" | sed 's/^/   /'
	claim "tshark finds no malformed packet and no bad checksum in ${#CAPTURES[@]} captures" \
		equal "$(wc -l <"$temp/faulty.log")" 0
	$PYTHON "$LIB/mip4.py" verify "$temp/home_agent.pcap" --node $HOME_ADDRESS,$SPI,hmac-md5,$KEY >"$temp/verified.json"
	say "authenticators on the home agent's link, recomputed:" \
		"  requests: $(verified request_right) right, $(verified request_wrong) wrong, $(verified request_none) without" \
		"  replies: $(verified reply_right) right, $(verified reply_wrong) wrong, $(verified reply_none) without"
	claim "the two forged requests are not right" equal "$(verified request_wrong) $(verified request_none)" "1 1"
	claim "four registrations were accepted, and nothing else" equal "$(verified request_right) $(verified accepted)" "4 4"
	claim "every reply is right, the refusal of the wrong key as well" equal \
		"$(verified reply_right) $(verified reply_wrong) $(verified reply_none)" "5 0 0"
}

story_stop() {
	local pid
	step "9  Both agents stop"
	for pid in "$home_agent" "$foreign_agent"; do
		kill -TERM "$pid"
		wait "$pid"
		claim "homewardd ended in order (exit code 0)" equal $? 0
	done
	claim "the steering program is gone" no_xdp
}

prepare
story_at_home
story_co_located
story_foreign_agent
story_nat
story_without_keepalives
story_forged
story_returns
story_accounts
story_stop
[[ -z $keep ]] || say "" "captures and logs: $keep"
conclude
