/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/mobile_prefix.h"

bool mobile_prefix_solicitation_decode(struct cursor message, uint16_t *identifier)
{
	uint8_t type;
	uint8_t code;

	return cursor_u8(&message, &type) && cursor_u8(&message, &code) &&
	       cursor_skip(&message, 2) && cursor_u16(&message, identifier) &&
	       cursor_skip(&message, 2) && nd_options_are_whole(message) &&
	       type == ICMP6_MOBILE_PREFIX_SOLICITATION && code == 0;
}

uint16_t mobile_prefix_advertisement_encode(uint16_t identifier, const struct nd_prefix prefixes[],
					    uint16_t count,
					    uint8_t message[static MOBILE_PREFIX_OCTETS_MAX])
{
	struct writer w = writer_of(message, MOBILE_PREFIX_OCTETS_MAX);

	writer_u8(&w, ICMP6_MOBILE_PREFIX_ADVERTISEMENT);
	writer_u8(&w, 0);
	writer_u16(&w, 0);
	writer_u16(&w, identifier);
	writer_u16(&w, 0);
	for (uint16_t i = 0; i < count; i++)
		nd_prefix_encode(&w, &prefixes[i]);
	return (uint16_t)(w.at - message);
}
