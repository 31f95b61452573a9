/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nexthop: neighbours and routes, read side.
 *
 * Shape      next hops are a table by index, so that a changed neighbour touches one entry and not
 *            a million bindings. Index 0 is "no route". A NULL entry is a next hop without a
 *            link-layer address yet. Routes are a longest-prefix table (rte_fib6) whose value is
 *            such an index. A route to a directly connected prefix leads to an on-link entry: the
 *            destination is its own next hop, found in on_link.
 *            IPv4 has its place under ::ffff:0:0/96; without a default route of its own that prefix
 *            leads to NEXTHOP_NONE.
 * Ownership  the control thread; entries are replaced by RCU, never changed in place. rte_fib6 is
 *            changed in place: a reader may meet the old or the new route while it changes, as in
 *            any router. Now and then a new rte_fib6 takes the place of the old one, by RCU too.
 * Threads    any worker, any time. Writing is control/nexthop.h.
 */
#ifndef HA_NEXTHOP_H
#define HA_NEXTHOP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_fib6.h>
#include <rte_hash.h>

#include "ha/ip.h"

enum {
	NEXTHOP_NONE = 0,
	NEXTHOPS_MAX = 32768, /* rte_fib6 with two-octet entries keeps 15 bits of value */
};

struct nexthop {
	uint8_t ether
		[14]; /* destination, source, type 0x86dd or 0x0800: ready for the front of a packet */
	uint16_t port; /* index in config.ports */
	uint16_t mtu;  /* octets of an IP packet */
	bool on_link;  /* ether is not valid: look the destination up in on_link */
};

struct nexthop_table {
	const struct nexthop *entries[NEXTHOPS_MAX]; /* written by control, atomically */
	struct rte_fib6 *routes;		     /* by nexthop_routes only */
	struct rte_hash *on_link;		     /* key: struct ip_addr; data: index */
	uint32_t generation;			     /* by nexthop_generation only */
};

static inline const struct nexthop *nexthop_find(const struct nexthop_table *table, uint32_t index)
{
	return __atomic_load_n(&table->entries[index], __ATOMIC_ACQUIRE);
}

/* Read it anew for each burst: now and then another table takes its place. */
static inline struct rte_fib6 *nexthop_routes(const struct nexthop_table *table)
{
	return __atomic_load_n(&table->routes, __ATOMIC_ACQUIRE);
}

/* Another number, never 0, after each change of routes or on_link. What was looked up after it was
 * read may be used as long as it stays the same, and not after the next quiescent report unless it is
 * read anew. */
static inline uint32_t nexthop_generation(const struct nexthop_table *table)
{
	return __atomic_load_n(&table->generation, __ATOMIC_ACQUIRE);
}

/* Index of a directly connected neighbour, or NEXTHOP_NONE when it has not been resolved. */
static inline uint32_t nexthop_find_on_link(const struct nexthop_table *table,
					    const struct ip_addr *to)
{
	void *index;

	if (rte_hash_lookup_data(table->on_link, to, &index) < 0)
		return NEXTHOP_NONE;
	return (uint32_t)(uintptr_t)index;
}

#endif
