/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/correspondent_decide.h"

#include "support/unit.h"

static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
static const struct ip_addr elsewhere = {{0x20, 1, 0xd, 0xb8, 0, 3, [15] = 1}};

/* A registration that is accepted with 240 s; each case changes what it is about. */
static struct correspondent_request request;
static struct correspondent_view current;
static struct correspondent_policy policy;

static void good_update(void)
{
	request = (struct correspondent_request){
		.home = home,
		.care_of = care_of,
		.source = care_of,
		.sequence = 16,
		.flags = BU_FLAG_ACK,
		.lifetime_s = 240,
	};
	current = (struct correspondent_view){.state = CORRESPONDENT_NONE};
	policy = (struct correspondent_policy){0};
}

static void good_refresh(void)
{
	good_update();
	current = (struct correspondent_view){
		.state = CORRESPONDENT_VALID,
		.sequence = 15,
		.care_of = care_of,
	};
}

static void good_deletion(void)
{
	good_refresh();
	request.lifetime_s = 0;
}

static struct binding_verdict decide(void)
{
	return correspondent_decide(&request, &current, &policy);
}

static bool is_silent(enum silent_reason reason)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_SILENT && v.reason == reason &&
	       !correspondent_is_acknowledged(&request, &v);
}

/* Every refusal is answered, whether the A flag is set or not. */
static bool is_refused(enum binding_status status)
{
	struct binding_verdict v = decide();
	bool is_answered;

	request.flags &= (uint16_t)~BU_FLAG_ACK;
	is_answered = correspondent_is_acknowledged(&request, &v);
	request.flags |= BU_FLAG_ACK;
	return v.action == ACTION_REFUSE && v.status == status && v.lifetime_s == 0 &&
	       is_answered && correspondent_is_acknowledged(&request, &v);
}

static bool is_cached(uint32_t lifetime_s)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_REGISTER && v.status == STATUS_ACCEPTED &&
	       v.lifetime_s == lifetime_s && v.sequence == request.sequence;
}

static bool is_deleted(void)
{
	struct binding_verdict v = decide();

	return v.action == ACTION_DEREGISTER && v.status == STATUS_ACCEPTED && v.lifetime_s == 0;
}

static void good_updates_are_accepted(void)
{
	good_update();
	CU_ASSERT(is_cached(240));
	good_refresh();
	CU_ASSERT(is_cached(240));
	good_deletion();
	CU_ASSERT(is_deleted());
}

/* RFC 6275 §6.1.7: K is for home agents. */
static void flags_that_mean_nothing_here_are_ignored(void)
{
	static const uint16_t ignored[] = {BU_FLAG_LINK_LOCAL, BU_FLAG_KEY_MANAGEMENT, BU_FLAG_MAP,
					   BU_FLAG_PROXY, 0x0001};

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++) {
		good_update();
		request.flags |= ignored[i];
		CU_ASSERT(is_cached(240));
	}
}

static void acceptance_is_acknowledged_only_with_the_A_flag(void)
{
	struct binding_verdict v;

	good_update();
	v = decide();
	CU_ASSERT_TRUE(correspondent_is_acknowledged(&request, &v));
	request.flags = 0;
	v = decide();
	CU_ASSERT_FALSE(correspondent_is_acknowledged(&request, &v));
	good_deletion();
	request.flags = 0;
	v = decide();
	CU_ASSERT_FALSE(correspondent_is_acknowledged(&request, &v));
}

static void lifetime_is_420_seconds_at_most(void)
{
	good_update();
	request.lifetime_s = 420;
	CU_ASSERT(is_cached(420));
	request.lifetime_s = 424;
	CU_ASSERT(is_cached(420));
	request.lifetime_s = 262140;
	CU_ASSERT(is_cached(420));
	request.lifetime_s = 4;
	CU_ASSERT(is_cached(4));
}

static void addresses_that_are_not_unicast_are_silent(void)
{
	static const struct ip_addr bad[] = {{{0}}, {{[15] = 1}}, {{0xfe, 0x80}}, {{0xff, 0x0e}}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		good_update();
		request.home = bad[i];
		CU_ASSERT(is_silent(SILENT_ADDRESS));
		good_update();
		request.care_of = bad[i];
		CU_ASSERT(is_silent(SILENT_ADDRESS));
		good_update();
		request.source = bad[i];
		CU_ASSERT(is_silent(SILENT_ADDRESS));
	}
	good_update();
	policy.address_is_ours = true;
	CU_ASSERT(is_silent(SILENT_ADDRESS));
}

