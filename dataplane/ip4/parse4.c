/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "encap/gre.h"
#include "encap/udp4.h"

/* Ends a packet whose header is not whole, in the order of RFC 1812 §5.2.2. */
static __rte_noinline __rte_cold void refuse(struct worker *w, struct packet *p, unsigned int frame)
{
	const struct ip4_hdr_wire *ip = p->ip4;
	uint16_t header = ip4_header_octets(ip);

	if (frame < RTE_ETHER_HDR_LEN + sizeof(*ip))
		drop(w, p, DROP_RUNT);
	else if (ip->version_ihl >> 4 != 4)
		drop(w, p, DROP_VERSION);
	else if (header < sizeof(*ip) || header > ip4_octets_of(ip))
		drop(w, p, DROP_IP4_HEADER);
	else if (ip4_octets_of(ip) + RTE_ETHER_HDR_LEN > (int)frame)
		drop(w, p, DROP_LENGTH);
	else
		drop(w, p, DROP_IP4_CHECKSUM);
}

/* What nearly all packets to a local end are: tunnels without anything out of the ordinary. False for whatever wants a closer look. */
static inline bool measure(struct packet *p, uint16_t agent)
{
	const struct ip4_hdr_wire *ip = p->ip4;
	enum encap_kind kind = ENCAP_IP4_IN_IP4;
	uint16_t inner_at = ENCAP_IP4_IN_IP4_OVERHEAD;

	if (ip->protocol == PROTO_UDP && udp4_is_plain(ip, p->octets)) {
		kind = ENCAP_UDP;
		inner_at = ENCAP_UDP_OVERHEAD;
	} else if (ip->protocol == PROTO_GRE && gre_is_plain(ip, p->octets)) {
		kind = ENCAP_GRE;
		inner_at = ENCAP_GRE_OVERHEAD;
	} else if (ip->protocol != PROTO_IPIP) {
		return false;
	}
	p->agent = tunnel4_number(agent, kind);
	p->outer_octets = inner_at;
	return ip->version_ihl == IP4_VERSION_IHL && !ip4_is_fragment(ip);
}

/* Link padding is left behind: the packet is as long as it says. */
void parse4_burst(struct worker *w, struct burst4 *b)
{
	const struct packet_list *ip4 = &b->all->ip4;
	bool is_foreign = is_foreign_port(w->tables, b->all->port);
	size_t n = ip4->count;
	size_t tunnel = 0;
	size_t data = 0;

	for (size_t i = 0; i < n; i++) {
		struct packet *p = ip4->at[i];
		const struct ip4_hdr_wire *ip = p->ip4;
		unsigned int frame = p->m->data_len;
		uint16_t agent;

		if (unlikely(frame < RTE_ETHER_HDR_LEN + sizeof(*ip)) ||
		    unlikely(!ip4_is_whole(ip, frame - RTE_ETHER_HDR_LEN))) {
			refuse(w, p, frame);
			continue;
		}
		p->octets = ip4_octets_of(ip);
		agent = agent4_find(w->tables, ip4_destination(ip));
		if (agent != AGENT4_NONE) {
			if (likely(measure(p, agent)) || local4_sort(w, b, p, agent))
				b->tunnel.at[tunnel++] = p;
		} else if (likely(!is_foreign)) {
			b->data.by.keys.homes[data] =
				key4_put(&b->data.addresses[data], KEY4_HOME, ip4_destination(ip));
			b->data.by.at[data++] = p;
		} else {
			key4_add(&b->visitors, p, KEY4_VISITOR, ip4_source(ip));
		}
	}
	b->tunnel.count = (uint16_t)tunnel;
	b->data.by.count = (uint16_t)data;
}
