/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "encap/gre.h"
#include "encap/udp4.h"
#include "ip4/agents4.h"
#include "ip4/inner4.h"
#include "stage/frame.h"

/* Whatever parse() does not take, by the checks of RFC 1812 §5.2.2 in their order: true for a good header with options, to us; else it
 * ended here. */
static __rte_noinline __rte_cold bool parse_slowly(struct worker *w, struct burst *b,
						   struct packet *p)
{
	const struct ip4_hdr_wire *ip = p->ip4;
	uint16_t header = ip4_header_octets(ip);
	unsigned int frame = p->m->data_len;

	p->octets = ip4_octets_of(ip);
	if (!parse_oddly(w, b, p))
		return false;
	if (frame < RTE_ETHER_HDR_LEN + sizeof(*ip))
		drop(w, p, DROP_RUNT);
	else if (ip->version_ihl >> 4 != 4)
		drop(w, p, DROP_VERSION);
	else if (header < sizeof(*ip) || header > p->octets)
		drop(w, p, DROP_IP4_HEADER);
	else if (p->octets + RTE_ETHER_HDR_LEN > (int)frame)
		drop(w, p, DROP_LENGTH);
	else if (!ip4_options_are_good(ip))
		drop(w, p, DROP_IP4_CHECKSUM);
	else
		return true;
	return false;
}

/* Fills the notes in. True for what nearly every frame is: to our link-layer address, in one buffer, all there, with a good header without
 * options. Link padding is left behind: the packet is as long as it says. */
static inline bool parse(struct packet *p, struct rte_mbuf *m, uint8_t *frame, uint64_t second,
			 uint64_t mac)
{
	const struct ip4_hdr_wire *ip = frame_packet(frame);
	unsigned int octets = (uint16_t)(second >> 16);

	packet_note(p, m, frame);
	p->octets = (uint16_t)octets;
	return likely(second >> 40 == (RTE_ETHER_TYPE_IPV4 << 8 | IP4_VERSION_IHL)) &&
	       likely(frame_destination(frame) == mac) && likely(octets >= sizeof(*ip)) &&
	       likely(octets + RTE_ETHER_HDR_LEN <= m->data_len) && likely(m->nb_segs == 1) &&
	       likely(ip4_checksum_is_good(ip));
}

/* What nearly all packets to a local end are: tunnels without anything out of the ordinary. Returns what is in front of the inner packet;
 * 0 for whatever wants a closer look. */
static inline uint16_t measure(struct packet *p, const struct ip4_hdr_wire *ip, uint16_t octets,
			       uint16_t agent)
{
	enum encap_kind kind = ENCAP_IP4_IN_IP4;
	uint16_t inner_at = ENCAP_IP4_IN_IP4_OVERHEAD;

	if (unlikely(ip->version_ihl != IP4_VERSION_IHL || ip4_is_fragment(ip)))
		return 0;
	switch (ip->protocol) {
	case PROTO_IPIP:
		break;
	case PROTO_GRE:
		if (!gre_is_plain(ip, octets))
			return 0;
		kind = ENCAP_GRE;
		inner_at = ENCAP_GRE_OVERHEAD;
		break;
	case PROTO_UDP:
		if (!udp4_is_plain(ip, octets))
			return 0;
		kind = ENCAP_UDP;
		inner_at = ENCAP_UDP_OVERHEAD;
		break;
	default:
		return 0;
	}
	p->agent = tunnel4_number(agent, kind);
	p->outer_octets = inner_at;
	return inner_at;
}

static __rte_noinline bool measure_oddly(struct worker *w, struct burst4 *b, struct packet *p,
					 uint16_t agent, uint64_t *key)
{
	return local4_sort(w, b, p, agent) && inner4_check(w, b, p, key);
}

/* True when its inner packet is whole and the key says whose it is; else it ended here. */
static inline bool sort_tunnel(struct worker *w, struct burst4 *b, struct packet *p,
			       const struct ip4_hdr_wire *ip, uint16_t octets, uint16_t agent,
			       uint64_t *key)
{
	uint16_t inner_at = measure(p, ip, octets, agent);
	const void *inner = (const uint8_t *)ip + inner_at;

	if (unlikely(inner_at == 0))
		return measure_oddly(w, b, p, agent, key);
	return inner4_check_noted(w, b, p, inner, octets - (unsigned int)inner_at, key);
}

static bool has_care_of(const struct dataplane_tables *tables)
{
	for (uint16_t i = 0; i < tables->agent4_count; i++)
		if (tables->agents4[i].is_care_of)
			return true;
	return false;
}

/* At the first frame of a burst that is IPv4. */
static struct burst4 *begin(const struct dataplane_tables *tables, struct burst *all)
{
	struct burst4 *b = all->ip4;

	if (all->has_ip4)
		return b;
	all->has_ip4 = true;
	b->all = all;
	b->tunnel.count = 0;
	b->visitors.count = 0;
	b->data.count = 0;
	b->plain.count = 0;
	b->may_visit = has_care_of(tables);
	return b;
}

size_t parse4_run(struct worker *w, struct burst *all, struct rte_mbuf *received[], size_t at,
		  size_t n)
{
	const struct agents4 agents = agents4(w->tables);
	const struct bcache cache = *w->tables->bcache;
	struct burst4 *b = begin(w->tables, all);
	uint64_t mac = frame_destination(w->macs[all->port].addr_bytes);
	bool is_foreign = is_foreign_port(w->tables, all->port);
	size_t tunnel = b->tunnel.count;
	size_t data = b->data.count;

	for (; at < n; at++) {
		uint8_t *frame = rte_pktmbuf_mtod(received[at], uint8_t *);
		uint64_t second = frame_second_word(frame);
		struct packet *p = &all->packets[at];
		const struct ip4_hdr_wire *ip = frame_packet(frame);
		uint16_t octets = (uint16_t)(second >> 16);
		uint64_t key;
		uint16_t agent;

		if (unlikely(!parse(p, received[at], frame, second, mac))) {
			if (!frame_is_ip4(second))
				break;
			if (!parse_slowly(w, all, p))
				continue;
		}
		agent = agents4_find(&agents, ip->destination);
		if (agent != AGENT4_NONE) {
			if (likely(sort_tunnel(w, b, p, ip, octets, agent, &key))) {
				bcache_words_put(&cache, &b->tunnel.keys, tunnel, key);
				b->tunnel.at[tunnel++] = p;
			}
		} else if (likely(!is_foreign)) {
			key = key4(KEY4_HOME, packet_raw_number(ip->destination));
			bcache_words_put(&cache, &b->data.keys, data, key);
			b->data.at[data++] = p;
		} else {
			key = key4(KEY4_VISITOR, packet_raw_number(ip->source));
			key4_add(&b->visitors, &cache, p, key);
		}
	}
	b->tunnel.count = (uint16_t)tunnel;
	b->data.count = (uint16_t)data;
	return at;
}
