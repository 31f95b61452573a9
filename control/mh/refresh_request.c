/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/refresh_request.h"

#include "ha/wire/ip6.h"

void refresh_request_encode(uint8_t out[static REFRESH_REQUEST_OCTETS])
{
	memset(out, 0, REFRESH_REQUEST_OCTETS);
	out[0] = PROTO_NONE;
	out[2] = MH_BINDING_REFRESH_REQUEST;
}

enum decode_result refresh_request_decode(struct cursor message, uint16_t *error_offset)
{
	struct mobility_options options;

	return mobility_options_decode(message, REFRESH_REQUEST_OCTETS, &options, error_offset);
}
