/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/decide4.h"

#include "ha/wire/ip4.h"
#include "mip4/message.h"

struct question {
	const struct request4 *request;
	const struct view4 *current;
	const struct policy4 *policy;
	bool is_registration; /* else a de-registration */
	bool is_duplicate;
};

static decision_step test_source, test_authentication, test_unchecked, test_identification,
	test_foreign, test_form, test_vendor, test_home_agent, test_dynamic_home_agent,
	test_service, test_udp_tunnel, test_care_of, test_home, test_encapsulation,
	test_reverse_tunnel, test_policy, test_bindings, deregister, grant;

/* RFC 5944 §3.8.2.1 a to d come first and in its order. What comes after authentication is never
 * said to a stranger. The tunnel in UDP says which care-of address there is to test. */
static decision_step *const steps[] = {
	test_source,
	test_authentication,
	test_unchecked,
	test_identification,
	test_foreign,
	test_form,
	test_vendor,
	test_home_agent,
	test_service,
	test_dynamic_home_agent,
	test_udp_tunnel,
	test_care_of,
	test_home,
	test_encapsulation,
	test_reverse_tunnel,
	test_policy,
	test_bindings,
	deregister,
	grant,
};

bool request4_is_return(const struct request4 *request)
{
	return request->lifetime_s == 0 && ip_addr_equal(&request->care_of, &request->home);
}

/* RFC 5944 §3.8.2.2. */
static bool is_duplicate(const struct request4 *request, const struct view4 *current)
{
	return current->has_care_of && request->lifetime_s != 0 &&
	       request->identification == current->identification;
}

struct binding_verdict decide4(const struct request4 *request, const struct view4 *current,
			       const struct policy4 *policy)
{
	struct binding_verdict verdict = {.action = ACTION_SILENT};
	const struct question q = {
		.request = request,
		.current = current,
		.policy = policy,
		.is_registration = request->lifetime_s != 0,
		.is_duplicate = is_duplicate(request, current),
	};

	verdict_reach(steps, sizeof(steps) / sizeof(steps[0]), &q, &verdict);
	return verdict;
}

static bool has_flag(const struct question *q, enum mip4_flag flag)
{
	return (q->request->flags & flag) != 0;
}

static bool is_unicast(const struct ip_addr *mapped)
{
	return ip4_is_unicast(ip4_number(mapped));
}

/* Nobody there to be answered. */
static bool test_source(const struct question *q, struct binding_verdict *verdict)
{
	return !is_unicast(&q->request->source) && verdict_silent(verdict, SILENT_ADDRESS);
}

/* RFC 5944 §3.8.2.1 a: who has a wrong authenticator is told so where the foreign agent has proved
 * that it relayed it; else, where there is no association with one, as the operator wishes. */
static bool test_authentication(const struct question *q, struct binding_verdict *verdict)
{
	enum foreign_outcome foreign = q->request->foreign_auth;

	switch (q->request->auth) {
	case AUTH_ACCEPTED:
		return false;
	case AUTH_MISSING:
		return verdict_silent(verdict, SILENT_AUTH_MISSING);
	case AUTH_NO_ASSOCIATION:
	case AUTH_NOT_NEEDED: /* an association of another protocol */
		return verdict_silent(verdict, SILENT_AUTH_NO_ASSOCIATION);
	case AUTH_WRONG:
		break;
	}
	if (foreign == FOREIGN_RIGHT ||
	    (foreign == FOREIGN_NONE && q->policy->config->answer_wrong_authentication))
		return verdict_refuse(verdict, MIP4_MN_AUTHENTICATION);
	return verdict_silent(verdict, SILENT_AUTH_WRONG);
}

/* RFC 5944 §3.8.2.1 a: all authentications that are indicated are to be carried out, and there is no
 * AAA server here to do so. RFC 4721 §3.4. */
