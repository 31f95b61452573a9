/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/pending.h"

#include <string.h>

#include "support/unit.h"

enum {
	PLACES = 3,
	DEADLINE_MS = 8000,
};

static const struct ip_addr home_agent = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 1}};
static const struct ip_addr care_of = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 9}};
static unsigned int told;
static uint64_t told_identification;

static void expired(const struct pending *p)
{
	told++;
	told_identification = p->node.identification;
}

static struct ip_addr home_of(uint8_t number)
{
	const uint8_t octets[4] = {10, 1, 0, number};

	return ip4_mapped(octets);
}

static struct answer_to node_of(uint8_t number, uint8_t station)
{
	return (struct answer_to){.key = home_of(number),
				  .home = home_of(number),
				  .mac = {2, 0, 0, 0, 0, station},
				  .identification = UINT64_C(0x1234567800000000) | number};
}

static struct pending *add(uint8_t number, uint8_t station)
{
	const struct answer_to node = node_of(number, station);
	struct pending *p = pending_make(&node, DEADLINE_MS);

	if (p != NULL) {
		p->home_agent = home_agent;
		p->relayed_from = care_of;
	}
	return p;
}

static struct pending *find(uint8_t number, uint32_t identification)
{
	const struct ip_addr key = home_of(number);

	return pending_find(&key, identification, &home_agent, &care_of);
}

static void begin(void)
{
	told = 0;
	pending_stop();
	CU_ASSERT_EQUAL_FATAL(pending_start(PLACES, expired, 1000), 0);
}

static void a_reply_belongs_to_the_request_with_its_low_half(void)
{
	struct pending *p;

	begin();
	p = add(5, 1);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	CU_ASSERT_PTR_EQUAL(find(5, 5), p);
	CU_ASSERT_PTR_NULL(find(5, 6));
	CU_ASSERT_PTR_NULL(find(6, 5));
	CU_ASSERT_PTR_NULL(pending_find(&p->node.key, 5, &care_of, &care_of));
	CU_ASSERT_PTR_NULL(pending_find(&p->node.key, 5, &home_agent, &home_agent));
	pending_remove(p);
	CU_ASSERT_PTR_NULL(find(5, 5));
	CU_ASSERT_EQUAL(pending_count(), 0);
}

static void a_node_has_one_for_each_station_it_asks_from(void)
{
	const struct answer_to node = node_of(5, 1);
	struct pending *own;
	struct pending *forged;

	begin();
	own = add(5, 1);
	forged = add(5, 2);
	CU_ASSERT_PTR_NOT_EQUAL(own, forged);
	CU_ASSERT_EQUAL(pending_count(), 2);
	CU_ASSERT_PTR_EQUAL(pending_of(&node), own);
	own->delivered = true;
	CU_ASSERT_PTR_EQUAL(add(5, 1), own);
	CU_ASSERT_FALSE(own->delivered);
	CU_ASSERT_EQUAL(pending_count(), 2);
}

static void there_are_no_more_than_there_is_room_for(void)
{
	begin();
	for (uint8_t i = 1; i <= PLACES; i++)
		CU_ASSERT_PTR_NOT_NULL(add(i, i));
	CU_ASSERT_TRUE(pending_is_full());
	CU_ASSERT_PTR_NULL(add(9, 9));
	CU_ASSERT_PTR_NOT_NULL(add(2, 2));
	pending_remove(find(2, 2));
	CU_ASSERT_FALSE(pending_is_full());
	CU_ASSERT_PTR_NOT_NULL(add(9, 9));
}

static void who_is_not_answered_is_told_once(void)
{
	begin();
	add(5, 1);
	pending_advance(DEADLINE_MS - 100);
	CU_ASSERT_EQUAL(told, 0);
	pending_advance(DEADLINE_MS + 100);
	CU_ASSERT_EQUAL(told, 1);
	CU_ASSERT_EQUAL((uint32_t)told_identification, 5);
	CU_ASSERT_PTR_NULL(find(5, 5));
	CU_ASSERT_EQUAL(pending_count(), 0);
	pending_advance(DEADLINE_MS + 10000);
	CU_ASSERT_EQUAL(told, 1);
}

static void a_node_without_an_address_is_found_without_its_identifier(void)
{
	struct answer_to node = node_of(7, 1);
	struct pending *p;

	begin();
	node.home = ip4_mapped((const uint8_t[4]){0});
	node.key = (struct ip_addr){.bytes = {0xfd, 1}};
	p = pending_make(&node, DEADLINE_MS);
	CU_ASSERT_PTR_NOT_NULL_FATAL(p);
	p->home_agent = home_agent;
	p->relayed_from = care_of;
	add(8, 1);
	CU_ASSERT_PTR_EQUAL(pending_find_unnamed(7, &home_agent, &care_of), p);
	CU_ASSERT_PTR_NULL(pending_find_unnamed(8, &home_agent, &care_of));
	pending_remove(p);
	CU_ASSERT_PTR_NULL(pending_find_unnamed(7, &home_agent, &care_of));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_reply_belongs_to_the_request_with_its_low_half),
		UNIT(a_node_has_one_for_each_station_it_asks_from),
		UNIT(there_are_no_more_than_there_is_room_for),
		UNIT(who_is_not_answered_is_told_once),
		UNIT(a_node_without_an_address_is_found_without_its_identifier),
	};
	int status = unit_run("pending", cases, UNIT_COUNT(cases));

	pending_stop();
	return status;
}
