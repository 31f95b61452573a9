/* SPDX-License-Identifier: BSD-3-Clause
 *
 * decide4: what a registration request of Mobile IPv4 means to the home agent, given what is known.
 * Pure, as registration/decide.
 *
 * Order      the caller has decoded and authenticated before it asks. A request that asks for a home
 *            address gets one looked up first; it is taken only when the verdict says so.
 * Threads    any.
 * RFC        5944 §3.8.2; 2794; 3024 §4.4; 3519 §4.6; 4433 §5; 4721.
 */
#ifndef CONTROL_REGISTRATION_DECIDE4_H
#define CONTROL_REGISTRATION_DECIDE4_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/encap.h"
#include "ha/ip.h"
#include "mip4/extension.h"
#include "registration/verdict.h"

/* How the authentication of the foreign agent stands with the source of the request (RFC 5944
 * §3.8.2.1 c, d). */
enum foreign_outcome {
	FOREIGN_NONE,	 /* no association with the source, and no extension */
	FOREIGN_RIGHT,	 /* exactly one extension, and right */
	FOREIGN_MISSING, /* an association, but no extension: 132, but for a de-registration */
	FOREIGN_WRONG,	 /* more than one, or wrong: 132 */
	FOREIGN_NO_ASSOCIATION, /* an extension, but no association: silent */
};

struct request4 {
	struct ip_addr
		home; /* as asked for; or the one found for the node, unspecified when none is left */
	struct ip_addr home_agent; /* as asked for */
	struct ip_addr care_of;
	struct ip_addr source; /* of the IP header */
	struct ip_addr destination;
	uint8_t flags;	     /* MIP4_FLAG_ */
	uint16_t lifetime_s; /* as on the wire */
	uint64_t identification;
	bool asks_for_home; /* the home address was 0.0.0.0 */
	bool destination_is_broadcast;
	bool is_malformed; /* the extensions, but they could be read to their end */
	bool has_nai;
	bool has_unchecked_authenticator; /* MN-AAA beside MN-HA: nobody here can check it */
	enum auth_outcome auth;		  /* MN-HA */
	enum foreign_outcome foreign_auth;
	bool identification_is_valid;
	bool has_critical_vendor[MIP4_PLACES];
	bool has_udp_request;
	enum mip4_place udp_request_place;
	struct mip4_udp_request udp_request;
	bool requests_home_agent; /* RFC 4433 §4.1, subtype 1 */
	struct ip_addr requested_home_agent;
};

/* What is known of this home address now. */
struct view4 {
	uint32_t bindings;	 /* in force */
	bool has_care_of;	 /* one of them has the care-of address of the request */
	uint64_t identification; /* of the request that made or refreshed that one */
	uint32_t left_s;	 /* of that one's lifetime; LIFETIME_INFINITE_S */
};

struct policy4 {
	struct admission_policy admission;
	bool service_enabled;	   /* else 129; who is registered may leave */
	bool home_address_is_ours; /* in a home network; else 129 */
	bool home_agent_is_ours;   /* the field is a unicast address of this home agent; else 136 */
	/* An address of this home agent, or of a virtual home network here: the tunnel would lead back (128). */
	bool care_of_is_here;
	bool source_is_here;
	uint32_t max_lifetime_s; /* LIFETIME_INFINITE_S; less for a node that was told to go */
	const struct mip4_config *config;
};

struct binding_verdict decide4(const struct request4 *request, const struct view4 *current,
			       const struct policy4 *policy);

/* It asks for every binding of the node to be deleted. */
bool request4_is_return(const struct request4 *request);

#endif
