/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/node_record.h"

#include <string.h>

#include "support/unit.h"

static const struct ip_addr home = {{[10] = 0xff, [11] = 0xff, 10, 1, 0, 5}};
static const struct ip_addr other = {{[10] = 0xff, [11] = 0xff, 10, 1, 0, 6}};
static const struct ip_addr none = {{[10] = 0xff, [11] = 0xff}};

static struct ip_addr key_of(const struct ip_addr *address, const char *nai)
{
	return node_record_key(address, (const uint8_t *)nai,
			       nai != NULL ? (uint8_t)strlen(nai) : 0);
}

static void a_node_is_known_by_its_address_else_by_its_identifier(void)
{
	struct ip_addr key = key_of(&home, "alice");
	struct ip_addr alice = key_of(&none, "alice");
	struct ip_addr bob = key_of(&none, "bob");
	struct ip_addr again = key_of(&none, "alice");

	CU_ASSERT_TRUE(ip_addr_equal(&key, &home));
	CU_ASSERT_FALSE(ip_addr_equal(&alice, &none));
	CU_ASSERT_FALSE(ip_addr_is_v4_mapped(&alice));
	CU_ASSERT_FALSE(ip_addr_equal(&alice, &bob));
	CU_ASSERT_TRUE(ip_addr_equal(&alice, &again));
}

static void only_who_was_answered_has_a_record(void)
{
	struct challenge_record *record;

	CU_ASSERT_PTR_NULL(node_record_find(&home));
	record = node_record_make(&home);
	record->has_used = true;
	CU_ASSERT_PTR_EQUAL(node_record_find(&home), record);
	CU_ASSERT_TRUE(node_record_make(&home)->has_used);
	CU_ASSERT_PTR_NULL(node_record_find(&other));
}

static void a_node_is_refused_once_a_second(void)
{
	CU_ASSERT_TRUE(node_record_may_refuse(&other, 5000));
	CU_ASSERT_FALSE(node_record_may_refuse(&other, 5999));
	CU_ASSERT_TRUE(node_record_may_refuse(&other, 6000));
	CU_ASSERT_FALSE(node_record_may_refuse(&other, 6500));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_node_is_known_by_its_address_else_by_its_identifier),
		UNIT(only_who_was_answered_has_a_record),
		UNIT(a_node_is_refused_once_a_second),
	};
	int status = 1;

	if (node_record_start(64, 12345) == 0)
		status = unit_run("node_record", cases, UNIT_COUNT(cases));
	node_record_stop();
	return status;
}
