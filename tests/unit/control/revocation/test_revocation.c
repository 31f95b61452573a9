/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The life of a revocation, with the clock, the registrations, the authentication and the sender made by hand.
 */
#include "ha/time.h"

static uint64_t clock_ms;
#define monotonic_ms() clock_ms
#include "control/revocation/outstanding.c"
#include "control/revocation/revocation.c"
#undef monotonic_ms

#include "support/unit.h"

enum { NODES = 2000 };

static struct registration registrations[NODES];
static struct mobile_node node;
static struct config settings;
static enum auth_outcome proof;

static uint8_t last[BINDING_REVOCATION_OCTETS_MAX];
static unsigned int sent_count;
static uint64_t sent_at_ms[8];
static unsigned int removed;
static unsigned int errors;

static struct registration *registration_by(const struct ip_addr *home)
{
	return &registrations[(uint32_t)home->bytes[14] << 8 | home->bytes[15]];
}

const struct registration *registration_find_at(const struct ip_addr *home,
						const struct ip_addr *care_of)
{
	struct registration *r = registration_by(home);

	return r->state == REGISTRATION_NONE || !ip_addr_equal(care_of, &r->care_of) ? NULL : r;
}

void registration_set_revoked(const struct ip_addr *home, const struct ip_addr *care_of)
{
	CU_ASSERT_PTR_NULL(care_of);
	registration_by(home)->is_revoked = true;
}

unsigned int registration_withdraw(const struct ip_addr *home, const struct ip_addr *care_of)
{
	CU_ASSERT_TRUE(ip_addr_equal(care_of, &registration_by(home)->care_of));
	registration_by(home)->state = REGISTRATION_NONE;
	removed++;
	return 1;
}

int mip4_revocation_begin(const struct registration *r)
{
	(void)r;
	CU_FAIL("another protocol");
	return 0;
}

struct mobile_node *mobile_nodes_find(const struct mobile_nodes *all, const struct ip_addr *home)
{
	(void)all;
	(void)home;
	return &node;
}

