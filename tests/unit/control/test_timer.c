/* SPDX-License-Identifier: BSD-3-Clause */
#include "timer.h"

#include <stdlib.h>
#include <string.h>

#include "support/unit.h"

enum { TIMERS = 2000 };

#define TICK   UINT64_C(50)
#define SPAN   (TICK * 256 * 256 * 256)
#define NO_DUE UINT64_MAX

/* The wheel against a plain list: due_at is what the list says, NO_DUE when it is not armed. */
struct modelled {
	struct timer timer; /* first */
	uint64_t due_at;
	uint64_t rearm_by; /* 0: once */
};

static struct timer_wheel wheel;
static struct modelled timers[TIMERS];
static unsigned int wrong;
static uint64_t last_called;

static void modelled_expired(struct timer *timer, uint64_t now_ms)
{
	struct modelled *m = (struct modelled *)timer;

	if (m->due_at > now_ms || timer_is_set(timer))
		wrong++;
	m->due_at = NO_DUE;
	if (m->rearm_by != 0) {
		m->due_at = now_ms + m->rearm_by;
		timer_set(&wheel, timer, m->due_at, modelled_expired);
	}
}

static void start(uint64_t now_ms)
{
	memset(timers, 0, sizeof(timers));
	for (unsigned int i = 0; i < TIMERS; i++)
		timers[i].due_at = NO_DUE;
	wrong = 0;
	timer_wheel_init(&wheel, now_ms);
}

/* Nothing that was due a whole tick ago may still wait. */
static void check_none_late(uint64_t now_ms)
{
	for (unsigned int i = 0; i < TIMERS; i++) {
		if (timers[i].due_at != NO_DUE && timers[i].due_at + TICK <= now_ms)
			wrong++;
		if ((timers[i].due_at != NO_DUE) != timer_is_set(&timers[i].timer))
			wrong++;
	}
}

static uint64_t random_below(uint64_t limit)
{
	return (((uint64_t)random() << 31) ^ (uint64_t)random()) % limit;
}

static void change_some(uint64_t now_ms, uint64_t reach)
{
	for (unsigned int i = 0; i < 40; i++) {
		struct modelled *m = &timers[random_below(TIMERS)];

		if (random_below(4) == 0) {
			timer_cancel(&m->timer);
			m->due_at = NO_DUE;
			continue;
		}
		m->due_at = now_ms + random_below(reach);
		m->rearm_by = random_below(8) == 0 ? 1 + random_below(reach) : 0;
		timer_set(&wheel, &m->timer, m->due_at, modelled_expired);
	}
}

static void run_model(uint64_t start_ms, uint64_t reach, uint64_t stride, unsigned int rounds)
{
	uint64_t now_ms = start_ms;

	start(now_ms);
	for (unsigned int i = 0; i < rounds; i++) {
		change_some(now_ms, reach);
		now_ms += random_below(stride);
		timer_wheel_advance(&wheel, now_ms, 0);
		check_none_late(now_ms);
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void random_timers_within_the_first_level_are_neither_early_nor_late(void)
{
	run_model(0, 12800, 300, 2000);
	run_model(123456789, 12800, 20, 2000);
}

static void random_timers_within_the_second_level_are_neither_early_nor_late(void)
{
	run_model(987654321, TICK * 256 * 256, 9000, 2000);
}

static void random_timers_within_the_third_level_are_neither_early_nor_late(void)
{
	run_model(55, SPAN, 3000000, 300);
}

static void random_timers_beyond_the_wheel_are_neither_early_nor_late(void)
{
	run_model(SPAN - 7, 3 * SPAN, 90000000, 40);
}

static void lifetimes_of_mobile_nodes_are_neither_early_nor_late(void)
{
	run_model(777, 262140000, 400000, 500);
}

static void count_call(struct timer *timer, uint64_t now_ms)
{
	(void)timer;
	last_called = now_ms;
}

static void every_offset_fires_within_its_tick(void)
{
	static const uint64_t edges[] = {0,	255,   256,   257,	511,	  512,
					 65535, 65536, 65537, 16777215, 16777216, 16777217};

	for (uint64_t phase = 0; phase < 300; phase += 13) {
		for (size_t i = 0; i < UNIT_COUNT(edges); i++) {
			uint64_t now_ms = phase * TICK + 3;
			uint64_t due_ms = now_ms + edges[i] * TICK;
			struct timer t = {0};

			timer_wheel_init(&wheel, now_ms);
			timer_set(&wheel, &t, due_ms, count_call);
			CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, due_ms - 1, 0), 0);
			CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, due_ms + TICK - 1, 0), 1);
			CU_ASSERT_EQUAL(last_called, due_ms + TICK - 1);
			CU_ASSERT_FALSE(timer_is_set(&t));
		}
	}
}

