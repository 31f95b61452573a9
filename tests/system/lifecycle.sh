#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# Starting, stopping and being killed: the interface goes back to the kernel every time, and a start that cannot succeed says
# why in one line and leaves nothing behind. Usage: lifecycle.sh BUILD-DIRECTORY
# shellcheck source=tests/system/lib.sh
. "$(dirname "$0")/lib.sh"

serves() {
	control status >/dev/null
}

no_leftovers() {
	local left
	left=$(ls -A "$temp/dpdk")
	[[ -z $left ]] || {
		echo "# left in DPDK's runtime directory: $left"
		return 1
	}
}

registered() {
	$PYTHON - "$NETNS_PREFIX" "$ROOT" <<'EOF'
import sys
sys.path.insert(0, sys.argv[2] + "/tests/system")
from lib import Node, Wire
class Lab:
    wire = Wire(sys.argv[1])
sys.exit(not Node(Lab, 16).register())
EOF
}

live_and_end() {
	local signal=$1 expected=$2
	if ! start_daemon "$temp/homeward.json"; then
		not_ok "it starts (to be ended by SIG$signal)"
		return
	fi
	ok "it starts (to be ended by SIG$signal)"
	claim "its steering program is on the interface" has_xdp
	claim "the kernel answers for the home agent's address beside it" kernel_answers
	claim "a mobile node registers" registered
	claim "the control socket answers" serves
	end_daemon "$signal"
	claim "SIG$signal ends it with exit code $expected" equal "$code" "$expected"
	claim "its steering program is gone" no_xdp
	[[ $signal == KILL ]] || claim "its control socket is gone" test ! -e "$temp/control.sock"
	claim "the interface is the kernel's again" kernel_answers
	if [[ $signal == KILL ]]; then
		rm -rf "$temp/dpdk/"*
	else
		claim "DPDK left nothing behind" no_leftovers
	fi
}

# refused CLAIM PATTERN CONFIG [RUNNER...]: a start that fails, in one line that matches, with exit code 1.
refused() {
	local claim_text=$1 pattern=$2 config=$3 lines status
	shift 3
	netns_exec ha timeout -k 1 20 "${own_runtime[@]}" "$@" "$programs/homewardd" --config "$config" 2>"$temp/refused.log" </dev/null
	status=$?
	lines=$(wc -l <"$temp/refused.log")
	sed 's/^/# /' "$temp/refused.log"
	claim "$claim_text: exit code 1" equal $status 1
	claim "$claim_text: one line" equal "$lines" 1
	claim "$claim_text: which says so" grep -qE "$pattern" "$temp/refused.log"
	[[ -n $daemon ]] || claim "$claim_text: DPDK left nothing behind" no_leftovers
}

cannot_start() {
	write_configuration "$temp/missing.json" nosuch0
	refused "an interface that is not there" nosuch0\|/ports/0/interface "$temp/missing.json"
	write_configuration "$temp/queues.json" rt 2
	refused "two workers on one queue" "queue" "$temp/queues.json"
	sed 's/"version": 1,/"version": 1, "memory": {"hugepages": true, "megabytes": 1000000},/' "$temp/homeward.json" \
		>"$temp/hugepages.json"
	refused "more hugepages than there are" hugepages "$temp/hugepages.json"
	refused "a process without rights" CAP_NET_ADMIN "$temp/homeward.json" setpriv --bounding-set=-net_admin,-net_raw,-bpf,-sys_admin
	claim "no steering program is left" no_xdp
	claim "no control socket is left" test ! -e "$temp/control.sock"
	claim "the kernel has the interface" kernel_answers

	echo '{"version": 1, "ports": [' >"$temp/broken.json"
	refused "a configuration that is no JSON" broken.json "$temp/broken.json"
	mv "$temp/mobile_nodes.jsonl" "$temp/away.jsonl"
	refused "a mobile nodes file that is not there" mobile_nodes.jsonl "$temp/homeward.json"
	mv "$temp/away.jsonl" "$temp/mobile_nodes.jsonl"
	chmod 644 "$temp/mobile_nodes.jsonl"
	refused "a mobile nodes file that anyone may read" mobile_nodes.jsonl "$temp/homeward.json"
	chmod 600 "$temp/mobile_nodes.jsonl"
}