static bool test_unchecked(const struct question *q, struct binding_verdict *verdict)
{
	return q->request->has_unchecked_authenticator && verdict_refuse(verdict, MIP4_AAA_REFUSED);
}

/* RFC 5944 §3.8.2.1 b. A duplicate was valid when it came first. */
static bool test_identification(const struct question *q, struct binding_verdict *verdict)
{
	return !q->request->identification_is_valid && !q->is_duplicate &&
	       verdict_refuse(verdict, MIP4_IDENTIFICATION);
}

/* RFC 5944 §3.8.2.1 c, d; §3.5.4: foreign agents do not add the extension to every de-registration. */
static bool test_foreign(const struct question *q, struct binding_verdict *verdict)
{
	switch (q->request->foreign_auth) {
	case FOREIGN_NONE:
	case FOREIGN_RIGHT:
		break;
	case FOREIGN_MISSING:
		return q->is_registration && verdict_refuse(verdict, MIP4_FOREIGN_AUTHENTICATION);
	case FOREIGN_WRONG:
		return verdict_refuse(verdict, MIP4_FOREIGN_AUTHENTICATION);
	case FOREIGN_NO_ASSOCIATION:
		return verdict_silent(verdict, SILENT_FOREIGN_NO_ASSOCIATION);
	}
	return false;
}

/* RFC 5944 §3.8.2.3; of the two reserved flags, r is ignored on reception (§3.3). */
static bool test_form(const struct question *q, struct binding_verdict *verdict)
{
	bool is_wrong = q->request->is_malformed || has_flag(q, MIP4_FLAG_X) ||
			(q->request->asks_for_home && !q->request->has_nai);

	return is_wrong && verdict_refuse(verdict, MIP4_MALFORMED);
}

/* RFC 3115 §2. */
static bool test_vendor(const struct question *q, struct binding_verdict *verdict)
{
	if (q->request->has_critical_vendor[MIP4_BEFORE])
		return verdict_refuse(verdict, MIP4_VENDOR_FROM_MN);
	return q->request->has_critical_vendor[MIP4_BEHIND] &&
	       verdict_refuse(verdict, MIP4_VENDOR_FROM_FA);
}

/* RFC 4433 §4.1: 0.0.0.0 or 255.255.255.255, of a node that is known by its NAI only. */
static bool is_dynamic(const struct question *q)
{
	uint32_t home_agent = ip4_number(&q->request->home_agent);

	return (home_agent == 0 || home_agent == UINT32_MAX) && q->request->asks_for_home &&
	       q->request->has_nai;
}

/* RFC 5944 §3.8.2.1, §3.8.3.2; 4433 §5.3. */
static bool test_home_agent(const struct question *q, struct binding_verdict *verdict)
{
	const struct request4 *r = q->request;

	if (!r->destination_is_broadcast && (q->policy->home_agent_is_ours || is_dynamic(q)) &&
	    (!r->requests_home_agent || ip_addr_equal(&r->requested_home_agent, &r->destination)))
		return false;
	return verdict_refuse(verdict, MIP4_UNKNOWN_HOME_AGENT);
}

/* While the service is being closed down, those who are still registered may leave. */
static bool test_service(const struct question *q, struct binding_verdict *verdict)
{
	if (q->policy->service_enabled || (!q->is_registration && q->current->bindings != 0))
		return false;
	return verdict_refuse(verdict, MIP4_PROHIBITED);
}

/* RFC 4433 §4.2: only who leaves the choice open can be sent on. */
static bool test_dynamic_home_agent(const struct question *q, struct binding_verdict *verdict)
{
	return is_dynamic(q) && !ip_addr_is_unspecified(&q->policy->config->redirect) &&
	       q->current->bindings == 0 && verdict_refuse(verdict, MIP4_REDIRECT);
}

static bool asks_for_udp(const struct question *q)
{
	return q->is_registration && q->request->has_udp_request;
}

