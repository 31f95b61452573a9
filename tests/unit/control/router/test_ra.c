/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/ra.h"

#include "support/unit.h"

/* Written down from RFC 4861 §4.2 and RFC 6275 §7. */
static const uint8_t wire[] = {
	134,  0, 0,    0,    64,   0xa0, 0x07, 0x08,
	0,    0, 0,    30,   0,	   0,	 0,    40,   /* M and H */
	1,    1, 2,    0,    0,	   0,	 0,    1,    /* link-layer address */
	5,    1, 0,    0,    0,	   0,	 5,    0xdc, /* MTU */
	3,    4, 64,   0xe0, 0,	   0,	 0x0e, 0x10,
	0,    0, 0x07, 0x08, 0,	   0,	 0,    0, /* prefix, L, A and R */
	0x20, 1, 0x0d, 0xb8, 0,	   0,	 0,    1,
	0,    0, 0,    0,    0,	   0,	 0,    0x99, /* its router address */
	7,    1, 0,    0,    0,	   0,	 0x07, 0xd0, /* interval */
	8,    1, 0x80, 0,    0x80, 1,	 0,    90,   /* home agent */
};

static struct router_advertisement ra;
static uint8_t copy[sizeof(wire) + 8];

static bool decode(size_t octets)
{
	return ra_decode(cursor_of(copy, octets), &ra);
}

static bool decode_changed(size_t at, uint8_t value)
{
	memcpy(copy, wire, sizeof(wire));
	copy[at] = value;
	return decode(sizeof(wire));
}

static void every_field_is_read(void)
{
	CU_ASSERT_TRUE_FATAL(decode_changed(0, 134));
	CU_ASSERT_EQUAL(ra.hop_limit, 64);
	CU_ASSERT_EQUAL(ra.flags, RA_FLAG_MANAGED | RA_FLAG_HOME_AGENT);
	CU_ASSERT_EQUAL(ra.lifetime_s, 1800);
	CU_ASSERT_EQUAL(ra.reachable_ms, 30);
	CU_ASSERT_EQUAL(ra.retransmit_ms, 40);
	CU_ASSERT_EQUAL(ra.mtu, 1500);
	CU_ASSERT_EQUAL(ra.interval_ms, 2000);
	CU_ASSERT_TRUE(ra.has_link_layer && ra.link_layer[5] == 1);
	CU_ASSERT_TRUE(ra.has_home_agent && ra.mobile_router);
	CU_ASSERT_EQUAL(ra.preference, 0x8001);
	CU_ASSERT_EQUAL(ra.home_agent_lifetime_s, 90);
	CU_ASSERT_EQUAL_FATAL(ra.prefix_count, 1);
	CU_ASSERT_EQUAL(ra.prefixes[0].length, 64);
	CU_ASSERT_EQUAL(ra.prefixes[0].flags, 0xe0);
	CU_ASSERT_EQUAL(ra.prefixes[0].valid_s, 3600);
	CU_ASSERT_EQUAL(ra.prefixes[0].preferred_s, 1800);
	CU_ASSERT_EQUAL(ra.prefixes[0].address.bytes[15], 0x99);
}

static void what_is_written_is_what_was_read(void)
{
	uint8_t out[RA_OCTETS_MAX];

	CU_ASSERT_TRUE_FATAL(decode_changed(0, 134));
	CU_ASSERT_EQUAL_FATAL(ra_encode(&ra, out), sizeof(wire));
	CU_ASSERT_EQUAL(memcmp(out, wire, sizeof(wire)), 0);
}

static void other_types_and_codes_are_none(void)
{
	CU_ASSERT_FALSE(decode_changed(0, 133));
	CU_ASSERT_FALSE(decode_changed(1, 1));
}

static void a_truncated_one_is_none_but_between_options(void)
{
	memcpy(copy, wire, sizeof(wire));
	for (size_t n = 0; n < sizeof(wire); n++) {
		bool between = n == 16 || n == 24 || n == 32 || n == 64 || n == 72;

		CU_ASSERT_EQUAL(decode(n), between);
	}
}

static void an_option_of_length_0_spoils_all(void)
{
	CU_ASSERT_FALSE(decode_changed(sizeof(wire) - 7, 0));
	CU_ASSERT_FALSE(decode_changed(sizeof(wire) - 7, 2));
}

static void unknown_options_and_impossible_prefixes_are_passed_over(void)
{
	CU_ASSERT_TRUE(decode_changed(sizeof(wire) - 8, 200));
	CU_ASSERT_FALSE(ra.has_home_agent);
	CU_ASSERT_TRUE(decode_changed(34, 129));
	CU_ASSERT_EQUAL(ra.prefix_count, 0);
}

static void more_prefixes_than_there_is_room_for_are_passed_over(void)
{
	static uint8_t many[16 + (RA_PREFIXES_MAX + 1) * ND_PREFIX_OCTETS];

	memcpy(many, wire, 16);
	for (size_t at = 16; at < sizeof(many); at += ND_PREFIX_OCTETS)
		memcpy(many + at, wire + 32, ND_PREFIX_OCTETS);
	CU_ASSERT_TRUE(ra_decode(cursor_of(many, sizeof(many)), &ra));
	CU_ASSERT_EQUAL(ra.prefix_count, RA_PREFIXES_MAX);
}

static void a_solicitation_from_nowhere_has_no_link_layer_address(void)
{
	static const uint8_t plain[] = {133, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t with[] = {133, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 0, 0, 0, 0, 1};

	CU_ASSERT_TRUE(rs_is_valid(cursor_of(plain, 8), true));
	CU_ASSERT_FALSE(rs_is_valid(cursor_of(plain, 7), true));
	CU_ASSERT_TRUE(rs_is_valid(cursor_of(with, 16), false));
	CU_ASSERT_FALSE(rs_is_valid(cursor_of(with, 16), true));
	CU_ASSERT_FALSE(rs_is_valid(cursor_of(with, 15), false));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(every_field_is_read),
		UNIT(what_is_written_is_what_was_read),
		UNIT(other_types_and_codes_are_none),
		UNIT(a_truncated_one_is_none_but_between_options),
		UNIT(an_option_of_length_0_spoils_all),
		UNIT(unknown_options_and_impossible_prefixes_are_passed_over),
		UNIT(more_prefixes_than_there_is_room_for_are_passed_over),
		UNIT(a_solicitation_from_nowhere_has_no_link_layer_address),
	};

	return unit_run("router/ra", cases, UNIT_COUNT(cases));
}
