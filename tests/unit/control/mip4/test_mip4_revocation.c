/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Revocations sent and received, with the clock, the registrations, the associations and the sender made by hand.
 */
#include "ha/time.h"

static uint64_t clock_ms;
static uint64_t clock_ntp;
#define monotonic_ms()	  clock_ms
#define time_of_day_ntp() clock_ntp
#include "control/revocation/outstanding.c"
#include "control/mip4/revocation.c"
#undef monotonic_ms
#undef time_of_day_ntp

#include "service4.h"
#include "support/unit.h"

#define REGISTERED 0xe0000000u /* what the foreign agent said it registered at */

static struct config settings;
static struct registration registrations[3]; /* two of one home address, and a visitor */
static struct mobile_node4 node4;
static struct mobile_node node;
static struct tunnel4_class class;
static unsigned int withdrawn;
static unsigned int endings;
static bool last_inform;
static bool visitor_is_told;

static struct {
	unsigned int count;
	uint64_t at_ms;
	struct ip_addr from;
	struct ip_addr to;
	uint16_t from_port;
	uint16_t to_port;
	uint8_t octets[MIP4_MESSAGE_MAX];
	uint16_t length;
} sent;

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	CU_ASSERT_TRUE_FATAL(ip4_addr_parse(text, &a));
	return a;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	for (unsigned int i = 0; i < UNIT_COUNT(registrations); i++)
		if (registrations[i].state == REGISTRATION_VALID &&
		    ip_addr_equal(home, &registrations[i].home))
			return &registrations[i];
	return NULL;
}

const struct registration *registration_find_at(const struct ip_addr *home,
						const struct ip_addr *care_of)
{
	for (const struct registration *r = registration_find(home); r != NULL; r = r->also)
		if (ip_addr_equal(care_of, &r->care_of))
			return r;
	return NULL;
}

void registration_set_revoked(const struct ip_addr *home, const struct ip_addr *care_of)
{
	for (unsigned int i = 0; i < UNIT_COUNT(registrations); i++)
		if (ip_addr_equal(home, &registrations[i].home) &&
		    (care_of == NULL || ip_addr_equal(care_of, &registrations[i].care_of)))
			registrations[i].is_revoked = true;
}

unsigned int registration_withdraw(const struct ip_addr *home, const struct ip_addr *care_of)
{
	for (unsigned int i = 0; i < UNIT_COUNT(registrations); i++) {
		struct registration *r = &registrations[i];

		if (r->state != REGISTRATION_VALID || !ip_addr_equal(home, &r->home) ||
		    !ip_addr_equal(care_of, &r->care_of))
			continue;
		r->state = REGISTRATION_NONE;
		if (i == 1)
			registrations[0].also = NULL;
		withdrawn++;
		return 1;
	}
	return 0;
}

struct mobile_node *mobile_nodes_find(const struct mobile_nodes *all, const struct ip_addr *home)
{
	(void)all;
	return ip_addr_equal(home, &node.home) ? &node : NULL;
}

const struct tunnel4_class *service4_tunnel_class(uint16_t tunnel)
{
	(void)tunnel;
	return &class;
}

bool send4_udp(uint16_t worker, const struct ip_addr *from, uint16_t from_port,
	       const struct ip_addr *to, uint16_t to_port, const uint8_t *payload, uint16_t octets)
{
	(void)worker;
	sent.count++;
	sent.at_ms = clock_ms;
	sent.from = *from;
	sent.to = *to;
	sent.from_port = from_port;
	sent.to_port = to_port;
	sent.length = octets;
	memcpy(sent.octets, payload, octets);
	return true;
}

/* The foreign agent's part. */

static bool describe_visitor(const struct registration *r, uint32_t spi,
			     struct revocation_ends *ends)
{
	(void)spi;
	*ends = (struct revocation_ends){
		.from = address("192.0.2.2"),
		.to = r->care_of,
		.to_port = MIP4_PORT,
		.has_agents = true,
		.may_inform = true,
		.timestamp = REGISTERED,
		.home = address("10.9.0.2"),
		.home_domain = r->care_of,
		.foreign_domain = address("192.0.2.2"),
		.association = &settings.mip4.foreign_agents[0].association,
	};
	return true;
}

