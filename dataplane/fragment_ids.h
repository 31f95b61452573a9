/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fragment_ids: identifications for the fragments that a worker sends: none again for the same pair of addresses
 * while fragments of before may be on their way, and none that a stranger can foretell.
 *
 * Shape      a secret function of both addresses, and a counter that destinations of one place share.
 * Units      the lowest five bits are the worker's number: two workers never choose the same. The other 27 come round after
 *            134 million fragmented packets to a place.
 * Threads    making: the control thread, while no worker runs; all else: one worker.
 * RFC        7739 §5.3, 8200 §4.5.
 */
#ifndef DATAPLANE_FRAGMENT_IDS_H
#define DATAPLANE_FRAGMENT_IDS_H

#include <stdint.h>

#include "ha/config.h"
#include "ha/fold.h"
#include "ha/ip.h"

enum { FRAGMENT_IDS_PLACES = 256, FRAGMENT_IDS_WORKER_BITS = 5 };

_Static_assert(WORKERS_MAX <= 1 << FRAGMENT_IDS_WORKER_BITS, "a worker's number fits");

struct fragment_ids {
	uint64_t secrets[3];
	uint32_t next[FRAGMENT_IDS_PLACES];
};

/* NULL when there is no memory. */
struct fragment_ids *fragment_ids_make(int socket);

static inline uint32_t fragment_id(struct fragment_ids *ids, uint16_t worker,
				   const struct ip_addr *from, const struct ip_addr *to)
{
	uint64_t source = fold(ip_addr_word(from, 0) ^ ids->secrets[0],
			       ip_addr_word(from, 1) ^ ids->secrets[1]);
	uint64_t pair = fold(source ^ ip_addr_word(to, 0), ip_addr_word(to, 1) ^ ids->secrets[2]);
	uint32_t *next = &ids->next[pair >> 56];

	return ((uint32_t)pair + (*next)++) << FRAGMENT_IDS_WORKER_BITS | worker;
}

#endif
