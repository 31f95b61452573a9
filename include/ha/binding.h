/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding: the entry that workers read for a mobile node that is away from home.
 *
 * Shape      one cache line; finished before it is visible, never changed after.
 * Bytes      addresses in network order, the rest in host order.
 * Ownership  the control thread; a worker may keep a pointer until it next reports quiescent.
 * RFC        6275 §4.5, §10.1.
 */
#ifndef HA_BINDING_H
#define HA_BINDING_H

#include <stdint.h>

#include "ha/ip.h"

/* Of Mobile IPv4; others have none. */
enum binding_flag {
	BINDING_GRE_KEY = 0x01,
	BINDING_BROADCASTS = 0x02, /* of the home network, too (RFC 5944 §4.3) */
	BINDING_COLOCATED = 0x04,  /* the mobile node itself ends the tunnel */
	BINDING_REVERSE = 0x08,	   /* packets may come back through the tunnel (RFC 3024) */
	BINDING_VISITOR =
		0x10, /* of the foreign agent: home is visitor_key(), care_of the home agent, next_hop the visitor */
	BINDING_DELIVERED =
		0x20, /* of a visitor with BINDING_REVERSE: only what it tunnels to the foreign agent goes back through
				     the tunnel (RFC 3024 §5.2) */
};

struct binding {
	struct ip_addr home;
	struct ip_addr care_of;
	uint64_t expiry_tsc; /* past this it does not forward, whatever the control thread is doing
			      */
	uint32_t slot;	     /* of the registration; indexes the per-lcore counters */
	uint32_t next_hop;   /* towards the care-of address */
	uint16_t tunnel;     /* index of the tunnel class: home agent address, hop limit */
	uint16_t inner_mtu;  /* octets of the largest inner packet that fits the path */
	uint32_t key;	     /* of GRE, with BINDING_GRE_KEY */
	uint32_t
		also; /* simultaneous bindings: 1 + index of one more binding of this home address, that each
				packet goes to as well; 0: none */
	uint16_t udp_port; /* of the other end, of a tunnel in UDP */
	uint8_t flags;	   /* BINDING_ */
	uint8_t reserved;
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct binding) == 64, "a binding is one cache line");

#endif
