/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/path_mtu.h"

#include <string.h>

#include "support/unit.h"

enum { LIFETIME_MS = 600000, LINK = 1500 };

static struct ip_addr path(uint32_t number)
{
	return (struct ip_addr){.bytes = {0x20, 1, 0xd, 0xb8, [12] = (uint8_t)(number >> 24),
					  (uint8_t)(number >> 16), (uint8_t)(number >> 8),
					  (uint8_t)number}};
}

static bool learn(uint32_t number, uint16_t mtu, uint64_t now_ms)
{
	struct ip_addr to = path(number);

	return path_mtu_learn(&to, mtu, now_ms);
}

static uint16_t towards(uint32_t number)
{
	struct ip_addr to = path(number);

	return path_mtu_towards(&to, LINK);
}

static void age_all(uint64_t now_ms)
{
	for (unsigned int i = 0; i < PATH_MTU_ENTRIES; i++)
		path_mtu_age(now_ms);
}

static void a_path_nobody_told_of_is_as_wide_as_its_link(void)
{
	path_mtu_start(LIFETIME_MS, 1);
	CU_ASSERT_EQUAL(towards(1), LINK);
	CU_ASSERT_TRUE(learn(1, 1400, 0));
	CU_ASSERT_EQUAL(towards(1), 1400);
	CU_ASSERT_EQUAL(towards(2), LINK);
}

static void a_narrower_link_counts_more_than_what_was_told(void)
{
	struct ip_addr to = path(1);

	path_mtu_start(LIFETIME_MS, 1);
	learn(1, 1400, 0);
	CU_ASSERT_EQUAL(path_mtu_towards(&to, 1300), 1300);
}

/* RFC 8201 §4: a node must not increase its estimate because of such a message. */
static void an_estimate_falls_and_never_rises(void)
{
	path_mtu_start(LIFETIME_MS, 1);
	CU_ASSERT_TRUE(learn(1, 1400, 0));
	CU_ASSERT_FALSE(learn(1, 1450, 1));
	CU_ASSERT_EQUAL(towards(1), 1400);
	CU_ASSERT_FALSE(learn(1, 1400, 1));
	CU_ASSERT_TRUE(learn(1, 1280, 1));
	CU_ASSERT_EQUAL(towards(1), 1280);
}

static void it_is_forgotten_after_its_lifetime_and_not_before(void)
{
	path_mtu_start(LIFETIME_MS, 1);
	learn(1, 1400, 1000);
	age_all(1000 + LIFETIME_MS - 1);
	CU_ASSERT_EQUAL(towards(1), 1400);
	age_all(1000 + LIFETIME_MS);
	CU_ASSERT_EQUAL(towards(1), LINK);
	CU_ASSERT_TRUE(learn(1, 1450, 1000 + LIFETIME_MS));
}

static void a_message_that_says_the_same_starts_its_time_anew(void)
{
	path_mtu_start(LIFETIME_MS, 1);
	learn(1, 1400, 0);
	learn(1, 1400, LIFETIME_MS / 2);
	learn(1, 1450, LIFETIME_MS - 1);
	age_all(LIFETIME_MS);
	CU_ASSERT_EQUAL(towards(1), 1400);
	age_all(LIFETIME_MS / 2 + LIFETIME_MS);
	CU_ASSERT_EQUAL(towards(1), LINK);
}

static void without_end_it_is_never_forgotten(void)
{
	path_mtu_start(PATH_MTU_FOREVER, 1);
	learn(1, 1400, 5);
	age_all(UINT64_MAX);
	CU_ASSERT_EQUAL(towards(1), 1400);
}

static void one_path_or_all_can_be_cleared(void)
{
	struct ip_addr one = path(1);

	path_mtu_start(LIFETIME_MS, 1);
	for (uint32_t i = 1; i <= 5; i++)
		learn(i, 1400, 0);
	CU_ASSERT_EQUAL(path_mtu_forget(&one), 1);
	CU_ASSERT_EQUAL(path_mtu_forget(&one), 0);
	CU_ASSERT_EQUAL(towards(1), LINK);
	CU_ASSERT_EQUAL(towards(2), 1400);
	CU_ASSERT_EQUAL(path_mtu_forget(NULL), 4);
	CU_ASSERT_EQUAL(path_mtu_forget(NULL), 0);
	CU_ASSERT_EQUAL(towards(2), LINK);
}

static uint32_t listed(void)
{
	uint32_t count = 0;

	for (uint32_t place = 0; place < PATH_MTU_ENTRIES; place++)
		count += path_mtu_at(place) != NULL;
	return count;
}

/* The oldest of a set gives way, so what was told last is always there. */
static void ten_times_as_many_paths_as_places_do_no_harm(void)
{
	uint64_t now_ms = 0;

	path_mtu_start(LIFETIME_MS, 0x123456789abcdef);
	for (uint32_t i = 0; i < 10 * PATH_MTU_ENTRIES; i++) {
		CU_ASSERT_TRUE(learn(i, 1400, now_ms++));
		CU_ASSERT_EQUAL(towards(i), 1400);
	}
	CU_ASSERT_EQUAL(listed(), PATH_MTU_ENTRIES);
	CU_ASSERT_EQUAL(towards(0), LINK);
	CU_ASSERT_EQUAL(path_mtu_forget(NULL), PATH_MTU_ENTRIES);
}

static void half_the_places_filled_nearly_nothing_is_lost(void)
{
	unsigned int lost = 0;

	path_mtu_start(LIFETIME_MS, 0x9876543210);
	for (uint32_t i = 0; i < PATH_MTU_ENTRIES / 2; i++)
		learn(i, 1400, i);
	for (uint32_t i = 0; i < PATH_MTU_ENTRIES / 2; i++)
		lost += towards(i) == LINK;
	CU_ASSERT_TRUE(lost < PATH_MTU_ENTRIES / 100);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_path_nobody_told_of_is_as_wide_as_its_link),
		UNIT(a_narrower_link_counts_more_than_what_was_told),
		UNIT(an_estimate_falls_and_never_rises),
		UNIT(it_is_forgotten_after_its_lifetime_and_not_before),
		UNIT(a_message_that_says_the_same_starts_its_time_anew),
		UNIT(without_end_it_is_never_forgotten),
		UNIT(one_path_or_all_can_be_cleared),
		UNIT(ten_times_as_many_paths_as_places_do_no_harm),
		UNIT(half_the_places_filled_nearly_nothing_is_lost),
	};

	return unit_run("tunnel/path_mtu", cases, UNIT_COUNT(cases));
}
