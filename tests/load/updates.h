/* SPDX-License-Identifier: BSD-3-Clause
 *
 * updates: one phase of signalling: every node sends a Binding Update and waits for its
 * acknowledgement.
 *
 * Shape      updates go out at a rate or within a window; unanswered ones are sent again with a
 *            new sequence number after 1.5 s (first registration) or 1 s, doubling, up to
 *            TRIES_MAX transmissions.
 * Units      _tsc ticks of the time stamp counter.
 * Threads    one.
 * RFC        6275 §11.7.1, §11.7.3, §11.8.
 */
#ifndef LOAD_UPDATES_H
#define LOAD_UPDATES_H

#include <stdbool.h>
#include <stdint.h>

#include "load/histogram.h"
#include "load/nodes.h"
#include "load/options.h"
#include "load/wrong.h"

enum { TRIES_MAX = 5 };

struct phase_result {
	enum phase_kind kind;
	uint64_t sent; /* without those sent again */
	uint64_t retransmitted;
	uint64_t acknowledged;
	uint64_t refused[256]; /* by status */
	uint64_t late;	       /* acknowledgements of an earlier transmission */
	uint64_t unanswered;
	uint64_t wrong; /* packets of any kind that came meanwhile and were wrong */
	uint64_t begin_tsc;
	uint64_t end_tsc;
	struct histogram latency;
};

void updates_start(const struct options *options, struct node *nodes);

void updates_begin(struct phase_result *result, enum phase_kind kind, uint64_t now_tsc);
/* Queues what is due. Returns how many. */
unsigned int updates_poll(uint64_t now_tsc);
bool updates_are_done(void);

/* A packet that answers an update. */
enum wrong updates_receive(const uint8_t *packet, uint32_t length, uint64_t now_tsc);

#endif
