/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The answers were computed with Python's hmac and hashlib, from the RFC's formulas:
 * hmac.new(kcn, address + nonce + kind, "sha1").digest()[:8], sha1(home_token + care_of_token),
 * hmac.new(kbm, care_of + correspondent + message, "sha1").digest()[:12].
 */
#include "auth/return_routability.h"

#include <string.h>

#include "auth/keyed_hash.h"
#include "support/unit.h"

static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
static const struct ip_addr correspondent = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0xff}};

static const uint8_t kcn[KCN_OCTETS] = {
	0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
	0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53,
};
static const uint8_t nonce[NONCE_OCTETS] = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7};

static const uint8_t home_token[KEYGEN_TOKEN_OCTETS] = {
	0xed, 0x5b, 0x5d, 0xc4, 0x6e, 0x64, 0x27, 0xce,
};
static const uint8_t care_of_token[KEYGEN_TOKEN_OCTETS] = {
	0x89, 0x6c, 0xf3, 0x0c, 0x07, 0x67, 0xb3, 0x05,
};
static const uint8_t kbm[KBM_OCTETS] = {
	0x8b, 0xae, 0x01, 0xa1, 0x32, 0x5d, 0x35, 0x6a, 0x40, 0x64,
	0x42, 0xff, 0x13, 0x7e, 0x9c, 0xed, 0x54, 0xa6, 0xd8, 0xc9,
};
static const uint8_t kbm_of_deletion[KBM_OCTETS] = {
	0xa9, 0x94, 0xe1, 0x68, 0xc8, 0x4b, 0x88, 0x30, 0xda, 0xa4,
	0x5c, 0x5e, 0x9f, 0x05, 0x20, 0x76, 0x7f, 0x60, 0x7f, 0x1a,
};

/* A Binding Update up to its authenticator: sequence 16, A, 420 s, nonce indices 7 and 8. */
static const uint8_t message[] = {
	0x3b, 0x03, 0x05, 0x00, 0x00, 0x00, 0x00, 0x10, 0x80, 0x00,
	0x00, 0x69, 0x04, 0x04, 0x00, 0x07, 0x00, 0x08, 0x05, 0x0c,
};
static const uint8_t authenticator[AUTHORIZATION_DATA_OCTETS] = {
	0xcc, 0xd1, 0x8f, 0x8c, 0xb9, 0x7d, 0x24, 0x58, 0x9e, 0x40, 0x54, 0x69,
};
/* The same with lifetime 0 and care-of nonce index 0, over the home address. */
static const uint8_t deletion[] = {
	0x3b, 0x03, 0x05, 0x00, 0x00, 0x00, 0x00, 0x10, 0x80, 0x00,
	0x00, 0x00, 0x04, 0x04, 0x00, 0x07, 0x00, 0x00, 0x05, 0x0c,
};
static const uint8_t authenticator_of_deletion[AUTHORIZATION_DATA_OCTETS] = {
	0xf8, 0xcd, 0xa1, 0xb6, 0x88, 0xd2, 0xde, 0x99, 0xf8, 0x53, 0x97, 0x1c,
};

static void tokens_are_those_of_another_implementation(void)
{
	uint8_t out[KEYGEN_TOKEN_OCTETS];

	CU_ASSERT_TRUE(return_routability_token(kcn, nonce, KEYGEN_HOME, &home, out));
	CU_ASSERT_EQUAL(memcmp(out, home_token, sizeof(out)), 0);
	CU_ASSERT_TRUE(return_routability_token(kcn, nonce, KEYGEN_CARE_OF, &care_of, out));
	CU_ASSERT_EQUAL(memcmp(out, care_of_token, sizeof(out)), 0);
}

static void home_and_care_of_tokens_of_one_address_differ(void)
{
	uint8_t a[KEYGEN_TOKEN_OCTETS];
	uint8_t b[KEYGEN_TOKEN_OCTETS];

	return_routability_token(kcn, nonce, KEYGEN_HOME, &home, a);
	return_routability_token(kcn, nonce, KEYGEN_CARE_OF, &home, b);
	CU_ASSERT_NOT_EQUAL(memcmp(a, b, sizeof(a)), 0);
}

static void keys_are_those_of_another_implementation(void)
{
	uint8_t out[KBM_OCTETS];

	CU_ASSERT_TRUE(return_routability_kbm(home_token, care_of_token, out));
	CU_ASSERT_EQUAL(memcmp(out, kbm, sizeof(out)), 0);
	CU_ASSERT_TRUE(return_routability_kbm(home_token, NULL, out));
	CU_ASSERT_EQUAL(memcmp(out, kbm_of_deletion, sizeof(out)), 0);
}

static void authenticators_are_those_of_another_implementation(void)
{
	uint8_t out[AUTHORIZATION_DATA_OCTETS];

	CU_ASSERT_TRUE(return_routability_compute(kbm, &care_of, &correspondent, message,
						  sizeof(message), out));
	CU_ASSERT_EQUAL(memcmp(out, authenticator, sizeof(out)), 0);
	CU_ASSERT_TRUE(return_routability_compute(kbm_of_deletion, &home, &correspondent, deletion,
						  sizeof(deletion), out));
	CU_ASSERT_EQUAL(memcmp(out, authenticator_of_deletion, sizeof(out)), 0);
}

static bool verify(const uint8_t *bytes, const uint8_t *data)
{
	return return_routability_verify(kbm, &care_of, &correspondent, bytes, sizeof(message),
					 data);
}

static void every_octet_but_the_checksum_counts(void)
{
	uint8_t changed[sizeof(message)];

	memcpy(changed, message, sizeof(message));
	for (size_t i = 0; i < sizeof(message); i++) {
		changed[i] ^= 1;
		CU_ASSERT_EQUAL(verify(changed, authenticator), i == 4 || i == 5);
		changed[i] ^= 1;
	}
}

static void every_octet_of_the_data_counts(void)
{
	uint8_t data[sizeof(authenticator)];

	memcpy(data, authenticator, sizeof(data));
	CU_ASSERT_TRUE(verify(message, data));
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] ^= 0x80;
		CU_ASSERT_FALSE(verify(message, data));
		data[i] ^= 0x80;
	}
}

static void both_addresses_count(void)
{
	CU_ASSERT_FALSE(return_routability_verify(kbm, &home, &correspondent, message,
						  sizeof(message), authenticator));
	CU_ASSERT_FALSE(return_routability_verify(kbm, &care_of, &home, message, sizeof(message),
						  authenticator));
}

static void impossible_lengths_are_refused(void)
{
	static const uint8_t large[MH_OCTETS_MAX + 1];
	uint8_t out[AUTHORIZATION_DATA_OCTETS];

	CU_ASSERT_FALSE(return_routability_compute(kbm, &care_of, &correspondent, message, 5, out));
	CU_ASSERT_TRUE(return_routability_compute(kbm, &care_of, &correspondent, large,
						  MH_OCTETS_MAX, out));
	CU_ASSERT_FALSE(return_routability_compute(kbm, &care_of, &correspondent, large,
						   MH_OCTETS_MAX + 1, out));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(tokens_are_those_of_another_implementation),
		UNIT(home_and_care_of_tokens_of_one_address_differ),
		UNIT(keys_are_those_of_another_implementation),
		UNIT(authenticators_are_those_of_another_implementation),
		UNIT(every_octet_but_the_checksum_counts),
		UNIT(every_octet_of_the_data_counts),
		UNIT(both_addresses_count),
		UNIT(impossible_lengths_are_refused),
	};

	int rc;

	if (keyed_hash_start() != 0)
		return 2;
	rc = unit_run("auth/return_routability", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return rc;
}
