/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/ra_schedule.h"

#include "support/unit.h"

static struct ra_schedule schedule;

static void start(uint32_t min_ms, uint32_t max_ms)
{
	ra_schedule_start(&schedule, min_ms, max_ms, MIN_DELAY_BETWEEN_RAS_MS, 1000);
}

static void the_first_is_due_at_once(void)
{
	start(200000, 600000);
	CU_ASSERT_TRUE(ra_schedule_is_due(&schedule, 1000));
	ra_schedule_sent(&schedule, 1000, 0);
	CU_ASSERT_FALSE(ra_schedule_is_due(&schedule, 1000));
}

static void the_first_three_follow_within_16_seconds(void)
{
	start(200000, 600000);
	ra_schedule_sent(&schedule, 1000, 0);
	CU_ASSERT_EQUAL(schedule.next_ms, 17000);
	ra_schedule_sent(&schedule, 17000, 0);
	CU_ASSERT_EQUAL(schedule.next_ms, 33000);
	ra_schedule_sent(&schedule, 33000, 0);
	CU_ASSERT_EQUAL(schedule.next_ms, 233000);
}

static void the_interval_is_drawn_between_both_ends(void)
{
	start(1000, 2000);
	ra_schedule_sent(&schedule, 5000, 0);
	CU_ASSERT_EQUAL(schedule.next_ms, 6000);
	ra_schedule_sent(&schedule, 5000, 1000);
	CU_ASSERT_EQUAL(schedule.next_ms, 7000);
	ra_schedule_sent(&schedule, 5000, 1001);
	CU_ASSERT_EQUAL(schedule.next_ms, 6000);
	start(1000, 1000);
	ra_schedule_sent(&schedule, 5000, 77);
	CU_ASSERT_EQUAL(schedule.next_ms, 6000);
}

static void a_solicitation_is_answered_within_half_a_second(void)
{
	start(200000, 600000);
	ra_schedule_sent(&schedule, 1000, 0);
	ra_schedule_solicited(&schedule, 10000, 500);
	CU_ASSERT_EQUAL(schedule.next_ms, 10500);
	ra_schedule_solicited(&schedule, 10001, 100);
	CU_ASSERT_EQUAL(schedule.next_ms, 10101);
	ra_schedule_solicited(&schedule, 10002, 400);
	CU_ASSERT_EQUAL(schedule.next_ms, 10101);
}

static void but_not_within_three_seconds_of_the_last(void)
{
	start(200000, 600000);
	ra_schedule_sent(&schedule, 1000, 0);
	ra_schedule_solicited(&schedule, 1001, 7);
	CU_ASSERT_EQUAL(schedule.next_ms, 4007);
	start(200000, 600000);
	ra_schedule_sent(&schedule, 1000, 0);
	ra_schedule_solicited(&schedule, 3999, 0);
	CU_ASSERT_EQUAL(schedule.next_ms, 4000);
	ra_schedule_solicited(&schedule, 4000, 0);
	CU_ASSERT_EQUAL(schedule.next_ms, 4000);
}

static void one_that_is_due_before_is_the_answer(void)
{
	start(1000, 1000);
	ra_schedule_sent(&schedule, 1000, 0);
	ra_schedule_solicited(&schedule, 1900, 200);
	CU_ASSERT_EQUAL(schedule.next_ms, 2000);
}

/* RFC 6275 §13: MinDelayBetweenRAs follows a short MinRtrAdvInterval. */
static void short_intervals_bring_answers_sooner(void)
{
	start(50, 100);
	ra_schedule_sent(&schedule, 1000, 50);
	CU_ASSERT_EQUAL(schedule.next_ms, 1100);
	ra_schedule_solicited(&schedule, 1001, 0);
	CU_ASSERT_EQUAL(schedule.next_ms, 1050);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_first_is_due_at_once),
		UNIT(the_first_three_follow_within_16_seconds),
		UNIT(the_interval_is_drawn_between_both_ends),
		UNIT(a_solicitation_is_answered_within_half_a_second),
		UNIT(but_not_within_three_seconds_of_the_last),
		UNIT(one_that_is_due_before_is_the_answer),
		UNIT(short_intervals_bring_answers_sooner),
	};

	return unit_run("router/ra_schedule", cases, UNIT_COUNT(cases));
}
