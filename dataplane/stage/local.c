/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include "ha/cursor.h"
#include "ha/wire/icmp6.h"
#include "reassembly.h"

/* Destination options: remembers a Home Address option, and looks at no other: here it only matters
 * where the packet goes. False when one runs out of its header. An option that asks to be understood
 * is answered by the control thread (RFC 8200 §4.2), to which all but plain tunnels go; on a plain
 * tunnel nobody looks at it. */
static bool scan_options(struct cursor options, const struct ip_addr **home)
{
	while (cursor_left(&options) > 0) {
		struct cursor data;
		uint8_t type;
		uint8_t length;

		cursor_u8(&options, &type);
		if (type == OPTION_PAD1)
			continue;
		if (!cursor_u8(&options, &length) || !cursor_take(&options, length, &data))
			return false;
		if (type == OPTION_HOME_ADDRESS && length == OPTION_HOME_ADDRESS_LENGTH)
			*home = (const struct ip_addr *)(const void *)data.at;
	}
	return true;
}

/* Takes one extension header off; *next becomes the one after it, *body what it holds. */
static bool take_header(struct cursor *at, uint8_t *next, struct cursor *body)
{
	uint8_t units;

	return cursor_u8(at, next) && cursor_u8(at, &units) &&
	       cursor_take(at, (size_t)units * 8 + 6, body);
}

static bool skip_header(struct cursor *at, uint8_t *next, const struct ip_addr **home)
{
	struct cursor body;
	uint8_t kind = *next;

	if (!take_header(at, next, &body))
		return false;
	return kind != PROTO_DEST_OPTIONS || scan_options(body, home);
}

/* RFC 6946 §4: a fragment that is the whole packet is none. False for any other. */
static bool skip_atomic_fragment(struct cursor *at, uint8_t *next)
{
	uint16_t offset_and_more;
	struct cursor header;

	if (!cursor_take(at, FRAGMENT_HEADER_OCTETS, &header))
		return false;
	cursor_u8(&header, next);
	cursor_skip(&header, 1);
	return cursor_u16(&header, &offset_and_more) && (offset_and_more & 0xfff9) == 0;
}

/* Whether the packet quoted in an ICMPv6 error is one that leaves from here and not from the kernel: a
 * tunnel, or a message of ours. As dataplane/steer.bpf.c does, which is what brings it here. */
static bool quotes_ours(struct cursor message)
{
	const struct ip6_hdr_wire *quoted;
	struct cursor fixed;
	struct cursor body;
	uint8_t type;
	uint8_t next;

	if (!cursor_u8(&message, &type) || type < ICMP6_UNREACHABLE ||
	    type > ICMP6_PARAMETER_PROBLEM || !cursor_skip(&message, ICMP6_ERROR_OCTETS - 1) ||
	    !cursor_take(&message, sizeof(*quoted), &fixed))
		return false;
	quoted = (const void *)fixed.at;
	next = quoted->next_header;
	for (int headers = 0; headers < EXTENSION_HEADERS_MAX; headers++) {
		switch (next) {
		case PROTO_IPV6:
		case PROTO_MOBILITY:
			return true;
		case PROTO_ROUTING:
			return take_header(&message, &next, &body) && *body.at == ROUTING_TYPE_2;
		case PROTO_FRAGMENT:
			if (!cursor_u8(&message, &next) || !cursor_skip(&message, 7))
				return false;
			break;
		case PROTO_HOP_BY_HOP:
		case PROTO_DEST_OPTIONS:
			if (!take_header(&message, &next, &body))
				return false;
			break;
		default:
			return false;
		}
	}
	return false;
}

enum local_kind local_classify(const struct ip6_hdr_wire *ip, uint16_t *offset,
			       const struct ip_addr **home)
{
	struct cursor at = cursor_of(ip + 1, be16toh(ip->payload_length_be));
	uint8_t next = ip->next_header;

	*home = NULL;
	for (int headers = 0; headers <= EXTENSION_HEADERS_MAX; headers++) {
		switch (next) {
		case PROTO_HOP_BY_HOP:
		case PROTO_ROUTING:
		case PROTO_DEST_OPTIONS:
			if (!skip_header(&at, &next, home))
				return LOCAL_MALFORMED;
			break;
		case PROTO_FRAGMENT:
			if (cursor_left(&at) < FRAGMENT_HEADER_OCTETS)
				return LOCAL_MALFORMED;
			if (!skip_atomic_fragment(&at, &next))
				return LOCAL_FRAGMENT;
			break;
		case PROTO_MOBILITY:
			return LOCAL_MOBILITY;
		case PROTO_IPV6:
			*offset = (uint16_t)(at.at - (const uint8_t *)ip);
			return *home != NULL ? LOCAL_HOME_OPTION : LOCAL_TUNNEL;
		default:
			if (*home != NULL)
				return LOCAL_HOME_OPTION;
			return next == PROTO_ICMP6 && quotes_ours(at) ? LOCAL_ERROR : LOCAL_OTHER;
		}
	}
	return LOCAL_MALFORMED;
}

/* A flood of updates for unknown nodes must not starve the refresh of a known one: they have
 * separate budgets. */
static enum punt_class class_of(const struct worker *w, const struct packet *p)
{
	const struct ip_addr *home;
	enum local_kind kind;
	uint16_t offset;

	kind = local_classify(p->ip, &offset, &home);
	if (kind == LOCAL_ERROR)
		return PUNT_TUNNEL_ERROR;
	if (kind != LOCAL_MOBILITY)
		return PUNT_LOCAL;
	if (home == NULL)
		home = ip6_source(p->ip);
	return bcache_find(w->tables->bcache, home) != NULL ? PUNT_SIGNALLING_KNOWN
							    : PUNT_SIGNALLING_NEW;
}

void local_burst(struct worker *w, struct burst *b)
{
	for (uint16_t i = 0; i < b->local.count; i++) {
		struct packet *p = b->local.at[i];

		p->next_hop = b->port; /* as struct punt says */
		punt(w, p, class_of(w, p), 0, DROP_PUNT_LIMIT);
	}
}
