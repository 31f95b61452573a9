/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * nd_source: makes the next neighbour solicitation of each advertisement that answers one, where it arrives: whoever asks
 * costs next to nothing, and asks as fast as the answers come.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "nd_wire.h"

struct question {
	struct ethhdr ether;
	struct ipv6hdr ip;
	__u8 type;
	__u8 code;
	__u16 checksum;
	__u32 flags;
	__u8 target[16];
	__u8 option[8]; /* type, length, link-layer address */
} __attribute__((packed));

enum {
	ICMP6_OCTETS = 32,
	PSEUDO_HEADER_OCTETS = 32,
	WORDS = (ICMP6_OCTETS + PSEUDO_HEADER_OCTETS) / 2
};

__u64 answered;

static const __u8 asker[ETH_ALEN] = ND_WIRE_ASKER;

static __always_inline int is_answer(const struct question *q)
{
	for (int i = 0; i < ETH_ALEN; i++)
		if (q->ether.h_dest[i] != asker[i])
			return 0;
	return q->ether.h_proto == bpf_htons(ETH_P_IPV6) && q->ip.nexthdr == ND_WIRE_ICMP6 &&
	       q->ip.payload_len == bpf_htons(ICMP6_OCTETS) && q->type == ND_WIRE_ADVERTISEMENT;
}

/* The addresses lie right in front of the message. */
static __always_inline __u16 checksum(const struct question *q)
{
	const __u16 *words = (const void *)&q->ip.saddr;
	__u32 sum = bpf_htons(ICMP6_OCTETS) + bpf_htons(ND_WIRE_ICMP6);

	for (int i = 0; i < WORDS; i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (__u16)~sum;
}

SEC("xdp")
int ask_again(struct xdp_md *ctx)
{
	struct question *q = (void *)(long)ctx->data;

	if ((void *)(q + 1) > (void *)(long)ctx->data_end || !is_answer(q))
		return XDP_PASS;
	__sync_fetch_and_add(&answered, 1);
	__builtin_memcpy(q->ether.h_dest, q->ether.h_source, ETH_ALEN);
	__builtin_memcpy(q->ether.h_source, asker, ETH_ALEN);
	q->ip.saddr = q->ip.daddr;
	__builtin_memcpy(&q->ip.daddr, q->target, sizeof(q->target));
	q->type = ND_WIRE_SOLICITATION;
	q->flags = 0;
	q->option[0] = ND_WIRE_SOURCE_OPTION;
	__builtin_memcpy(&q->option[2], asker, ETH_ALEN);
	q->checksum = 0;
	q->checksum = checksum(q);
	return XDP_TX;
}

char _license[] SEC("license") = "Dual BSD/GPL";
