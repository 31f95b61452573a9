/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/refresh_request.h"

#include "support/unit.h"

static void message_has_the_layout_of_the_rfc(void)
{
	static const uint8_t expected[REFRESH_REQUEST_OCTETS] = {0x3b};
	uint8_t out[REFRESH_REQUEST_OCTETS];

	memset(out, 0xee, sizeof(out));
	refresh_request_encode(out);
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(out)), 0);
}

static void reserved_octets_are_ignored_and_options_are_not(void)
{
	uint8_t message[16] = {0x3b, 1, 0, 0, 0, 0, 0xff, 0xff, 200, 6};
	uint16_t error_offset;

	CU_ASSERT_EQUAL(refresh_request_decode(cursor_of(message, 16), &error_offset), DECODE_GOOD);
	CU_ASSERT_EQUAL(refresh_request_decode(cursor_of(message, 15), &error_offset),
			DECODE_SHORT);
	CU_ASSERT_EQUAL(refresh_request_decode(cursor_of(message, 7), &error_offset), DECODE_SHORT);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(message_has_the_layout_of_the_rfc),
		UNIT(reserved_octets_are_ignored_and_options_are_not),
	};

	return unit_run("mh/refresh_request", cases, UNIT_COUNT(cases));
}
