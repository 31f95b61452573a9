/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/decide.h"

#include "ha/config.h"
#include "support/unit.h"

#define HOME                                                                                       \
	{                                                                                          \
		{                                                                                  \
			0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1                                         \
		}                                                                                  \
	}
#define CARE_OF                                                                                    \
	{                                                                                          \
		{                                                                                  \
			0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1                                         \
		}                                                                                  \
	}

/* A registration that is accepted with status 0 and 240 s; each case changes what it is about. */
static struct binding_request request;
static struct registration_view current;
static struct binding_policy policy;

static void good_registration(void)
{
	request = (struct binding_request){
		.home = HOME,
		.care_of = CARE_OF,
		.source = CARE_OF,
		.has_home_address_option = true,
		.sequence = 16,
		.flags = BU_FLAG_ACK | BU_FLAG_HOME,
		.lifetime_s = 240,
		.auth = AUTH_ACCEPTED,
	};
	current = (struct registration_view){.state = REGISTRATION_NONE};
	policy = (struct binding_policy){
		.service_enabled = true,
		.home_address_is_ours = true,
		.prefix_valid_s = LIFETIME_INFINITE_S,
		.prefix_preferred_s = LIFETIME_INFINITE_S,
		.max_lifetime_s = 420,
	};
}

static void good_refresh(void)
{
	good_registration();
	current = (struct registration_view){
		.state = REGISTRATION_VALID,
		.sequence = 15,
		.flags = BU_FLAG_ACK | BU_FLAG_HOME,
	};
}

static void good_deregistration(void)
{
	good_refresh();
	request.lifetime_s = 0;
}

static struct binding_verdict decide(void)
{
	return binding_decide(&request, &current, &policy);
}

static bool is_silent(enum silent_reason reason)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_SILENT && v.reason == reason;
}

static bool is_refused(enum binding_status status)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_REFUSE && v.status == status && v.lifetime_s == 0 &&
	       (status == STATUS_SEQUENCE || v.sequence == request.sequence);
}

static bool is_registered(enum binding_status status, uint32_t lifetime_s)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_REGISTER && v.status == status && v.lifetime_s == lifetime_s &&
	       v.sequence == request.sequence;
}

static bool is_deregistered(void)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_DEREGISTER && v.status == STATUS_ACCEPTED && v.lifetime_s == 0 &&
	       v.sequence == request.sequence;
}

static void good_registration_is_accepted(void)
{
	good_registration();
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	good_refresh();
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	good_registration();
	request.auth = AUTH_NOT_NEEDED;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
}

static void each_flag_that_means_nothing_here_is_ignored(void)
{
	static const uint16_t ignored[] = {BU_FLAG_ACK,
					   BU_FLAG_LINK_LOCAL,
					   BU_FLAG_KEY_MANAGEMENT,
					   BU_FLAG_MAP,
					   BU_FLAG_PROXY,
					   0x0100,
					   0x0080,
					   0x0040,
					   0x0001};

	for (size_t i = 0; i < UNIT_COUNT(ignored); i++) {
		good_registration();
		request.flags = BU_FLAG_HOME | ignored[i];
		CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
		good_refresh();
		request.flags = BU_FLAG_HOME | ignored[i];
		CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	}
}

static const struct ip_addr not_routable[] = {
	{{0}},
	{{[15] = 1}},
	{{0xff, 2, [15] = 1}},
	{{0xfe, 0x80, [15] = 1}},
	{{[10] = 0xff, 0xff, 192, 0, 2, 1}},
};

static void home_address_not_routable_is_dropped(void)
{
	for (size_t i = 0; i < UNIT_COUNT(not_routable); i++) {
		good_registration();
		request.home = not_routable[i];
		CU_ASSERT(is_silent(SILENT_ADDRESS));
	}
}

static void care_of_address_not_routable_is_dropped(void)
{
	for (size_t i = 0; i < UNIT_COUNT(not_routable); i++) {
		good_registration();
		request.care_of = not_routable[i];
		CU_ASSERT(is_silent(SILENT_ADDRESS));
	}
}

static void source_not_unicast_is_dropped(void)
{
	good_registration();
	request.source = not_routable[0];
	CU_ASSERT(is_silent(SILENT_ADDRESS));
	request.source = not_routable[2];
	CU_ASSERT(is_silent(SILENT_ADDRESS));
}

