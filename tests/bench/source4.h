/* SPDX-License-Identifier: BSD-3-Clause
 *
 * source4: what a source writes when its packets are IPv4: with the right header checksums, since workers verify them.
 *
 * Shape      a packet is a copy of the template, and addresses and checksums from an array that is made beforehand and read in order.
 * Threads    one worker a source.
 */
#ifndef TESTS_BENCH_SOURCE4_H
#define TESTS_BENCH_SOURCE4_H

#include "bench/source.h"

enum { SOURCE4_PORT = 40000 }; /* of mobile nodes behind a NAT */

/* The template for source->kind and source->encap. */
void source4_set(struct source *source, uint16_t inner_octets);
void source4_write(struct source *source, struct rte_mbuf *packets[], uint16_t n);

#endif
