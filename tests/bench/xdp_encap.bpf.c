/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * xdp_encap: what a home agent's encapsulation costs as an XDP program, the peer of the benchmark.
 *
 * A test run repeats the program on one packet, so the program itself chooses another destination
 * each time and takes off again what it put on. Both are in the baseline, too: the difference of
 * encap_undo and baseline is look-up, header room and header. Of the checks only those stand here
 * without which the packet would be wrong; there are no counters.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xdp_wire.h"

#define IPV6_IN 41

const volatile __u32 binding_count = 1;
static __u64 random_state = 88172645463325252ULL;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XDP_WIRE_BINDINGS_MAX); /* the loader sets it to what it fills in */
	__type(key, struct xdp_wire_address);
	__type(value, struct xdp_wire_address);
} bindings SEC(".maps");

static __always_inline __u32 next_node(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (__u32)(((random_state >> 32) * binding_count) >> 32);
}

/* Ethernet header, destination and hop limit as they are before the home agent. */
static __always_inline int choose(struct xdp_md *ctx)
{
	struct xdp_wire_address home = xdp_wire_home(next_node());
	struct ethhdr *ether = (void *)(long)ctx->data;
	struct ipv6hdr *ip = (void *)(ether + 1);

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end)
		return -1;
	__builtin_memset(ether->h_dest, 2, 2 * ETH_ALEN);
	ether->h_proto = bpf_htons(ETH_P_IPV6);
	ip->hop_limit = 64;
	__builtin_memcpy(&ip->daddr, &home, sizeof(home));
	return 0;
}

static __always_inline void write_outer(struct ethhdr *ether, const struct xdp_wire_address *to,
					__u16 length)
{
	struct xdp_wire_address home_agent = xdp_wire_numbered(0x00, 0xff, 1);
	struct ipv6hdr *ip = (void *)(ether + 1);

	__builtin_memset(ether->h_dest, 4, 2 * ETH_ALEN);
	ether->h_proto = bpf_htons(ETH_P_IPV6);
	__builtin_memset(ip, 0, 4);
	ip->version = 6;
	ip->payload_len = bpf_htons(length);
	ip->nexthdr = IPV6_IN;
	ip->hop_limit = 64;
	__builtin_memcpy(&ip->saddr, &home_agent, sizeof(home_agent));
	__builtin_memcpy(&ip->daddr, to, sizeof(*to));
}

static __always_inline int encapsulate(struct xdp_md *ctx)
{
	struct ethhdr *ether = (void *)(long)ctx->data;
	struct ipv6hdr *ip = (void *)(ether + 1);
	struct xdp_wire_address *care_of;
	__u16 length;

	if ((void *)(ip + 1) > (void *)(long)ctx->data_end || ip->version != 6 ||
	    ip->hop_limit <= 1)
		return XDP_DROP;
	care_of = bpf_map_lookup_elem(&bindings, &ip->daddr);
	if (!care_of)
		return XDP_DROP;
	ip->hop_limit--;
	length = bpf_ntohs(ip->payload_len) + sizeof(*ip);
	if (bpf_xdp_adjust_head(ctx, -(int)sizeof(*ip)) != 0)
		return XDP_ABORTED;
	ether = (void *)(long)ctx->data;
	if ((void *)(ether + 1) + sizeof(*ip) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	write_outer(ether, care_of, length);
	return XDP_TX;
}

/* The packet as it leaves, for a look at its octets. */
SEC("xdp")
int encap(struct xdp_md *ctx)
{
	return choose(ctx) == 0 ? encapsulate(ctx) : XDP_ABORTED;
}

SEC("xdp")
int encap_undo(struct xdp_md *ctx)
{
	int verdict = choose(ctx) == 0 ? encapsulate(ctx) : XDP_ABORTED;

	if (verdict == XDP_TX && bpf_xdp_adjust_head(ctx, sizeof(struct ipv6hdr)) != 0)
		return XDP_ABORTED;
	return verdict;
}

/* The same call as the undoing, with nothing to take off. */
SEC("xdp")
int baseline(struct xdp_md *ctx)
{
	if (choose(ctx) != 0 || bpf_xdp_adjust_head(ctx, 0) != 0)
		return XDP_ABORTED;
	return XDP_TX;
}

char _license[] SEC("license") = "Dual BSD/GPL";
