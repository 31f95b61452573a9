/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/binding_ack.h"

#include "support/unit.h"

static uint8_t out[BINDING_ACK_OCTETS_MAX];
static uint8_t *auth_data;
static uint16_t covered;

static uint16_t encode(const struct binding_ack *ack)
{
	memset(out, 0xee, sizeof(out));
	return binding_ack_encode(ack, out, sizeof(out), &auth_data, &covered);
}

static enum decode_result decode_options(uint16_t octets, struct mobility_options *options)
{
	uint16_t error_offset;

	return mobility_options_decode(cursor_of(out, octets), 12, options, &error_offset);
}

static void plain_acknowledgement_is_sixteen_octets(void)
{
	static const uint8_t expected[] = {0x3b, 1,    6, 0,  0, 0, 135, 0,
					   0x12, 0x34, 0, 15, 1, 2, 0,	 0};
	const struct binding_ack ack = {.status = 135, .sequence = 0x1234, .lifetime_s = 60};

	CU_ASSERT_EQUAL(encode(&ack), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(expected)), 0);
	CU_ASSERT_PTR_NULL(auth_data);
	CU_ASSERT_EQUAL(covered, 0);
}

static void flags_are_octet_seven(void)
{
	const struct binding_ack ack = {.flags = BA_FLAG_KEY_MANAGEMENT};

	encode(&ack);
	CU_ASSERT_EQUAL(out[7], 0x80);
}

static void lifetime_is_rounded_down_and_capped(void)
{
	struct binding_ack ack = {.lifetime_s = 63};

	encode(&ack);
	CU_ASSERT_EQUAL(out[10] << 8 | out[11], 15);
	ack.lifetime_s = 262144;
	encode(&ack);
	CU_ASSERT_EQUAL(out[10] << 8 | out[11], 0xffff);
}

static void refresh_advice_is_in_units_of_four_seconds(void)
{
	struct binding_ack ack = {.lifetime_s = 60, .refresh_advice_s = 43};
	struct mobility_options options;

	CU_ASSERT_EQUAL(decode_options(encode(&ack), &options), DECODE_GOOD);
	CU_ASSERT_TRUE(options.has_refresh_advice);
	CU_ASSERT_EQUAL(options.refresh_advice_units, 10);
	ack.refresh_advice_s = 3;
	CU_ASSERT_EQUAL(decode_options(encode(&ack), &options), DECODE_GOOD);
	CU_ASSERT_FALSE(options.has_refresh_advice);
}

/* With every length of identifier, all options must land on their alignment and the MN-HA option on
 * the end. */
static void every_identifier_length_keeps_the_alignments(void)
{
	static const uint8_t identifier[254] = "mobile@example.net";
	struct mobility_options options;

	for (unsigned int length = 1; length <= sizeof(identifier); length++) {
		const struct binding_ack ack = {
			.identifier = identifier,
			.identifier_length = (uint8_t)length,
			.has_message_id = true,
			.message_id_ntp = UINT64_C(0xe5f2345678abcdef),
			.refresh_advice_s = 40,
			.lifetime_s = 60,
			.has_auth = true,
			.spi = 256,
		};
		uint16_t octets = encode(&ack);

		CU_ASSERT_EQUAL_FATAL(decode_options(octets, &options), DECODE_GOOD);
		CU_ASSERT_EQUAL(octets % 8, 0);
		CU_ASSERT_EQUAL(out[1], octets / 8 - 1);
		CU_ASSERT_EQUAL(options.identifier_length, length);
		CU_ASSERT_TRUE(options.identifier_before_auth);
		CU_ASSERT_EQUAL(options.message_id_ntp, ack.message_id_ntp);
		CU_ASSERT_TRUE(options.mn_ha.is_last);
		CU_ASSERT_EQUAL(options.mn_ha.spi, 256);
		CU_ASSERT_EQUAL(options.mn_ha.covered, covered);
		CU_ASSERT_PTR_EQUAL(options.mn_ha.data, auth_data);
		CU_ASSERT_PTR_EQUAL(auth_data + AUTH_MN_HA_DATA_OCTETS, out + octets);
		CU_ASSERT_EQUAL(out[octets], 0xee);
	}
}