static void time_in_the_past_expires_at_the_next_advance(void)
{
	struct timer t = {0};

	timer_wheel_init(&wheel, 100000);
	timer_set(&wheel, &t, 5, count_call);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 100000, 0), 1);
}

static void forever(struct timer *timer, uint64_t now_ms)
{
	last_called = now_ms;
	timer_set(&wheel, timer, now_ms - 1, forever);
}

static void rearming_for_the_past_in_a_callback_waits_for_the_next_advance(void)
{
	struct timer t = {0};

	timer_wheel_init(&wheel, 1000);
	timer_set(&wheel, &t, 1000, forever);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 5000, 0), 1);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 5000, 0), 1);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 9999999, 0), 1);
	timer_cancel(&t);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 99999999, 0), 0);
}

static struct timer victim;

static void cancel_victim(struct timer *timer, uint64_t now_ms)
{
	(void)timer;
	(void)now_ms;
	timer_cancel(&victim);
}

static void callback_may_cancel_another_timer_that_is_due(void)
{
	struct timer t = {0};

	memset(&victim, 0, sizeof(victim));
	timer_wheel_init(&wheel, 0);
	timer_set(&wheel, &t, 100, cancel_victim);
	timer_set(&wheel, &victim, 100, count_call);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 1000, 0), 1);
	CU_ASSERT_FALSE(timer_is_set(&victim));
}

static unsigned int order_wrong;
static uint64_t order_last;

static void in_order(struct timer *timer, uint64_t now_ms)
{
	(void)now_ms;
	order_wrong += timer->due_ms < order_last;
	order_last = timer->due_ms;
}

static void budget_bounds_the_calls_and_the_rest_follows_in_order(void)
{
	static struct timer many[100];
	unsigned int total = 0;
	unsigned int turns = 0;
	unsigned int called;

	order_wrong = 0;
	order_last = 0;
	timer_wheel_init(&wheel, 0);
	for (unsigned int i = 0; i < 100; i++)
		timer_set(&wheel, &many[i], i * TICK, in_order);
	do {
		called = timer_wheel_advance(&wheel, 100 * TICK + turns, 7);
		CU_ASSERT(called <= 7);
		total += called;
		turns++;
	} while (called != 0);
	CU_ASSERT_EQUAL(total, 100);
	CU_ASSERT_EQUAL(turns, 16);
	CU_ASSERT_EQUAL(order_wrong, 0);
}

static void rearming_moves_a_timer(void)
{
	struct timer t = {0};

	timer_wheel_init(&wheel, 0);
	timer_set(&wheel, &t, 100, count_call);
	timer_set(&wheel, &t, 10000, count_call);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 9999, 0), 0);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 10050, 0), 1);
}

static void infinite_time_does_not_overflow(void)
{
	struct timer t = {0};

	timer_wheel_init(&wheel, 0);
	timer_set(&wheel, &t, UINT64_MAX, count_call);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 2 * SPAN, 0), 0);
	CU_ASSERT_TRUE(timer_is_set(&t));
}

static void cancelling_an_idle_timer_does_nothing(void)
{
	struct timer t = {0};

	timer_cancel(&t);
	CU_ASSERT_FALSE(timer_is_set(&t));
}

static void clock_that_stands_or_goes_back_calls_nothing(void)
{
	struct timer t = {0};

	timer_wheel_init(&wheel, 10000);
	timer_set(&wheel, &t, 10100, count_call);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 10000, 0), 0);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 500, 0), 0);
	CU_ASSERT_EQUAL(timer_wheel_advance(&wheel, 10100, 0), 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(random_timers_within_the_first_level_are_neither_early_nor_late),
		UNIT(random_timers_within_the_second_level_are_neither_early_nor_late),
		UNIT(random_timers_within_the_third_level_are_neither_early_nor_late),
		UNIT(random_timers_beyond_the_wheel_are_neither_early_nor_late),
		UNIT(lifetimes_of_mobile_nodes_are_neither_early_nor_late),
		UNIT(every_offset_fires_within_its_tick),
		UNIT(time_in_the_past_expires_at_the_next_advance),
		UNIT(rearming_for_the_past_in_a_callback_waits_for_the_next_advance),
		UNIT(callback_may_cancel_another_timer_that_is_due),
		UNIT(budget_bounds_the_calls_and_the_rest_follows_in_order),
		UNIT(rearming_moves_a_timer),
		UNIT(infinite_time_does_not_overflow),
		UNIT(cancelling_an_idle_timer_does_nothing),
		UNIT(clock_that_stands_or_goes_back_calls_nothing),
	};

	return unit_run("timer", cases, UNIT_COUNT(cases));
}
