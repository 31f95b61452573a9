/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_agents: which packets are to a home agent address, and by which tunnel class.
 *
 * Shape      one look-up for a packet now and then, and one for each packet of a burst, most of which are to others.
 * Bytes      addresses in network order.
 * Threads    any worker, while the tables do not change.
 * RFC        6275 §10.4.1, §10.4.5.
 */
#ifndef DATAPLANE_HOME_AGENTS_H
#define DATAPLANE_HOME_AGENTS_H

#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "ha/dataplane.h"

enum { HOME_AGENT_NONE = UINT16_MAX };

/* The tunnel class of that home agent address, or HOME_AGENT_NONE; without Mobile IPv6 there is none. */
static inline uint16_t home_agent_find(const struct dataplane_tables *tables,
				       const struct ip_addr *to)
{
	for (uint16_t i = 0; i < tables->tunnel_count; i++)
		if (ip_addr_equal(&tables->tunnels[i].home_agent, to))
			return i;
	return HOME_AGENT_NONE;
}

/* The home agent addresses, for a burst whose packets are nearly all to others, or to the first of them. */
struct home_agents {
	const struct dataplane_tables *tables;
	const struct ip_addr *first;
	uint64_t endings; /* a bit for each last octet, modulo 64, that one of them has */
};

static inline unsigned int home_agents_ending(const struct ip_addr *address)
{
	return address->bytes[sizeof(address->bytes) - 1] % 64;
}

static inline struct home_agents home_agents(const struct dataplane_tables *tables)
{
	const struct tunnel_class *tunnels = tables->tunnels;
	struct home_agents agents = {.tables = tables, .first = &tunnels->home_agent};

	for (uint16_t i = 0; i < tables->tunnel_count; i++)
		agents.endings |= UINT64_C(1) << home_agents_ending(&tunnels[i].home_agent);
	return agents;
}

static __rte_noinline uint16_t home_agents_search(const struct dataplane_tables *tables,
						  const struct ip_addr *to)
{
	return home_agent_find(tables, to);
}

/* As home_agent_find. */
static inline uint16_t home_agents_find(const struct home_agents *agents, const struct ip_addr *to)
{
	if (likely((agents->endings >> home_agents_ending(to) & 1) == 0))
		return HOME_AGENT_NONE;
	if (likely(ip_addr_equal(agents->first, to)))
		return 0;
	return home_agents_search(agents->tables, to);
}

#endif
