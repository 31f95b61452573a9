/* SPDX-License-Identifier: BSD-3-Clause
 *
 * find: the bindings of a burst whose keys were put on a list, and their counters fetched. Between the two
 * halves the bindings are on their way: that is the time for whatever needs none.
 *
 * Shape      not inlined: inside a longer function the loops would have too few registers.
 * Threads    one worker.
 */
#ifndef DATAPLANE_STAGE_FIND_H
#define DATAPLANE_STAGE_FIND_H

#include "ha/bcache.h"
#include "node_counters.h"

/* The first half, for n keys of either kind. */
void find_begin(const struct bcache *cache, struct bcache_keys *keys, unsigned int n);

/* The second half, for keys put by home address and for those put by words: keys->bindings[i] is NULL on a miss. */
void find_end(const struct bcache *cache, struct bcache_keys *keys, unsigned int n,
	      struct node_counters nodes);
void find_end_words(const struct bcache *cache, struct bcache_keys *keys, unsigned int n,
		    struct node_counters nodes);

#endif
