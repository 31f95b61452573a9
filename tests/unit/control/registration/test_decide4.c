/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/decide4.h"

#include "ha/wire/ip4.h"
#include "support/unit.h"

#define ID UINT64_C(0xe000000000000001)

/* A registration that is accepted for 600 s; each case changes what it is about. */
static struct request4 request;
static struct view4 current;
static struct policy4 policy;
static struct mip4_config config;

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	CU_ASSERT_TRUE_FATAL(ip4_addr_parse(text, &a));
	return a;
}

static void good_registration(void)
{
	request = (struct request4){
		.home = address("10.0.0.2"),
		.home_agent = address("10.0.0.1"),
		.care_of = address("192.0.2.2"),
		.source = address("192.0.2.2"),
		.destination = address("10.0.0.1"),
		.flags = MIP4_FLAG_REVERSE,
		.lifetime_s = 600,
		.identification = ID,
		.auth = AUTH_ACCEPTED,
		.foreign_auth = FOREIGN_NONE,
		.identification_is_valid = true,
	};
	current = (struct view4){0};
	config = (struct mip4_config){
		.minimal_encapsulation = true,
		.gre = true,
		.simultaneous_bindings = 2,
		.broadcasts = true,
		.nat_traversal = true,
		.nat_forced = true,
		.nat_max_lifetime_s = 60,
	};
	policy = (struct policy4){
		.service_enabled = true,
		.home_address_is_ours = true,
		.home_agent_is_ours = true,
		.max_lifetime_s = 1800,
		.config = &config,
	};
}

/* One binding, with the care-of address of the request. */
static void good_refresh(void)
{
	good_registration();
	current = (struct view4){
		.bindings = 1,
		.has_care_of = true,
		.identification = ID - 1,
		.left_s = 100,
	};
}

static void good_deregistration(void)
{
	good_refresh();
	request.lifetime_s = 0;
}

/* The source of the request is another one than the care-of address: a NAT. */
static void good_udp_registration(void)
{
	good_registration();
	request.source = address("198.51.100.7");
	request.flags |= MIP4_FLAG_COLOCATED;
	request.has_udp_request = true;
}

static void good_dynamic_registration(void)
{
	good_registration();
	request.asks_for_home = true;
	request.has_nai = true;
	request.home_agent = address("255.255.255.255");
	policy.home_agent_is_ours = false;
}

static struct binding_verdict decide(void)
{
	return decide4(&request, &current, &policy);
}

static bool is_silent(enum silent_reason reason)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_SILENT && v.reason == reason;
}

static bool is_refused(enum mip4_code code)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_REFUSE && v.status == code && v.lifetime_s == 0;
}

static bool is_registered(uint32_t lifetime_s)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_REGISTER && v.status == MIP4_ACCEPTED &&
	       v.lifetime_s == lifetime_s;
}

static bool is_deregistered(bool all)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_DEREGISTER && v.status == MIP4_ACCEPTED && v.lifetime_s == 0 &&
	       v.mip4.all == all;
}

static void good_registration_is_accepted(void)
{
	struct binding_verdict v;

	good_registration();
	CU_ASSERT_TRUE(is_registered(600));
	v = decide();
	CU_ASSERT_EQUAL(v.mip4.encapsulation, ENCAP_IP4_IN_IP4);
	CU_ASSERT_TRUE(v.mip4.reverse);
	CU_ASSERT_FALSE(v.mip4.care_of_is_source || v.mip4.is_half_bound || v.mip4.has_udp_reply ||
			v.mip4.broadcasts || v.mip4.keep_others || v.mip4.is_duplicate);
	good_refresh();
	CU_ASSERT_TRUE(is_registered(600));
}

static void flags_that_ask_for_nothing_here_are_ignored(void)
{
	good_registration();
	request.flags = MIP4_FLAG_R;
	CU_ASSERT_TRUE(is_registered(600));
	request.flags = MIP4_FLAG_COLOCATED;
	CU_ASSERT_TRUE(is_registered(600));
	request.flags = 0;
	CU_ASSERT_TRUE(is_registered(600));
	CU_ASSERT_FALSE(decide().mip4.reverse);
}

