/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/binding_ack.h"

#include "ha/wire/ip6.h"

enum {
	IDENTIFIER_MAX = 254, /* with its subtype it fills the option's one length octet */
	FIXED_OCTETS = 12,
};

/* RFC 6275 §6.2.1: pads until the next option starts at x * n + y of the message. */
static bool align(const uint8_t *message, struct writer *w, size_t n, size_t y)
{
	size_t at = (size_t)(w->at - message);

	return mobility_padding_encode(w, (n + y - at % n) % n);
}

static uint16_t units_of(uint32_t seconds)
{
	uint32_t units = seconds / LIFETIME_UNIT_S;

	return units > UINT16_MAX ? UINT16_MAX : (uint16_t)units;
}

static bool encode_fixed(const struct binding_ack *ack, struct writer *w)
{
	return writer_u8(w, PROTO_NONE) && writer_u8(w, 0) /* Header Len: mh_finish */ &&
	       writer_u8(w, MH_BINDING_ACK) && writer_u8(w, 0) && writer_u16(w, 0) &&
	       writer_u8(w, ack->status) && writer_u8(w, ack->flags) &&
	       writer_u16(w, ack->sequence) && writer_u16(w, units_of(ack->lifetime_s));
}

/* RFC 4283 §3.2: before everything of authentication. */
static bool encode_identifier(const struct binding_ack *ack, struct writer *w)
{
	if (ack->identifier == NULL)
		return true;
	return ack->identifier_length <= IDENTIFIER_MAX && writer_u8(w, MOPT_MN_IDENTIFIER) &&
	       writer_u8(w, (uint8_t)(1 + ack->identifier_length)) &&
	       writer_u8(w, MN_IDENTIFIER_NAI) &&
	       writer_bytes(w, ack->identifier, ack->identifier_length);
}

static bool encode_message_id(const struct binding_ack *ack, const uint8_t *message,
			      struct writer *w)
{
	if (!ack->has_message_id)
		return true;
	return align(message, w, 8, 2) && writer_u8(w, MOPT_MESSAGE_ID) && writer_u8(w, 8) &&
	       writer_u64(w, ack->message_id_ntp);
}

/* An advice that rounds to nothing would ask for a refresh at once: left out. */
static bool encode_refresh_advice(const struct binding_ack *ack, const uint8_t *message,
				  struct writer *w)
{
	uint16_t units = units_of(ack->refresh_advice_s);

	if (units == 0)
		return true;
	return align(message, w, 2, 0) && writer_u8(w, MOPT_BINDING_REFRESH_ADVICE) &&
	       writer_u8(w, 2) && writer_u16(w, units);
}

/* RFC 4285 §5.1: last, and so at 8n + 5 (which is 4n + 1 too), where its 19 octets end on eight. */
static bool encode_auth(const struct binding_ack *ack, const uint8_t *message, struct writer *w,
			uint8_t **auth_data, uint16_t *covered)
{
	if (!ack->has_auth)
		return true;
	if (!align(message, w, 8, 5) || !writer_u8(w, MOPT_AUTHENTICATION) ||
	    !writer_u8(w, AUTH_MN_HA_OPTION_OCTETS - 2) || !writer_u8(w, AUTH_SUBTYPE_MN_HA) ||
	    !writer_u32(w, ack->spi))
		return false;
	*auth_data = w->at;
	*covered = (uint16_t)(w->at - message);
	return writer_zero(w, AUTH_MN_HA_DATA_OCTETS);
}

/* RFC 6275 §6.2.7: last, without padding behind it, and so at 8n + 2. */
static bool encode_authorization(const struct binding_ack *ack, const uint8_t *message,
				 struct writer *w, uint8_t **auth_data, uint16_t *covered)
{
	if (!ack->has_authorization)
		return true;
	if (!align(message, w, 8, 2) || !writer_u8(w, MOPT_BINDING_AUTHORIZATION) ||
	    !writer_u8(w, AUTHORIZATION_DATA_OCTETS))
		return false;
	*auth_data = w->at;
	*covered = (uint16_t)(w->at - message);
	return writer_zero(w, AUTHORIZATION_DATA_OCTETS);
}

uint16_t binding_ack_encode(const struct binding_ack *ack, uint8_t *out, uint16_t size,
			    uint8_t **auth_data, uint16_t *covered)
{
	struct writer w = writer_of(out, size);
	uint16_t octets = 0;

	*auth_data = NULL;
	*covered = 0;
	if (encode_fixed(ack, &w) && encode_identifier(ack, &w) &&
	    encode_message_id(ack, out, &w) && encode_refresh_advice(ack, out, &w) &&
	    encode_auth(ack, out, &w, auth_data, covered) &&
	    encode_authorization(ack, out, &w, auth_data, covered))
		octets = mh_finish(out, &w);
	if (octets == 0) {
		*auth_data = NULL;
		*covered = 0;
	}
	return octets;
}

enum decode_result binding_ack_decode(struct cursor message, struct received_ack *ack,
				      uint16_t *error_offset)
{
	struct cursor body = message;
	uint16_t lifetime_units;

	*ack = (struct received_ack){0};
	if (!cursor_skip(&body, MH_FIXED_OCTETS) || !cursor_u8(&body, &ack->status) ||
	    !cursor_u8(&body, &ack->flags) || !cursor_u16(&body, &ack->sequence) ||
	    !cursor_u16(&body, &lifetime_units))
		return DECODE_SHORT;
	ack->lifetime_s = LIFETIME_UNIT_S * (uint32_t)lifetime_units;
	return mobility_options_decode(message, FIXED_OCTETS, &ack->options, error_offset);
}