static bool visitor_ending(const struct registration *r, const struct revocation_ends *ends,
			   bool inform)
{
	(void)r;
	(void)ends;
	endings++;
	last_inform = inform;
	return visitor_is_told;
}

static const struct revocation_role foreign_agent = {describe_visitor, visitor_ending};

static struct mip4_association association(uint32_t spi)
{
	return (struct mip4_association){.spi = spi, .key_octets = 16, .key = {(uint8_t)spi, 1, 2}};
}

static void begin(void)
{
	log_set_level("error");
	clock_ms = 1000000;
	clock_ntp = (uint64_t)(REGISTERED + 100) << 32;
	class = (struct tunnel4_class){.local = address("10.0.0.1"), .kind = ENCAP_IP4_IN_IP4};
	settings = (struct config){
		.revocation_retransmissions = 2,
		.revocation_initial_delay_ms = 500,
		.revocation_max_delay_ms = 1500,
		.mip4 = {.foreign_agent_count = 2},
	};
	settings.mip4.foreign_agents[0] =
		(struct mip4_peer_config){address("192.0.2.2"), association(512)};
	settings.mip4.foreign_agents[1] =
		(struct mip4_peer_config){address("192.0.2.2"), association(513)};
	node4 = (struct mobile_node4){.association = association(256)};
	node = (struct mobile_node){.home = address("10.0.0.2"), .auth = AUTH_MIP4, .ip4 = &node4};
	registrations[0] = (struct registration){
		.home = address("10.0.0.2"),
		.care_of = address("192.0.2.2"),
		.source = address("192.0.2.2"),
		.source_port = 4000,
		.protocol = REGISTRATION_MIP4,
		.state = REGISTRATION_VALID,
		.revocation = REVOCATION_AGREED | REVOCATION_INFORM | REVOCATION_BY_AGENT,
		.revocation_timestamp = REGISTERED,
		.registered_ms = 1000,
		.updated_ms = 1000,
	};
	registrations[1] = (struct registration){.state = REGISTRATION_NONE};
	registrations[2] = (struct registration){
		.home = visitor_key((const uint8_t[]){10, 9, 0, 2}),
		.care_of = address("203.0.113.1"),
		.protocol = REGISTRATION_VISITOR,
		.state = REGISTRATION_VALID,
		.registered_ms = 1000,
		.updated_ms = 1000,
	};
	sent.count = 0;
	withdrawn = 0;
	endings = 0;
	visitor_is_told = true;
	memset(counters, 0, sizeof(counters));
	outstanding_start(&settings);
	mip4_revocation_start(&settings, NULL);
	mip4_revocation_serve_visitors(&foreign_agent);
}

/* A second binding of the same home address, at a co-located care-of address. */
static void begin_with_two(void)
{
	begin();
	registrations[1] = registrations[0];
	registrations[1].care_of = address("198.51.100.7");
	registrations[1].source = address("198.51.100.7");
	registrations[1].revocation = REVOCATION_AGREED;
	registrations[0].also = &registrations[1];
}

static void pass(uint64_t ms)
{
	for (uint64_t end = clock_ms + ms; clock_ms < end; clock_ms += 10) {
		clock_ntp += (UINT64_C(10) << 32) / 1000;
		outstanding_poll(NULL);
	}
}

static struct mip4_revocation last_revocation(void)
{
	struct mip4_revocation revocation = {0};

	CU_ASSERT_EQUAL(mip4_revocation_decode(cursor_of(sent.octets, sent.length), &revocation),
			MIP4_DECODED);
	return revocation;
}

static struct mip4_revocation_ack last_ack(void)
{
	struct mip4_revocation_ack ack = {0};

	CU_ASSERT_EQUAL(mip4_revocation_ack_decode(cursor_of(sent.octets, sent.length), &ack),
			MIP4_DECODED);
	return ack;
}

static bool is_signed(const struct mip4_association *by, const struct mip4_auth_extension *auth)
{
	return mip4_auth_verify(by, cursor_of(sent.octets, sent.length), auth);
}

