/* SPDX-License-Identifier: BSD-3-Clause
 *
 * find: the bindings of a burst, with their counters fetched meanwhile.
 *
 * Threads    one worker.
 */
#ifndef DATAPLANE_STAGE_FIND_H
#define DATAPLANE_STAGE_FIND_H

#include "count.h"
#include "ha/bcache.h"

/* For n homes; found[i] is NULL on a miss. Not inlined: inside a longer function its loops would have
 * too few registers. */
static __rte_noinline void find_bindings(const struct bcache *cache, struct bcache_keys *keys,
					 unsigned int n, const struct direction_stats *nodes,
					 const struct binding *found[])
{
	bcache_keys_fetch(cache, keys, n);
	bcache_keys_probe(cache, keys, n);
	for (unsigned int i = 0; i < n; i++) {
		found[i] = bcache_keys_found(cache, keys, i);
		if (likely(found[i] != NULL))
			count_prefetch(nodes, found[i]);
	}
}

#endif
