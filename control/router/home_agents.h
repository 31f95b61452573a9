/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_agents: the Home Agents List of one home link: who else serves it, learnt from Router
 * Advertisements, and the order in which a discovering node is told.
 *
 * Shape      bounded: anyone on the link can advertise. In a full list whoever was not heard of for as long as a router may be
 *            silent (RFC 4861 §6.2.1) gives way to a newcomer.
 * Units      _ms of the clock of whoever calls.
 * Threads    any; pure.
 * RFC        6275 §10.1, §10.5, §10.5.1; 3963 §7.2.
 */
#ifndef CONTROL_ROUTER_HOME_AGENTS_H
#define CONTROL_ROUTER_HOME_AGENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "router/ra.h"

enum {
	HOME_AGENTS_LIST_MAX = 128,
	HOME_AGENT_ADDRESSES_MAX = 8,
};

/* UINT64_MAX: never. */
struct home_agent_address {
	struct ip_addr address;
	uint64_t expiry_ms;
};

struct home_agent {
	struct ip_addr link_local; /* who it is */
	uint64_t expiry_ms;
	uint64_t heard_ms; /* last */
	uint16_t preference;
	bool mobile_router; /* serves mobile routers */
	uint16_t address_count;
	struct home_agent_address addresses[HOME_AGENT_ADDRESSES_MAX];
};

struct home_agents_list {
	struct home_agent agents[HOME_AGENTS_LIST_MAX];
	uint16_t count;
};

/* This home agent itself, always on the list. */
struct home_agent_self {
	const struct ip_addr *addresses;
	uint16_t count;
	uint16_t preference;
	bool mobile_router;
};

/* A valid advertisement came from that link-local address. False when the list, or the sender's
 * share of it, was too full for all of it. */
bool home_agents_learn(struct home_agents_list *list, const struct ip_addr *from,
		       const struct router_advertisement *ra, uint64_t now_ms);

/* Removes who and what is past its lifetime. */
void home_agents_expire(struct home_agents_list *list, uint64_t now_ms);

typedef uint64_t home_agents_random_fn(void);

/* Writes addresses in the order of a reply: preference descending, home agents of equal preference
 * and addresses of one home agent in random order; the first max of them. With mobile_routers only
 * of those that serve them. Returns how many. The list is not past its lifetimes. */
uint16_t home_agents_order(const struct home_agents_list *list, const struct home_agent_self *self,
			   bool mobile_routers, home_agents_random_fn *random,
			   struct ip_addr addresses[], uint16_t max);

#endif
