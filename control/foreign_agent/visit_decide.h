/* SPDX-License-Identifier: BSD-3-Clause
 *
 * visit_decide: what the foreign agent does about a registration request of a visitor, and about the reply of its home agent. Pure.
 *
 * Order      the caller has decoded, and looked up and checked what authenticates, before it asks.
 * Threads    any.
 * RFC        5944 §3.7.2.1, §3.7.3.1; 2794 §3; 3024 §4.2; 3115 §3; 3543 §4.2.1, §4.3; 4433 §5.2; 4721 §3.2, §3.3.
 */
#ifndef CONTROL_FOREIGN_AGENT_VISIT_DECIDE_H
#define CONTROL_FOREIGN_AGENT_VISIT_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "foreign_agent/challenge.h"
#include "ha/config.h"
#include "mip4/message.h"
#include "registration/verdict.h"

/* How the mobile-foreign, or the foreign-home, authentication of a message ended. */
enum peer_outcome {
	PEER_NONE,  /* no association */
	PEER_RIGHT, /* exactly one extension, and right */
	PEER_MISSING,
	PEER_WRONG, /* more than one, or a wrong one */
};

struct visit_request {
	const struct mip4_request *message;
	enum mip4_decoded decoded; /* not MIP4_DECODE_SHORT */
	struct ip_addr source;	   /* of the IP header */
	uint8_t ttl;
	enum peer_outcome mobile_foreign;
	enum challenge_verdict challenge; /* of the one in the message */
};

/* What the foreign agent knows and wants. */
struct visit_policy {
	const struct foreign_agent_config *config; /* of the port it came by */
	bool revocation;
	bool home_is_ours;	  /* an address of this host */
	bool care_of_is_offered;  /* one that the port advertises */
	bool care_of_is_ours;	  /* an address of this host */
	bool home_agent_is_ours;  /* the same of where the request is to be relayed to */
	bool home_agent_is_known; /* there is an association with it */
	bool knows_only;	  /* only such home agents are served */
	bool is_closed;		  /* by the operator: nobody is served */
	bool is_visitor;	  /* of the visitor list already */
	bool is_revoked;	  /* the visit is about to be ended by this agent */
	bool is_held; /* by another home agent, one that there is an association with: whoever may answer for this one must not take
			 the visitor away */
	bool visitors_full;
	bool pending_full;
};

/* Where it is to be relayed to: the home agent field, or the one that a dynamic request names (RFC 4433 §5.2). */
struct ip_addr visit_home_agent(const struct mip4_request *message);

/* ACTION_REGISTER: relay it. ACTION_REFUSE: status is the code of the reply, lifetime_s its lifetime as on the wire. */
struct binding_verdict visit_decide(const struct visit_request *request,
				    const struct visit_policy *policy);

/* What a reply that belongs to a pending request means. */
struct visit_reply {
	const struct mip4_reply *message;
	enum mip4_decoded decoded;
	enum peer_outcome foreign_home;
	bool asked_with_nai;
	bool asked_to_leave; /* the request's lifetime was 0 */
};

/* 0: it is passed on as it is; else the code that the node gets in its place, and the registration has failed. */
uint8_t visit_reply_decide(const struct visit_reply *reply);

/* The home agent has accepted. */
static inline bool visit_reply_accepts(const struct mip4_reply *reply)
{
	return reply->code == MIP4_ACCEPTED || reply->code == MIP4_ACCEPTED_SINGLE;
}

#endif
