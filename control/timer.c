/* SPDX-License-Identifier: BSD-3-Clause */
#include "timer.h"

#include <stddef.h>

/* Slots are rings with a head in the wheel. A timer sits at the level whose slots are just wide
 * enough for how far away it is, and comes down a level each time the wheel below has gone round.
 * What is due, but not called yet, waits in the slot of the current tick. */

enum {
	LEVEL_BITS = 8,
	LEVEL_MASK = TIMER_SLOTS - 1,
};

_Static_assert(TIMER_SLOTS == 1 << LEVEL_BITS, "a level is one octet of the tick");

#define SPAN_TICKS (UINT64_C(1) << LEVEL_BITS * TIMER_LEVELS)

static void list_init(struct timer *head)
{
	head->next = head;
	head->prev = head;
}

static void insert_before(struct timer *at, struct timer *timer)
{
	timer->next = at;
	timer->prev = at->prev;
	at->prev->next = timer;
	at->prev = timer;
}

static void unlink_timer(struct timer *timer)
{
	timer->prev->next = timer->next;
	timer->next->prev = timer->prev;
	timer->next = NULL;
	timer->prev = NULL;
}

/* Puts all of from in front of what to holds. */
static void splice_front(struct timer *from, struct timer *to)
{
	if (from->next == from)
		return;
	from->prev->next = to->next;
	to->next->prev = from->prev;
	to->next = from->next;
	from->next->prev = to;
	list_init(from);
}

static struct timer *current_slot(struct timer_wheel *wheel)
{
	return &wheel->slots[0][wheel->tick & LEVEL_MASK];
}

/* Farther than the wheel reaches, a timer waits in the last slot and is looked at again from there.
 */
static void place(struct timer_wheel *wheel, struct timer *timer)
{
	uint64_t due = timer->due_ms / TIMER_TICK_MS + (timer->due_ms % TIMER_TICK_MS != 0);
	unsigned int level = 0;
	uint64_t ahead;

	if (due < wheel->tick)
		due = wheel->tick;
	if (due - wheel->tick >= SPAN_TICKS)
		due = wheel->tick + SPAN_TICKS - 1;
	ahead = due - wheel->tick;
	while (ahead >> LEVEL_BITS * (level + 1) != 0)
		level++;
	insert_before(&wheel->slots[level][due >> LEVEL_BITS * level & LEVEL_MASK], timer);
}

void timer_wheel_init(struct timer_wheel *wheel, uint64_t now_ms)
{
	wheel->tick = now_ms / TIMER_TICK_MS;
	for (unsigned int level = 0; level < TIMER_LEVELS; level++)
		for (unsigned int slot = 0; slot < TIMER_SLOTS; slot++)
			list_init(&wheel->slots[level][slot]);
}

void timer_set(struct timer_wheel *wheel, struct timer *timer, uint64_t due_ms, timer_fn *expired)
{
	timer_cancel(timer);
	timer->due_ms = due_ms;
	timer->expired = expired;
	place(wheel, timer);
}

void timer_cancel(struct timer *timer)
{
	if (timer_is_set(timer))
		unlink_timer(timer);
}

static void cascade(struct timer_wheel *wheel, unsigned int level)
{
	struct timer waiting;

	list_init(&waiting);
	splice_front(&wheel->slots[level][wheel->tick >> LEVEL_BITS * level & LEVEL_MASK],
		     &waiting);
	while (waiting.next != &waiting) {
		struct timer *timer = waiting.next;

		unlink_timer(timer);
		place(wheel, timer);
	}
}

/* Moves on by one tick. What was due before stays in front of what is due now. The slot behind must
 * be empty before the levels above come down: it is the farthest one ahead now. */
static void step(struct timer_wheel *wheel)
{
	struct timer *before = current_slot(wheel);

	wheel->tick++;
	splice_front(before, current_slot(wheel));
	for (unsigned int level = TIMER_LEVELS - 1; level > 0; level--)
		if ((wheel->tick & ((UINT64_C(1) << LEVEL_BITS * level) - 1)) == 0)
			cascade(wheel, level);
}

/* What a callback arms for the past lands in the current slot behind its back, for the next
 * advance. */
unsigned int timer_wheel_advance(struct timer_wheel *wheel, uint64_t now_ms, unsigned int budget)
{
	unsigned int called = 0;
	struct timer due;

	while (wheel->tick < now_ms / TIMER_TICK_MS)
		step(wheel);
	list_init(&due);
	splice_front(current_slot(wheel), &due);
	while (due.next != &due && (budget == 0 || called < budget)) {
		struct timer *timer = due.next;

		unlink_timer(timer);
		called++;
		timer->expired(timer, now_ms);
	}
	splice_front(&due, current_slot(wheel));
	return called;
}
