/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nexthop: neighbours and routes, write side. Told by netlink (or by the configuration, for ports
 * without a kernel interface) what the kernel knows; publishes what workers read.
 *
 * Ownership  entries are retired through control/retire.h.
 * Threads    the control thread.
 */
#ifndef CONTROL_NEXTHOP_H
#define CONTROL_NEXTHOP_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/fault.h"
#include "ha/nexthop.h"

/* Asks whoever knows (the kernel) to resolve a neighbour; called for unresolved and for stale ones
 * in use. */
typedef void nexthop_resolve_fn(uint16_t port, const struct ip_addr *neighbour);
/* Routes changed: whoever remembers the index of a destination must ask again. */
typedef void nexthop_changed_fn(void);
/* A next hop that was unresolved has an address now (resolved) or is given up. */
typedef void nexthop_resolved_fn(uint32_t index, bool resolved);

struct nexthop_callbacks {
	nexthop_resolve_fn *resolve;
	nexthop_changed_fn *routes_changed;
	nexthop_resolved_fn *resolved;
};

int nexthop_start(const struct nexthop_callbacks *callbacks, struct fault *fault);
void nexthop_stop(void);
/* Octets of DPDK's memory, at most: every next hop there is room for, and a second route table for
 * the time in which it takes the place of the first. */
uint64_t nexthop_octets(bool hugepages);
const struct nexthop_table *nexthop_table(void);

/* Link-layer address and MTU of a port; re-publishes what leaves through it. */
void nexthop_set_port(uint16_t port, const uint8_t mac[static 6], uint16_t mtu);

/* gateway NULL: directly connected. Replaces the route for that prefix. 0 or a negative errno. */
int nexthop_set_route(const struct ip_prefix *prefix, uint16_t port, const struct ip_addr *gateway);
/* A route whose neighbour's link-layer address is configured (ports without a kernel interface). */
int nexthop_set_static_route(const struct ip_prefix *prefix, uint16_t port,
			     const uint8_t mac[static 6]);
/* A prefix that leads nowhere through our ports, so that it does not fall back to a shorter one. */
int nexthop_set_unreachable(const struct ip_prefix *prefix);
void nexthop_remove_route(const struct ip_prefix *prefix);

/* What the kernel's neighbour table says. A NULL mac: unresolved or failed. */
void nexthop_set_neighbour(uint16_t port, const struct ip_addr *neighbour, const uint8_t *mac,
			   bool stale);
/* After an overrun: mark, tell all that are good again, sweep: what was not told has failed. */
void nexthop_mark_neighbours(void);
void nexthop_sweep_neighbours(void);

/* The index of the way towards an address, down to the neighbour; starts resolution when it has no
 * link-layer address. NEXTHOP_NONE when there is no route. */
uint32_t nexthop_towards(const struct ip_addr *to);
/* The same for IPv4 packets to a station on a port's link that no route leads to. */
uint32_t nexthop_of_station(uint16_t port, const uint8_t mac[static 6]);
/* Asks again for the link-layer address of an unresolved next hop, at most once a second. */
void nexthop_resolve(uint32_t index);
/* Counts who remembers an index: while anybody does, it is not given to another neighbour. An index
 * nobody holds stays good for the seconds a packet waits. NEXTHOP_NONE is ignored. */
void nexthop_hold(uint32_t index);
void nexthop_release(uint32_t index);
/* Asks again for stale neighbours and forgets unused ones, a slice of them; once a second. */
void nexthop_refresh(uint64_t now_ms);

/* Octets of the largest IP packet that leaves by it; 0 for NEXTHOP_NONE. */
uint16_t nexthop_mtu(uint32_t index);
bool nexthop_is_resolved(uint32_t index);
uint32_t nexthop_count(void);
uint32_t nexthop_route_count(void);

#endif
