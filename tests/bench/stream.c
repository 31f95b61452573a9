/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/stream.h"

#include <stdlib.h>

#include "support/plane.h"

enum { LENGTH_MIN = 65536 };

/* The same in every run (the step of splitmix64). */
static uint64_t draw(void)
{
	static uint64_t state = 1;
	uint64_t number;

	state += UINT64_C(0x9e3779b97f4a7c15);
	number = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

static uint32_t draw_below(uint32_t limit)
{
	return (uint32_t)((draw() >> 32) * limit >> 32);
}

/* Sums of 1/rank: where a number drawn below the last of them falls is the rank. */
static double *add_up_ranks(uint32_t nodes)
{
	double *sums = malloc(nodes * sizeof(*sums));
	double sum = 0;

	for (uint32_t rank = 0; sums != NULL && rank < nodes; rank++) {
		sum += 1.0 / (rank + 1);
		sums[rank] = sum;
	}
	return sums;
}

static uint32_t draw_rank(const double *sums, uint32_t nodes)
{
	double wanted = (double)(draw() >> 11) / (double)(UINT64_C(1) << 53) * sums[nodes - 1];
	uint32_t low = 0;
	uint32_t high = nodes - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (sums[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Ranks fall on nodes at random, so that the nodes most asked for do not lie side by side. */
static uint32_t *shuffle(uint32_t nodes)
{
	uint32_t *order = malloc(nodes * sizeof(*order));

	if (order == NULL)
		return NULL;
	for (uint32_t i = 0; i < nodes; i++) {
		uint32_t other = draw_below(i + 1);

		order[i] = order[other];
		order[other] = i;
	}
	return order;
}

bool stream_make(struct stream *stream, uint32_t nodes, bool zipf)
{
	double *sums = zipf ? add_up_ranks(nodes) : NULL;
	uint32_t *order = shuffle(nodes);

	stream->length = nodes > LENGTH_MIN ? nodes : LENGTH_MIN;
	stream->homes = malloc(stream->length * sizeof(*stream->homes));
	stream->care_ofs = malloc(stream->length * sizeof(*stream->care_ofs));
	if (order == NULL || stream->homes == NULL || stream->care_ofs == NULL ||
	    (zipf && sums == NULL))
		return false;
	for (uint32_t i = 0; i < stream->length; i++) {
		uint32_t rank = zipf ? draw_rank(sums, nodes) : draw_below(nodes);

		stream->homes[i] = plane_home(order[rank]);
		stream->care_ofs[i] = plane_care_of(order[rank]);
	}
	free(sums);
	free(order);
	return true;
}
