/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/binding_ack.h"

#include "ha/wire/ip6.h"
#include "mh/option_encode.h"

enum { FIXED_OCTETS = 12 };

static bool encode_fixed(const struct binding_ack *ack, struct writer *w)
{
	return writer_u8(w, PROTO_NONE) && writer_u8(w, 0) /* Header Len: mh_finish */ &&
	       writer_u8(w, MH_BINDING_ACK) && writer_u8(w, 0) && writer_u16(w, 0) &&
	       writer_u8(w, ack->status) && writer_u8(w, ack->flags) &&
	       writer_u16(w, ack->sequence) &&
	       writer_u16(w, mobility_lifetime_units(ack->lifetime_s));
}

static bool encode_message_id(const struct binding_ack *ack, const uint8_t *message,
			      struct writer *w)
{
	if (!ack->has_message_id)
		return true;
	return mobility_align(message, w, 8, 2) && writer_u8(w, MOPT_MESSAGE_ID) &&
	       writer_u8(w, 8) && writer_u64(w, ack->message_id_ntp);
}

/* RFC 6275 §6.2.7: last, without padding behind it, and so at 8n + 2. */
static bool encode_authorization(const struct binding_ack *ack, const uint8_t *message,
				 struct writer *w, uint8_t **auth_data, uint16_t *covered)
{
	if (!ack->has_authorization)
		return true;
	if (!mobility_align(message, w, 8, 2) || !writer_u8(w, MOPT_BINDING_AUTHORIZATION) ||
	    !writer_u8(w, AUTHORIZATION_DATA_OCTETS))
		return false;
	*auth_data = w->at;
	*covered = (uint16_t)(w->at - message);
	return writer_zero(w, AUTHORIZATION_DATA_OCTETS);
}

uint16_t binding_ack_encode(const struct binding_ack *ack, uint8_t *out, uint16_t size,
			    uint8_t **auth_data, uint16_t *covered)
{
	struct mobility_proof proof = {
		.identifier = ack->identifier,
		.identifier_length = ack->identifier_length,
		.has_auth = ack->has_auth,
		.spi = ack->spi,
	};
	struct writer w = writer_of(out, size);
	uint16_t octets = 0;

	if (encode_fixed(ack, &w) && mobility_identifier_encode(&proof, &w) &&
	    encode_message_id(ack, out, &w) &&
	    mobility_refresh_advice_encode(ack->refresh_advice_s, out, &w) &&
	    mobility_auth_encode(&proof, out, &w, auth_data, covered) &&
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