/* Silence. */

static void source_that_cannot_be_answered_is_dropped(void)
{
	static const char *const sources[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1",
					      "255.255.255.255"};

	for (unsigned int i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		good_registration();
		request.source = address(sources[i]);
		CU_ASSERT_TRUE(is_silent(SILENT_ADDRESS));
	}
}

static void nobody_without_an_association_is_answered(void)
{
	good_registration();
	request.auth = AUTH_MISSING;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_MISSING));
	request.auth = AUTH_NO_ASSOCIATION;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_NO_ASSOCIATION));
	request.auth = AUTH_NOT_NEEDED;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_NO_ASSOCIATION));
	config.answer_wrong_authentication = true;
	request.foreign_auth = FOREIGN_RIGHT;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_NO_ASSOCIATION));
}

static void foreign_agent_without_an_association_is_not_answered(void)
{
	good_registration();
	request.foreign_auth = FOREIGN_NO_ASSOCIATION;
	CU_ASSERT_TRUE(is_silent(SILENT_FOREIGN_NO_ASSOCIATION));
	good_deregistration();
	request.foreign_auth = FOREIGN_NO_ASSOCIATION;
	CU_ASSERT_TRUE(is_silent(SILENT_FOREIGN_NO_ASSOCIATION));
}

/* Codes, in their order. */

static void strange_vendor_aaa_and_form_have_their_codes(void)
{
	good_registration();
	request.has_unchecked_authenticator = true;
	CU_ASSERT_TRUE(is_refused(MIP4_AAA_REFUSED));
	good_registration();
	request.has_critical_vendor[MIP4_BEFORE] = true;
	request.has_critical_vendor[MIP4_BEHIND] = true;
	CU_ASSERT_TRUE(is_refused(MIP4_VENDOR_FROM_MN));
	request.has_critical_vendor[MIP4_BEFORE] = false;
	CU_ASSERT_TRUE(is_refused(MIP4_VENDOR_FROM_FA));
	good_registration();
	request.is_malformed = true;
	CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
	good_registration();
	request.flags |= MIP4_FLAG_X;
	CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
}

static void wrong_authenticator_is_131_where_a_foreign_agent_proved_itself(void)
{
	good_registration();
	request.auth = AUTH_WRONG;
	request.foreign_auth = FOREIGN_RIGHT;
	CU_ASSERT_TRUE(is_refused(MIP4_MN_AUTHENTICATION));
}

static void wrong_authenticator_is_131_where_the_operator_wishes(void)
{
	good_registration();
	request.auth = AUTH_WRONG;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_WRONG));
	config.answer_wrong_authentication = true;
	CU_ASSERT_TRUE(is_refused(MIP4_MN_AUTHENTICATION));
	/* Not where the foreign agent should have proved itself, and did not. */
	request.foreign_auth = FOREIGN_MISSING;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_WRONG));
	request.foreign_auth = FOREIGN_WRONG;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_WRONG));
	request.foreign_auth = FOREIGN_NO_ASSOCIATION;
	CU_ASSERT_TRUE(is_silent(SILENT_AUTH_WRONG));
}

static void foreign_agent_that_did_not_prove_itself_is_132(void)
{
	good_registration();
	request.foreign_auth = FOREIGN_MISSING;
	CU_ASSERT_TRUE(is_refused(MIP4_FOREIGN_AUTHENTICATION));
	request.foreign_auth = FOREIGN_WRONG;
	CU_ASSERT_TRUE(is_refused(MIP4_FOREIGN_AUTHENTICATION));
	request.foreign_auth = FOREIGN_RIGHT;
	CU_ASSERT_TRUE(is_registered(600));
}

/* RFC 5944 §3.5.4, §3.7.2.2: of a care-of address that it does not own it has to leave the extension
 * out. */
static void deregistration_needs_no_proof_of_the_foreign_agent(void)
{
	good_deregistration();
	request.foreign_auth = FOREIGN_MISSING;
	CU_ASSERT_TRUE(is_deregistered(false));
	request.foreign_auth = FOREIGN_WRONG;
	CU_ASSERT_TRUE(is_refused(MIP4_FOREIGN_AUTHENTICATION));
}

