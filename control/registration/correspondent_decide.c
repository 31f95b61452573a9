/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/correspondent_decide.h"

#include "auth/replay.h"

struct question {
	const struct correspondent_request *request;
	const struct correspondent_view *current;
	const struct correspondent_policy *policy;
	bool is_deletion;
};

static decision_step test_addresses, test_authorization, test_replay, test_sequence, test_type,
	test_router, test_room, delete_binding, cache;

/* RFC 6275 §9.5.1 names sequence and type before the nonces. Only who is authorized may be told
 * either, and only known nonces can show who is. */
static decision_step *const steps[] = {
	test_addresses, test_authorization, test_replay, test_sequence,	 test_type,
	test_router,	test_room,	    cache,	 delete_binding,
};

bool correspondent_asks_for_deletion(const struct correspondent_request *request)
{
	return request->lifetime_s == 0 || ip_addr_equal(&request->care_of, &request->home);
}

struct binding_verdict correspondent_decide(const struct correspondent_request *request,
					    const struct correspondent_view *current,
					    const struct correspondent_policy *policy)
{
	struct binding_verdict verdict = {
		.action = ACTION_SILENT,
		.sequence = request->sequence,
	};
	const struct question q = {
		.request = request,
		.current = current,
		.policy = policy,
		.is_deletion = correspondent_asks_for_deletion(request),
	};

	verdict_reach(steps, sizeof(steps) / sizeof(steps[0]), &q, &verdict);
	return verdict;
}

/* RFC 6275 §6.1.7, §9.5.1, §9.5.4: silently. */
static bool test_addresses(const struct question *q, struct binding_verdict *verdict)
{
	const struct correspondent_request *r = q->request;

	if (ip_addr_is_unicast_routable(&r->home) && ip_addr_is_unicast_routable(&r->care_of) &&
	    ip_addr_is_unicast_routable(&r->source) && !q->policy->address_is_ours)
		return false;
	return verdict_silent(verdict, SILENT_ADDRESS);
}

/* RFC 6275 §9.5.1. */
static bool test_authorization(const struct question *q, struct binding_verdict *verdict)
{
	switch (q->request->authorization) {
	case AUTHORIZATION_RIGHT:
		return false;
	case AUTHORIZATION_HOME_NONCE:
		return verdict_refuse(verdict, STATUS_HOME_NONCE);
	case AUTHORIZATION_CARE_OF_NONCE:
		return verdict_refuse(verdict, STATUS_CARE_OF_NONCE);
	case AUTHORIZATION_NONCES:
		return verdict_refuse(verdict, STATUS_NONCES);
	case AUTHORIZATION_NO_INDICES:
		return verdict_silent(verdict, SILENT_NO_NONCE_INDICES);
	case AUTHORIZATION_MISSING:
		return verdict_silent(verdict, SILENT_AUTHORIZATION_MISSING);
	case AUTHORIZATION_WRONG:
		break;
	}
	return verdict_silent(verdict, SILENT_AUTHORIZATION_WRONG);
}

/* RFC 6275 §5.2.8, §9.5.3. The nonces of a binding that has ended do not make it again: neither an
 * update from before, nor a new one for the same two addresses. Return routability has to be shown
 * anew, and so the home nonce counts as one that is not known any more. */
static bool test_replay(const struct question *q, struct binding_verdict *verdict)
{
	if (q->is_deletion || q->current->state != CORRESPONDENT_ENDED ||
	    q->current->home_nonce_is_newer)
		return false;
	if (replay_sequence_is_newer(q->request->sequence, q->current->sequence) &&
	    !ip_addr_equal(&q->request->care_of, &q->current->care_of))
		return false;
	return verdict_refuse(verdict, STATUS_HOME_NONCE);
}

static bool has_binding(const struct question *q)
{
	return q->current->state == CORRESPONDENT_VALID || q->current->state == CORRESPONDENT_HOME;
}

/* RFC 6275 §9.5.1: without a binding any sequence number is accepted. */
static bool test_sequence(const struct question *q, struct binding_verdict *verdict)
{
	if (!has_binding(q) || replay_sequence_is_newer(q->request->sequence, q->current->sequence))
		return false;
	verdict->sequence = q->current->sequence;
	return verdict_refuse(verdict, STATUS_SEQUENCE);
}

/* RFC 6275 §9.5.1: a home registration stays one. */
static bool test_type(const struct question *q, struct binding_verdict *verdict)
{
	return q->current->state == CORRESPONDENT_HOME &&
	       verdict_refuse(verdict, STATUS_TYPE_CHANGE);
}

/* RFC 3963 §6.2: a mobile router registers with its home agent only. */
static bool test_router(const struct question *q, struct binding_verdict *verdict)
{
	return (q->request->flags & BU_FLAG_MOBILE_ROUTER) != 0 && !q->is_deletion &&
	       verdict_refuse(verdict, STATUS_MOBILE_ROUTER_NOT_PERMITTED);
}

/* RFC 6275 §9.5.2. One that has ended has still its place. */
static bool test_room(const struct question *q, struct binding_verdict *verdict)
{
	return !q->is_deletion && q->policy->table_full &&
	       q->current->state == CORRESPONDENT_NONE &&
	       verdict_refuse(verdict, STATUS_NO_RESOURCES);
}

/* RFC 6275 §5.2.6: MAX_RR_BINDING_LIFETIME at most. */
static bool cache(const struct question *q, struct binding_verdict *verdict)
{
	if (q->is_deletion)
		return false;
	verdict->action = ACTION_REGISTER;
	verdict->status = STATUS_ACCEPTED;
	verdict->lifetime_s = verdict_least(q->request->lifetime_s, MAX_RR_BINDING_LIFETIME_S);
	return true;
}

/* RFC 6275 §9.5.3: nothing there is as good as deleted, and nothing is made. */
static bool delete_binding(const struct question *q, struct binding_verdict *verdict)
{
	(void)q;
	verdict->action = ACTION_DEREGISTER;
	verdict->status = STATUS_ACCEPTED;
	return true;
}

bool correspondent_is_acknowledged(const struct correspondent_request *request,
				   const struct binding_verdict *verdict)
{
	if (verdict->action == ACTION_SILENT)
		return false;
	return verdict->action == ACTION_REFUSE || (request->flags & BU_FLAG_ACK) != 0;
}

bool correspondent_is_authorized(const struct binding_verdict *verdict)
{
	return verdict->status < STATUS_HOME_NONCE || verdict->status > STATUS_NONCES;
}
