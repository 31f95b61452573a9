/* SPDX-License-Identifier: BSD-3-Clause
 *
 * histogram: a latency distribution in logarithmic buckets, 32 to an octave: values are right to
 * about 3 %.
 *
 * Units      whatever is put in; here ticks of the time stamp counter.
 */
#ifndef LOAD_HISTOGRAM_H
#define LOAD_HISTOGRAM_H

#include <stdint.h>

enum {
	HISTOGRAM_SUB_BITS = 5,
	HISTOGRAM_BUCKETS = (64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS,
};

struct histogram {
	uint64_t total;
	uint64_t max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);

/* The value that share (0 to 1) of all do not exceed; 0 when there are none. */
uint64_t histogram_quantile(const struct histogram *h, double share);

#endif
