/* SPDX-License-Identifier: BSD-3-Clause
 *
 * find: the bindings of a burst, and their counters fetched. Between the two halves the bindings are on
 * their way: that is the time for whatever needs none.
 *
 * Threads    one worker.
 */
#ifndef DATAPLANE_STAGE_FIND_H
#define DATAPLANE_STAGE_FIND_H

#include "count.h"
#include "ha/bcache.h"

/* The first half, for n homes. Neither half is inlined: inside a longer function its loops would have
 * too few registers. */
static __rte_noinline void find_begin(const struct bcache *cache, struct bcache_keys *keys,
				      unsigned int n)
{
	bcache_keys_fetch(cache, keys, n);
	bcache_keys_probe(cache, keys, n);
}

/* The second half: found[i] is NULL on a miss. */
static __rte_noinline void find_end(const struct bcache *cache, const struct bcache_keys *keys,
				    unsigned int n, const struct node_counters *nodes,
				    const struct binding *found[])
{
	for (unsigned int i = 0; i < n; i++) {
		found[i] = bcache_keys_found(cache, keys, i);
		if (likely(found[i] != NULL))
			count_prefetch(nodes, found[i]);
	}
}

#endif
