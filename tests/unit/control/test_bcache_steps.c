/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The binding cache under every reader at once, in one thread.
 *
 * The writer is stopped behind each of its instructions (x86: by the trap flag; elsewhere behind each
 * operation). Whenever a bucket has changed, a look-up starts for every key, and every look-up that is
 * under way anywhere takes a step and also stays where it is. So every interleaving of the steps of a
 * look-up with the stores of the writer is tried, however slow the reader. What it cannot show is what
 * CPUs reorder: test_bcache has readers for that, also with the thread sanitizer, which this is not
 * for (the trap would come inside of it).
 */
#include "bcache.h"

#include <signal.h>
#include <stdlib.h>
#if defined(__x86_64__)
#include <x86intrin.h>
#endif

#include <rte_malloc.h>

#include "ha/dataplane.h"
#include "retire.h"
#include "support/draw.h"
#include "support/eal.h"
#include "support/unit.h"

enum {
	CAPACITY = 256,
	CHAINS = 2,
	CHAIN_KEYS = BCACHE_SLOTS * 5 / 2, /* a bucket, and one and a half behind it */
	KEYS = CHAINS * CHAIN_KEYS,
	/* The readers report quiescent behind three phases: a binding that is free is to last that long. */
	PHASE_OPERATIONS = (CAPACITY / 8 + 64 + CAPACITY - KEYS - 1) / 3,
	ROUNDS = 3,
	UNDER_WAY_MAX = 4096,
	CHAIN_MAX = 64, /* buckets; past this a chain is a ring, and that is a fault */
};

enum step { READ_TAGS, READ_INDEX, COMPARE, READ_NEXT, HOLD };

/* A look-up, and what it may answer: a key that was out of the table at any time since the start may
 * be missed, one that was in it may be found, but not older than it was at the start. */
struct look_up {
	const struct binding *binding;
	enum step step;
	uint32_t bucket;
	uint32_t match;
	uint32_t oldest; /* of what is held: its version */
	bool may_miss;
	bool may_hit;
};

/* A key and the look-ups for it that may be under way. */
struct key {
	struct ip_addr home;
	const struct binding *in_force;
	uint32_t version; /* grows with every move, and when it goes */
	bool may_miss;	  /* now */
	bool may_hit;
	uint32_t under_way_count;
	struct look_up under_way[UNDER_WAY_MAX];
};

static struct rte_rcu_qsbr *rcu;
static struct key keys[KEYS];
static uint64_t fingerprint; /* of all buckets, when the readers last took steps */
static struct {
	uint64_t points; /* times that the readers took steps */
	uint64_t answers;
	uint64_t missed;
	uint64_t ghosts;
	uint64_t older;
	uint64_t torn;
	uint64_t recycled;
	uint64_t left_out; /* more look-ups under way than there is room for */
} seen;

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return rcu;
}

static struct ip_addr care_of_for(const struct ip_addr *home, uint32_t version)
{
	struct ip_addr care_of = *home;

	care_of.bytes[0] = 0x30;
	memcpy(&care_of.bytes[4], &version, sizeof(version));
	return care_of;
}

static bool is_whole(const struct key *key, const struct binding *binding)
{
	struct ip_addr care_of = care_of_for(&key->home, binding->slot);

	return ip_addr_equal(&binding->home, &key->home) &&
	       ip_addr_equal(&binding->care_of, &care_of);
}

static void miss(const struct look_up *l)
{
	seen.answers++;
	seen.missed += !l->may_miss;
}

/* What was found is held, as it is, until the reader reports quiescent. */
static void hit(const struct key *key, struct look_up *l)
{
	seen.answers++;
	seen.ghosts += !l->may_hit;
	seen.older += l->binding->slot < l->oldest;
	seen.torn += !is_whole(key, l->binding);
	l->oldest = l->binding->slot;
	l->step = HOLD;
}

static void compare(const struct key *key, struct look_up *l)
{
	if (ip_addr_equal(&l->binding->home, &key->home)) {
		hit(key, l);
		return;
	}
	l->match &= l->match - 1;
	l->binding = NULL;
	l->step = l->match != 0 ? READ_INDEX : READ_NEXT;
}

/* One read of bcache_find. False: nothing comes behind it. */
static bool take_step(const struct key *key, struct look_up *l)
{
	const struct bcache *table = bcache_table();
	const struct bcache_bucket *bucket = &table->buckets[l->bucket];

	switch (l->step) {
	case READ_TAGS:
		l->match = bcache_match(bucket, bcache_place(table, &key->home).tag);
		l->step = l->match != 0 ? READ_INDEX : READ_NEXT;
		return true;
	case READ_INDEX:
		l->binding = bcache_first(table, bucket, l->match);
		l->step = COMPARE;
		return true;
	case COMPARE:
		compare(key, l);
		return true;
	case READ_NEXT:
		l->bucket = bucket->next;
		l->step = READ_TAGS;
		if (l->bucket == 0)
			miss(l);
		return l->bucket != 0;
	case HOLD:
		seen.recycled += l->binding->slot != l->oldest || !is_whole(key, l->binding);
		return false;
	}
	return false;
}

