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

struct binding {
	struct ip_addr home;
	struct ip_addr care_of;
	uint64_t expiry_tsc; /* past this it does not forward, whatever the control thread is doing
			      */
	uint32_t slot;	     /* of the registration; indexes the per-lcore counters */
	uint32_t next_hop;   /* towards the care-of address */
	uint16_t tunnel;     /* index of the tunnel class: home agent address, hop limit */
	uint16_t inner_mtu;  /* octets of the largest inner packet that fits the path */
	uint32_t reserved[3];
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct binding) == 64, "a binding is one cache line");

#endif
