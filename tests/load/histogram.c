/* SPDX-License-Identifier: BSD-3-Clause */
#include "load/histogram.h"

#include <math.h>

static unsigned int bucket_of(uint64_t value)
{
	unsigned int octave;

	if (value < (1u << HISTOGRAM_SUB_BITS))
		return (unsigned int)value;
	octave = 63 - (unsigned int)__builtin_clzll(value) - HISTOGRAM_SUB_BITS;
	return ((octave + 1) << HISTOGRAM_SUB_BITS) + (unsigned int)(value >> octave) -
	       (1u << HISTOGRAM_SUB_BITS);
}

/* The largest value that falls into a bucket. */
static uint64_t bucket_top(unsigned int bucket)
{
	unsigned int octave = bucket >> HISTOGRAM_SUB_BITS;
	uint64_t part = bucket & ((1u << HISTOGRAM_SUB_BITS) - 1);

	if (octave == 0)
		return part;
	return ((part + (1u << HISTOGRAM_SUB_BITS) + 1) << (octave - 1)) - 1;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	h->total++;
	h->buckets[bucket_of(value)]++;
	if (value > h->max)
		h->max = value;
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
	uint64_t wanted = (uint64_t)ceil(share * (double)h->total);
	uint64_t seen = 0;

	if (h->total == 0)
		return 0;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= wanted)
			return bucket_top(i) < h->max ? bucket_top(i) : h->max;
	}
	return h->max;
}
