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
#define STEER_GROUPS_MAX    4160 /* those of mobile nodes, and those of IPv4 */
#define STEER_VISITORS_MAX  65536
#define STEER_DATAGRAMS_MAX 4096

/* Of IPv4 v4-mapped. */
struct steer_address {
	__u8 bytes[16];
};

/* Key of the map "datagrams": those that came in fragments, of which the first one was for UDP port 434. The others have no port; the
 * map says where they belong. */
struct steer_datagram {
	__u32 source;
	__u32 destination;
	__u16 id;
	__u16 reserved;
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

/* The hash map "groups" has what multicast and broadcast frames bring from this interface, by address: the groups that mobile nodes want, and
 * of IPv4 the broadcast addresses and the group of all mobility agents (RFC 5944 §2.3). */
enum steer_group {
	STEER_ALL = 1,
	STEER_SIGNALLING = 2, /* what is for UDP port 434 only */
	STEER_BROADCAST =
		3, /* all but what is of the link itself: ICMP router discovery and DHCP are the kernel's */
};

/* The hash map "visitors" has the home addresses of mobile nodes that visit this interface's link and whose packets go through a reverse tunnel; its
 * values say nothing. */

/* Values of the hash map "addresses": what an exact address is to us. */
enum steer_role {
	STEER_HOME_AGENT =
		1, /* or a care-of address: mobility and tunnelled traffic is ours, the rest the kernel's */
	STEER_KERNEL =
		2, /* an address of this host inside a home prefix: all of it is the kernel's */
};

#endif
