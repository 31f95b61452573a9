#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# story: what the demos share: options, steps and claims, the daemon, captures, the accounts. To be sourced, with the arguments of the
# demo, after STORY (its name), LIB, ROOT, PYTHON and usage() are there.
# shellcheck disable=SC2034  # those who source it use what it sets

# shellcheck source=scripts/lib/install.sh
. "$LIB/install.sh"
# shellcheck source=scripts/lib/netns.sh
. "$LIB/netns.sh"

keep=
build=
install=yes
while (($# > 0)); do
	case $1 in
	--keep | --build)
		if (($# < 2)); then
			echo "$STORY: $1 needs a directory" >&2
			exit 2
		fi
		[[ $1 == --keep ]] && keep=$2 || build=$2
		shift
		;;
	--no-install) install= ;;
	-h | --help)
		usage
		exit 0
		;;
	*)
		echo "$STORY: unknown argument $1" >&2
		usage >&2
		exit 2
		;;
	esac
	shift
done

if ((EUID != 0)); then
	echo "$STORY: this needs root, for network namespaces and AF_XDP; try: sudo $0" >&2
	exit 1
fi

passed=0
failed=0
began=$(date +%s%N)
temp=
prefix=hw$$

elapsed() {
	local ms=$((($(date +%s%N) - began) / 1000000))
	printf '%d.%03d s' $((ms / 1000)) $((ms % 1000))
}

step() {
	printf '\n== %s  (%s)\n' "$1" "$(elapsed)"
}

say() {
	printf '   %s\n' "$@"
}

ok() {
	passed=$((passed + 1))
	printf '   ok - %s\n' "$1"
}

not_ok() {
	failed=$((failed + 1))
	printf '   NOT OK - %s\n' "$1"
}

# claim TEXT COMMAND...: the command succeeds exactly when the text is true.
claim() {
	local text=$1
	shift
	if "$@"; then ok "$text"; else not_ok "$text"; fi
}

equal() {
	[[ $1 == "$2" ]] && return 0
	say "(found $1, expected $2)"
	return 1
}

