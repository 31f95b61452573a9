/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Replies of home agents to requests that were relayed, and what strangers on the link try with them: the list of pending requests and
 * the decision are the real ones, the visitor list and what is sent are made by hand.
 */
#include "foreign_agent/foreign_agent.h"

#include "auth/keyed_hash.h"
#include "counters.h"
#include "foreign_agent/node_record.h"
#include "foreign_agent/pending.h"
#include "foreign_agent/visit.h"
#include "foreign_agent/visitor.h"
#include "ip4_packet.h"
#include "mip4/auth.h"
#include "service.h"
#include "support/unit.h"

enum { OURS = 9 };

static struct config config;
static struct visitor visitor; /* the one that there is */
static bool exists;
static unsigned int removed;
static unsigned int put;
static struct visitor last_put;
static int answered; /* the code; -1: passed on */

static const struct mip4_association association = {
	.spi = 700, .key_octets = 16, .key = "home agent key  "};

static struct ip_addr address(uint8_t a, uint8_t d)
{
	return ip4_mapped((const uint8_t[4]){a, 0, 0, d});
}

const struct visitor *visitor_find(const struct ip_addr *home)
{
	return exists && ip_addr_equal(home, &visitor.home) ? &visitor : NULL;
}

int visitor_put(const struct visitor *v)
{
	put++;
	last_put = *v;
	return 0;
}

bool visitor_remove(const struct ip_addr *home)
{
	removed++;
	return true;
}

bool answer_refuse(const struct answer_to *to, uint8_t code, uint16_t lifetime)
{
	answered = code;
	return true;
}

bool answer_pass_on(const struct answer_to *to, const struct mip4_reply *reply,
		    struct cursor message, uint8_t agent_error)
{
	answered = -1;
	return true;
}

bool service_is_ours(const struct ip_addr *a)
{
	return a->bytes[12] == OURS;
}

static void expired(const struct pending *p)
{
	(void)p;
}

/* A visitor of a home agent that there is an association with, at one station. */
static void begin(void)
{
	config = (struct config){.visiting = {.home_agent_count = 1}};
	config.visiting.home_agents[0] = (struct mip4_peer_config){address(20, 1), association};
	config.ports[0].foreign_agent =
		(struct foreign_agent_config){.enabled = true, .max_lifetime_s = 1800};
	visitor = (struct visitor){
		.home = address(10, 5),
		.home_agent = address(20, 1),
		.identification = 1234,
		.mac = {2, 0, 0, 0, 0, 5},
	};
	exists = true;
	removed = 0;
	put = 0;
	answered = 0;
	visit_start(&config);
	pending_stop();
	CU_ASSERT_EQUAL_FATAL(pending_start(4, expired, 0), 0);
}

/* What a node asked for, and the home agent's answer. */
struct exchange {
	struct ip_addr home; /* as asked for */
	struct ip_addr home_agent;
	struct ip_addr care_of;
	struct ip_addr answered_home;
	uint64_t identification;
	uint16_t lifetime_s;
	uint8_t station;
	bool is_proved;
};

/* The visitor's own. */
static struct exchange refresh(void)
{
	return (struct exchange){
		.home = visitor.home,
		.home_agent = visitor.home_agent,
		.care_of = address(OURS, 9),
		.answered_home = visitor.home,
		.identification = 5678,
		.lifetime_s = 600,
		.station = 5,
		.is_proved = true,
	};
}

static void ask(const struct exchange *e)
{
	const struct answer_to node = {
		.key = e->home,
		.home = e->home,
		.home_agent = e->home_agent,
		.identification = e->identification,
		.lifetime = e->lifetime_s,
		.mac = {2, 0, 0, 0, 0, e->station},
	};
	struct pending *p = pending_make(&node, 1000);

	p->home_agent = e->home_agent;
	p->relayed_from = address(OURS, 9);
	p->care_of = e->care_of;
}

