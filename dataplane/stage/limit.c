/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/limit.h"

#include "ha/cursor.h"
#include "reassembly.h"

enum { FRAGMENT_OFFSET = 0xfff8, LIMIT_LENGTH = 1 };

/* In one destination options header; NULL: not there. */
static const uint8_t *find_option(struct cursor options)
{
	while (cursor_left(&options) > 0) {
		struct cursor data;
		uint8_t type;
		uint8_t length;

		cursor_u8(&options, &type);
		if (type == OPTION_PAD1)
			continue;
		if (!cursor_u8(&options, &length) || !cursor_take(&options, length, &data))
			return NULL;
		if (type == OPTION_TUNNEL_LIMIT && length == LIMIT_LENGTH)
			return data.at;
	}
	return NULL;
}

/* Only the first fragment of a packet has the headers that follow. */
static bool skip_fragment_header(struct cursor *at, uint8_t *next)
{
	struct cursor header;
	uint16_t offset;

	if (!cursor_take(at, FRAGMENT_HEADER_OCTETS, &header))
		return false;
	cursor_u8(&header, next);
	cursor_skip(&header, 1);
	cursor_u16(&header, &offset);
	return (offset & FRAGMENT_OFFSET) == 0;
}

/* Takes one header off, the body of one with options into *body. */
static bool skip_header(struct cursor *at, uint8_t *next, struct cursor *body)
{
	uint8_t units;

	return cursor_u8(at, next) && cursor_u8(at, &units) &&
	       cursor_take(at, (size_t)units * 8 + 6, body);
}

/* Headers from left to right, up to the first that is no extension header. */
uint16_t limit_find(const struct ip6_hdr_wire *ip, uint16_t octets)
{
	struct cursor at = cursor_of(ip + 1, octets - sizeof(*ip));
	uint8_t next = ip->next_header;

	for (int headers = 0; headers < EXTENSION_HEADERS_MAX && limit_may_be(next); headers++) {
		uint8_t kind = next;
		struct cursor body;
		const uint8_t *limit;

		if (kind == PROTO_FRAGMENT ? !skip_fragment_header(&at, &next)
					   : !skip_header(&at, &next, &body))
			return 0;
		limit = kind == PROTO_DEST_OPTIONS ? find_option(body) : NULL;
		if (limit != NULL)
			return (uint16_t)(limit - (const uint8_t *)ip);
	}
	return 0;
}
