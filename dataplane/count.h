/* SPDX-License-Identifier: BSD-3-Clause
 *
 * count: the counters of bindings, in one direction; octets are those of the inner packet.
 *
 * Threads    the worker that owns them; others read sums (ha/stats.h).
 */
#ifndef DATAPLANE_COUNT_H
#define DATAPLANE_COUNT_H

#include "ha/binding.h"
#include "ha/stats.h"

/* A burst ahead of counting: with many bindings the counters are in no cache. */
static inline void count_prefetch(const struct direction_stats *nodes,
				  const struct binding *binding)
{
	__builtin_prefetch(&nodes[binding->slot], 1);
}

static inline void count(struct direction_stats *nodes, const struct binding *binding,
			 uint16_t octets)
{
	struct direction_stats *node = &nodes[binding->slot];

	node->pkts++;
	node->bytes += octets;
}

#endif
