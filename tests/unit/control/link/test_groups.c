/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What routers and switches are told of the groups that are listened to, and when. Reports are read octet by octet.
 */
#include "link/groups.h"

#include "ha/wire/icmp6.h"
#include "link/frame.h"
#include "support/link_fake.h"
#include "support/unit.h"

enum { TOLD_MAX = 256, RECORDS_AT = 8, RECORD_OCTETS = 20, QUERY_OCTETS = 28 };

/* A record of a report. */
struct told {
	uint8_t type;
	uint8_t last; /* octet of the group */
};

static const struct config config;
static struct told told[TOLD_MAX];
static unsigned int told_count;
static size_t longest_packet;

static void sent(const uint8_t *frame, size_t octets)
{
	struct link_message message;
	const uint8_t *report;

	CU_ASSERT_TRUE_FATAL(frame_read(frame, octets, &message));
	CU_ASSERT_EQUAL_FATAL(message.type, ICMP6_MLD2_REPORT);
	if (octets - 14 > longest_packet)
		longest_packet = octets - 14;
	report = message.icmp6.at;
	for (unsigned int i = 0; i < (unsigned int)(report[6] << 8 | report[7]); i++) {
		const uint8_t *record = report + RECORDS_AT + i * RECORD_OCTETS;

		if (told_count < TOLD_MAX)
			told[told_count] = (struct told){record[0], record[19]};
		told_count++;
	}
}

static void start(void)
{
	link_fake_start(&config, sent);
	CU_ASSERT_EQUAL_FATAL(groups_start(16), 0);
	told_count = 0;
	longest_packet = 0;
}

/* Another prefix, the same group. */
static struct ip_addr address(uint8_t prefix, uint16_t number)
{
	return (struct ip_addr){
		{0x20, 1, 0x0d,
		 0xb8, [7] = prefix, [14] = (uint8_t)(number >> 8), [15] = (uint8_t)number}};
}

static void join(uint8_t prefix, uint16_t number)
{
	struct ip_addr a = address(prefix, number);

	groups_join(0, &a);
}

static void leave(uint8_t prefix, uint16_t number)
{
	struct ip_addr a = address(prefix, number);

	groups_leave(0, &a);
}

/* What is told from now on until nothing is. */
static unsigned int turn(void)
{
	told_count = 0;
	while (groups_poll(NULL) > 0)
		;
	return told_count;
}

static unsigned int turn_after(uint64_t ms)
{
	link_fake_pass(ms);
	return turn();
}

static void ask(uint16_t delay_code)
{
	static const struct ip_addr from = {{0xfe, 0x80, [15] = 9}};
	static const struct ip_addr all = {{0xff, 2, [15] = 1}};
	static const uint8_t mac[6] = {0x02, [5] = 9};
	const struct frame_headers headers = {mac, &from, &all, FRAME_HOP_LIMIT_MLD, true};
	uint8_t query[QUERY_OCTETS] = {ICMP6_MLD_QUERY, [4] = (uint8_t)(delay_code >> 8),
				       (uint8_t)delay_code};
	uint8_t frame[128];

	CU_ASSERT_TRUE(
		link_fake_hear(frame, frame_write(frame, mac, &headers, query, sizeof(query))));
}

static void a_change_is_told_twice_a_second_apart(void)
{
	start();
	join(1, 7);
	CU_ASSERT_EQUAL(turn(), 1);
	CU_ASSERT_EQUAL(told[0].type, 4);
	CU_ASSERT_EQUAL(told[0].last, 7);
	CU_ASSERT_EQUAL(turn_after(999), 0);
	CU_ASSERT_EQUAL(turn_after(1), 1);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	leave(1, 7);
	CU_ASSERT_EQUAL(turn(), 1);
	CU_ASSERT_EQUAL(told[0].type, 3);
	CU_ASSERT_EQUAL(turn_after(1000), 1);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	groups_stop();
}

static void a_group_is_left_with_its_last_address(void)
{
	start();
	join(1, 7);
	join(2, 7);
	CU_ASSERT_EQUAL(turn(), 1);
	turn_after(1000);
	leave(1, 7);
	CU_ASSERT_EQUAL(turn_after(5000), 0);
	leave(2, 7);
	CU_ASSERT_EQUAL(turn(), 1);
	CU_ASSERT_EQUAL(told[0].type, 3);
	groups_stop();
}

