/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/visit_decide.h"

#include <string.h>

#include "support/unit.h"

static struct foreign_agent_config config;
static struct mip4_request message;
static struct visit_request request;
static struct visit_policy policy;
static const uint8_t challenge[CHALLENGE_OCTETS];

static struct ip_addr ip4(const char *text)
{
	struct ip_addr address = {0};

	CU_ASSERT_TRUE_FATAL(ip4_addr_parse(text, &address));
	return address;
}

/* A request that is relayed. */
static void begin(void)
{
	config = (struct foreign_agent_config){
		.max_lifetime_s = 3600,
		.minimal_encapsulation = true,
		.gre = true,
		.encapsulating_delivery = true,
	};
	message = (struct mip4_request){
		.lifetime_s = 600,
		.home = ip4("10.1.0.5"),
		.home_agent = ip4("192.0.2.1"),
		.care_of = ip4("192.0.2.9"),
		.extensions = {.mn_ha = {.count = 1}},
	};
	request = (struct visit_request){
		.message = &message,
		.decoded = MIP4_DECODED,
		.source = message.home,
		.ttl = 255,
	};
	policy = (struct visit_policy){.config = &config, .care_of_is_offered = true};
}

static int code(void)
{
	struct binding_verdict verdict = visit_decide(&request, &policy);

	if (verdict.action == ACTION_SILENT)
		return -1;
	return verdict.action == ACTION_REGISTER ? 0 : verdict.status;
}

/* The code after one thing was changed, which is then as before. */
#define CODE_WITH(change)                                                                          \
	({                                                                                         \
		begin();                                                                           \
		change;                                                                            \
		code();                                                                            \
	})

static void a_right_request_is_relayed(void)
{
	CU_ASSERT_EQUAL(CODE_WITH((void)0), 0);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_REVERSE), 0);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_R | MIP4_FLAG_BROADCAST |
						  MIP4_FLAG_SIMULTANEOUS),
			0);
	CU_ASSERT_EQUAL(CODE_WITH(request.source = ip4("0.0.0.0")), 0);
	CU_ASSERT_EQUAL(CODE_WITH(message.lifetime_s = 0; policy.care_of_is_offered = false), 0);
	CU_ASSERT_EQUAL(
		CODE_WITH(message.extensions.mn_ha.count = 0; message.extensions.mn_aaa.count = 1),
		0);
}

static void what_is_poorly_formed_is_70(void)
{
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_X), 70);
	CU_ASSERT_EQUAL(CODE_WITH(request.decoded = MIP4_DECODE_LENGTH), 70);
	CU_ASSERT_EQUAL(CODE_WITH(request.decoded = MIP4_DECODE_TWICE), 70);
	CU_ASSERT_EQUAL(CODE_WITH(message.extensions.mn_ha.count = 0), 70);
	CU_ASSERT_EQUAL(CODE_WITH(request.source = ip4("10.1.0.6")), 70);
	CU_ASSERT_EQUAL(
		CODE_WITH(message.home = ip4("255.255.255.255"); request.source = ip4("0.0.0.0")),
		70);
	CU_ASSERT_EQUAL(CODE_WITH(policy.home_is_ours = true), 70);
	CU_ASSERT_EQUAL(CODE_WITH(message.extensions.has_delivery_style = true), 70);
	CU_ASSERT_EQUAL(
		CODE_WITH(message.flags = MIP4_FLAG_COLOCATED; policy.care_of_is_ours = true), 70);
}

static void what_no_answer_may_follow_is_silent(void)
{
	CU_ASSERT_EQUAL(CODE_WITH(request.decoded = MIP4_DECODE_UNKNOWN), -1);
	CU_ASSERT_EQUAL(CODE_WITH(request.decoded = MIP4_DECODE_CUT), -1);
	CU_ASSERT_EQUAL(CODE_WITH(message.extensions.has_revocation_support[MIP4_BEFORE] = true),
			-1);
	CU_ASSERT_EQUAL(CODE_WITH(message.extensions.has_revocation_support[MIP4_BEHIND] = true),
			-1);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_COLOCATED;
				  message.extensions.has_revocation_support[MIP4_BEFORE] = true),
			0);
}

