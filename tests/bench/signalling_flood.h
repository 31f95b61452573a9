/* SPDX-License-Identifier: BSD-3-Clause
 *
 * signalling_flood: messages that anybody can send to a home agent and that it answers: Home Agent
 * Address Discovery Requests, and Mobile Prefix Solicitations of registered mobile nodes.
 *
 * Shape      packets made beforehand, each from another /64; for the source to send in turn.
 * Threads    one.
 * RFC        6275 §6.5, §6.7.
 */
#ifndef BENCH_SIGNALLING_FLOOD_H
#define BENCH_SIGNALLING_FLOOD_H

#include <stdint.h>

#include "load/options.h"

enum {
	FLOOD_PACKETS = 4096,
	FLOOD_OCTETS_MAX = 72,
};

struct flood_packet {
	uint16_t octets;
	uint8_t packet[FLOOD_OCTETS_MAX]; /* from the IPv6 header */
};

enum flood_kind {
	FLOOD_DISCOVERY,
	FLOOD_SOLICITATIONS,
};

/* FLOOD_PACKETS of them, valid until the next call; solicitations from where the nodes are now. */
const struct flood_packet *flood_prepare(const struct options *options, enum flood_kind kind);

#endif
