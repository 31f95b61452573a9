/* SPDX-License-Identifier: BSD-3-Clause
 *
 * inner4: the IPv4 packet inside a tunnelled one.
 *
 * Threads    one worker a packet.
 * RFC        5944 §4.2.2, 3024 §5.2.
 */
#ifndef DATAPLANE_IP4_INNER4_H
#define DATAPLANE_IP4_INNER4_H

#include "ip4/stages4.h"

static inline struct ip4_hdr_wire *inner4_of(const struct packet *p)
{
	return (struct ip4_hdr_wire *)((uint8_t *)p->ip4 + p->outer_octets);
}

/* The visitor that an inner packet is to; or from, where it is the visitor's own tunnel to its foreign agent. */
static inline const uint8_t *inner4_visitor(const struct worker *w, const struct burst4 *b,
					    const struct packet *p)
{
	const struct ip4_hdr_wire *inner = inner4_of(p);

	return visitor_is_delivery(w, b, p) ? inner->source : inner->destination;
}

/* Of a tunnel that was measured: whether what is inside is whole; else it ended here. What is in front of it is all there, as parse_burst
 * saw. The key finds its binding, by its source at the home agent, by its destination at the foreign agent. The destination is read
 * once: next_hop holds it as it lies, until find_next_hops leaves there what it finds. For whoever wrote the notes just now: inner
 * and room are what they say, and reading them again would be waiting for them. */
static inline bool inner4_check_noted(struct worker *w, const struct burst4 *b, struct packet *p,
				      const struct ip4_hdr_wire *inner, unsigned int room,
				      uint64_t *key)
{
	if (unlikely(room < sizeof(*inner)) || unlikely(!ip4_is_whole(inner, room))) {
		drop(w, p, DROP_TUNNEL_INNER);
		return false;
	}
	p->next_hop = packet_raw_number(inner->destination);
	if (unlikely(b->may_visit) && w->tables->agents4[tunnel4_local(p->agent)].is_care_of)
		*key = key4(KEY4_VISITOR, packet_raw_number(inner4_visitor(w, b, p)));
	else
		*key = key4(KEY4_HOME, packet_raw_number(inner->source));
	return true;
}

static inline bool inner4_check(struct worker *w, const struct burst4 *b, struct packet *p,
				uint64_t *key)
{
	return inner4_check_noted(w, b, p, inner4_of(p), p->octets - (unsigned int)p->outer_octets,
				  key);
}

#endif
