#!/bin/bash
# SPDX-License-Identifier: BSD-3-Clause
# netns4: the network of the Mobile IPv4 demo, made of network namespaces. To be sourced after netns.sh, or run:
#
#   netns4.sh up PREFIX       makes it
#   netns4.sh down PREFIX     ends what still runs in it and removes it
#
#                      hl ------------- mn        hl   10.1.0.9     the home link: a switch, and a host on it
#                      |                          ha   192.0.2.1    home agent, 10.1.0.1 on the home link 10.1.0.0/16
#   cn ---- rt ------- ha                         cn   198.51.100.10  correspondent
#           |\ \                                  v1   172.16.1.1   access router of a visited network
#           | \ v1 ---------------- mn            fa   172.31.2.2   foreign agent, 172.16.2.1 on its link
#           |  fa ----------------- mn            nat  172.31.3.2   translator of 192.168.1.0/24
#           nat ------------------- mn            mn   10.1.0.5     the mobile node: one interface in each
#
# An interface is named after who is at its other end.

# shellcheck source=scripts/lib/netns.sh
[[ $(type -t netns_up) == function ]] || . "$(dirname "${BASH_SOURCE[0]}")/netns.sh"

NETNS4_ROLES=(cn rt ha hl v1 fa nat mn)
NAT_UDP_TIMEOUT_S=14 # of an idle mapping: longer than the shortest keepalive interval (10 s), else as short as may be

# A veth pair with one end in each namespace, plain as netns.sh has them.
netns4_pair() {
	ip link add name "$3" netns "$NETNS_PREFIX-$1" type veth peer name "$4" netns "$NETNS_PREFIX-$2" || return
	netns_plain "$1" "$3" && netns_plain "$2" "$4"
}

# netns4_link LEFT ADDRESS/LENGTH RIGHT ADDRESS/LENGTH; "-" in place of an address: none.
netns4_link() {
	netns4_pair "$1" "$3" "$3" "$1" || return
	[[ $2 == - ]] || ip -n "$NETNS_PREFIX-$1" address add "$2" dev "$3" || return
	[[ $4 == - ]] || ip -n "$NETNS_PREFIX-$3" address add "$4" dev "$1"
}

netns4_route() {
	ip -n "$NETNS_PREFIX-$1" route add "${@:2}"
}

# No reverse path filter: tunnels and home addresses come from where no route leads back. No IPv6: captures stay quiet.
netns4_add() {
	netns_add "$1" &&
		netns_exec "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
			net.ipv4.conf.all.send_redirects=0 net.ipv4.conf.default.send_redirects=0 &&
		{ [[ $1 == @(cn|mn|hl) ]] || netns_exec "$1" sysctl -qw net.ipv4.ip_forward=1; }
}

# The home link is a switch in a namespace of its own; its bridge has an address, so a host is on the link, too.
netns4_home() {
	ip -n "$NETNS_PREFIX-hl" link add name link type bridge forward_delay 0 &&
		netns4_pair ha hl hl ha && netns4_pair mn hl hl mn &&
		ip -n "$NETNS_PREFIX-hl" link set dev ha master link &&
		ip -n "$NETNS_PREFIX-hl" link set dev mn master link &&
		ip -n "$NETNS_PREFIX-hl" link set dev link up &&
		ip -n "$NETNS_PREFIX-hl" address add 10.1.0.9/16 dev link &&
		ip -n "$NETNS_PREFIX-ha" address add 10.1.0.1/16 dev hl &&
		netns4_route hl default via 10.1.0.1 dev link
}

netns4_translator() {
	netns_exec nat nft -f - <<-EOF2
		table ip demo {
			chain out {
				type nat hook postrouting priority srcnat;
				oifname "rt" masquerade
			}
		}
	EOF2
	# Both: a mapping that has seen an answer, and one that has not.
	netns_exec nat sysctl -qw net.netfilter.nf_conntrack_udp_timeout=$NAT_UDP_TIMEOUT_S \
		net.netfilter.nf_conntrack_udp_timeout_stream=$NAT_UDP_TIMEOUT_S
}

netns4_visited() {
	netns4_link rt 172.31.1.1/24 v1 172.31.1.2/24 &&
		netns4_link v1 172.16.1.1/24 mn 172.16.1.10/24 &&
		netns4_route v1 default via 172.31.1.1 &&
		netns4_route rt 172.16.1.0/24 via 172.31.1.2 &&
		netns4_route mn default via 172.16.1.1 dev v1 metric 2048 &&
		netns4_link rt 172.31.2.1/24 fa 172.31.2.2/24 &&
		netns4_link fa 172.16.2.1/24 mn - &&
		netns4_route fa default via 172.31.2.1 &&
		netns4_link rt 172.31.3.1/24 nat 172.31.3.2/24 &&
		netns4_link nat 192.168.1.1/24 mn 192.168.1.10/24 &&
		netns4_route nat default via 172.31.3.1 &&
		netns4_route mn default via 192.168.1.1 dev nat metric 2049 &&
		netns4_translator
}

# Usage: netns4_up PREFIX
netns4_up() {
	local role
	NETNS_PREFIX=$1
	for role in "${NETNS4_ROLES[@]}"; do
		netns4_add "$role" || return
	done
	# The home address of a mobile node that is away belongs to no link: no ARP for it.
	netns_exec mn sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2 || return
	netns4_link cn 198.51.100.10/24 rt 198.51.100.1/24 &&
		netns4_route cn default via 198.51.100.1 &&
		netns4_link rt 192.0.2.254/24 ha 192.0.2.1/24 &&
		netns4_route ha default via 192.0.2.254 &&
		netns4_route rt 10.1.0.0/16 via 192.0.2.1 &&
		netns4_home && netns4_visited
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
	case $1 in
	up) netns4_up "${2:?PREFIX is missing}" ;;
	down) netns_down "${2:?PREFIX is missing}" ;;
	*)
		echo "usage: netns4.sh up|down PREFIX" >&2
		exit 2
		;;
	esac
fi