/* A message with an authenticator of that kind (0: none), from that address to that one. */
static struct {
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct ip4_packet packet;
	struct udp_datagram datagram;
} heard;

static void hear(struct writer *w, uint8_t extension, const struct mip4_association *by,
		 const char *from, const char *to)
{
	if (extension != 0)
		CU_ASSERT_TRUE(mip4_auth_append(extension, by, heard.octets, w));
	heard.packet = (struct ip4_packet){.source = address(from), .destination = address(to)};
	heard.datagram = (struct udp_datagram){
		.source_port = 4434,
		.destination_port = MIP4_PORT,
		.payload = cursor_of(heard.octets, (size_t)(w->at - heard.octets)),
	};
}

static void receive_revocation(const struct mip4_revocation *revocation, uint8_t extension,
			       const struct mip4_association *by, const char *from, const char *to)
{
	struct writer w = writer_of(heard.octets, sizeof(heard.octets));

	CU_ASSERT_TRUE(mip4_revocation_encode(revocation, &w));
	hear(&w, extension, by, from, to);
	mip4_revocation_receive(0, &heard.packet, &heard.datagram);
}

static void receive_ack(const struct mip4_revocation_ack *ack, uint8_t extension,
			const struct mip4_association *by, const char *from)
{
	struct writer w = writer_of(heard.octets, sizeof(heard.octets));

	CU_ASSERT_TRUE(mip4_revocation_ack_encode(ack, &w));
	hear(&w, extension, by, from, "10.0.0.1");
	mip4_revocation_receive_ack(&heard.packet, &heard.datagram);
}

static const struct mip4_association *agent(unsigned int number)
{
	return &settings.mip4.foreign_agents[number].association;
}

static struct mip4_revocation good_revocation(void)
{
	return (struct mip4_revocation){
		.inform = true,
		.home = address("10.0.0.2"),
		.home_domain = address("10.0.0.1"),
		.foreign_domain = address("192.0.2.2"),
		.identifier = REGISTERED + 1,
	};
}

static void receive_good(const struct mip4_revocation *revocation)
{
	receive_revocation(revocation, MIP4_EXT_FA_HA, agent(0), "192.0.2.2", "10.0.0.1");
}

static bool is_ignored(const struct mip4_revocation *revocation)
{
	uint64_t before = counters[COUNT_MIP4_REVOCATION_IGNORED];

	receive_good(revocation);
	return counters[COUNT_MIP4_REVOCATION_IGNORED] == before + 1 && withdrawn == 0 &&
	       sent.count == 0;
}

/* Ours. */

static void foreign_agent_is_told(void)
{
	struct mip4_revocation revocation;

	begin();
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), 0);
	CU_ASSERT_TRUE(registrations[0].is_revoked);
	CU_ASSERT_EQUAL_FATAL(sent.count, 1);
	revocation = last_revocation();
	CU_ASSERT_TRUE(ip_addr_equal(&sent.from, &class.local));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.to, &registrations[0].source));
	CU_ASSERT_EQUAL(sent.from_port, 434);
	CU_ASSERT_EQUAL(sent.to_port, 434);
	CU_ASSERT_TRUE(revocation.from_home_agent);
	CU_ASSERT_TRUE(revocation.inform);
	CU_ASSERT_TRUE(ip_addr_equal(&revocation.home, &registrations[0].home));
	CU_ASSERT_TRUE(ip_addr_equal(&revocation.home_domain, &class.local));
	CU_ASSERT_TRUE(ip_addr_equal(&revocation.foreign_domain, &registrations[0].care_of));
	CU_ASSERT_EQUAL(revocation.identifier, REGISTERED + 100);
	CU_ASSERT_TRUE(is_signed(agent(0), &revocation.extensions.fa_ha));
	CU_ASSERT_EQUAL(revocation.extensions.mn_ha.count, 0);
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), 0);
	CU_ASSERT_EQUAL(outstanding_count(), 1);
}

