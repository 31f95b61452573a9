/* SPDX-License-Identifier: BSD-3-Clause
 *
 * count: counting a packet of a binding, in one direction; octets are those of the inner packet.
 *
 * Threads    the worker that owns the counters.
 */
#ifndef DATAPLANE_COUNT_H
#define DATAPLANE_COUNT_H

#include "ha/binding.h"
#include "node_counters.h"

/* A burst ahead of counting: with many bindings the counters are in no cache. */
static inline void count_prefetch(const struct node_counters *nodes, const struct binding *binding)
{
	__builtin_prefetch(&nodes->lately[binding->slot], 1);
}

static inline void count(const struct node_counters *nodes, const struct binding *binding,
			 uint16_t octets)
{
	uint32_t *lately = &nodes->lately[binding->slot];
	uint32_t word = *lately + octets + (UINT32_C(1) << NODE_PACKETS_SHIFT);

	__atomic_store_n(lately, word, __ATOMIC_RELAXED);
	if (unlikely((word & NODE_FULL) != 0))
		node_counters_carry(nodes, binding->slot);
}

#endif
