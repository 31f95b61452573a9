/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/ra.h"

static bool decode_fixed(struct cursor *message, struct router_advertisement *ra)
{
	uint8_t type;
	uint8_t code;

	return cursor_u8(message, &type) && cursor_u8(message, &code) && cursor_skip(message, 2) &&
	       cursor_u8(message, &ra->hop_limit) && cursor_u8(message, &ra->flags) &&
	       cursor_u16(message, &ra->lifetime_s) && cursor_u32(message, &ra->reachable_ms) &&
	       cursor_u32(message, &ra->retransmit_ms) && type == ICMP6_ROUTER_ADVERTISEMENT &&
	       code == 0;
}

static void decode_home_agent(struct cursor data, struct router_advertisement *ra)
{
	uint16_t flags;

	if (!cursor_u16(&data, &flags) || !cursor_u16(&data, &ra->preference) ||
	    !cursor_u16(&data, &ra->home_agent_lifetime_s))
		return;
	ra->has_home_agent = true;
	ra->mobile_router = (flags & ND_HOME_AGENT_FLAG_MOBILE_ROUTER) != 0;
}

/* Of options that are there more than once, but for prefixes, the last one counts. */
static void decode_option(uint8_t type, struct cursor data, struct router_advertisement *ra)
{
	bool is_one_unit = cursor_left(&data) == ND_OPTION_UNIT - 2;

	if (type == ND_PREFIX && ra->prefix_count < RA_PREFIXES_MAX)
		ra->prefix_count += nd_prefix_decode(data, &ra->prefixes[ra->prefix_count]);
	if (!is_one_unit)
		return;
	if (type == ND_HOME_AGENT)
		decode_home_agent(data, ra);
	else if (type == ND_SOURCE_LINK_LAYER)
		ra->has_link_layer = cursor_bytes(&data, ra->link_layer, sizeof(ra->link_layer));
	else if (type == ND_ADVERTISEMENT_INTERVAL && cursor_skip(&data, 2))
		cursor_u32(&data, &ra->interval_ms);
	else if (type == ND_MTU && cursor_skip(&data, 2))
		cursor_u32(&data, &ra->mtu);
}

bool ra_decode(struct cursor message, struct router_advertisement *ra)
{
	struct cursor data;
	uint8_t type;

	*ra = (struct router_advertisement){0};
	if (!decode_fixed(&message, ra) || !nd_options_are_whole(message))
		return false;
	while (nd_option_take(&message, &type, &data))
		decode_option(type, data, ra);
	return true;
}

static void encode_word(struct writer *w, enum nd_option type, uint32_t value)
{
	writer_u8(w, (uint8_t)type);
	writer_u8(w, 1);
	writer_u16(w, 0);
	writer_u32(w, value);
}

static void encode_home_agent(struct writer *w, const struct router_advertisement *ra)
{
	writer_u8(w, ND_HOME_AGENT);
	writer_u8(w, 1);
	writer_u16(w, ra->mobile_router ? ND_HOME_AGENT_FLAG_MOBILE_ROUTER : 0);
	writer_u16(w, ra->preference);
	writer_u16(w, ra->home_agent_lifetime_s);
}

static void encode_options(struct writer *w, const struct router_advertisement *ra)
{
	if (ra->has_link_layer) {
		writer_u8(w, ND_SOURCE_LINK_LAYER);
		writer_u8(w, 1);
		writer_bytes(w, ra->link_layer, sizeof(ra->link_layer));
	}
	if (ra->mtu != 0)
		encode_word(w, ND_MTU, ra->mtu);
	for (uint16_t i = 0; i < ra->prefix_count; i++)
		nd_prefix_encode(w, &ra->prefixes[i]);
	if (ra->interval_ms != 0)
		encode_word(w, ND_ADVERTISEMENT_INTERVAL, ra->interval_ms);
	if (ra->has_home_agent)
		encode_home_agent(w, ra);
}

uint16_t ra_encode(const struct router_advertisement *ra, uint8_t message[static RA_OCTETS_MAX])
{
	struct writer w = writer_of(message, RA_OCTETS_MAX);

	writer_u8(&w, ICMP6_ROUTER_ADVERTISEMENT);
	writer_u8(&w, 0);
	writer_u16(&w, 0);
	writer_u8(&w, ra->hop_limit);
	writer_u8(&w, ra->flags);
	writer_u16(&w, ra->lifetime_s);
	writer_u32(&w, ra->reachable_ms);
	writer_u32(&w, ra->retransmit_ms);
	encode_options(&w, ra);
	return (uint16_t)(w.at - message);
}

bool rs_is_valid(struct cursor message, bool from_unspecified)
{
	struct cursor data;
	uint8_t option;
	uint8_t type;
	uint8_t code;

	if (!cursor_u8(&message, &type) || !cursor_u8(&message, &code) ||
	    !cursor_skip(&message, 6) || type != ICMP6_ROUTER_SOLICITATION || code != 0 ||
	    !nd_options_are_whole(message))
		return false;
	while (nd_option_take(&message, &option, &data))
		if (option == ND_SOURCE_LINK_LAYER && from_unspecified)
			return false;
	return true;
}
