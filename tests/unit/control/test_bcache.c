/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The binding cache against a simple map, and under readers that believe nothing.
 *
 *   test_bcache [OPERATIONS [LOOKUPS]]    how long the two random tests last (400000, 2000000)
 */
#include "bcache.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "ha/dataplane.h"
#include "retire.h"
#include "support/draw.h"
#include "support/eal.h"
#include "support/unit.h"

enum {
	NODES = 3000,
	CAPACITY = 2000,
	/* The first nodes fall into few buckets, so that chains are long; CHAIN of them into each. */
	CHAINS = 4,
	CHAIN = 90,
	CROWDED = CHAINS * CHAIN,
	READERS = 2,
	RUN = 30,      /* nodes of a chain that come and go together, so that whole buckets do */
	STOP_US = 100, /* the writer is stopped that often, wherever it is */
	STOPS_MAX = 50000, /* in one turn of its loop: some seconds */
	BULK = 32,
};

_Static_assert(CHAIN % RUN == 0, "a chain is so many runs");

static struct rte_rcu_qsbr *rcu;
static uint64_t operations = 400000;
static uint64_t lookups = 2000000;
static struct ip_addr homes[NODES];
static const struct binding *in_force[NODES]; /* the model: NULL is no binding */
static uint32_t count;
/* What readers may know of the model: a node that is in force has an odd number of comings and
 * goings, and readers find at least the newest version. */
static uint32_t comings[NODES];
static uint32_t newest[NODES];
static uint32_t busy; /* the node that is being changed */

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return rcu;
}

/* Every other time one of the crowd. */
static uint32_t draw_node(void)
{
	return (uint32_t)(draw() % (draw() & 1 ? CROWDED : NODES));
}

/* Every fourth one can be asked for by words. */
static void random_home(struct ip_addr *home)
{
	uint64_t words[2] = {draw() & 7, draw()};

	memcpy(home->bytes, words, sizeof(words));
	home->bytes[0] = 0x20;
	if (draw() % 4 == 0)
		*home = ip_addr_of_word(words[1]);
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
	__atomic_store_n(&busy, node, __ATOMIC_RELAXED);
	next->home = homes[node];
	next->care_of = care_of_for(&homes[node], version);
	next->slot = version;
	rc = bcache_publish(in_force[node], next);
	if (rc != 0)
		return rc;
	__atomic_store_n(&newest[node], version, __ATOMIC_RELEASE);
	if (in_force[node] == NULL) {
		__atomic_store_n(&comings[node], comings[node] + 1, __ATOMIC_RELEASE);
		count++;
	}
	in_force[node] = next;
	return 0;
}

static void take_out(uint32_t node)
{
	__atomic_store_n(&comings[node], comings[node] + 1, __ATOMIC_RELEASE);
	bcache_remove(in_force[node]);
	in_force[node] = NULL;
	count--;
}

/* As a worker's burst does. */
static void find_bulk(const struct ip_addr *homes_wanted[], const struct binding *found[])
{
	const struct bcache *table = bcache_table();
	struct bcache_keys keys;

	for (uint32_t i = 0; i < BULK; i++)
		bcache_keys_put(table, &keys, i, homes_wanted[i]);
	bcache_keys_probe(table, &keys, BULK);
	for (uint32_t i = 0; i < BULK; i++)
		found[i] = bcache_keys_find(table, &keys, i);
}

static void find_bulk_by_words(const struct ip_addr *homes_wanted[], const struct binding *found[],
			       uint32_t hashes[])
{
	const struct bcache *table = bcache_table();
	struct bcache_keys keys;

	for (uint32_t i = 0; i < BULK; i++)
		bcache_words_put(table, &keys, i, ip_addr_word(homes_wanted[i], 1));
	bcache_keys_probe(table, &keys, BULK);
	for (uint32_t i = 0; i < BULK; i++)
		found[i] = bcache_words_find(table, &keys, i);
	memcpy(hashes, keys.hashes, sizeof(hashes[0]) * BULK);
}