static void run(const struct exchange *e)
{
	const struct mip4_reply reply = {
		.lifetime_s = e->lifetime_s,
		.home = e->answered_home,
		.home_agent = e->home_agent,
		.identification = e->identification,
	};
	const struct ip4_packet packet = {.source = e->home_agent, .destination = address(OURS, 9)};
	uint8_t message[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(message, sizeof(message));
	struct udp_datagram datagram;

	ask(e);
	CU_ASSERT_TRUE(mip4_reply_encode(&reply, &w));
	if (e->is_proved)
		mip4_auth_append(MIP4_EXT_FA_HA, &association, message, &w);
	datagram.payload = cursor_of(message, (size_t)(w.at - message));
	foreign_agent_reply(0, &packet, &datagram);
	CU_ASSERT_EQUAL(pending_count(), 0);
}

static void its_home_agent_keeps_a_visitor(void)
{
	struct exchange e;

	begin();
	e = refresh();
	run(&e);
	CU_ASSERT_EQUAL(answered, -1);
	CU_ASSERT_EQUAL(put, 1);
	CU_ASSERT_EQUAL(last_put.lifetime_s, 600);
	/* It may come by another station, with a request of its own. */
	e.station = 6;
	e.identification++;
	run(&e);
	CU_ASSERT_EQUAL(put, 2);
	CU_ASSERT_EQUAL(last_put.mac[5], 6);
}

static void a_request_repeated_by_another_station_moves_nothing(void)
{
	struct exchange e;

	begin();
	e = refresh();
	e.identification = visitor.identification;
	e.station = 66;
	run(&e);
	CU_ASSERT_EQUAL(answered, MIP4_FA_PROHIBITED);
	CU_ASSERT_EQUAL(put, 0);
	/* By the visitor itself it is answered again. */
	e.station = 5;
	run(&e);
	CU_ASSERT_EQUAL(answered, -1);
	CU_ASSERT_EQUAL(put, 1);
}

static void another_home_agent_takes_no_visitor_away_by_an_address_that_nobody_asked_for(void)
{
	struct exchange e;

	begin();
	e = refresh();
	e.home_agent = address(66, 1);
	e.home = address(0, 0);
	e.is_proved = false;
	e.station = 66;
	run(&e);
	CU_ASSERT_EQUAL(answered, MIP4_FA_PROHIBITED);
	CU_ASSERT_EQUAL(put, 0);
	/* One that is nobody's may be given. */
	e.answered_home = address(10, 6);
	run(&e);
	CU_ASSERT_EQUAL(answered, -1);
	CU_ASSERT_EQUAL(put, 1);
}

static void only_its_own_home_agent_sends_a_visitor_away(void)
{
	struct exchange e;

	begin();
	config.visiting.home_agent_count = 0;
	e = refresh();
	e.is_proved = false;
	e.lifetime_s = 0;
	e.care_of = e.home;
	e.home_agent = address(66, 1);
	run(&e);
	CU_ASSERT_EQUAL(answered, -1);
	CU_ASSERT_EQUAL(removed, 0);
	e.home_agent = visitor.home_agent;
	run(&e);
	CU_ASSERT_EQUAL(removed, 1);
	/* Who leaves another foreign agent stays here. */
	e.care_of = address(30, 1);
	run(&e);
	CU_ASSERT_EQUAL(removed, 1);
	CU_ASSERT_EQUAL(counters[COUNT_VISITORS_LEFT], 1);
}

static void a_reply_without_right_proof_grants_nothing(void)
{
	struct exchange e;

	begin();
	e = refresh();
	e.is_proved = false;
	run(&e);
	CU_ASSERT_EQUAL(answered, MIP4_FA_HA_AUTHENTICATION);
	CU_ASSERT_EQUAL(put, 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(its_home_agent_keeps_a_visitor),
		UNIT(a_request_repeated_by_another_station_moves_nothing),
		UNIT(another_home_agent_takes_no_visitor_away_by_an_address_that_nobody_asked_for),
		UNIT(only_its_own_home_agent_sends_a_visitor_away),
		UNIT(a_reply_without_right_proof_grants_nothing),
	};
	int status;

	if (keyed_hash_start() != 0 || node_record_start(8, 1) != 0)
		return 1;
	status = unit_run("foreign_agent/visit_reply", cases, UNIT_COUNT(cases));
	pending_stop();
	node_record_stop();
	keyed_hash_stop();
	return status;
}