static void invalid_identification_is_133(void)
{
	good_registration();
	request.identification_is_valid = false;
	CU_ASSERT_TRUE(is_refused(MIP4_IDENTIFICATION));
	good_deregistration();
	request.identification_is_valid = false;
	CU_ASSERT_TRUE(is_refused(MIP4_IDENTIFICATION));
}

/* RFC 5944 §3.8.2.1: a before b before c before d. */
static void authentication_of_the_node_comes_first_then_identification_then_the_agent(void)
{
	good_registration();
	request.identification_is_valid = false;
	request.foreign_auth = FOREIGN_NO_ASSOCIATION;
	CU_ASSERT_TRUE(is_refused(MIP4_IDENTIFICATION));
	request.foreign_auth = FOREIGN_RIGHT;
	request.auth = AUTH_WRONG;
	CU_ASSERT_TRUE(is_refused(MIP4_MN_AUTHENTICATION));
	good_registration();
	request.foreign_auth = FOREIGN_MISSING;
	request.is_malformed = true;
	CU_ASSERT_TRUE(is_refused(MIP4_FOREIGN_AUTHENTICATION));
}

static void other_home_agent_is_136(void)
{
	good_registration();
	policy.home_agent_is_ours = false;
	request.home_agent = address("10.9.9.9");
	CU_ASSERT_TRUE(is_refused(MIP4_UNKNOWN_HOME_AGENT));
	good_registration();
	request.destination_is_broadcast = true;
	CU_ASSERT_TRUE(is_refused(MIP4_UNKNOWN_HOME_AGENT));
	good_deregistration();
	policy.home_agent_is_ours = false;
	CU_ASSERT_TRUE(is_refused(MIP4_UNKNOWN_HOME_AGENT));
}

static void home_agent_is_open_to_a_node_that_is_known_by_its_nai(void)
{
	good_dynamic_registration();
	CU_ASSERT_TRUE(is_registered(600));
	request.home_agent = address("0.0.0.0");
	CU_ASSERT_TRUE(is_registered(600));
	request.asks_for_home = false;
	CU_ASSERT_TRUE(is_refused(MIP4_UNKNOWN_HOME_AGENT));
	good_dynamic_registration();
	request.destination_is_broadcast = true;
	CU_ASSERT_TRUE(is_refused(MIP4_UNKNOWN_HOME_AGENT));
}

static void requested_home_agent_is_the_one_that_was_asked(void)
{
	good_dynamic_registration();
	request.requests_home_agent = true;
	request.requested_home_agent = address("10.0.0.1");
	CU_ASSERT_TRUE(is_registered(600));
	request.requested_home_agent = address("10.0.0.9");
	CU_ASSERT_TRUE(is_refused(MIP4_UNKNOWN_HOME_AGENT));
}

static void newcomer_that_leaves_the_home_agent_open_is_sent_on_with_143(void)
{
	good_dynamic_registration();
	config.redirect = address("203.0.113.1");
	CU_ASSERT_TRUE(is_refused(MIP4_REDIRECT));
	current.bindings = 1;
	CU_ASSERT_TRUE(is_registered(600));
	good_registration();
	config.redirect = address("203.0.113.1");
	CU_ASSERT_TRUE(is_registered(600));
}

static void nobody_is_served_while_the_service_is_closed_but_may_leave(void)
{
	good_registration();
	policy.service_enabled = false;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
	good_refresh();
	policy.service_enabled = false;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
	good_deregistration();
	policy.service_enabled = false;
	CU_ASSERT_TRUE(is_deregistered(false));
	current = (struct view4){0};
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
}

static void impossible_care_of_address_is_134(void)
{
	static const char *const bad[] = {"0.0.0.0", "127.0.0.1", "239.1.2.3", "255.255.255.255",
					  "10.0.0.2"};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		good_registration();
		request.care_of = address(bad[i]);
		CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
	}
}

static void tunnel_that_would_lead_back_is_128(void)
{
	good_registration();
	policy.care_of_is_here = true;
	CU_ASSERT_TRUE(is_refused(MIP4_UNSPECIFIED));
	good_registration();
	policy.source_is_here = true;
	CU_ASSERT_TRUE(is_registered(600));
}

