/* SPDX-License-Identifier: BSD-3-Clause
 *
 * verdict: what all decisions about registrations have in common, whatever the protocol: how one ends,
 * how one is reached, and whom the operator lets in.
 *
 * Shape      a decision is a list of steps, in the order of its RFC: the first that decides gives the
 *            answer.
 * Threads    any; pure.
 */
#ifndef CONTROL_REGISTRATION_VERDICT_H
#define CONTROL_REGISTRATION_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How authentication of the mobile node ended (RFC 4285 §5, §6; 5944 §3.8.2.1). */
enum auth_outcome {
	AUTH_ACCEPTED,
	AUTH_NOT_NEEDED,     /* the mobile node is configured without; not in Mobile IPv4 */
	AUTH_MISSING,	     /* no authenticator, or none of the required shape: silent */
	AUTH_NO_ASSOCIATION, /* unknown mobile node or SPI: silent */
	AUTH_WRONG,	     /* answered 146; 131 */
};

enum binding_action {
	ACTION_SILENT,	   /* drop, no answer, nothing changes */
	ACTION_REFUSE,	   /* answer status, nothing changes */
	ACTION_REGISTER,   /* put the binding in force, answer */
	ACTION_DEREGISTER, /* take it out, answer */
};

/* Why a request was dropped without an answer: a counter each. */
#define SILENT_REASONS(X)                                                                          \
	X(NONE, none, "not dropped")                                                               \
	X(ADDRESS, address, "home, care-of or source address is not unicast routable")             \
	X(AUTH_MISSING, auth_missing, "no authentication though it is required")                   \
	X(AUTH_NO_ASSOCIATION, auth_no_association,                                                \
	  "no security association for home address and SPI")                                      \
	X(NONCE_INDICES, nonce_indices, "home registration with nonce indices")                    \
	X(NOT_HOME_REGISTRATION, not_home_registration,                                            \
	  "not a home registration, and the correspondent function is off")                        \
	X(CARE_OF_IS_HOME, care_of_is_home, "care-of address is a home address here: a loop")      \
	X(DAD_RUNNING, dad_running,                                                                \
	  "an earlier update waits for duplicate address detection, and will be answered")         \
	X(DAD_CANCELLED, dad_cancelled,                                                            \
	  "waited for duplicate address detection and was taken back by a later update")           \
	X(NO_NONCE_INDICES, no_nonce_indices,                                                      \
	  "to the correspondent function, without nonce indices")                                  \
	X(AUTHORIZATION_MISSING, authorization_missing,                                            \
	  "to the correspondent function, without Binding Authorization Data as the last option")  \
	X(AUTHORIZATION_WRONG, authorization_wrong,                                                \
	  "to the correspondent function, with a wrong authenticator")                             \
	X(EXTENSIONS, extensions,                                                                  \
	  "Mobile IPv4, with an extension that is unknown, cut off, or never a visitor's to send") \
	X(AUTH_WRONG, auth_wrong, "Mobile IPv4, with a wrong authenticator")                       \
	X(FOREIGN_NO_ASSOCIATION, foreign_no_association,                                          \
	  "Mobile IPv4, authenticated by a foreign agent that has no security association")

enum silent_reason {
#define X(upper, lower, text) SILENT_##upper,
	SILENT_REASONS(X)
#undef X
		SILENT_REASON_COUNT,
};

/* Of a Mobile IPv4 request that is accepted: how packets travel, and what else the reply says. */
struct mip4_grant {
	uint8_t encapsulation; /* enum encap_kind */
	/* The tunnel ends where the request came from, not at the care-of address in it (RFC 3519
	 * §4.6); half bound, at a port that the first keepalive shows. */
	bool care_of_is_source;
	bool is_half_bound;
	bool has_udp_reply; /* the reply carries the extension */
	bool udp_forced;
	uint8_t udp_code;  /* MIP4_UDP_ */
	bool reverse;	   /* packets may come back through the tunnel */
	bool broadcasts;   /* of the home network go there as well */
	bool keep_others;  /* simultaneous bindings: those with other care-of addresses stay */
	bool all;	   /* of a de-registration: every binding of the home address */
	bool is_duplicate; /* answered again; nothing changes, not the lifetime either */
};

struct binding_verdict {
	enum binding_action action;
	enum silent_reason reason; /* ACTION_SILENT */
	uint8_t status;		   /* enum binding_status, enum mip4_code; every other action */
	uint16_t sequence;	   /* of Mobile IPv6: to put into the acknowledgement */
	uint32_t lifetime_s;	   /* granted; 0 for a de-registration */
	struct mip4_grant mip4;	   /* of Mobile IPv4 */
};

/* Whom the operator lets in, and for whom there is room. */
struct admission_policy {
	bool node_prohibited; /* 129 */
	bool may_not_prolong; /* 129 for who is registered: the binding is to end */
	bool draining;	      /* 130, for newcomers */
	bool table_full;      /* 130, for newcomers */
};

struct question; /* what the steps of a decision read: each decision has its own */

/* True when it has decided and filled verdict, false when the next one is to go on. */
typedef bool decision_step(const struct question *q, struct binding_verdict *verdict);

/* Takes the steps until one has decided. */
void verdict_reach(decision_step *const steps[], size_t count, const struct question *q,
		   struct binding_verdict *verdict);

/* How a step decides; always true. */
bool verdict_silent(struct binding_verdict *verdict, enum silent_reason reason);
bool verdict_refuse(struct binding_verdict *verdict, uint8_t status);

/* Refuses with 129 or 130, which mean the same in both protocols, or leaves it to the next step. */
bool verdict_admission(const struct admission_policy *policy, bool is_registered,
		       struct binding_verdict *verdict);

static inline uint32_t verdict_least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

#endif
