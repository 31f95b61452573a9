/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/auth.h"

#include <string.h>

#include "mip4/message.h"
#include "support/unit.h"

/* A request up to the SPI and its authenticator by HMAC-MD5 with key 00 01 … 0f, computed with two
 * other libraries. */
static const uint8_t covered[] = {
	0x01, 0x02, 0x02, 0x58, 0x0a, 0x00, 0x00, 0x02, 0x0a, 0x00, 0x00, 0x01, 0xc0, 0x00, 0x02,
	0x02, 0xe0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x20, 0x14, 0x00, 0x00, 0x01, 0x00,
};
static const uint8_t authenticator[] = {
	0xcc, 0x90, 0x63, 0xf6, 0x95, 0x80, 0x04, 0x77,
	0x96, 0x7b, 0x04, 0x56, 0x9b, 0x96, 0xad, 0xa8,
};

static struct mip4_association association;
static uint8_t message[MIP4_MESSAGE_MAX];
static struct writer w;

static void start(enum mip4_algorithm algorithm)
{
	association = (struct mip4_association){
		.spi = 256,
		.algorithm = (uint8_t)algorithm,
		.key_octets = 16,
		.key = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	};
	w = writer_of(message, sizeof(message));
	writer_bytes(&w, covered, MIP4_REQUEST_OCTETS);
}

static struct cursor written(void)
{
	return cursor_of(message, (size_t)(w.at - message));
}

static bool is_right(void)
{
	struct mip4_request request;

	return mip4_request_decode(written(), &request) == MIP4_DECODED &&
	       mip4_auth_verify(&association, written(), &request.extensions.mn_ha);
}

static void known_answer_is_computed(void)
{
	uint8_t out[MIP4_AUTHENTICATOR_MAX];

	start(MIP4_HMAC_MD5);
	CU_ASSERT_EQUAL(mip4_auth_compute(&association, covered, sizeof(covered), out),
			sizeof(authenticator));
	CU_ASSERT_EQUAL(memcmp(out, authenticator, sizeof(authenticator)), 0);
}

static void appended_extension_is_that_of_the_rfc(void)
{
	start(MIP4_HMAC_MD5);
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w));
	CU_ASSERT_EQUAL(w.at - message, sizeof(covered) + sizeof(authenticator));
	CU_ASSERT_EQUAL(memcmp(message, covered, sizeof(covered)), 0);
	CU_ASSERT_EQUAL(memcmp(message + sizeof(covered), authenticator, sizeof(authenticator)), 0);
}

static void every_algorithm_verifies_what_it_made_and_nothing_else_does(void)
{
	static const size_t octets[] = {16, 20, 32, 16};

	for (unsigned int made = MIP4_HMAC_MD5; made <= MIP4_KEYED_MD5; made++) {
		start(made);
		CU_ASSERT_EQUAL(mip4_auth_octets(&association), octets[made]);
		CU_ASSERT_EQUAL(mip4_auth_extension_octets(&association), 6 + octets[made]);
		CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w));
		CU_ASSERT_EQUAL(w.at - message, MIP4_REQUEST_OCTETS + 6 + octets[made]);
		for (unsigned int read = MIP4_HMAC_MD5; read <= MIP4_KEYED_MD5; read++) {
			association.algorithm = (uint8_t)read;
			CU_ASSERT_EQUAL(is_right(), read == made);
		}
	}
}

static void every_octet_counts(void)
{
	start(MIP4_HMAC_MD5);
	mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w);
	CU_ASSERT_TRUE(is_right());
	for (uint8_t *at = message; at < w.at; at++) {
		*at ^= 0x40;
		CU_ASSERT_FALSE(is_right());
		*at ^= 0x40;
	}
	CU_ASSERT_TRUE(is_right());
}

/* RFC 5944 §3.5.1: what follows is somebody else's. */
static void what_stands_behind_does_not_count(void)
{
	start(MIP4_HMAC_MD5);
	mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w);
	mip4_nai_append((const uint8_t *)"x", 1, &w);
	CU_ASSERT_TRUE(is_right());
}

static void spi_key_and_key_length_count(void)
{
	start(MIP4_HMAC_MD5);
	mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w);
	association.spi++;
	CU_ASSERT_FALSE(is_right());
	association.spi--;
	association.key[15] ^= 1;
	CU_ASSERT_FALSE(is_right());
	association.key[15] ^= 1;
	association.key_octets--;
	CU_ASSERT_FALSE(is_right());
	association.key_octets++;
	CU_ASSERT_TRUE(is_right());
}

/* A shorter authenticator would be one that is easier to guess. */
static void authenticator_of_another_length_is_wrong(void)
{
	for (uint8_t octets = 1; octets <= 32; octets++) {
		uint8_t zero[32] = {0};

		start(MIP4_HMAC_MD5);
		writer_u8(&w, MIP4_EXT_MN_HA);
		writer_u8(&w, (uint8_t)(4 + octets));
		writer_u32(&w, 256);
		mip4_auth_compute(&association, message, (size_t)(w.at - message), zero);
		writer_bytes(&w, zero, octets);
		CU_ASSERT_EQUAL(is_right(), octets == 16);
	}
}

static void no_extension_is_wrong(void)
{
	const struct mip4_auth_extension none = {0};

	start(MIP4_HMAC_MD5);
	association.spi = 0;
	CU_ASSERT_FALSE(mip4_auth_verify(&association, written(), &none));
}

static void nothing_is_appended_without_room(void)
{
	for (unsigned int algorithm = MIP4_HMAC_MD5; algorithm <= MIP4_KEYED_MD5; algorithm++) {
		size_t octets;

		start(algorithm);
		octets = mip4_auth_extension_octets(&association);
		w.end = w.at + octets - 1;
		CU_ASSERT_FALSE(mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w));
		CU_ASSERT_EQUAL(w.at - message, MIP4_REQUEST_OCTETS);
		w.end++;
		CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w));
	}
}

static void nothing_verifies_without_the_library(void)
{
	start(MIP4_HMAC_MD5);
	mip4_auth_append(MIP4_EXT_MN_HA, &association, message, &w);
	keyed_hash_stop();
	CU_ASSERT_FALSE(is_right());
	CU_ASSERT_FALSE(mip4_auth_append(MIP4_EXT_FA_HA, &association, message, &w));
	CU_ASSERT_EQUAL_FATAL(keyed_hash_start(), 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(known_answer_is_computed),
		UNIT(appended_extension_is_that_of_the_rfc),
		UNIT(every_algorithm_verifies_what_it_made_and_nothing_else_does),
		UNIT(every_octet_counts),
		UNIT(what_stands_behind_does_not_count),
		UNIT(spi_key_and_key_length_count),
		UNIT(authenticator_of_another_length_is_wrong),
		UNIT(no_extension_is_wrong),
		UNIT(nothing_is_appended_without_room),
		UNIT(nothing_verifies_without_the_library),
	};
	int rc;

	if (keyed_hash_start() != 0)
		return 2;
	rc = unit_run("mip4/auth", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return rc;
}