/* RFC 3543 §3.3: I is for those who agreed on it. */
static void mobile_node_with_an_address_of_its_own_is_told_itself(void)
{
	struct mip4_revocation revocation;

	begin();
	registrations[0].revocation = REVOCATION_AGREED;
	mip4_revocation_begin(&registrations[0]);
	revocation = last_revocation();
	CU_ASSERT_FALSE(revocation.inform);
	CU_ASSERT_TRUE(is_signed(&node4.association, &revocation.extensions.mn_ha));
	CU_ASSERT_EQUAL(revocation.extensions.fa_ha.count, 0);
	CU_ASSERT_EQUAL(sent.to_port, 434);
	begin();
	registrations[0].revocation = REVOCATION_AGREED;
	class.kind = ENCAP_UDP;
	mip4_revocation_begin(&registrations[0]);
	CU_ASSERT_EQUAL(sent.to_port, 4000); /* what a NAT lets back in */
}

static void nobody_is_told_who_did_not_agree_or_has_no_association(void)
{
	begin();
	registrations[0].revocation = 0;
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), -ENOTSUP);
	begin();
	registrations[0].source = address("192.0.2.9");
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), -ENOTSUP);
	begin();
	registrations[0].revocation = REVOCATION_AGREED;
	node.home = address("10.0.0.3");
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), -ENOTSUP);
	CU_ASSERT_EQUAL(sent.count, 0);
	CU_ASSERT_FALSE(registrations[0].is_revoked);
	CU_ASSERT_EQUAL(withdrawn, 0);
}

/* RFC 3543 §3.3: of registration and revocation messages together. */
static void no_more_than_one_message_a_second_and_each_has_its_time(void)
{
	uint32_t first;

	begin();
	registrations[0].updated_ms = clock_ms - 300;
	mip4_revocation_begin(&registrations[0]);
	CU_ASSERT_EQUAL(sent.count, 0);
	pass(600);
	CU_ASSERT_EQUAL(sent.count, 0);
	pass(200);
	CU_ASSERT_EQUAL_FATAL(sent.count, 1);
	first = last_revocation().identifier;
	pass(900);
	CU_ASSERT_EQUAL(sent.count, 1);
	pass(200);
	CU_ASSERT_EQUAL_FATAL(sent.count, 2); /* 500 ms, as configured, would be too soon */
	CU_ASSERT_TRUE(mip4_revocation_is_newer(last_revocation().identifier, first));
	pass(1300);
	CU_ASSERT_EQUAL(sent.count, 2);
	pass(300);
	CU_ASSERT_EQUAL(sent.count, 3);
	CU_ASSERT_EQUAL(withdrawn, 0);
	pass(1600);
	CU_ASSERT_EQUAL(withdrawn, 1);
	CU_ASSERT_EQUAL(sent.count, 3);
	CU_ASSERT_EQUAL(counters[COUNT_REVOCATIONS_UNANSWERED], 1);
	CU_ASSERT_EQUAL(counters[COUNT_REVOCATIONS_SENT], 3);
}

/* RFC 3543 §4.2.2.1: not beyond the life of the binding. */
static void binding_that_ended_by_itself_is_not_asked_about_any_more(void)
{
	begin();
	mip4_revocation_begin(&registrations[0]);
	registrations[0].state = REGISTRATION_NONE;
	pass(5000);
	CU_ASSERT_EQUAL(sent.count, 1);
	CU_ASSERT_EQUAL(outstanding_count(), 0);
}

static void each_simultaneous_binding_is_revoked_where_it_is(void)
{
	struct mip4_revocation_ack ack = {.home = address("10.0.0.2"),
					  .identifier = REGISTERED + 100};

	begin_with_two();
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), 0);
	CU_ASSERT_EQUAL(sent.count, 2);
	CU_ASSERT_EQUAL(outstanding_count(), 2);
	/* Both in one second, with one identifier: who answers says which. */
	receive_ack(&ack, MIP4_EXT_MN_HA, &node4.association, "198.51.100.7");
	CU_ASSERT_EQUAL(registrations[1].state, REGISTRATION_NONE);
	CU_ASSERT_EQUAL(registrations[0].state, REGISTRATION_VALID);
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2");
	CU_ASSERT_EQUAL(registrations[0].state, REGISTRATION_NONE);
	CU_ASSERT_EQUAL(counters[COUNT_REVOCATIONS_DONE], 2);
	CU_ASSERT_EQUAL(counters[COUNT_REMOVED], 2);
}

