/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/options.h"

#include "support/unit.h"

enum { FIRST = 12, UNSET = 0xffff };

static struct mobility_options options;
static uint16_t error_offset;

/* Twelve octets of fixed part, then what is given. */
static enum decode_result decode(const uint8_t *bytes, size_t length)
{
	static uint8_t message[MH_OCTETS_MAX + 64];

	error_offset = UNSET;
	memset(message, 0, FIRST);
	memcpy(message + FIRST, bytes, length);
	return mobility_options_decode(cursor_of(message, FIRST + length), FIRST, &options,
				       &error_offset);
}

#define DECODE(...) decode((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

#define ADDRESS 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9
#define TWELVE	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12
#define SPI	0, 0, 1, 0

/* At offset 12 and later: what brings the next option to its alignment. */
#define MN_HA	       9, 17, 1, SPI, TWELVE /* after PAD_TO_13 or any 19 octets and one */
#define MN_AAA	       9, 7, 2, 0, 0, 0, 3, 0xaa, 0xbb
#define PAD_TO_13      0
#define PAD_TO_14      1, 0
#define PAD_TO_18      1, 4, 0, 0, 0, 0
#define MESSAGE_ID     10, 8, 1, 2, 3, 4, 5, 6, 7, 8
#define ALTERNATE_COA  3, 16, ADDRESS
#define NETWORK_PREFIX 6, 18, 0, 64, ADDRESS
#define NAI	       8, 4, 1, 'a', '@', 'b'

static void no_options_are_good(void)
{
	CU_ASSERT_EQUAL(decode((const uint8_t[]){0}, 0), DECODE_GOOD);
	CU_ASSERT_FALSE(options.mn_ha.present);
	CU_ASSERT_PTR_NULL(options.identifier);
}

static void first_past_the_end_is_short(void)
{
	uint8_t message[8] = {0};

	CU_ASSERT_EQUAL(mobility_options_decode(cursor_of(message, sizeof(message)), FIRST,
						&options, &error_offset),
			DECODE_SHORT);
}

static void message_longer_than_any_header_len_is_short(void)
{
	static const uint8_t zero[MH_OCTETS_MAX - FIRST + 1];

	CU_ASSERT_EQUAL(decode(zero, MH_OCTETS_MAX - FIRST), DECODE_GOOD);
	CU_ASSERT_EQUAL(decode(zero, MH_OCTETS_MAX - FIRST + 1), DECODE_SHORT);
}

static void padding_is_passed_over_whatever_it_holds(void)
{
	CU_ASSERT_EQUAL(DECODE(0, 0, 1, 0, 1, 2, 0xff, 0xff), DECODE_GOOD);
}

static void option_without_length_octet_is_short(void)
{
	CU_ASSERT_EQUAL(DECODE(0, 0, 0, 3), DECODE_SHORT);
	CU_ASSERT_EQUAL(DECODE(0, 0, 0, 1), DECODE_SHORT);
	CU_ASSERT_EQUAL(DECODE(0, 0, 0, 99), DECODE_SHORT);
}

static void option_past_the_end_is_short(void)
{
	CU_ASSERT_EQUAL(DECODE(1, 3, 0, 0), DECODE_SHORT);
	CU_ASSERT_EQUAL(DECODE(99, 3, 0, 0), DECODE_SHORT);
	CU_ASSERT_EQUAL(DECODE(4, 4, 0, 0), DECODE_SHORT);
	CU_ASSERT_EQUAL(DECODE(4, 255, 0, 0, 0, 0), DECODE_SHORT);
}

static void unknown_option_is_skipped_by_its_length(void)
{
	CU_ASSERT_EQUAL(DECODE(200, 2, 9, 17, 4, 4, 0, 1, 0, 2), DECODE_GOOD);
	CU_ASSERT_FALSE(options.mn_ha.present);
	CU_ASSERT_TRUE(options.has_nonce_indices);
}

static void refresh_advice_is_read(void)
{
	CU_ASSERT_EQUAL(DECODE(2, 2, 0x12, 0x34), DECODE_GOOD);
	CU_ASSERT_TRUE(options.has_refresh_advice);
	CU_ASSERT_EQUAL(options.refresh_advice_units, 0x1234);
}

static void alternate_care_of_is_read(void)
{
	static const struct ip_addr expected = {{ADDRESS}};

	CU_ASSERT_EQUAL(DECODE(PAD_TO_14, ALTERNATE_COA), DECODE_GOOD);
	CU_ASSERT_TRUE(options.has_alternate_care_of);
	CU_ASSERT_TRUE(ip_addr_equal(&options.alternate_care_of, &expected));
}

