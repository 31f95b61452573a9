/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/keyed_hash.h"

#include <string.h>

#include "support/unit.h"

/* Key and data of RFC 2202 §2, §3 and RFC 4231 §4.3, test case 2; the last by openssl dgst -md5. */
static const uint8_t key[] = {'J', 'e', 'f', 'e'};
static const uint8_t data[] = "what do ya want for nothing?";

static const struct {
	size_t octets;
	uint8_t output[KEYED_HASH_OCTETS_MAX];
} known[KEYED_HASHES] = {
	[KEYED_HASH_HMAC_MD5] = {16,
				 {0x75, 0x0c, 0x78, 0x3e, 0x6a, 0xb0, 0xb5, 0x03, 0xea, 0xa8, 0x6e,
				  0x31, 0x0a, 0x5d, 0xb7, 0x38}},
	[KEYED_HASH_HMAC_SHA1] = {20, {0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74,
				       0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79}},
	[KEYED_HASH_HMAC_SHA256] = {32, {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
					 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
					 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
					 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43}},
	[KEYED_HASH_MD5] = {16,
			    {0x7c, 0xc4, 0xf5, 0x3c, 0x56, 0xc1, 0x35, 0x20, 0x98, 0xe9, 0x89, 0x52,
			     0x9f, 0x5d, 0xb7, 0xfc}},
};

static size_t compute(enum keyed_hash kind, uint8_t out[static KEYED_HASH_OCTETS_MAX])
{
	return keyed_hash_compute(kind, key, sizeof(key), data, sizeof(data) - 1, out);
}

static void outputs_are_those_of_the_rfcs(void)
{
	uint8_t out[KEYED_HASH_OCTETS_MAX];

	for (unsigned int kind = 0; kind < KEYED_HASHES; kind++) {
		CU_ASSERT_EQUAL(keyed_hash_octets(kind), known[kind].octets);
		CU_ASSERT_EQUAL(compute(kind, out), known[kind].octets);
		CU_ASSERT_EQUAL(memcmp(out, known[kind].output, known[kind].octets), 0);
	}
}

/* Contexts are used again: nothing of the key or the data before is left in them. */
static void kinds_and_keys_in_turn_do_not_mix(void)
{
	static const uint8_t other[64] = {1};
	uint8_t out[KEYED_HASH_OCTETS_MAX];

	for (unsigned int kind = 0; kind < KEYED_HASHES; kind++) {
		CU_ASSERT_NOT_EQUAL(keyed_hash_compute(kind, other, sizeof(other), data, 1, out),
				    0);
		CU_ASSERT_NOT_EQUAL(memcmp(out, known[kind].output, known[kind].octets), 0);
		compute((kind + 1) % KEYED_HASHES, out);
		compute(kind, out);
		CU_ASSERT_EQUAL(memcmp(out, known[kind].output, known[kind].octets), 0);
	}
}

static void every_octet_counts_in_a_comparison(void)
{
	uint8_t a[KEYED_HASH_OCTETS_MAX] = {0};
	uint8_t b[KEYED_HASH_OCTETS_MAX] = {0};

	CU_ASSERT_TRUE(keyed_hash_equal(a, b, sizeof(a)));
	for (size_t i = 0; i < sizeof(a); i++) {
		b[i] ^= 1;
		CU_ASSERT_FALSE(keyed_hash_equal(a, b, sizeof(a)));
		CU_ASSERT_TRUE(keyed_hash_equal(a, b, i));
		b[i] ^= 1;
	}
}

static void wiped_secrets_are_gone(void)
{
	uint8_t secret[8] = {1, 2, 3, 4, 5, 6, 7, 8};
	static const uint8_t zero[7];

	keyed_hash_wipe(secret, 7);
	CU_ASSERT_EQUAL(memcmp(secret, zero, 7), 0);
	CU_ASSERT_EQUAL(secret[7], 8);
}

static void nothing_is_computed_before_start_or_after_stop(void)
{
	uint8_t out[KEYED_HASH_OCTETS_MAX];

	keyed_hash_stop();
	for (unsigned int kind = 0; kind < KEYED_HASHES; kind++)
		CU_ASSERT_EQUAL(compute(kind, out), 0);
	CU_ASSERT_EQUAL(keyed_hash_start(), 0);
	outputs_are_those_of_the_rfcs();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(outputs_are_those_of_the_rfcs),
		UNIT(kinds_and_keys_in_turn_do_not_mix),
		UNIT(every_octet_counts_in_a_comparison),
		UNIT(wiped_secrets_are_gone),
		UNIT(nothing_is_computed_before_start_or_after_stop),
	};
	int rc;

	if (keyed_hash_start() != 0)
		return 2;
	rc = unit_run("auth/keyed_hash", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return rc;
}
