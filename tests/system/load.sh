#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# load: many mobile nodes register, move and leave while data packets flow; every acknowledgement and every data packet is
# checked, and the home agent's own counters must agree to the packet.
#
#   load.sh BUILD_DIR [COUNT [PROTOCOL]]     COUNT mobile nodes, 20000 unless given; mip6 or mip4
#
# Environment: LOAD_TRAFFIC  data packets per second (20000)
#              LOAD_RATE     updates per second; 0: as fast as acknowledged (0)
#              LOAD_SECONDS  of traffic between the moves and the removals (2)
#              LOAD_REPORT   file that gets mnload's report as JSON
#
# The two processes share a memif port; no network interface, namespace or hugepage is needed.
# shellcheck disable=SC2317  # functions are called through check
set -u

build=${1:?BUILD_DIR is missing}
count=${2:-20000}
protocol=${3:-mip6}
PEER_MAC=02:00:00:00:00:02
# In the answer of homewardctl status.
BINDINGS="d['bindings']['in_force']"

passed=0
failed=0
directory=$(mktemp -d)
daemon=

# A process is ended, and waited for.
clean_up() {
	if [[ -n $daemon ]]; then
		kill "$daemon" 2>/dev/null
		wait "$daemon" 2>/dev/null
	fi
	rm -rf "$directory"
}
trap clean_up EXIT

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@"; then
		echo "ok      $what"
		passed=$((passed + 1))
	else
		echo "FAILED  $what"
		failed=$((failed + 1))
	fi
}

finish() {
	echo "$passed passed, $failed failed"
	((failed == 0))
	exit
}

program() {
	find "$build" -type f -name "$1" -perm -u+x -print -quit
}

# field FILE EXPRESSION: d is the file's JSON.
field() {
	/usr/bin/python3 -c 'import json, sys
d = json.load(open(sys.argv[1]))
d = d.get("result", d)
print(eval(sys.argv[2]))' "$1" "$2" 2>/dev/null
}

control() {
	"$ctl" --socket "$directory/control.sock" --json "$@"
}

status_field() {
	control status >"$directory/status.json" 2>/dev/null && field "$directory/status.json" "$1"
}

declare -A errors_sent=([mip6]=icmp6_errors_sent [mip4]=icmp4_errors_sent)
declare -A any=([mip6]=::/0 [mip4]=0.0.0.0/0)
declare -A networks=(
	[mip6]='"home_agent": {"prefixes": [
		{"prefix": "2001:db8:1::/64", "address": "2001:db8:ff::1", "home_link": "virtual"}
	]}'
	[mip4]='"mobile_ipv4": {"max_lifetime_s": 3600, "networks": [
		{"prefix": "10.0.0.0/8", "address": "192.0.2.1", "home_link": "virtual"}
	]}'
)

write_config() {
	cat >"$directory/homeward.json" <<EOF
{
	"version": 1,
	"ports": [{
		"name": "bench", "kind": "vdev",
		"device": "net_memif0,role=server,id=0,socket=$directory/memif.sock",
		"mtu": 1500, "queues": 1,
		"routes": [{"prefix": "${any[$protocol]}", "next_hop_mac": "$PEER_MAC"}]
	}],
	"workers": {"count": 1},
	${networks[$protocol]},
	"bindings": {"capacity": $((count < 100000 ? 200000 : 2 * count))},
	"mobile_nodes": {"file": "mobile_nodes.jsonl"},
	"limits": {
		"signalling_known": {"rate_per_s": 10000000, "burst": 100000},
		"signalling_new": {"rate_per_s": 10000000, "burst": 100000}
	},
	"control": {"socket": "$directory/control.sock"}
}
EOF
}

start_daemon() {
	local tries
	"$homewardd" --config "$directory/homeward.json" >"$directory/homewardd.log" 2>&1 &
	daemon=$!
	for ((tries = 0; tries < 100; tries++)); do
		kill -0 "$daemon" 2>/dev/null || return 1
		mac=$(status_field "d['ports'][0]['mac']") && [[ -n $mac ]] && return 0
		sleep 0.1
	done
	return 1
}

# The highest number of bindings seen meanwhile goes to $most.
run_load() {
	local load now
	"$mnload" --protocol "$protocol" --vdev "net_memif0,role=client,id=0,socket=$directory/memif.sock" --count "$count" \
		--phases register,move,remove --rate "${LOAD_RATE:-0}" \
		--traffic "${LOAD_TRAFFIC:-20000}" --seconds "${LOAD_SECONDS:-2}" \
		--dst-mac "$mac" --src-mac "$PEER_MAC" \
		>"$directory/report.json" 2>"$directory/mnload.log" &
	load=$!
	most=0
	while kill -0 "$load" 2>/dev/null; do
		now=$(status_field "$BINDINGS")
		[[ $now =~ ^[0-9]+$ ]] && ((now > most)) && most=$now
		sleep 0.2
	done
	wait "$load"
	load_status=$?
	[[ -z ${LOAD_REPORT:-} ]] || cp "$directory/report.json" "$LOAD_REPORT"
}