/* One whose first half is not 0 must not be found by its second. */
static uint32_t differences_by_words(const struct ip_addr *keys[], uint32_t first)
{
	const struct binding *found[BULK];
	uint32_t hashes[BULK];
	uint32_t wrong = 0;

	find_bulk_by_words(keys, found, hashes);
	for (uint32_t i = 0; i < BULK; i++) {
		bool is_word = ip_addr_word(keys[i], 0) == 0;

		wrong += found[i] != (is_word ? in_force[first + i] : NULL);
		wrong += is_word && hashes[i] != bcache_hash(bcache_table(), keys[i]);
	}
	return wrong;
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
		wrong += differences_by_words(keys, first);
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
			 bcache_place(bcache_table(), &homes[i]).bucket != i / CHAIN);
		in_force[i] = NULL;
		comings[i] = 0;
		newest[i] = 0;
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

/* In the same bucket and with the same tag. */
static void give_a_home_like(uint32_t node, const struct ip_addr *other)
{
	struct bcache_place wanted = bcache_place(bcache_table(), other);
	struct bcache_place place;

	do {
		homes[node] = ip_addr_of_word(draw());
		place = bcache_place(bcache_table(), &homes[node]);
	} while (place.bucket != wanted.bucket || place.tag != wanted.tag);
}

static void a_key_that_looks_like_another_is_told_apart(void)
{
	start();
	homes[0] = ip_addr_of_word(draw());
	give_a_home_like(1, &homes[0]);
	CU_ASSERT_EQUAL_FATAL(put(0, 1), 0);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	CU_ASSERT_EQUAL_FATAL(put(1, 2), 0);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	stop();
}

/* How many buckets lie in the chain behind a bucket. */
static uint32_t overflows_behind(uint32_t bucket)
{
	const struct bcache_bucket *buckets = bcache_table()->buckets;
	uint32_t overflows = 0;

	for (uint32_t at = buckets[bucket].next; at != 0; at = buckets[at].next)
		overflows++;
	return overflows;
}

static void give_a_home_in_bucket(uint32_t node, uint32_t bucket)
{
	do {
		random_home(&homes[node]);
	} while (bcache_place(bcache_table(), &homes[node]).bucket != bucket);
}

/* All nodes belong into bucket 0, and as many as its overflow buckets can hold are there. */
static uint32_t start_without_room(void)
{
	uint32_t held = 0;

	start();
	for (uint32_t node = 0; node < NODES; node++)
		give_a_home_in_bucket(node, 0);
	while (held < NODES && put(held, held) == 0)
		held++;
	return held;
}

static void a_chain_without_room_refuses_and_keeps_what_it_has(void)
{
	uint32_t held = start_without_room();
	uint32_t accepted = 0;

	/* Every slot is taken, and the table has room for more bindings. */
	CU_ASSERT_EQUAL(held, BCACHE_SLOTS * (1 + overflows_behind(0)));
	CU_ASSERT_TRUE(held > 100 && held < CAPACITY);
	/* More often than there are bindings: each is free again. */
	for (uint32_t i = 0; i < 2 * CAPACITY; i++)
		accepted += put(held + i % (NODES - held), i) != -ENOSPC;
	CU_ASSERT_EQUAL(accepted, 0);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	stop();
}

static void without_room_who_is_there_moves_and_who_leaves_makes_room(void)
{
	uint32_t held = start_without_room();

	for (uint32_t node = 0; node < held; node++)
		CU_ASSERT_EQUAL(put(node, held + node), 0);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	take_out(held / 2);
	CU_ASSERT_EQUAL(put(held, held), 0);
	CU_ASSERT_EQUAL(put(held / 2, held), -ENOSPC);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	stop();
}

