/* SPDX-License-Identifier: BSD-3-Clause
 *
 * destinations: where packets to an address leave, remembered for addresses packets were lately sent
 * to, in front of the routing table.
 *
 * Shape      a table of DESTINATIONS entries, each address in one place; the last one to come stays.
 *            An entry counts while its generation is that of the routes.
 * Bytes      addresses in network order, all else in host order.
 * Threads    one worker. Nothing here is shared: a change of routes is a new generation
 *            (ha/nexthop.h), read once a burst.
 * RFC        4861 §5.1.
 */
#ifndef DATAPLANE_DESTINATIONS_H
#define DATAPLANE_DESTINATIONS_H

#include <rte_branch_prediction.h>

#include "ha/nexthop.h"

enum { DESTINATIONS_BITS = 12, DESTINATIONS = 1 << DESTINATIONS_BITS };

struct destination {
	struct ip_addr to;
	uint32_t generation; /* 0: empty */
	uint32_t next_hop;   /* a neighbour, never an on-link entry */
	uint64_t reserved;
};

_Static_assert(sizeof(struct destination) == 32, "two in a cache line");

static inline struct destination *destination_place(struct destination *destinations,
						    const struct ip_addr *to)
{
	uint64_t hash = (ip_addr_word(to, 1) * UINT64_C(0x9e3779b97f4a7c15) + ip_addr_word(to, 0)) *
			UINT64_C(0xbf58476d1ce4e5b9);

	return &destinations[hash >> (64 - DESTINATIONS_BITS)];
}

/* The next hop's index, or NEXTHOP_NONE when it is not remembered. */
static inline uint32_t destination_find(struct destination *destinations, const struct ip_addr *to,
					uint32_t generation)
{
	const struct destination *d = destination_place(destinations, to);

	if (likely(d->generation == generation && ip_addr_equal(&d->to, to)))
		return d->next_hop;
	return NEXTHOP_NONE;
}

/* generation is what it was before the route was looked up. */
static inline void destination_remember(struct destination *destinations, const struct ip_addr *to,
					uint32_t next_hop, uint32_t generation)
{
	*destination_place(destinations, to) = (struct destination){
		.to = *to,
		.generation = generation,
		.next_hop = next_hop,
	};
}

#endif