# Four gigabytes of address space: a daemon that does not refuse must not take the host's memory.
too_much_memory() {
	sed 's/"version": 1,/"version": 1, "memory": {"megabytes": 1000000},/' "$temp/homeward.json" >"$temp/memory.json"
	refused "more memory than there is" "/memory/megabytes: .* MiB .* make it smaller" "$temp/memory.json" \
		prlimit --as=$((4 << 30))
	sed 's/"capacity": 1024/"capacity": 16777216/; s/"kind": "af_xdp", "interface": "rt"/"kind": "vdev", "device": "net_null0"/
		s/"count": 1}/"count": 32}/' "$temp/homeward.json" >"$temp/capacity.json"
	if (($(sed -n 's/^MemAvailable: *\([0-9]*\) kB/\1/p' /proc/meminfo) >> 20 >= 24)); then
		skip "more bindings than there is memory for: this host has enough"
		return
	fi
	refused "more bindings than there is memory for" "/bindings/capacity: .* MiB .* make it smaller" "$temp/capacity.json" \
		prlimit --as=$((4 << 30))
}

# ended_while_starting SIGNAL CODE: while DPDK still takes its memory.
ended_while_starting() {
	local signal=$1 expected=$2 tries=1000
	sed 's/"version": 1,/"version": 1, "memory": {"megabytes": 2000},/' "$temp/homeward.json" >"$temp/slow.json"
	netns_become ha "${own_runtime[@]}" "$programs/homewardd" --config "$temp/slow.json" 2>"$temp/homewardd.log" </dev/null &
	daemon=$!
	until [[ -n $(ls -A "$temp/dpdk") ]] || ((tries-- == 0)); do
		sleep 0.01
	done
	end_daemon "$signal"
	claim "SIG$signal ends a daemon that still starts (exit code $expected)" equal "$code" "$expected"
	claim "before it was ready" equal "$(grep -c ready "$temp/homewardd.log")" 0
	claim "DPDK left nothing behind" no_leftovers
}

xdp_id() {
	ip -n "$NETNS_PREFIX-ha" -d link show dev rt | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p'
}

second_daemon() {
	local before
	claim "a first daemon starts" start_daemon "$temp/homeward.json"
	before=$(xdp_id)
	write_configuration "$temp/second.json" rt 1 "$temp/second.sock"
	refused "a second daemon on its interface" "rt|/ports/0" "$temp/second.json"
	claim "the first one's steering program is still there" equal "$(xdp_id)" "$before"
	claim "the second one left no socket" test ! -e "$temp/second.sock"
	claim "the first one serves on" serves
	claim "and a mobile node registers with it" registered
	end_daemon TERM
	claim "it ends in order" equal "$code" 0
}

foreign_program() {
	local before
	cat >"$temp/foreign.c" <<'EOF'
__attribute__((section("xdp"), used)) int foreign(void *context) { return context ? 2 : 2; }
char _license[] __attribute__((section("license"), used)) = "Dual BSD/GPL";
EOF
	if ! clang -O2 -target bpf -c "$temp/foreign.c" -o "$temp/foreign.o" 2>/dev/null ||
		! netns_exec ha ip link set dev rt xdp obj "$temp/foreign.o" sec xdp 2>/dev/null; then
		skip "a foreign XDP program on the interface: it could not be made; needs clang with the bpf target and ip with libbpf"
		return
	fi
	before=$(xdp_id)
	refused "a foreign XDP program on the interface" "XDP" "$temp/homeward.json"
	claim "the foreign program is still there" equal "$(xdp_id)" "$before"
	netns_exec ha ip link set dev rt xdp off
	claim "without it the daemon starts" start_daemon "$temp/homeward.json"
	end_daemon TERM
}

lab_up "$@"
write_configuration "$temp/homeward.json"
live_and_end TERM 0
live_and_end INT 0
live_and_end KILL 137
live_and_end TERM 0
cannot_start
too_much_memory
ended_while_starting TERM 143
ended_while_starting INT 130
second_daemon
foreign_program
conclude