static void nonce_indices_are_read(void)
{
	CU_ASSERT_EQUAL(DECODE(4, 4, 1, 2, 3, 4), DECODE_GOOD);
	CU_ASSERT_EQUAL(options.home_nonce_index, 0x102);
	CU_ASSERT_EQUAL(options.care_of_nonce_index, 0x304);
}

static void binding_authorization_is_noticed_at_any_alignment(void)
{
	CU_ASSERT_EQUAL(DECODE(5, 12, TWELVE), DECODE_GOOD);
	CU_ASSERT_TRUE(options.has_binding_authorization);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, 5, 12, TWELVE), DECODE_GOOD);
	CU_ASSERT_TRUE(options.has_binding_authorization);
}

static void network_prefixes_are_counted(void)
{
	CU_ASSERT_EQUAL(DECODE(NETWORK_PREFIX, 1, 2, 0, 0, NETWORK_PREFIX), DECODE_GOOD);
	CU_ASSERT_EQUAL(options.network_prefix_count, 2);
}

static void identifier_is_read_without_its_subtype(void)
{
	CU_ASSERT_EQUAL(DECODE(NAI), DECODE_GOOD);
	CU_ASSERT_EQUAL_FATAL(options.identifier_length, 3);
	CU_ASSERT_EQUAL(memcmp(options.identifier, "a@b", 3), 0);
	CU_ASSERT_TRUE(options.identifier_before_auth);
}

static void identifier_of_another_subtype_is_not_a_nai(void)
{
	CU_ASSERT_EQUAL(DECODE(8, 4, 2, 'a', '@', 'b'), DECODE_GOOD);
	CU_ASSERT_PTR_NULL(options.identifier);
	CU_ASSERT_FALSE(options.identifier_before_auth);
	CU_ASSERT_EQUAL(DECODE(8, 3, 2, 'x', 'y', NAI), DECODE_GOOD);
	CU_ASSERT_EQUAL(options.identifier_length, 3);
}

static void identifier_after_authentication_is_told(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, NAI), DECODE_GOOD);
	CU_ASSERT_PTR_NOT_NULL(options.identifier);
	CU_ASSERT_FALSE(options.identifier_before_auth);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, 9, 5, 77, SPI, NAI), DECODE_GOOD);
	CU_ASSERT_FALSE(options.identifier_before_auth);
}

static void message_id_is_read(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_18, MESSAGE_ID), DECODE_GOOD);
	CU_ASSERT_TRUE(options.has_message_id);
	CU_ASSERT_EQUAL(options.message_id_ntp, UINT64_C(0x0102030405060708));
}

static void authentication_covers_up_to_the_spi(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA), DECODE_GOOD);
	CU_ASSERT_TRUE(options.mn_ha.present);
	CU_ASSERT_TRUE(options.mn_ha.is_last);
	CU_ASSERT_EQUAL(options.mn_ha.spi, 256);
	CU_ASSERT_EQUAL(options.mn_ha.covered, 13 + 7);
	CU_ASSERT_EQUAL(options.mn_ha.data_length, AUTH_MN_HA_DATA_OCTETS);
	CU_ASSERT_EQUAL(memcmp(options.mn_ha.data, (const uint8_t[]){TWELVE}, 12), 0);
}

static void authentication_is_last_before_padding_only(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, 0, 1, 2, 0, 0), DECODE_GOOD);
	CU_ASSERT_TRUE(options.mn_ha.is_last);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, 200, 0), DECODE_GOOD);
	CU_ASSERT_FALSE(options.mn_ha.is_last);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, 4, 4, 0, 1, 0, 1), DECODE_GOOD);
	CU_ASSERT_FALSE(options.mn_ha.is_last);
}

static void mn_aaa_after_mn_ha_is_good(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, 0, MN_AAA), DECODE_GOOD);
	CU_ASSERT_TRUE(options.mn_ha.is_last);
	CU_ASSERT_TRUE(options.mn_aaa.is_last);
	CU_ASSERT_EQUAL(options.mn_aaa.spi, 3);
	CU_ASSERT_EQUAL(options.mn_aaa.data_length, 2);
}

static void nothing_but_mn_aaa_stands_behind_mn_ha(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, 0, MN_AAA, 200, 0), DECODE_GOOD);
	CU_ASSERT_FALSE(options.mn_ha.is_last);
	CU_ASSERT_FALSE(options.mn_aaa.is_last);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, 200, 3, 0, 0, 0, MN_AAA), DECODE_GOOD);
	CU_ASSERT_FALSE(options.mn_ha.is_last);
}

