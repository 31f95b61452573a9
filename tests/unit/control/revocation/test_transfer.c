/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The pace and the order of Home Agent Switch messages, with the clock, the registrations and the sender made by hand.
 */
#include "ha/time.h"

static uint64_t clock_ms;
#define monotonic_ms() clock_ms
#include "control/revocation/transfer.c"
#undef monotonic_ms

#include "support/unit.h"

enum { SLOTS = 10000, MESSAGES_MAX = 4096 };

static struct registration registrations[SLOTS];
static struct mobile_node node = {.auth = AUTH_NONE};
static struct config settings;

static struct message {
	uint64_t at_ms;
	uint32_t slot;
	uint8_t octets[HOME_AGENT_SWITCH_OCTETS_MAX];
} sent[MESSAGES_MAX];
static unsigned int sent_count;

uint32_t registration_slots(void)
{
	return SLOTS;
}

const struct registration *registration_at(uint32_t slot)
{
	return registrations[slot].state == REGISTRATION_VALID ? &registrations[slot] : NULL;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	uint32_t slot = (uint32_t)home->bytes[14] << 8 | home->bytes[15];

	return registrations[slot].state == REGISTRATION_NONE ? NULL : &registrations[slot];
}

struct mobile_node *mobile_nodes_find(const struct mobile_nodes *all, const struct ip_addr *home)
{
	(void)all;
	(void)home;
	return &node;
}

struct mobility_proof node_auth_proof(const struct mobile_node *of)
{
	(void)of;
	return (struct mobility_proof){0};
}

bool node_auth_sign(const struct mobile_node *of, const struct ip_addr *care_of,
		    const uint8_t *message, uint16_t covered, uint8_t *auth_data)
{
	(void)of;
	(void)message;
	(void)covered;
	return auth_data == NULL;
}

const struct ip_addr *service_tunnel_address(uint16_t tunnel)
{
	static const struct ip_addr home_agent;

	(void)tunnel;
	return &home_agent;
}

bool send_to_address(uint16_t worker, const struct ip_addr *from, const struct ip_addr *home,
		     uint8_t protocol, const uint8_t *message, uint16_t octets)
{
	struct message *m = &sent[sent_count++ % MESSAGES_MAX];

	(void)worker;
	(void)from;
	(void)protocol;
	*m = (struct message){.at_ms = clock_ms,
			      .slot = (uint32_t)home->bytes[14] << 8 | home->bytes[15]};
	memcpy(m->octets, message, octets);
	return true;
}

static unsigned int revoked;
static int revocation_result;

int revocation_begin(const struct registration *r)
{
	if (revocation_result == 0) {
		registrations[r->slot].is_revoked = true;
		revoked++;
	}
	return revocation_result;
}

static void add(uint32_t slot, uint64_t lifetime_s)
{
	registrations[slot] = (struct registration){
		.home = {.bytes = {[14] = (uint8_t)(slot >> 8), [15] = (uint8_t)slot}},
		.slot = slot,
		.state = REGISTRATION_VALID,
		.registered_ms = clock_ms,
		.expiry_ms = clock_ms + lifetime_s * 1000,
	};
}

static void begin(uint32_t rate_per_s)
{
	memset(registrations, 0, sizeof(registrations));
	settings = (struct config){.switch_rate_per_s = rate_per_s};
	clock_ms = 1000000;
	sent_count = 0;
	transfer_start(&settings, NULL);
	CU_ASSERT_EQUAL(transfer_begin(NULL, 0), 0);
}

static void pass(uint64_t ms)
{
	for (uint64_t end = clock_ms + ms; clock_ms < end; clock_ms += 10)
		transfer_poll(NULL);
}

static void one_a_second_is_one_a_second(void)
{
	begin(1);
	for (uint32_t slot = 0; slot < 100; slot++)
		add(slot, 3600);
	pass(60000);
	CU_ASSERT(sent_count >= 59 && sent_count <= 60);
	for (unsigned int i = 1; i < sent_count; i++)
		CU_ASSERT(sent[i].at_ms - sent[i - 1].at_ms >= 1000);
}

static void a_fast_pace_is_kept_within_a_hundredth(void)
{
	begin(1000);
	for (uint32_t slot = 0; slot < 4000; slot++)
		add(slot, 3600);
	pass(3000);
	CU_ASSERT(sent_count >= 2900 && sent_count <= 3001);
}

static void each_node_is_told_once_before_any_is_told_again(void)
{
	bool seen[100] = {false};

	begin(2);
	for (uint32_t slot = 0; slot < 100; slot++)
		add(slot, 3600);
	pass(49000);
	for (unsigned int i = 0; i < sent_count; i++) {
		CU_ASSERT_FALSE(seen[sent[i].slot]);
		seen[sent[i].slot] = true;
	}
	pass(60000);
	CU_ASSERT(sent_count > 200);
}

static void a_silent_node_is_told_again_after_5_10_20_and_20_seconds(void)
{
	static const uint64_t gaps[] = {5000, 10000, 20000, 20000};

	begin(1000);
	add(7, 3600);
	pass(56000);
	CU_ASSERT_EQUAL_FATAL(sent_count, 5);
	for (unsigned int i = 0; i < UNIT_COUNT(gaps); i++) {
		uint64_t gap = sent[i + 1].at_ms - sent[i].at_ms;

		CU_ASSERT(gap >= gaps[i] && gap <= gaps[i] + 200);
	}
}