clean_up() {
	local status=$? pid
	trap '' INT TERM
	trap - EXIT
	[[ -z $temp ]] && exit $status
	for pid in $(jobs -p); do
		kill -TERM "$pid" 2>/dev/null
	done
	wait_gone 3
	netns_down "$prefix"
	wait 2>/dev/null
	if [[ -n $keep ]]; then
		mkdir -p "$keep"
		cp "$temp"/*.pcap "$temp"/*.log "$temp"/*.json "$keep" 2>/dev/null
	fi
	rm -rf "$temp"
	exit $status
}

# Gives our own background jobs that many seconds to end.
wait_gone() {
	local tries=$(($1 * 10))
	while [[ -n $(jobs -pr) ]] && ((tries-- > 0)); do
		sleep 0.1
	done
}

# $programs is where they are then, $temp a directory for the demo.
build_programs() {
	if [[ -z $build ]]; then
		[[ -z $install ]] || install_packages || give_up "packages are missing"
		build_tree build --buildtype=release || give_up "not built"
		build=$ROOT/build
	fi
	programs=$(netns_programs "$build") || give_up "$build has no homewardd and homewardctl"
	temp=$(mktemp -d /tmp/homeward-demo.XXXXXX) || give_up "no temporary directory"
}

give_up() {
	echo "$STORY: $1" >&2
	failed=$((failed + 1))
	conclude
}

conclude() {
	printf '\n%s: %d passed, %d failed (%s)\n' "$STORY" "$passed" "$failed" "$(elapsed)"
	((failed == 0))
	exit
}

# field FILE PATH: a value in a JSON file, by names and numbers with dots; "missing" when it is not there.
field() {
	$PYTHON - "$1" "$2" <<'EOF'
import json, sys
try:
    value = json.load(open(sys.argv[1]))
    for name in sys.argv[2].split(".") if sys.argv[2] else []:
        value = value[int(name)] if isinstance(value, list) else value[name]
    print(value if not isinstance(value, (dict, list)) else json.dumps(value))
except (KeyError, IndexError, ValueError, TypeError, OSError):
    print("missing")
EOF
}

control() {
	"$programs/homewardctl" --socket "$temp/control.sock" --json "$@"
}

snapshot() {
	control stats >"$temp/$1.json"
}

# grew BEFORE AFTER PATH COUNT
grew() {
	local before after
	before=$(field "$temp/$1.json" "$3")
	after=$(field "$temp/$2.json" "$3")
	say "$3: $before before, $after after"
	[[ $before != missing && $after != missing ]] && equal $((after - before)) "$4"
}

bindings() {
	control binding list
}

# What identifies the binding in force: where, and by which update.
binding_state() {
	bindings | $PYTHON -c '
import json, sys
found = json.load(sys.stdin)
rows = found if isinstance(found, list) else found.get("bindings", found.get("items", []))
print(len(rows), *(f"{r[k]}" for r in rows for k in sorted(r) if k in
      ("home_address", "care_of", "care_of_address", "sequence", "lifetime_s", "updates", "moves")))'
}

captures=()

# start_daemon_in ROLE CONFIGURATION SOCKET: with these names in $temp, the log beside it. It says when it serves; $daemon is its
# process.
start_daemon_in() {
	local log=$temp/${2%.json}d.log
	netns_become "$1" "$programs/homewardd" --config "$temp/$2" 2>"$log" &
	daemon=$!
	local tries=300
	until grep -q ready "$log" && [[ -S $temp/$3 ]]; do
		if ! kill -0 $daemon 2>/dev/null || ((tries-- == 0)); then
			sed 's/^/   /' "$log" >&2
			return 1
		fi
		sleep 0.1
	done
}

start_daemon() {
	start_daemon_in ha homeward.json control.sock
}

capture() {
	local role=$1 interface=$2 name=$3 tries=50
	netns_become "$role" tcpdump --immediate-mode -n -i "$interface" -s 0 -U -B 8192 -w "$temp/$name.pcap" \
		2>"$temp/$name-tcpdump.log" &
	captures+=($!)
	until grep -q listening "$temp/$name-tcpdump.log" || ((tries-- == 0)); do
		sleep 0.1
	done
}

contains() {
	[[ " $1 " == *" $2 "* ]]
}

at_most() {
	[[ $1 =~ ^[0-9]+$ ]] && (($1 <= $2))
}

# Packets of a capture that match a display filter.
matching() {
	tshark -n -r "$temp/$1.pcap" -Y "$2" 2>/dev/null | wc -l
}

has_xdp() {
	ip -n "$prefix-ha" link show dev rt | grep -q xdp
}

no_xdp() {
	! has_xdp
}

# received + injected = sent + to_kernel + dropped + punted; a burst may be half counted, so until it holds.
accounts_balance() {
	local tries=20
	while ((tries-- > 0)); do
		snapshot final
		if $PYTHON - "$temp/final.json" <<'EOF'; then
import json, sys
t = json.load(open(sys.argv[1]))["totals"]
came = t["received"] + t["injected"]
went = t["sent"] + t["to_kernel"] + sum(t["dropped"].values()) + sum(t["punted"].values())
print(f"   received {t['received']} + made here {t['injected']} = {came}")
print(f"   sent {t['sent']} + to the kernel {t['to_kernel']} + dropped {sum(t['dropped'].values())}"
      f" + handed to the control thread {sum(t['punted'].values())} = {went}")
sys.exit(came != went)
EOF
			return 0
		fi
		sleep 0.1
	done
	return 1
}

stop_captures() {
	local pid
	sleep 0.5
	for pid in "${captures[@]}"; do
		kill -TERM "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}

captures_complete() {
	! grep -h 'dropped by kernel' "$temp"/*-tcpdump.log | grep -vq '^0 '
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
