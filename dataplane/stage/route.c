/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/send.h"

#include <rte_branch_prediction.h>

/* Ends a packet that may not be forwarded, by the first of the reasons. */
static void refuse(struct worker *w, struct packet *p)
{
	enum drop_reason reason = DROP_TOO_BIG;

	if (p->ip->hop_limit <= 1)
		reason = DROP_HOP_LIMIT;
	else if (p->next_hop == NEXTHOP_NONE)
		reason = DROP_NO_ROUTE;
	punt(w, p, PUNT_ERROR, reason, reason);
}

/* The neighbour that a next hop leads to: itself, or, where it is a directly connected link, the
 * destination. p->next_hop stays the link's when the destination is not known yet, so that the control
 * thread learns what to resolve. */
static const struct nexthop *neighbour_of(const struct nexthop_table *table, struct packet *p)
{
	const struct nexthop *hop = nexthop_find(table, p->next_hop);
	uint32_t neighbour;

	if (likely(hop == NULL || !hop->on_link))
		return hop;
	neighbour = nexthop_find_on_link(table, ip6_destination(p->ip));
	if (neighbour == NEXTHOP_NONE)
		return hop;
	p->next_hop = neighbour;
	return nexthop_find(table, neighbour);
}

/* A packet out of a tunnel is forwarded like any other: its hop limit counts down, RFC 8200 §3. */
static void forward(struct worker *w, struct packet *p, const struct nexthop *hop)
{
	if (p->ip->hop_limit <= 1 || p->next_hop == NEXTHOP_NONE ||
	    (hop != NULL && p->octets > hop->mtu)) {
		refuse(w, p);
		return;
	}
	p->ip->hop_limit--;
	if (!send_frame(w, p->m, p->ip, p->octets, hop))
		send_unresolved(w, p);
}

void route_burst(struct worker *w, struct burst *b)
{
	const struct nexthop_table *table = w->tables->nexthops;
	uint32_t generation = nexthop_generation(table);
	uint64_t indexes[BURST_MAX];
	unsigned int n = b->plain.count;

	if (n == 0)
		return;
	rte_fib6_lookup_bulk(nexthop_routes(table), b->plain.to, indexes, (int)n);
	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->plain.at[i];
		const struct nexthop *hop;

		p->next_hop = (uint32_t)indexes[i];
		hop = neighbour_of(table, p);
		if (hop != NULL && !hop->on_link)
			destination_remember(w->destinations, ip6_destination(p->ip), p->next_hop,
					     generation);
		forward(w, p, hop);
	}
}

/* The prefix must be directly connected there: any other way, for want of an address of this host in the
 * prefix, would bring the packet back. */
void route_to_home_link(struct worker *w, struct packet *p, uint16_t port)
{
	const struct nexthop_table *table = w->tables->nexthops;
	uint8_t to[1][16];
	const struct nexthop *hop;
	uint64_t index;

	if (!ip_addr_is_unicast_routable(ip6_source(p->ip))) {
		drop(w, p, DROP_SOURCE_ADDRESS);
		return;
	}
	memcpy(to[0], p->ip->destination, sizeof(to[0]));
	rte_fib6_lookup_bulk(nexthop_routes(table), to, &index, 1);
	p->next_hop = (uint32_t)index;
	hop = nexthop_find(table, p->next_hop);
	if (hop == NULL || !hop->on_link || hop->port != port)
		punt(w, p, PUNT_ERROR, DROP_NO_BINDING, DROP_NO_BINDING);
	else
		forward(w, p, neighbour_of(table, p));
}
