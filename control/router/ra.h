/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ra: Router Advertisements and Solicitations, with what Mobile IPv6 adds.
 *
 * Units      _s seconds, _ms milliseconds, as on the wire.
 * Threads    any; pure.
 * RFC        4861 §4.1, §4.2, §6.1; 6275 §7.1–7.4; 3963 §7.3 (mobile router flag).
 */
#ifndef CONTROL_ROUTER_RA_H
#define CONTROL_ROUTER_RA_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "router/nd_option.h"

enum {
	RA_PREFIXES_MAX = 32,
	RA_OCTETS_MAX = RA_FIXED_OCTETS + RA_PREFIXES_MAX * ND_PREFIX_OCTETS +
			4 * ND_OPTION_UNIT, /* link layer, MTU, interval, home agent */
};

struct router_advertisement {
	uint8_t hop_limit; /* 0: not said, as with the times */
	uint8_t flags;	   /* RA_FLAG_ */
	uint16_t lifetime_s;
	uint32_t reachable_ms;
	uint32_t retransmit_ms;
	uint32_t mtu;	      /* 0: none */
	uint32_t interval_ms; /* 0: none */
	bool has_link_layer;
	uint8_t link_layer[6];
	bool has_home_agent; /* Home Agent Information */
	bool mobile_router;
	uint16_t preference;
	uint16_t home_agent_lifetime_s;
	struct nd_prefix prefixes[RA_PREFIXES_MAX]; /* more than that are passed over */
	uint16_t prefix_count;
};

/* message: from the ICMPv6 type on; hop limit, source address and checksum were tested. False when
 * RFC 4861 §6.1.2 has it dropped. Unknown options are passed over, and so are those whose length
 * is not what their type has. */
bool ra_decode(struct cursor message, struct router_advertisement *ra);

/* With checksum 0. Returns how many octets. */
uint16_t ra_encode(const struct router_advertisement *ra, uint8_t message[static RA_OCTETS_MAX]);

/* RFC 4861 §6.1.1, but for what ra_decode's caller has tested, too: with the unspecified address as
 * source there is no Source Link-Layer Address option. */
bool rs_is_valid(struct cursor message, bool from_unspecified);

#endif
