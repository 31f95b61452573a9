/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bcache: stands in for include/ha/bcache.h in bench_forward_rte_hash only: the same look-ups on
 * DPDK's rte_hash, lock-free and in bulk, to compare with.
 */
#ifndef HA_BCACHE_H
#define HA_BCACHE_H

#include <stdint.h>

#include <rte_hash.h>
#include <rte_prefetch.h>

#include "ha/binding.h"

#define BCACHE_NAME "rte_hash"

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

static inline void bcache_find_bulk(const struct bcache *cache, const struct ip_addr *homes[],
				    unsigned int count, const struct binding *found[])
{
	uint64_t hits = 0;

	rte_hash_lookup_bulk_data(cache->by_home, (const void **)(uintptr_t)homes, count, &hits,
				  (void **)found);
	for (unsigned int i = 0; i < count; i++) {
		if (!(hits >> i & 1))
			found[i] = NULL;
		else
			rte_prefetch0(found[i]);
	}
}

#endif