/* No other bucket can have an overflow bucket until one has left the long chain. */
static void without_room_other_buckets_fill_and_an_empty_overflow_bucket_serves_them(void)
{
	uint32_t held = start_without_room();
	uint32_t last = held + BCACHE_SLOTS;

	for (uint32_t node = held; node <= last; node++)
		give_a_home_in_bucket(node, 1);
	for (uint32_t node = held; node < last; node++)
		CU_ASSERT_EQUAL(put(node, node), 0);
	CU_ASSERT_EQUAL(put(last, last), -ENOSPC);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	for (uint32_t node = BCACHE_SLOTS; node < 2 * BCACHE_SLOTS; node++)
		take_out(node);
	CU_ASSERT_EQUAL(put(last, last), 0);
	CU_ASSERT_EQUAL(overflows_behind(1), 1);
	CU_ASSERT_EQUAL(put(BCACHE_SLOTS, last), -ENOSPC);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	stop();
}

static void replace(uint32_t node)
{
	if (in_force[node] != NULL)
		take_out(node);
	random_home(&homes[node]);
	CU_ASSERT_EQUAL_FATAL(put(node, node), 0);
	retire_poll(NULL);
}

/* A newcomer gets an overflow bucket when ten others are there, and keeps it when they leave: a full
 * table that changes comes to need seven times as many as one that was just filled. */
