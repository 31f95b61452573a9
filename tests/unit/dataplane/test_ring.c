/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The ring between two threads: in order, whole, and never more than it holds. The last case has two threads; the thread sanitizer
 * runs it as well. With an argument so many messages go there: test_ring MESSAGES
 */
#include "dataplane/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include <rte_memory.h>

#include "support/eal.h"
#include "support/unit.h"

enum {
	SLOTS = 8,
	MARKS = 256, /* laps until a mark comes again */
	MESSAGES = 2000000,
	SEED_PRIME = 31,
};

struct message {
	const uint32_t *value;
	uint32_t number;
	uint8_t kind;
	uint8_t reserved[2];
	uint8_t mark;
};

_Static_assert(sizeof(struct message) == sizeof(struct ring_slot), "a message of a ring");

static unsigned long messages = MESSAGES;
static cpu_set_t all_cpus; /* before the EAL takes one for this thread */

static struct ring *make(uint32_t slots)
{
	struct ring *ring = ring_make(slots, SOCKET_ID_ANY);

	CU_ASSERT_PTR_NOT_NULL_FATAL(ring);
	return ring;
}

static bool put(struct ring *ring, uint32_t number)
{
	struct message m = {.number = number, .kind = (uint8_t)(number * SEED_PRIME), .mark = 0xff};

	return ring_put(ring, &m);
}

/* The next one must be this. */
static void expect(struct ring *ring, uint32_t number)
{
	struct message m = {0};

	CU_ASSERT_FATAL(ring_take(ring, &m));
	CU_ASSERT_EQUAL(m.number, number);
	CU_ASSERT_EQUAL(m.kind, (uint8_t)(number * SEED_PRIME));
	CU_ASSERT_PTR_NULL(m.value);
}

static void expect_none(struct ring *ring)
{
	struct message m = {.number = 77};

	CU_ASSERT_FALSE(ring_take(ring, &m));
	CU_ASSERT_EQUAL(m.number, 77);
}

static void a_new_ring_is_empty(void)
{
	expect_none(make(SLOTS));
}

static void messages_come_out_in_order(void)
{
	struct ring *ring = make(SLOTS);

	for (uint32_t i = 0; i < SLOTS; i++)
		CU_ASSERT(put(ring, i));
	for (uint32_t i = 0; i < SLOTS; i++)
		expect(ring, i);
	expect_none(ring);
}

static void a_full_ring_refuses_and_loses_nothing(void)
{
	struct ring *ring = make(SLOTS);

	for (uint32_t i = 0; i < SLOTS; i++)
		CU_ASSERT(put(ring, i));
	CU_ASSERT_FALSE(put(ring, SLOTS));
	CU_ASSERT_FALSE(put(ring, SLOTS));
	expect(ring, 0);
	CU_ASSERT(put(ring, SLOTS));
	CU_ASSERT_FALSE(put(ring, SLOTS + 1));
	for (uint32_t i = 1; i <= SLOTS; i++)
		expect(ring, i);
	expect_none(ring);
}

/* As many laps as there are marks, and more, and each place of the ring as the one where it is empty. */
static void what_an_earlier_lap_left_is_no_message(void)
{
	struct ring *ring = make(SLOTS);

	for (uint32_t i = 0; i < 3 * MARKS * SLOTS; i++) {
		CU_ASSERT_FATAL(put(ring, i));
		expect(ring, i);
		expect_none(ring);
	}
}

static void counts_may_wrap(void)
{
	struct ring *ring = make(SLOTS);
	uint32_t start = 0U - 2 * SLOTS;

	ring->put = start;
	ring->taken = start;
	ring->room_until = start + SLOTS;
	for (uint32_t i = 0; i < 4 * SLOTS; i++) {
		for (uint32_t k = 0; k < SLOTS; k++)
			CU_ASSERT_FATAL(put(ring, i * SLOTS + k));
		CU_ASSERT_FALSE(put(ring, 0));
		for (uint32_t k = 0; k < SLOTS; k++)
			expect(ring, i * SLOTS + k);
		expect_none(ring);
	}
}

static void memory_is_what_it_says(void)
{
	CU_ASSERT(ring_octets(1024) >= sizeof(struct ring) + 1024 * sizeof(struct ring_slot));
	CU_ASSERT(ring_octets(2048) - ring_octets(1024) == 1024 * sizeof(struct ring_slot));
}

/* What a message points at is written before it is put. It is written over when as many messages again as there is room for were put: then
 * the other thread has read it. */
struct producer {
	struct ring *ring;
	uint32_t *values; /* 2 * SLOTS of them */
};

static void *produce(void *producer)
{
	const struct producer *p = producer;

	pthread_setaffinity_np(pthread_self(), sizeof(all_cpus), &all_cpus);
	for (uint32_t i = 0; i < messages; i++) {
		uint32_t *value = &p->values[i % (2 * SLOTS)];
		struct message m = {.value = value, .number = i, .kind = (uint8_t)(i * SEED_PRIME)};

		*value = i ^ SEED_PRIME;
		while (!ring_put(p->ring, &m))
			sched_yield();
	}
	return NULL;
}

static void another_thread_sees_each_message_whole(void)
{
	uint32_t values[2 * SLOTS] = {0};
	struct producer producer = {.ring = make(SLOTS), .values = values};
	unsigned long wrong = 0;
	pthread_t thread;

	CU_ASSERT_EQUAL_FATAL(pthread_create(&thread, NULL, produce, &producer), 0);
	for (uint32_t i = 0; i < messages; i++) {
		struct message m;
		uint32_t value;

		while (!ring_take(producer.ring, &m))
			sched_yield();
		value = *m.value;
		wrong += m.number != i || m.kind != (uint8_t)(i * SEED_PRIME) ||
			 value != (i ^ SEED_PRIME);
	}
	pthread_join(thread, NULL);
	CU_ASSERT_EQUAL(wrong, 0);
	expect_none(producer.ring);
}

int main(int argc, char *argv[])
{
	static const struct unit_case cases[] = {
		UNIT(a_new_ring_is_empty),
		UNIT(messages_come_out_in_order),
		UNIT(a_full_ring_refuses_and_loses_nothing),
		UNIT(what_an_earlier_lap_left_is_no_message),
		UNIT(counts_may_wrap),
		UNIT(memory_is_what_it_says),
		UNIT(another_thread_sees_each_message_whole),
	};

	if (argc > 1)
		messages = strtoul(argv[1], NULL, 10);
	sched_getaffinity(0, sizeof(all_cpus), &all_cpus);
	test_eal_start(64);
	return unit_run("dataplane/ring", cases, UNIT_COUNT(cases));
}
