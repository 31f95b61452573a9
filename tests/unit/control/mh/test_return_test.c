/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/return_test.h"

#include "support/unit.h"

static const uint8_t init_octets[] = {0x3b, 1,	 1,   0,   0,	0,   0xee, 0xee,
				      'c',  'o', 'o', 'k', 'i', 'e', '7',  '8'};
static const uint8_t test_octets[] = {0x3b, 2,	 3,   0,   0,	0,   0x12, 0x34,
				      'c',  'o', 'o', 'k', 'i', 'e', '7',  '8',
				      't',  'o', 'k', 'e', 'n', '6', '7',  '8'};
static uint16_t error_offset;

static void init_is_read(void)
{
	struct test_init init;

	CU_ASSERT_EQUAL(test_init_decode(cursor_of(init_octets, 16), &init, &error_offset),
			DECODE_GOOD);
	CU_ASSERT_EQUAL(memcmp(init.cookie, "cookie78", 8), 0);
	for (size_t octets = 0; octets < sizeof(init_octets); octets++)
		CU_ASSERT_EQUAL(
			test_init_decode(cursor_of(init_octets, octets), &init, &error_offset),
			DECODE_SHORT);
}

static void test_is_read(void)
{
	struct return_test test;

	CU_ASSERT_EQUAL(return_test_decode(cursor_of(test_octets, 24), &test, &error_offset),
			DECODE_GOOD);
	CU_ASSERT_EQUAL(test.nonce_index, 0x1234);
	CU_ASSERT_EQUAL(memcmp(test.cookie, "cookie78", 8), 0);
	CU_ASSERT_EQUAL(memcmp(test.token, "token678", 8), 0);
	for (size_t octets = 0; octets < sizeof(test_octets); octets++)
		CU_ASSERT_EQUAL(
			return_test_decode(cursor_of(test_octets, octets), &test, &error_offset),
			DECODE_SHORT);
}

static void options_behind_are_judged_as_in_any_message(void)
{
	static const uint8_t unknown[] = {200, 6, 1, 2, 3, 4, 5, 6};
	static const uint8_t past_the_end[] = {200, 7, 1, 2, 3, 4, 5, 6};
	static const uint8_t wrong_length[] = {4, 6, 1, 2, 3, 4, 5, 6};
	uint8_t message[TEST_INIT_OCTETS + 8];
	struct cursor all = cursor_of(message, sizeof(message));
	struct test_init init;

	memcpy(message, init_octets, sizeof(init_octets));
	memcpy(message + TEST_INIT_OCTETS, unknown, 8);
	CU_ASSERT_EQUAL(test_init_decode(all, &init, &error_offset), DECODE_GOOD);
	memcpy(message + TEST_INIT_OCTETS, past_the_end, 8);
	CU_ASSERT_EQUAL(test_init_decode(all, &init, &error_offset), DECODE_SHORT);
	memcpy(message + TEST_INIT_OCTETS, wrong_length, 8);
	CU_ASSERT_EQUAL(test_init_decode(all, &init, &error_offset), DECODE_OPTION_LENGTH);
	CU_ASSERT_EQUAL(error_offset, TEST_INIT_OCTETS + 1);
}

static void tests_have_the_layout_of_the_rfc(void)
{
	struct return_test test = {.nonce_index = 0x1234};
	uint8_t out[RETURN_TEST_OCTETS];

	memcpy(test.cookie, "cookie78", 8);
	memcpy(test.token, "token678", 8);
	return_test_encode(MH_HOME_TEST, &test, out);
	CU_ASSERT_EQUAL(memcmp(out, test_octets, sizeof(out)), 0);
	return_test_encode(MH_CARE_OF_TEST, &test, out);
	CU_ASSERT_EQUAL(out[2], 4);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(init_is_read),
		UNIT(test_is_read),
		UNIT(options_behind_are_judged_as_in_any_message),
		UNIT(tests_have_the_layout_of_the_rfc),
	};

	return unit_run("mh/return_test", cases, UNIT_COUNT(cases));
}
