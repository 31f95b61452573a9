/* SPDX-License-Identifier: BSD-3-Clause
 *
 * count: stands in for dataplane/count.h in bench_forward_uncounted only: bindings are not counted,
 * to see what counting costs.
 */
#ifndef DATAPLANE_COUNT_H
#define DATAPLANE_COUNT_H

#include "worker.h"

#define COUNT_IS_OFF 1

static inline void count_to_prefetch(const struct worker *w, const struct binding *binding)
{
	(void)w;
	(void)binding;
}

static inline void count_from_prefetch(const struct worker *w, const struct binding *binding)
{
	(void)w;
	(void)binding;
}

static inline void count_to(struct worker *w, const struct binding *binding, uint16_t octets)
{
	(void)w;
	(void)binding;
	(void)octets;
}

static inline void count_from(struct worker *w, const struct binding *binding, uint16_t octets)
{
	(void)w;
	(void)binding;
	(void)octets;
}

#endif
