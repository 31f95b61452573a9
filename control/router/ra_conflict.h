/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ra_conflict: whether another router's advertisement contradicts ours. Nothing follows but that
 * operators are told.
 *
 * Threads    any; pure.
 * RFC        4861 §6.2.7; 6275 §10.6.1 (home agents tell the same prefixes).
 */
#ifndef CONTROL_ROUTER_RA_CONFLICT_H
#define CONTROL_ROUTER_RA_CONFLICT_H

#include <stdbool.h>

#include "router/ra.h"

enum ra_conflict {
	RA_CONFLICT_NONE,
	RA_CONFLICT_HOP_LIMIT,
	RA_CONFLICT_FLAGS, /* M or O */
	RA_CONFLICT_REACHABLE,
	RA_CONFLICT_RETRANSMIT,
	RA_CONFLICT_MTU,
	RA_CONFLICT_LIFETIME,	    /* of a prefix that both tell; ten seconds are no difference */
	RA_CONFLICT_UNKNOWN_PREFIX, /* a home agent tells one that is not configured here */
	RA_CONFLICT_COUNT,
};

extern const char *const ra_conflict_texts[RA_CONFLICT_COUNT];

/* The first one in this order. is_sent: ours is on the link; else only its prefixes count. What one of
 * the two leaves open is no conflict. */
enum ra_conflict ra_conflict_find(const struct router_advertisement *ours, bool is_sent,
				  const struct router_advertisement *theirs);

#endif
