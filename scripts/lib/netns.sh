#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# netns: the network that the demo and the system tests play in, made of network namespaces. To be sourced, or run:
#
#   netns.sh full|pair PREFIX     makes it
#   netns.sh down PREFIX          ends what still runs in it and removes it
#
# full:  cn ---- rt ---- ha         cn  2001:db8:c::10   correspondent
#               /  \                ha  2001:db8:ff::1   home agent, home prefix 2001:db8:1::/64 is routed to it
#             v1    v2              v1  2001:db8:a::1    access router of a visited network
#               \  /                v2  2001:db8:b::1    another one
#                mn                 mn  2001:db8:a::10, 2001:db8:b::10, one interface in each
#
# pair:  rt ---- ha                 rt only answers neighbour solicitations and forwards nothing: a test sends and
#                                   receives frames there in the name of everybody else. By IPv4 they are 192.0.2.254
#                                   and 192.0.2.1.
#
# An interface is named after who is at its other end. A namespace is called PREFIX-cn and so on, so runs do not meet.

NETNS_ROLES=(cn rt ha v1 v2 mn)
NETNS_ROLES_EVER=("${NETNS_ROLES[@]}" hl fa nat) # of every network that there is

netns_exec() {
	local role=$1
	shift
	ip netns exec "$NETNS_PREFIX-$role" "$@"
}

# The same for the background: with & the job is the command itself, and signals reach it.
netns_become() {
	local role=$1
	shift
	exec ip netns exec "$NETNS_PREFIX-$role" "$@"
}

# Where the programs are in a build directory, as an absolute path.
netns_programs() {
	[[ -x $1/homewardd && -x $1/homewardctl ]] && (cd "$1" && pwd)
}

# No duplicate address detection: addresses are usable at once. No router solicitations: captures stay quiet.
netns_add() {
	local role=$1 knob
	ip netns add "$NETNS_PREFIX-$role" || return
	for knob in accept_dad=0 accept_ra=0 router_solicitations=0; do
		netns_exec "$role" sysctl -qw "net.ipv6.conf.all.$knob" "net.ipv6.conf.default.$knob" ||
			return
	done
	ip -n "$NETNS_PREFIX-$role" link set dev lo up
}

# The far end must see checksums complete and packets as they were on the wire: XDP does not finish what an offload left.
netns_plain() {
	netns_exec "$1" ethtool -K "$2" tx off rx off gro off gso off tso off >/dev/null 2>&1
	ip -n "$NETNS_PREFIX-$1" link set dev "$2" up
}

# netns_link LEFT ADDRESS RIGHT ADDRESS. NETNS_QUEUES in the environment: queues of each end, one unless given.
netns_link() {
	local -a queues=(numrxqueues "${NETNS_QUEUES:-1}" numtxqueues "${NETNS_QUEUES:-1}")
	ip link add name "$3" "${queues[@]}" netns "$NETNS_PREFIX-$1" type veth \
		peer name "$1" "${queues[@]}" netns "$NETNS_PREFIX-$3" || return
	netns_plain "$1" "$3" && netns_plain "$3" "$1" &&
		ip -n "$NETNS_PREFIX-$1" address add "$2/64" dev "$3" nodad &&
		ip -n "$NETNS_PREFIX-$3" address add "$4/64" dev "$1" nodad
}

# netns_route IN DESTINATION VIA DEVICE [METRIC]
netns_route() {
	ip -n "$NETNS_PREFIX-$1" -6 route add "$2" via "$3" dev "$4" metric "${5:-1024}"
}

netns_forward() {
	netns_exec "$1" sysctl -qw net.ipv6.conf.all.forwarding=1
}

netns_home() {
	netns_link rt 2001:db8:ff::fe ha 2001:db8:ff::1 &&
		netns_route ha default 2001:db8:ff::fe rt &&
		netns_route rt 2001:db8:1::/64 2001:db8:ff::1 ha
}

netns_home4() {
	ip -n "$NETNS_PREFIX-rt" address add 192.0.2.254/24 dev ha &&
		ip -n "$NETNS_PREFIX-ha" address add 192.0.2.1/24 dev rt &&
		ip -n "$NETNS_PREFIX-ha" route add default via 192.0.2.254 dev rt
}

netns_correspondent() {
	netns_link cn 2001:db8:c::10 rt 2001:db8:c::1 &&
		netns_route cn default 2001:db8:c::1 rt
}

# netns_visited ROLE LINK PREFIX METRIC: LINK joins it to the router, PREFIX is what it offers to mobile nodes.
netns_visited() {
	netns_link rt "$2::1" "$1" "$2::2" &&
		netns_link "$1" "$3::1" mn "$3::10" &&
		netns_route "$1" default "$2::1" rt &&
		netns_route rt "$3::/64" "$2::2" "$1" &&
		netns_route mn default "$3::1" "$1" "$4" &&
		netns_forward "$1"
}

# Usage: netns_up full|pair PREFIX
netns_up() {
	local shape=$1 role
	local -a roles=(rt ha)
	NETNS_PREFIX=$2
	[[ $shape == pair ]] || roles=("${NETNS_ROLES[@]}")
	for role in "${roles[@]}"; do
		netns_add "$role" || return
	done
	netns_home || return
	if [[ $shape == pair ]]; then
		netns_home4 || return
		# Nor does it answer with ICMPv6 errors for what it does not forward: those are the test's to send.
		ip -n "$NETNS_PREFIX-rt" -6 route add blackhole default metric 8192
		return
	fi
	# An address survives its link going down, as the mobile node loses sight of a network for a while.
	netns_exec mn sysctl -qw net.ipv6.conf.default.keep_addr_on_down=1 \
		net.ipv6.conf.all.keep_addr_on_down=1
	netns_correspondent &&
		netns_visited v1 2001:db8:e1 2001:db8:a 2048 &&
		netns_visited v2 2001:db8:e2 2001:db8:b 2049 &&
		netns_forward rt
}

# What still runs inside is ended: it was started by whoever made the namespace.
netns_down() {
	local role pid
	NETNS_PREFIX=${1:-$NETNS_PREFIX}
	for role in "${NETNS_ROLES_EVER[@]}"; do
		[[ -e /run/netns/$NETNS_PREFIX-$role ]] || continue
		for pid in $(ip netns pids "$NETNS_PREFIX-$role" 2>/dev/null); do
			kill -KILL "$pid" 2>/dev/null
		done
		ip netns del "$NETNS_PREFIX-$role"
	done
	return 0
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	case $1 in
	full | pair) netns_up "$1" "${2:?PREFIX is missing}" ;;
	down) netns_down "${2:?PREFIX is missing}" ;;
	*)
		echo "usage: netns.sh full|pair|down PREFIX" >&2
		exit 2
		;;
	esac
fi
