/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Whole messages in octets are as tshark 4.0.17 reads them; system/revocation.py asks it again about what is sent.
 */
#include "mh/binding_revocation.h"

#include "mh/mh.h"
#include "support/unit.h"

static uint8_t out[BINDING_REVOCATION_OCTETS_MAX];
static uint8_t *auth_data;
static uint16_t covered;
static struct binding_revocation decoded;
static struct mobility_options options;
static uint16_t error_offset;

static const struct binding_revocation indication = {
	.type = BINDING_REVOCATION_INDICATION,
	.reason = REVOCATION_ADMINISTRATIVE,
	.sequence = 0x1234,
};

static uint16_t encode(const struct mobility_proof *proof)
{
	memset(out, 0xee, sizeof(out));
	return binding_revocation_encode(&indication, proof, out, sizeof(out), &auth_data,
					 &covered);
}

static enum decode_result decode(const uint8_t *message, size_t octets)
{
	return binding_revocation_decode(cursor_of(message, octets), &decoded, &options,
					 &error_offset);
}

static void plain_indication_has_four_octets_of_padding_and_header_len_1(void)
{
	static const uint8_t expected[] = {0x3b, 1,    16, 0, 0, 0, 1, 1,
					   0x12, 0x34, 0,  0, 1, 2, 0, 0};
	const struct mobility_proof none = {0};

	CU_ASSERT_EQUAL(encode(&none), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(expected)), 0);
	CU_ASSERT_PTR_NULL(auth_data);
}

static void the_authentication_option_ends_the_message(void)
{
	static const uint8_t identifier[254] = "mobile@example.net";

	for (unsigned int length = 1; length <= sizeof(identifier); length++) {
		const struct mobility_proof proof = {identifier, (uint8_t)length, true, 256};
		uint16_t octets = encode(&proof);

		CU_ASSERT_NOT_EQUAL_FATAL(octets, 0);
		CU_ASSERT_EQUAL(decode(out, octets), DECODE_GOOD);
		CU_ASSERT_EQUAL(options.identifier_length, length);
		CU_ASSERT_TRUE(options.identifier_before_auth);
		CU_ASSERT_TRUE(options.mn_ha.is_last);
		CU_ASSERT_EQUAL(options.mn_ha.covered, covered);
		CU_ASSERT_PTR_EQUAL(auth_data + AUTH_MN_HA_DATA_OCTETS, out + octets);
	}
}

static void every_size_too_small_is_refused(void)
{
	const struct mobility_proof proof = {(const uint8_t *)"a@b", 3, true, 256};
	uint16_t octets = encode(&proof);

	for (uint16_t size = 0; size < octets; size++) {
		CU_ASSERT_EQUAL(binding_revocation_encode(&indication, &proof, out, size,
							  &auth_data, &covered),
				0);
		CU_ASSERT_PTR_NULL(auth_data);
	}
}

static void acknowledgement_is_read_field_by_field(void)
{
	static const uint8_t message[] = {0x3b, 1,    16,   0,	  0xaa, 0xbb, 2, 132,
					  0xfe, 0xdc, 0xa0, 0xff, 1,	2,    0, 0};

	CU_ASSERT_EQUAL(decode(message, sizeof(message)), DECODE_GOOD);
	CU_ASSERT_EQUAL(decoded.type, BINDING_REVOCATION_ACKNOWLEDGEMENT);
	CU_ASSERT_EQUAL(decoded.reason, 132);
	CU_ASSERT_EQUAL(decoded.sequence, 0xfedc);
	CU_ASSERT_EQUAL(decoded.flags, REVOCATION_FLAG_PROXY | REVOCATION_FLAG_GLOBAL);
}

static void every_length_too_short_is_short(void)
{
	static const uint8_t message[12] = {0x3b, 1, 16, 0, 0, 0, 2};

	for (size_t octets = 0; octets < sizeof(message); octets++)
		CU_ASSERT_EQUAL(decode(message, octets), DECODE_SHORT);
	CU_ASSERT_EQUAL(decode(message, sizeof(message)), DECODE_GOOD);
}

static void a_wrong_option_length_is_pointed_at_and_an_unknown_option_skipped(void)
{
	uint8_t message[] = {0x3b, 2, 16, 0, 0, 0, 2, 0, 0, 1, 0, 0,
			     200,  2, 9,  9, 3, 4, 0, 0, 0, 0, 0, 0};

	CU_ASSERT_EQUAL(decode(message, sizeof(message)), DECODE_OPTION_LENGTH);
	CU_ASSERT_EQUAL(error_offset, 17);
	message[16] = 201;
	CU_ASSERT_EQUAL(decode(message, sizeof(message)), DECODE_GOOD);
	message[17] = 7;
	CU_ASSERT_EQUAL(decode(message, sizeof(message)), DECODE_SHORT);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(plain_indication_has_four_octets_of_padding_and_header_len_1),
		UNIT(the_authentication_option_ends_the_message),
		UNIT(every_size_too_small_is_refused),
		UNIT(acknowledgement_is_read_field_by_field),
		UNIT(every_length_too_short_is_short),
		UNIT(a_wrong_option_length_is_pointed_at_and_an_unknown_option_skipped),
	};

	return unit_run("mh/binding_revocation", cases, UNIT_COUNT(cases));
}
