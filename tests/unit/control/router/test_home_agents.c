/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/home_agents.h"

#include "support/unit.h"

static struct home_agents_list list;
static uint64_t drawn;

static uint64_t draw(void)
{
	drawn = drawn * UINT64_C(6364136223846793005) + 1442695040888963407u;
	return drawn >> 33;
}

static struct ip_addr address(uint8_t prefix, uint8_t last)
{
	struct ip_addr a = {.bytes = {0x20, 1, 0x0d, 0xb8, [7] = prefix, [15] = last}};

	return a;
}

static struct ip_addr link_local(uint16_t number)
{
	struct ip_addr a = {
		.bytes = {0xfe, 0x80, [14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};

	return a;
}

static struct router_advertisement advertisement(uint8_t number, uint16_t preference)
{
	return (struct router_advertisement){
		.flags = RA_FLAG_HOME_AGENT,
		.lifetime_s = 30,
		.has_home_agent = true,
		.preference = preference,
		.home_agent_lifetime_s = 60,
		.prefixes = {{address(1, number), 64, ND_PREFIX_FLAG_ROUTER_ADDRESS, 600, 600}},
		.prefix_count = 1,
	};
}

static bool learn(uint16_t number, const struct router_advertisement *ra, uint64_t now_ms)
{
	struct ip_addr from = link_local(number);

	return home_agents_learn(&list, &from, ra, now_ms);
}

static void clear(void)
{
	list.count = 0;
}

static void without_the_home_agent_flag_nobody_is_listed(void)
{
	struct router_advertisement ra = advertisement(1, 5);

	clear();
	CU_ASSERT_TRUE(learn(1, &ra, 0));
	CU_ASSERT_EQUAL(list.count, 1);
	ra.flags = 0;
	learn(2, &ra, 0);
	CU_ASSERT_EQUAL(list.count, 1);
	learn(1, &ra, 0);
	CU_ASSERT_EQUAL(list.count, 0);
}

static void without_the_option_preference_is_0_and_lifetime_the_routers(void)
{
	struct router_advertisement ra = advertisement(1, 5);

	clear();
	ra.has_home_agent = false;
	learn(1, &ra, 1000);
	CU_ASSERT_EQUAL(list.agents[0].preference, 0);
	CU_ASSERT_EQUAL(list.agents[0].expiry_ms, 31000);
	ra.has_home_agent = true;
	learn(1, &ra, 2000);
	CU_ASSERT_EQUAL(list.agents[0].preference, 5);
	CU_ASSERT_EQUAL(list.agents[0].expiry_ms, 62000);
	ra.home_agent_lifetime_s = 0;
	learn(1, &ra, 3000);
	CU_ASSERT_EQUAL(list.count, 0);
	learn(1, &ra, 3000);
	CU_ASSERT_EQUAL(list.count, 0);
}

static void who_and_what_is_past_its_lifetime_goes(void)
{
	struct router_advertisement ra = advertisement(1, 5);

	clear();
	ra.prefixes[1] =
		(struct nd_prefix){address(2, 1), 64, ND_PREFIX_FLAG_ROUTER_ADDRESS, 10, 10};
	ra.prefixes[2] = (struct nd_prefix){address(3, 1), 64, 0, 600, 600};
	ra.prefixes[3] =
		(struct nd_prefix){link_local(1), 64, ND_PREFIX_FLAG_ROUTER_ADDRESS, 600, 600};
	ra.prefix_count = 4;
	learn(1, &ra, 0);
	CU_ASSERT_EQUAL(list.agents[0].address_count, 2);
	home_agents_expire(&list, 9999);
	CU_ASSERT_EQUAL(list.agents[0].address_count, 2);
	home_agents_expire(&list, 10000);
	CU_ASSERT_EQUAL(list.agents[0].address_count, 1);
	ra.prefixes[0].valid_s = 0;
	ra.prefix_count = 1;
	learn(1, &ra, 20000);
	CU_ASSERT_EQUAL(list.agents[0].address_count, 0);
	home_agents_expire(&list, 79999);
	CU_ASSERT_EQUAL(list.count, 1);
	home_agents_expire(&list, 80000);
	CU_ASSERT_EQUAL(list.count, 0);
}

static void an_infinite_prefix_never_goes(void)
{
	struct router_advertisement ra = advertisement(1, 5);

	clear();
	ra.prefixes[0].valid_s = UINT32_MAX;
	learn(1, &ra, 0);
	CU_ASSERT_EQUAL(list.agents[0].addresses[0].expiry_ms, UINT64_MAX);
}

static void a_full_list_says_so_and_stays(void)
{
	struct router_advertisement ra = advertisement(1, 5);

	clear();
	for (uint16_t i = 0; i < HOME_AGENTS_LIST_MAX; i++)
		CU_ASSERT_TRUE(learn(i, &ra, 0));
	CU_ASSERT_FALSE(learn(HOME_AGENTS_LIST_MAX, &ra, 0));
	CU_ASSERT_EQUAL(list.count, HOME_AGENTS_LIST_MAX);
	CU_ASSERT_TRUE(learn(3, &ra, 0));
	for (uint8_t i = 0; i < HOME_AGENT_ADDRESSES_MAX; i++)
		ra.prefixes[i] = (struct nd_prefix){address(9, i), 64,
						    ND_PREFIX_FLAG_ROUTER_ADDRESS, 600, 600};
	ra.prefix_count = HOME_AGENT_ADDRESSES_MAX;
	CU_ASSERT_FALSE(learn(3, &ra, 0));
	CU_ASSERT_EQUAL(list.agents[3].address_count, HOME_AGENT_ADDRESSES_MAX);
	CU_ASSERT_TRUE(learn(HOME_AGENTS_LIST_MAX, &ra, 60000));
	CU_ASSERT_EQUAL(list.count, 1);
}

/* RFC 4861 §6.2.1: a router that serves says so at least every 1800 s. */
static void in_a_full_list_who_is_silent_gives_way(void)
{
	struct router_advertisement ra = advertisement(1, 5);

	clear();
	ra.home_agent_lifetime_s = UINT16_MAX;
	for (uint16_t i = 0; i < HOME_AGENTS_LIST_MAX; i++)
		learn(i, &ra, 1000);
	learn(0, &ra, 5000);
	CU_ASSERT_FALSE(learn(500, &ra, 1801000));
	for (uint16_t i = 0; i + 1 < HOME_AGENTS_LIST_MAX; i++)
		CU_ASSERT_TRUE(learn(500 + i, &ra, 1801001));
	CU_ASSERT_FALSE(learn(900, &ra, 1801001));
	CU_ASSERT_EQUAL(list.count, HOME_AGENTS_LIST_MAX);
	CU_ASSERT_EQUAL(list.agents[0].link_local.bytes[15], 0);
	CU_ASSERT_EQUAL(list.agents[0].heard_ms, 5000);
}

static void the_order_is_by_preference_unsigned_and_cut(void)
{
	struct ip_addr own = address(1, 200);
	struct home_agent_self self = {.addresses = &own, .count = 1, .preference = 10};
	struct router_advertisement low = advertisement(1, 9);
	struct router_advertisement high = advertisement(2, 0x8000);
	struct ip_addr out[4];

	clear();
	learn(1, &low, 0);
	learn(2, &high, 0);
	CU_ASSERT_EQUAL_FATAL(home_agents_order(&list, &self, false, draw, out, 4), 3);
	CU_ASSERT_EQUAL(out[0].bytes[15], 2);
	CU_ASSERT_EQUAL(out[1].bytes[15], 200);
	CU_ASSERT_EQUAL(out[2].bytes[15], 1);
	CU_ASSERT_EQUAL(home_agents_order(&list, &self, false, draw, out, 2), 2);
	CU_ASSERT_EQUAL(out[1].bytes[15], 200);
}

static void equals_come_in_every_order(void)
{
	struct ip_addr own[2] = {address(1, 100), address(2, 101)};
	struct home_agent_self self = {.addresses = own, .count = 2};
	struct router_advertisement ra = advertisement(1, 0);
	bool seen[2][2] = {{false}};
	struct ip_addr out[3];

	clear();
	learn(1, &ra, 0);
	for (unsigned int i = 0; i < 64; i++) {
		bool other_first;
		bool swapped;

		CU_ASSERT_EQUAL_FATAL(home_agents_order(&list, &self, false, draw, out, 3), 3);
		other_first = out[0].bytes[15] == 1;
		swapped = out[other_first ? 1 : 0].bytes[15] == 101;
		seen[other_first][swapped] = true;
		CU_ASSERT(other_first || out[2].bytes[15] == 1);
	}
	CU_ASSERT(seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]);
}

static void mobile_routers_are_told_of_those_who_serve_them(void)
{
	struct ip_addr own = address(1, 200);
	struct home_agent_self self = {.addresses = &own, .count = 1};
	struct router_advertisement ra = advertisement(1, 0);
	struct ip_addr out[4];

	clear();
	learn(1, &ra, 0);
	CU_ASSERT_EQUAL(home_agents_order(&list, &self, true, draw, out, 4), 0);
	ra.mobile_router = true;
	learn(1, &ra, 0);
	CU_ASSERT_EQUAL_FATAL(home_agents_order(&list, &self, true, draw, out, 4), 1);
	CU_ASSERT_EQUAL(out[0].bytes[15], 1);
	CU_ASSERT_EQUAL(home_agents_order(&list, &self, false, draw, out, 4), 2);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(without_the_home_agent_flag_nobody_is_listed),
		UNIT(without_the_option_preference_is_0_and_lifetime_the_routers),
		UNIT(who_and_what_is_past_its_lifetime_goes),
		UNIT(an_infinite_prefix_never_goes),
		UNIT(a_full_list_says_so_and_stays),
		UNIT(in_a_full_list_who_is_silent_gives_way),
		UNIT(the_order_is_by_preference_unsigned_and_cut),
		UNIT(equals_come_in_every_order),
		UNIT(mobile_routers_are_told_of_those_who_serve_them),
	};

	return unit_run("router/home_agents", cases, UNIT_COUNT(cases));
}
