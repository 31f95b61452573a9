/* SPDX-License-Identifier: BSD-3-Clause
 *
 * signalling_updates: Binding Updates made beforehand, so that making them costs nothing where
 * time is taken.
 *
 * Shape      mobile nodes take turns in a shuffled order; each update is the next one of its node:
 *            sequence number one higher, the same or the next care-of address, authenticator right.
 * Threads    one at a time: they share one HMAC context.
 */
#ifndef BENCH_SIGNALLING_UPDATES_H
#define BENCH_SIGNALLING_UPDATES_H

#include <stdbool.h>
#include <stdint.h>

#include "load/message.h"

struct prepared {
	uint64_t sent_tsc; /* written by who sends it */
	uint32_t node;
	uint32_t care_of; /* number of the care-of address */
	uint16_t sequence;
	uint16_t octets;
	uint8_t packet[UPDATE_OCTETS_MAX]; /* from the IPv6 header */
};

/* False when out of memory or without HMAC-SHA1. options must outlive it. */
bool updates_start(const struct options *options, uint32_t most);
void updates_stop(void);

/* Up to what updates_start was told; valid until the next call. NULL when libcrypto fails. */
struct prepared *updates_prepare(uint32_t count, bool move);

const struct node *updates_node(uint32_t i);

#endif
