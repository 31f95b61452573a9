/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 *
 * steer_map: keys and values of the XDP steering program's maps, shared by the program and its
 * loader.
 *
 * Bytes      addresses in network order; kernel integer types only.
 */
#ifndef HA_STEER_MAP_H
#define HA_STEER_MAP_H

#include <linux/types.h>

#define STEER_PREFIXES_MAX  1024
#define STEER_ADDRESSES_MAX 4096
#define STEER_QUEUES_MAX    64
#define STEER_GROUPS_MAX    4096

struct steer_address {
	__u8 bytes[16];
};

/* Longest-prefix map "home_prefixes"; its value is an enum steer_kind. */
struct steer_prefix {
	__u32 length;
	__u8 bytes[16];
};

enum steer_kind {
	STEER_VIRTUAL = 1,
	STEER_LINK =
		2, /* a real link: its neighbour discovery is the kernel's, and is heard from it */
};

/* The hash map "groups" has those that mobile nodes want from this interface, by address; its values say nothing. */

/* Values of the hash map "addresses": what an exact address is to us. */
enum steer_role {
	STEER_HOME_AGENT = 1, /* mobility and tunnelled traffic is ours, the rest the kernel's */
	STEER_KERNEL =
		2, /* an address of this host inside a home prefix: all of it is the kernel's */
};

#endif
