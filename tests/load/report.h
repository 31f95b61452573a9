/* SPDX-License-Identifier: BSD-3-Clause
 *
 * report: the results as one JSON object on stdout.
 */
#ifndef LOAD_REPORT_H
#define LOAD_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "load/options.h"
#include "load/traffic.h"
#include "load/updates.h"
#include "load/wrong.h"

struct results {
	const struct phase_result *phases;
	uint8_t phase_count;
	struct traffic_result traffic;
	uint64_t wrong[WRONG_COUNT];
	uint64_t errors[256]; /* ICMP: errors and others, by type */
	uint64_t binding_errors;
	uint64_t port_full;
	bool peer_lost; /* and the rest was given up */
};

/* Nothing wrong, refused or unanswered. Lost data packets are not judged: see the home agent's drop
 * counters. */
bool report_is_good(const struct results *results);

void report_print(const struct options *options, const struct results *results);

#endif
