/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/error.h"

#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"

enum {
	LIMIT_EXHAUSTED = 1, /* RFC 2473 §8.1 says one, §8.2 zero: either */
};

/* The pointer leads to the value of a Tunnel Encapsulation Limit option that allows no more. */
static bool is_limit_exhausted(const struct ip6_quote *outer, uint8_t code, uint32_t pointer)
{
	return code == ICMP6_PROBLEM_FIELD && outer->limit_offset != 0 &&
	       pointer == outer->limit_offset && outer->limit <= LIMIT_EXHAUSTED;
}

static enum tunnel_error_kind kind_of(const struct ip6_quote *outer, uint8_t type, uint8_t code,
				      uint32_t value)
{
	switch (type) {
	case ICMP6_PACKET_TOO_BIG:
		return TUNNEL_ERROR_TOO_BIG;
	case ICMP6_UNREACHABLE:
		return TUNNEL_ERROR_UNREACHABLE;
	case ICMP6_TIME_EXCEEDED:
		return code == ICMP6_TIME_HOP_LIMIT ? TUNNEL_ERROR_UNREACHABLE : TUNNEL_ERROR_OTHER;
	default:
		return is_limit_exhausted(outer, code, value) ? TUNNEL_ERROR_UNREACHABLE
							      : TUNNEL_ERROR_OTHER;
	}
}

bool tunnel_error_decode(struct cursor message, struct tunnel_error *error)
{
	uint32_t value;
	uint8_t type;
	uint8_t code;

	*error = (struct tunnel_error){0};
	if (!cursor_u8(&message, &type) || type < ICMP6_UNREACHABLE ||
	    type > ICMP6_PARAMETER_PROBLEM || !cursor_u8(&message, &code) ||
	    !cursor_skip(&message, sizeof(uint16_t)) || !cursor_u32(&message, &value) ||
	    !ip6_quote_decode(message, &error->outer))
		return false;
	error->kind = kind_of(&error->outer, type, code, value);
	error->type = type;
	error->mtu = value;
	return true;
}

bool tunnel_error_is_about_message(const struct tunnel_error *error)
{
	return error->outer.has_home_route || error->outer.protocol == PROTO_MOBILITY;
}

bool tunnel_error_find_inner(struct tunnel_error *error)
{
	struct cursor at = error->outer.payload;
	uint16_t payload_length;
	uint8_t version_class;

	if (error->outer.protocol != PROTO_IPV6 || error->outer.is_later_fragment ||
	    !cursor_u8(&at, &version_class) || version_class >> 4 != 6 || !cursor_skip(&at, 3) ||
	    !cursor_u16(&at, &payload_length) || !cursor_skip(&at, 2) ||
	    !cursor_addr(&at, &error->inner_source) || !cursor_addr(&at, &error->inner_destination))
		return false;
	error->inner_octets = (uint32_t)sizeof(struct ip6_hdr_wire) + payload_length;
	error->inner = error->outer.payload;
	if (cursor_left(&error->inner) > error->inner_octets)
		error->inner = cursor_of(error->inner.at, error->inner_octets);
	return true;
}
