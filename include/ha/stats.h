/* SPDX-License-Identifier: BSD-3-Clause
 *
 * stats: shape of the counters.
 *
 * Shape      every packet that enters is counted once on its way out: received + injected = sent +
 *            to_kernel + sum of drops + sum of punted, over all workers. For one worker, taken_over
 *            stands beside received and handed_over beside sent; over all, the two differ by what
 *            lies between workers. A packet from mobile node to mobile node is received once and
 *            sent once. fragments_created stands beside received, fragments_joined and
 *            fragments_waiting stand beside sent: a packet of three fragments joins two to the third.
 *            copies_created stands beside received: copies of a multicast packet beyond the packet itself.
 * Threads    one writer per lcore, plain stores; any reader adds them up and may see a burst half
 *            counted.
 */
#ifndef HA_STATS_H
#define HA_STATS_H

#include <stdint.h>

#include "ha/config.h"
#include "ha/drop.h"
#include "ha/exchange.h"

struct worker_stats {
	uint64_t received;
	uint64_t injected;
	uint64_t taken_over;  /* from another worker, which had received it */
	uint64_t handed_over; /* to another worker, which owns its flow */
	uint64_t sent;
	uint64_t to_kernel;
	uint64_t dropped[DROP_REASON_COUNT];
	uint64_t punted[PUNT_CLASS_COUNT];
	uint64_t fragments_created; /* frames that were sent beyond the packets they are of */
	uint64_t fragments_joined;  /* received, and now part of a packet that walked on */
	uint64_t fragments_waiting; /* received, and their packet is not whole yet: a level */
	uint64_t copies_created;    /* of multicast packets, beyond the packets themselves */
	uint64_t encapsulated;	    /* of those sent */
	uint64_t decapsulated;
	uint64_t polls; /* turns of the loop, and those that found nothing */
	uint64_t polls_idle;
} __attribute__((aligned(64)));

/* One direction of a binding, as a worker counts it. */
struct direction_stats {
	uint64_t pkts;
	uint64_t bytes;
};

/* To the mobile node: packets and octets of inner packets tunnelled to it. From: taken out of its
 * tunnel. */
struct binding_stats {
	uint64_t to_pkts;
	uint64_t to_bytes;
	uint64_t from_pkts;
	uint64_t from_bytes;
};

struct port_stats {
	uint64_t rx_pkts;
	uint64_t rx_bytes;
	uint64_t tx_pkts;
	uint64_t tx_bytes;
	uint64_t rx_missed;
	uint64_t rx_errors;
	uint64_t tx_errors;
	uint64_t rx_no_buffer;
	uint64_t buffers; /* for packets, and those of them that are free now */
	uint64_t buffers_free;
};

#endif
