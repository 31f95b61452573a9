/* SPDX-License-Identifier: BSD-3-Clause
 *
 * timer: a hierarchical timer wheel. The clock is an argument, so a test can set the time.
 *
 * Shape      intrusive: the owner embeds struct timer and keeps it alive while armed. Three levels
 *            of 256 slots of TIMER_TICK_MS: arm, change and cancel are constant time, a million
 *            timers cost nothing while they wait.
 * Units      milliseconds of the monotonic clock.
 * Threads    the control thread.
 */
#ifndef CONTROL_TIMER_H
#define CONTROL_TIMER_H

#include <stdbool.h>
#include <stdint.h>

enum {
	TIMER_TICK_MS = 50,
	TIMER_LEVELS = 3,
	TIMER_SLOTS = 256,
};

struct timer;
typedef void timer_fn(struct timer *timer, uint64_t now_ms);

struct timer {
	struct timer *next;
	struct timer *prev; /* NULL while not armed */
	uint64_t due_ms;
	timer_fn *expired;
};

struct timer_wheel {
	uint64_t tick;
	struct timer slots[TIMER_LEVELS][TIMER_SLOTS]; /* list heads */
};

void timer_wheel_init(struct timer_wheel *wheel, uint64_t now_ms);

/* Arms or re-arms. A time in the past expires at the next advance. Never expires early. */
void timer_set(struct timer_wheel *wheel, struct timer *timer, uint64_t due_ms, timer_fn *expired);
void timer_cancel(struct timer *timer);

static inline bool timer_is_set(const struct timer *timer)
{
	return timer->prev != 0;
}

/* Calls what is due, at most budget of them (0: all). A callback may set and cancel any timer.
 * Returns how many. */
unsigned int timer_wheel_advance(struct timer_wheel *wheel, uint64_t now_ms, unsigned int budget);

#endif