enum auth_outcome node_auth_check(const struct mobile_node *of, struct cursor message,
				  const struct mobility_options *options,
				  const struct ip_addr *care_of, const struct ip_addr *home)
{
	(void)of;
	(void)message;
	(void)options;
	(void)care_of;
	(void)home;
	return proof;
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
	(void)care_of;
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

bool send_message(uint16_t worker, const struct ip_addr *from, const struct recipient *recipient,
		  uint8_t protocol, const uint8_t *message, uint16_t octets)
{
	(void)worker;
	(void)from;
	(void)protocol;
	CU_ASSERT_TRUE(recipient->has_home);
	CU_ASSERT_EQUAL(octets, 16);
	memcpy(last, message, octets);
	if (sent_count < UNIT_COUNT(sent_at_ms))
		sent_at_ms[sent_count] = clock_ms;
	sent_count++;
	return true;
}

void icmp6_error_directly(uint16_t worker, struct cursor offending, const struct ip_addr *from,
			  uint8_t type, uint8_t code, uint32_t value)
{
	(void)worker;
	(void)offending;
	(void)from;
	(void)type;
	(void)code;
	(void)value;
	errors++;
}

static void begin(void)
{
	log_set_level("error");
	for (uint32_t i = 0; i < NODES; i++)
		registrations[i] = (struct registration){
			.home = {.bytes = {[14] = (uint8_t)(i >> 8), [15] = (uint8_t)i}},
			.care_of = {.bytes = {[0] = 0x20, [15] = 9}},
			.slot = i,
			.state = REGISTRATION_VALID,
		};
	node = (struct mobile_node){.takes_revocation = true};
	settings = (struct config){
		.revocation_retransmissions = 1,
		.revocation_initial_delay_ms = 1000,
		.revocation_max_delay_ms = 2000,
	};
	proof = AUTH_ACCEPTED;
	sent_count = 0;
	removed = 0;
	errors = 0;
	clock_ms = 1000000;
	revocation_start(&settings, NULL);
}

static void pass(uint64_t ms)
{
	for (uint64_t end = clock_ms + ms; clock_ms < end; clock_ms += 10)
		outstanding_poll(NULL);
}

static uint16_t sequence_of_last(void)
{
	return (uint16_t)(last[8] << 8 | last[9]);
}

static void acknowledge(uint32_t number, uint16_t sequence, uint8_t status)
{
	const uint8_t message[] = {
		0x3b, 1, 16, 0, 0, 0, 2, status, (uint8_t)(sequence >> 8), (uint8_t)sequence,
		0,    0, 1,  2, 0, 0};
	struct ip6_packet packet = {
		.source = registrations[number].care_of,
		.home = registrations[number].home,
		.has_home_address = true,
	};

	revocation_handle(0, &packet, cursor_of(message, sizeof(message)));
}

static void a_node_that_does_not_take_revocation_is_not_told(void)
{
	begin();
	node.takes_revocation = false;
	CU_ASSERT_EQUAL(revocation_begin(&registrations[3]), -ENOTSUP);
	CU_ASSERT_EQUAL(sent_count, 0);
	CU_ASSERT_FALSE(registrations[3].is_revoked);
}

static void an_acknowledgement_of_any_status_ends_the_binding(void)
{
	for (unsigned int status = 0; status < 256; status++) {
		uint64_t done = counters[COUNT_REVOCATIONS_DONE];
		uint64_t refused = counters[COUNT_REVOCATIONS_REFUSED];

		begin();
		CU_ASSERT_EQUAL(revocation_begin(&registrations[3]), 0);
		CU_ASSERT_TRUE(registrations[3].is_revoked);
		acknowledge(3, sequence_of_last(), (uint8_t)status);
		CU_ASSERT_EQUAL(removed, 1);
		CU_ASSERT_EQUAL(outstanding_count(), 0);
		CU_ASSERT_EQUAL(counters[COUNT_REVOCATIONS_DONE] - done, status < 128);
		CU_ASSERT_EQUAL(counters[COUNT_REVOCATIONS_REFUSED] - refused, status >= 128);
	}
}

static void what_is_not_proved_ends_nothing(void)
{
	static const enum auth_outcome outcomes[] = {AUTH_MISSING, AUTH_NO_ASSOCIATION, AUTH_WRONG};

	begin();
	revocation_begin(&registrations[3]);
	for (unsigned int i = 0; i < UNIT_COUNT(outcomes); i++) {
		proof = outcomes[i];
		acknowledge(3, sequence_of_last(), 0);
	}
	proof = AUTH_ACCEPTED;
	acknowledge(4, sequence_of_last(), 0);
	for (unsigned int bit = 0; bit < 16; bit++)
		acknowledge(3, (uint16_t)(sequence_of_last() ^ 1u << bit), 0);
	CU_ASSERT_EQUAL(removed, 0);
	acknowledge(3, sequence_of_last(), 0);
	CU_ASSERT_EQUAL(removed, 1);
}

static void silence_is_asked_again_once_and_then_ends_the_binding(void)
{
	begin();
	revocation_begin(&registrations[3]);
	pass(2900);
	CU_ASSERT_EQUAL(sent_count, 2);
	CU_ASSERT(sent_at_ms[1] - sent_at_ms[0] >= 1000 && sent_at_ms[1] - sent_at_ms[0] <= 1060);
	CU_ASSERT_EQUAL(removed, 0);
	pass(200);
	CU_ASSERT_EQUAL(removed, 1);
	CU_ASSERT_EQUAL(sent_count, 2);
	CU_ASSERT_EQUAL(outstanding_count(), 0);
}

static void the_delay_doubles_up_to_its_maximum(void)
{
	static const uint64_t gaps[] = {500, 1000, 1500, 1500};

	begin();
	settings.revocation_initial_delay_ms = 500;
	settings.revocation_max_delay_ms = 1500;
	settings.revocation_retransmissions = 4;
	revocation_begin(&registrations[3]);
	pass(6200);
	CU_ASSERT_EQUAL_FATAL(sent_count, 5);
	for (unsigned int i = 0; i < UNIT_COUNT(gaps); i++) {
		uint64_t gap = sent_at_ms[i + 1] - sent_at_ms[i];

		CU_ASSERT(gap >= gaps[i] && gap <= gaps[i] + 60);
	}
	CU_ASSERT_EQUAL(removed, 1);
}

static void a_binding_that_ended_by_itself_ends_the_revocation(void)
{
	begin();
	revocation_begin(&registrations[3]);
	registrations[3].is_revoked = false; /* de-registered, and registered again */
	acknowledge(3, sequence_of_last(), 0);
	pass(4000);
	CU_ASSERT_EQUAL(sent_count, 1);
	CU_ASSERT_EQUAL(removed, 0);
	CU_ASSERT_EQUAL(outstanding_count(), 0);
}

static void a_binding_made_anew_is_ended_by_its_own_revocation_only(void)
{
	uint16_t first;

	begin();
	revocation_begin(&registrations[3]);
	first = sequence_of_last();
	pass(500);
	registrations[3].is_revoked = false; /* de-registered, and registered again */
	registrations[3].registered_ms = clock_ms;
	CU_ASSERT_EQUAL(revocation_begin(&registrations[3]), 0);
	acknowledge(3, first, 0);
	pass(2700); /* the first one would be over, the second one not yet */
	CU_ASSERT_EQUAL(removed, 0);
	CU_ASSERT_EQUAL(sent_count, 3);
	CU_ASSERT_EQUAL(outstanding_count(), 1);
	acknowledge(3, sequence_of_last(), 0);
	CU_ASSERT_EQUAL(removed, 1);
	CU_ASSERT_EQUAL(outstanding_count(), 0);
}

static void beginning_again_changes_nothing(void)
{
	begin();
	revocation_begin(&registrations[3]);
	CU_ASSERT_EQUAL(revocation_begin(&registrations[3]), 0);
	CU_ASSERT_EQUAL(sent_count, 1);
	CU_ASSERT_EQUAL(outstanding_count(), 1);
}

static void outstanding_sequence_numbers_never_collide_and_are_bounded(void)
{
	static bool used[65536];

	begin();
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++) {
		CU_ASSERT_EQUAL(revocation_begin(&registrations[i]), 0);
		CU_ASSERT_FALSE(used[sequence_of_last()]);
		used[sequence_of_last()] = true;
	}
	CU_ASSERT_EQUAL(revocation_begin(&registrations[REVOCATIONS_MAX]), -EBUSY);
	CU_ASSERT_FALSE(registrations[REVOCATIONS_MAX].is_revoked);
	pass(4000);
	CU_ASSERT_EQUAL(removed, REVOCATIONS_MAX);
	CU_ASSERT_EQUAL(revocation_begin(&registrations[REVOCATIONS_MAX]), 0);
	CU_ASSERT_FALSE(used[sequence_of_last()]); /* the place is the old one, the number is not */
}