static void address_is_tested_before_the_foreign_home_address_is_answered(void)
{
	good_registration();
	policy.home_address_is_ours = false;
	policy.answer_foreign_home_address = true;
	request.source = not_routable[2];
	CU_ASSERT(is_silent(SILENT_ADDRESS));
}

static void foreign_home_address_is_answered_132_before_authentication_if_allowed(void)
{
	good_registration();
	request.auth = AUTH_NO_ASSOCIATION;
	policy.home_address_is_ours = false;
	CU_ASSERT(is_silent(SILENT_AUTH_NO_ASSOCIATION));
	policy.answer_foreign_home_address = true;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_SUBNET));
	policy.service_enabled = false;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_SERVICE));
}

static void only_a_home_registration_is_answered_before_authentication(void)
{
	good_registration();
	request.auth = AUTH_NO_ASSOCIATION;
	policy.answer_foreign_home_address = true;
	CU_ASSERT(is_silent(SILENT_AUTH_NO_ASSOCIATION)); /* the home address is ours */
	policy.home_address_is_ours = false;
	request.flags = BU_FLAG_ACK;
	CU_ASSERT(is_silent(SILENT_AUTH_NO_ASSOCIATION));
	request.flags = BU_FLAG_HOME;
	request.lifetime_s = 0;
	CU_ASSERT(is_silent(SILENT_AUTH_NO_ASSOCIATION));
	request.lifetime_s = 240;
	request.has_nonce_indices = true;
	CU_ASSERT(is_silent(SILENT_AUTH_NO_ASSOCIATION));
}

static void missing_authentication_is_dropped(void)
{
	good_registration();
	request.auth = AUTH_MISSING;
	CU_ASSERT(is_silent(SILENT_AUTH_MISSING));
}

static void unknown_association_is_dropped(void)
{
	good_registration();
	request.auth = AUTH_NO_ASSOCIATION;
	CU_ASSERT(is_silent(SILENT_AUTH_NO_ASSOCIATION));
}

static void authentication_outcome_out_of_range_is_dropped(void)
{
	good_registration();
	request.auth = (enum auth_outcome)99;
	CU_ASSERT(is_silent(SILENT_AUTH_MISSING));
}

static void wrong_authenticator_is_answered_with_status_146(void)
{
	good_registration();
	request.auth = AUTH_WRONG;
	CU_ASSERT(is_refused(STATUS_AUTHENTICATION_FAILED));
}

/* Nothing that depends on the registration or on policy may be told to who has not proved to be the
 * mobile node. */
static void stranger_learns_nothing_but_146(void)
{
	for (unsigned int i = 0; i < 64; i++) {
		good_refresh();
		request.auth = i & 1 ? AUTH_WRONG : AUTH_MISSING;
		request.sequence = i & 2 ? 15 : 16;
		request.flags = i & 4 ? 0 : BU_FLAG_HOME | BU_FLAG_MOBILE_ROUTER;
		request.lifetime_s = i & 8 ? 0 : 240;
		policy.service_enabled = (i & 16) != 0;
		policy.admission.node_prohibited = (i & 32) != 0;
		policy.home_address_is_ours = (i & 32) != 0;
		CU_ASSERT(i & 1 ? is_refused(STATUS_AUTHENTICATION_FAILED)
				: is_silent(SILENT_AUTH_MISSING));
	}
}

static void missing_message_id_is_answered_with_status_145(void)
{
	good_registration();
	request.uses_timestamp = true;
	CU_ASSERT(is_refused(STATUS_MESSAGE_ID_REQUIRED));
}

static void invalid_timestamp_is_answered_with_status_144(void)
{
	good_registration();
	request.uses_timestamp = true;
	request.has_message_id = true;
	CU_ASSERT(is_refused(STATUS_MESSAGE_ID_MISMATCH));
	request.timestamp_valid = true;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
}

static void message_id_without_timestamps_in_use_is_ignored(void)
{
	good_registration();
	request.has_message_id = true;
	request.timestamp_valid = false;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
}

