/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/dhaad.h"

bool dhaad_decode(struct cursor message, struct dhaad_request *request)
{
	uint16_t flags;
	uint8_t type;
	uint8_t code;

	if (!cursor_u8(&message, &type) || !cursor_u8(&message, &code) ||
	    !cursor_skip(&message, 2) || !cursor_u16(&message, &request->identifier) ||
	    !cursor_u16(&message, &flags))
		return false;
	request->mobile_router = (flags & DHAAD_FLAG_MOBILE_ROUTER) != 0;
	return type == ICMP6_DHAAD_REQUEST && code == 0;
}

uint16_t dhaad_encode(const struct dhaad_reply *reply,
		      uint8_t message[static DHAAD_REPLY_OCTETS_MAX])
{
	struct writer w = writer_of(message, DHAAD_REPLY_OCTETS_MAX);

	writer_u8(&w, ICMP6_DHAAD_REPLY);
	writer_u8(&w, 0);
	writer_u16(&w, 0);
	writer_u16(&w, reply->identifier);
	writer_u16(&w, reply->mobile_router ? DHAAD_FLAG_MOBILE_ROUTER : 0);
	for (uint16_t i = 0; i < reply->count; i++)
		writer_addr(&w, &reply->addresses[i]);
	return (uint16_t)(w.at - message);
}
