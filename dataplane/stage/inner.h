/* SPDX-License-Identifier: BSD-3-Clause
 *
 * inner: the packet inside a tunnelled packet.
 *
 * Threads    any; pure.
 */
#ifndef DATAPLANE_STAGE_INNER_H
#define DATAPLANE_STAGE_INNER_H

#include <rte_branch_prediction.h>

#include "packet.h"

static inline struct ip6_hdr_wire *inner_of(const struct packet *p)
{
	return (struct ip6_hdr_wire *)((uint8_t *)p->ip + p->outer_octets);
}

/* IPv6, as long as it says, inside the outer packet. */
static inline bool inner_is_whole(const struct ip6_hdr_wire *inner, unsigned int room)
{
	return likely(room >= sizeof(*inner)) && likely(ip6_first_word(inner) >> 60 == 6) &&
	       likely(ip6_octets(inner) <= room);
}

#endif
