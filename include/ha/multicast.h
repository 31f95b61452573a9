/* SPDX-License-Identifier: BSD-3-Clause
 *
 * multicast: which mobile nodes want which groups, read side.
 *
 * Shape      a hash table of chains of groups. Beside IPv6 multicast groups there are the broadcast addresses of Mobile IPv4's home
 *            networks. A group lists its members by home address, so that a move of a node, or the end of
 *            its binding, is seen where all else sees it: in the binding cache.
 * Bytes      addresses in network order, the rest in host order.
 * Ownership  the control thread. A group never changes but for next; one with other members takes its place by RCU.
 * Threads    any worker, any time. Writing is control/multicast/table.h.
 * RFC        6275 §10.4.2, §10.4.3.
 */
#ifndef HA_MULTICAST_H
#define HA_MULTICAST_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/fold.h"
#include "ha/ip.h"

enum {
	MULTICAST_SCOPE_GLOBAL = 14,
	MULTICAST_PORT_NONE = UINT16_MAX,
};

struct multicast_group {
	struct multicast_group *next; /* written by control, atomically */
	struct ip_addr address;
	uint32_t count;
	struct ip_addr members[]; /* home addresses */
};

struct multicast_table {
	struct multicast_group **chains; /* mask + 1 of them */
	uint64_t secret;
	uint32_t mask;
	uint16_t
		port; /* where groups are received, and where mobile nodes send to; MULTICAST_PORT_NONE: only broadcasts are forwarded */
	uint16_t mtu; /* of that port: octets of an IP packet */
};

/* Whether IPv6 multicast is forwarded; table may be NULL. */
static inline bool multicast_is_on(const struct multicast_table *table)
{
	return table != NULL && table->port != MULTICAST_PORT_NONE;
}

/* RFC 4291 §2.7. */
static inline uint8_t multicast_scope(const struct ip_addr *group)
{
	return group->bytes[1] & 0x0f;
}

/* What RFC 6275 §10.4.2 has tunnelled: no group of a smaller scope. */
static inline bool multicast_is_global(const struct ip_addr *group)
{
	return ip_addr_is_multicast(group) && multicast_scope(group) == MULTICAST_SCOPE_GLOBAL;
}

static inline struct multicast_group **multicast_chain(const struct multicast_table *table,
						       const struct ip_addr *group)
{
	uint64_t hash = fold(ip_addr_word(group, 0) ^ table->secret,
			     ip_addr_word(group, 1) ^ UINT64_C(0x9e3779b97f4a7c15));

	return &table->chains[(hash ^ hash >> 32) & table->mask];
}

/* NULL on a miss. Good until the worker next reports quiescent. */
static inline const struct multicast_group *multicast_find(const struct multicast_table *table,
							   const struct ip_addr *group)
{
	const struct multicast_group *g =
		__atomic_load_n(multicast_chain(table, group), __ATOMIC_ACQUIRE);

	while (g != NULL && !ip_addr_equal(&g->address, group))
		g = __atomic_load_n(&g->next, __ATOMIC_ACQUIRE);
	return g;
}

#endif
