/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bcache: the binding cache, read side.
 *
 * Shape      key: home address; value: const struct binding *; capacity fixed at start.
 * Ownership  entries belong to the control thread; a pointer is good until the worker next reports
 *            quiescent.
 * Threads    any worker, any time, without locks. Writing is control/bcache.h. Errors a miss is
 *            NULL; nothing here fails.
 * RFC        6275 §10.1, §10.4.1.
 */
#ifndef HA_BCACHE_H
#define HA_BCACHE_H

#include <stdint.h>

#include <rte_hash.h>

#include "ha/binding.h"

enum { BCACHE_BULK_MAX = RTE_HASH_LOOKUP_BULK_MAX };

struct bcache {
	struct rte_hash *by_home;
};

static inline const struct binding *bcache_find(const struct bcache *cache,
						const struct ip_addr *home)
{
	void *found;

	return rte_hash_lookup_data(cache->by_home, home, &found) < 0 ? NULL : found;
}

/* found[i] is NULL on a miss. count is at most BCACHE_BULK_MAX. */
static inline void bcache_find_bulk(const struct bcache *cache, const struct ip_addr *homes[],
				    unsigned int count, const struct binding *found[])
{
	uint64_t hits = 0;

	rte_hash_lookup_bulk_data(cache->by_home, (const void **)homes, count, &hits,
				  (void **)found);
	for (unsigned int i = 0; i < count; i++)
		if (!(hits >> i & 1))
			found[i] = NULL;
}

#endif