static void home_registration_with_nonce_indices_is_dropped(void)
{
	good_registration();
	request.has_nonce_indices = true;
	CU_ASSERT(is_silent(SILENT_NONCE_INDICES));
}

static void correspondent_registration_is_dropped(void)
{
	good_registration();
	request.flags = BU_FLAG_ACK;
	CU_ASSERT(is_silent(SILENT_NOT_HOME_REGISTRATION));
	request.has_nonce_indices = true;
	CU_ASSERT(is_silent(SILENT_NOT_HOME_REGISTRATION));
	request.auth = AUTH_NOT_NEEDED;
	CU_ASSERT(is_silent(SILENT_NOT_HOME_REGISTRATION));
	current.state = REGISTRATION_INVALID; /* no binding any more */
	CU_ASSERT(is_silent(SILENT_NOT_HOME_REGISTRATION));
}

static void mobile_router_without_home_flag_is_answered_with_status_140(void)
{
	good_registration();
	request.flags = BU_FLAG_ACK | BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_MOBILE_ROUTER_NOT_PERMITTED));
	good_refresh();
	request.flags = BU_FLAG_ACK | BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_MOBILE_ROUTER_NOT_PERMITTED));
}

static void home_flag_cleared_over_a_binding_is_answered_with_status_139(void)
{
	good_refresh();
	request.flags = BU_FLAG_ACK;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
	request.lifetime_s = 0;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
}

static void care_of_address_that_is_a_home_address_is_dropped(void)
{
	good_registration();
	policy.care_of_is_home = true;
	CU_ASSERT(is_silent(SILENT_CARE_OF_IS_HOME));
	good_refresh();
	policy.care_of_is_home = true;
	CU_ASSERT(is_silent(SILENT_CARE_OF_IS_HOME));
}

static void deregistration_is_not_tested_for_a_loop(void)
{
	good_deregistration();
	policy.care_of_is_home = true;
	CU_ASSERT(is_deregistered());
	good_refresh();
	request.care_of = request.home;
	policy.care_of_is_home = true;
	CU_ASSERT(is_deregistered());
}

static void replayed_sequence_is_answered_with_status_135_and_the_last_accepted(void)
{
	static const uint16_t bad[] = {15, 0, 14, 65535, 32783};
	static const uint16_t good[] = {16, 17, 32782};

	for (size_t i = 0; i < UNIT_COUNT(bad); i++) {
		good_refresh();
		request.sequence = bad[i];
		CU_ASSERT(is_refused(STATUS_SEQUENCE));
		CU_ASSERT_EQUAL(decide().sequence, 15);
	}
	for (size_t i = 0; i < UNIT_COUNT(good); i++) {
		good_refresh();
		request.sequence = good[i];
		CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	}
}

static void sequence_is_tested_against_a_deregistered_node_too(void)
{
	good_refresh();
	current.state = REGISTRATION_INVALID;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	request.sequence = 15;
	CU_ASSERT(is_refused(STATUS_SEQUENCE));
	request.lifetime_s = 0;
	CU_ASSERT(is_refused(STATUS_SEQUENCE));
}

static void any_sequence_is_accepted_without_a_binding(void)
{
	static const uint16_t any[] = {0, 15, 16, 32783, 65535};

	for (size_t i = 0; i < UNIT_COUNT(any); i++) {
		good_registration();
		current.sequence = 15;
		request.sequence = any[i];
		CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	}
}

static void sequence_is_not_tested_when_timestamps_are_in_use(void)
{
	good_refresh();
	request.sequence = 15;
	request.uses_timestamp = true;
	request.has_message_id = true;
	request.timestamp_valid = true;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
}

static void sequence_comes_before_type_change(void)
{
	good_refresh();
	request.sequence = 15;
	request.flags = BU_FLAG_ACK;
	CU_ASSERT(is_refused(STATUS_SEQUENCE));
	request.flags = BU_FLAG_HOME | BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_SEQUENCE));
}

static void mobile_router_flag_changed_is_answered_with_status_139(void)
{
	good_refresh();
	request.flags = BU_FLAG_HOME | BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
	good_refresh();
	current.flags |= BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
	current.state = REGISTRATION_INVALID;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
}

static void deregistration_is_not_asked_about_the_mobile_router_flag(void)
{
	good_deregistration();
	request.flags |= BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_deregistered());
}

