/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/home_link.h"

#include "service.h"

static bool is_same_link(const struct home_prefix_config *a, const struct home_prefix_config *b)
{
	return a->home_link.kind == b->home_link.kind &&
	       strcmp(a->home_link.interface, b->home_link.interface) == 0;
}

static void describe(uint16_t index, struct nd_prefix *prefix)
{
	const struct home_prefix_config *served = service_prefix_at(index);
	bool holds_address = ip_prefix_contains(&served->prefix, &served->home_agent);

	prefix->address = holds_address ? served->home_agent : served->prefix.addr;
	prefix->length = served->prefix.length;
	prefix->flags = ND_PREFIX_FLAG_ON_LINK | ND_PREFIX_FLAG_AUTONOMOUS |
			(holds_address ? ND_PREFIX_FLAG_ROUTER_ADDRESS : 0);
	service_lifetimes(index, &prefix->valid_s, &prefix->preferred_s);
}

uint16_t home_link_prefixes(const struct ip_addr *home, struct nd_prefix prefixes[])
{
	int own = service_find_prefix(home);
	uint16_t count = 0;

	for (uint16_t i = 0; own >= 0 && i < service_prefix_count(); i++)
		if (is_same_link(service_prefix_at((uint16_t)own), service_prefix_at(i)))
			describe(i, &prefixes[count++]);
	return count;
}

static bool is_among(const struct ip_addr *address, const struct ip_addr addresses[],
		     uint16_t count)
{
	for (uint16_t i = 0; i < count; i++)
		if (ip_addr_equal(&addresses[i], address))
			return true;
	return false;
}

uint16_t home_link_addresses(const struct ip_addr *home, struct ip_addr addresses[])
{
	int own = service_find_prefix(home);
	uint16_t count = 0;

	for (uint16_t i = 0; own >= 0 && i < service_prefix_count(); i++) {
		const struct home_prefix_config *served = service_prefix_at(i);

		if (is_same_link(service_prefix_at((uint16_t)own), served) &&
		    !is_among(&served->home_agent, addresses, count))
			addresses[count++] = served->home_agent;
	}
	return count;
}