report_says() {
	[[ $(field "$directory/report.json" "$1") == True ]]
}

phase_is_complete() {
	report_says "[p['acknowledged'] for p in d['phases'] if p['phase'] == '$1'] == [$count]"
}

# Two processes on too few CPUs: now and then one cannot take what the other sends. That is the only way in which a packet may go
# missing, and it is counted to the packet. What the home agent could not hand to us was a data packet, which is lost; an
# acknowledgement, which is asked for again; or an ICMPv6 error.
lost_are_accounted() {
	local lost full again errors
	lost=$(field "$directory/report.json" "d['traffic']['lost'] + d['traffic']['reverse_lost']")
	again=$(field "$directory/report.json" "sum(p['retransmitted'] for p in d['phases'])")
	full=$(field "$directory/stats.json" "d['totals']['dropped']['port_full']")
	errors=$(($(field "$directory/stats.json" "d['control']['others']['${errors_sent[$protocol]}']") -
		$(field "$directory/report.json" "sum(d.get('icmp6', d.get('icmp')).values())")))
	[[ $full == 0 ]] || echo "        lost $lost, sent again $again, errors that did not come $errors; the port did not take $full"
	[[ $lost =~ ^[0-9]+$ && $full =~ ^[0-9]+$ ]] && ((lost <= full && full <= lost + again + errors))
}

# A home agent that forwards next to nothing would be accounted for as well.
few_are_lost() {
	report_says "20 * (d['traffic']['lost'] + d['traffic']['reverse_lost']) <= d['traffic']['sent'] + d['traffic']['reverse_sent']"
}

# A full port and removed nodes: there is no other reason here.
no_other_drops() {
	local others
	others=$(field "$directory/stats.json" \
		"{k: v for k, v in d['totals']['dropped'].items() if v and k not in ('port_full', 'no_binding')}")
	[[ $others == "{}" ]] || echo "        $others"
	[[ $others == "{}" ]]
}

# A packet to a removed node goes no further (RFC 6275 section 10.3.2), and only such a packet: dropped, or handed to the control
# thread to be answered by an ICMPv6 error.
probes_were_dropped() {
	local probes dropped
	probes=$(field "$directory/report.json" "d['traffic']['removed_probes']")
	dropped=$(field "$directory/stats.json" \
		"d['totals']['dropped']['no_binding'] + d['totals']['punted']['error']")
	[[ $probes == "$dropped" ]] || echo "        $probes sent, $dropped dropped or punted"
	[[ $probes -gt 0 && $probes == "$dropped" ]]
}

balance_is_exact() {
	[[ $(field "$directory/stats.json" "d['balance']['in'] == d['balance']['out'] > 0") == True ]]
}

show_logs() {
	local log
	for log in homewardd.log mnload.log report.json stats.json; do
		echo "--- $log"
		tail -n 25 "$directory/$log" 2>/dev/null
	done
}

homewardd=$(program homewardd)
ctl=$(program homewardctl)
mnload=$(program mnload)
for needed in "$homewardd" "$ctl" "$mnload"; do
	if [[ -z $needed ]]; then
		echo "FAILED  $build has no homewardd, homewardctl or mnload; build it first"
		failed=1
		finish
	fi
done

"$mnload" --protocol "$protocol" --write-mobile-nodes "$directory/mobile_nodes.jsonl" --count "$count" || exit
write_config
check "the daemon starts with $count mobile nodes" start_daemon
if ((failed > 0)); then
	show_logs
	finish
fi
run_load
sleep 0.3
check "the daemon still runs" kill -0 "$daemon"
control stats >"$directory/stats.json"
check "every acknowledgement and every data packet was right" test "$load_status" -eq 0
for phase in register move remove; do
	check "$phase: $count of $count acknowledged" phase_is_complete "$phase"
done
check "$count bindings were in force at once (most seen: $most)" test "$most" -eq "$count"
check "no binding is left" test "$(status_field "$BINDINGS")" = 0
if [[ ${LOAD_TRAFFIC:-20000} != 0 ]]; then
	check "data packets flowed to and from mobile nodes" \
		report_says "d['traffic']['received'] > 0 and d['traffic']['reverse_received'] > 0"
fi
check "each packet that the port did not take is missed, and no other" lost_are_accounted
check "at most one data packet in twenty is lost" few_are_lost
check "nothing was dropped for another reason" no_other_drops
check "packets to removed home addresses were dropped, no others" probes_were_dropped
check "packets in equal packets out, exactly" balance_is_exact
((failed == 0)) || show_logs
finish
