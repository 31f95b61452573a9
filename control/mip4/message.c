/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/message.h"

#include "ha/config.h"

enum {
	REVOCATION_FROM_HOME_AGENT = 0x8000, /* A */
	REVOCATION_INFORM = 0x4000,	     /* I */
	REVOCATION_ACK_INFORM = 0x8000,
};

int mip4_message_type(struct cursor message)
{
	uint8_t type;

	return cursor_u8(&message, &type) ? type : -1;
}

/* The type octet, and what the fixed part of the message takes, into a cursor behind that octet. */
static bool open_message(struct cursor message, uint8_t type, size_t octets, struct cursor *fixed)
{
	return mip4_message_type(message) == type && cursor_take(&message, octets, fixed) &&
	       cursor_skip(fixed, 1);
}

enum mip4_decoded mip4_request_decode(struct cursor message, struct mip4_request *request)
{
	struct cursor fixed;

	if (!open_message(message, MIP4_REGISTRATION_REQUEST, MIP4_REQUEST_OCTETS, &fixed) ||
	    !cursor_u8(&fixed, &request->flags) || !cursor_u16(&fixed, &request->lifetime_s) ||
	    !cursor_ip4(&fixed, &request->home) || !cursor_ip4(&fixed, &request->home_agent) ||
	    !cursor_ip4(&fixed, &request->care_of) || !cursor_u64(&fixed, &request->identification))
		return MIP4_DECODE_SHORT;
	return mip4_extensions_decode(message, MIP4_REQUEST_OCTETS, &request->extensions);
}

enum mip4_decoded mip4_reply_decode(struct cursor message, struct mip4_reply *reply)
{
	struct cursor fixed;

	if (!open_message(message, MIP4_REGISTRATION_REPLY, MIP4_REPLY_OCTETS, &fixed) ||
	    !cursor_u8(&fixed, &reply->code) || !cursor_u16(&fixed, &reply->lifetime_s) ||
	    !cursor_ip4(&fixed, &reply->home) || !cursor_ip4(&fixed, &reply->home_agent) ||
	    !cursor_u64(&fixed, &reply->identification))
		return MIP4_DECODE_SHORT;
	return mip4_extensions_decode(message, MIP4_REPLY_OCTETS, &reply->extensions);
}

enum mip4_decoded mip4_revocation_decode(struct cursor message, struct mip4_revocation *revocation)
{
	struct cursor fixed;
	uint16_t flags;

	if (!open_message(message, MIP4_REVOCATION, MIP4_REVOCATION_OCTETS, &fixed) ||
	    !cursor_skip(&fixed, 1) || !cursor_u16(&fixed, &flags) ||
	    !cursor_ip4(&fixed, &revocation->home) ||
	    !cursor_ip4(&fixed, &revocation->home_domain) ||
	    !cursor_ip4(&fixed, &revocation->foreign_domain) ||
	    !cursor_u32(&fixed, &revocation->identifier))
		return MIP4_DECODE_SHORT;
	revocation->from_home_agent = (flags & REVOCATION_FROM_HOME_AGENT) != 0;
	revocation->inform = (flags & REVOCATION_INFORM) != 0;
	return mip4_extensions_decode(message, MIP4_REVOCATION_OCTETS, &revocation->extensions);
}

enum mip4_decoded mip4_revocation_ack_decode(struct cursor message, struct mip4_revocation_ack *ack)
{
	struct cursor fixed;
	uint16_t flags;

	if (!open_message(message, MIP4_REVOCATION_ACK, MIP4_REVOCATION_ACK_OCTETS, &fixed) ||
	    !cursor_skip(&fixed, 1) || !cursor_u16(&fixed, &flags) ||
	    !cursor_ip4(&fixed, &ack->home) || !cursor_u32(&fixed, &ack->identifier))
		return MIP4_DECODE_SHORT;
	ack->inform = (flags & REVOCATION_ACK_INFORM) != 0;
	return mip4_extensions_decode(message, MIP4_REVOCATION_ACK_OCTETS, &ack->extensions);
}

bool mip4_request_encode(const struct mip4_request *request, struct writer *w)
{
	return writer_left(w) >= MIP4_REQUEST_OCTETS && writer_u8(w, MIP4_REGISTRATION_REQUEST) &&
	       writer_u8(w, request->flags) && writer_u16(w, request->lifetime_s) &&
	       writer_ip4(w, &request->home) && writer_ip4(w, &request->home_agent) &&
	       writer_ip4(w, &request->care_of) && writer_u64(w, request->identification);
}

bool mip4_reply_encode(const struct mip4_reply *reply, struct writer *w)
{
	return writer_left(w) >= MIP4_REPLY_OCTETS && writer_u8(w, MIP4_REGISTRATION_REPLY) &&
	       writer_u8(w, reply->code) && writer_u16(w, reply->lifetime_s) &&
	       writer_ip4(w, &reply->home) && writer_ip4(w, &reply->home_agent) &&
	       writer_u64(w, reply->identification);
}

bool mip4_revocation_encode(const struct mip4_revocation *revocation, struct writer *w)
{
	uint16_t flags = (uint16_t)((revocation->from_home_agent ? REVOCATION_FROM_HOME_AGENT : 0) |
				    (revocation->inform ? REVOCATION_INFORM : 0));

	return writer_left(w) >= MIP4_REVOCATION_OCTETS && writer_u8(w, MIP4_REVOCATION) &&
	       writer_u8(w, 0) && writer_u16(w, flags) && writer_ip4(w, &revocation->home) &&
	       writer_ip4(w, &revocation->home_domain) &&
	       writer_ip4(w, &revocation->foreign_domain) && writer_u32(w, revocation->identifier);
}

bool mip4_revocation_ack_encode(const struct mip4_revocation_ack *ack, struct writer *w)
{
	return writer_left(w) >= MIP4_REVOCATION_ACK_OCTETS && writer_u8(w, MIP4_REVOCATION_ACK) &&
	       writer_u8(w, 0) && writer_u16(w, ack->inform ? REVOCATION_ACK_INFORM : 0) &&
	       writer_ip4(w, &ack->home) && writer_u32(w, ack->identifier);
}

uint16_t mip4_lifetime(uint32_t seconds)
{
	if (seconds == LIFETIME_INFINITE_S)
		return MIP4_LIFETIME_INFINITE;
	return seconds < MIP4_LIFETIME_INFINITE ? (uint16_t)seconds : MIP4_LIFETIME_INFINITE - 1;
}

uint32_t mip4_lifetime_s(uint16_t lifetime)
{
	return lifetime == MIP4_LIFETIME_INFINITE ? LIFETIME_INFINITE_S : lifetime;
}