static void mn_aaa_before_mn_ha_is_out_of_order(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_AAA, 1, 1, 0, MN_HA), DECODE_OPTION_ORDER);
}

static void unknown_authentication_subtype_is_skipped(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, 9, 6, 77, SPI, 0, 1, 2, 0, 0, MN_HA), DECODE_GOOD);
	CU_ASSERT_TRUE(options.mn_ha.present);
	CU_ASSERT_EQUAL(options.mn_ha.covered, 25 + 7);
}

static void repeated_option_is_out_of_order(void)
{
	CU_ASSERT_EQUAL(DECODE(PAD_TO_14, ALTERNATE_COA, 1, 4, 0, 0, 0, 0, ALTERNATE_COA),
			DECODE_OPTION_ORDER);
	CU_ASSERT_EQUAL(DECODE(4, 4, 0, 1, 0, 1, 4, 4, 0, 1, 0, 1), DECODE_OPTION_ORDER);
	CU_ASSERT_EQUAL(DECODE(NAI, NAI), DECODE_OPTION_ORDER);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_18, MESSAGE_ID, 1, 4, 0, 0, 0, 0, MESSAGE_ID),
			DECODE_OPTION_ORDER);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_HA, 0, MN_HA), DECODE_OPTION_ORDER);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, MN_AAA, 1, 1, 0, MN_AAA), DECODE_OPTION_ORDER);
}

struct sized {
	uint8_t type;
	uint8_t length; /* the good one */
	uint8_t align_y;
	uint8_t align_n;
};

static const struct sized fixed_sizes[] = {
	{2, 2, 0, 2},  {3, 16, 6, 8}, {4, 4, 0, 2},  {5, 12, 0, 1},
	{6, 18, 4, 8}, {9, 17, 1, 4}, {10, 8, 2, 8},
};

/* The option of that length at the first good place plus shift, enough octets behind it. */
static enum decode_result decode_sized(const struct sized *s, unsigned int length,
				       unsigned int shift, uint16_t *at)
{
	uint8_t bytes[320] = {0};
	unsigned int where = (s->align_n + s->align_y - FIRST % s->align_n) % s->align_n + shift;

	bytes[where] = s->type;
	bytes[where + 1] = (uint8_t)length;
	bytes[where + 2] = s->type == MOPT_AUTHENTICATION ? AUTH_SUBTYPE_MN_HA : 0;
	*at = (uint16_t)(FIRST + where);
	return decode(bytes, where + 2 + length);
}

static void wrong_length_of_a_known_option_points_at_its_length_octet(void)
{
	uint16_t at;

	for (size_t i = 0; i < UNIT_COUNT(fixed_sizes); i++) {
		const struct sized *s = &fixed_sizes[i];

		CU_ASSERT_EQUAL(decode_sized(s, s->length, 0, &at), DECODE_GOOD);
		CU_ASSERT_EQUAL(decode_sized(s, s->length - 1u, 0, &at), DECODE_OPTION_LENGTH);
		CU_ASSERT_EQUAL(error_offset, at + 1);
		CU_ASSERT_EQUAL(decode_sized(s, s->length + 1u, 0, &at), DECODE_OPTION_LENGTH);
		CU_ASSERT_EQUAL(error_offset, at + 1);
		CU_ASSERT_EQUAL(decode_sized(s, 0, 0, &at), DECODE_OPTION_LENGTH);
	}
}

static void every_shift_out_of_alignment_is_refused(void)
{
	uint16_t at;

	for (size_t i = 0; i < UNIT_COUNT(fixed_sizes); i++)
		for (unsigned int shift = 1; shift < 8; shift++) {
			const struct sized *s = &fixed_sizes[i];
			enum decode_result result = decode_sized(s, s->length, shift, &at);

			if (shift % s->align_n == 0)
				CU_ASSERT_EQUAL(result, DECODE_GOOD)
			else
				CU_ASSERT_EQUAL(result, DECODE_OPTION_ALIGNMENT);
		}
}

static void option_shorter_than_its_minimum_is_refused(void)
{
	CU_ASSERT_EQUAL(DECODE(8, 1, 1), DECODE_OPTION_LENGTH);
	CU_ASSERT_EQUAL(error_offset, 13);
	CU_ASSERT_EQUAL(DECODE(8, 2, 1, 'a'), DECODE_GOOD);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, 9, 4, 77, 0, 0, 0), DECODE_OPTION_LENGTH);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, 9, 5, 77, SPI), DECODE_GOOD);
	CU_ASSERT_EQUAL(DECODE(PAD_TO_13, 9, 5, 1, SPI), DECODE_OPTION_LENGTH);
}

