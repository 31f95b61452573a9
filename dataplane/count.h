/* SPDX-License-Identifier: BSD-3-Clause
 *
 * count: the counters of a binding, in each direction; octets are those of the inner packet.
 *
 * Threads    the worker that owns them; others read sums (ha/stats.h).
 */
#ifndef DATAPLANE_COUNT_H
#define DATAPLANE_COUNT_H

#include "worker.h"

/* A burst ahead of counting: with many bindings the counters are in no cache. */
static inline void count_to_prefetch(const struct worker *w, const struct binding *binding)
{
	__builtin_prefetch(&w->to_nodes[binding->slot], 1);
}

static inline void count_from_prefetch(const struct worker *w, const struct binding *binding)
{
	__builtin_prefetch(&w->from_nodes[binding->slot], 1);
}

static inline void count_to(struct worker *w, const struct binding *binding, uint16_t octets)
{
	w->to_nodes[binding->slot].pkts++;
	w->to_nodes[binding->slot].bytes += octets;
}

static inline void count_from(struct worker *w, const struct binding *binding, uint16_t octets)
{
	w->from_nodes[binding->slot].pkts++;
	w->from_nodes[binding->slot].bytes += octets;
}

#endif