static void authenticator_is_left_zero(void)
{
	static const uint8_t zero[AUTH_MN_HA_DATA_OCTETS];
	const struct binding_ack ack = {.has_auth = true, .spi = 256};

	CU_ASSERT_EQUAL(encode(&ack), 32);
	CU_ASSERT_EQUAL(covered, 20);
	CU_ASSERT_EQUAL(memcmp(auth_data, zero, sizeof(zero)), 0);
	CU_ASSERT_EQUAL(out[4] | out[5], 0);
}

static void identifier_too_long_for_its_option_is_refused(void)
{
	static const uint8_t identifier[255];
	const struct binding_ack ack = {.identifier = identifier, .identifier_length = 255};

	CU_ASSERT_EQUAL(encode(&ack), 0);
}

static void every_size_too_small_is_refused(void)
{
	static const uint8_t identifier[] = "a@b";
	const struct binding_ack ack = {
		.identifier = identifier,
		.identifier_length = 3,
		.has_message_id = true,
		.refresh_advice_s = 40,
		.has_auth = true,
	};
	uint16_t octets = encode(&ack);

	CU_ASSERT_NOT_EQUAL_FATAL(octets, 0);
	for (uint16_t size = 0; size < octets; size++) {
		CU_ASSERT_EQUAL(binding_ack_encode(&ack, out, size, &auth_data, &covered), 0);
		CU_ASSERT_PTR_NULL(auth_data);
	}
	CU_ASSERT_EQUAL(binding_ack_encode(&ack, out, octets, &auth_data, &covered), octets);
}

static void authorization_is_last_without_padding(void)
{
	struct binding_ack ack = {.has_authorization = true};
	struct mobility_options options;
	uint16_t error_offset;
	uint16_t octets;

	for (uint32_t advice_s = 0; advice_s <= 40; advice_s += 40) {
		ack.refresh_advice_s = advice_s;
		octets = encode(&ack);
		CU_ASSERT_EQUAL(octets, 32);
		CU_ASSERT_EQUAL(covered, 20);
		CU_ASSERT_PTR_EQUAL(auth_data + AUTHORIZATION_DATA_OCTETS, out + octets);
		CU_ASSERT_EQUAL(mobility_options_decode(cursor_of(out, octets), 12, &options,
							&error_offset),
				DECODE_GOOD);
		CU_ASSERT_TRUE(options.binding_authorization_is_last);
		CU_ASSERT_EQUAL(options.binding_authorization_covered, covered);
		CU_ASSERT_FALSE(options.mn_ha.present);
	}
	for (uint16_t size = 0; size < 32; size++)
		CU_ASSERT_EQUAL(binding_ack_encode(&ack, out, size, &auth_data, &covered), 0);
}

static void what_is_encoded_is_decoded(void)
{
	const struct binding_ack ack = {
		.status = 135, .flags = 0xc0, .sequence = 0x1234, .lifetime_s = 420};
	struct received_ack back;
	uint16_t error_offset;
	uint16_t octets = encode(&ack);

	CU_ASSERT_EQUAL(binding_ack_decode(cursor_of(out, octets), &back, &error_offset),
			DECODE_GOOD);
	CU_ASSERT_EQUAL(back.status, 135);
	CU_ASSERT_EQUAL(back.flags, 0xc0);
	CU_ASSERT_EQUAL(back.sequence, 0x1234);
	CU_ASSERT_EQUAL(back.lifetime_s, 420);
	for (uint16_t size = 0; size < 12; size++)
		CU_ASSERT_EQUAL(binding_ack_decode(cursor_of(out, size), &back, &error_offset),
				DECODE_SHORT);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(plain_acknowledgement_is_sixteen_octets),
		UNIT(flags_are_octet_seven),
		UNIT(lifetime_is_rounded_down_and_capped),
		UNIT(refresh_advice_is_in_units_of_four_seconds),
		UNIT(every_identifier_length_keeps_the_alignments),
		UNIT(authenticator_is_left_zero),
		UNIT(identifier_too_long_for_its_option_is_refused),
		UNIT(every_size_too_small_is_refused),
		UNIT(authorization_is_last_without_padding),
		UNIT(what_is_encoded_is_decoded),
	};

	return unit_run("mh/binding_ack", cases, UNIT_COUNT(cases));
}
