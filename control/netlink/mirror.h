/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mirror: what the parts of netlink share: whether everything is being read just now, and attributes of messages.
 *
 * Shape      each part takes the kernel's messages on one subject. Before a dump it marks what it knows; after a whole one it sweeps what the dump did not name.
 * Bytes      addresses of IPv4 are v4-mapped, and so are prefixes.
 * Threads    the control thread.
 */
#ifndef CONTROL_NETLINK_MIRROR_H
#define CONTROL_NETLINK_MIRROR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ha/ip.h"

struct nlattr;
struct nlmsghdr;

/* While everything is read, what is told piece by piece is not the whole yet. */
bool mirror_is_dumping(void);
/* Something changed of which the kernel does not tell all that follows: everything is read anew soon. */
void mirror_want_resync(void);
/* Something could not be taken over: the same, also while everything is read. */
void mirror_incomplete(void);

/* Puts the attributes up to max into table, by type. */
void mirror_index(const void *from, size_t octets, const struct nlattr *table[], uint16_t max);
/* Those behind a message's own header. */
void mirror_attributes(const struct nlmsghdr *message, size_t header, const struct nlattr *table[],
		       uint16_t max);
/* False when there is none of that family (AF_INET6 or AF_INET). */
bool mirror_address(const struct nlattr *attr, uint8_t family, struct ip_addr *address);
bool mirror_u32(const struct nlattr *attr, uint32_t *value);

static inline bool mirror_is_family(uint8_t family)
{
	return family == AF_INET6 || family == AF_INET;
}

#endif
