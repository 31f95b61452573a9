/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/decide.h"

#include "auth/replay.h"

struct question {
	const struct binding_request *request;
	const struct registration_view *current;
	const struct binding_policy *policy;
	bool is_registration; /* else it asks to be taken out */
};

static decision_step test_addresses, test_foreign_home, test_authentication, test_timestamp,
	test_nonce_indices, test_loop, test_sequence, test_home_flag, test_router_change,
	test_service, test_home_subnet, test_policy, test_router, test_own_address, deregister,
	grant;

/* The order is the RFC's, and it shows on the wire: the first test that fails gives the status.
 * What comes after authentication is never said to a stranger. */
static decision_step *const steps[] = {
	test_addresses,	    test_foreign_home, test_authentication, test_timestamp,
	test_nonce_indices, test_loop,	       test_sequence,	    test_home_flag,
	test_router_change, test_service,      test_home_subnet,    test_policy,
	test_router,	    test_own_address,  deregister,	    grant,
};

/* Lifetime 0 is the only sign of a de-registration in RFC 6275 §6.1.7. RFC 3775 §10.3.2 and 3963
 * §6.2 also name a care-of address equal to the home address, which could only be a binding to
 * itself. */
static bool asks_for_registration(const struct binding_request *request)
{
	return request->lifetime_s != 0 && !ip_addr_equal(&request->care_of, &request->home);
}

struct binding_verdict binding_decide(const struct binding_request *request,
				      const struct registration_view *current,
				      const struct binding_policy *policy)
{
	struct binding_verdict verdict = {
		.action = ACTION_SILENT,
		.sequence = request->sequence, /* only 135 answers with another one */
	};
	const struct question q = {
		.request = request,
		.current = current,
		.policy = policy,
		.is_registration = asks_for_registration(request),
	};

	verdict_reach(steps, sizeof(steps) / sizeof(steps[0]), &q, &verdict);
	return verdict;
}

static bool has_flag(const struct question *q, uint16_t flag)
{
	return (q->request->flags & flag) != 0;
}

/* RFC 6275 §6.1.7 (care-of), §9.5.1 (home), §9.5.4 (source): silently. */
static bool test_addresses(const struct question *q, struct binding_verdict *verdict)
{
	const struct binding_request *r = q->request;

	if (ip_addr_is_unicast_routable(&r->home) && ip_addr_is_unicast_routable(&r->care_of) &&
	    !ip_addr_is_multicast(&r->source) && !ip_addr_is_unspecified(&r->source) &&
	    !ip_addr_is_loopback(&r->source))
		return false;
	return verdict_silent(verdict, SILENT_ADDRESS);
}

/* A home address outside every prefix here can have no association to authenticate it by. Answering
 * all the same, where the operator allows it, gives away nothing but the list of prefixes. 131
 * comes before 132 (RFC 6275 §10.3.1). */
static bool test_foreign_home(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->policy->answer_foreign_home_address || q->policy->home_address_is_ours)
		return false;
	if (!has_flag(q, BU_FLAG_HOME) || !q->is_registration || q->request->has_nonce_indices)
		return false;
	return verdict_refuse(verdict, q->policy->service_enabled ? STATUS_NOT_HOME_SUBNET
								  : STATUS_NOT_HOME_AGENT_SERVICE);
}

/* RFC 4285 §5, §5.1.1. */
static bool test_authentication(const struct question *q, struct binding_verdict *verdict)
{
	switch (q->request->auth) {
	case AUTH_ACCEPTED:
	case AUTH_NOT_NEEDED:
		return false;
	case AUTH_WRONG:
		return verdict_refuse(verdict, STATUS_AUTHENTICATION_FAILED);
	case AUTH_NO_ASSOCIATION:
		return verdict_silent(verdict, SILENT_AUTH_NO_ASSOCIATION);
	case AUTH_MISSING:
		break;
	}
	return verdict_silent(verdict, SILENT_AUTH_MISSING);
}

/* RFC 4285 §6. A message-ID that the association does not ask for is only for matching, and
 * repeated in the answer. */
static bool test_timestamp(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->request->uses_timestamp)
		return false;
	if (!q->request->has_message_id)
		return verdict_refuse(verdict, STATUS_MESSAGE_ID_REQUIRED);
	if (!q->request->timestamp_valid)
		return verdict_refuse(verdict, STATUS_MESSAGE_ID_MISMATCH);
	return false;
}

/* RFC 6275 §9.5.1. */
static bool test_nonce_indices(const struct question *q, struct binding_verdict *verdict)
{
	if (!has_flag(q, BU_FLAG_HOME) || !q->request->has_nonce_indices)
		return false;
	return verdict_silent(verdict, SILENT_NONCE_INDICES);
}

/* RFC 6275 §15.1, 3775 §6.1.7: a tunnel to another home address served here could lead back. */
static bool test_loop(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->is_registration || !q->policy->care_of_is_home)
		return false;
	return verdict_silent(verdict, SILENT_CARE_OF_IS_HOME);
}

/* RFC 6275 §9.5.1. A de-registered node's sequence counts as long as it is kept (§10.3.2). With
 * timestamps it is not used (RFC 4285 §7). */
