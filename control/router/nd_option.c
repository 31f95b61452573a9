/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/nd_option.h"

enum { ADDRESS_BITS = 128 };

bool nd_option_take(struct cursor *options, uint8_t *type, struct cursor *data)
{
	struct cursor at = *options;
	uint8_t units;

	if (!cursor_u8(&at, type) || !cursor_u8(&at, &units) || units == 0 ||
	    !cursor_take(&at, (size_t)units * ND_OPTION_UNIT - 2, data))
		return false;
	*options = at;
	return true;
}

bool nd_options_are_whole(struct cursor options)
{
	struct cursor data;
	uint8_t type;

	while (cursor_left(&options) > 0)
		if (!nd_option_take(&options, &type, &data))
			return false;
	return true;
}

bool nd_prefix_decode(struct cursor data, struct nd_prefix *prefix)
{
	if (cursor_left(&data) != ND_PREFIX_OCTETS - 2)
		return false;
	cursor_u8(&data, &prefix->length);
	cursor_u8(&data, &prefix->flags);
	cursor_u32(&data, &prefix->valid_s);
	cursor_u32(&data, &prefix->preferred_s);
	cursor_skip(&data, 4);
	cursor_addr(&data, &prefix->address);
	return prefix->length <= ADDRESS_BITS;
}

bool nd_prefix_encode(struct writer *w, const struct nd_prefix *prefix)
{
	if (writer_left(w) < ND_PREFIX_OCTETS)
		return false;
	writer_u8(w, ND_PREFIX);
	writer_u8(w, ND_PREFIX_OCTETS / ND_OPTION_UNIT);
	writer_u8(w, prefix->length);
	writer_u8(w, prefix->flags);
	writer_u32(w, prefix->valid_s);
	writer_u32(w, prefix->preferred_s);
	writer_u32(w, 0);
	return writer_addr(w, &prefix->address);
}
