/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/nonces.h"

#include <string.h>

#include "auth/keyed_hash.h"
#include "support/unit.h"

static const struct ip_addr address = {{0x20, 1, 0xd, 0xb8, [15] = 1}};
static const uint64_t start_ms = 1000000;

static uint16_t current(uint64_t at_s)
{
	uint16_t index = 0;

	CU_ASSERT_TRUE(nonces_current(start_ms + at_s * 1000, &index));
	return index;
}

static bool is_known(uint16_t index, uint64_t at_s)
{
	return nonces_is_known(index, start_ms + at_s * 1000);
}

static void none_is_known_before_the_first(void)
{
	unsigned int known = 0;

	nonces_forget();
	for (unsigned int i = 0; i <= UINT16_MAX; i++)
		known += is_known((uint16_t)i, 0);
	CU_ASSERT_EQUAL(known, 0);
}

static void one_is_given_out_for_thirty_seconds(void)
{
	uint16_t first;

	nonces_forget();
	first = current(0);
	CU_ASSERT_EQUAL(current(29), first);
	CU_ASSERT_EQUAL(current(30), (uint16_t)(first + 1));
	CU_ASSERT_EQUAL(current(1000), (uint16_t)(first + 2));
	CU_ASSERT_TRUE(nonces_is_newer((uint16_t)(first + 1), first));
	CU_ASSERT_FALSE(nonces_is_newer(first, first));
	CU_ASSERT_TRUE(nonces_is_newer(0, 0xffff));
}

static void each_is_known_for_240_seconds_however_many_follow(void)
{
	uint16_t first;

	nonces_forget();
	first = current(0);
	for (uint64_t s = 1; s < 240; s++) {
		current(s);
		CU_ASSERT_TRUE(is_known(first, s));
	}
	CU_ASSERT_EQUAL(nonces_known_until_ms(first, start_ms), start_ms + 240000);
	CU_ASSERT_FALSE(is_known(first, 240));
	CU_ASSERT_EQUAL(nonces_known_until_ms(first, start_ms + 240000), 0);
	CU_ASSERT_FALSE(is_known((uint16_t)(current(240) + 1), 240));
}

static void token_stays_the_same_while_its_nonce_is_known(void)
{
	uint8_t before[KEYGEN_TOKEN_OCTETS];
	uint8_t after[KEYGEN_TOKEN_OCTETS];
	uint16_t first;

	nonces_forget();
	first = current(0);
	CU_ASSERT_TRUE(nonces_token(first, start_ms, KEYGEN_HOME, &address, before));
	for (uint64_t s = 30; s < 240; s += 30)
		current(s);
	CU_ASSERT_TRUE(nonces_token(first, start_ms + 239000, KEYGEN_HOME, &address, after));
	CU_ASSERT_EQUAL(memcmp(before, after, sizeof(before)), 0);
	CU_ASSERT_FALSE(nonces_token(first, start_ms + 240000, KEYGEN_HOME, &address, after));
}

static void every_nonce_makes_other_tokens(void)
{
	uint8_t a[KEYGEN_TOKEN_OCTETS];
	uint8_t b[KEYGEN_TOKEN_OCTETS];
	uint16_t first;

	nonces_forget();
	first = current(0);
	CU_ASSERT_TRUE(nonces_token(first, start_ms, KEYGEN_HOME, &address, a));
	CU_ASSERT_TRUE(nonces_token(current(30), start_ms + 30000, KEYGEN_HOME, &address, b));
	CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
	nonces_forget();
	CU_ASSERT_FALSE(is_known(first, 0));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(none_is_known_before_the_first),
		UNIT(one_is_given_out_for_thirty_seconds),
		UNIT(each_is_known_for_240_seconds_however_many_follow),
		UNIT(token_stays_the_same_while_its_nonce_is_known),
		UNIT(every_nonce_makes_other_tokens),
	};

	int rc;

	if (keyed_hash_start() != 0)
		return 2;
	rc = unit_run("auth/nonces", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return rc;
}
