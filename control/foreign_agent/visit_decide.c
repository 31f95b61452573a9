/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/visit_decide.h"

enum {
	REVERSE_TTL = 255, /* RFC 3024 §4.2.1 */
};

struct question {
	const struct visit_request *request;
	const struct visit_policy *policy;
	const struct mip4_request *message;
	struct ip_addr home_agent;
	bool leaves;	/* it asks for a de-registration */
	bool colocated; /* the node ends its tunnel itself: the foreign agent only relays */
};

static decision_step test_extensions, test_form, test_addresses, test_authentication,
	test_challenge, test_prohibited, test_care_of, test_lifetime, test_encapsulation,
	test_delivery, test_reverse, test_home_agent, test_resources;

/* RFC 5944 §3.7.2.1: validity and authentication come first; RFC 3024 §4.2.1: reverse tunnels last. Of the rest the order is
 * free. */
static decision_step *const steps[] = {
	test_extensions, test_form,    test_addresses, test_authentication, test_challenge,
	test_prohibited, test_care_of, test_lifetime,  test_home_agent,	    test_encapsulation,
	test_delivery,	 test_reverse, test_resources,
};

static bool is_zero(const struct ip_addr *address)
{
	return ip4_number(address) == 0;
}

static bool is_unicast(const struct ip_addr *address)
{
	return ip4_is_unicast(ip4_number(address));
}

/* RFC 4433 §5.2: 0.0.0.0 or 255.255.255.255 ask for any home agent. */
static bool asks_for_any_home_agent(const struct mip4_request *message)
{
	return is_zero(&message->home_agent) || ip4_number(&message->home_agent) == UINT32_MAX;
}

struct ip_addr visit_home_agent(const struct mip4_request *message)
{
	if (asks_for_any_home_agent(message) &&
	    message->extensions.dynamic_ha == MIP4_DYNAMIC_HA_REQUESTED)
		return message->extensions.dynamic_ha_address;
	return message->home_agent;
}

struct binding_verdict visit_decide(const struct visit_request *request,
				    const struct visit_policy *policy)
{
	struct binding_verdict verdict = {.lifetime_s = request->message->lifetime_s};
	const struct question q = {
		.request = request,
		.policy = policy,
		.message = request->message,
		.home_agent = visit_home_agent(request->message),
		.leaves = request->message->lifetime_s == 0,
		.colocated = (request->message->flags & MIP4_FLAG_COLOCATED) != 0,
	};

	verdict.action = ACTION_REGISTER;
	verdict_reach(steps, sizeof(steps) / sizeof(steps[0]), &q, &verdict);
	return verdict;
}

static bool has_flag(const struct question *q, uint8_t flag)
{
	return (q->message->flags & flag) != 0;
}

/* RFC 5944 §1.8; 3543 §4.2.1: only a node that is its own care-of address may ask for revocation. */
static bool test_extensions(const struct question *q, struct binding_verdict *verdict)
{
	const struct mip4_extensions *e = &q->message->extensions;

	if (q->request->decoded == MIP4_DECODE_UNKNOWN || q->request->decoded == MIP4_DECODE_CUT)
		return verdict_silent(verdict, SILENT_EXTENSIONS);
	if (!q->colocated &&
	    (e->has_revocation_support[MIP4_BEFORE] || e->has_revocation_support[MIP4_BEHIND]))
		return verdict_silent(verdict, SILENT_EXTENSIONS);
	return false;
}

/* Without an authenticator for it the home agent would not even answer (RFC 5944 §3.8.2.1). */
static bool test_form(const struct question *q, struct binding_verdict *verdict)
{
	const struct mip4_extensions *e = &q->message->extensions;

	if (q->request->decoded != MIP4_DECODED || has_flag(q, MIP4_FLAG_X) ||
	    (e->mn_ha.count == 0 && e->mn_aaa.count == 0))
		return verdict_refuse(verdict, MIP4_FA_REQUEST_MALFORMED);
	if (e->has_critical_vendor[MIP4_BEHIND])
		return verdict_refuse(verdict, MIP4_FA_VENDOR_FROM_MN);
	return false;
}

