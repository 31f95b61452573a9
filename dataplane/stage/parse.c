/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include "home_agents.h"
#include "ip4/stages4.h"
#include "stage/frame.h"
#include "stage/inner.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

enum {
	HEADERS_OCTETS = RTE_ETHER_HDR_LEN + sizeof(struct ip6_hdr_wire),
	ROOM_OCTETS = sizeof(struct ip6_hdr_wire), /* that a tunnel will take in front */
};

/* To a home agent address, and not just IPv6 in IPv6: it may be a tunnel all the same. */
static __rte_noinline __rte_cold void sort_local(struct worker *w, struct burst *b,
						 struct packet *p)
{
	const struct ip_addr *home;
	enum local_kind kind = local_classify(p->ip, &p->outer_octets, &home);

	if (kind == LOCAL_FRAGMENT && !fragment_is_ours(p->ip, home)) {
		packet_list_add(&b->kernel, p);
		return;
	}
	if (kind == LOCAL_FRAGMENT) {
		if (!reassemble(w, p, p->agent))
			return;
		kind = local_classify(p->ip, &p->outer_octets, &home);
	}
	switch (kind) {
	case LOCAL_TUNNEL:
		tunnel_add(w, &b->tunnel, p);
		break;
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
}

/* A multicast frame with a whole packet to a multicast address, in one buffer. */
static bool is_multicast(const struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);

	return rte_is_multicast_ether_addr(&ether->dst_addr) &&
	       ether->ether_type == RTE_BE16(RTE_ETHER_TYPE_IPV6) &&
	       p->m->data_len >= HEADERS_OCTETS && ip6_first_word(p->ip) >> 60 == 6 &&
	       be16toh(p->ip->payload_length_be) + HEADERS_OCTETS <= p->m->data_len &&
	       ip_addr_is_multicast(ip6_destination(p->ip));
}

/* Not to our link-layer address. */
static void sort_foreign(struct worker *w, struct burst *b, struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);

	if (rte_is_multicast_ether_addr(&ether->dst_addr) ||
	    ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6))
		packet_list_add(&b->kernel, p);
	else
		drop(w, p, DROP_NOT_OUR_MAC);
}

__rte_noinline __rte_cold bool parse_oddly(struct worker *w, struct burst *b, struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);
	const struct ip6_hdr_wire *ip = (const struct ip6_hdr_wire *)(const void *)(ether + 1);

	if (p->m->nb_segs != 1)
		drop(w, p, DROP_SEGMENTED);
	else if (p->m->data_len < RTE_ETHER_HDR_LEN)
		drop(w, p, DROP_RUNT);
	else if ((is_multicast(p) && multicast_receive(w, b, p)) || ip4_broadcast_receive(w, b, p))
		return false;
	else if (!rte_is_same_ether_addr(&ether->dst_addr, &w->macs[b->port]))
		sort_foreign(w, b, p);
	else if (ether->ether_type == RTE_BE16(RTE_ETHER_TYPE_IPV4) && w->tables->agent4_count != 0)
		return true;
	else if (ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6))
		packet_list_add(&b->kernel, p);
	else if (p->m->data_len < HEADERS_OCTETS)
		drop(w, p, DROP_RUNT);
	else if (ip6_first_word(ip) >> 60 != 6)
		drop(w, p, DROP_VERSION);
	else
		drop(w, p, DROP_LENGTH);
	return false;
}

/* Fills the notes in. True for what nearly every frame is: IPv6 to our link-layer address, all there, in one buffer. Link padding is left
 * behind: the packet is as long as it says. */
static inline bool parse(struct packet *p, struct rte_mbuf *m, uint8_t *frame, uint64_t second,
			 uint64_t mac)
{
	unsigned int octets = (uint16_t)second + (unsigned int)sizeof(struct ip6_hdr_wire);

	packet_note(p, m, frame);
	if (unlikely(second >> 44 != (RTE_ETHER_TYPE_IPV6 << 4 | 6)))
		return false;
	p->octets = (uint16_t)octets;
	return likely(frame_destination(frame) == mac) &&
	       likely(octets + RTE_ETHER_HDR_LEN <= m->data_len) && likely(m->nb_segs == 1);
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

/* Frames from the one at that index on, up to the first that is IPv4, whose index it returns. */
static __rte_noinline size_t parse_run(struct worker *w, struct burst *b,
				       struct rte_mbuf *received[], size_t at, size_t n)
{
	const struct home_agents agents = home_agents(w->tables);
	const struct bcache cache = *w->tables->bcache;
	uint64_t mac = frame_destination(w->macs[b->port].addr_bytes);
	bool has_ip4 = w->tables->agent4_count != 0;
	size_t tunnel = b->tunnel.count;
	size_t data = b->data.count;

	for (; at < n; at++) {
		uint8_t *frame = rte_pktmbuf_mtod(received[at], uint8_t *);
		uint64_t second = frame_second_word(frame);
		struct packet *p = &b->packets[at];
		const struct ip6_hdr_wire *ip = frame_packet(frame);
		const struct ip_addr *to = ip6_destination(ip);
		const struct ip6_hdr_wire *inner;
		uint16_t agent;

		if (unlikely(!parse(p, received[at], frame, second, mac))) {
			if (has_ip4 && frame_is_ip4(second))
				break;
			parse_oddly(w, b, p);
			continue;
		}
		agent = home_agents_find(&agents, to);
		if (agent == HOME_AGENT_NONE) {
			bcache_keys_put(&cache, &b->data.keys, data, to);
			b->data.at[data++] = p;
			continue;
		}
		p->agent = agent;
		p->outer_octets = sizeof(*p->ip);
		inner = ip + 1;
		if (unlikely(ip->next_header != PROTO_IPV6)) {
			b->tunnel.count = (uint16_t)tunnel;
			sort_local(w, b, p);
			tunnel = b->tunnel.count;
		} else if (unlikely(!inner_is_whole(inner, (uint16_t)second))) {
			drop(w, p, DROP_TUNNEL_INNER);
		} else {
			bcache_keys_put(&cache, &b->tunnel.keys, tunnel, ip6_source(inner));
			b->tunnel.at[tunnel++] = p;
		}
	}
	b->data.count = (uint16_t)data;
	b->tunnel.count = (uint16_t)tunnel;
	return at;
}

void parse_burst(struct worker *w, struct burst *b, struct rte_mbuf *received[], uint16_t n)
{
	size_t at = 0;

	fetch_frames(received, n);
	b->data.count = 0;
	b->tunnel.count = 0;
	for (;;) {
		at = parse_run(w, b, received, at, n);
		if (likely(at == n))
			return;
		at = parse4_run(w, b, received, at, n);
	}
}
