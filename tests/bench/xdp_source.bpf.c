/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * xdp_source: writes packets to home addresses into the frames of a live test run and sends them
 * to a link; and what stands at the other end of it.
 *
 * Live frames come back as the receiver left them, so every header field is written each time.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xdp_wire.h"

#define UDP 17

const volatile struct xdp_source_constants constants = {.node_count = 1};
static __u64 random_state = 88172645463325252ULL;

/* Nodes 1 .. node_count. */
static __always_inline __u32 next_node(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return 1 + (__u32)(((random_state >> 32) * constants.node_count) >> 32);
}

SEC("xdp")
int source(struct xdp_md *ctx)
{
	struct xdp_wire_address from = xdp_wire_numbered(0x00, 0xcc, 1);
	struct xdp_wire_address to = xdp_wire_home(next_node());
	struct ethhdr *ether = (void *)(long)ctx->data;
	struct ipv6hdr *ip = (void *)(ether + 1);
	__u16 *udp = (void *)(ip + 1);

	if ((void *)(udp + 4) > (void *)(long)ctx->data_end)
		return XDP_ABORTED;
	for (int i = 0; i < ETH_ALEN; i++)
		ether->h_dest[i] = constants.far_mac[i];
	__builtin_memset(ether->h_source, 2, ETH_ALEN);
	ether->h_proto = bpf_htons(ETH_P_IPV6);
	__builtin_memset(ip, 0, 4);
	ip->version = 6;
	ip->payload_len = bpf_htons(XDP_WIRE_INNER - XDP_WIRE_IP6);
	ip->nexthdr = UDP;
	ip->hop_limit = 64;
	__builtin_memcpy(&ip->saddr, &from, sizeof(from));
	__builtin_memcpy(&ip->daddr, &to, sizeof(to));
	udp[0] = bpf_htons(4000);
	udp[1] = bpf_htons(4000);
	udp[2] = bpf_htons(XDP_WIRE_INNER - XDP_WIRE_IP6);
	udp[3] = 0xffff;
	return (int)bpf_redirect(constants.device, 0);
}

/* The receiver of the baseline: the frame came, and that is all. */
SEC("xdp.drop")
int drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

/* To the kernel's own forwarding. */
SEC("xdp.pass")
int pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

char _license[] SEC("license") = "Dual BSD/GPL";