static void home_address_that_is_not_served_is_129(void)
{
	good_registration();
	policy.home_address_is_ours = false;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
}

static void home_address_is_assigned_to_a_nai_only_while_there_are_some(void)
{
	good_registration();
	request.asks_for_home = true;
	CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
	request.has_nai = true;
	CU_ASSERT_TRUE(is_registered(600));
	request.home = address("0.0.0.0");
	policy.home_address_is_ours = false;
	CU_ASSERT_TRUE(is_refused(MIP4_RESOURCES));
}

static void encapsulation_is_the_one_asked_for_or_139(void)
{
	good_registration();
	request.flags |= MIP4_FLAG_GRE;
	CU_ASSERT_TRUE(is_registered(600));
	CU_ASSERT_EQUAL(decide().mip4.encapsulation, ENCAP_GRE);
	config.gre = false;
	CU_ASSERT_TRUE(is_refused(MIP4_ENCAPSULATION));
	good_registration();
	request.flags |= MIP4_FLAG_MINIMAL;
	CU_ASSERT_EQUAL(decide().mip4.encapsulation, ENCAP_MINIMAL);
	config.minimal_encapsulation = false;
	CU_ASSERT_TRUE(is_refused(MIP4_ENCAPSULATION));
	/* Who can do either gets what there is. */
	request.flags |= MIP4_FLAG_GRE;
	CU_ASSERT_EQUAL(decide().mip4.encapsulation, ENCAP_GRE);
	config.minimal_encapsulation = true;
	config.gre = false;
	CU_ASSERT_EQUAL(decide().mip4.encapsulation, ENCAP_MINIMAL);
	good_deregistration();
	request.flags |= MIP4_FLAG_GRE;
	config.gre = false;
	CU_ASSERT_TRUE(is_deregistered(false));
}

static void reverse_tunnel_is_137_where_there_is_none_and_138_where_it_must_be(void)
{
	good_registration();
	config.reverse_tunnel = REVERSE_TUNNEL_OFF;
	CU_ASSERT_TRUE(is_refused(MIP4_REVERSE_TUNNEL));
	request.flags = 0;
	CU_ASSERT_TRUE(is_registered(600));
	config.reverse_tunnel = REVERSE_TUNNEL_MANDATORY;
	CU_ASSERT_TRUE(is_refused(MIP4_REVERSE_TUNNEL_MANDATORY));
	request.flags = MIP4_FLAG_REVERSE;
	CU_ASSERT_TRUE(is_registered(600));
	good_deregistration();
	request.flags = 0;
	config.reverse_tunnel = REVERSE_TUNNEL_MANDATORY;
	CU_ASSERT_TRUE(is_deregistered(false));
}

static void operator_lets_in_whom_he_will(void)
{
	good_refresh();
	policy.admission.node_prohibited = true;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
	good_refresh();
	policy.admission.may_not_prolong = true;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
	good_refresh();
	policy.admission.draining = true;
	policy.admission.table_full = true;
	CU_ASSERT_TRUE(is_registered(600));
	good_registration();
	policy.admission.draining = true;
	CU_ASSERT_TRUE(is_refused(MIP4_RESOURCES));
	good_registration();
	policy.admission.table_full = true;
	CU_ASSERT_TRUE(is_refused(MIP4_RESOURCES));
	good_deregistration();
	policy.admission.node_prohibited = true;
	CU_ASSERT_TRUE(is_deregistered(false));
}

/* Simultaneous bindings. */

static void older_bindings_stay_when_the_node_asks_for_it(void)
{
	good_registration();
	request.flags |= MIP4_FLAG_SIMULTANEOUS;
	current.bindings = 1;
	CU_ASSERT_TRUE(is_registered(600));
	CU_ASSERT_TRUE(decide().mip4.keep_others);
	request.flags = MIP4_FLAG_REVERSE;
	CU_ASSERT_FALSE(decide().mip4.keep_others);
}