static void addresses_that_are_missing_or_wrong_have_codes_of_their_own(void)
{
	static const uint8_t nai[] = "alice";

	CU_ASSERT_EQUAL(CODE_WITH(message.home = ip4("0.0.0.0"); request.source = ip4("0.0.0.0")),
			96);
	CU_ASSERT_EQUAL(CODE_WITH(message.home = ip4("0.0.0.0"); request.source = ip4("0.0.0.0");
				  message.extensions.nai = nai),
			0);
	CU_ASSERT_EQUAL(CODE_WITH(policy.care_of_is_offered = false), 77);
	CU_ASSERT_EQUAL(CODE_WITH(message.home_agent = ip4("0.0.0.0")), 90);
	CU_ASSERT_EQUAL(CODE_WITH(message.home_agent = ip4("255.255.255.255")), 90);
	CU_ASSERT_EQUAL(CODE_WITH(message.home_agent = ip4("255.255.255.255");
				  message.extensions.dynamic_ha = MIP4_DYNAMIC_HA_REQUESTED;
				  message.extensions.dynamic_ha_address = ip4("224.0.0.1")),
			90);
	CU_ASSERT_EQUAL(CODE_WITH(message.home_agent = ip4("255.255.255.255");
				  message.extensions.dynamic_ha = MIP4_DYNAMIC_HA_REQUESTED;
				  message.extensions.dynamic_ha_address = ip4("192.0.2.1")),
			0);
	CU_ASSERT_EQUAL(CODE_WITH(message.home_agent = ip4("224.0.0.1")), 194);
	CU_ASSERT_EQUAL(CODE_WITH(policy.home_agent_is_ours = true), 194);
}

static void a_node_that_has_an_association_must_prove_itself(void)
{
	CU_ASSERT_EQUAL(CODE_WITH(request.mobile_foreign = PEER_RIGHT), 0);
	CU_ASSERT_EQUAL(CODE_WITH(request.mobile_foreign = PEER_MISSING), 67);
	CU_ASSERT_EQUAL(CODE_WITH(request.mobile_foreign = PEER_WRONG), 67);
	/* Before anything about what it asks for. */
	CU_ASSERT_EQUAL(CODE_WITH(request.mobile_foreign = PEER_WRONG; message.lifetime_s = 9999),
			67);
}

static void set_challenge(enum challenge_verdict verdict)
{
	config.challenge = true;
	message.extensions.challenge = challenge;
	message.extensions.challenge_octets = CHALLENGE_OCTETS;
	message.extensions.mn_aaa.count = 1;
	request.challenge = verdict;
}

static void challenges_are_asked_for_where_that_is_wanted(void)
{
	CU_ASSERT_EQUAL(CODE_WITH(config.challenge = true), 105);
	CU_ASSERT_EQUAL(CODE_WITH(config.challenge = true; request.mobile_foreign = PEER_RIGHT), 0);
	CU_ASSERT_EQUAL(CODE_WITH(set_challenge(CHALLENGE_GOOD)), 0);
	CU_ASSERT_EQUAL(CODE_WITH(set_challenge(CHALLENGE_UNKNOWN)), 104);
	CU_ASSERT_EQUAL(CODE_WITH(set_challenge(CHALLENGE_STALE)), 106);
	CU_ASSERT_EQUAL(
		CODE_WITH(set_challenge(CHALLENGE_GOOD); message.extensions.mn_aaa.count = 0), -1);
	CU_ASSERT_EQUAL(CODE_WITH(set_challenge(CHALLENGE_UNKNOWN); config.challenge = false), 0);
}

static void what_the_operator_does_not_allow_is_65(void)
{
	CU_ASSERT_EQUAL(CODE_WITH(policy.knows_only = true), 65);
	CU_ASSERT_EQUAL(CODE_WITH(policy.knows_only = true; policy.home_agent_is_known = true), 0);
	CU_ASSERT_EQUAL(CODE_WITH(policy.is_held = true), 65);
	CU_ASSERT_EQUAL(CODE_WITH(policy.is_closed = true), 65);
	CU_ASSERT_EQUAL(CODE_WITH(policy.is_closed = true; message.lifetime_s = 0), 0);
	CU_ASSERT_EQUAL(CODE_WITH(policy.is_revoked = true), 65);
	CU_ASSERT_EQUAL(CODE_WITH(policy.is_revoked = true; message.lifetime_s = 0), 0);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_COLOCATED; policy.revocation = true;
				  config.registration_required = true),
			65);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_COLOCATED; policy.revocation = true),
			0);
}

static void a_lifetime_that_is_too_long_is_answered_with_the_longest(void)
{
	struct binding_verdict verdict;

	CU_ASSERT_EQUAL(CODE_WITH(message.lifetime_s = 3600), 0);
	CU_ASSERT_EQUAL(CODE_WITH(message.lifetime_s = 3601), 69);
	verdict = visit_decide(&request, &policy);
	CU_ASSERT_EQUAL(verdict.lifetime_s, 3600);
	CU_ASSERT_EQUAL(CODE_WITH(message.lifetime_s = MIP4_LIFETIME_INFINITE), 69);
	CU_ASSERT_EQUAL(CODE_WITH(message.lifetime_s = MIP4_LIFETIME_INFINITE;
				  config.max_lifetime_s = LIFETIME_INFINITE_S),
			0);
}