static void mobile_router_is_answered_with_status_140(void)
{
	good_registration();
	request.flags |= BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_MOBILE_ROUTER_NOT_PERMITTED));
}

static void service_switched_off_is_answered_with_status_131(void)
{
	good_registration();
	policy.service_enabled = false;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_SERVICE));
	good_refresh();
	policy.service_enabled = false;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_SERVICE));
	good_deregistration();
	policy.service_enabled = false;
	current.state = REGISTRATION_NONE;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_SERVICE));
}

static void registered_node_may_leave_while_the_service_is_off(void)
{
	good_deregistration();
	policy.service_enabled = false;
	CU_ASSERT(is_deregistered());
}

static void home_address_outside_our_prefixes_is_answered_with_status_132(void)
{
	good_registration();
	policy.home_address_is_ours = false;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_SUBNET));
}

static void registration_without_home_address_option_is_answered_with_status_132(void)
{
	good_registration();
	request.has_home_address_option = false;
	request.source =
		request.home; /* an Alternate Care-of Address option made it a registration */
	CU_ASSERT(is_refused(STATUS_NOT_HOME_SUBNET));
}

static void prefix_with_less_than_a_unit_left_is_answered_with_status_132(void)
{
	good_registration();
	policy.prefix_valid_s = 3;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_SUBNET));
	policy.prefix_valid_s = 4;
	CU_ASSERT(is_registered(STATUS_ACCEPTED_PREFIX_DISCOVERY, 4));
}

static void prohibited_node_is_answered_with_status_129(void)
{
	good_registration();
	policy.admission.node_prohibited = true;
	CU_ASSERT(is_refused(STATUS_PROHIBITED));
	good_refresh();
	policy.admission.node_prohibited = true;
	CU_ASSERT(is_refused(STATUS_PROHIBITED));
	good_deregistration();
	policy.admission.node_prohibited = true;
	CU_ASSERT(is_deregistered());
}

static void newcomer_to_a_full_table_is_answered_with_status_130(void)
{
	good_registration();
	policy.admission.table_full = true;
	CU_ASSERT(is_refused(STATUS_NO_RESOURCES));
	good_refresh();
	policy.admission.table_full = true;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	current.state = REGISTRATION_INVALID;
	CU_ASSERT(is_refused(STATUS_NO_RESOURCES));
}

static void node_that_may_not_prolong_is_answered_with_status_129_while_registered(void)
{
	good_refresh();
	policy.admission.may_not_prolong = true;
	CU_ASSERT(is_refused(STATUS_PROHIBITED));
	good_deregistration();
	policy.admission.may_not_prolong = true;
	CU_ASSERT(is_deregistered());
	good_registration();
	policy.admission.may_not_prolong = true;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
}

/* RFC 6275 §10.3.1. */
static void address_of_this_host_is_answered_with_status_134(void)
{
	good_registration();
	policy.home_address_is_this_hosts = true;
	CU_ASSERT(is_refused(STATUS_DUPLICATE_ADDRESS));
	good_refresh();
	policy.home_address_is_this_hosts = true;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	good_deregistration();
	policy.home_address_is_this_hosts = true;
	CU_ASSERT(is_deregistered());
}

static void newcomer_while_draining_is_answered_with_status_130(void)
{
	good_registration();
	policy.admission.draining = true;
	CU_ASSERT(is_refused(STATUS_NO_RESOURCES));
	good_refresh();
	policy.admission.draining = true;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
	good_deregistration();
	policy.admission.draining = true;
	CU_ASSERT(is_deregistered());
	good_refresh();
	policy.admission.draining = true;
	current.state = REGISTRATION_INVALID;
	CU_ASSERT(is_refused(STATUS_NO_RESOURCES));
}

/* Each status wins over those after it; what follows is made wrong from the end towards the start.
 */
