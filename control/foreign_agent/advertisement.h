/* SPDX-License-Identifier: BSD-3-Clause
 *
 * advertisement: an agent advertisement encoded, and what is asked of an agent solicitation.
 *
 * Bytes      ICMP, from its type on; an encoded message has its checksum.
 * Threads    any; pure.
 * RFC        5944 §2.1, §2.2; 1256 §3; 4721 §2 (challenge).
 */
#ifndef CONTROL_FOREIGN_AGENT_ADVERTISEMENT_H
#define CONTROL_FOREIGN_AGENT_ADVERTISEMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/cursor.h"

enum {
	ICMP_ROUTER_ADVERTISEMENT = 9,
	ICMP_ROUTER_SOLICITATION = 10,
	ADVERTISEMENT_CODE_ROUTES = 0,
	ADVERTISEMENT_CODE_MOBILE_ONLY = 16, /* does not route common traffic */
	CHALLENGE_OCTETS = 8,		     /* of ours; RFC 4721 §12: four at least */
	ADVERTISEMENT_OCTETS_MAX = 128,
};

/* RFC 5944 §2.1.1. */
enum advertisement_flag {
	ADVERTISEMENT_REGISTRATION_REQUIRED = 0x8000,
	ADVERTISEMENT_BUSY = 0x4000,
	ADVERTISEMENT_HOME_AGENT = 0x2000,
	ADVERTISEMENT_FOREIGN_AGENT = 0x1000,
	ADVERTISEMENT_MINIMAL = 0x0800,
	ADVERTISEMENT_GRE = 0x0400,
	ADVERTISEMENT_REVERSE_TUNNEL = 0x0100,
	ADVERTISEMENT_UDP = 0x0080,
	ADVERTISEMENT_REVOCATION = 0x0040,
};

struct advertisement {
	struct ip_addr router; /* unspecified: none is told */
	uint8_t prefix_length; /* of it; 0: not told */
	uint16_t lifetime_s;   /* of the advertisement */
	uint16_t sequence;
	uint16_t registration_lifetime_s;
	uint16_t flags; /* ADVERTISEMENT_ */
	const struct ip_addr *care_of;
	uint16_t care_of_count;	  /* FOREIGN_CARE_OF_MAX at most */
	const uint8_t *challenge; /* CHALLENGE_OCTETS of them; NULL: none */
};

/* Returns the octets written. */
uint16_t advertisement_encode(const struct advertisement *a,
			      uint8_t out[static ADVERTISEMENT_OCTETS_MAX]);

/* RFC 5944 §2.3.2: 256 comes after 0xffff, so that only an agent that began anew sends numbers below. */
static inline uint16_t advertisement_sequence_after(uint16_t sequence)
{
	return sequence == UINT16_MAX ? 256 : (uint16_t)(sequence + 1);
}

/* RFC 1256 §5.2, 5944 §2.3: of any unicast address or none, near or not. icmp: from the type on, its checksum was checked. */
bool solicitation_is_valid(struct cursor icmp, const struct ip_addr *source);

#endif