static void binding_that_nobody_can_be_told_of_ends_with_those_that_can(void)
{
	begin_with_two();
	registrations[1].revocation = 0;
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), 0);
	CU_ASSERT_EQUAL(sent.count, 1);
	CU_ASSERT_EQUAL(registrations[0].state, REGISTRATION_VALID);
	CU_ASSERT_EQUAL(registrations[1].state, REGISTRATION_NONE);
}

static void one_of_several_can_be_revoked_alone(void)
{
	begin_with_two();
	CU_ASSERT_EQUAL(mip4_revocation_begin_one(&registrations[1]), 0);
	CU_ASSERT_EQUAL(mip4_revocation_begin_one(&registrations[1]), 0);
	CU_ASSERT_EQUAL(sent.count, 1);
	CU_ASSERT_TRUE(ip_addr_equal(&sent.to, &registrations[1].source));
	CU_ASSERT_FALSE(registrations[0].is_revoked);
	pass(5000);
	CU_ASSERT_EQUAL(registrations[1].state, REGISTRATION_NONE);
	CU_ASSERT_EQUAL(registrations[0].state, REGISTRATION_VALID);
	registrations[0].revocation = 0;
	CU_ASSERT_EQUAL(mip4_revocation_begin_one(&registrations[0]), -ENOTSUP);
}

static void all_are_revoked_though_one_was_alone(void)
{
	begin_with_two();
	CU_ASSERT_EQUAL(mip4_revocation_begin_one(&registrations[0]), 0);
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[0]), 0);
	CU_ASSERT_EQUAL(sent.count, 2);
	CU_ASSERT_TRUE(registrations[1].is_revoked);
	CU_ASSERT_EQUAL(withdrawn, 0);
	pass(5000);
	CU_ASSERT_EQUAL(withdrawn, 2);
}

/* Acknowledgements. */

static void acknowledgement_of_any_message_that_was_sent_ends_the_binding(void)
{
	struct mip4_revocation_ack ack = {.home = address("10.0.0.2")};

	begin();
	mip4_revocation_begin(&registrations[0]);
	ack.identifier = last_revocation().identifier;
	pass(1100);
	CU_ASSERT_EQUAL(sent.count, 2);
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2"); /* crossed the second one */
	CU_ASSERT_EQUAL(withdrawn, 1);
	CU_ASSERT_EQUAL(outstanding_count(), 0);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_ACKNOWLEDGED], 1);
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2");
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_IGNORED], 1);
}

static void acknowledgement_by_another_association_of_the_agent_is_as_good(void)
{
	struct mip4_revocation_ack ack = {.home = address("10.0.0.2"),
					  .identifier = REGISTERED + 100};

	begin();
	mip4_revocation_begin(&registrations[0]);
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(1), "192.0.2.2");
	CU_ASSERT_EQUAL(withdrawn, 1);
}

static void acknowledgement_without_proof_ends_nothing(void)
{
	struct mip4_association wrong = association(512);
	struct mip4_revocation_ack ack = {.home = address("10.0.0.2"),
					  .identifier = REGISTERED + 100};

	begin();
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2"); /* nothing was asked */
	mip4_revocation_begin(&registrations[0]);
	wrong.key[5] = 1;
	receive_ack(&ack, MIP4_EXT_FA_HA, &wrong, "192.0.2.2");
	receive_ack(&ack, 0, NULL, "192.0.2.2");
	receive_ack(&ack, MIP4_EXT_MN_HA, &node4.association, "192.0.2.2");
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.3");
	ack.identifier++;
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2");
	ack.identifier -= 2;
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2");
	ack.identifier++;
	ack.home = address("10.0.0.3");
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2");
	CU_ASSERT_EQUAL(withdrawn, 0);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_IGNORED], 8);
	ack.home = address("10.0.0.2");
	receive_ack(&ack, MIP4_EXT_FA_HA, agent(0), "192.0.2.2");
	CU_ASSERT_EQUAL(withdrawn, 1);
}