static void malformed_options_are_answered_by_their_kind(void)
{
	static const uint8_t wrong_length[] = {0x3b, 2, 16, 0, 0, 0, 2, 0, 0, 1, 0, 0,
					       2,    1, 0,  1, 7, 0, 0, 0, 0, 0, 0, 0};
	struct ip6_packet packet = {0};
	uint64_t before = counters[COUNT_REVOCATION_MALFORMED];

	begin();
	revocation_handle(0, &packet, cursor_of(wrong_length, sizeof(wrong_length)));
	CU_ASSERT_EQUAL(errors, 1);
	revocation_handle(0, &packet, cursor_of(wrong_length, 13));
	CU_ASSERT_EQUAL(errors, 1);
	CU_ASSERT_EQUAL(counters[COUNT_REVOCATION_MALFORMED] - before, 2);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_node_that_does_not_take_revocation_is_not_told),
		UNIT(an_acknowledgement_of_any_status_ends_the_binding),
		UNIT(what_is_not_proved_ends_nothing),
		UNIT(silence_is_asked_again_once_and_then_ends_the_binding),
		UNIT(the_delay_doubles_up_to_its_maximum),
		UNIT(a_binding_that_ended_by_itself_ends_the_revocation),
		UNIT(a_binding_made_anew_is_ended_by_its_own_revocation_only),
		UNIT(beginning_again_changes_nothing),
		UNIT(outstanding_sequence_numbers_never_collide_and_are_bounded),
		UNIT(malformed_options_are_answered_by_their_kind),
	};

	return unit_run("revocation/revocation", cases, UNIT_COUNT(cases));
}