static void authorization_decides_before_everything_else(void)
{
	static const struct {
		enum authorization_outcome outcome;
		uint8_t status;
		enum silent_reason reason;
	} cases[] = {
		{AUTHORIZATION_NO_INDICES, 0, SILENT_NO_NONCE_INDICES},
		{AUTHORIZATION_MISSING, 0, SILENT_AUTHORIZATION_MISSING},
		{AUTHORIZATION_WRONG, 0, SILENT_AUTHORIZATION_WRONG},
		{AUTHORIZATION_HOME_NONCE, 136, SILENT_NONE},
		{AUTHORIZATION_CARE_OF_NONCE, 137, SILENT_NONE},
		{AUTHORIZATION_NONCES, 138, SILENT_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		good_refresh();
		request.authorization = cases[i].outcome;
		request.sequence = 15;
		request.flags |= BU_FLAG_MOBILE_ROUTER;
		current.state = CORRESPONDENT_HOME;
		policy.table_full = true;
		if (cases[i].status != 0)
			CU_ASSERT(is_refused(cases[i].status));
		if (cases[i].status == 0)
			CU_ASSERT(is_silent(cases[i].reason));
	}
}

static void only_statuses_136_to_138_go_without_an_authenticator(void)
{
	for (unsigned int status = 0; status <= UINT8_MAX; status++) {
		struct binding_verdict v = {.status = (uint8_t)status};

		CU_ASSERT_EQUAL(correspondent_is_authorized(&v), status < 136 || status > 138);
	}
}

static void stale_sequence_is_135_with_the_last_accepted(void)
{
	static const uint16_t stale[] = {15, 0, 14, 32783, 65535};
	static const uint16_t newer[] = {16, 32782};

	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
		good_refresh();
		request.sequence = stale[i];
		CU_ASSERT(is_refused(STATUS_SEQUENCE));
		CU_ASSERT_EQUAL(decide().sequence, 15);
		request.lifetime_s = 0;
		CU_ASSERT(is_refused(STATUS_SEQUENCE));
		current.state = CORRESPONDENT_HOME;
		CU_ASSERT(is_refused(STATUS_SEQUENCE));
		current.state = CORRESPONDENT_NONE;
		request.lifetime_s = 240;
		CU_ASSERT(is_cached(240));
	}
	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
		good_refresh();
		request.sequence = newer[i];
		CU_ASSERT(is_cached(240));
	}
}

static void home_registration_is_not_changed_into_another(void)
{
	good_refresh();
	current.state = CORRESPONDENT_HOME;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
	request.lifetime_s = 0;
	CU_ASSERT(is_refused(STATUS_TYPE_CHANGE));
}

static void mobile_router_is_not_permitted(void)
{
	good_update();
	request.flags |= BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_refused(STATUS_MOBILE_ROUTER_NOT_PERMITTED));
	good_deletion();
	request.flags |= BU_FLAG_MOBILE_ROUTER;
	CU_ASSERT(is_deleted());
}

static void full_cache_refuses_newcomers_only(void)
{
	good_update();
	policy.table_full = true;
	CU_ASSERT(is_refused(STATUS_NO_RESOURCES));
	request.lifetime_s = 0;
	CU_ASSERT(is_deleted());
	good_refresh();
	policy.table_full = true;
	CU_ASSERT(is_cached(240));
}

static void care_of_address_at_home_is_a_deletion(void)
{
	good_refresh();
	request.care_of = home;
	CU_ASSERT_TRUE(correspondent_asks_for_deletion(&request));
	CU_ASSERT(is_deleted());
}

static void deleting_nothing_is_accepted(void)
{
	good_deletion();
	current.state = CORRESPONDENT_NONE;
	CU_ASSERT(is_deleted());
	current.state = CORRESPONDENT_ENDED;
	request.sequence = 1;
	CU_ASSERT(is_deleted());
}

static void nonces_of_a_binding_that_ended_do_not_make_it_again(void)
{
	good_refresh();
	current.state = CORRESPONDENT_ENDED;
	CU_ASSERT(is_refused(STATUS_HOME_NONCE)); /* newer, the same care-of address */
	request.care_of = elsewhere;
	CU_ASSERT(is_cached(240)); /* newer, another one */
	request.sequence = 15;
	CU_ASSERT(is_refused(STATUS_HOME_NONCE)); /* perhaps a replay */
	current.home_nonce_is_newer = true;
	CU_ASSERT(is_cached(240));
	request.care_of = care_of;
	CU_ASSERT(is_cached(240));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(good_updates_are_accepted),
		UNIT(flags_that_mean_nothing_here_are_ignored),
		UNIT(acceptance_is_acknowledged_only_with_the_A_flag),
		UNIT(lifetime_is_420_seconds_at_most),
		UNIT(addresses_that_are_not_unicast_are_silent),
		UNIT(authorization_decides_before_everything_else),
		UNIT(only_statuses_136_to_138_go_without_an_authenticator),
		UNIT(stale_sequence_is_135_with_the_last_accepted),
		UNIT(home_registration_is_not_changed_into_another),
		UNIT(mobile_router_is_not_permitted),
		UNIT(full_cache_refuses_newcomers_only),
		UNIT(care_of_address_at_home_is_a_deletion),
		UNIT(deleting_nothing_is_accepted),
		UNIT(nonces_of_a_binding_that_ended_do_not_make_it_again),
	};

	return unit_run("registration/correspondent_decide", cases, UNIT_COUNT(cases));
}