static void one_binding_too_many_is_135(void)
{
	good_registration();
	request.flags |= MIP4_FLAG_SIMULTANEOUS;
	current.bindings = 2;
	CU_ASSERT_TRUE(is_refused(MIP4_TOO_MANY_BINDINGS));
	current.has_care_of = true; /* one of the two */
	CU_ASSERT_TRUE(is_registered(600));
	current.has_care_of = false;
	request.flags = 0; /* both go */
	CU_ASSERT_TRUE(is_registered(600));
}

static void code_is_1_where_there_are_no_simultaneous_bindings(void)
{
	struct binding_verdict v;

	good_registration();
	config.simultaneous_bindings = 1;
	current.bindings = 1;
	request.flags |= MIP4_FLAG_SIMULTANEOUS;
	v = decide();
	CU_ASSERT_EQUAL(v.action, ACTION_REGISTER);
	CU_ASSERT_EQUAL(v.status, MIP4_ACCEPTED_SINGLE);
	CU_ASSERT_FALSE(v.mip4.keep_others);
	good_deregistration();
	config.simultaneous_bindings = 1;
	v = decide();
	CU_ASSERT_EQUAL(v.action, ACTION_DEREGISTER);
	CU_ASSERT_EQUAL(v.status, MIP4_ACCEPTED_SINGLE);
}

static void deregistration_is_of_one_or_of_all(void)
{
	good_deregistration();
	CU_ASSERT_TRUE(is_deregistered(false));
	request.care_of = request.home;
	request.source = request.home;
	CU_ASSERT_TRUE(is_deregistered(true));
	CU_ASSERT_TRUE(request4_is_return(&request));
	/* What is not there is as good as deleted. */
	current = (struct view4){0};
	CU_ASSERT_TRUE(is_deregistered(true));
	request.lifetime_s = 1;
	CU_ASSERT_FALSE(request4_is_return(&request));
	CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
}

static void broadcasts_are_forwarded_where_both_sides_wish(void)
{
	good_registration();
	request.flags |= MIP4_FLAG_BROADCAST;
	CU_ASSERT_TRUE(is_registered(600));
	CU_ASSERT_TRUE(decide().mip4.broadcasts);
	config.broadcasts = false;
	CU_ASSERT_TRUE(is_registered(600));
	CU_ASSERT_FALSE(decide().mip4.broadcasts);
}

/* Lifetimes. */

static void lifetime_is_the_least_of_what_was_asked_and_what_is_allowed(void)
{
	good_registration();
	request.lifetime_s = 1801;
	CU_ASSERT_TRUE(is_registered(1800));
	request.lifetime_s = MIP4_LIFETIME_INFINITE;
	CU_ASSERT_TRUE(is_registered(1800));
	policy.max_lifetime_s = LIFETIME_INFINITE_S;
	CU_ASSERT_TRUE(is_registered(LIFETIME_INFINITE_S));
	request.lifetime_s = MIP4_LIFETIME_INFINITE - 1;
	CU_ASSERT_TRUE(is_registered(MIP4_LIFETIME_INFINITE - 1));
	policy.max_lifetime_s = 0;
	CU_ASSERT_TRUE(is_registered(1)); /* 0 would say de-registered */
}

static void duplicate_is_accepted_again_and_prolongs_nothing(void)
{
	good_refresh();
	current.identification = ID;
	request.identification_is_valid = false;
	CU_ASSERT_TRUE(is_registered(100));
	CU_ASSERT_TRUE(decide().mip4.is_duplicate);
	current.left_s = 601;
	CU_ASSERT_TRUE(is_registered(600));
	current.left_s = 100;
	current.has_care_of = false;
	CU_ASSERT_TRUE(is_refused(MIP4_IDENTIFICATION));
	request.identification_is_valid = true;
	CU_ASSERT_TRUE(is_registered(600));
	CU_ASSERT_FALSE(decide().mip4.is_duplicate);
	good_deregistration();
	current.identification = ID;
	request.identification_is_valid = false;
	CU_ASSERT_TRUE(is_refused(MIP4_IDENTIFICATION));
}

/* Tunnels in UDP. */

