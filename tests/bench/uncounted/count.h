/* SPDX-License-Identifier: BSD-3-Clause
 *
 * count: stands in for dataplane/count.h in bench_forward_uncounted only: bindings are not counted,
 * to see what counting costs.
 */
#ifndef DATAPLANE_COUNT_H
#define DATAPLANE_COUNT_H

#include "ha/binding.h"
#include "node_counters.h"

#define COUNT_IS_OFF 1

static inline void count_prefetch(const struct node_counters *nodes, const struct binding *binding)
{
	(void)nodes;
	(void)binding;
}

static inline void count(const struct node_counters *nodes, const struct binding *binding,
			 uint16_t octets)
{
	(void)nodes;
	(void)binding;
	(void)octets;
}

#endif
