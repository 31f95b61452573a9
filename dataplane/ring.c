/* SPDX-License-Identifier: BSD-3-Clause */
#include "ring.h"

#include <rte_common.h>
#include <rte_malloc.h>

#include "ha/memory.h"

static size_t octets_of(uint32_t slots)
{
	return sizeof(struct ring) + slots * sizeof(struct ring_slot);
}

struct ring *ring_make(uint32_t slots, int socket)
{
	struct ring *r = rte_zmalloc_socket("ring", octets_of(slots), RTE_CACHE_LINE_SIZE, socket);

	if (r == NULL)
		return NULL;
	r->slots = slots;
	r->shift = rte_bsf32(slots);
	r->room_until = slots;
	return r;
}

uint64_t ring_octets(uint32_t slots)
{
	return memory_of_block(octets_of(slots));
}
