/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

/* Directly connected: the destination is its own neighbour. The on-link entry's index stays when it
 * is not known yet, so that the control thread learns what to resolve. */
static uint32_t neighbour_of(const struct nexthop_table *table, uint32_t index,
			     const struct ip_addr *to)
{
	const struct nexthop *hop = nexthop_find(table, index);
	uint32_t neighbour;

	if (likely(hop == NULL || !hop->on_link))
		return index;
	neighbour = nexthop_find_on_link(table, to);
	return neighbour != NEXTHOP_NONE ? neighbour : index;
}

/* A packet out of a tunnel is forwarded like any other: its hop limit counts down, RFC 8200 §3. */
static void forward(struct worker *w, struct burst *b, struct packet *p, uint32_t index)
{
	const struct nexthop *hop;

	if (unlikely(p->ip->hop_limit <= 1)) {
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
		return;
	}
	if (unlikely(index == NEXTHOP_NONE)) {
		punt(w, p, PUNT_ERROR, DROP_NO_ROUTE, DROP_NO_ROUTE);
		return;
	}
	p->next_hop = neighbour_of(w->tables->nexthops, index, ip6_destination(p->ip));
	hop = nexthop_find(w->tables->nexthops, p->next_hop);
	if (unlikely(hop != NULL && p->octets > hop->mtu)) {
		punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
		return;
	}
	p->ip->hop_limit--;
	packet_list_add(&b->out, p);
}

void route_burst(struct worker *w, struct burst *b)
{
	uint8_t addresses[BURST_MAX][16];
	uint64_t indexes[BURST_MAX];

	if (b->plain.count == 0)
		return;
	for (uint16_t i = 0; i < b->plain.count; i++)
		memcpy(addresses[i], b->plain.at[i]->ip->destination, sizeof(addresses[i]));
	rte_fib6_lookup_bulk(nexthop_routes(w->tables->nexthops), addresses, indexes,
			     b->plain.count);
	for (uint16_t i = 0; i < b->plain.count; i++)
		forward(w, b, b->plain.at[i], (uint32_t)indexes[i]);
}

/* Frames for the same port one after the other are handed over together. */
struct run {
	struct rte_mbuf *frames[BURST_MAX];
	unsigned int count;
	uint16_t port;
};

static void end_run(struct worker *w, struct run *run)
{
	worker_transmit(w, &w->tx[run->port], run->frames, (uint16_t)run->count, &w->stats.sent);
	run->count = 0;
}

/* There is room for Ethernet: a packet either came with it, or was made with headroom
 * (dataplane_alloc). */
static void send_list(struct worker *w, const struct packet_list *packets)
{
	const struct nexthop_table *nexthops = w->tables->nexthops;
	struct run run = {.count = 0};
	unsigned int n = packets->count;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = packets->at[i];
		const struct nexthop *hop = nexthop_find(nexthops, p->next_hop);

		if (unlikely(hop == NULL || hop->on_link)) {
			punt(w, p, PUNT_RESOLVE, 0, DROP_NEIGHBOUR_UNRESOLVED);
			continue;
		}
		memcpy((uint8_t *)p->ip - RTE_ETHER_HDR_LEN, hop->ether, RTE_ETHER_HDR_LEN);
		packet_settle(p, RTE_ETHER_HDR_LEN);
		if (unlikely(hop->port != run.port)) {
			end_run(w, &run);
			run.port = hop->port;
		}
		run.frames[run.count++] = p->m;
	}
	end_run(w, &run);
}

void send_burst(struct worker *w, struct burst *b)
{
	send_list(w, &b->bound);
	send_list(w, &b->out);
}