static void statuses_come_in_the_order_of_the_rfc(void)
{
	good_refresh();
	current.flags |= BU_FLAG_MOBILE_ROUTER;
	request.flags |= BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_MOBILE_ROUTER_NOT_PERMITTED));
	current.state = REGISTRATION_INVALID;
	policy.admission.table_full = true;
	CU_ASSERT(is_refused(STATUS_NO_RESOURCES));
	policy.admission.node_prohibited = true;
	CU_ASSERT(is_refused(STATUS_PROHIBITED));
	policy.home_address_is_ours = false;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_SUBNET));
	policy.service_enabled = false;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_SERVICE));
	current.state = REGISTRATION_VALID;
	current.flags = BU_FLAG_HOME;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
	request.sequence = 15;
	CU_ASSERT(is_refused(STATUS_SEQUENCE));
	policy.care_of_is_home = true;
	CU_ASSERT(is_silent(SILENT_CARE_OF_IS_HOME));
	request.has_nonce_indices = true;
	CU_ASSERT(is_silent(SILENT_NONCE_INDICES));
	request.uses_timestamp = true;
	request.has_message_id = true;
	CU_ASSERT(is_refused(STATUS_MESSAGE_ID_MISMATCH));
	request.has_message_id = false;
	CU_ASSERT(is_refused(STATUS_MESSAGE_ID_REQUIRED));
	request.auth = AUTH_WRONG;
	CU_ASSERT(is_refused(STATUS_AUTHENTICATION_FAILED));
	policy.answer_foreign_home_address = true;
	request.has_nonce_indices = false;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_SERVICE));
	request.care_of = not_routable[3];
	CU_ASSERT(is_silent(SILENT_ADDRESS));
}

static void deregistration_by_lifetime_0_is_accepted(void)
{
	good_deregistration();
	CU_ASSERT(is_deregistered());
	request.care_of = request.home;
	request.source = request.home;
	request.has_home_address_option = false;
	CU_ASSERT(is_deregistered());
}

static void care_of_equal_to_home_is_a_deregistration_whatever_its_lifetime(void)
{
	good_refresh();
	request.care_of = request.home;
	CU_ASSERT(is_deregistered());
	current.state = REGISTRATION_NONE;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_FOR_NODE));
}

static void deregistration_without_binding_is_answered_with_status_133(void)
{
	good_deregistration();
	current.state = REGISTRATION_NONE;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_FOR_NODE));
	current.state = REGISTRATION_INVALID;
	CU_ASSERT(is_refused(STATUS_NOT_HOME_AGENT_FOR_NODE));
}

static void deregistration_outlives_the_prefix(void)
{
	good_deregistration();
	policy.home_address_is_ours = false;
	policy.prefix_valid_s = 0;
	CU_ASSERT(is_deregistered());
}

static void lifetime_is_the_least_of_asked_prefix_and_policy(void)
{
	good_registration();
	request.lifetime_s = 262140;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 420));
	policy.prefix_valid_s = 403;
	policy.prefix_preferred_s = 403;
	CU_ASSERT(is_registered(STATUS_ACCEPTED_PREFIX_DISCOVERY, 400));
	request.lifetime_s = 4;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 4));
}

static void granted_lifetime_is_a_multiple_of_four_and_never_0(void)
{
	good_registration();
	policy.max_lifetime_s = 103;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 100));
	policy.max_lifetime_s = 3;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 4));
	policy.max_lifetime_s = LIFETIME_INFINITE_S;
	request.lifetime_s = 262140;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 262140));
}

static void status_1_when_the_prefix_is_or_becomes_deprecated_within_the_lifetime(void)
{
	static const struct {
		uint32_t preferred_s;
		enum binding_status status;
	} cases[] = {
		{0, STATUS_ACCEPTED_PREFIX_DISCOVERY},
		{239, STATUS_ACCEPTED_PREFIX_DISCOVERY},
		{240, STATUS_ACCEPTED}, /* not during it */
		{241, STATUS_ACCEPTED},
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		good_registration();
		policy.prefix_preferred_s = cases[i].preferred_s;
		CU_ASSERT(is_registered(cases[i].status, 240));
	}
}

static void status_1_when_the_prefix_ends_with_the_lifetime(void)
{
	static const struct {
		uint32_t valid_s;
		enum binding_status status;
	} cases[] = {
		{240, STATUS_ACCEPTED_PREFIX_DISCOVERY},
		{243, STATUS_ACCEPTED_PREFIX_DISCOVERY}, /* the two low bits do not count */
		{244, STATUS_ACCEPTED},
	};

	for (size_t i = 0; i < UNIT_COUNT(cases); i++) {
		good_registration();
		policy.prefix_valid_s = cases[i].valid_s;
		CU_ASSERT(is_registered(cases[i].status, 240));
	}
}