/* RFC 3519 §4.6: an address that changed on the way is the sign of a NAT. */
static bool is_behind_nat(const struct question *q)
{
	return !ip_addr_equal(&q->request->source, &q->request->care_of);
}

static bool grant_udp(const struct question *q, struct mip4_grant *granted)
{
	granted->encapsulation = ENCAP_UDP;
	granted->care_of_is_source = true;
	granted->is_half_bound = q->request->udp_request.through_agent && is_behind_nat(q);
	granted->udp_forced = !is_behind_nat(q);
	granted->udp_code = MIP4_UDP_ACCEPTED;
	return false;
}

/* RFC 3519 §3.1.1, §4.6, §4.6.1. */
static bool test_udp_tunnel(const struct question *q, struct binding_verdict *verdict)
{
	const struct mip4_config *config = q->policy->config;
	const struct mip4_udp_request *asked = &q->request->udp_request;

	if (!asks_for_udp(q))
		return false;
	/* The mobile node ends a tunnel of its own, the foreign agent one of those it serves. */
	if (has_flag(q, MIP4_FLAG_COLOCATED) != (q->request->udp_request_place == MIP4_BEFORE))
		return verdict_refuse(verdict, MIP4_MALFORMED);
	verdict->mip4.has_udp_reply = true;
	if (!is_behind_nat(q) && !asked->forced) {
		verdict->mip4.udp_code = MIP4_UDP_REFUSED;
		return false;
	}
	if (!config->nat_traversal || (!is_behind_nat(q) && !config->nat_forced))
		return verdict_refuse(verdict, MIP4_PROHIBITED);
	return grant_udp(q, &verdict->mip4);
}

/* RFC 5944 §3.3, §3.6.1.2. Behind a NAT, the care-of address may be anything. A tunnel that would lead back here is well formed, and the
 * RFC has no reason for refusing it. */
static bool test_care_of(const struct question *q, struct binding_verdict *verdict)
{
	bool is_source = verdict->mip4.care_of_is_source;
	const struct ip_addr *end = is_source ? &q->request->source : &q->request->care_of;

	if (!q->is_registration)
		return false;
	if (!is_unicast(end) || ip_addr_equal(end, &q->request->home))
		return verdict_refuse(verdict, MIP4_MALFORMED);
	return (is_source ? q->policy->source_is_here : q->policy->care_of_is_here) &&
	       verdict_refuse(verdict, MIP4_UNSPECIFIED);
}

/* RFC 5944 §3.8.3.2. One that asks for an address is there without one when none is left. */
static bool test_home(const struct question *q, struct binding_verdict *verdict)
{
	if (q->request->asks_for_home && ip4_number(&q->request->home) == 0)
		return verdict_refuse(verdict, MIP4_RESOURCES);
	return !q->policy->home_address_is_ours && verdict_refuse(verdict, MIP4_PROHIBITED);
}

/* RFC 3519 §3.1.4: the extension names the encapsulation inside UDP, or leaves it to M and G. There
 * is IP in IP only. */
static bool test_inside_udp(const struct question *q, struct binding_verdict *verdict)
{
	uint8_t asked = q->request->udp_request.encapsulation;
	bool is_other = asked == 0 ? has_flag(q, MIP4_FLAG_MINIMAL) || has_flag(q, MIP4_FLAG_GRE)
				   : asked != PROTO_IPIP;

	return is_other && verdict_refuse(verdict, MIP4_UDP_ENCAPSULATION);
}

/* RFC 5944 §3.3, §4.1. Who can do both gets GRE, which carries fragments, too. */
static bool test_encapsulation(const struct question *q, struct binding_verdict *verdict)
{
	const struct mip4_config *config = q->policy->config;
	bool asks_gre = has_flag(q, MIP4_FLAG_GRE);
	bool asks_minimal = has_flag(q, MIP4_FLAG_MINIMAL);

	if (!q->is_registration)
		return false;
	if (verdict->mip4.encapsulation == ENCAP_UDP)
		return test_inside_udp(q, verdict);
	if (asks_gre && config->gre)
		verdict->mip4.encapsulation = ENCAP_GRE;
	else if (asks_minimal && config->minimal_encapsulation)
		verdict->mip4.encapsulation = ENCAP_MINIMAL;
	else if (asks_gre || asks_minimal)
		return verdict_refuse(verdict, MIP4_ENCAPSULATION);
	else
		verdict->mip4.encapsulation = ENCAP_IP4_IN_IP4;
	return false;
}

