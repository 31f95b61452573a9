/* SPDX-License-Identifier: BSD-3-Clause */
#include "checksum.h"
#include "ha/wire/ip6.h"
#include "mh/binding_error.h"

#include "support/unit.h"

static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 7}};
static const struct ip_addr home_agent = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0xff}};

static void message_has_the_layout_of_the_rfc(void)
{
	static const uint8_t start[] = {0x3b, 2, 7, 0, 0, 0, 1, 0};
	uint8_t out[BINDING_ERROR_OCTETS];

	memset(out, 0xee, sizeof(out));
	binding_error_encode(BINDING_ERROR_UNKNOWN_BINDING, &home, out);
	CU_ASSERT_EQUAL(memcmp(out, start, sizeof(start)), 0);
	CU_ASSERT_EQUAL(memcmp(out + 8, home.bytes, 16), 0);
}

static void unknown_type_is_status_2(void)
{
	static const struct ip_addr none;
	uint8_t out[BINDING_ERROR_OCTETS];

	binding_error_encode(BINDING_ERROR_UNKNOWN_TYPE, &none, out);
	CU_ASSERT_EQUAL(out[6], 2);
	CU_ASSERT_EQUAL(memcmp(out + 8, none.bytes, 16), 0);
}

static void message_passes_our_own_checks(void)
{
	uint8_t out[BINDING_ERROR_OCTETS];
	struct mh_header header;
	uint16_t checksum;

	binding_error_encode(BINDING_ERROR_UNKNOWN_BINDING, &home, out);
	checksum = ip6_checksum(&home_agent, &home, PROTO_MOBILITY, out, sizeof(out));
	out[4] = (uint8_t)(checksum >> 8);
	out[5] = (uint8_t)checksum;
	CU_ASSERT_EQUAL(mh_check(cursor_of(out, sizeof(out)), &home_agent, &home, &header),
			MH_GOOD);
	CU_ASSERT_EQUAL(header.type, MH_BINDING_ERROR);
}

static void what_is_encoded_is_decoded(void)
{
	uint8_t out[BINDING_ERROR_OCTETS];
	struct binding_error error;
	uint16_t error_offset;

	binding_error_encode(BINDING_ERROR_UNKNOWN_TYPE, &home, out);
	CU_ASSERT_EQUAL(binding_error_decode(cursor_of(out, sizeof(out)), &error, &error_offset),
			DECODE_GOOD);
	CU_ASSERT_EQUAL(error.status, 2);
	CU_ASSERT_TRUE(ip_addr_equal(&error.home, &home));
	for (size_t size = 0; size < sizeof(out); size++)
		CU_ASSERT_EQUAL(binding_error_decode(cursor_of(out, size), &error, &error_offset),
				DECODE_SHORT);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(message_has_the_layout_of_the_rfc),
		UNIT(unknown_type_is_status_2),
		UNIT(message_passes_our_own_checks),
		UNIT(what_is_encoded_is_decoded),
	};

	return unit_run("mh/binding_error", cases, UNIT_COUNT(cases));
}
