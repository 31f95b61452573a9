/* SPDX-License-Identifier: BSD-3-Clause
 *
 * signalling_source: what a worker receives and what becomes of it, by callbacks on its port: writes
 * Binding Updates and data packets, and looks at every packet that is sent.
 *
 * Shape      one run at a time: source_begin, the control thread's loop until source_is_running is
 *            false, then the result.
 * Checks     acknowledgements come in the order of the updates, each with status 0, the sequence
 *            number and home address of its update, to its care-of address; one in many is checked
 *            whole, its authenticator too. A data packet that leaves after an acknowledgement goes
 *            to the care-of address that was acknowledged or to a later one.
 * Threads    source_begin and what follows: the control thread. Callbacks: the worker.
 */
#ifndef BENCH_SIGNALLING_SOURCE_H
#define BENCH_SIGNALLING_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/signalling_flood.h"
#include "bench/signalling_updates.h"
#include "load/histogram.h"

struct source_plan {
	struct prepared *updates;
	uint32_t update_count;
	uint32_t rate_per_s; /* 0: as fast as acknowledged */
	uint32_t window;     /* updates not yet answered */
	uint64_t data_tsc;   /* for so long data packets fill the rest of each burst; 0: none */
	const struct flood_packet *flood; /* in place of data packets; NULL: those */
};

struct source_result {
	uint64_t begin_tsc;
	uint64_t data_end_tsc;
	uint64_t
		window_tsc; /* when the first window of updates was answered: from there on all is busy */
	uint64_t acked_tsc; /* when the last was */
	uint64_t
		source_tsc; /* that the source itself took for updates and acknowledgements, until data_end_tsc */
	uint32_t sent;
	uint32_t acked;
	uint32_t wrong; /* acknowledgements */
	uint64_t data_in;
	uint64_t data_out;
	uint64_t to_old_address;
	uint64_t flood_in;
	uint32_t flood_answers;
	struct histogram latency; /* update to acknowledgement, without the first window */
};

/* Before workers start. False when out of memory or the port takes no callbacks. */
bool source_start(const struct options *options, uint16_t ethdev, const uint8_t mac[static 6]);
void source_stop(void);

void source_begin(const struct source_plan *plan);
bool source_is_running(void);
/* Only when it is not running. */
const struct source_result *source_result(void);

#endif
