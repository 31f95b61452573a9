/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/prefix_delay.h"

#include "ha/config.h"
#include "support/unit.h"

enum { MIN = 600, MAX = 86400 };

static void the_delay_lies_between_the_least_and_the_longest_interval(void)
{
	uint32_t forever = LIFETIME_INFINITE_S;

	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, forever, forever, 0), 600000);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, forever, forever, 85799999), 86399999);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, forever, forever, 85800000), 600000);
}

static void a_preferred_lifetime_bounds_it(void)
{
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 100000, 1000, 399999), 999999);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 100000, 1000, 400000), 600000);
}

/* RFC 6275 takes the absolute value. */
static void a_preferred_lifetime_below_the_least_spreads_it_as_far(void)
{
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 100000, 200, 399999), 999999);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 100000, 200, 400001), 600001);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 100000, 0, 599999), 1199999);
}

static void no_room_to_draw_from_is_the_least_interval(void)
{
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MIN, 100000, 100000, 12345), 600000);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 100000, MIN, 12345), 600000);
}

static void a_prefix_that_would_be_gone_is_told_of_before(void)
{
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 600, 100, 299999), 299999);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 600, 100, 300001), 0);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 601, 100, 0), 600000);
	CU_ASSERT_EQUAL(prefix_delay_ms(MIN, MAX, 0, 0, 12345), 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_delay_lies_between_the_least_and_the_longest_interval),
		UNIT(a_preferred_lifetime_bounds_it),
		UNIT(a_preferred_lifetime_below_the_least_spreads_it_as_far),
		UNIT(no_room_to_draw_from_is_the_least_interval),
		UNIT(a_prefix_that_would_be_gone_is_told_of_before),
	};

	return unit_run("router/prefix_delay", cases, UNIT_COUNT(cases));
}