/* RFC 3024 §4.4. */
static bool test_reverse_tunnel(const struct question *q, struct binding_verdict *verdict)
{
	bool asks = has_flag(q, MIP4_FLAG_REVERSE);
	int offered = q->policy->config->reverse_tunnel;

	if (!q->is_registration)
		return false;
	if (asks && offered == REVERSE_TUNNEL_OFF)
		return verdict_refuse(verdict, MIP4_REVERSE_TUNNEL);
	if (!asks && offered == REVERSE_TUNNEL_MANDATORY)
		return verdict_refuse(verdict, MIP4_REVERSE_TUNNEL_MANDATORY);
	return false;
}

static bool test_policy(const struct question *q, struct binding_verdict *verdict)
{
	return q->is_registration &&
	       verdict_admission(&q->policy->admission, q->current->bindings != 0, verdict);
}

static bool keeps_others(const struct question *q)
{
	return has_flag(q, MIP4_FLAG_SIMULTANEOUS) && q->policy->config->simultaneous_bindings > 1;
}

/* RFC 5944 §3.8.2.3. */
static bool test_bindings(const struct question *q, struct binding_verdict *verdict)
{
	return q->is_registration && keeps_others(q) && !q->current->has_care_of &&
	       q->current->bindings >= q->policy->config->simultaneous_bindings &&
	       verdict_refuse(verdict, MIP4_TOO_MANY_BINDINGS);
}

static void accept_with(const struct question *q, enum binding_action action,
			struct binding_verdict *verdict)
{
	verdict->action = action;
	verdict->status =
		q->policy->config->simultaneous_bindings > 1 ? MIP4_ACCEPTED : MIP4_ACCEPTED_SINGLE;
}

/* RFC 5944 §3.8.2.2. What is not there is as good as deleted. */
static bool deregister(const struct question *q, struct binding_verdict *verdict)
{
	if (q->is_registration)
		return false;
	accept_with(q, ACTION_DEREGISTER, verdict);
	verdict->mip4.all = request4_is_return(q->request);
	return true;
}

/* RFC 5944 §3.8.2.2, §3.8.3.2: no more than was asked for. 0 would say de-registered. */
static uint32_t lifetime_s(const struct question *q, const struct mip4_grant *granted)
{
	uint32_t lifetime =
		verdict_least(mip4_lifetime_s(q->request->lifetime_s), q->policy->max_lifetime_s);

	if (granted->encapsulation == ENCAP_UDP) /* RFC 3519 §5.2 */
		lifetime = verdict_least(lifetime, q->policy->config->nat_max_lifetime_s);
	if (q->is_duplicate)
		lifetime = verdict_least(lifetime, q->current->left_s);
	return lifetime != 0 ? lifetime : 1;
}

/* RFC 5944 §3.8.2.2, §4.3: B is ignored where broadcasts are not forwarded. */
static bool grant(const struct question *q, struct binding_verdict *verdict)
{
	accept_with(q, ACTION_REGISTER, verdict);
	verdict->mip4.reverse = has_flag(q, MIP4_FLAG_REVERSE);
	verdict->mip4.broadcasts =
		has_flag(q, MIP4_FLAG_BROADCAST) && q->policy->config->broadcasts;
	verdict->mip4.keep_others = keeps_others(q);
	verdict->mip4.is_duplicate = q->is_duplicate;
	verdict->lifetime_s = lifetime_s(q, &verdict->mip4);
	return true;
}
