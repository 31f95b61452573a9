/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/binding_revocation.h"

#include "ha/wire/ip6.h"
#include "mh/mh.h"

enum { FIXED_OCTETS = 12 };

static bool encode_fixed(const struct binding_revocation *message, struct writer *w)
{
	return writer_u8(w, PROTO_NONE) && writer_u8(w, 0) /* Header Len: mh_finish */ &&
	       writer_u8(w, MH_BINDING_REVOCATION) && writer_u8(w, 0) && writer_u16(w, 0) &&
	       writer_u8(w, message->type) && writer_u8(w, message->reason) &&
	       writer_u16(w, message->sequence) && writer_u8(w, message->flags) && writer_u8(w, 0);
}

uint16_t binding_revocation_encode(const struct binding_revocation *message,
				   const struct mobility_proof *proof, uint8_t *out, uint16_t size,
				   uint8_t **auth_data, uint16_t *covered)
{
	struct writer w = writer_of(out, size);
	uint16_t octets = 0;

	if (encode_fixed(message, &w) && mobility_identifier_encode(proof, &w) &&
	    mobility_auth_encode(proof, out, &w, auth_data, covered))
		octets = mh_finish(out, &w);
	if (octets == 0) {
		*auth_data = NULL;
		*covered = 0;
	}
	return octets;
}

enum decode_result binding_revocation_decode(struct cursor message,
					     struct binding_revocation *decoded,
					     struct mobility_options *options,
					     uint16_t *error_offset)
{
	struct cursor body = message;

	*decoded = (struct binding_revocation){0};
	if (!cursor_skip(&body, MH_FIXED_OCTETS) || !cursor_u8(&body, &decoded->type) ||
	    !cursor_u8(&body, &decoded->reason) || !cursor_u16(&body, &decoded->sequence) ||
	    !cursor_u8(&body, &decoded->flags) || !cursor_skip(&body, 1))
		return DECODE_SHORT;
	return mobility_options_decode(message, FIXED_OCTETS, options, error_offset);
}
