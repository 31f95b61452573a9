/* SPDX-License-Identifier: BSD-3-Clause
 *
 * agents4: which packets are to a local end of IPv4 tunnels, as home_agents.h says it for IPv6.
 *
 * Bytes      octets in network order, raw numbers as they lie.
 * Threads    any worker, while the tables do not change.
 */
#ifndef DATAPLANE_IP4_AGENTS4_H
#define DATAPLANE_IP4_AGENTS4_H

#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "ha/dataplane.h"
#include "ip4/ip4.h"

enum { AGENT4_NONE = UINT16_MAX };

/* The local end of tunnels that has that address, or AGENT4_NONE. */
static inline uint16_t agent4_find(const struct dataplane_tables *tables,
				   const uint8_t octets[static 4])
{
	uint32_t raw = packet_raw_number(octets);

	for (uint16_t i = 0; i < tables->agent4_count; i++)
		if (packet_raw_number(ip4_octets(&tables->agents4[i].address)) == raw)
			return i;
	return AGENT4_NONE;
}

/* The local ends, for a burst. There is one at least. */
struct agents4 {
	const struct dataplane_tables *tables;
	uint64_t endings;
	uint32_t first_raw;
};

static inline unsigned int agents4_ending(const uint8_t octets[static 4])
{
	return octets[3] % 64;
}

static inline struct agents4 agents4(const struct dataplane_tables *tables)
{
	struct agents4 agents = {.tables = tables};

	agents.first_raw = packet_raw_number(ip4_octets(&tables->agents4[0].address));
	for (uint16_t i = 0; i < tables->agent4_count; i++)
		agents.endings |= UINT64_C(1)
				  << agents4_ending(ip4_octets(&tables->agents4[i].address));
	return agents;
}

static __rte_noinline uint16_t agents4_search(const struct dataplane_tables *tables,
					      const uint8_t octets[static 4])
{
	return agent4_find(tables, octets);
}

/* As agent4_find. */
static inline uint16_t agents4_find(const struct agents4 *agents, const uint8_t octets[static 4])
{
	if (likely((agents->endings >> agents4_ending(octets) & 1) == 0))
		return AGENT4_NONE;
	if (likely(packet_raw_number(octets) == agents->first_raw))
		return 0;
	return agents4_search(agents->tables, octets);
}

#endif
