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
#include "registration/verdict.h"

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
	struct admission_policy admission;
	bool home_address_is_this_hosts; /* the kernel has it: 134, for newcomers */
	uint32_t prefix_valid_s;	 /* remaining; LIFETIME_INFINITE_S */
	uint32_t prefix_preferred_s;
	uint32_t max_lifetime_s;
};

struct binding_verdict binding_decide(const struct binding_request *request,
				      const struct registration_view *current,
				      const struct binding_policy *policy);

#endif
