/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip6_packet.h"

#include "ha/wire/ip6.h"

enum {
	PAYLOAD_LENGTH_OFFSET = 4,
	FRAGMENT_OFFSET_AND_MORE = 0xfff9, /* the two bits between are reserved */
	OPTION_ACTION_SHIFT = 6, /* RFC 8200 §4.2: the two high bits of an unknown type */
	HOME_ADDRESS_ALIGN_N = 8,
	HOME_ADDRESS_ALIGN_Y = 6,
};

enum option_action {
	OPTION_SKIP,
	OPTION_DROP,
	OPTION_REPORT,
	OPTION_REPORT_UNICAST,
};

/* One pass along the chain of extension headers. */
struct chain {
	struct ip6_packet *packet;
	struct cursor left; /* from the header that comes next */
	uint8_t next;	    /* its kind */
	bool fragment_seen;
	uint16_t *error_offset;
};

static uint16_t offset_of(const struct ip6_packet *packet, const uint8_t *at)
{
	return (uint16_t)(at - packet->whole.at);
}

static enum ip6_packet_result decode_fixed(struct cursor bytes, struct chain *chain)
{
	struct ip6_packet *packet = chain->packet;
	struct cursor at = bytes;
	uint16_t payload_length;
	uint8_t version_class;
	uint8_t hop_limit;

	if (!cursor_u8(&at, &version_class) || version_class >> 4 != 6 ||
	    !cursor_skip(&at, PAYLOAD_LENGTH_OFFSET - 1) || !cursor_u16(&at, &payload_length) ||
	    !cursor_u8(&at, &chain->next) || !cursor_u8(&at, &hop_limit) ||
	    !cursor_addr(&at, &packet->source) || !cursor_addr(&at, &packet->destination) ||
	    !cursor_take(&at, payload_length, &chain->left))
		return IP6_PACKET_MALFORMED;
	packet->whole = (struct cursor){.at = bytes.at, .end = chain->left.end};
	return IP6_PACKET_GOOD;
}

/* Splits the header that comes next off, its first two octets read. Hdr Ext Len counts eights
 * beyond the first. */
static bool take_header(struct chain *chain, uint8_t *next, struct cursor *header)
{
	struct cursor at = chain->left;
	uint8_t length;

	return cursor_u8(&at, next) && cursor_u8(&at, &length) &&
	       cursor_take(&chain->left, 8 * ((size_t)length + 1), header);
}

static enum ip6_packet_result unknown_option(const struct chain *chain, uint8_t type,
					     uint16_t offset)
{
	enum option_action action = (enum option_action)(type >> OPTION_ACTION_SHIFT);

	if (action == OPTION_SKIP)
		return IP6_PACKET_GOOD;
	if (action == OPTION_DROP ||
	    (action == OPTION_REPORT_UNICAST && ip_addr_is_multicast(&chain->packet->destination)))
		return IP6_PACKET_MALFORMED;
	*chain->error_offset = offset;
	return IP6_PACKET_UNKNOWN_OPTION;
}

/* RFC 6275 §6.3: 8n + 6, once in a packet, before a fragment header. */
static enum ip6_packet_result home_address(const struct chain *chain, uint8_t next,
					   size_t offset_in_header, struct cursor data)
{
	struct ip6_packet *packet = chain->packet;

	if (packet->has_home_address || chain->fragment_seen ||
	    offset_in_header % HOME_ADDRESS_ALIGN_N != HOME_ADDRESS_ALIGN_Y ||
	    cursor_left(&data) != OPTION_HOME_ADDRESS_LENGTH)
		return IP6_PACKET_MALFORMED;
	cursor_addr(&data, &packet->home);
	packet->has_home_address = true;
	packet->home_address_next = next;
	return IP6_PACKET_GOOD;
}

/* One option of a header of kind; left is what the header still holds. */
static enum ip6_packet_result decode_option(const struct chain *chain, uint8_t kind, uint8_t next,
					    const uint8_t *header, struct cursor *left)
{
	const uint8_t *option = left->at;
	struct cursor data;
	uint8_t length;
	uint8_t type;

	if (!cursor_u8(left, &type))
		return IP6_PACKET_MALFORMED;
	if (type == OPTION_PAD1)
		return IP6_PACKET_GOOD;
	if (!cursor_u8(left, &length) || !cursor_take(left, length, &data))
		return IP6_PACKET_MALFORMED;
	if (type == OPTION_PADN)
		return IP6_PACKET_GOOD;
	if (type == OPTION_HOME_ADDRESS && kind == PROTO_DEST_OPTIONS)
		return home_address(chain, next, (size_t)(option - header), data);
	return unknown_option(chain, type, offset_of(chain->packet, option));
}

