/* SPDX-License-Identifier: BSD-3-Clause
 *
 * path_mtu: what Packet Too Big messages have told of the ways to care-of addresses.
 *
 * Shape      a fixed table of PATH_MTU_ENTRIES in sets, hashed with a secret; in a full set the
 *            entry that was told of longest ago gives way. A path without an entry is as wide as the
 *            link it begins with.
 * Units      octets of an IP packet; _ms monotonic milliseconds, given by the caller.
 * Threads    the control thread.
 * RFC        8201 §4, §5.2, §5.3; 2473 §6.7.
 */
#ifndef CONTROL_TUNNEL_PATH_MTU_H
#define CONTROL_TUNNEL_PATH_MTU_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

enum { PATH_MTU_ENTRIES = 16384 };

#define PATH_MTU_FOREVER UINT64_MAX /* a lifetime that does not end */

struct path_mtu {
	struct ip_addr to;
	uint64_t told_ms;
	uint16_t mtu; /* 0: a free entry */
};

void path_mtu_start(uint64_t lifetime_ms, uint64_t secret);

/* A router said that no more than mtu octets get through, at least 1280. True when that is less than
 * was known: then it counts. An estimate is never raised, and kept for another lifetime when it is
 * confirmed. */
bool path_mtu_learn(const struct ip_addr *to, uint16_t mtu, uint64_t now_ms);

/* The smaller one of what is known of the path and of the link it begins with. */
uint16_t path_mtu_towards(const struct ip_addr *to, uint16_t link_mtu);

/* NULL when nothing was told. */
const struct path_mtu *path_mtu_find(const struct ip_addr *to);
/* The entry at that place, one below PATH_MTU_ENTRIES; NULL for a free one. */
const struct path_mtu *path_mtu_at(uint32_t place);

/* Forgets one path, or all when to is NULL. How many were known. */
uint32_t path_mtu_forget(const struct ip_addr *to);

/* Forgets what was told longer than the lifetime ago; looks at a slice of the table. How many. */
uint32_t path_mtu_age(uint64_t now_ms);

uint64_t path_mtu_lifetime_ms(void);

#endif
