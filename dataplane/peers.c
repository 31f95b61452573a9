/* SPDX-License-Identifier: BSD-3-Clause */
#include "peers.h"

#include <errno.h>
#include <stdio.h>

#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_ring_elem.h>

#include "ha/memory.h"
#include "worker.h"

static int socket_of(const struct worker *w)
{
	return (int)rte_lcore_to_socket_id(w->lcore);
}

static struct peer *make_row(const struct worker *w, uint16_t count)
{
	return rte_zmalloc_socket("peers", count * sizeof(struct peer), RTE_CACHE_LINE_SIZE,
				  socket_of(w));
}

static int join(struct worker *from, struct worker *to)
{
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *ring;

	snprintf(name, sizeof(name), "peer_%u_%u", from->index, to->index);
	ring = rte_ring_create_elem(name, sizeof(struct handover), PEER_RING_SLOTS, socket_of(to),
				    RING_F_SP_ENQ | RING_F_SC_DEQ);
	if (ring == NULL)
		return -ENOMEM;
	from->peers[to->index].to = ring;
	to->peers[from->index].from = ring;
	return 0;
}

int peers_make(struct worker *workers[], uint16_t count)
{
	for (uint16_t i = 0; i < count; i++) {
		workers[i]->peers = make_row(workers[i], count);
		if (workers[i]->peers == NULL)
			return -ENOMEM;
		workers[i]->peer_count = count;
	}
	for (uint16_t i = 0; i < count; i++)
		for (uint16_t k = 0; k < count; k++)
			if (i != k && join(workers[i], workers[k]) != 0)
				return -ENOMEM;
	return 0;
}

uint64_t peers_octets(uint16_t count)
{
	uint64_t ring = memory_of_ring(sizeof(struct handover), PEER_RING_SLOTS);

	return count * (memory_of_block(count * sizeof(struct peer)) + (count - 1u) * ring);
}

void peers_empty(struct worker *w)
{
	struct handover left;

	for (uint16_t i = 0; i < w->peer_count; i++) {
		struct rte_ring *from = w->peers[i].from;

		while (from != NULL && rte_ring_sc_dequeue_elem(from, &left, sizeof(left)) == 0)
			rte_pktmbuf_free(left.frame);
	}
}
