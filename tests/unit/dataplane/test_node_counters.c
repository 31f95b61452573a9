/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/count.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "support/unit.h"

enum {
	SLOTS = 2,
	LARGEST = UINT16_MAX,
	SMALLEST = 20, /* an IPv4 header */
	TURNS = 3000000,
	OCTETS_FULL = 1 << 20,	/* of a word: from here on its octets are carried, */
	PACKETS_FULL = 1 << 10, /* or from here on its packets */
};

static uint32_t lately[SLOTS];
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

static uint64_t carries; /* that count_and_watch saw */

static void count_and_watch(uint64_t packets, uint16_t octets)
{
	clear();
	carries = 0;
	for (uint64_t i = 0; i < packets; i++) {
		count(&nodes, &first, octets);
		carries += lately[0] == 0;
	}
}

static void check_sum(uint64_t packets, uint16_t octets)
{
	struct direction_stats sum = node_counters_read(&nodes, 0);

	CU_ASSERT_EQUAL(sum.pkts, packets);
	CU_ASSERT_EQUAL(sum.bytes, packets * octets);
}

/* The octets of the largest packets fill up first, several times. */
static void nothing_is_lost_when_the_octets_are_full(void)
{
	const uint64_t packets = 5 * OCTETS_FULL / LARGEST;

	count_and_watch(packets, LARGEST);
	CU_ASSERT_EQUAL(carries, packets / (OCTETS_FULL / LARGEST + 1));
	CU_ASSERT(totals[0].bytes >= 4 * OCTETS_FULL);
	check_sum(packets, LARGEST);
}

static void nothing_is_lost_when_the_packets_are_full(void)
{
	const uint64_t packets = 5 * PACKETS_FULL + 1;

	count_and_watch(packets, SMALLEST);
	CU_ASSERT_EQUAL(carries, 5);
	CU_ASSERT_EQUAL(totals[0].pkts, 5 * PACKETS_FULL);
	check_sum(packets, SMALLEST);
}

/* One packet before either half is full the largest packet still fits. */
static void the_next_packet_always_fits(void)
{
	const uint32_t octets = OCTETS_FULL - 1;
	const uint32_t packets = PACKETS_FULL - 1;
	struct direction_stats sum;

	clear();
	lately[0] = packets << NODE_PACKETS_SHIFT | octets;
	CU_ASSERT_EQUAL(lately[0] & NODE_FULL, 0);
	count(&nodes, &first, LARGEST);
	sum = node_counters_read(&nodes, 0);
	CU_ASSERT_EQUAL(sum.pkts, packets + 1);
	CU_ASSERT_EQUAL(sum.bytes, octets + LARGEST);
}

/* As many packets at once as nearly fill the word, and one that counts them. */
static void *count_much(void *done)
{
	const uint32_t packets = OCTETS_FULL / LARGEST;
	const uint32_t word = packets << NODE_PACKETS_SHIFT | packets * LARGEST;

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
	CU_ASSERT(totals[0].pkts > 0);
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
	const uint32_t full = UINT32_C(1000) << NODE_PACKETS_SHIFT | OCTETS_FULL;
	struct reading reading = {0};
	pthread_t reader;

	clear();
	lately[0] = full;
	totals[0].pkts = 1000;
	CU_ASSERT_EQUAL_FATAL(pthread_create(&reader, NULL, read_first, &reading), 0);
	usleep(20000);
	CU_ASSERT_FALSE(__atomic_load_n(&reading.done, __ATOMIC_ACQUIRE));
	__atomic_store_n(&totals[0].bytes, OCTETS_FULL, __ATOMIC_RELEASE);
	__atomic_store_n(&lately[0], 0, __ATOMIC_RELEASE);
	pthread_join(reader, NULL);
	CU_ASSERT_EQUAL(reading.sum.pkts, 1000);
	CU_ASSERT_EQUAL(reading.sum.bytes, OCTETS_FULL);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(packets_and_octets_are_counted_each_where_it_belongs),
		UNIT(nothing_is_lost_when_the_octets_are_full),
		UNIT(nothing_is_lost_when_the_packets_are_full),
		UNIT(the_next_packet_always_fits),
		UNIT(a_word_on_its_way_is_waited_for),
		UNIT(whoever_reads_meanwhile_never_sees_less_nor_twice_as_much),
	};

	return unit_run("node_counters", cases, UNIT_COUNT(cases));
}
