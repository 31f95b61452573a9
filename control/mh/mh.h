/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mh: the Mobility Header: common part, checks in the order of RFC 6275 §9.2, and the list of messages.
 *
 * Bytes      host order in structs.
 * Threads    any; pure.
 * RFC        6275 §6.1, §9.2.
 */
#ifndef CONTROL_MH_MH_H
#define CONTROL_MH_MH_H

#include <stdint.h>

#include "mh/options.h"
#include "ha/cursor.h"
#include "ha/ip.h"
#include "ha/wire/mobility.h"

/* Outcome of the checks that all messages share. */
enum mh_verdict {
	MH_GOOD,
	MH_SHORT,	  /* drop */
	MH_CHECKSUM,	  /* drop, silently */
	MH_UNKNOWN_TYPE,  /* Binding Error status 2, drop */
	MH_PAYLOAD_PROTO, /* Parameter Problem at error_offset, drop */
	MH_HEADER_LENGTH, /* Parameter Problem at error_offset, drop */
};

struct mh_header {
	uint8_t payload_proto;
	uint8_t type;
	uint16_t octets;       /* of the whole message: 8 * (Header Len + 1) */
	uint16_t error_offset; /* from the start of the message, for a Parameter Problem */
};

/* packet: everything after the IPv6 and extension headers, by the IPv6 payload length. source and destination are those of
 * the pseudo-header (home addresses already swapped in). */
enum mh_verdict mh_check(struct cursor packet, const struct ip_addr *source,
			 const struct ip_addr *destination, struct mh_header *header);

/* Pads to a multiple of eight octets, sets Header Len; the checksum is left 0. Returns octets, 0 when there is no room. */
uint16_t mh_finish(uint8_t *message, struct writer *w);

#endif
