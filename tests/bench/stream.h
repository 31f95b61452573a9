/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stream: which mobile nodes a benchmark's packets are about: drawn at random beforehand, written
 * down as addresses, and read in order.
 *
 * Ownership  arrays of length addresses each, of the caller's for the rest of the program.
 */
#ifndef TESTS_BENCH_STREAM_H
#define TESTS_BENCH_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

struct stream {
	struct ip_addr *homes;
	struct ip_addr *care_ofs;
	uint32_t length; /* as many as there are nodes, 65536 at least */
};

/* Of nodes 0 .. nodes-1 of tests/support/plane.h; zipf: the node of rank r comes up in proportion
 * to 1/r, else all alike. False without memory. */
bool stream_make(struct stream *stream, uint32_t nodes, bool zipf);

#endif
