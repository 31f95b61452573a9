/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/find.h"

#include "count.h"

void find_begin(const struct bcache *cache, struct bcache_keys *keys, unsigned int n)
{
	bcache_keys_probe(cache, keys, n);
}

void find_end(const struct bcache *cache, const struct bcache_keys *keys, unsigned int n,
	      const struct node_counters *nodes, const struct binding *found[])
{
	for (unsigned int i = 0; i < n; i++) {
		found[i] = bcache_keys_found(cache, keys, i);
		if (likely(found[i] != NULL))
			count_prefetch(nodes, found[i]);
	}
}

void find_end_words(const struct bcache *cache, const struct bcache_keys *keys, unsigned int n,
		    const struct node_counters *nodes, const struct binding *found[])
{
	for (unsigned int i = 0; i < n; i++) {
		found[i] = bcache_words_found(cache, keys, i);
		if (likely(found[i] != NULL))
			count_prefetch(nodes, found[i]);
	}
}