static void a_full_table_that_changes_does_not_run_out_of_overflow_buckets(void)
{
	uint32_t most = 0;

	start();
	for (uint32_t i = 0; i < 20 * CAPACITY; i++) {
		uint32_t overflows = 0;

		replace(i < CAPACITY ? i : (uint32_t)(draw() % CAPACITY));
		if (i % 64 != 0)
			continue;
		for (uint32_t bucket = 0; bucket < bcache_table()->bucket_count; bucket++)
			overflows += overflows_behind(bucket);
		most = overflows > most ? overflows : most;
	}
	CU_ASSERT_TRUE(most > bcache_table()->bucket_count / 100);
	CU_ASSERT_TRUE(most < bcache_table()->bucket_count / 32 + 64);
	CU_ASSERT_EQUAL(differences_in_bulk(), 0);
	stop();
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

/* With four keys a bucket chance fills 0.28 % of the buckets above ten. */
static void home_addresses_in_a_row_spread_like_random_ones(void)
{
	uint32_t worst = 0;

	for (int start = 0; start < 200; start++) {
		uint32_t overflows = overflows_of_a_row(131072, 32768);

		worst = overflows > worst ? overflows : worst;
	}
	CU_ASSERT_TRUE(worst > 32768 * 28 / 10000);
	CU_ASSERT_TRUE(worst < 2 * 32768 * 28 / 10000);
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

/* A reader believes nothing: every hit is whole, a node that is in force all the while is never
 * missed, none goes back to an older binding, and what was found stays as it was until the reader
 * reports quiescent. */
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

/* A look-up, and what its reader knew when it started. */
struct look_up {
	uint32_t node;
	uint32_t comings;
	uint32_t newest;
	uint32_t version; /* found */
	const struct binding *found;
};

static struct reader readers[READERS];
static cpu_set_t all_cpus; /* DPDK ties the main thread to one */
static bool readers_may_stop;
static volatile sig_atomic_t stops_in_a_turn; /* of the writer's loop */

static uint32_t reader_draws(struct reader *r)
{
	r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(r->seed >> 33);
}

static void start_look_up(struct reader *r, struct look_up *l, uint32_t node)
{
	uint32_t known = __atomic_load_n(&newest[node], __ATOMIC_ACQUIRE);

	l->node = node;
	l->newest = known > r->seen[node] ? known : r->seen[node];
	l->comings = __atomic_load_n(&comings[node], __ATOMIC_ACQUIRE);
}

static void check_look_up(struct reader *r, struct look_up *l)
{
	r->lookups++;
	if (l->found == NULL) {
		r->missed += l->comings % 2 == 1 &&
			     __atomic_load_n(&comings[l->node], __ATOMIC_ACQUIRE) == l->comings;
		return;
	}
	r->hits++;
	l->version = l->found->slot;
	r->torn += !is_whole(l->found, &homes[l->node]);
	r->older += l->version < l->newest;
	r->seen[l->node] = l->version;
}

static void check_that_it_is_still_there(struct reader *r, const struct look_up *l)
{
	if (l->found != NULL)
		r->recycled += l->found->slot != l->version || !is_whole(l->found, &homes[l->node]);
}

/* A quarter of the look-ups is for what the writer changes right now. */
static uint32_t node_to_look_up(struct reader *r, uint32_t i)
{
	if (i % 4 == 0)
		return __atomic_load_n(&busy, __ATOMIC_RELAXED);
	return reader_draws(r) % (i % 4 == 1 ? NODES : CROWDED);
}

static void look_up_many(struct reader *r)
{
	struct look_up look_ups[BULK];
	const struct ip_addr *keys[BULK];
	const struct binding *found[BULK];

	for (uint32_t i = 0; i < BULK; i++) {
		start_look_up(r, &look_ups[i], node_to_look_up(r, i));
		keys[i] = &homes[look_ups[i].node];
	}
	find_bulk(keys, found);
	for (uint32_t i = 0; i < BULK; i++) {
		look_ups[i].found = found[i];
		check_look_up(r, &look_ups[i]);
	}
	for (uint32_t i = 0; i < BULK; i++)
		check_that_it_is_still_there(r, &look_ups[i]);
}

/* Mostly not at all; now and then so long that the writer does much meanwhile. */
static void linger(struct reader *r)
{
	static const struct timespec shortest = {.tv_nsec = 1};
	uint32_t draw = reader_draws(r) % 64;

	if (draw == 0)
		nanosleep(&shortest, NULL);
	else if (draw < 8)
		sched_yield();
	else if (draw < 16)
		for (uint32_t i = 0; i < 8 * draw; i++)
			rte_pause();
}

/* bcache_find by a reader that lingers between any two steps. */
static const struct binding *find_slowly(struct reader *r, const struct ip_addr *home)
{
	const struct bcache *table = bcache_table();
	struct bcache_place place = bcache_place(table, home);
	uint32_t at = place.bucket;

	do {
		const struct bcache_bucket *bucket = &table->buckets[at];
		uint32_t match = bcache_match(bucket, place.tag);

		for (; match != 0; match &= match - 1) {
			const struct binding *binding;

			linger(r);
			binding = bcache_first(table, bucket, match);
			linger(r);
			if (ip_addr_equal(&binding->home, home))
				return binding;
		}
		linger(r);
		at = __atomic_load_n(&bucket->next, __ATOMIC_ACQUIRE);
		linger(r);
	} while (at != 0);
	return NULL;
}

static void look_up_slowly(struct reader *r)
{
	struct look_up l;

	start_look_up(r, &l, reader_draws(r) % CROWDED);
	l.found = find_slowly(r, &homes[l.node]);
	check_look_up(r, &l);
	linger(r);
	check_that_it_is_still_there(r, &l);
}

static void *read_all(void *reader)
{
	struct reader *r = reader;

	pthread_setaffinity_np(pthread_self(), sizeof(all_cpus), &all_cpus);
	rte_rcu_qsbr_thread_register(rcu, r->id);
	rte_rcu_qsbr_thread_online(rcu, r->id);
	while (r->lookups < lookups / READERS) {
		look_up_many(r);
		rte_rcu_qsbr_quiescent(rcu, r->id);
		look_up_slowly(r);
		rte_rcu_qsbr_quiescent(rcu, r->id);
	}
	rte_rcu_qsbr_thread_offline(rcu, r->id);
	rte_rcu_qsbr_thread_unregister(rcu, r->id);
	__atomic_store_n(&readers_may_stop, true, __ATOMIC_RELAXED);
	return NULL;
}

/* They come or move together, or they go together. */
static void change_a_run(uint32_t *version)
{
	uint32_t first = (uint32_t)(draw() % (CROWDED / RUN)) * RUN;
	bool leave = draw() % 2 == 0;

	for (uint32_t node = first; node < first + RUN; node++)
		if (!leave)
			put(node, (*version)++);
		else if (in_force[node] != NULL)
			take_out(node);
}

/* One of the crowd only moves. */
static void change_one(uint32_t *version)
{
	uint32_t node = draw_node();

	if (node >= CROWDED && in_force[node] != NULL && draw() % 4 == 0)
		take_out(node);
	else if (in_force[node] != NULL || (node >= CROWDED && count < CAPACITY - CROWDED))
		put(node, (*version)++);
}

static void write_meanwhile(void)
{
	uint32_t version = NODES;

	while (!__atomic_load_n(&readers_may_stop, __ATOMIC_RELAXED)) {
		if (draw() % 16 == 0)
			change_a_run(&version);
		else
			change_one(&version);
		retire_poll(NULL);
		stops_in_a_turn = 0;
	}
}

/* Once: the next is due when this one is over, so that the writer gets on. */
static void stop_the_writer_in(suseconds_t us)
{
	struct itimerval timer = {.it_value.tv_usec = us};

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* The writer stands still for some 50 us, wherever the signal found it. A table that is broken may
 * hold it for ever: in a ring of buckets, or waiting for a reader who is in one. */
static void stand_still(int number)
{
	static const struct timespec shortest = {.tv_nsec = 1};

	(void)number;
	if (++stops_in_a_turn == STOPS_MAX) {
		static const char lost[] = "FAIL the writer does not return: chains are broken\n";

		_exit(write(STDOUT_FILENO, lost, sizeof(lost) - 1) != 0);
	}
	nanosleep(&shortest, NULL);
	stop_the_writer_in(STOP_US);
}

/* The signal is the writer's: all other threads are started while it is blocked. */
static void block_stops(bool block)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	pthread_sigmask(block ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static void start_readers(void)
{
	readers_may_stop = false;
	for (unsigned int i = 0; i < READERS; i++) {
		readers[i] = (struct reader){.id = i, .seed = i};
		CU_ASSERT_EQUAL_FATAL(
			pthread_create(&readers[i].thread, NULL, read_all, &readers[i]), 0);
	}
}

static void readers_find_every_binding_whole_while_a_writer_works(void)
{
	start();
	for (uint32_t node = 0; node < CAPACITY - CROWDED; node++)
		CU_ASSERT_EQUAL_FATAL(put(node, node), 0);
	start_readers();
	block_stops(false);
	stop_the_writer_in(STOP_US);
	write_meanwhile();
	block_stops(true);
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
		UNIT(a_key_that_looks_like_another_is_told_apart),
		UNIT(a_chain_without_room_refuses_and_keeps_what_it_has),
		UNIT(without_room_who_is_there_moves_and_who_leaves_makes_room),
		UNIT(without_room_other_buckets_fill_and_an_empty_overflow_bucket_serves_them),
		UNIT(a_full_table_that_changes_does_not_run_out_of_overflow_buckets),
		UNIT(home_addresses_in_a_row_spread_like_random_ones),
		UNIT(overflow_buckets_come_back),
		UNIT(readers_find_every_binding_whole_while_a_writer_works),
	};

	if (argc > 1)
		operations = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		lookups = strtoull(argv[2], NULL, 10);
	sched_getaffinity(0, sizeof(all_cpus), &all_cpus);
	signal(SIGALRM, stand_still);
	block_stops(true);
	test_eal_start(64);
	make_rcu();
	return unit_run("bcache", cases, UNIT_COUNT(cases));
}