static void node_behind_a_nat_gets_a_tunnel_in_udp(void)
{
	struct binding_verdict v;

	good_udp_registration();
	CU_ASSERT_TRUE(is_registered(60));
	v = decide();
	CU_ASSERT_EQUAL(v.mip4.encapsulation, ENCAP_UDP);
	CU_ASSERT_TRUE(v.mip4.care_of_is_source);
	CU_ASSERT_FALSE(v.mip4.is_half_bound);
	CU_ASSERT_TRUE(v.mip4.has_udp_reply);
	CU_ASSERT_EQUAL(v.mip4.udp_code, MIP4_UDP_ACCEPTED);
	CU_ASSERT_FALSE(v.mip4.udp_forced);
	request.udp_request.forced = true; /* F says nothing where there is a NAT */
	CU_ASSERT_FALSE(decide().mip4.udp_forced);
	config.nat_traversal = false;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
}

/* Behind a NAT any address may be in use, ours as well. */
static void care_of_address_behind_a_nat_says_nothing(void)
{
	good_udp_registration();
	policy.care_of_is_here = true;
	CU_ASSERT_TRUE(is_registered(60));
	policy.source_is_here = true;
	CU_ASSERT_TRUE(is_refused(MIP4_UNSPECIFIED));
	good_udp_registration();
	request.source = request.home;
	CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
}

static void node_without_a_nat_gets_what_it_would_without_asking(void)
{
	struct binding_verdict v;

	good_udp_registration();
	request.source = request.care_of;
	request.flags |= MIP4_FLAG_GRE;
	request.udp_request.encapsulation = PROTO_MINIMAL;
	CU_ASSERT_TRUE(is_registered(600));
	v = decide();
	CU_ASSERT_EQUAL(v.mip4.encapsulation, ENCAP_GRE);
	CU_ASSERT_TRUE(v.mip4.has_udp_reply);
	CU_ASSERT_EQUAL(v.mip4.udp_code, MIP4_UDP_REFUSED);
	CU_ASSERT_FALSE(v.mip4.care_of_is_source);
	config.nat_traversal = false;
	CU_ASSERT_TRUE(is_registered(600));
}

static void node_may_force_it_where_that_is_allowed(void)
{
	struct binding_verdict v;

	good_udp_registration();
	request.source = request.care_of;
	request.udp_request.forced = true;
	CU_ASSERT_TRUE(is_registered(60));
	v = decide();
	CU_ASSERT_EQUAL(v.mip4.encapsulation, ENCAP_UDP);
	CU_ASSERT_TRUE(v.mip4.udp_forced);
	CU_ASSERT_EQUAL(v.mip4.udp_code, MIP4_UDP_ACCEPTED);
	config.nat_forced = false;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
	config.nat_forced = true;
	config.nat_traversal = false;
	CU_ASSERT_TRUE(is_refused(MIP4_PROHIBITED));
}

static void node_registered_through_an_agent_is_half_bound(void)
{
	struct binding_verdict v;

	good_udp_registration();
	request.udp_request.through_agent = true;
	v = decide();
	CU_ASSERT_EQUAL(v.action, ACTION_REGISTER);
	CU_ASSERT_TRUE(v.mip4.is_half_bound);
	CU_ASSERT_TRUE(v.mip4.care_of_is_source);
	request.source = request.care_of;
	request.udp_request.forced = true;
	CU_ASSERT_FALSE(decide().mip4.is_half_bound);
}

static void udp_request_of_the_wrong_side_is_134(void)
{
	good_udp_registration();
	request.flags &= (uint8_t)~MIP4_FLAG_COLOCATED;
	CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
	request.udp_request_place = MIP4_BEHIND;
	CU_ASSERT_TRUE(is_registered(60));
	request.flags |= MIP4_FLAG_COLOCATED;
	CU_ASSERT_TRUE(is_refused(MIP4_MALFORMED));
}

