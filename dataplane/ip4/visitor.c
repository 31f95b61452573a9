/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "count.h"
#include "encap/ip4_in_ip4.h"
#include "ip4/inner4.h"
#include "stage/find.h"

/* The foreign agent's part. A visitor's binding leads to its home agent, and its next hop to the visitor. */

/* RFC 5944 §4.2.2: by the link-layer address that the visitor registered with. */
__rte_noinline void visitor_deliver(struct worker *w, struct packet *p,
				    const struct binding *binding)
{
	count(&w->to_nodes, binding, p->octets);
	p->next_hop = binding->next_hop;
	forward4(w, p, nexthop_find(w->tables->nexthops, binding->next_hop));
}

/* The frame came from the visitor's link and link-layer address: whoever else is on that link knows its home address (RFC 3024 §6.1). */
static bool is_from_station(const struct worker *w, const struct burst4 *b, const struct packet *p,
			    const struct binding *binding)
{
	const struct nexthop *station = nexthop_find(w->tables->nexthops, binding->next_hop);
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);

	return station != NULL && station->port == b->all->port &&
	       memcmp(&ether->src_addr, station->ether, RTE_ETHER_ADDR_LEN) == 0;
}

void visitor_keep_frame(const struct worker *w, const struct burst4 *b, struct packet *p)
{
	const void *from = rte_pktmbuf_mtod(p->m, const void *);
	void *to;

	if (p->tunnelled || !is_foreign_port(w->tables, b->all->port))
		return;
	to = rte_pktmbuf_prepend(p->m, sizeof(struct minimal_hdr_wire));
	if (to != NULL)
		memmove(to, from, RTE_ETHER_HDR_LEN);
}

static bool has_flags(const struct binding *binding, uint8_t wanted, uint64_t now_tsc)
{
	wanted |= BINDING_VISITOR | BINDING_REVERSE;
	return binding != NULL && binding->expiry_tsc > now_tsc &&
	       (binding->flags & (wanted | BINDING_DELIVERED)) == wanted;
}

/* Into the tunnel to the home agent. */
static void send_home(struct worker *w, struct packet *p, const struct binding *binding)
{
	uint32_t next_hop;

	if (p->ip4->ttl <= 1) {
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
		return;
	}
	next_hop = route4_find(w, &binding->care_of);
	p->next_hop = next_hop;
	if (next_hop == NEXTHOP_NONE)
		punt(w, p, PUNT_ERROR, DROP_NO_ROUTE, DROP_NO_ROUTE);
	else
		tunnel4_enter(w, p, binding, next_hop, &w->from_nodes);
}

/* RFC 3024 §5.1: direct delivery is for unicast packets. */
static void send_home_directly(struct worker *w, const struct burst4 *b, struct packet *p,
			       const struct binding *binding)
{
	if (!is_from_station(w, b, p, binding))
		drop(w, p, DROP_VISITOR_STATION);
	else if (!ip4_is_unicast(ip4_destination(p->ip4)))
		drop(w, p, DROP_NO_ROUTE);
	else
		send_home(w, p, binding);
}

bool visitor_is_delivery(const struct worker *w, const struct burst4 *b, const struct packet *p)
{
	return is_foreign_port(w->tables, b->all->port) && !p->tunnelled &&
	       w->tables->agents4[tunnel4_local(p->agent)].is_care_of &&
	       ip4_source(p->ip4) == ip4_source(inner4_of(p));
}

/* By a port that leads to home agents, too, what one sends itself looks the same: outer and inner source are one. */
const struct binding *visitor_of_home_agent(const struct worker *w, const struct burst4 *b,
					    const struct packet *p)
{
	struct ip_addr key = visitor_key(inner4_of(p)->destination);

	return visitor_is_delivery(w, b, p) ? bcache_find(w->tables->bcache, &key) : NULL;
}

/* RFC 3024 §5.2: encapsulated in the way that was agreed on for the tunnel. Multicast and broadcast packets may be inside. */
__rte_noinline __rte_cold void visitor_open(struct worker *w, struct burst4 *b, struct packet *p,
					    const struct binding *binding)
{
	struct ip4_hdr_wire *inner = inner4_of(p);

	if (!has_flags(binding, BINDING_DELIVERED, w->now_tsc))
		drop(w, p, DROP_TUNNEL_REVERSE);
	else if (!is_from_station(w, b, p, binding))
		drop(w, p, DROP_VISITOR_STATION);
	else if (tunnel4_kind(p->agent) != tunnel4_kind(binding->tunnel))
		drop(w, p, DROP_TUNNEL_ENCAPSULATION);
	else if (!ip4_pop(p->ip4, inner))
		drop(w, p, DROP_TUNNEL_ECN);
	else {
		w->stats.decapsulated++;
		p->ip4 = inner;
		p->octets = ip4_octets_of(inner);
		send_home(w, p, binding);
	}
}

void visitor_burst(struct worker *w, struct burst4 *b)
{
	struct packet_keys *visitors = &b->visitors;

	if (visitors->count == 0)
		return;
	find_begin(w->tables->bcache, &visitors->keys, visitors->count);
	find_end_words(w->tables->bcache, &visitors->keys, visitors->count, w->from_nodes);
	for (unsigned int i = 0; i < visitors->count; i++) {
		struct packet *p = visitors->at[i];
		const struct binding *binding = visitors->keys.bindings[i];

		if (has_flags(binding, 0, w->now_tsc))
			send_home_directly(w, b, p, binding);
		else
			key4_add(&b->data, w->tables->bcache, p,
				 key4(KEY4_HOME, packet_raw_number(p->ip4->destination)));
	}
}