static void binding_authorization_is_last_only_at_the_very_end(void)
{
	CU_ASSERT_EQUAL(DECODE(4, 4, 0, 1, 0, 2, 5, 12, TWELVE), DECODE_GOOD);
	CU_ASSERT_TRUE(options.binding_authorization_is_last);
	CU_ASSERT_EQUAL(options.binding_authorization_covered, FIRST + 8);
	CU_ASSERT_EQUAL(options.binding_authorization[0], 1);
	CU_ASSERT_EQUAL(options.binding_authorization[11], 12);
	CU_ASSERT_EQUAL(DECODE(5, 12, TWELVE, 0), DECODE_GOOD);
	CU_ASSERT_FALSE(options.binding_authorization_is_last);
	CU_ASSERT_EQUAL(DECODE(5, 12, TWELVE, 1, 0), DECODE_GOOD);
	CU_ASSERT_FALSE(options.binding_authorization_is_last);
	CU_ASSERT_EQUAL(DECODE(5, 12, TWELVE, 4, 4, 0, 1, 0, 2), DECODE_GOOD);
	CU_ASSERT_FALSE(options.binding_authorization_is_last);
	CU_ASSERT_EQUAL(DECODE(5, 12, TWELVE, 5, 12, TWELVE), DECODE_GOOD);
	CU_ASSERT_TRUE(options.binding_authorization_is_last);
	CU_ASSERT_EQUAL(options.binding_authorization_covered, FIRST + 16);
}

static void padding_fills_exactly(void)
{
	uint8_t out[16];

	for (size_t n = 0; n <= 7; n++) {
		struct writer w = writer_of(out, sizeof(out));

		memset(out, 0xee, sizeof(out));
		CU_ASSERT_TRUE(mobility_padding_encode(&w, n));
		CU_ASSERT_EQUAL((size_t)(w.at - out), n);
		CU_ASSERT_EQUAL(out[n], 0xee);
		CU_ASSERT_EQUAL(decode(out, n), DECODE_GOOD);
	}
	CU_ASSERT_EQUAL(out[0], MOPT_PADN);
	CU_ASSERT_EQUAL(out[1], 5);
}

static void padding_without_room_writes_nothing(void)
{
	uint8_t out[8];

	for (size_t n = 1; n <= 7; n++) {
		struct writer w = writer_of(out, n - 1);

		CU_ASSERT_FALSE(mobility_padding_encode(&w, n));
		CU_ASSERT_PTR_EQUAL(w.at, out);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(no_options_are_good),
		UNIT(first_past_the_end_is_short),
		UNIT(message_longer_than_any_header_len_is_short),
		UNIT(padding_is_passed_over_whatever_it_holds),
		UNIT(option_without_length_octet_is_short),
		UNIT(option_past_the_end_is_short),
		UNIT(unknown_option_is_skipped_by_its_length),
		UNIT(refresh_advice_is_read),
		UNIT(alternate_care_of_is_read),
		UNIT(nonce_indices_are_read),
		UNIT(binding_authorization_is_noticed_at_any_alignment),
		UNIT(binding_authorization_is_last_only_at_the_very_end),
		UNIT(network_prefixes_are_counted),
		UNIT(identifier_is_read_without_its_subtype),
		UNIT(identifier_of_another_subtype_is_not_a_nai),
		UNIT(identifier_after_authentication_is_told),
		UNIT(message_id_is_read),
		UNIT(authentication_covers_up_to_the_spi),
		UNIT(authentication_is_last_before_padding_only),
		UNIT(mn_aaa_after_mn_ha_is_good),
		UNIT(nothing_but_mn_aaa_stands_behind_mn_ha),
		UNIT(mn_aaa_before_mn_ha_is_out_of_order),
		UNIT(unknown_authentication_subtype_is_skipped),
		UNIT(repeated_option_is_out_of_order),
		UNIT(wrong_length_of_a_known_option_points_at_its_length_octet),
		UNIT(every_shift_out_of_alignment_is_refused),
		UNIT(option_shorter_than_its_minimum_is_refused),
		UNIT(padding_fills_exactly),
		UNIT(padding_without_room_writes_nothing),
	};

	return unit_run("mh/options", cases, UNIT_COUNT(cases));
}