static void only_ip_in_ip_goes_in_udp(void)
{
	good_udp_registration();
	request.udp_request.encapsulation = PROTO_IPIP;
	CU_ASSERT_TRUE(is_registered(60));
	request.flags |= MIP4_FLAG_GRE | MIP4_FLAG_MINIMAL; /* the extension has the word */
	CU_ASSERT_TRUE(is_registered(60));
	request.udp_request.encapsulation = 0;
	CU_ASSERT_TRUE(is_refused(MIP4_UDP_ENCAPSULATION));
	good_udp_registration();
	request.udp_request.encapsulation = PROTO_GRE;
	CU_ASSERT_TRUE(is_refused(MIP4_UDP_ENCAPSULATION));
	request.udp_request.encapsulation = PROTO_MINIMAL;
	CU_ASSERT_TRUE(is_refused(MIP4_UDP_ENCAPSULATION));
	request.udp_request.encapsulation = 1;
	CU_ASSERT_TRUE(is_refused(MIP4_UDP_ENCAPSULATION));
}

static void deregistration_is_not_asked_about_udp(void)
{
	good_udp_registration();
	request.lifetime_s = 0;
	config.nat_traversal = false;
	CU_ASSERT_TRUE(is_deregistered(false));
	CU_ASSERT_FALSE(decide().mip4.has_udp_reply);
}

/* Without the extension another source is a foreign agent that relays, or a NAT that nobody told of. */
static void other_source_without_the_extension_is_accepted(void)
{
	good_registration();
	request.source = address("198.51.100.7");
	CU_ASSERT_TRUE(is_registered(600));
	CU_ASSERT_FALSE(decide().mip4.has_udp_reply);
	CU_ASSERT_FALSE(decide().mip4.care_of_is_source);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(good_registration_is_accepted),
		UNIT(flags_that_ask_for_nothing_here_are_ignored),
		UNIT(source_that_cannot_be_answered_is_dropped),
		UNIT(nobody_without_an_association_is_answered),
		UNIT(foreign_agent_without_an_association_is_not_answered),
		UNIT(strange_vendor_aaa_and_form_have_their_codes),
		UNIT(wrong_authenticator_is_131_where_a_foreign_agent_proved_itself),
		UNIT(wrong_authenticator_is_131_where_the_operator_wishes),
		UNIT(foreign_agent_that_did_not_prove_itself_is_132),
		UNIT(deregistration_needs_no_proof_of_the_foreign_agent),
		UNIT(invalid_identification_is_133),
		UNIT(authentication_of_the_node_comes_first_then_identification_then_the_agent),
		UNIT(other_home_agent_is_136),
		UNIT(home_agent_is_open_to_a_node_that_is_known_by_its_nai),
		UNIT(requested_home_agent_is_the_one_that_was_asked),
		UNIT(newcomer_that_leaves_the_home_agent_open_is_sent_on_with_143),
		UNIT(nobody_is_served_while_the_service_is_closed_but_may_leave),
		UNIT(impossible_care_of_address_is_134),
		UNIT(tunnel_that_would_lead_back_is_128),
		UNIT(home_address_that_is_not_served_is_129),
		UNIT(home_address_is_assigned_to_a_nai_only_while_there_are_some),
		UNIT(encapsulation_is_the_one_asked_for_or_139),
		UNIT(reverse_tunnel_is_137_where_there_is_none_and_138_where_it_must_be),
		UNIT(operator_lets_in_whom_he_will),
		UNIT(older_bindings_stay_when_the_node_asks_for_it),
		UNIT(one_binding_too_many_is_135),
		UNIT(code_is_1_where_there_are_no_simultaneous_bindings),
		UNIT(deregistration_is_of_one_or_of_all),
		UNIT(broadcasts_are_forwarded_where_both_sides_wish),
		UNIT(lifetime_is_the_least_of_what_was_asked_and_what_is_allowed),
		UNIT(duplicate_is_accepted_again_and_prolongs_nothing),
		UNIT(node_behind_a_nat_gets_a_tunnel_in_udp),
		UNIT(care_of_address_behind_a_nat_says_nothing),
		UNIT(node_without_a_nat_gets_what_it_would_without_asking),
		UNIT(node_may_force_it_where_that_is_allowed),
		UNIT(node_registered_through_an_agent_is_half_bound),
		UNIT(udp_request_of_the_wrong_side_is_134),
		UNIT(only_ip_in_ip_goes_in_udp),
		UNIT(deregistration_is_not_asked_about_udp),
		UNIT(other_source_without_the_extension_is_accepted),
	};

	return unit_run("registration/decide4", cases, UNIT_COUNT(cases));
}
