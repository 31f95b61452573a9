/* SPDX-License-Identifier: BSD-3-Clause
 *
 * correspondent_decide: what a Binding Update without the Home Registration flag means to the
 * correspondent function. Pure, as registration/decide.
 *
 * Order      the caller has decoded it and tried its authorization before it asks.
 * Threads    any.
 * RFC        6275 §5.2, §9.5.1 to §9.5.4; 3963 §6.2.
 */
#ifndef CONTROL_REGISTRATION_CORRESPONDENT_DECIDE_H
#define CONTROL_REGISTRATION_CORRESPONDENT_DECIDE_H

#include "registration/decide.h"

/* How authorization by return routability ended. */
enum authorization_outcome {
	AUTHORIZATION_RIGHT,
	AUTHORIZATION_NO_INDICES, /* no Nonce Indices option: silent */
	AUTHORIZATION_MISSING, /* no Binding Authorization Data option, or it is not the last: silent */
	AUTHORIZATION_HOME_NONCE,    /* not known any more: 136 */
	AUTHORIZATION_CARE_OF_NONCE, /* 137 */
	AUTHORIZATION_NONCES,	     /* 138 */
	AUTHORIZATION_WRONG,	     /* silent */
};

struct correspondent_request {
	struct ip_addr home;
	struct ip_addr care_of;
	struct ip_addr source; /* of the IPv6 header as received */
	uint16_t sequence;
	uint16_t flags; /* BU_FLAG_ */
	uint32_t lifetime_s;
	enum authorization_outcome authorization;
};

/* What is known of this home address now. */
enum correspondent_state {
	CORRESPONDENT_NONE,
	CORRESPONDENT_VALID,
	CORRESPONDENT_ENDED, /* kept until its nonces are not known any more */
	CORRESPONDENT_HOME,  /* a mobile node of this home agent: a home registration */
};

struct correspondent_view {
	enum correspondent_state state;
	uint16_t sequence;
	struct ip_addr care_of;
	bool home_nonce_is_newer; /* the request's, than any that the entry was made with */
};

struct correspondent_policy {
	bool address_is_ours; /* home or care-of address is one of this host */
	bool table_full;      /* 130, for newcomers */
};

/* A deletion: lifetime 0, or the care-of address is the home address (RFC 6275 §6.1.7, 3775 §9.5.1). */
bool correspondent_asks_for_deletion(const struct correspondent_request *request);

/* ACTION_REGISTER caches the binding, ACTION_DEREGISTER deletes it, whether there is one or not. */
struct binding_verdict correspondent_decide(const struct correspondent_request *request,
					    const struct correspondent_view *current,
					    const struct correspondent_policy *policy);

/* Whether the verdict is to be acknowledged (RFC 6275 §9.5.4). */
bool correspondent_is_acknowledged(const struct correspondent_request *request,
				   const struct binding_verdict *verdict);

/* Whether the acknowledgement may carry an authenticator, and so has to. */
bool correspondent_is_authorized(const struct binding_verdict *verdict);

#endif
