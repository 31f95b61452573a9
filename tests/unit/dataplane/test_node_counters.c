/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/count.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "support/unit.h"

enum {
	SLOTS = 2,
	LARGEST = UINT16_MAX,
	SMALLEST = 40, /* an IPv6 header */
	TURNS = 3000000,
};

/* A word that is not full whatever the next packet is, as left by that many packets of that size. */
#define NEARLY_FULL (UINT64_C(1) << 34)

static uint64_t lately[SLOTS];
static struct direction_stats totals[SLOTS];
static struct node_counters nodes = {lately, totals};
static const struct binding first = {.slot = 0};
static const struct binding second = {.slot = 1};

static void clear(void)
{
	node_counters_clear(&nodes, 0);
	node_counters_clear(&nodes, 1);
}

static void packets_and_octets_are_counted_each_where_it_belongs(void)
{
	struct direction_stats sum;

	clear();
	count(&nodes, &first, 100);
	count(&nodes, &first, 60);
	count(&nodes, &second, LARGEST);
	sum = node_counters_read(&nodes, 0);
	CU_ASSERT_EQUAL(sum.pkts, 2);
	CU_ASSERT_EQUAL(sum.bytes, 160);
	sum = node_counters_read(&nodes, 1);
	CU_ASSERT_EQUAL(sum.pkts, 1);
	CU_ASSERT_EQUAL(sum.bytes, LARGEST);
	node_counters_clear(&nodes, 0);
	CU_ASSERT_EQUAL(node_counters_read(&nodes, 0).pkts, 0);
	CU_ASSERT_EQUAL(node_counters_read(&nodes, 1).pkts, 1);
}

/* Past the point where the word is carried, several times. */
static void nothing_is_lost_when_the_word_is_full(void)
{
	uint64_t packets = 5 * NEARLY_FULL / LARGEST;
	struct direction_stats sum;

	clear();
	for (uint64_t i = 0; i < packets; i++)
		count(&nodes, &first, LARGEST);
	CU_ASSERT(totals[0].bytes >= 4 * NEARLY_FULL);
	sum = node_counters_read(&nodes, 0);
	CU_ASSERT_EQUAL(sum.pkts, packets);
	CU_ASSERT_EQUAL(sum.bytes, packets * LARGEST);
}

/* The octets of the smallest packets still fill up before their number does. */
static void the_smallest_packets_fit(void)
{
	uint64_t packets = NEARLY_FULL / SMALLEST;
	struct direction_stats sum;

	clear();
	lately[0] = packets * SMALLEST << NODE_OCTETS_SHIFT | packets;
	CU_ASSERT(packets < NODE_PACKETS_MASK);
	for (unsigned int i = 0; i < 10; i++)
		count(&nodes, &first, SMALLEST);
	CU_ASSERT_NOT_EQUAL(totals[0].pkts, 0);
	sum = node_counters_read(&nodes, 0);
	CU_ASSERT_EQUAL(sum.pkts, packets + 10);
	CU_ASSERT_EQUAL(sum.bytes, (packets + 10) * SMALLEST);
}

/* As many packets at once as nearly fill the word, and one that counts them. */
static void *count_much(void *done)
{
	const uint64_t packets = NEARLY_FULL / LARGEST - 1;
	const uint64_t word = packets * LARGEST << NODE_OCTETS_SHIFT | packets;

	for (unsigned int i = 0; i < TURNS; i++) {
		if (lately[0] == 0)
			__atomic_store_n(&lately[0], word, __ATOMIC_RELAXED);
		count(&nodes, &first, LARGEST);
	}
	__atomic_store_n((bool *)done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void whoever_reads_meanwhile_never_sees_less_nor_twice_as_much(void)
{
	const uint64_t most = NEARLY_FULL / LARGEST;
	struct direction_stats before = {0};
	unsigned int went_back = 0;
	unsigned int leapt = 0;
	bool done = false;
	pthread_t counter;

	clear();
	CU_ASSERT_EQUAL_FATAL(pthread_create(&counter, NULL, count_much, &done), 0);
	while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
		struct direction_stats now = node_counters_read(&nodes, 0);

		went_back += now.pkts < before.pkts || now.bytes < before.bytes;
		leapt += now.bytes != now.pkts * LARGEST;
		before = now;
	}
	pthread_join(counter, NULL);
	CU_ASSERT_EQUAL(went_back, 0);
	CU_ASSERT_EQUAL(leapt, 0);
	CU_ASSERT(node_counters_read(&nodes, 0).pkts > most);
}

struct reading {
	struct direction_stats sum;
	bool done;
};

static void *read_first(void *reading)
{
	struct reading *r = reading;

	r->sum = node_counters_read(&nodes, 0);
	__atomic_store_n(&r->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* The worker is stopped between its stores. */
static void a_word_on_its_way_is_waited_for(void)
{
	const uint64_t full = NEARLY_FULL << NODE_OCTETS_SHIFT | 1000;
	struct reading reading = {0};
	pthread_t reader;

	clear();
	lately[0] = full;
	totals[0].pkts = 1000;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&reader, NULL, read_first, &reading), 0);
	usleep(20000);
	CU_ASSERT_FALSE(__atomic_load_n(&reading.done, __ATOMIC_ACQUIRE));
	__atomic_store_n(&totals[0].bytes, NEARLY_FULL, __ATOMIC_RELEASE);
	__atomic_store_n(&lately[0], 0, __ATOMIC_RELEASE);
	pthread_join(reader, NULL);
	CU_ASSERT_EQUAL(reading.sum.pkts, 1000);
	CU_ASSERT_EQUAL(reading.sum.bytes, NEARLY_FULL);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(packets_and_octets_are_counted_each_where_it_belongs),
		UNIT(nothing_is_lost_when_the_word_is_full),
		UNIT(the_smallest_packets_fit),
		UNIT(a_word_on_its_way_is_waited_for),
		UNIT(whoever_reads_meanwhile_never_sees_less_nor_twice_as_much),
	};

	return unit_run("node_counters", cases, UNIT_COUNT(cases));
}