/* Those of others. */

static void foreign_agent_ends_a_binding_and_is_acknowledged(void)
{
	const struct mip4_revocation revocation = good_revocation();
	struct mip4_revocation_ack ack;

	begin();
	receive_good(&revocation);
	CU_ASSERT_EQUAL(withdrawn, 1);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOKED], 1);
	CU_ASSERT_EQUAL(counters[COUNT_REMOVED], 0);
	CU_ASSERT_EQUAL_FATAL(sent.count, 1);
	ack = last_ack();
	CU_ASSERT_TRUE(ip_addr_equal(&ack.home, &revocation.home));
	CU_ASSERT_EQUAL(ack.identifier, revocation.identifier);
	CU_ASSERT_TRUE(ack.inform);
	CU_ASSERT_TRUE(is_signed(agent(0), &ack.extensions.fa_ha));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.from, &heard.packet.destination));
	CU_ASSERT_TRUE(ip_addr_equal(&sent.to, &heard.packet.source));
	CU_ASSERT_EQUAL(sent.from_port, 434);
	CU_ASSERT_EQUAL(sent.to_port, 4434);
}

static void inform_is_answered_only_where_it_was_agreed_on_and_asked(void)
{
	struct mip4_revocation revocation = good_revocation();

	begin();
	revocation.inform = false;
	receive_good(&revocation);
	CU_ASSERT_FALSE(last_ack().inform);
	begin();
	revocation.inform = true;
	registrations[0].revocation &= (uint8_t)~REVOCATION_INFORM;
	receive_good(&revocation);
	CU_ASSERT_FALSE(last_ack().inform);
}

static void every_address_of_a_revocation_counts(void)
{
	struct mip4_revocation revocation;

	begin();
	revocation = good_revocation();
	revocation.home = address("10.0.0.3");
	CU_ASSERT_TRUE(is_ignored(&revocation));
	revocation = good_revocation();
	revocation.home_domain = address("10.0.0.3");
	CU_ASSERT_TRUE(is_ignored(&revocation));
	revocation = good_revocation();
	revocation.foreign_domain = address("192.0.2.3");
	CU_ASSERT_TRUE(is_ignored(&revocation));
}

/* RFC 3543 §3.5: ours, come back. */
static void reflection_is_ignored(void)
{
	struct mip4_revocation revocation = good_revocation();

	begin();
	revocation.from_home_agent = true;
	CU_ASSERT_TRUE(is_ignored(&revocation));
}

static void revocation_is_newer_than_the_registration(void)
{
	struct mip4_revocation revocation = good_revocation();

	begin();
	revocation.identifier = REGISTERED;
	CU_ASSERT_TRUE(is_ignored(&revocation));
	revocation.identifier = REGISTERED - 1;
	CU_ASSERT_TRUE(is_ignored(&revocation));
	/* Seconds begin again at 0. */
	registrations[0].revocation_timestamp = UINT32_MAX;
	revocation.identifier = UINT32_MAX - 5;
	CU_ASSERT_TRUE(is_ignored(&revocation));
	revocation.identifier = 5;
	receive_good(&revocation);
	CU_ASSERT_EQUAL(withdrawn, 1);
}

static void revocation_without_proof_is_ignored(void)
{
	const struct mip4_revocation revocation = good_revocation();
	struct mip4_association wrong = association(512);

	begin();
	wrong.key[5] = 1;
	receive_revocation(&revocation, MIP4_EXT_FA_HA, &wrong, "192.0.2.2", "10.0.0.1");
	receive_revocation(&revocation, 0, NULL, "192.0.2.2", "10.0.0.1");
	receive_revocation(&revocation, MIP4_EXT_MN_HA, &node4.association, "192.0.2.2",
			   "10.0.0.1");
	receive_revocation(&revocation, MIP4_EXT_FA_HA, agent(0), "192.0.2.3", "10.0.0.1");
	receive_revocation(&revocation, MIP4_EXT_FA_HA, agent(0), "192.0.2.2", "10.0.0.9");
	registrations[0].revocation = 0; /* never agreed on */
	receive_good(&revocation);
	CU_ASSERT_EQUAL(withdrawn, 0);
	CU_ASSERT_EQUAL(sent.count, 0);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_IGNORED], 6);
}

