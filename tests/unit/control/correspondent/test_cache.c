/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/cache.h"

#include <string.h>

#include "support/unit.h"

enum { CAPACITY = 50 };

static const uint64_t start_ms = 1000000;
static struct fault fault;
static unsigned int requests;
static struct ip_addr asked;

static void refresh_due(const struct cached_binding *binding)
{
	requests++;
	asked = binding->home;
}

static struct ip_addr home(uint16_t number)
{
	return (struct ip_addr){
		.bytes = {0x20, 1, 0xd,
			  0xb8, [14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};
}

static void start(uint32_t capacity)
{
	requests = 0;
	CU_ASSERT_EQUAL(correspondent_cache_start(capacity, 42, start_ms, refresh_due, &fault), 0);
}

/* Nonces are known until 240 s. */
static struct cache_update update(uint16_t number, uint32_t lifetime_s)
{
	return (struct cache_update){
		.home = home(number),
		.care_of = home((uint16_t)(0x8000 | number)),
		.lifetime_s = lifetime_s,
		.sequence = 7,
		.home_nonce = 0xffff,
		.nonces_until_ms = start_ms + 240000,
	};
}

static bool put(uint16_t number, uint32_t lifetime_s, uint64_t at_s)
{
	const struct cache_update u = update(number, lifetime_s);

	return correspondent_cache_put(&u, start_ms + at_s * 1000);
}

static void advance(uint64_t at_s)
{
	for (int turn = 0; turn < 8; turn++)
		correspondent_cache_advance(start_ms + at_s * 1000 + 100);
}

static const struct cached_binding *find(uint16_t number)
{
	const struct ip_addr address = home(number);

	return correspondent_cache_find(&address);
}

static const struct ip_addr *use(uint16_t number)
{
	const struct ip_addr address = home(number);

	return correspondent_cache_use(&address);
}

static void cache_without_capacity_is_empty_and_takes_nothing(void)
{
	start(0);
	CU_ASSERT_PTR_NULL(find(1));
	CU_ASSERT_PTR_NULL(use(1));
	CU_ASSERT_TRUE(correspondent_cache_is_full());
	CU_ASSERT_EQUAL(correspondent_cache_slots(), 0);
	CU_ASSERT_EQUAL(correspondent_cache_advance(start_ms + 1000000), 0);
}

static void binding_is_found_by_its_home_address(void)
{
	const struct ip_addr care_of = home(0x8001);

	start(CAPACITY);
	CU_ASSERT_TRUE(put(1, 420, 0));
	CU_ASSERT_PTR_NOT_NULL_FATAL(use(1));
	CU_ASSERT_TRUE(ip_addr_equal(use(1), &care_of));
	CU_ASSERT_PTR_NULL(find(2));
	CU_ASSERT_EQUAL(correspondent_cache_count(), 1);
}

static void full_cache_takes_no_newcomer_and_evicts_nobody(void)
{
	start(CAPACITY);
	for (uint16_t i = 0; i < CAPACITY; i++)
		CU_ASSERT_TRUE(put(i, 420, 0));
	CU_ASSERT_TRUE(correspondent_cache_is_full());
	CU_ASSERT_FALSE(put(CAPACITY, 420, 0));
	CU_ASSERT_TRUE(put(3, 420, 1));
	for (uint16_t i = 0; i < CAPACITY; i++)
		CU_ASSERT_PTR_NOT_NULL(use(i));
	CU_ASSERT_EQUAL(correspondent_cache_count(), CAPACITY);
}

static void lifetime_ends_at_its_end(void)
{
	start(CAPACITY);
	put(1, 400, 0);
	advance(399);
	CU_ASSERT_PTR_NOT_NULL(use(1));
	advance(400);
	CU_ASSERT_PTR_NULL(find(1)); /* its nonces are long gone */
	CU_ASSERT_EQUAL(correspondent_cache_count(), 0);
}

static void entry_that_ended_is_kept_while_its_nonces_are_known(void)
{
	const struct cache_update deletion = {
		.home = home(2),
		.sequence = 9,
		.home_nonce = 0, /* one after 0xffff */
		.nonces_until_ms = start_ms + 270000,
	};

	start(CAPACITY);
	put(1, 4, 0);
	put(2, 420, 0);
	correspondent_cache_delete(&deletion, start_ms + 10000);
	advance(10);
	CU_ASSERT_PTR_NULL(use(1));
	CU_ASSERT_PTR_NULL(use(2));
	CU_ASSERT_PTR_NOT_NULL_FATAL(find(1));
	CU_ASSERT_PTR_NOT_NULL_FATAL(find(2));
	CU_ASSERT_EQUAL(find(1)->state, CACHED_ENDED);
	CU_ASSERT_EQUAL(find(1)->home_nonce, 0xffff);
	CU_ASSERT_EQUAL(find(2)->sequence, 9);
	CU_ASSERT_EQUAL(find(2)->home_nonce, 0);
	CU_ASSERT_EQUAL(correspondent_cache_count(), 0);
	advance(239);
	CU_ASSERT_PTR_NOT_NULL(find(1));
	advance(240);
	CU_ASSERT_PTR_NULL(find(1));
	advance(269);
	CU_ASSERT_PTR_NOT_NULL(find(2));
	advance(270);
	CU_ASSERT_PTR_NULL(find(2));
}

static void entry_that_ended_comes_back_in_its_place(void)
{
	const struct cache_update deletion = update(1, 0);
	uint32_t slot;

	start(1);
	put(1, 420, 0);
	slot = find(1)->slot;
	correspondent_cache_delete(&deletion, start_ms);
	CU_ASSERT_PTR_NULL(correspondent_cache_at(slot));
	CU_ASSERT_FALSE(put(2, 420, 0));
	CU_ASSERT_TRUE(put(1, 420, 0));
	CU_ASSERT_PTR_NOT_NULL_FATAL(find(1));
	CU_ASSERT_EQUAL(find(1)->slot, slot);
	advance(241); /* the timer of its nonces is gone */
	CU_ASSERT_PTR_NOT_NULL(use(1));
}

static void older_nonce_does_not_replace_a_newer_one(void)
{
	struct cache_update u = update(1, 420);

	start(CAPACITY);
	correspondent_cache_put(&u, start_ms);
	u.home_nonce = 0xfffe;
	u.nonces_until_ms -= 30000;
	correspondent_cache_put(&u, start_ms);
	CU_ASSERT_EQUAL(find(1)->home_nonce, 0xffff);
	CU_ASSERT_EQUAL(find(1)->nonces_until_ms, start_ms + 240000);
}

static void deleting_what_is_not_there_makes_nothing(void)
{
	const struct cache_update deletion = update(1, 0);

	start(CAPACITY);
	correspondent_cache_delete(&deletion, start_ms);
	CU_ASSERT_PTR_NULL(find(1));
}

static void refresh_is_asked_for_in_the_last_quarter_of_what_is_used(void)
{
	const struct ip_addr first = home(1);

	start(CAPACITY);
	put(1, 400, 0);
	put(2, 400, 0);
	use(1);
	advance(299);
	CU_ASSERT_EQUAL(requests, 0);
	advance(300);
	CU_ASSERT_EQUAL(requests, 1);
	CU_ASSERT_TRUE(ip_addr_equal(&asked, &first));
	advance(349);
	CU_ASSERT_EQUAL(requests, 1);
	advance(350);
	CU_ASSERT_EQUAL(requests, 2);
	advance(375);
	CU_ASSERT_EQUAL(requests, 3);
	advance(399);
	CU_ASSERT_EQUAL(requests, 3);
	advance(400);
	CU_ASSERT_EQUAL(requests, 3);
	CU_ASSERT_PTR_NULL(use(1));
}

static void update_ends_the_requests(void)
{
	start(CAPACITY);
	put(1, 400, 0);
	use(1);
	advance(300);
	CU_ASSERT_EQUAL(requests, 1);
	put(1, 400, 310);
	advance(620);
	CU_ASSERT_EQUAL(requests, 1); /* not used since */
	use(1);
	advance(660);
	CU_ASSERT_EQUAL(requests, 2);
}

static void unreachable(uint16_t number, uint16_t care_of_number, uint64_t at_ms)
{
	const struct ip_addr address = home(number);
	const struct ip_addr care_of = home(care_of_number);

	correspondent_cache_unreachable(&address, &care_of, start_ms + at_ms);
}

/* RFC 6275 §9.3.4. */
static void three_errors_a_second_apart_end_a_binding_in_use(void)
{
	start(CAPACITY);
	put(1, 400, 0);
	for (uint64_t at_ms = 0; at_ms < 10000; at_ms += 1000)
		unreachable(1, 0x8001, at_ms);
	CU_ASSERT_PTR_NOT_NULL(use(1)); /* nothing was sent to it before */
	for (uint64_t at_ms = 20000; at_ms < 22000; at_ms += 100)
		unreachable(1, 0x8001, at_ms);
	for (uint64_t at_ms = 22000; at_ms < 32000; at_ms += 1000)
		unreachable(1, 0x8002, at_ms);
	CU_ASSERT_PTR_NOT_NULL(use(1));
	CU_ASSERT_EQUAL(correspondent_cache_count(), 1);
	unreachable(1, 0x8001, 32000);
	CU_ASSERT_PTR_NULL(use(1));
	CU_ASSERT_EQUAL(correspondent_cache_count(), 0);
	unreachable(1, 0x8001, 40000);
	CU_ASSERT_EQUAL(find(1)->state, CACHED_ENDED); /* its nonces are known still */
}

static void an_update_makes_earlier_errors_forgotten(void)
{
	start(CAPACITY);
	put(1, 400, 0);
	use(1);
	unreachable(1, 0x8001, 1000);
	unreachable(1, 0x8001, 2000);
	put(1, 400, 3);
	use(1);
	unreachable(1, 0x8001, 4000);
	unreachable(1, 0x8001, 5000);
	CU_ASSERT_PTR_NOT_NULL(use(1));
	unreachable(1, 0x8001, 6000);
	CU_ASSERT_PTR_NULL(use(1));
}

static void thousands_of_entries_come_and_go(void)
{
	start(4096);
	for (unsigned int round = 0; round < 3; round++) {
		for (uint16_t i = 0; i < 4096; i++)
			CU_ASSERT_TRUE(put((uint16_t)(round * 4096 + i), 4, round * 1000));
		CU_ASSERT_EQUAL(correspondent_cache_count(), 4096);
		for (int turn = 0; turn < 200; turn++)
			advance(round * 1000 + 500);
		CU_ASSERT_EQUAL(correspondent_cache_count(), 0);
	}
	correspondent_cache_stop();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(cache_without_capacity_is_empty_and_takes_nothing),
		UNIT(binding_is_found_by_its_home_address),
		UNIT(full_cache_takes_no_newcomer_and_evicts_nobody),
		UNIT(lifetime_ends_at_its_end),
		UNIT(entry_that_ended_is_kept_while_its_nonces_are_known),
		UNIT(entry_that_ended_comes_back_in_its_place),
		UNIT(older_nonce_does_not_replace_a_newer_one),
		UNIT(deleting_what_is_not_there_makes_nothing),
		UNIT(refresh_is_asked_for_in_the_last_quarter_of_what_is_used),
		UNIT(update_ends_the_requests),
		UNIT(three_errors_a_second_apart_end_a_binding_in_use),
		UNIT(an_update_makes_earlier_errors_forgotten),
		UNIT(thousands_of_entries_come_and_go),
	};

	return unit_run("correspondent/cache", cases, UNIT_COUNT(cases));
}
