/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/binding_error.h"

#include "ha/wire/ip6.h"

void binding_error_encode(enum binding_error_status status, const struct ip_addr *home,
			  uint8_t out[static BINDING_ERROR_OCTETS])
{
	struct writer w = writer_of(out, BINDING_ERROR_OCTETS);

	writer_u8(&w, PROTO_NONE);
	writer_u8(&w, BINDING_ERROR_OCTETS / 8 - 1);
	writer_u8(&w, MH_BINDING_ERROR);
	writer_u8(&w, 0);
	writer_u16(&w, 0); /* checksum */
	writer_u8(&w, (uint8_t)status);
	writer_u8(&w, 0);
	writer_addr(&w, home);
}

/* The RFC defines no options for this message; those that others may carry are passed over. */
enum decode_result binding_error_decode(struct cursor message, struct binding_error *error,
					uint16_t *error_offset)
{
	struct mobility_options options;
	struct cursor body = message;

	*error = (struct binding_error){0};
	if (!cursor_skip(&body, MH_FIXED_OCTETS) || !cursor_u8(&body, &error->status) ||
	    !cursor_skip(&body, 1) || !cursor_addr(&body, &error->home))
		return DECODE_SHORT;
	return mobility_options_decode(message, BINDING_ERROR_OCTETS, &options, error_offset);
}