/* RFC 3543 §4.2.4: it de-registers. */
static void mobile_node_revokes_nothing(void)
{
	const struct mip4_revocation revocation = good_revocation();

	begin();
	registrations[0].revocation = REVOCATION_AGREED;
	receive_revocation(&revocation, MIP4_EXT_MN_HA, &node4.association, "192.0.2.2",
			   "10.0.0.1");
	receive_good(&revocation);
	CU_ASSERT_EQUAL(withdrawn, 0);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_IGNORED], 2);
}

static void repeated_revocation_is_acknowledged_again(void)
{
	struct mip4_revocation revocation = good_revocation();

	begin();
	receive_good(&revocation);
	revocation.identifier++;
	receive_good(&revocation);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_REPEATED], 1);
	CU_ASSERT_EQUAL(sent.count, 2);
	CU_ASSERT_EQUAL(last_ack().identifier, revocation.identifier);
	CU_ASSERT_TRUE(last_ack().inform);
	CU_ASSERT_EQUAL(withdrawn, 1);
	receive_good(&revocation); /* heard by somebody, and sent again */
	revocation.identifier--;
	receive_good(&revocation);
	CU_ASSERT_EQUAL(sent.count, 2);
	revocation.identifier += 2;
	receive_revocation(&revocation, MIP4_EXT_FA_HA, &node4.association, "192.0.2.2",
			   "10.0.0.1");
	revocation.from_home_agent = true;
	receive_good(&revocation);
	CU_ASSERT_EQUAL(sent.count, 2);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_IGNORED], 4);
}

/* RFC 3543 §3.5: what was believed once is not believed of a later binding. */
static void replay_after_a_new_registration_is_ignored(void)
{
	struct mip4_revocation revocation = good_revocation();

	begin();
	receive_good(&revocation);
	CU_ASSERT_EQUAL(withdrawn, 1);
	registrations[0].state = REGISTRATION_VALID;
	registrations[0].revocation_timestamp = REGISTERED + 5;
	withdrawn = 0;
	sent.count = 0;
	CU_ASSERT_TRUE(is_ignored(&revocation));
	revocation.identifier = REGISTERED + 3; /* a late repetition */
	CU_ASSERT_TRUE(is_ignored(&revocation));
	revocation.identifier = REGISTERED + 6;
	receive_good(&revocation);
	CU_ASSERT_EQUAL(withdrawn, 1);
}

static void malformed_messages_are_counted(void)
{
	struct writer w = writer_of(heard.octets, sizeof(heard.octets));
	const struct mip4_revocation revocation = good_revocation();

	begin();
	mip4_revocation_encode(&revocation, &w);
	writer_u8(&w, 1); /* an extension nobody knows */
	hear(&w, MIP4_EXT_FA_HA, agent(0), "192.0.2.2", "10.0.0.1");
	mip4_revocation_receive(0, &heard.packet, &heard.datagram);
	mip4_revocation_receive_ack(&heard.packet, &heard.datagram);
	CU_ASSERT_EQUAL(counters[COUNT_MIP4_REVOCATION_MALFORMED], 2);
	CU_ASSERT_EQUAL(withdrawn, 0);
}

/* The foreign agent. */

