/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/binding_update.h"

enum { FIXED_OCTETS = 12 };

enum decode_result binding_update_decode(struct cursor message, struct binding_update *update,
					 uint16_t *error_offset)
{
	struct cursor body = message;
	uint16_t lifetime_units;

	*update = (struct binding_update){0};
	if (!cursor_skip(&body, MH_FIXED_OCTETS) || !cursor_u16(&body, &update->sequence) ||
	    !cursor_u16(&body, &update->flags) || !cursor_u16(&body, &lifetime_units))
		return DECODE_SHORT;
	update->lifetime_s = LIFETIME_UNIT_S * (uint32_t)lifetime_units;
	return mobility_options_decode(message, FIXED_OCTETS, &update->options, error_offset);
}