static void the_lifetime_is_limited_from_the_first_message_on(void)
{
	begin(1000);
	add(7, 600);
	CU_ASSERT_EQUAL(transfer_lifetime_s(&registrations[7]), TRANSFER_UNLIMITED);
	pass(10000);
	CU_ASSERT(transfer_lifetime_s(&registrations[7]) == 590);
	CU_ASSERT_EQUAL(sent[0].octets[9], 2); /* octets of the advice */
	CU_ASSERT(sent[0].octets[11] == 149 || sent[0].octets[11] == 150);
	transfer_end();
	CU_ASSERT_EQUAL(transfer_lifetime_s(&registrations[7]), TRANSFER_UNLIMITED);
}

static void another_registration_in_the_same_slot_was_not_told(void)
{
	begin(1000);
	add(7, 600);
	pass(1000);
	add(7, 600);
	CU_ASSERT_EQUAL(transfer_lifetime_s(&registrations[7]), TRANSFER_UNLIMITED);
	pass(1000);
	CU_ASSERT_EQUAL(sent_count, 2);
}

static void only_a_node_that_was_told_answers(void)
{
	struct transfer_status status;

	begin(1000);
	add(7, 600);
	transfer_deregistered(&registrations[7].home);
	CU_ASSERT_TRUE(transfer_describe(&status));
	CU_ASSERT_EQUAL(status.answered, 0);
	pass(1000);
	transfer_deregistered(&registrations[7].home);
	transfer_describe(&status);
	CU_ASSERT_EQUAL(status.told, 1);
	CU_ASSERT_EQUAL(status.answered, 1);
	registrations[7].state = REGISTRATION_INVALID;
	transfer_deregistered(&registrations[7].home);
	transfer_describe(&status);
	CU_ASSERT_EQUAL(status.answered, 1);
	pass(30000);
	CU_ASSERT_EQUAL(sent_count, 1);
}

static void who_is_revoked_is_not_told(void)
{
	begin(1000);
	add(7, 600);
	registrations[7].is_revoked = true;
	pass(1000);
	CU_ASSERT_EQUAL(sent_count, 0);
}

/* The last octet of each address of a message. */
static unsigned int first_address_of(const struct message *m)
{
	CU_ASSERT_EQUAL(m->octets[6], 4);
	return m->octets[8 + 15];
}

static void addresses_keep_their_order_unless_all_are_alike(void)
{
	static const struct ip_addr list[] = {
		{.bytes = {[15] = 1}},
		{.bytes = {[15] = 2}},
		{.bytes = {[15] = 3}},
		{.bytes = {[15] = 4}},
	};
	unsigned int first[5] = {0};

	begin(1000);
	transfer_begin(list, 4);
	for (uint32_t slot = 0; slot < 400; slot++)
		add(slot, 3600);
	pass(500);
	settings.switch_random_order = true;
	for (unsigned int i = 0; i < sent_count; i++)
		CU_ASSERT_EQUAL(first_address_of(&sent[i]), 1);
	begin(1000);
	settings.switch_random_order = true;
	transfer_begin(list, 4);
	for (uint32_t slot = 0; slot < 400; slot++)
		add(slot, 3600);
	pass(1000);
	CU_ASSERT_EQUAL_FATAL(sent_count, 400);
	for (unsigned int i = 0; i < sent_count; i++) {
		unsigned int sum = 0;

		for (unsigned int k = 0; k < 4; k++)
			sum += sent[i].octets[8 + 16 * k + 15];
		CU_ASSERT_EQUAL(sum, 10); /* each of them once */
		first[first_address_of(&sent[i])]++;
	}
	for (unsigned int k = 1; k <= 4; k++)
		CU_ASSERT(first[k] > 60 && first[k] < 140);
}

/* RFC 3543 is all that Mobile IPv4 has to say it with. */
static void bindings_of_mobile_ipv4_are_revoked_if_that_was_agreed_on(void)
{
	struct transfer_status status;

	begin(1000);
	revoked = 0;
	add(1, 3600);
	add(2, 3600);
	add(3, 3600);
	registrations[1].protocol = REGISTRATION_MIP4;
	registrations[2].protocol = REGISTRATION_MIP4;
	registrations[2].revocation = REVOCATION_AGREED;
	registrations[3].protocol = REGISTRATION_VISITOR;
	registrations[3].revocation = REVOCATION_AGREED;
	revocation_result = -EBUSY;
	pass(500);
	CU_ASSERT_EQUAL(revoked, 0);
	revocation_result = 0;
	pass(500);
	CU_ASSERT_EQUAL(revoked, 1);
	CU_ASSERT_TRUE(registrations[2].is_revoked);
	CU_ASSERT_EQUAL(sent_count, 0);
	CU_ASSERT_TRUE(transfer_describe(&status));
	CU_ASSERT_EQUAL(status.told, 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(one_a_second_is_one_a_second),
		UNIT(a_fast_pace_is_kept_within_a_hundredth),
		UNIT(each_node_is_told_once_before_any_is_told_again),
		UNIT(a_silent_node_is_told_again_after_5_10_20_and_20_seconds),
		UNIT(the_lifetime_is_limited_from_the_first_message_on),
		UNIT(another_registration_in_the_same_slot_was_not_told),
		UNIT(only_a_node_that_was_told_answers),
		UNIT(who_is_revoked_is_not_told),
		UNIT(bindings_of_mobile_ipv4_are_revoked_if_that_was_agreed_on),
		UNIT(addresses_keep_their_order_unless_all_are_alike),
	};
	int status = unit_run("revocation/transfer", cases, UNIT_COUNT(cases));

	transfer_end();
	return status;
}
