/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/replay.h"

#include "support/unit.h"

#define SECONDS(s) ((uint64_t)(s) << 32)

enum { WINDOW_S = 7 };

static const uint64_t now = UINT64_C(0xe5f2345680000000);

static void sequences_after_15_are_those_of_the_rfc(void)
{
	CU_ASSERT_TRUE(replay_sequence_is_newer(16, 15));
	CU_ASSERT_TRUE(replay_sequence_is_newer(32782, 15));
	CU_ASSERT_FALSE(replay_sequence_is_newer(32783, 15));
	CU_ASSERT_FALSE(replay_sequence_is_newer(65535, 15));
	CU_ASSERT_FALSE(replay_sequence_is_newer(0, 15));
	CU_ASSERT_FALSE(replay_sequence_is_newer(15, 15));
}

static void sequence_wraps(void)
{
	CU_ASSERT_TRUE(replay_sequence_is_newer(0, 65535));
	CU_ASSERT_FALSE(replay_sequence_is_newer(65535, 0));
}

static void half_of_all_sequences_are_newer(void)
{
	unsigned int newer = 0;

	for (unsigned int next = 0; next < 65536; next++)
		newer += replay_sequence_is_newer((uint16_t)next, 40000);
	CU_ASSERT_EQUAL(newer, 32767);
}

static void timestamp_inside_the_window_is_valid(void)
{
	CU_ASSERT_TRUE(replay_timestamp_is_valid(now, 0, now, WINDOW_S));
	CU_ASSERT_TRUE(replay_timestamp_is_valid(now + SECONDS(7), 0, now, WINDOW_S));
	CU_ASSERT_TRUE(replay_timestamp_is_valid(now - SECONDS(7), 0, now, WINDOW_S));
}

static void timestamp_outside_the_window_is_not(void)
{
	CU_ASSERT_FALSE(replay_timestamp_is_valid(now + SECONDS(7) + 1, 0, now, WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(now - SECONDS(7) - 1, 0, now, WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(0, 0, now, WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(UINT64_MAX, 0, now, WINDOW_S));
}

static void timestamp_must_be_greater_than_the_last(void)
{
	CU_ASSERT_TRUE(replay_timestamp_is_valid(now, now - 1, now, WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(now, now, now, WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(now - 1, now, now, WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(now, now + SECONDS(3), now, WINDOW_S));
}

static void seconds_starting_again_in_2036_change_nothing(void)
{
	const uint64_t before = UINT64_MAX - SECONDS(1);

	CU_ASSERT_TRUE(replay_timestamp_is_valid(SECONDS(1), before, SECONDS(2), WINDOW_S));
	CU_ASSERT_TRUE(replay_timestamp_is_valid(before, before - 1, SECONDS(2), WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(before, SECONDS(1), SECONDS(2), WINDOW_S));
	CU_ASSERT_FALSE(replay_timestamp_is_valid(before, 0, SECONDS(7), WINDOW_S));
}

static void corrected_timestamp_has_our_seconds_and_their_fraction(void)
{
	CU_ASSERT_EQUAL(replay_timestamp_corrected(UINT64_C(0x1111111122222222),
						   UINT64_C(0x3333333344444444)),
			UINT64_C(0x3333333322222222));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(sequences_after_15_are_those_of_the_rfc),
		UNIT(sequence_wraps),
		UNIT(half_of_all_sequences_are_newer),
		UNIT(timestamp_inside_the_window_is_valid),
		UNIT(timestamp_outside_the_window_is_not),
		UNIT(timestamp_must_be_greater_than_the_last),
		UNIT(seconds_starting_again_in_2036_change_nothing),
		UNIT(corrected_timestamp_has_our_seconds_and_their_fraction),
	};

	return unit_run("auth/replay", cases, UNIT_COUNT(cases));
}
