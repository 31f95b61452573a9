/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Without workers: what is retired is freed by retire_drain, where the sanitizer looks.
 */
#include "multicast/membership.h"

#include <errno.h>

#include "retire.h"
#include "support/unit.h"

enum { GROUPS = 4, MEMBERS = 3 };

static struct config config = {
	.multicast_enabled = true,
	.multicast_groups = GROUPS,
	.multicast_members = MEMBERS,
	.multicast_port = 1,
};
static unsigned int joined;
static unsigned int left;
static struct ip_addr last;

void dataplane_port_info(uint16_t port, struct port_info *info)
{
	*info = (struct port_info){.mtu = port == 1 ? 1400 : 0};
}

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return NULL;
}

static void changed(const struct ip_addr *group, bool wanted)
{
	last = *group;
	joined += wanted;
	left += !wanted;
}

static struct ip_addr group_of(uint8_t number)
{
	return (struct ip_addr){{0xff, 0x1e, [15] = number}};
}

static struct ip_addr home_of(uint8_t number)
{
	return (struct ip_addr){{0x20, 1, [15] = number}};
}

static int add(uint8_t group, uint8_t home)
{
	struct ip_addr g = group_of(group);
	struct ip_addr h = home_of(home);

	return membership_add(&g, &h);
}

static void drop(uint8_t group, uint8_t home)
{
	struct ip_addr g = group_of(group);
	struct ip_addr h = home_of(home);

	membership_remove(&g, &h);
}

static const struct multicast_group *find(uint8_t group)
{
	struct ip_addr g = group_of(group);

	return multicast_find(membership_table(), &g);
}

static bool has(uint8_t group, uint8_t home)
{
	const struct multicast_group *g = find(group);
	struct ip_addr h = home_of(home);
	unsigned int found = 0;

	for (uint32_t i = 0; g != NULL && i < g->count; i++)
		found += ip_addr_equal(&g->members[i], &h);
	CU_ASSERT_TRUE(found <= 1);
	return found == 1;
}

static void begin(void)
{
	struct fault fault;

	joined = 0;
	left = 0;
	CU_ASSERT_EQUAL_FATAL(membership_start(&config, &fault), 0);
	membership_watch(changed);
}

static void end(void)
{
	retire_drain();
	membership_stop();
}

static void members_come_and_go_one_by_one(void)
{
	begin();
	CU_ASSERT_PTR_NULL(find(1));
	for (uint8_t i = 1; i <= 3; i++)
		CU_ASSERT_EQUAL(add(1, i), 0);
	CU_ASSERT_TRUE(has(1, 1) && has(1, 2) && has(1, 3));
	drop(1, 1);
	CU_ASSERT_TRUE(!has(1, 1) && has(1, 2) && has(1, 3));
	drop(1, 9);
	drop(1, 3);
	CU_ASSERT_TRUE(has(1, 2) && !has(1, 3));
	drop(1, 2);
	CU_ASSERT_PTR_NULL(find(1));
	drop(1, 2);
	end();
}

static void the_port_hears_of_the_first_member_and_of_the_last(void)
{
	struct ip_addr expected = group_of(1);

	begin();
	add(1, 1);
	CU_ASSERT_TRUE(joined == 1 && ip_addr_equal(&last, &expected));
	add(1, 2);
	drop(1, 1);
	CU_ASSERT_TRUE(joined == 1 && left == 0);
	drop(1, 2);
	CU_ASSERT_TRUE(left == 1 && ip_addr_equal(&last, &expected));
	CU_ASSERT_EQUAL(membership_groups(), 0);
	end();
}

static void groups_and_members_are_as_many_as_configured(void)
{
	begin();
	for (uint8_t i = 1; i <= GROUPS; i++)
		CU_ASSERT_EQUAL(add(i, 1), 0);
	CU_ASSERT_EQUAL(add(GROUPS + 1, 1), -ENOSPC);
	CU_ASSERT_EQUAL(membership_groups(), GROUPS);
	CU_ASSERT_EQUAL(add(1, 2), 0);
	CU_ASSERT_EQUAL(add(1, 3), 0);
	CU_ASSERT_EQUAL(add(1, 4), -ENOSPC);
	CU_ASSERT_FALSE(has(1, 4));
	drop(2, 1);
	CU_ASSERT_EQUAL(add(GROUPS + 1, 1), 0);
	for (uint8_t i = 1; i <= GROUPS + 1; i++)
		CU_ASSERT_EQUAL(has(i, 1), i != 2);
	end();
}

/* So many that some share a chain. */
static void what_happens_to_a_group_leaves_its_neighbours_alone(void)
{
	enum { MANY = 64 };
	struct config many = config;
	struct fault fault;

	many.multicast_groups = MANY;
	CU_ASSERT_EQUAL_FATAL(membership_start(&many, &fault), 0);
	for (uint8_t i = 0; i < MANY; i++)
		CU_ASSERT_EQUAL(add(i, 1), 0);
	for (uint8_t i = 0; i < MANY; i += 2)
		CU_ASSERT_EQUAL(add(i, 2), 0);
	for (uint8_t i = 0; i < MANY; i++)
		CU_ASSERT_TRUE(has(i, 1) && has(i, 2) == (i % 2 == 0));
	for (uint8_t i = 0; i < MANY; i += 2)
		drop(i, 1);
	for (uint8_t i = 0; i < MANY; i++)
		CU_ASSERT_TRUE(has(i, 1) == (i % 2 == 1) && has(i, 2) == (i % 2 == 0));
	for (uint8_t i = 0; i < MANY; i += 2)
		drop(i, 2);
	for (uint8_t i = 0; i < MANY; i++)
		CU_ASSERT_TRUE(has(i, 1) == (i % 2 == 1) && !has(i, 2));
	CU_ASSERT_EQUAL(membership_groups(), MANY / 2);
	end();
}

/* What a worker read before a change stays as it was until it lets go. */
static void a_reader_sees_the_group_before_or_after(void)
{
	const struct multicast_group *before;

	begin();
	add(1, 1);
	add(1, 2);
	before = find(1);
	drop(1, 1);
	CU_ASSERT_EQUAL(before->count, 2);
	CU_ASSERT_PTR_NOT_EQUAL(before, find(1));
	CU_ASSERT_EQUAL(retire_pending(), 2);
	end();
}

static void without_the_key_there_is_no_table(void)
{
	struct config off = config;
	struct fault fault;

	off.multicast_enabled = false;
	CU_ASSERT_EQUAL(membership_start(&off, &fault), 0);
	CU_ASSERT_PTR_NULL(membership_table());
	CU_ASSERT_EQUAL(add(1, 1), -ENOSPC);
	membership_stop();
	begin();
	CU_ASSERT_EQUAL(membership_table()->port, 1);
	CU_ASSERT_EQUAL(membership_table()->mtu, 1400);
	end();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(members_come_and_go_one_by_one),
		UNIT(the_port_hears_of_the_first_member_and_of_the_last),
		UNIT(groups_and_members_are_as_many_as_configured),
		UNIT(what_happens_to_a_group_leaves_its_neighbours_alone),
		UNIT(a_reader_sees_the_group_before_or_after),
		UNIT(without_the_key_there_is_no_table),
	};

	return unit_run("multicast/membership", cases, UNIT_COUNT(cases));
}