/* RFC 5944 §3.6.1.1: the home address, none yet, or the co-located care-of address. */
static bool is_from_its_node(const struct question *q)
{
	const struct ip_addr *source = &q->request->source;

	return ip_addr_equal(source, &q->message->home) || is_zero(source) ||
	       (q->colocated && ip_addr_equal(source, &q->message->care_of));
}

static bool test_addresses(const struct question *q, struct binding_verdict *verdict)
{
	const struct mip4_request *m = q->message;

	if (is_zero(&m->home) && m->extensions.nai == NULL)
		return verdict_refuse(verdict, MIP4_FA_HOME_ADDRESS_REQUIRED);
	if ((!is_zero(&m->home) && !is_unicast(&m->home)) || q->policy->home_is_ours ||
	    !is_from_its_node(q))
		return verdict_refuse(verdict, MIP4_FA_REQUEST_MALFORMED);
	if (q->colocated && !q->leaves && (!is_unicast(&m->care_of) || q->policy->care_of_is_ours))
		return verdict_refuse(verdict, MIP4_FA_REQUEST_MALFORMED);
	return false;
}

static bool test_authentication(const struct question *q, struct binding_verdict *verdict)
{
	if (q->request->mobile_foreign == PEER_NONE || q->request->mobile_foreign == PEER_RIGHT)
		return false;
	return verdict_refuse(verdict, MIP4_FA_MN_AUTHENTICATION);
}

/* RFC 4721 §3.2. A challenge that nothing behind it authenticates is dropped without a word. With an association a node need
 * not use one. */
static bool test_challenge(const struct question *q, struct binding_verdict *verdict)
{
	const struct mip4_extensions *e = &q->message->extensions;

	if (!q->policy->config->challenge)
		return false;
	if (e->challenge == NULL)
		return q->request->mobile_foreign == PEER_NONE &&
		       verdict_refuse(verdict, MIP4_FA_CHALLENGE_MISSING);
	if (e->mn_fa.count == 0 && e->mn_aaa.count == 0)
		return verdict_silent(verdict, SILENT_AUTH_MISSING);
	if (q->request->challenge == CHALLENGE_UNKNOWN)
		return verdict_refuse(verdict, MIP4_FA_CHALLENGE_UNKNOWN);
	if (q->request->challenge == CHALLENGE_STALE)
		return verdict_refuse(verdict, MIP4_FA_CHALLENGE_STALE);
	return false;
}

/* RFC 3543 §4.3.1: a foreign agent that asks everybody to register because it wants to revoke cannot do so with a co-located
 * care-of address. */
static bool test_prohibited(const struct question *q, struct binding_verdict *verdict)
{
	bool cannot_revoke = q->colocated && q->policy->revocation &&
			     q->policy->config->registration_required && !q->leaves;
	bool may_not_stay = q->policy->is_revoked || q->policy->is_closed;

	if (!cannot_revoke && !q->policy->is_held && (q->leaves || !may_not_stay) &&
	    (q->policy->home_agent_is_known || !q->policy->knows_only))
		return false;
	return verdict_refuse(verdict, MIP4_FA_PROHIBITED);
}

static bool test_care_of(const struct question *q, struct binding_verdict *verdict)
{
	if (q->colocated || q->leaves || q->policy->care_of_is_offered)
		return false;
	return verdict_refuse(verdict, MIP4_FA_CARE_OF);
}

/* RFC 5944 §3.7.2.3: the reply says how much is not too long. */
static bool test_lifetime(const struct question *q, struct binding_verdict *verdict)
{
	uint16_t most = mip4_lifetime(q->policy->config->max_lifetime_s);

	if (q->message->lifetime_s <= most)
		return false;
	verdict->lifetime_s = most;
	return verdict_refuse(verdict, MIP4_FA_LIFETIME);
}

