/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/challenge.h"

#include <string.h>

#include "support/unit.h"

static const uint8_t first[CHALLENGE_OCTETS] = {1};
static const uint8_t second[CHALLENGE_OCTETS] = {2};
static const uint8_t third[CHALLENGE_OCTETS] = {3};
static const uint8_t fresh[CHALLENGE_OCTETS] = {9};
static const uint8_t never[CHALLENGE_OCTETS] = {7};

static struct challenge_window window;
static struct challenge_record record;

static void begin(void)
{
	window = (struct challenge_window){0};
	record = (struct challenge_record){0};
	challenge_advance(&window, first);
	challenge_advance(&window, second);
}

static enum challenge_verdict judge(const uint8_t *value)
{
	return challenge_judge(&window, &record, value, CHALLENGE_OCTETS);
}

static void what_was_told_lately_is_good_once(void)
{
	begin();
	CU_ASSERT_EQUAL(judge(first), CHALLENGE_GOOD);
	CU_ASSERT_EQUAL(judge(second), CHALLENGE_GOOD);
	CU_ASSERT_EQUAL(judge(never), CHALLENGE_UNKNOWN);
	CU_ASSERT_EQUAL(challenge_judge(&window, NULL, second, CHALLENGE_OCTETS), CHALLENGE_GOOD);
	CU_ASSERT_EQUAL(challenge_judge(&window, NULL, second, 4), CHALLENGE_UNKNOWN);
	challenge_use(&record, second);
	CU_ASSERT_EQUAL(judge(second), CHALLENGE_STALE);
}

static void what_was_told_before_the_last_used_one_is_stale(void)
{
	begin();
	challenge_use(&record, second);
	CU_ASSERT_EQUAL(judge(first), CHALLENGE_STALE);
	begin();
	challenge_use(&record, first);
	CU_ASSERT_EQUAL(judge(second), CHALLENGE_GOOD);
}

static void only_the_last_ones_are_known(void)
{
	begin();
	challenge_advance(&window, third);
	CU_ASSERT_EQUAL(judge(first), CHALLENGE_UNKNOWN);
	CU_ASSERT_EQUAL(judge(second), CHALLENGE_GOOD);
	CU_ASSERT_EQUAL(judge(third), CHALLENGE_GOOD);
	CU_ASSERT_EQUAL(memcmp(challenge_newest(&window), third, sizeof(third)), 0);
}

static void the_one_used_last_stays_stale_when_it_is_no_longer_known(void)
{
	begin();
	challenge_use(&record, first);
	challenge_advance(&window, third);
	CU_ASSERT_EQUAL(judge(first), CHALLENGE_STALE);
	CU_ASSERT_EQUAL(judge(second), CHALLENGE_GOOD);
}

static void a_node_that_has_used_none_is_given_the_newest(void)
{
	begin();
	CU_ASSERT_EQUAL(memcmp(challenge_next(&window, NULL, fresh), second, sizeof(second)), 0);
	CU_ASSERT_EQUAL(memcmp(challenge_next(&window, &record, fresh), second, sizeof(second)), 0);
	CU_ASSERT_FALSE(record.has_offered);
	window = (struct challenge_window){0};
	CU_ASSERT_PTR_NULL(challenge_next(&window, &record, fresh));
	CU_ASSERT_PTR_NULL(challenge_newest(&window));
}

static void a_node_that_has_used_the_newest_is_given_one_of_its_own_until_it_uses_it(void)
{
	begin();
	challenge_use(&record, second);
	CU_ASSERT_EQUAL(memcmp(challenge_next(&window, &record, fresh), fresh, sizeof(fresh)), 0);
	CU_ASSERT_EQUAL(memcmp(challenge_next(&window, &record, never), fresh, sizeof(fresh)), 0);
	CU_ASSERT_EQUAL(judge(fresh), CHALLENGE_GOOD);
	CU_ASSERT_EQUAL(judge(never), CHALLENGE_UNKNOWN);
	challenge_use(&record, fresh);
	CU_ASSERT_EQUAL(judge(fresh), CHALLENGE_STALE);
	CU_ASSERT_FALSE(record.has_offered);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(what_was_told_lately_is_good_once),
		UNIT(what_was_told_before_the_last_used_one_is_stale),
		UNIT(only_the_last_ones_are_known),
		UNIT(the_one_used_last_stays_stale_when_it_is_no_longer_known),
		UNIT(a_node_that_has_used_none_is_given_the_newest),
		UNIT(a_node_that_has_used_the_newest_is_given_one_of_its_own_until_it_uses_it),
	};

	return unit_run("challenge", cases, UNIT_COUNT(cases));
}
