/* SPDX-License-Identifier: BSD-3-Clause
 *
 * limit: the Tunnel Encapsulation Limit that a packet entering a tunnel brings.
 *
 * Threads    any; pure.
 * RFC        2473 §4.1.1.
 */
#ifndef DATAPLANE_STAGE_LIMIT_H
#define DATAPLANE_STAGE_LIMIT_H

#include "packet.h"

/* Where the limit's own octet is in a packet of that many octets; 0: it brings none. */
uint16_t limit_find(const struct ip6_hdr_wire *ip, uint16_t octets);

/* Whether the packet begins with a header in front of which, or in which, a limit may stand. */
static inline bool limit_may_be(uint8_t next)
{
	return next == PROTO_DEST_OPTIONS || next == PROTO_HOP_BY_HOP || next == PROTO_ROUTING ||
	       next == PROTO_FRAGMENT;
}

#endif
