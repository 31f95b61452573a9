/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/send4.h"
#include "ip4/stages4.h"

/* As neighbour_of() in stage/route.c. */
static const struct nexthop *neighbour_of(const struct nexthop_table *table,
					  const struct ip_addr *to, uint32_t *next_hop)
{
	const struct nexthop *hop = nexthop_find(table, *next_hop);
	uint32_t neighbour;

	if (likely(hop == NULL || !hop->on_link))
		return hop;
	neighbour = nexthop_find_on_link(table, to);
	if (neighbour == NEXTHOP_NONE)
		return hop;
	*next_hop = neighbour;
	return nexthop_find(table, neighbour);
}

static void remember(struct worker *w, const struct ip_addr *to, const struct nexthop *hop,
		     uint32_t next_hop, uint32_t generation)
{
	if (hop != NULL && !hop->on_link)
		destination_remember(w->destinations, to, next_hop, generation);
}

/* To a next hop that has a link-layer address, or to the control thread. */
static void send_piece(struct worker *w, struct packet *p, const void *how)
{
	const struct nexthop *hop = how;

	if (hop != NULL && !hop->on_link)
		make_room_for_more(w, hop->port);
	ip4_count_down(p->ip4);
	if (!send_frame(w, p->m, p->ip4, p->octets, hop))
		send_unresolved(w, p);
}

/* The time to live counts down as in any router, RFC 1812 §5.3.1. */
void forward4(struct worker *w, struct packet *p, const struct nexthop *hop)
{
	if (p->ip4->ttl <= 1)
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
	else if (p->next_hop == NEXTHOP_NONE)
		punt(w, p, PUNT_ERROR, DROP_NO_ROUTE, DROP_NO_ROUTE);
	else if (hop == NULL || p->octets <= hop->mtu)
		send_piece(w, p, hop);
	else if (ip4_may_fragment(p->ip4))
		fragment4(w, p, hop->mtu, send_piece, hop);
	else
		punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
}

void route4_burst(struct worker *w, struct burst4 *b)
{
	const struct nexthop_table *table = w->tables->nexthops;
	uint32_t generation = nexthop_generation(table);
	uint64_t indexes[BURST_MAX];
	unsigned int n = b->plain.count;

	if (n == 0)
		return;
	rte_fib6_lookup_bulk(nexthop_routes(table), b->plain.to, indexes, (int)n);
	for (unsigned int i = 0; i < n; i++) {
		const struct ip_addr *to = (const struct ip_addr *)(const void *)b->plain.to[i];
		struct packet *p = b->plain.at[i];
		const struct nexthop *hop;

		p->next_hop = (uint32_t)indexes[i];
		hop = neighbour_of(table, to, &p->next_hop);
		remember(w, to, hop, p->next_hop, generation);
		forward4(w, p, hop);
	}
}

static uint32_t look_up(const struct nexthop_table *table, const struct ip_addr *to)
{
	uint8_t addresses[1][16];
	uint64_t index;

	memcpy(addresses[0], to->bytes, sizeof(addresses[0]));
	rte_fib6_lookup_bulk(nexthop_routes(table), addresses, &index, 1);
	return (uint32_t)index;
}

uint32_t route4_find(struct worker *w, const struct ip_addr *to)
{
	const struct nexthop_table *table = w->tables->nexthops;
	uint32_t generation = nexthop_generation(table);
	uint32_t next_hop = destination_find(w->destinations, to, generation);
	const struct nexthop *hop;

	if (next_hop != NEXTHOP_NONE)
		return next_hop;
	next_hop = look_up(table, to);
	hop = neighbour_of(table, to, &next_hop);
	remember(w, to, hop, next_hop, generation);
	return next_hop;
}

/* The network must be directly connected there, and nothing is remembered: as in stage/route.c. */
void route4_to_home_link(struct worker *w, struct packet *p, uint16_t port)
{
	const struct nexthop_table *table = w->tables->nexthops;
	struct ip_addr to = ip4_mapped(p->ip4->destination);
	const struct nexthop *hop;

	if (!ip4_is_unicast(ip4_source(p->ip4))) {
		drop(w, p, DROP_SOURCE_ADDRESS);
		return;
	}
	p->next_hop = look_up(table, &to);
	hop = nexthop_find(table, p->next_hop);
	if (hop == NULL || !hop->on_link || hop->port != port)
		punt(w, p, PUNT_ERROR, DROP_NO_BINDING, DROP_NO_BINDING);
	else
		forward4(w, p, neighbour_of(table, &to, &p->next_hop));
}