static void correspondent_binding_stays_one(void)
{
	good_refresh();
	current.flags = BU_FLAG_ACK;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
	request.sequence = 15;
	CU_ASSERT(is_refused(STATUS_SEQUENCE));
	current.state = REGISTRATION_INVALID;
	request.sequence = 16;
	CU_ASSERT(is_registered(STATUS_ACCEPTED, 240));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(correspondent_binding_stays_one),
		UNIT(good_registration_is_accepted),
		UNIT(each_flag_that_means_nothing_here_is_ignored),
		UNIT(home_address_not_routable_is_dropped),
		UNIT(care_of_address_not_routable_is_dropped),
		UNIT(source_not_unicast_is_dropped),
		UNIT(address_is_tested_before_the_foreign_home_address_is_answered),
		UNIT(foreign_home_address_is_answered_132_before_authentication_if_allowed),
		UNIT(only_a_home_registration_is_answered_before_authentication),
		UNIT(missing_authentication_is_dropped),
		UNIT(unknown_association_is_dropped),
		UNIT(authentication_outcome_out_of_range_is_dropped),
		UNIT(wrong_authenticator_is_answered_with_status_146),
		UNIT(stranger_learns_nothing_but_146),
		UNIT(missing_message_id_is_answered_with_status_145),
		UNIT(invalid_timestamp_is_answered_with_status_144),
		UNIT(message_id_without_timestamps_in_use_is_ignored),
		UNIT(home_registration_with_nonce_indices_is_dropped),
		UNIT(correspondent_registration_is_dropped),
		UNIT(mobile_router_without_home_flag_is_answered_with_status_140),
		UNIT(home_flag_cleared_over_a_binding_is_answered_with_status_139),
		UNIT(care_of_address_that_is_a_home_address_is_dropped),
		UNIT(deregistration_is_not_tested_for_a_loop),
		UNIT(replayed_sequence_is_answered_with_status_135_and_the_last_accepted),
		UNIT(sequence_is_tested_against_a_deregistered_node_too),
		UNIT(any_sequence_is_accepted_without_a_binding),
		UNIT(sequence_is_not_tested_when_timestamps_are_in_use),
		UNIT(sequence_comes_before_type_change),
		UNIT(mobile_router_flag_changed_is_answered_with_status_139),
		UNIT(deregistration_is_not_asked_about_the_mobile_router_flag),
		UNIT(mobile_router_is_answered_with_status_140),
		UNIT(service_switched_off_is_answered_with_status_131),
		UNIT(registered_node_may_leave_while_the_service_is_off),
		UNIT(home_address_outside_our_prefixes_is_answered_with_status_132),
		UNIT(registration_without_home_address_option_is_answered_with_status_132),
		UNIT(prefix_with_less_than_a_unit_left_is_answered_with_status_132),
		UNIT(prohibited_node_is_answered_with_status_129),
		UNIT(newcomer_to_a_full_table_is_answered_with_status_130),
		UNIT(node_that_may_not_prolong_is_answered_with_status_129_while_registered),
		UNIT(newcomer_while_draining_is_answered_with_status_130),
		UNIT(address_of_this_host_is_answered_with_status_134),
		UNIT(statuses_come_in_the_order_of_the_rfc),
		UNIT(deregistration_by_lifetime_0_is_accepted),
		UNIT(care_of_equal_to_home_is_a_deregistration_whatever_its_lifetime),
		UNIT(deregistration_without_binding_is_answered_with_status_133),
		UNIT(deregistration_outlives_the_prefix),
		UNIT(lifetime_is_the_least_of_asked_prefix_and_policy),
		UNIT(granted_lifetime_is_a_multiple_of_four_and_never_0),
		UNIT(status_1_when_the_prefix_is_or_becomes_deprecated_within_the_lifetime),
		UNIT(status_1_when_the_prefix_ends_with_the_lifetime),
	};

	return unit_run("registration/decide", cases, UNIT_COUNT(cases));
}
