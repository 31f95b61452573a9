/* SPDX-License-Identifier: BSD-3-Clause
 *
 * decide: what a Binding Update means, given what is known. Pure: request, current registration, policy and time in;
 * verdict out. No socket, no clock, no table. This is where conformance is tested.
 *
 * Order      the caller has decoded and authenticated before it asks.
 * Threads    any.
 * RFC        6275 §9.5.1, §10.3.1, §10.3.2; 3963 §6.2; 4285 §5, §6.
 */
#ifndef CONTROL_REGISTRATION_DECIDE_H
#define CONTROL_REGISTRATION_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "ha/wire/mobility.h"

/* How authentication ended (RFC 4285 §5, §6). */
enum auth_outcome {
	AUTH_ACCEPTED,
	AUTH_NOT_NEEDED,     /* the mobile node is configured without */
	AUTH_MISSING,	     /* no option, or none of the required shape: silent */
	AUTH_NO_ASSOCIATION, /* unknown home address or SPI: silent */
	AUTH_WRONG,	     /* answered 146 */
};

struct binding_request {
	struct ip_addr home;
	struct ip_addr care_of;
	struct ip_addr source; /* of the IPv6 header as received */
	bool has_home_address_option;
	bool has_nonce_indices;
	uint16_t sequence;
	uint16_t flags; /* BU_FLAG_ */
	uint32_t lifetime_s;
	enum auth_outcome auth;
	bool uses_timestamp; /* replay protection is by timestamp: the sequence is not tested */
	bool has_message_id;
	bool timestamp_valid;
};

/* What is known of this home address now. */
enum registration_state {
	REGISTRATION_NONE,
	REGISTRATION_VALID,
	REGISTRATION_INVALID, /* de-registered; sequence kept for MAX_DELETE_BCE_TIMEOUT */
};

struct registration_view {
	enum registration_state state;
	uint16_t sequence;
	uint16_t flags;
};

struct binding_policy {
	bool service_enabled;	   /* else 131 */
	bool home_address_is_ours; /* inside a home prefix with valid lifetime left; else 132 */
	bool answer_foreign_home_address; /* 132 even before authentication */
	bool care_of_is_home; /* the care-of address is a home address here, an address of ours, or in a home prefix */
	bool node_prohibited;		 /* 129 */
	bool may_not_prolong;		 /* 129 for who is registered: the binding is to end */
	bool draining;			 /* 130, for newcomers */
	bool table_full;		 /* 130, for newcomers */
	bool home_address_is_this_hosts; /* the kernel has it: 134, for newcomers */
	uint32_t prefix_valid_s;	 /* remaining; LIFETIME_INFINITE_S */
	uint32_t prefix_preferred_s;
	uint32_t max_lifetime_s;
};

enum binding_action {
	ACTION_SILENT,	   /* drop, no answer, nothing changes */
	ACTION_REFUSE,	   /* answer status, nothing changes */
	ACTION_REGISTER,   /* put the binding in force, answer */
	ACTION_DEREGISTER, /* take it out, keep the sequence, answer */
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
	  "to the correspondent function, with a wrong authenticator")

enum silent_reason {
#define X(upper, lower, text) SILENT_##upper,
	SILENT_REASONS(X)
#undef X
		SILENT_REASON_COUNT,
};

struct binding_verdict {
	enum binding_action action;
	enum silent_reason reason; /* ACTION_SILENT */
	uint8_t status;		   /* enum binding_status; every other action */
	uint16_t sequence;	   /* to put into the acknowledgement */
	uint32_t lifetime_s;	   /* granted, a multiple of four; 0 for a de-registration */
};

struct binding_verdict binding_decide(const struct binding_request *request,
				      const struct registration_view *current,
				      const struct binding_policy *policy);

#endif
