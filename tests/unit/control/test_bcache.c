/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The binding cache against a simple map, and under readers that believe nothing.
 *
 *   test_bcache [OPERATIONS [LOOKUPS]]    how long the two random tests last (400000, 20000000)
 */
#include "bcache.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_malloc.h>

#include "ha/dataplane.h"
#include "retire.h"
#include "support/eal.h"
#include "support/unit.h"

enum {
	NODES = 3000,
	CAPACITY = 2000,
	CROWDED =
		300, /* nodes that all fall into CROWDED_BUCKETS buckets, so that chains are long */
	CROWDED_BUCKETS = 4,
	READERS = 2,
	/* Moved, but never removed, while readers look on; some in the crowd, some not. */
	STEADY_FIRST = 100,
	STEADY_LAST = 1099,
	BULK = 32,
};

static struct rte_rcu_qsbr *rcu;
static uint64_t operations = 400000;
static uint64_t lookups = 20000000;
static struct ip_addr homes[NODES];
static const struct binding *in_force[NODES]; /* the model: NULL is no binding */
static uint32_t count;

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return rcu;
}

static uint64_t draw(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static bool is_steady(uint32_t node)
{
	return node >= STEADY_FIRST && node <= STEADY_LAST;
}

/* Every other time one of the crowd. */
static uint32_t draw_node(void)
{
	return (uint32_t)(draw() % (draw() & 1 ? CROWDED : NODES));
}

static void random_home(struct ip_addr *home)
{
	uint64_t words[2] = {draw() & 7, draw()};

	memcpy(home->bytes, words, sizeof(words));
	home->bytes[0] = 0x20;
}

/* Every binding carries what proves that it is whole: its care-of address is a function of the home
 * address and of the number in slot, which grows with every change. */
static struct ip_addr care_of_for(const struct ip_addr *home, uint32_t version)
{
	uint64_t words[2] = {ip_addr_word(home, 0) + version,
			     ip_addr_word(home, 1) * (version | 1)};
	struct ip_addr care_of;

	memcpy(care_of.bytes, words, sizeof(words));
	return care_of;
}

static bool is_whole(const struct binding *binding, const struct ip_addr *home)
{
	struct ip_addr care_of = care_of_for(home, binding->slot);

	return ip_addr_equal(&binding->home, home) && ip_addr_equal(&binding->care_of, &care_of);
}

static int put(uint32_t node, uint32_t version)
{
	struct binding *next = bcache_make();
	int rc;

	if (next == NULL)
		return -1;
	next->home = homes[node];
	next->care_of = care_of_for(&homes[node], version);
	next->slot = version;
	rc = bcache_publish(in_force[node], next);
	if (rc == 0) {
		count += in_force[node] == NULL;
		in_force[node] = next;
	}
	return rc;
}

static void take_out(uint32_t node)
{
	bcache_remove(in_force[node]);
	in_force[node] = NULL;
	count--;
}

/* As a worker's burst does. */
static void find_bulk(const struct ip_addr *homes_wanted[], const struct binding *found[])
{
	const struct bcache *table = bcache_table();
	struct bcache_keys keys;

	memcpy(keys.homes, homes_wanted, sizeof(keys.homes[0]) * BULK);
	bcache_keys_fetch(table, &keys, BULK);
	bcache_keys_probe(table, &keys, BULK);
	for (uint32_t i = 0; i < BULK; i++)
		found[i] = bcache_keys_found(table, &keys, i);
}

static uint32_t differences_in_bulk(void)
{
	uint32_t wrong = 0;

	for (uint32_t first = 0; first + BULK <= NODES; first += BULK) {
		const struct ip_addr *keys[BULK];
		const struct binding *found[BULK];

		for (uint32_t i = 0; i < BULK; i++)
			keys[i] = &homes[first + i];
		find_bulk(keys, found);
		for (uint32_t i = 0; i < BULK; i++)
			wrong += found[i] != in_force[first + i];
	}
	return wrong;
}

static void start(void)
{
	struct fault fault;

	CU_ASSERT_EQUAL_FATAL(bcache_start(CAPACITY, &fault), 0);
	for (uint32_t i = 0; i < NODES; i++) {
		do {
			random_home(&homes[i]);
		} while (i < CROWDED &&
			 bcache_place(bcache_table(), &homes[i]).bucket >= CROWDED_BUCKETS);
		in_force[i] = NULL;
	}
	count = 0;
}

static void stop(void)
{
	retire_drain();
	bcache_stop();
}

static void random_operations_leave_what_a_simple_map_has(void)
{
	uint64_t wrong = 0;

	start();
	for (uint64_t i = 0; i < operations; i++) {
		uint32_t node = draw_node();

		if (in_force[node] != NULL && draw() % 3 == 0)
			take_out(node);
		else if (in_force[node] != NULL || count < CAPACITY)
			CU_ASSERT_EQUAL_FATAL(put(node, (uint32_t)i), 0);
		wrong += bcache_find(bcache_table(), &homes[node]) != in_force[node];
		if (i % 4096 == 0)
			wrong += differences_in_bulk();
		retire_poll(NULL);
	}
	wrong += differences_in_bulk();
	CU_ASSERT_EQUAL(wrong, 0);
	stop();
}

static void a_full_cache_refuses_and_keeps_what_it_has(void)
{
	uint32_t node = 0;
	uint32_t most;

	start();
	while (node < NODES && put(node, node) == 0)
		node++;
	most = node;
	CU_ASSERT_TRUE(most >= CAPACITY);
	CU_ASSERT_TRUE(most < NODES);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	take_out(0);
	retire_drain();
	CU_ASSERT_EQUAL(put(most, most), 0);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	stop();
}

/* As many keys in one bucket as overflow buckets can hold, and one more. */
static void a_key_without_room_is_refused_and_its_binding_is_free_again(void)
{
	struct fault fault;
	struct ip_addr home;
	uint32_t held = 0;
	int rc = 0;

	CU_ASSERT_EQUAL_FATAL(bcache_start(CAPACITY, &fault), 0);
	while (rc == 0) {
		struct binding *next = bcache_make();

		CU_ASSERT_PTR_NOT_NULL_FATAL(next);
		do {
			random_home(&home);
		} while (bcache_place(bcache_table(), &home).bucket != 0);
		next->home = home;
		rc = bcache_publish(NULL, next);
		held += rc == 0;
	}
	CU_ASSERT_EQUAL(rc, -28 /* ENOSPC */);
	CU_ASSERT_TRUE(held > 100 && held < CAPACITY);
	CU_ASSERT_PTR_NULL(bcache_find(bcache_table(), &home));
	bcache_stop();
}

/* How many overflow buckets home addresses ::1, ::2 ... would need, with the keys of one start. */
static uint32_t overflows_of_a_row(uint32_t keys, uint32_t bucket_count)
{
	struct bcache table = {.secret = {draw(), draw()}, .bucket_count = bucket_count};
	uint16_t *held = calloc(bucket_count, sizeof(*held));
	uint32_t overflows = 0;
	struct ip_addr home = {.bytes = {0x20, 0x01, 0x0d, 0xb8}};

	CU_ASSERT_PTR_NOT_NULL_FATAL(held);
	for (uint32_t i = 1; i <= keys; i++) {
		uint32_t number = htonl(i);

		memcpy(&home.bytes[12], &number, sizeof(number));
		held[bcache_place(&table, &home).bucket]++;
	}
	for (uint32_t i = 0; i < bucket_count; i++)
		overflows += held[i] > BCACHE_SLOTS ? (held[i] - 1) / BCACHE_SLOTS : 0;
	free(held);
	return overflows;
}

/* With four keys a bucket chance fills 2.1 % of the buckets above eight. */
static void home_addresses_in_a_row_spread_like_random_ones(void)
{
	uint32_t worst = 0;

	for (int start = 0; start < 1000; start++) {
		uint32_t overflows = overflows_of_a_row(16384, 4096);

		worst = overflows > worst ? overflows : worst;
	}
	CU_ASSERT_TRUE(worst > 4096 * 21 / 1000);
	CU_ASSERT_TRUE(worst < 2 * 4096 * 21 / 1000);
}

static void overflow_buckets_come_back(void)
{
	start();
	for (int round = 0; round < 1000; round++) {
		for (uint32_t node = 0; node < CROWDED; node++)
			CU_ASSERT_EQUAL_FATAL(put(node, 0), 0);
		for (uint32_t node = 0; node < CROWDED; node++)
			take_out(node);
		retire_poll(NULL);
	}
	CU_ASSERT_EQUAL(count, 0);
	stop();
}

/* A reader believes nothing: every hit is whole, a steady node is never missed and never goes back
 * to an older binding, and what was found stays as it was until the reader reports quiescent. */
struct reader {
	pthread_t thread;
	unsigned int id;
	uint64_t seed;
	uint64_t lookups;
	uint64_t hits;
	uint64_t torn;
	uint64_t missed;
	uint64_t older;
	uint64_t recycled;
	uint32_t seen[NODES];
};

static struct reader readers[READERS];
static cpu_set_t all_cpus; /* DPDK ties the main thread to one */
static bool readers_may_stop;

static void look_up(struct reader *r)
{
	const struct ip_addr *keys[BULK];
	const struct binding *found[BULK];
	uint32_t versions[BULK];
	uint32_t nodes[BULK];

	for (uint32_t i = 0; i < BULK; i++) {
		r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
		nodes[i] = (uint32_t)(r->seed >> 33) % (i % 2 == 0 ? CROWDED : NODES);
		keys[i] = &homes[nodes[i]];
	}
	find_bulk(keys, found);
	for (uint32_t i = 0; i < BULK; i++) {
		if (found[i] == NULL) {
			r->missed += is_steady(nodes[i]);
			continue;
		}
		r->hits++;
		versions[i] = found[i]->slot;
		r->torn += !is_whole(found[i], keys[i]);
		if (!is_steady(nodes[i]))
			continue;
		r->older += versions[i] < r->seen[nodes[i]];
		r->seen[nodes[i]] = versions[i];
	}
	for (uint32_t i = 0; i < BULK; i++)
		if (found[i] != NULL)
			r->recycled +=
				found[i]->slot != versions[i] || !is_whole(found[i], keys[i]);
	r->lookups += BULK;
}

static void *read_all(void *reader)
{
	struct reader *r = reader;

	pthread_setaffinity_np(pthread_self(), sizeof(all_cpus), &all_cpus);
	rte_rcu_qsbr_thread_register(rcu, r->id);
	rte_rcu_qsbr_thread_online(rcu, r->id);
	while (r->lookups < lookups / READERS) {
		look_up(r);
		rte_rcu_qsbr_quiescent(rcu, r->id);
	}
	rte_rcu_qsbr_thread_offline(rcu, r->id);
	rte_rcu_qsbr_thread_unregister(rcu, r->id);
	__atomic_store_n(&readers_may_stop, true, __ATOMIC_RELAXED);
	return NULL;
}

static void write_meanwhile(void)
{
	uint32_t version = NODES;

	while (!__atomic_load_n(&readers_may_stop, __ATOMIC_RELAXED)) {
		uint32_t node = draw_node();

		if (!is_steady(node) && in_force[node] != NULL && draw() % 2 == 0)
			take_out(node);
		else if (in_force[node] != NULL || count < CAPACITY)
			put(node, version++);
		retire_poll(NULL);
	}
}

static void readers_find_every_binding_whole_while_a_writer_works(void)
{
	start();
	for (uint32_t node = STEADY_FIRST; node <= STEADY_LAST; node++)
		CU_ASSERT_EQUAL_FATAL(put(node, node), 0);
	readers_may_stop = false;
	for (unsigned int i = 0; i < READERS; i++) {
		readers[i].id = i;
		readers[i].seed = i;
		CU_ASSERT_EQUAL_FATAL(
			pthread_create(&readers[i].thread, NULL, read_all, &readers[i]), 0);
	}
	write_meanwhile();
	for (unsigned int i = 0; i < READERS; i++) {
		const struct reader *r = &readers[i];

		pthread_join(r->thread, NULL);
		CU_ASSERT_TRUE(r->hits > r->lookups / 3);
		CU_ASSERT_EQUAL(r->torn, 0);
		CU_ASSERT_EQUAL(r->missed, 0);
		CU_ASSERT_EQUAL(r->older, 0);
		CU_ASSERT_EQUAL(r->recycled, 0);
	}
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	stop();
}

static void make_rcu(void)
{
	rcu = rte_zmalloc("rcu", rte_rcu_qsbr_get_memsize(READERS), RTE_CACHE_LINE_SIZE);
	if (rcu == NULL)
		exit(2);
	rte_rcu_qsbr_init(rcu, READERS);
}

int main(int argc, char *argv[])
{
	static const struct unit_case cases[] = {
		UNIT(random_operations_leave_what_a_simple_map_has),
		UNIT(a_full_cache_refuses_and_keeps_what_it_has),
		UNIT(a_key_without_room_is_refused_and_its_binding_is_free_again),
		UNIT(home_addresses_in_a_row_spread_like_random_ones),
		UNIT(overflow_buckets_come_back),
		UNIT(readers_find_every_binding_whole_while_a_writer_works),
	};

	if (argc > 1)
		operations = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		lookups = strtoull(argv[2], NULL, 10);
	sched_getaffinity(0, sizeof(all_cpus), &all_cpus);
	test_eal_start(64);
	make_rcu();
	return unit_run("bcache", cases, UNIT_COUNT(cases));
}
