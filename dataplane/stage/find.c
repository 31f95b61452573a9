/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/find.h"

#include "count.h"

void find_begin(const struct bcache *cache, struct bcache_keys *keys, unsigned int n)
{
	bcache_keys_probe(cache, keys, n);
}

void find_end(const struct bcache *cache, struct bcache_keys *keys, unsigned int n,
	      struct node_counters nodes)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct binding *binding = bcache_keys_find(cache, keys, i);

		if (likely(binding != NULL))
			count_prefetch(&nodes, binding);
	}
}

void find_end_words(const struct bcache *cache, struct bcache_keys *keys, unsigned int n,
		    struct node_counters nodes)
{
	for (unsigned int i = 0; i < n; i++) {
		const struct binding *binding = bcache_words_find(cache, keys, i);

		if (likely(binding != NULL))
			count_prefetch(&nodes, binding);
	}
}
