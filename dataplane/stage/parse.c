/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

/* To a home agent address. The common case, a tunnel without extension headers, is decided by one
 * octet. */
static void sort_local(struct worker *w, struct burst *b, struct packet *p)
{
	const struct ip_addr *home;

	if (likely(p->ip->next_header == PROTO_IPV6)) {
		p->outer_octets = sizeof(*p->ip);
		packet_list_add(&b->tunnel, p);
		return;
	}
	switch (local_classify(p->ip, &p->outer_octets, &home)) {
	case LOCAL_MOBILITY:
	case LOCAL_HOME_OPTION:
		packet_list_add(&b->local, p);
		break;
	case LOCAL_TUNNEL:
		packet_list_add(&b->tunnel, p);
		break;
	case LOCAL_OTHER:
		rte_pktmbuf_prepend(p->m, RTE_ETHER_HDR_LEN);
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

/* False when the packet has left the burst. */
static bool parse_ethernet(struct worker *w, struct burst *b, struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);

	if (unlikely(p->m->nb_segs != 1)) {
		drop(w, p, DROP_SEGMENTED);
		return false;
	}
	if (unlikely(p->m->data_len < RTE_ETHER_HDR_LEN)) {
		drop(w, p, DROP_RUNT);
		return false;
	}
	if (unlikely(rte_is_multicast_ether_addr(&ether->dst_addr) ||
		     ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV6))) {
		packet_list_add(&b->kernel, p);
		return false;
	}
	if (unlikely(!rte_is_same_ether_addr(&ether->dst_addr, &w->macs[p->port]))) {
		drop(w, p, DROP_NOT_OUR_MAC);
		return false;
	}
	return true;
}

/* Leaves the mbuf with exactly the IPv6 packet: Ethernet and link padding are gone. */
static bool parse_ip6(struct worker *w, struct packet *p)
{
	uint16_t length;

	if (unlikely(p->m->data_len < RTE_ETHER_HDR_LEN + sizeof(struct ip6_hdr_wire))) {
		drop(w, p, DROP_RUNT);
		return false;
	}
	p->ip = (struct ip6_hdr_wire *)(void *)rte_pktmbuf_adj(p->m, RTE_ETHER_HDR_LEN);
	if (unlikely((p->ip->version_class_flow_be & RTE_BE32(0xf0000000)) !=
		     RTE_BE32(0x60000000))) {
		drop(w, p, DROP_VERSION);
		return false;
	}
	length = rte_be_to_cpu_16(p->ip->payload_length_be);
	if (unlikely(length > p->m->data_len - sizeof(*p->ip))) {
		drop(w, p, DROP_LENGTH);
		return false;
	}
	p->m->data_len = (uint16_t)(length + sizeof(*p->ip));
	p->m->pkt_len = p->m->data_len;
	return true;
}

void parse_burst(struct worker *w, struct burst *b, struct rte_mbuf *received[], uint16_t n,
		 uint16_t port)
{
	for (uint16_t i = 0; i < n; i++)
		rte_prefetch0(rte_pktmbuf_mtod(received[i], void *));

	for (uint16_t i = 0; i < n; i++) {
		struct packet *p = &b->packets[i];

		p->m = received[i];
		p->port = port;
		p->tunnelled = false;
		if (!parse_ethernet(w, b, p) || !parse_ip6(w, p))
			continue;
		if (is_home_agent(w->tables, ip6_destination(p->ip)))
			sort_local(w, b, p);
		else
			packet_list_add(&b->data, p);
	}
}
