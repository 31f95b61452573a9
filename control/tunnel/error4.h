/* SPDX-License-Identifier: BSD-3-Clause
 *
 * error4: an ICMP error that came to a home agent or care-of address, with what it quotes.
 *
 * Bytes      message is the ICMP message whose checksum was checked.
 * Ownership  points into the message, and into the struct itself: it is not to be copied.
 * Threads    any; pure.
 * RFC        792; 1191 §3, §7; 2003 §4; 2004 §3.1, 2784 §2.1, 3519 §4.1 (what is quoted).
 */
#ifndef CONTROL_TUNNEL_ERROR4_H
#define CONTROL_TUNNEL_ERROR4_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ip4_packet.h"

/* What the error says of the tunnel, RFC 2003 §4. */
enum tunnel_error4_kind {
	TUNNEL_ERROR4_TOO_BIG,
	TUNNEL_ERROR4_NET, /* the network of the tunnel's end, or the protocol there, is not reached */
	TUNNEL_ERROR4_HOST, /* the end itself, or its time to live ran out */
	TUNNEL_ERROR4_TOS, /* the pointer of a Parameter Problem is at what was copied from the packet */
	TUNNEL_ERROR4_OTHER, /* nothing that is to be told to the sender of the inner packet */
};

enum { TUNNEL_ERROR4_REBUILT = 128 };

struct tunnel_error4 {
	enum tunnel_error4_kind kind;
	bool is_unreachable; /* type 3 */
	uint8_t code;
	uint16_t mtu; /* TUNNEL_ERROR4_TOO_BIG: as told, or guessed from the size of the packet */
	struct ip4_packet outer;
	struct ip_addr inner_source; /* inner: set by tunnel_error4_find_inner */
	struct ip_addr inner_destination;
	uint16_t inner_octets; /* of the whole inner packet */
	bool inner_may_fragment;
	struct cursor
		inner; /* as much of it as is quoted; of minimal encapsulation, whose inner header is none, in rebuilt */
	uint8_t rebuilt[TUNNEL_ERROR4_REBUILT];
};

/* False when it is no error, or quotes less than a packet's header. */
bool tunnel_error4_decode(struct cursor message, struct tunnel_error4 *error);

/* The message that the quoted packet carries from port 434, when it is signalling and no tunnel data. */
bool tunnel_error4_is_about_message(const struct tunnel_error4 *error, struct cursor *message);

/* Takes the tunnel's headers off. False when too little of the inner packet is quoted to know whose it is. */
bool tunnel_error4_find_inner(struct tunnel_error4 *error);

#endif
