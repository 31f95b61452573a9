/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/assign.h"

#include <endian.h>

#include "ha/fold.h"
#include "registration/registration.h"
#include "service.h"
#include "service4.h"

enum { PROBES_MAX = 8192 }; /* addresses looked at for one request */

static bool has_pool(const struct home_network_config *network)
{
	return !ip_addr_is_unspecified(&network->pool_first);
}

uint32_t assign_pool_size(uint16_t network)
{
	const struct home_network_config *n = service4_network_at(network);

	return has_pool(n) ? ip4_number(&n->pool_last) - ip4_number(&n->pool_first) + 1 : 0;
}

static struct ip_addr address_of(uint32_t number)
{
	uint32_t number_be = htobe32(number);
	uint8_t octets[4];

	memcpy(octets, &number_be, sizeof(octets));
	return ip4_mapped(octets);
}

/* A place in a pool that stays the same. */
static uint32_t place_of(const struct mobile_node *node, uint32_t size)
{
	uint64_t hash = node->identifier_length;

	for (uint8_t i = 0; i < node->identifier_length; i++)
		hash = fold(hash ^ (uint8_t)node->identifier[i], UINT64_C(0x9e3779b97f4a7c15));
	return (uint32_t)(hash % size);
}

/* Addresses of binding cache and of this host are nobody's to have, whatever the mobile nodes file says by now. */
static bool is_unused(const struct ip_addr *home)
{
	return registration_find(home) == NULL && !service_is_ours(home) &&
	       !service4_is_broadcast(home);
}

/* Nobody's, or only kept for a node that is not registered. */
static bool is_available(const struct mobile_nodes *nodes, const struct ip_addr *home,
			 bool even_if_kept)
{
	const struct mobile_node *owner = mobile_nodes_find(nodes, home);

	if (owner != NULL && !(even_if_kept && owner->ip4->is_assigned))
		return false;
	return is_unused(home);
}

static bool find_in(const struct mobile_nodes *nodes, const struct mobile_node *node,
		    uint16_t network, bool even_if_kept, struct ip_addr *home)
{
	uint32_t size = assign_pool_size(network);
	uint32_t first = ip4_number(&service4_network_at(network)->pool_first);
	uint32_t place = size != 0 ? place_of(node, size) : 0;

	for (uint32_t i = 0; i < size && i < PROBES_MAX; i++) {
		*home = address_of(first + (place + i) % size);
		if (is_available(nodes, home, even_if_kept))
			return true;
	}
	return false;
}

static bool find_anywhere(const struct mobile_nodes *nodes, const struct mobile_node *node,
			  const struct ip_addr *home_agent, bool even_if_kept, struct ip_addr *home)
{
	for (uint16_t i = 0; i < service4_network_count(); i++)
		if (ip_addr_equal(&service4_network_at(i)->home_agent, home_agent) &&
		    find_in(nodes, node, i, even_if_kept, home))
			return true;
	return false;
}

bool assign_propose(const struct mobile_nodes *nodes, const struct mobile_node *node,
		    const struct ip_addr *home_agent, struct ip_addr *home)
{
	if (!ip_addr_is_unspecified(&node->home)) {
		*home = node->home;
		return true;
	}
	return find_anywhere(nodes, node, home_agent, false, home) ||
	       find_anywhere(nodes, node, home_agent, true, home);
}

static bool is_in_pool(const struct ip_addr *home)
{
	int at = service4_network_of(home);
	const struct home_network_config *network =
		at >= 0 ? service4_network_at((uint16_t)at) : NULL;
	uint32_t number = ip4_number(home);

	return network != NULL && has_pool(network) && number >= ip4_number(&network->pool_first) &&
	       number <= ip4_number(&network->pool_last);
}

bool assign_is_free(const struct mobile_nodes *nodes, const struct ip_addr *home)
{
	return is_in_pool(home) && is_available(nodes, home, false);
}

void assign_take(struct mobile_nodes *nodes, struct mobile_node *node, const struct ip_addr *home)
{
	struct mobile_node *owner = mobile_nodes_find(nodes, home);

	if (owner == node)
		return;
	if (owner != NULL)
		mobile_nodes_release(nodes, owner);
	mobile_nodes_assign(nodes, node, home);
}