static enum ip6_packet_result decode_options(struct chain *chain, uint8_t kind)
{
	enum ip6_packet_result result = IP6_PACKET_GOOD;
	struct cursor header;
	struct cursor left;

	if (!take_header(chain, &chain->next, &header))
		return IP6_PACKET_MALFORMED;
	left = header;
	cursor_skip(&left, 2);
	while (result == IP6_PACKET_GOOD && cursor_left(&left) > 0)
		result = decode_option(chain, kind, chain->next, header.at, &left);
	return result;
}

/* With segments left the packet is for somebody else (RFC 8200 §4.4, 5095 §3: told), or for a mobile
 * node, by type 2; a home agent is neither's last stop. A Home Address option belongs after this
 * header (RFC 6275 §6.3). */
static enum ip6_packet_result decode_routing(struct chain *chain)
{
	struct cursor header;
	const uint8_t *type_at;
	uint8_t segments_left;
	uint8_t type;

	if (chain->packet->has_home_address || !take_header(chain, &chain->next, &header) ||
	    !cursor_skip(&header, 2))
		return IP6_PACKET_MALFORMED;
	type_at = header.at;
	if (!cursor_u8(&header, &type) || !cursor_u8(&header, &segments_left))
		return IP6_PACKET_MALFORMED;
	if (segments_left == 0)
		return IP6_PACKET_GOOD;
	if (type == ROUTING_TYPE_2)
		return IP6_PACKET_MALFORMED;
	*chain->error_offset = offset_of(chain->packet, type_at);
	return IP6_PACKET_UNKNOWN_ROUTING;
}

/* RFC 6946 §4: a fragment that is the whole packet is not a fragment. */
static enum ip6_packet_result decode_fragment(struct chain *chain)
{
	uint16_t offset_and_more = 0;

	if (cursor_left(&chain->left) < 8)
		return IP6_PACKET_MALFORMED;
	cursor_u8(&chain->left, &chain->next);
	cursor_skip(&chain->left, 1);
	cursor_u16(&chain->left, &offset_and_more);
	cursor_skip(&chain->left, 4);
	chain->fragment_seen = true;
	/* What the option stands in front of is what the fragment carries (RFC 8200 §4.5). */
	if (chain->packet->home_address_next == PROTO_FRAGMENT)
		chain->packet->home_address_next = chain->next;
	return (offset_and_more & FRAGMENT_OFFSET_AND_MORE) == 0 ? IP6_PACKET_GOOD
								 : IP6_PACKET_FRAGMENT;
}

static bool is_extension(uint8_t kind)
{
	return kind == PROTO_HOP_BY_HOP || kind == PROTO_ROUTING || kind == PROTO_FRAGMENT ||
	       kind == PROTO_DEST_OPTIONS;
}

static enum ip6_packet_result decode_extension(struct chain *chain, bool is_first)
{
	uint8_t kind = chain->next;

	if (kind == PROTO_ROUTING)
		return decode_routing(chain);
	if (kind == PROTO_FRAGMENT)
		return decode_fragment(chain);
	if (kind == PROTO_HOP_BY_HOP && !is_first)
		return IP6_PACKET_MALFORMED; /* RFC 8200 §4.1 */
	return decode_options(chain, kind);
}

enum ip6_packet_result ip6_packet_decode(const void *bytes, size_t length,
					 struct ip6_packet *packet, uint16_t *error_offset)
{
	struct chain chain = {.packet = packet, .error_offset = error_offset};
	enum ip6_packet_result result;

	*packet = (struct ip6_packet){0};
	result = decode_fixed(cursor_of(bytes, length), &chain);
	for (unsigned int count = 0; result == IP6_PACKET_GOOD && is_extension(chain.next); count++)
		result = count < EXTENSION_HEADERS_MAX ? decode_extension(&chain, count == 0)
						       : IP6_PACKET_MALFORMED;
	if (result != IP6_PACKET_GOOD)
		return result;
	packet->protocol = chain.next;
	packet->payload = chain.left;
	packet->payload_offset = offset_of(packet, chain.left.at);
	return IP6_PACKET_GOOD;
}
