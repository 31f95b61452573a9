# SPDX-License-Identifier: BSD-3-Clause
# lib: what the system tests in bash share. To be sourced, with the build directory as first argument.
#
# A background job is the leader of its own group with signals at their defaults (set -m): a job of a script without that
# ignores SIGINT, and so would the daemon's children.
set -u -m

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
PYTHON=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1
# shellcheck source=scripts/lib/netns.sh
. "$ROOT/scripts/lib/netns.sh"

HOME_AGENT=2001:db8:ff::1
passed=0
failed=0
skipped=0
temp=
programs=
code=
daemon=
own_runtime=() # before a program: gives it a runtime directory of DPDK of its own, $temp/dpdk

ok() {
	passed=$((passed + 1))
	echo "ok - $1"
}

not_ok() {
	failed=$((failed + 1))
	echo "not ok - $1"
}

skip() {
	skipped=$((skipped + 1))
	echo "skip - $1"
}

# claim TEXT COMMAND...: the command succeeds exactly when the text is true.
claim() {
	local text=$1
	shift
	if "$@"; then ok "$text"; else not_ok "$text"; fi
}

equal() {
	[[ $1 == "$2" ]] || {
		echo "# found '$1', expected '$2'"
		return 1
	}
}

conclude() {
	if ((skipped == 0)); then
		echo "$passed passed, $failed failed"
	else
		echo "$passed passed, $failed failed, $skipped skipped"
	fi
	((failed == 0))
	exit
}

lab_down() {
	local status=$?
	trap '' INT TERM
	trap - EXIT
	[[ -z $daemon ]] || end_daemon KILL >/dev/null 2>&1
	netns_down "$NETNS_PREFIX"
	[[ -z $temp ]] || rm -rf "$temp"
	exit $status
}

# lab_up BUILD: rt and ha, a temporary directory, and everything gone at the end whatever happens.
lab_up() {
	if (($# != 1)) || ! programs=$(netns_programs "$1"); then
		echo "usage: $0 BUILD-DIRECTORY (with homewardd and homewardctl built in it)" >&2
		exit 2
	fi
	if ((EUID != 0)); then
		echo "$0: system tests need root, for network namespaces and AF_XDP" >&2
		exit 1
	fi
	NETNS_PREFIX=hw$$
	trap lab_down EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	temp=$(mktemp -d /tmp/homeward-test.XXXXXX) || exit 1
	mkdir "$temp/dpdk"
	# ip netns exec gives a mount namespace, too, so nobody else sees this one.
	# shellcheck disable=SC2016  # for the inner shell
	own_runtime=(sh -c 'mkdir -p /run/dpdk && mount --bind "$1" /run/dpdk && shift && exec "$@"' sh "$temp/dpdk")
	netns_up pair "hw$$" || exit 1
}

# write_configuration FILE [INTERFACE [WORKERS [SOCKET]]]
write_configuration() {
	cat >"$1" <<EOF
{
	"version": 1,
	"ports": [{"name": "core", "kind": "af_xdp", "interface": "${2:-rt}"}],
	"workers": {"count": ${3:-1}},
	"home_agent": {"prefixes": [
		{"prefix": "2001:db8:1::/64", "address": "$HOME_AGENT", "home_link": "virtual"}
	]},
	"bindings": {"capacity": 1024, "max_lifetime_s": 3600},
	"mobile_nodes": {"file": "mobile_nodes.jsonl"},
	"control": {"socket": "${4:-$temp/control.sock}"}
}
EOF
	(
		umask 077
		echo '{"home_address":"2001:db8:1::10","identifier":"mn16@example.com","spi":272,"key":"000102030405060708090a0b0c0d0e0f","replay":"sequence"}' \
			>"$temp/mobile_nodes.jsonl"
	)
}

# start_daemon CONFIG: true when it serves; its messages are in $temp/homewardd.log.
start_daemon() {
	local tries=400
	netns_become ha "${own_runtime[@]}" "$programs/homewardd" --config "$1" 2>"$temp/homewardd.log" </dev/null &
	daemon=$!
	until grep -q ready "$temp/homewardd.log" && [[ -S $temp/control.sock ]]; do
		if ! kill -0 "$daemon" 2>/dev/null || ((tries-- == 0)); then
			sed 's/^/# /' "$temp/homewardd.log"
			return 1
		fi
		sleep 0.05
	done
}

# end_daemon SIGNAL: its exit code is in $code.
end_daemon() {
	kill -"$1" "$daemon" 2>/dev/null
	{ wait "$daemon"; } 2>/dev/null
	code=$?
	daemon=
}

has_xdp() {
	ip -n "$NETNS_PREFIX-ha" link show dev rt | grep -q xdp
}

no_xdp() {
	! has_xdp
}

kernel_answers() {
	netns_exec rt ping -n -c 1 -W 1 $HOME_AGENT >/dev/null
}

control() {
	"$programs/homewardctl" --socket "$temp/control.sock" --json "$@"
}
