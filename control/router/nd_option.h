/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nd_option: options of neighbour discovery that routers and home agents send: the walk over them,
 * and Prefix Information.
 *
 * Threads    any; pure.
 * RFC        4861 §4.6, §4.6.2; 6275 §7.2 (router address flag).
 */
#ifndef CONTROL_ROUTER_ND_OPTION_H
#define CONTROL_ROUTER_ND_OPTION_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"
#include "ha/wire/icmp6.h"

struct nd_prefix {
	struct ip_addr
		address; /* the router's whole address when router_address, else the prefix */
	uint8_t length;
	uint8_t flags; /* ND_PREFIX_FLAG_ */
	uint32_t valid_s;
	uint32_t preferred_s;
};

/* Takes the option that comes next off; data is what follows its type and length. False when it is
 * malformed: of length 0, or longer than what is left. */
bool nd_option_take(struct cursor *options, uint8_t *type, struct cursor *data);

/* All options have a length and fit; RFC 4861 demands it of every message that is taken. */
bool nd_options_are_whole(struct cursor options);

/* data: of an option of type ND_PREFIX. False for another length, or a prefix above 128 bits. */
bool nd_prefix_decode(struct cursor data, struct nd_prefix *prefix);
bool nd_prefix_encode(struct writer *w, const struct nd_prefix *prefix);

#endif