static bool is_same(const struct look_up *a, const struct look_up *b)
{
	return a->binding == b->binding && a->step == b->step && a->bucket == b->bucket &&
	       a->match == b->match && a->oldest == b->oldest && a->may_miss == b->may_miss &&
	       a->may_hit == b->may_hit;
}

static void add(struct key *key, struct look_up l)
{
	for (uint32_t i = 0; i < key->under_way_count; i++)
		if (is_same(&key->under_way[i], &l))
			return;
	if (key->under_way_count < UNDER_WAY_MAX)
		key->under_way[key->under_way_count++] = l;
	else
		seen.left_out++;
}

static void start_look_up(struct key *key)
{
	add(key, (struct look_up){
			 .step = READ_TAGS,
			 .bucket = bcache_place(bcache_table(), &key->home).bucket,
			 .oldest = key->version,
			 .may_miss = key->may_miss,
			 .may_hit = key->may_hit,
		 });
}

/* Those that took a step are added behind, and take their next step in the same pass. */
static void everybody_takes_steps(void)
{
	seen.points++;
	for (uint32_t k = 0; k < KEYS; k++) {
		struct key *key = &keys[k];

		start_look_up(key);
		for (uint32_t i = 0; i < key->under_way_count; i++) {
			struct look_up next = key->under_way[i];

			if (take_step(key, &next))
				add(key, next);
		}
	}
}

static uint64_t mixed_with_chain(uint64_t hash, uint32_t first)
{
	const struct bcache_bucket *buckets = bcache_table()->buckets;
	uint32_t at = first;
	uint32_t length = 0;

	do {
		const struct bcache_bucket *bucket = &buckets[at];

		for (uint32_t i = 0; i < BCACHE_SLOTS; i++)
			hash = (hash ^ bucket->indexes[i] ^ (uint64_t)bucket->tags[i] << 32) *
			       UINT64_C(0x9e3779b97f4a7c15);
		at = bucket->next;
		hash ^= at;
	} while (at != 0 && ++length < CHAIN_MAX);
	return hash;
}

static void look_at_the_buckets(void)
{
	uint64_t now = 0;

	for (uint32_t chain = 0; chain < CHAINS; chain++)
		now = mixed_with_chain(now, chain);
	if (now == fingerprint)
		return;
	fingerprint = now;
	everybody_takes_steps();
}

static void on_trap(int number)
{
	(void)number;
	look_at_the_buckets();
}

/* From here on the trap comes behind every instruction. */
static void step_from_here(void)
{
#if defined(__x86_64__)
	__writeeflags(__readeflags() | 0x100);
#endif
}

static void step_to_here(void)
{
#if defined(__x86_64__)
	__writeeflags(__readeflags() & ~UINT64_C(0x100));
#endif
	look_at_the_buckets();
}

/* Puts a key in force, or, when it is, moves it. */
static void put(uint32_t k)
{
	struct key *key = &keys[k];
	struct binding *next = bcache_make();
	int rc;

	CU_ASSERT_PTR_NOT_NULL_FATAL(next);
	next->home = key->home;
	next->care_of = care_of_for(&key->home, key->version + 1);
	next->slot = key->version + 1;
	key->may_hit = true;
	for (uint32_t i = 0; i < key->under_way_count; i++)
		key->under_way[i].may_hit = true;
	step_from_here();
	rc = bcache_publish(key->in_force, next);
	step_to_here();
	CU_ASSERT_EQUAL_FATAL(rc, 0);
	key->in_force = next;
	key->version++;
	key->may_miss = false;
	everybody_takes_steps();
	retire_poll(NULL);
}

static void take_out(uint32_t k)
{
	struct key *key = &keys[k];

	key->may_miss = true;
	for (uint32_t i = 0; i < key->under_way_count; i++)
		key->under_way[i].may_miss = true;
	step_from_here();
	bcache_remove(key->in_force);
	step_to_here();
	key->in_force = NULL;
	key->version++;
	key->may_hit = false;
	everybody_takes_steps();
	retire_poll(NULL);
}

/* Every look-up ends, and a worker's next turn begins. */
static void everybody_is_quiescent(void)
{
	for (uint32_t k = 0; k < KEYS; k++)
		keys[k].under_way_count = 0;
	rte_rcu_qsbr_thread_offline(rcu, 0);
	retire_drain();
	rte_rcu_qsbr_thread_online(rcu, 0);
}

/* Keys of a chain lie one behind the other; the second has the tag of the first. */
static void choose_home(uint32_t k)
{
	const struct bcache *table = bcache_table();
	struct ip_addr *home = &keys[k].home;
	uint32_t first = k - k % CHAIN_KEYS;
	struct bcache_place place;

	do {
		uint64_t words[2] = {0x20, draw()};

		memcpy(home->bytes, words, sizeof(words));
		place = bcache_place(table, home);
	} while (place.bucket != k / CHAIN_KEYS ||
		 (k == first + 1 && place.tag != bcache_place(table, &keys[first].home).tag));
}

