/* SPDX-License-Identifier: BSD-3-Clause
 *
 * error: an ICMPv6 error that came to a home agent address, with what it quotes.
 *
 * Bytes      message is the ICMPv6 message whose checksum was checked; offsets of the quoted packet.
 * Ownership  points into the message.
 * Threads    any; pure.
 * RFC        4443 §3; 2473 §8.
 */
#ifndef CONTROL_TUNNEL_ERROR_H
#define CONTROL_TUNNEL_ERROR_H

#include <stdint.h>

#include "ha/cursor.h"
#include "ip6_quote.h"

/* What the error says of the tunnel, RFC 2473 §8.1. */
enum tunnel_error_kind {
	TUNNEL_ERROR_TOO_BIG,
	TUNNEL_ERROR_UNREACHABLE, /* the far end, the hop limit ran out, too many tunnels: all of
				     these are told alike */
	TUNNEL_ERROR_OTHER,	  /* nothing that the sender of the inner packet could use */
};

struct tunnel_error {
	enum tunnel_error_kind kind;
	uint8_t type; /* of the ICMPv6 message */
	uint32_t mtu; /* TUNNEL_ERROR_TOO_BIG */
	struct ip6_quote outer;
	struct ip_addr inner_source; /* inner: set by tunnel_error_find_inner */
	struct ip_addr inner_destination;
	uint32_t inner_octets; /* of the whole inner packet, as its header says */
	struct cursor inner;   /* as much of it as is quoted */
};

/* False when it is no error of type 1 to 4, or quotes less than a packet's headers. */
bool tunnel_error_decode(struct cursor message, struct tunnel_error *error);

/* Whether the quoted packet is a message of ours and no tunnel. */
bool tunnel_error_is_about_message(const struct tunnel_error *error);

/* Takes the tunnel header off. False when no inner IPv6 header is quoted. */
bool tunnel_error_find_inner(struct tunnel_error *error);

#endif