static void tunnels_are_as_they_are_offered(void)
{
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_MINIMAL | MIP4_FLAG_GRE), 0);
	CU_ASSERT_EQUAL(
		CODE_WITH(message.flags = MIP4_FLAG_MINIMAL; config.minimal_encapsulation = false),
		72);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_GRE; config.gre = false), 72);
	CU_ASSERT_EQUAL(
		CODE_WITH(message.flags = MIP4_FLAG_GRE | MIP4_FLAG_COLOCATED; config.gre = false),
		0);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_REVERSE;
				  message.extensions.has_delivery_style = true),
			0);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_REVERSE;
				  message.extensions.has_delivery_style = true;
				  config.encapsulating_delivery = false),
			79);
	CU_ASSERT_EQUAL(CODE_WITH(config.reverse_tunnel = REVERSE_TUNNEL_MANDATORY), 75);
	CU_ASSERT_EQUAL(
		CODE_WITH(config.reverse_tunnel = REVERSE_TUNNEL_MANDATORY; message.lifetime_s = 0),
		0);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_REVERSE; request.ttl = 254), 76);
	CU_ASSERT_EQUAL(CODE_WITH(request.ttl = 64), 0);
	CU_ASSERT_EQUAL(CODE_WITH(message.flags = MIP4_FLAG_REVERSE;
				  config.reverse_tunnel = REVERSE_TUNNEL_OFF),
			74);
}

static void who_finds_no_room_is_66(void)
{
	CU_ASSERT_EQUAL(CODE_WITH(policy.pending_full = true), 66);
	CU_ASSERT_EQUAL(CODE_WITH(policy.visitors_full = true), 66);
	CU_ASSERT_EQUAL(CODE_WITH(policy.visitors_full = true; policy.is_visitor = true), 0);
	CU_ASSERT_EQUAL(CODE_WITH(policy.visitors_full = true; message.lifetime_s = 0), 0);
	CU_ASSERT_EQUAL(CODE_WITH(policy.visitors_full = true; message.flags = MIP4_FLAG_COLOCATED),
			0);
	CU_ASSERT_EQUAL(CODE_WITH(message.extensions.has_critical_vendor[MIP4_BEHIND] = true), 100);
}

static struct mip4_reply answer;
static struct visit_reply reply;

static void begin_reply(void)
{
	answer = (struct mip4_reply){
		.lifetime_s = 600,
		.home = ip4("10.1.0.5"),
		.home_agent = ip4("192.0.2.1"),
	};
	reply = (struct visit_reply){.message = &answer, .decoded = MIP4_DECODED};
}

#define REPLY_WITH(change)                                                                         \
	({                                                                                         \
		begin_reply();                                                                     \
		change;                                                                            \
		visit_reply_decide(&reply);                                                        \
	})

static void a_reply_is_passed_on_or_answered_for(void)
{
	static const uint8_t nai[] = "alice";

	CU_ASSERT_EQUAL(REPLY_WITH((void)0), 0);
	CU_ASSERT_EQUAL(REPLY_WITH(answer.code = 133), 0);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.decoded = MIP4_DECODE_CUT), 71);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.foreign_home = PEER_RIGHT), 0);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.foreign_home = PEER_WRONG), 68);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.foreign_home = PEER_MISSING), 68);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.foreign_home = PEER_MISSING; reply.asked_to_leave = true),
			0);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.foreign_home = PEER_WRONG; reply.asked_to_leave = true),
			68);
	CU_ASSERT_EQUAL(REPLY_WITH(answer.extensions.has_critical_vendor[MIP4_BEHIND] = true), 101);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.asked_with_nai = true), 97);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.asked_with_nai = true; answer.extensions.nai = nai), 0);
	CU_ASSERT_EQUAL(REPLY_WITH(reply.asked_with_nai = true; answer.code = 129), 0);
	CU_ASSERT_EQUAL(REPLY_WITH(answer.home_agent = ip4("0.0.0.0")), 98);
	CU_ASSERT_EQUAL(REPLY_WITH(answer.home = ip4("0.0.0.0")), 99);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_right_request_is_relayed),
		UNIT(what_is_poorly_formed_is_70),
		UNIT(what_no_answer_may_follow_is_silent),
		UNIT(addresses_that_are_missing_or_wrong_have_codes_of_their_own),
		UNIT(a_node_that_has_an_association_must_prove_itself),
		UNIT(challenges_are_asked_for_where_that_is_wanted),
		UNIT(what_the_operator_does_not_allow_is_65),
		UNIT(a_lifetime_that_is_too_long_is_answered_with_the_longest),
		UNIT(tunnels_are_as_they_are_offered),
		UNIT(who_finds_no_room_is_66),
		UNIT(a_reply_is_passed_on_or_answered_for),
	};

	return unit_run("visit_decide", cases, UNIT_COUNT(cases));
}
