/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include "ip4/stages4.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

enum {
	HEADERS_OCTETS = RTE_ETHER_HDR_LEN + sizeof(struct ip6_hdr_wire),
	ROOM_OCTETS = sizeof(struct ip6_hdr_wire), /* that a tunnel will take in front */
};

/* To a home agent address, and not just IPv6 in IPv6. True when it is a tunnel all the same. */
static __rte_noinline __rte_cold bool sort_local(struct worker *w, struct burst *b,
						 struct packet *p)
{
	const struct ip_addr *home;
	enum local_kind kind = local_classify(p->ip, &p->outer_octets, &home);

	if (kind == LOCAL_FRAGMENT && !fragment_is_ours(p->ip, home)) {
		packet_list_add(&b->kernel, p);
		return false;
	}
	if (kind == LOCAL_FRAGMENT) {
		if (!reassemble(w, p, p->agent))
			return false;
		kind = local_classify(p->ip, &p->outer_octets, &home);
	}
	switch (kind) {
	case LOCAL_TUNNEL:
		return true;
	case LOCAL_MOBILITY:
	case LOCAL_HOME_OPTION:
	case LOCAL_ERROR:
		packet_list_add(&b->local, p);
		punt_expect(w);
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

/* A multicast frame with a whole packet to a multicast address, in one buffer. */
static bool is_multicast(const struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);

	return rte_is_multicast_ether_addr(&ether->dst_addr) &&
	       ether->ether_type == RTE_BE16(RTE_ETHER_TYPE_IPV6) &&
	       p->m->data_len >= HEADERS_OCTETS && ip6_first_word(p->ip) >> 60 == 6 &&
	       rte_be_to_cpu_16(p->ip->payload_length_be) + HEADERS_OCTETS <= p->m->data_len &&
	       ip_addr_is_multicast(ip6_destination(p->ip));
}

/* Any frame that is not what nearly every frame is: for mobile nodes in a group, the kernel's, or dropped. */
static __rte_noinline __rte_cold void sort_odd(struct worker *w, struct burst *b, struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);
	const struct ip6_hdr_wire *ip = (const struct ip6_hdr_wire *)(const void *)(ether + 1);

	if (p->m->nb_segs != 1)
		drop(w, p, DROP_SEGMENTED);
	else if (p->m->data_len < RTE_ETHER_HDR_LEN)
		drop(w, p, DROP_RUNT);
	else if (is_multicast(p) && multicast_receive(w, b, p))
		return;
	else if (ip4_broadcast_receive(w, b, p))
		return;
	else if (rte_is_multicast_ether_addr(&ether->dst_addr) ||
		 ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6))
		packet_list_add(&b->kernel, p);
	else if (!rte_is_same_ether_addr(&ether->dst_addr, &w->macs[b->port]))
		drop(w, p, DROP_NOT_OUR_MAC);
	else if (p->m->data_len < HEADERS_OCTETS)
		drop(w, p, DROP_RUNT);
	else if (ip6_first_word(ip) >> 60 != 6)
		drop(w, p, DROP_VERSION);
	else
		drop(w, p, DROP_LENGTH);
}

/* The first eight octets of a frame, of which the last two are not the destination's. */
static inline uint64_t ether_destination(const void *frame)
{
	uint64_t word;

	memcpy(&word, frame, sizeof(word));
	return word & rte_cpu_to_be_64(UINT64_C(0xffffffffffff0000));
}

/* Fills the notes in. True for what nearly every frame is: IPv6 to our link-layer address, all there,
 * in one buffer. Link padding is left behind: the packet is as long as it says. Two words say it
 * all: the second, at octet 12, holds type, version and payload length. A buffer has room for them
 * whatever was received. */
static inline bool parse(struct packet *p, struct rte_mbuf *m, uint8_t *frame, uint64_t second,
			 uint64_t mac)
{
	unsigned int octets = (uint16_t)second + (unsigned int)sizeof(struct ip6_hdr_wire);

	p->m = m;
	p->ip = (struct ip6_hdr_wire *)(frame + RTE_ETHER_HDR_LEN);
	p->octets = (uint16_t)octets;
	p->tunnelled = false;
	return ether_destination(frame) == mac && second >> 44 == (RTE_ETHER_TYPE_IPV6 << 4 | 6) &&
	       octets + RTE_ETHER_HDR_LEN <= m->data_len && m->nb_segs == 1;
}

/* Of what parse() does not take: IPv4 to our link-layer address. Its lengths are still to be checked. */
static inline bool is_ip4(const struct rte_mbuf *m, const uint8_t *frame, uint64_t second,
			  uint64_t mac)
{
	return second >> 48 == RTE_ETHER_TYPE_IPV4 && ether_destination(frame) == mac &&
	       m->nb_segs == 1;
}

/* The lines of the frame that the stages read, and the room in front that a tunnel will take. */
static inline void fetch_frames(struct rte_mbuf *received[], uint16_t n)
{
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *frame = rte_pktmbuf_mtod(received[i], const uint8_t *);

		rte_prefetch0(frame);
		rte_prefetch0(frame + RTE_CACHE_LINE_SIZE);
		__builtin_prefetch(frame - ROOM_OCTETS, 1);
	}
}

void parse_burst(struct worker *w, struct burst *b, struct rte_mbuf *received[], uint16_t n)
{
	const struct home_agents agents = home_agents(w->tables);
	uint64_t mac = ether_destination(w->macs[b->port].addr_bytes);
	bool has_ip4 = w->tables->agent4_count != 0;
	size_t tunnel = 0;
	size_t data = 0;
	size_t ip4 = 0;

	fetch_frames(received, n);
	for (size_t i = 0; i < n; i++) {
		uint8_t *frame = rte_pktmbuf_mtod(received[i], uint8_t *);
		uint64_t second = packet_word(frame + 12);
		struct packet *p = &b->packets[i];
		const struct ip_addr *to;
		uint16_t agent;

		if (unlikely(!parse(p, received[i], frame, second, mac))) {
			if (has_ip4 && is_ip4(received[i], frame, second, mac))
				b->ip4.at[ip4++] = p;
			else
				sort_odd(w, b, p);
			continue;
		}
		to = ip6_destination(p->ip);
		agent = home_agent_find(&agents, to);
		if (agent == HOME_AGENT_NONE) {
			b->data.keys.homes[data] = to;
			b->data.at[data++] = p;
			continue;
		}
		p->agent = agent;
		p->outer_octets = sizeof(*p->ip);
		if (likely(p->ip->next_header == PROTO_IPV6) || sort_local(w, b, p))
			b->tunnel.at[tunnel++] = p;
	}
	b->data.count = (uint16_t)data;
	b->ip4.count = (uint16_t)ip4;
	b->tunnel.count = (uint16_t)tunnel;
}
