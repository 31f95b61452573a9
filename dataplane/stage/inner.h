/* SPDX-License-Identifier: BSD-3-Clause
 *
 * inner: the packet inside a tunnelled packet.
 *
 * Threads    one worker a packet.
 */
#ifndef DATAPLANE_STAGE_INNER_H
#define DATAPLANE_STAGE_INNER_H

#include <rte_branch_prediction.h>

#include "packet.h"
#include "worker.h"

static inline struct ip6_hdr_wire *inner_of(const struct packet *p)
{
	return (struct ip6_hdr_wire *)((uint8_t *)p->ip + p->outer_octets);
}

/* IPv6, as long as it says, in that much of the outer packet. Whatever there is, eight octets can be read. */
static inline bool inner_is_whole(const struct ip6_hdr_wire *inner, unsigned int room)
{
	uint64_t word = ip6_first_word(inner);
	unsigned int octets = (uint16_t)(word >> IP6_LENGTH_SHIFT) + (unsigned int)sizeof(*inner);

	return likely(word >> 60 == 6) && likely(octets <= room);
}

/* Puts a packet whose inner one is whole on the list of tunnels, or drops it. */
static inline void tunnel_add(struct worker *w, struct packet_keys *tunnel, struct packet *p)
{
	const struct ip6_hdr_wire *inner = inner_of(p);
	unsigned int room = p->octets - (unsigned int)p->outer_octets;

	if (likely(room >= sizeof(*inner)) && likely(inner_is_whole(inner, room)))
		packet_keys_add(tunnel, w->tables->bcache, p, ip6_source(inner));
	else
		drop(w, p, DROP_TUNNEL_INNER);
}

#endif
