/* SPDX-License-Identifier: BSD-3-Clause
 *
 * node_counters: what one worker counts of all bindings, in one direction.
 *
 * Shape      per binding one word of what was counted lately, packets << 21 | octets, and the
 *            totals, to which the word is added before it runs over. Sixteen bindings' words share
 *            a cache line: with many bindings it is these lines that counting costs.
 * Units      octets of inner packets.
 * Threads    one worker counts (count.h); anybody reads meanwhile.
 */
#ifndef DATAPLANE_NODE_COUNTERS_H
#define DATAPLANE_NODE_COUNTERS_H

#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "ha/stats.h"

enum {
	NODE_PACKETS_SHIFT = 21,
	NODE_OCTETS_MASK = (1 << NODE_PACKETS_SHIFT) - 1,
};

/* The upper bit of each half. With one of them set a word is on its way into the totals; with none the next packet fits, whatever its
 * size. */
#define NODE_FULL (UINT32_C(1) << 31 | UINT32_C(1) << (NODE_PACKETS_SHIFT - 1))

struct node_counters {
	uint32_t *lately; /* by slot of the registration */
	struct direction_stats *totals;
};

/* All 0, on that NUMA socket. 0 or -ENOMEM; what was made then stays until the EAL ends. */
int node_counters_make(struct node_counters *nodes, uint32_t slots, int socket);
/* Octets of DPDK's memory that this takes. */
uint64_t node_counters_octets(uint32_t slots);

/* What was counted since the last clear. */
struct direction_stats node_counters_read(const struct node_counters *nodes, uint32_t slot);
/* Only while no worker counts there. */
void node_counters_clear(struct node_counters *nodes, uint32_t slot);

/* Moves a word that is full into the totals; by the worker that counts. */
void node_counters_carry(const struct node_counters *nodes, uint32_t slot) __rte_cold;

#endif
