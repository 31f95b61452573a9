/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

#include "stage/send.h"

/* A next hop that is not a neighbour with a link-layer address: directly connected, the destination
 * is its own neighbour. p->next_hop stays the on-link entry's when it is not known yet, so that the
 * control thread learns what to resolve. */
static __rte_noinline __rte_cold const struct nexthop *
neighbour_of(struct worker *w, struct packet *p, const struct nexthop *hop)
{
	const struct nexthop_table *table = w->tables->nexthops;
	uint32_t neighbour;

	if (hop == NULL)
		return NULL;
	neighbour = nexthop_find_on_link(table, ip6_destination(p->ip));
	if (neighbour == NEXTHOP_NONE)
		return hop;
	p->next_hop = neighbour;
	return nexthop_find(table, neighbour);
}

/* Ends a packet that may not be forwarded, by the first of the reasons. */
static __rte_noinline __rte_cold void refuse(struct worker *w, struct packet *p)
{
	enum drop_reason reason = DROP_TOO_BIG;

	if (p->ip->hop_limit <= 1)
		reason = DROP_HOP_LIMIT;
	else if (p->next_hop == NEXTHOP_NONE)
		reason = DROP_NO_ROUTE;
	punt(w, p, PUNT_ERROR, reason, reason);
}

/* A packet out of a tunnel is forwarded like any other: its hop limit counts down, RFC 8200 §3. */
static inline void forward(struct worker *w, struct packet *p, const struct nexthop_table *nexthops)
{
	const struct nexthop *hop = nexthop_find(nexthops, p->next_hop);

	if (unlikely(hop == NULL || hop->on_link))
		hop = neighbour_of(w, p, hop);
	if (unlikely(p->ip->hop_limit <= 1 || p->next_hop == NEXTHOP_NONE ||
		     (hop != NULL && p->octets > hop->mtu))) {
		refuse(w, p);
		return;
	}
	p->ip->hop_limit--;
	if (unlikely(!send_frame(w, p->m, p->ip, p->octets, hop)))
		send_unresolved(w, p);
}

void route_burst(struct worker *w, struct burst *b)
{
	const struct nexthop_table *nexthops = w->tables->nexthops;
	uint64_t indexes[BURST_MAX];
	unsigned int n = b->plain.count;

	if (n == 0)
		return;
	rte_fib6_lookup_bulk(nexthop_routes(nexthops), b->plain.to, indexes, (int)n);
	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->plain.at[i];

		p->next_hop = (uint32_t)indexes[i];
		forward(w, p, nexthops);
	}
}
