/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

enum {
	HEADERS_OCTETS = RTE_ETHER_HDR_LEN + sizeof(struct ip6_hdr_wire),
	ROOM_OCTETS = sizeof(struct ip6_hdr_wire), /* that a tunnel will take in front */
};

/* To a home agent address, and not just IPv6 in IPv6. True when it is a tunnel all the same. */
static bool sort_local(struct worker *w, struct burst *b, struct packet *p)
{
	const struct ip_addr *home;

	switch (local_classify(p->ip, &p->outer_octets, &home)) {
	case LOCAL_TUNNEL:
		return true;
	case LOCAL_MOBILITY:
	case LOCAL_HOME_OPTION:
		packet_list_add(&b->local, p);
		break;
	case LOCAL_OTHER:
		packet_list_add(&b->kernel, p);
		break;
	case LOCAL_FRAGMENT:
		drop(w, p, DROP_FRAGMENT);
		break;
	case LOCAL_MALFORMED:
		drop(w, p, DROP_EXTENSION_HEADERS);
		break;
	}
	return false;
}

/* The first eight octets of a frame, of which the last two are not the destination's. */
static inline uint64_t ether_destination(const void *frame)
{
	uint64_t word;

	memcpy(&word, frame, sizeof(word));
	return word & rte_cpu_to_be_64(UINT64_C(0xffffffffffff0000));
}

/* What nearly every frame is: IPv6 to our link-layer address, in one buffer. */
static inline bool is_ip6_for(const struct rte_mbuf *m, const struct rte_ether_hdr *ether,
			      uint64_t mac)
{
	return m->nb_segs == 1 && m->data_len >= HEADERS_OCTETS &&
	       ether_destination(ether) == mac &&
	       ether->ether_type == RTE_BE16(RTE_ETHER_TYPE_IPV6);
}

/* Any other frame: the kernel's, or dropped. */
static void sort_odd(struct worker *w, struct burst *b, struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);

	if (p->m->nb_segs != 1)
		drop(w, p, DROP_SEGMENTED);
	else if (p->m->data_len < RTE_ETHER_HDR_LEN)
		drop(w, p, DROP_RUNT);
	else if (rte_is_multicast_ether_addr(&ether->dst_addr) ||
		 ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6))
		packet_list_add(&b->kernel, p);
	else if (!rte_is_same_ether_addr(&ether->dst_addr, &w->macs[b->port]))
		drop(w, p, DROP_NOT_OUR_MAC);
	else
		drop(w, p, DROP_RUNT);
}

/* Fills the notes in; false when the packet has left the burst. Link padding is left behind: the
 * packet is as long as it says. */
static inline bool parse(struct worker *w, struct burst *b, struct packet *p, uint64_t mac)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);
	struct ip6_hdr_wire *ip = (struct ip6_hdr_wire *)(uintptr_t)(ether + 1);
	unsigned int octets;

	if (unlikely(!is_ip6_for(p->m, ether, mac))) {
		sort_odd(w, b, p);
		return false;
	}
	if (unlikely((ip->version_class_flow_be & RTE_BE32(0xf0000000)) != RTE_BE32(0x60000000))) {
		drop(w, p, DROP_VERSION);
		return false;
	}
	octets = rte_be_to_cpu_16(ip->payload_length_be) + (unsigned int)sizeof(*ip);
	if (unlikely(octets + RTE_ETHER_HDR_LEN > p->m->data_len)) {
		drop(w, p, DROP_LENGTH);
		return false;
	}
	p->ip = ip;
	p->octets = (uint16_t)octets;
	p->tunnelled = false;
	return true;
}

void parse_burst(struct worker *w, struct burst *b, struct rte_mbuf *received[], uint16_t n)
{
	const struct home_agents agents = home_agents(w->tables);
	uint64_t mac = ether_destination(w->macs[b->port].addr_bytes);
	unsigned int tunnel = 0;
	unsigned int data = 0;

	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(received[i], const uint8_t *);

		rte_prefetch0(frame);
		__builtin_prefetch(frame - ROOM_OCTETS, 1);
	}

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = &b->packets[i];

		p->m = received[i];
		if (unlikely(!parse(w, b, p, mac)))
			continue;
		p->agent = home_agent_find(&agents, ip6_destination(p->ip));
		p->outer_octets = sizeof(*p->ip);
		if (p->agent == HOME_AGENT_NONE) {
			b->data.homes[data] = ip6_destination(p->ip);
			b->data.at[data++] = p;
		} else if (likely(p->ip->next_header == PROTO_IPV6) || sort_local(w, b, p)) {
			b->tunnel.at[tunnel++] = p;
		}
	}
	b->data.count = (uint16_t)data;
	b->tunnel.count = (uint16_t)tunnel;
}
