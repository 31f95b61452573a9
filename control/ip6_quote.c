/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip6_quote.h"

#include "ha/wire/ip6.h"

enum {
	PAYLOAD_LENGTH_OFFSET = 4,
	FRAGMENT_OCTETS = 8,
	FRAGMENT_OFFSET_MASK = 0xfff8,
	ROUTING_ADDRESS_OFFSET = 8,
};

/* One pass along the chain. */
struct walk {
	struct ip6_quote *quote;
	const uint8_t *start;
	struct cursor left; /* from the header that comes next */
	uint8_t next;	    /* its kind */
};

/* What is there beyond the payload length is no part of the packet. */
static bool decode_fixed(struct walk *w)
{
	struct ip6_quote *quote = w->quote;
	struct cursor *at = &w->left;
	uint16_t payload_length;
	uint8_t version_class;
	uint8_t hop_limit;

	if (!cursor_u8(at, &version_class) || version_class >> 4 != 6 ||
	    !cursor_skip(at, PAYLOAD_LENGTH_OFFSET - 1) || !cursor_u16(at, &payload_length) ||
	    !cursor_u8(at, &w->next) || !cursor_u8(at, &hop_limit) ||
	    !cursor_addr(at, &quote->source) || !cursor_addr(at, &quote->destination))
		return false;
	quote->octets = (uint32_t)sizeof(struct ip6_hdr_wire) + payload_length;
	if (cursor_left(at) > payload_length)
		*at = cursor_of(at->at, payload_length);
	return true;
}

/* Hdr Ext Len counts eights beyond the first. */
static bool take_header(struct walk *w, struct cursor *body)
{
	uint8_t units;

	return cursor_u8(&w->left, &w->next) && cursor_u8(&w->left, &units) &&
	       cursor_take(&w->left, 8 * (size_t)units + 6, body);
}

static bool skip_options(struct walk *w)
{
	struct cursor body;

	return take_header(w, &body);
}

/* Options behind one that runs out of the header are not looked for. */
static bool scan_destination_options(struct walk *w)
{
	struct cursor options;
	struct cursor data;
	uint8_t length;
	uint8_t type;

	if (!take_header(w, &options))
		return false;
	while (cursor_u8(&options, &type)) {
		if (type == OPTION_PAD1)
			continue;
		if (!cursor_u8(&options, &length) || !cursor_take(&options, length, &data))
			break;
		if (type != OPTION_TUNNEL_LIMIT || length != 1)
			continue;
		w->quote->limit_offset = (uint16_t)(data.at - w->start);
		w->quote->limit = *data.at;
	}
	return true;
}

static bool scan_routing(struct walk *w)
{
	struct cursor body;
	uint8_t type;

	if (!take_header(w, &body) || !cursor_u8(&body, &type))
		return false;
	if (type != ROUTING_TYPE_2)
		return true;
	w->quote->has_home_route = true;
	return cursor_skip(&body, ROUTING_ADDRESS_OFFSET - 3) &&
	       cursor_addr(&body, &w->quote->home_route);
}

static bool scan_fragment(struct walk *w)
{
	uint16_t offset_and_more;
	struct cursor header;

	if (!cursor_take(&w->left, FRAGMENT_OCTETS, &header))
		return false;
	cursor_u8(&header, &w->next);
	cursor_skip(&header, 1);
	cursor_u16(&header, &offset_and_more);
	w->quote->is_later_fragment = (offset_and_more & FRAGMENT_OFFSET_MASK) != 0;
	return true;
}

static bool scan_header(struct walk *w)
{
	switch (w->next) {
	case PROTO_ROUTING:
		return scan_routing(w);
	case PROTO_FRAGMENT:
		return scan_fragment(w);
	case PROTO_DEST_OPTIONS:
		return scan_destination_options(w);
	default:
		return skip_options(w);
	}
}

static bool is_extension(uint8_t kind)
{
	return kind == PROTO_HOP_BY_HOP || kind == PROTO_ROUTING || kind == PROTO_FRAGMENT ||
	       kind == PROTO_DEST_OPTIONS;
}

bool ip6_quote_decode(struct cursor bytes, struct ip6_quote *quote)
{
	struct walk w = {.quote = quote, .start = bytes.at, .left = bytes};

	*quote = (struct ip6_quote){0};
	if (!decode_fixed(&w))
		return false;
	for (unsigned int count = 0; is_extension(w.next) && !quote->is_later_fragment; count++)
		if (count == EXTENSION_HEADERS_MAX || !scan_header(&w))
			return false;
	quote->protocol = w.next;
	quote->payload = w.left;
	return true;
}