static bool test_sequence(const struct question *q, struct binding_verdict *verdict)
{
	if (q->request->uses_timestamp || q->current->state == REGISTRATION_NONE)
		return false;
	if (replay_sequence_is_newer(q->request->sequence, q->current->sequence))
		return false;
	verdict->sequence = q->current->sequence;
	return verdict_refuse(verdict, STATUS_SEQUENCE);
}

/* RFC 6275 §9.5.1: a home registration stays one, and what is bound to the correspondent function
 * stays that. RFC 3963 §6.2: R without H is 140, binding or not. What is left asks for the
 * correspondent function. */
static bool test_home_flag(const struct question *q, struct binding_verdict *verdict)
{
	bool is_home_binding = (q->current->flags & BU_FLAG_HOME) != 0;

	if (has_flag(q, BU_FLAG_HOME))
		return q->current->state == REGISTRATION_VALID && !is_home_binding &&
		       verdict_refuse(verdict, STATUS_TYPE_CHANGE);
	if (has_flag(q, BU_FLAG_MOBILE_ROUTER))
		return verdict_refuse(verdict, STATUS_MOBILE_ROUTER_NOT_PERMITTED);
	if (q->current->state == REGISTRATION_VALID)
		return verdict_refuse(verdict, STATUS_TYPE_CHANGE);
	return verdict_silent(verdict, SILENT_NOT_HOME_REGISTRATION);
}

/* RFC 3963 §6.2: a de-registration is not asked about R. */
static bool test_router_change(const struct question *q, struct binding_verdict *verdict)
{
	uint16_t changed = q->request->flags ^ q->current->flags;

	if (!q->is_registration || q->current->state != REGISTRATION_VALID ||
	    (changed & BU_FLAG_MOBILE_ROUTER) == 0)
		return false;
	return verdict_refuse(verdict, STATUS_TYPE_CHANGE);
}

/* RFC 6275 §10.3.1. While the service is being closed down, those who are still registered may
 * leave. */
static bool test_service(const struct question *q, struct binding_verdict *verdict)
{
	if (q->policy->service_enabled ||
	    (!q->is_registration && q->current->state == REGISTRATION_VALID))
		return false;
	return verdict_refuse(verdict, STATUS_NOT_HOME_AGENT_SERVICE);
}

/* RFC 6275 §10.3.1. A registration must carry the Home Address option; the RFC names no status for
 * one that does not. It gives no home address apart from the place it was sent from, so it fails at
 * this test. A prefix with less than one unit left is gone. */
static bool test_home_subnet(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->is_registration ||
	    (q->policy->home_address_is_ours && q->request->has_home_address_option &&
	     q->policy->prefix_valid_s >= LIFETIME_UNIT_S))
		return false;
	return verdict_refuse(verdict, STATUS_NOT_HOME_SUBNET);
}

/* RFC 6275 §10.3.1, "any other reason". A de-registered node has lost its place: it is a newcomer.
 * RFC 5142 §5.3, 5846 §7: a node that was told that its binding ends does not prolong it. */
static bool test_policy(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->is_registration)
		return false;
	return verdict_admission(&q->policy->admission, q->current->state == REGISTRATION_VALID,
				 verdict);
}

/* This home agent serves no mobile routers yet. */
static bool test_router(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->is_registration || !has_flag(q, BU_FLAG_MOBILE_ROUTER))
		return false;
	return verdict_refuse(verdict, STATUS_MOBILE_ROUTER_NOT_PERMITTED);
}

/* RFC 6275 §10.3.1: a duplicate that is known without asking the link; behind a virtual one there is
 * nobody to ask. */
static bool test_own_address(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->is_registration || !q->policy->home_address_is_this_hosts ||
	    q->current->state == REGISTRATION_VALID)
		return false;
	return verdict_refuse(verdict, STATUS_DUPLICATE_ADDRESS);
}

/* RFC 6275 §10.3.2. An entry marked invalid is no binding any more. */
static bool deregister(const struct question *q, struct binding_verdict *verdict)
{
	if (q->is_registration)
		return false;
	if (q->current->state != REGISTRATION_VALID)
		return verdict_refuse(verdict, STATUS_NOT_HOME_AGENT_FOR_NODE);
	verdict->action = ACTION_DEREGISTER;
	verdict->status = STATUS_ACCEPTED;
	return true;
}

/* RFC 6275 §10.3.1, all in units of four seconds; an infinite prefix lifetime is far above anything
 * a Binding Update can ask for. Status 1 sends the mobile node to prefix discovery before its
 * prefix goes. */
static bool grant(const struct question *q, struct binding_verdict *verdict)
{
	uint32_t valid = q->policy->prefix_valid_s / LIFETIME_UNIT_S;
	uint32_t preferred = q->policy->prefix_preferred_s / LIFETIME_UNIT_S;
	uint32_t local =
		verdict_least(q->request->lifetime_s, q->policy->max_lifetime_s) / LIFETIME_UNIT_S;
	uint32_t granted =
		verdict_least(local == 0 ? 1 : local, valid); /* 0 would say de-registered */

	verdict->action = ACTION_REGISTER;
	verdict->lifetime_s = granted * LIFETIME_UNIT_S;
	verdict->status = preferred < granted || valid <= granted ? STATUS_ACCEPTED_PREFIX_DISCOVERY
								  : STATUS_ACCEPTED;
	return true;
}
