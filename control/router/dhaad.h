/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dhaad: Home Agent Address Discovery Request and Reply.
 *
 * Threads    any; pure.
 * RFC        6275 §6.5, §6.6; 3963 §7.1, §7.2 (mobile router flag).
 */
#ifndef CONTROL_ROUTER_DHAAD_H
#define CONTROL_ROUTER_DHAAD_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"
#include "ha/wire/icmp6.h"

enum {
	DHAAD_ADDRESSES_MAX = 77, /* of 16 octets, in a packet of 1280 */
	DHAAD_REPLY_OCTETS_MAX = DISCOVERY_OCTETS + DHAAD_ADDRESSES_MAX * 16,
};

struct dhaad_request {
	uint16_t identifier;
	bool mobile_router; /* asks for home agents that serve mobile routers */
};

struct dhaad_reply {
	uint16_t identifier;
	bool mobile_router; /* those listed serve mobile routers */
	const struct ip_addr *addresses;
	uint16_t count; /* at most DHAAD_ADDRESSES_MAX */
};

/* message: from the ICMPv6 type on. False for a code other than 0 or less than the fixed part.
 * Reserved bits and what follows are ignored. */
bool dhaad_decode(struct cursor message, struct dhaad_request *request);

/* With checksum 0. Returns how many octets. */
uint16_t dhaad_encode(const struct dhaad_reply *reply,
		      uint8_t message[static DHAAD_REPLY_OCTETS_MAX]);

#endif
