/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/replay.h"

#include "support/unit.h"

#define NOW    UINT64_C(0xe000001080000000)
#define SECOND (UINT64_C(1) << 32)

static const struct mip4_replay timestamps = {.window_s = MIP4_REPLAY_WINDOW_S};
static const struct mip4_replay nonces = {.by_nonce = true, .has_nonce = true, .nonce = 0x12345678};

static bool is_valid(uint64_t identification)
{
	return mip4_replay_is_valid(&timestamps, identification, NOW);
}

static void timestamp_is_valid_inside_the_window_either_way(void)
{
	CU_ASSERT_TRUE(is_valid(NOW));
	CU_ASSERT_TRUE(is_valid(NOW + 7 * SECOND));
	CU_ASSERT_TRUE(is_valid(NOW - 7 * SECOND));
	CU_ASSERT_FALSE(is_valid(NOW + 7 * SECOND + 1));
	CU_ASSERT_FALSE(is_valid(NOW - 7 * SECOND - 1));
}

static void timestamp_is_greater_than_every_one_accepted(void)
{
	struct mip4_replay known = timestamps;

	known.last_timestamp_ntp = NOW - SECOND;
	CU_ASSERT_TRUE(mip4_replay_is_valid(&known, NOW - SECOND + 1, NOW));
	CU_ASSERT_FALSE(mip4_replay_is_valid(&known, NOW - SECOND, NOW));
	CU_ASSERT_FALSE(mip4_replay_is_valid(&known, NOW - SECOND - 1, NOW));
}

static void nonce_is_the_high_half_of_our_last_reply(void)
{
	struct mip4_replay unknown = {.by_nonce = true};

	CU_ASSERT_TRUE(mip4_replay_is_valid(&nonces, UINT64_C(0x1234567800000000), NOW));
	CU_ASSERT_TRUE(mip4_replay_is_valid(&nonces, UINT64_C(0x12345678ffffffff), NOW));
	CU_ASSERT_FALSE(mip4_replay_is_valid(&nonces, UINT64_C(0x1234567900000000), NOW));
	CU_ASSERT_FALSE(mip4_replay_is_valid(&nonces, UINT64_C(0x0000000012345678), NOW));
	/* After a restart none was given out, not even 0. */
	CU_ASSERT_FALSE(mip4_replay_is_valid(&unknown, 0, NOW));
}

static void valid_timestamp_is_answered_as_it_is(void)
{
	CU_ASSERT_EQUAL(mip4_replay_answer(&timestamps, NOW - 5, true, NOW, 1), NOW - 5);
}

static void other_timestamps_are_answered_with_our_seconds(void)
{
	CU_ASSERT_EQUAL(
		mip4_replay_answer(&timestamps, UINT64_C(0x00000001000000aa), false, NOW, 1),
		UINT64_C(0xe0000010000000aa));
}

static void nonces_are_answered_with_the_next_one(void)
{
	CU_ASSERT_EQUAL(mip4_replay_answer(&nonces, UINT64_C(0x12345678000000aa), true, NOW, 7),
			UINT64_C(0x00000007000000aa));
	CU_ASSERT_EQUAL(mip4_replay_answer(&nonces, UINT64_C(0x99999999000000aa), false, NOW, 7),
			UINT64_C(0x00000007000000aa));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(timestamp_is_valid_inside_the_window_either_way),
		UNIT(timestamp_is_greater_than_every_one_accepted),
		UNIT(nonce_is_the_high_half_of_our_last_reply),
		UNIT(valid_timestamp_is_answered_as_it_is),
		UNIT(other_timestamps_are_answered_with_our_seconds),
		UNIT(nonces_are_answered_with_the_next_one),
	};

	return unit_run("mip4/replay", cases, UNIT_COUNT(cases));
}