/* RFC 3810 §6.1: each further change triggers a report at once, and is told as often as the first. */
static void a_change_of_mind_is_told_at_once(void)
{
	start();
	join(1, 7);
	turn();
	turn_after(1000);
	leave(1, 7);
	turn();
	link_fake_pass(100);
	join(1, 7);
	CU_ASSERT_EQUAL(turn(), 1);
	CU_ASSERT_EQUAL(told[0].type, 4);
	CU_ASSERT_EQUAL(turn_after(999), 0);
	CU_ASSERT_EQUAL(turn_after(1), 1);
	CU_ASSERT_EQUAL(told[0].type, 4);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	groups_stop();
}

static void a_change_in_one_turn_is_told_as_it_ends(void)
{
	start();
	join(1, 7);
	leave(1, 7);
	CU_ASSERT_EQUAL(turn(), 1);
	CU_ASSERT_EQUAL(told[0].type, 3);
	join(1, 7);
	leave(1, 7);
	join(1, 7);
	CU_ASSERT_EQUAL(turn(), 1);
	CU_ASSERT_EQUAL(told[0].type, 4);
	groups_stop();
}

static void a_general_query_is_answered_in_its_time(void)
{
	start();
	join(1, 7);
	join(1, 8);
	turn();
	turn_after(1000);
	ask(1000);
	CU_ASSERT_EQUAL(turn_after(1000), 2);
	CU_ASSERT_EQUAL(told[0].type, 2);
	CU_ASSERT_EQUAL(told[1].type, 2);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	groups_stop();
}

/* RFC 3810 §6.2: one that may wait for hours does not hold up one that may not. */
static void a_query_that_is_sooner_counts(void)
{
	start();
	join(1, 7);
	turn();
	turn_after(1000);
	for (int i = 0; i < 20; i++) {
		ask(0xffff);
		ask(1000);
		CU_ASSERT_EQUAL(turn_after(1000), 1);
		link_fake_pass(1000);
	}
	groups_stop();
}

/* A switch that was replaced, or started again, has forgotten who listens. */
static void a_link_that_comes_up_is_told_all(void)
{
	start();
	join(1, 7);
	join(1, 8);
	turn();
	turn_after(2000);
	link_fake_come_up();
	CU_ASSERT_EQUAL(turn(), 2);
	CU_ASSERT_EQUAL(told[0].type, 2);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	for (int i = 0; i < 100; i++)
		link_fake_come_up();
	CU_ASSERT_EQUAL(turn(), 2);
	groups_stop();
}

static void answers_have_a_rest_between_them(void)
{
	unsigned int answers = 0;

	start();
	join(1, 7);
	turn();
	turn_after(1000);
	for (int i = 0; i < 1000; i++) {
		ask(0);
		answers += turn();
		link_fake_pass(10);
	}
	CU_ASSERT_EQUAL(answers, 10);
	groups_stop();
}

/* RFC 8200 §5: a link may carry no more than that. */
static void a_report_fits_every_link(void)
{
	start();
	for (uint16_t i = 0; i < 300; i++)
		join(1, i);
	CU_ASSERT_EQUAL(turn(), 300);
	CU_ASSERT_TRUE(longest_packet <= 1280);
	CU_ASSERT_TRUE(longest_packet > 1000);
	ask(1);
	turn_after(1000);
	CU_ASSERT_EQUAL(turn_after(1000), 0);
	CU_ASSERT_TRUE(longest_packet <= 1280);
	groups_stop();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_change_is_told_twice_a_second_apart),
		UNIT(a_group_is_left_with_its_last_address),
		UNIT(a_change_of_mind_is_told_at_once),
		UNIT(a_change_in_one_turn_is_told_as_it_ends),
		UNIT(a_general_query_is_answered_in_its_time),
		UNIT(a_query_that_is_sooner_counts),
		UNIT(a_link_that_comes_up_is_told_all),
		UNIT(answers_have_a_rest_between_them),
		UNIT(a_report_fits_every_link),
	};

	return unit_run("link/groups", cases, UNIT_COUNT(cases));
}
