/* SPDX-License-Identifier: BSD-3-Clause
 *
 * find4: what stage/find.h does, for keys of IPv4.
 *
 * Threads    one worker.
 */
#ifndef DATAPLANE_IP4_FIND4_H
#define DATAPLANE_IP4_FIND4_H

#include "count.h"
#include "ha/bcache.h"

static __rte_noinline void find4_begin(const struct bcache *cache, struct bcache_keys *keys,
				       unsigned int n)
{
	bcache_words_fetch(cache, keys, n);
	bcache_keys_probe(cache, keys, n);
}

static __rte_noinline void find4_end(const struct bcache *cache, const struct bcache_keys *keys,
				     unsigned int n, const struct node_counters *nodes,
				     const struct binding *found[])
{
	for (unsigned int i = 0; i < n; i++) {
		found[i] = bcache_words_found(cache, keys, i);
		if (likely(found[i] != NULL))
			count_prefetch(nodes, found[i]);
	}
}

#endif