static void visitor_is_revoked_by_its_home_agent(void)
{
	struct mip4_revocation revocation = {
		.from_home_agent = true,
		.inform = true,
		.home = address("10.9.0.2"),
		.home_domain = address("203.0.113.1"),
		.foreign_domain = address("192.0.2.2"),
		.identifier = REGISTERED + 1,
	};

	begin();
	revocation.from_home_agent = false;
	receive_revocation(&revocation, MIP4_EXT_FA_HA, agent(0), "203.0.113.1", "192.0.2.2");
	CU_ASSERT_EQUAL(withdrawn, 0);
	revocation.from_home_agent = true;
	receive_revocation(&revocation, MIP4_EXT_FA_HA, agent(0), "203.0.113.1", "192.0.2.2");
	CU_ASSERT_EQUAL(withdrawn, 1);
	CU_ASSERT_EQUAL(endings, 1);
	CU_ASSERT_TRUE(last_inform);
	CU_ASSERT_TRUE(last_ack().inform);
	begin();
	visitor_is_told = false;
	receive_revocation(&revocation, MIP4_EXT_FA_HA, agent(0), "203.0.113.1", "192.0.2.2");
	CU_ASSERT_FALSE(last_ack().inform);
	/* RFC 3543 §3.4: not unless it was asked, whatever the agent does by itself. */
	begin();
	revocation.inform = false;
	receive_revocation(&revocation, MIP4_EXT_FA_HA, agent(0), "203.0.113.1", "192.0.2.2");
	CU_ASSERT_EQUAL(withdrawn, 1);
	CU_ASSERT_FALSE(last_ack().inform);
}

static void visitor_that_is_sent_away_is_told_when_its_home_agent_wishes(void)
{
	struct mip4_revocation_ack ack = {.inform = true, .home = address("10.9.0.2")};
	struct writer w = writer_of(heard.octets, sizeof(heard.octets));

	begin();
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[2]), 0);
	CU_ASSERT_EQUAL_FATAL(sent.count, 1);
	CU_ASSERT_FALSE(last_revocation().from_home_agent);
	CU_ASSERT_TRUE(last_revocation().inform);
	CU_ASSERT_EQUAL(endings, 0); /* RFC 3543 §4.2.3.1: not yet */
	ack.identifier = last_revocation().identifier;
	mip4_revocation_ack_encode(&ack, &w);
	hear(&w, MIP4_EXT_FA_HA, agent(0), "203.0.113.1", "192.0.2.2");
	mip4_revocation_receive_ack(&heard.packet, &heard.datagram);
	CU_ASSERT_EQUAL(endings, 1);
	CU_ASSERT_TRUE(last_inform);
	CU_ASSERT_EQUAL(withdrawn, 1);
}

static void without_a_foreign_agent_there_are_no_visitors(void)
{
	begin();
	mip4_revocation_serve_visitors(NULL);
	CU_ASSERT_EQUAL(mip4_revocation_begin(&registrations[2]), -ENOTSUP);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(foreign_agent_is_told),
		UNIT(mobile_node_with_an_address_of_its_own_is_told_itself),
		UNIT(nobody_is_told_who_did_not_agree_or_has_no_association),
		UNIT(no_more_than_one_message_a_second_and_each_has_its_time),
		UNIT(binding_that_ended_by_itself_is_not_asked_about_any_more),
		UNIT(each_simultaneous_binding_is_revoked_where_it_is),
		UNIT(binding_that_nobody_can_be_told_of_ends_with_those_that_can),
		UNIT(one_of_several_can_be_revoked_alone),
		UNIT(all_are_revoked_though_one_was_alone),
		UNIT(acknowledgement_of_any_message_that_was_sent_ends_the_binding),
		UNIT(acknowledgement_by_another_association_of_the_agent_is_as_good),
		UNIT(acknowledgement_without_proof_ends_nothing),
		UNIT(foreign_agent_ends_a_binding_and_is_acknowledged),
		UNIT(inform_is_answered_only_where_it_was_agreed_on_and_asked),
		UNIT(every_address_of_a_revocation_counts),
		UNIT(reflection_is_ignored),
		UNIT(revocation_is_newer_than_the_registration),
		UNIT(revocation_without_proof_is_ignored),
		UNIT(mobile_node_revokes_nothing),
		UNIT(repeated_revocation_is_acknowledged_again),
		UNIT(replay_after_a_new_registration_is_ignored),
		UNIT(malformed_messages_are_counted),
		UNIT(visitor_is_revoked_by_its_home_agent),
		UNIT(visitor_that_is_sent_away_is_told_when_its_home_agent_wishes),
		UNIT(without_a_foreign_agent_there_are_no_visitors),
	};
	int rc;

	if (keyed_hash_start() != 0)
		return 2;
	rc = unit_run("mip4/revocation", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return rc;
}