static bool test_encapsulation(const struct question *q, struct binding_verdict *verdict)
{
	const struct foreign_agent_config *c = q->policy->config;

	if (q->colocated || ((!has_flag(q, MIP4_FLAG_MINIMAL) || c->minimal_encapsulation) &&
			     (!has_flag(q, MIP4_FLAG_GRE) || c->gre)))
		return false;
	return verdict_refuse(verdict, MIP4_FA_ENCAPSULATION);
}

/* RFC 3024 §3.3. */
static bool test_delivery(const struct question *q, struct binding_verdict *verdict)
{
	if (!q->message->extensions.has_delivery_style)
		return false;
	if (!has_flag(q, MIP4_FLAG_REVERSE))
		return verdict_refuse(verdict, MIP4_FA_REQUEST_MALFORMED);
	if (!q->policy->config->encapsulating_delivery)
		return verdict_refuse(verdict, MIP4_FA_DELIVERY_STYLE);
	return false;
}

/* RFC 3024 §4.2.1. What a co-located node tunnels back passes by the foreign agent. */
static bool test_reverse(const struct question *q, struct binding_verdict *verdict)
{
	int reverse = q->policy->config->reverse_tunnel;

	if (q->colocated)
		return false;
	if (!has_flag(q, MIP4_FLAG_REVERSE))
		return reverse == REVERSE_TUNNEL_MANDATORY && !q->leaves &&
		       verdict_refuse(verdict, MIP4_FA_REVERSE_TUNNEL_MANDATORY);
	if (q->request->ttl != REVERSE_TTL)
		return verdict_refuse(verdict, MIP4_FA_TOO_DISTANT);
	return reverse == REVERSE_TUNNEL_OFF && verdict_refuse(verdict, MIP4_FA_REVERSE_TUNNEL);
}

/* RFC 4433 §5.2; 5944 §3.7.2. */
static bool test_home_agent(const struct question *q, struct binding_verdict *verdict)
{
	if (asks_for_any_home_agent(q->message) && !is_unicast(&q->home_agent))
		return verdict_refuse(verdict, MIP4_FA_HA_ADDRESS_REQUIRED);
	if (!is_unicast(&q->home_agent) || q->policy->home_agent_is_ours)
		return verdict_refuse(verdict, MIP4_FA_HA_ADDRESS_INVALID);
	return false;
}

static bool test_resources(const struct question *q, struct binding_verdict *verdict)
{
	bool wants_room = !q->leaves && !q->colocated && !q->policy->is_visitor;

	if (!q->policy->pending_full && !(wants_room && q->policy->visitors_full))
		return false;
	return verdict_refuse(verdict, MIP4_FA_RESOURCES);
}

/* RFC 5944 §3.7: the foreign-home authenticator is only demanded of a reply that grants something. */
static bool is_authentic(const struct visit_reply *reply)
{
	if (reply->foreign_home == PEER_MISSING)
		return reply->asked_to_leave;
	return reply->foreign_home != PEER_WRONG;
}

uint8_t visit_reply_decide(const struct visit_reply *reply)
{
	const struct mip4_reply *m = reply->message;

	if (reply->decoded != MIP4_DECODED)
		return MIP4_FA_REPLY_MALFORMED;
	if (!is_authentic(reply))
		return MIP4_FA_HA_AUTHENTICATION;
	if (m->extensions.has_critical_vendor[MIP4_BEHIND])
		return MIP4_FA_VENDOR_FROM_HA;
	if (!visit_reply_accepts(m))
		return 0;
	/* RFC 2794 §3. */
	if (reply->asked_with_nai && m->extensions.nai == NULL)
		return MIP4_FA_NAI_MISSING;
	if (is_zero(&m->home_agent))
		return MIP4_FA_HA_MISSING;
	if (is_zero(&m->home))
		return MIP4_FA_HOME_ADDRESS_MISSING;
	return 0;
}
