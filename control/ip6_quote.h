/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip6_quote: the headers of a packet of which perhaps only the beginning is there, as in an ICMPv6
 * error, or that is somebody else's. Judges nothing but lengths: options and routing headers may say
 * what they like.
 *
 * Bytes      offsets are octets from the IPv6 header.
 * Ownership  points into the packet.
 * Threads    any; pure, bounded by EXTENSION_HEADERS_MAX.
 * RFC        8200 §4; 4443 §2.4 (c); 2473 §4.1.1.
 */
#ifndef CONTROL_IP6_QUOTE_H
#define CONTROL_IP6_QUOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"

struct ip6_quote {
	struct ip_addr source;
	struct ip_addr destination;
	uint32_t octets;	/* of the whole packet, as its header says */
	uint8_t protocol;	/* behind the extension headers that are there */
	bool is_later_fragment; /* protocol is that of the first one: not what payload begins with */
	bool has_home_route;	/* a type 2 routing header */
	struct ip_addr home_route; /* the address in it */
	uint16_t limit_offset; /* of the value of a Tunnel Encapsulation Limit option; 0: none */
	uint8_t limit;
	struct cursor payload; /* as much as is there */
};

/* False when the fixed header or an extension header is cut, or there are too many. */
bool ip6_quote_decode(struct cursor bytes, struct ip6_quote *quote);

#endif
