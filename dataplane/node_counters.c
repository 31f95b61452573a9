/* SPDX-License-Identifier: BSD-3-Clause */
#include "node_counters.h"

#include <errno.h>

#include <rte_malloc.h>

#include "ha/memory.h"

int node_counters_make(struct node_counters *nodes, uint32_t slots, int socket)
{
	nodes->lately = rte_zmalloc_socket("counters", slots * sizeof(*nodes->lately),
					   RTE_CACHE_LINE_SIZE, socket);
	nodes->totals = rte_zmalloc_socket("counters", slots * sizeof(*nodes->totals),
					   RTE_CACHE_LINE_SIZE, socket);
	return nodes->lately != NULL && nodes->totals != NULL ? 0 : -ENOMEM;
}

uint64_t node_counters_octets(uint32_t slots)
{
	const struct node_counters *nodes = NULL;

	return memory_of_block((uint64_t)slots * sizeof(*nodes->lately)) +
	       memory_of_block((uint64_t)slots * sizeof(*nodes->totals));
}

static struct direction_stats load(const struct direction_stats *total)
{
	return (struct direction_stats){
		.pkts = __atomic_load_n(&total->pkts, __ATOMIC_ACQUIRE),
		.bytes = __atomic_load_n(&total->bytes, __ATOMIC_ACQUIRE),
	};
}

/* A word that is full is being carried. Totals only grow: if they are the same before and after the word
 * was read, and it was not full, nothing of it is in them. */
struct direction_stats node_counters_read(const struct node_counters *nodes, uint32_t slot)
{
	struct direction_stats sum;
	struct direction_stats after;
	uint32_t word;

	do {
		sum = load(&nodes->totals[slot]);
		word = __atomic_load_n(&nodes->lately[slot], __ATOMIC_ACQUIRE);
		after = load(&nodes->totals[slot]);
	} while ((word & NODE_FULL) != 0 || after.pkts != sum.pkts || after.bytes != sum.bytes);
	sum.pkts += word >> NODE_PACKETS_SHIFT;
	sum.bytes += word & NODE_OCTETS_MASK;
	return sum;
}

void node_counters_clear(struct node_counters *nodes, uint32_t slot)
{
	nodes->lately[slot] = 0;
	nodes->totals[slot] = (struct direction_stats){0};
}

/* The full word was stored before, so that whoever reads meanwhile waits. */
void node_counters_carry(const struct node_counters *nodes, uint32_t slot)
{
	struct direction_stats *total = &nodes->totals[slot];
	uint32_t word = nodes->lately[slot];

	__atomic_store_n(&total->pkts, total->pkts + (word >> NODE_PACKETS_SHIFT),
			 __ATOMIC_RELEASE);
	__atomic_store_n(&total->bytes, total->bytes + (word & NODE_OCTETS_MASK), __ATOMIC_RELEASE);
	__atomic_store_n(&nodes->lately[slot], 0, __ATOMIC_RELEASE);
}
