/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * steer: what of an interface's traffic goes to the AF_XDP sockets, and what the kernel keeps.
 *
 * Ours: everything to a home prefix, but for addresses of this host and, where a real link is behind it, neighbour discovery; everything to
 * a link-local address there that is not this host's; and to a home agent address:
 * tunnelled IPv6, the Mobility Header, whatever carries destination options, where a Home
 * Address option may be, and ICMPv6 errors about what of those left from here; and what is sent to groups that mobile nodes listen to. All else is the kernel's, and so is everything when the daemon is not
 * there: the maps are empty then, and the program goes away with its link.
 *
 * Of IPv4 (steer4.bpf.h): everything to a home network, but for addresses of this host; to a home agent or care-of address what is tunnelled, what
 * is for UDP port 434, and ICMP errors about what of those left from here; and what visitors send who have a reverse tunnel. ARP is the kernel's.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "ha/steer_map.h"

#define HEADERS_MAX	   9 /* extension headers looked through; the workers' own bound is one less */
#define QUOTED_HEADERS_MAX 4 /* of a packet quoted in an error; ours have fewer */

enum {
	HOP_BY_HOP = 0,
	IPV6_IN = 41,
	ROUTING = 43,
	FRAGMENT = 44,
	ICMPV6 = 58,
	DEST_OPTIONS = 60,
	MOBILITY = 135,
};

enum {
	ROUTER_SOLICITATION = 133,
	REDIRECT = 137,
};

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, STEER_QUEUES_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xsks_map SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, STEER_PREFIXES_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steer_prefix);
	__type(value, __u32);
} home_prefixes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_ADDRESSES_MAX);
	__type(key, struct steer_address);
	__type(value, __u32);
} addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, STEER_GROUPS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct steer_address);
	__type(value, __u32);
} groups SEC(".maps");

#include "steer4.bpf.h"

struct extension {
	__u8 next;
	__u8 units;
};

/* Any ICMPv6 error: types 1 to 4, RFC 4443 §2.1; behind it comes as much of the packet as fitted. */
struct error {
	__u8 type;
	__u8 code;
	__u16 checksum;
	__u32 value;
	struct ipv6hdr quoted;
};

struct routing {
	struct extension ext;
	__u8 type;
	__u8 segments_left;
};

/* Whether an error is about a packet that left from here past the kernel: a tunnel, or a message
 * with a type 2 routing header or a Mobility Header. */
static __always_inline int is_our_error(void *at, void *end)
{
	struct error *error = at;
	__u8 next;

	if ((void *)(error + 1) > end || error->type < 1 || error->type > 4)
		return 0;
	next = error->quoted.nexthdr;
	at = error + 1;
#pragma unroll
	for (int i = 0; i < QUOTED_HEADERS_MAX; i++) {
		struct routing *header = at;

		if (next == IPV6_IN || next == MOBILITY)
			return 1;
		if ((void *)(header + 1) > end)
			return 0;
		if (next == ROUTING)
			return header->type == 2;
		if (next != HOP_BY_HOP && next != FRAGMENT && next != DEST_OPTIONS)
			return 0;
		at += next == FRAGMENT ? 8 : (header->ext.units + 1) * 8;
		next = header->ext.next;
	}
	return next == IPV6_IN || next == MOBILITY;
}

/* Whether a packet for a home agent address is ours. A fragment is the kernel's to put together
 * unless what it carries is ours. */
static __always_inline int carries_mobility(void *at, void *end, __u8 next)
{
	int is_fragment = 0;

#pragma unroll
	for (int i = 0; i < HEADERS_MAX; i++) {
		struct extension *ext = at;

		if (next == IPV6_IN || next == MOBILITY || next == DEST_OPTIONS)
			return 1;
		if (next == ICMPV6)
			return !is_fragment && is_our_error(at, end);
		if (next != HOP_BY_HOP && next != ROUTING && next != FRAGMENT)
			return 0;
		if ((void *)(ext + 1) > end)
			return 0;
		is_fragment |= next == FRAGMENT;
		at += next == FRAGMENT ? 8 : (ext->units + 1) * 8;
		next = ext->next;
	}
	return 1;
}

/* RFC 4861 §7.1: of the link itself, not forwarded to it. */
static __always_inline int is_neighbour_discovery(struct ipv6hdr *ip, void *end)
{
	__u8 *type = (void *)(ip + 1);

	return ip->nexthdr == ICMPV6 && ip->hop_limit == 255 && (void *)(type + 1) <= end &&
	       *type >= ROUTER_SOLICITATION && *type <= REDIRECT;
}

static __always_inline int is_ours(struct ipv6hdr *ip, void *end)
{
	struct steer_address to;
	struct steer_prefix key = {.length = 128};
	__u32 *role;
	__u32 *kind;

	__builtin_memcpy(to.bytes, &ip->daddr, sizeof(to.bytes));
	role = bpf_map_lookup_elem(&addresses, &to);
	if (role)
		return *role == STEER_HOME_AGENT && carries_mobility(ip + 1, end, ip->nexthdr);
	__builtin_memcpy(key.bytes, &ip->daddr, sizeof(key.bytes));
	kind = bpf_map_lookup_elem(&home_prefixes, &key);
	if (!kind)
		return 0;
	return *kind == STEER_VIRTUAL || !is_neighbour_discovery(ip, end);
}

/* Of multicast frames only the groups that a mobile node has joined. */
static __always_inline int is_wanted(struct ipv6hdr *ip)
{
	struct steer_address to;

	__builtin_memcpy(to.bytes, &ip->daddr, sizeof(to.bytes));
	return bpf_map_lookup_elem(&groups, &to) != 0;
}

/* No packet is sent to ::/64, where the maps have the addresses of IPv4. */
static __always_inline int is_in_place_of_ip4(struct ipv6hdr *ip)
{
	return (ip->daddr.s6_addr32[0] | ip->daddr.s6_addr32[1]) == 0;
}

static __always_inline int is_for_workers(struct ethhdr *ether, void *end)
{
	int is_group = ether->h_dest[0] & 1;
	struct ipv6hdr *ip = (void *)(ether + 1);
	struct iphdr *ip4 = (void *)(ether + 1);

	if (ether->h_proto == bpf_htons(ETH_P_IP)) {
		if ((void *)(ip4 + 1) > end)
			return 0;
		return is_group ? is_wanted4(ip4, end) : is_ours4(ip4, end);
	}
	if (ether->h_proto != bpf_htons(ETH_P_IPV6) || (void *)(ip + 1) > end ||
	    is_in_place_of_ip4(ip))
		return 0;
	return is_group ? is_wanted(ip) : is_ours(ip, end);
}

SEC("xdp")
int homeward_steer(struct xdp_md *ctx)
{
	void *end = (void *)(long)ctx->data_end;
	struct ethhdr *ether = (void *)(long)ctx->data;

	if ((void *)(ether + 1) > end || !is_for_workers(ether, end))
		return XDP_PASS;
	return (int)bpf_redirect_map(&xsks_map, ctx->rx_queue_index, XDP_PASS);
}

char _license[] SEC("license") = "Dual BSD/GPL";
