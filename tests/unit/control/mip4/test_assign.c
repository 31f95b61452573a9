/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Addresses of a small pool for mobile nodes without one, over a small table of nodes.
 */
#include "mip4/assign.h"

#include <stdio.h>

#include "registration/registration.h"
#include "service.h"
#include "service4.h"
#include "support/unit.h"

enum { NODES = 8, POOL = 4 };

static struct home_network_config networks[2];
static struct mobile_node nodes[NODES];
static struct mobile_node4 nodes4[NODES];
static char names[NODES][16];
static bool registered[256]; /* by the last octet */
static struct registration any;

static struct ip_addr address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip4_mapped((const uint8_t[4]){a, b, c, d});
}

uint16_t service4_network_count(void)
{
	return 2;
}

const struct home_network_config *service4_network_at(uint16_t index)
{
	return &networks[index];
}

int service4_network_of(const struct ip_addr *home)
{
	return home->bytes[12] == 10 ? home->bytes[13] - 1 : -1;
}

bool service4_is_broadcast(const struct ip_addr *a)
{
	return false;
}

bool service_is_ours(const struct ip_addr *a)
{
	return false;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return registered[home->bytes[15]] ? &any : NULL;
}

struct mobile_node *mobile_nodes_find(const struct mobile_nodes *unused, const struct ip_addr *home)
{
	for (unsigned int i = 0; i < NODES; i++)
		if (ip_addr_equal(&nodes[i].home, home))
			return &nodes[i];
	return NULL;
}

bool mobile_nodes_assign(struct mobile_nodes *unused, struct mobile_node *node,
			 const struct ip_addr *home)
{
	CU_ASSERT_PTR_NULL(mobile_nodes_find(NULL, home));
	node->home = *home;
	node->ip4->is_assigned = true;
	return true;
}

void mobile_nodes_release(struct mobile_nodes *unused, struct mobile_node *node)
{
	node->home = (struct ip_addr){0};
	node->ip4->is_assigned = false;
}

static void begin(void)
{
	memset(registered, 0, sizeof(registered));
	networks[0] = (struct home_network_config){.home_agent = address(192, 0, 2, 1)};
	networks[1] = (struct home_network_config){
		.home_agent = address(192, 0, 2, 2),
		.pool_first = address(10, 2, 0, 100),
		.pool_last = address(10, 2, 0, 100 + POOL - 1),
	};
	for (int i = 0; i < NODES; i++) {
		snprintf(names[i], sizeof(names[i]), "node%d", i);
		nodes4[i] = (struct mobile_node4){0};
		nodes[i] = (struct mobile_node){
			.ip4 = &nodes4[i],
			.auth = AUTH_MIP4,
			.identifier = names[i],
			.identifier_length = (uint8_t)strlen(names[i]),
		};
	}
}

static bool give(unsigned int node, struct ip_addr *home)
{
	if (!assign_propose(NULL, &nodes[node], &networks[1].home_agent, home))
		return false;
	assign_take(NULL, &nodes[node], home);
	return true;
}

static void each_node_gets_an_address_of_the_pool_and_keeps_it(void)
{
	struct ip_addr homes[POOL];
	struct ip_addr again;

	begin();
	for (unsigned int i = 0; i < POOL; i++) {
		CU_ASSERT_TRUE(give(i, &homes[i]));
		CU_ASSERT(homes[i].bytes[15] >= 100 && homes[i].bytes[15] < 100 + POOL);
		for (unsigned int k = 0; k < i; k++)
			CU_ASSERT_FALSE(ip_addr_equal(&homes[i], &homes[k]));
	}
	for (unsigned int i = 0; i < POOL; i++) {
		CU_ASSERT_TRUE(give(i, &again));
		CU_ASSERT_TRUE(ip_addr_equal(&again, &homes[i]));
	}
	CU_ASSERT_EQUAL(assign_pool_size(1), POOL);
	CU_ASSERT_EQUAL(assign_pool_size(0), 0);
}

static void what_was_proposed_first_is_proposed_after_a_restart(void)
{
	struct ip_addr before;
	struct ip_addr after;

	begin();
	CU_ASSERT_TRUE(assign_propose(NULL, &nodes[5], &networks[1].home_agent, &before));
	begin();
	CU_ASSERT_TRUE(assign_propose(NULL, &nodes[5], &networks[1].home_agent, &after));
	CU_ASSERT_TRUE(ip_addr_equal(&before, &after));
}

static void a_kept_address_goes_to_another_node_only_when_none_is_left(void)
{
	struct ip_addr homes[POOL];
	struct ip_addr home;

	begin();
	for (unsigned int i = 0; i < POOL; i++) {
		CU_ASSERT_TRUE(give(i, &homes[i]));
		registered[homes[i].bytes[15]] = true;
	}
	/* All are in use. */
	CU_ASSERT_FALSE(assign_propose(NULL, &nodes[POOL], &networks[1].home_agent, &home));
	/* One is only kept. */
	registered[homes[2].bytes[15]] = false;
	CU_ASSERT_TRUE(give(POOL, &home));
	CU_ASSERT_TRUE(ip_addr_equal(&home, &homes[2]));
	CU_ASSERT_TRUE(ip_addr_is_unspecified(&nodes[2].home));
	CU_ASSERT_TRUE(ip_addr_equal(&nodes[POOL].home, &home));
}

static void an_address_of_a_node_of_its_own_is_never_taken(void)
{
	struct ip_addr home;

	begin();
	for (uint8_t i = 0; i < POOL; i++)
		nodes[i].home = address(10, 2, 0, 100 + i);
	CU_ASSERT_FALSE(assign_propose(NULL, &nodes[POOL], &networks[1].home_agent, &home));
}

static void a_home_agent_without_a_pool_has_none(void)
{
	struct ip_addr home;

	begin();
	CU_ASSERT_FALSE(assign_propose(NULL, &nodes[0], &networks[0].home_agent, &home));
}

static void a_node_may_ask_for_a_free_address_of_a_pool(void)
{
	struct ip_addr inside = address(10, 2, 0, 101);
	struct ip_addr below = address(10, 2, 0, 99);
	struct ip_addr above = address(10, 2, 0, 104);

	begin();
	CU_ASSERT_TRUE(assign_is_free(NULL, &inside));
	CU_ASSERT_FALSE(assign_is_free(NULL, &below));
	CU_ASSERT_FALSE(assign_is_free(NULL, &above));
	assign_take(NULL, &nodes[3], &inside);
	CU_ASSERT_FALSE(assign_is_free(NULL, &inside));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(each_node_gets_an_address_of_the_pool_and_keeps_it),
		UNIT(what_was_proposed_first_is_proposed_after_a_restart),
		UNIT(a_kept_address_goes_to_another_node_only_when_none_is_left),
		UNIT(an_address_of_a_node_of_its_own_is_never_taken),
		UNIT(a_home_agent_without_a_pool_has_none),
		UNIT(a_node_may_ask_for_a_free_address_of_a_pool),
	};

	return unit_run("mip4/assign", cases, UNIT_COUNT(cases));
}