static void start(void)
{
	struct fault fault;

	CU_ASSERT_EQUAL_FATAL(bcache_start(CAPACITY, &fault), 0);
	rte_rcu_qsbr_thread_register(rcu, 0);
	rte_rcu_qsbr_thread_online(rcu, 0);
	memset(&seen, 0, sizeof(seen));
	memset(keys, 0, sizeof(keys));
	for (uint32_t k = 0; k < KEYS; k++) {
		choose_home(k);
		keys[k].may_miss = true;
	}
}

static void stop(void)
{
	rte_rcu_qsbr_thread_offline(rcu, 0);
	rte_rcu_qsbr_thread_unregister(rcu, 0);
	retire_drain();
	bcache_stop();
	CU_ASSERT_TRUE(seen.points > 0 && seen.answers > seen.points);
	CU_ASSERT_EQUAL(seen.missed, 0);
	CU_ASSERT_EQUAL(seen.ghosts, 0);
	CU_ASSERT_EQUAL(seen.older, 0);
	CU_ASSERT_EQUAL(seen.torn, 0);
	CU_ASSERT_EQUAL(seen.recycled, 0);
	CU_ASSERT_EQUAL(seen.left_out, 0);
}

static void put_all(uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		put(first + i);
}

static void take_out_all(uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		take_out(first + i);
}

static void a_key_is_found_at_every_instant_of_a_move(void)
{
	start();
	put(0);
	put(0);
	put(0);
	stop();
}

static void a_key_is_found_while_another_with_its_tag_comes_moves_and_goes(void)
{
	start();
	put(1);
	put(0);
	put(0);
	take_out(0);
	put(0);
	stop();
}

static void a_slot_that_changes_its_key_misleads_nobody(void)
{
	start();
	put_all(0, BCACHE_SLOTS + 1);
	take_out(0);
	put(BCACHE_SLOTS + 1);
	put(BCACHE_SLOTS);
	stop();
}

/* The second bucket of three goes, and its memory would come in handy for the other chain. */
static void who_stands_in_a_bucket_that_goes_finds_what_lies_behind_it(void)
{
	start();
	put_all(0, 2 * BCACHE_SLOTS + 1);
	take_out_all(BCACHE_SLOTS, BCACHE_SLOTS);
	put_all(CHAIN_KEYS, BCACHE_SLOTS + 1);
	stop();
}

/* The second bucket goes, and then the third, to which it leads; a new one takes their place. */
static void who_stands_in_a_bucket_that_went_finds_the_end_of_the_chain(void)
{
	start();
	put_all(0, 2 * BCACHE_SLOTS + 1);
	take_out_all(BCACHE_SLOTS, BCACHE_SLOTS);
	take_out(2 * BCACHE_SLOTS);
	put_all(BCACHE_SLOTS, BCACHE_SLOTS + 1);
	stop();
}

static void a_key_that_comes_back_is_not_found_as_it_was(void)
{
	start();
	put(0);
	take_out(0);
	put(0);
	stop();
}

/* The new bindings would be made of the memory of the old ones. */
static void what_was_found_stays_as_it_is(void)
{
	start();
	put_all(0, 2);
	take_out(0);
	put_all(2, 2);
	put(1);
	put_all(4, 2);
	stop();
}

/* Mostly one key behind the other, so that whole buckets fill and empty. */
static void a_phase(uint32_t adds_in_8)
{
	uint32_t k = (uint32_t)draw();

	for (uint32_t i = 0; i < PHASE_OPERATIONS; i++) {
		k = (uint32_t)(draw() % 8 == 0 ? draw() : k + 1) % KEYS;
		if (draw() % 8 < adds_in_8)
			put(k);
		else if (keys[k].in_force != NULL)
			take_out(k);
	}
}

static void whatever_comes_and_goes_every_look_up_answers_right(void)
{
	start();
	for (uint32_t round = 0; round < ROUNDS; round++) {
		a_phase(7);
		a_phase(1);
		a_phase(7);
		everybody_is_quiescent();
	}
	stop();
}

static void make_rcu(void)
{
	rcu = rte_zmalloc("rcu", rte_rcu_qsbr_get_memsize(1), RTE_CACHE_LINE_SIZE);
	if (rcu == NULL)
		exit(2);
	rte_rcu_qsbr_init(rcu, 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_key_is_found_at_every_instant_of_a_move),
		UNIT(a_key_is_found_while_another_with_its_tag_comes_moves_and_goes),
		UNIT(a_key_that_comes_back_is_not_found_as_it_was),
		UNIT(a_slot_that_changes_its_key_misleads_nobody),
		UNIT(who_stands_in_a_bucket_that_goes_finds_what_lies_behind_it),
		UNIT(who_stands_in_a_bucket_that_went_finds_the_end_of_the_chain),
		UNIT(what_was_found_stays_as_it_is),
		UNIT(whatever_comes_and_goes_every_look_up_answers_right),
	};

	signal(SIGTRAP, on_trap);
	test_eal_start(64);
	make_rcu();
	return unit_run("bcache_steps", cases, UNIT_COUNT(cases));
}
