/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/keyed_hash.h"
#include "auth/mn_ha.h"

#include "support/unit.h"

static const uint8_t key[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};

static const uint8_t message[] = {
	0x3b, 0x04, 0x05, 0x00, 0x00, 0x00, 0x00, 0x01, 0xc0, 0x00, 0x00, 0x3c, 0x08, 0x04,
	0x01, 0x61, 0x40, 0x62, 0x01, 0x01, 0x00, 0x09, 0x11, 0x01, 0x00, 0x00, 0x01, 0x00,
};

static const uint8_t expected[AUTH_MN_HA_DATA_OCTETS] = {
	0x91, 0xb4, 0x4f, 0xaa, 0xed, 0x76, 0x5c, 0x3b, 0xe5, 0x5e, 0x2b, 0x0b,
};

static bool verify(const uint8_t *bytes, size_t covered)
{
	return mn_ha_verify(key, &care_of, &home, bytes, (uint16_t)covered, expected);
}

static void known_answer_is_computed(void)
{
	uint8_t out[AUTH_MN_HA_DATA_OCTETS];

	CU_ASSERT_TRUE(mn_ha_compute(key, &care_of, &home, message, sizeof(message), out));
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(out)), 0);
	CU_ASSERT_TRUE(verify(message, sizeof(message)));
}

static void checksum_in_the_message_does_not_count(void)
{
	uint8_t changed[sizeof(message)];

	memcpy(changed, message, sizeof(message));
	changed[4] = 0xab;
	changed[5] = 0xcd;
	CU_ASSERT_TRUE(verify(changed, sizeof(changed)));
	CU_ASSERT_EQUAL(changed[4], 0xab);
}

static void every_other_octet_counts(void)
{
	uint8_t changed[sizeof(message)];

	memcpy(changed, message, sizeof(message));
	for (size_t i = 0; i < sizeof(message); i++) {
		if (i == 4 || i == 5)
			continue;
		changed[i] ^= 1;
		CU_ASSERT_FALSE(verify(changed, sizeof(changed)));
		changed[i] ^= 1;
	}
}

static void every_octet_of_the_data_counts(void)
{
	uint8_t data[sizeof(expected)];

	memcpy(data, expected, sizeof(data));
	for (size_t i = 0; i < sizeof(data); i++) {
		data[i] ^= 0x80;
		CU_ASSERT_FALSE(mn_ha_verify(key, &care_of, &home, message, sizeof(message), data));
		data[i] ^= 0x80;
	}
}

static void key_and_addresses_count(void)
{
	static const uint8_t other_key[16];

	CU_ASSERT_FALSE(
		mn_ha_verify(other_key, &care_of, &home, message, sizeof(message), expected));
	CU_ASSERT_FALSE(mn_ha_verify(key, &home, &home, message, sizeof(message), expected));
	CU_ASSERT_FALSE(mn_ha_verify(key, &care_of, &care_of, message, sizeof(message), expected));
	CU_ASSERT_FALSE(mn_ha_verify(key, &home, &care_of, message, sizeof(message), expected));
}

static void keys_in_turn_do_not_mix(void)
{
	static const uint8_t other_key[16] = {9};
	uint8_t first[AUTH_MN_HA_DATA_OCTETS];
	uint8_t again[AUTH_MN_HA_DATA_OCTETS];

	mn_ha_compute(other_key, &care_of, &home, message, sizeof(message), first);
	CU_ASSERT_TRUE(verify(message, sizeof(message)));
	mn_ha_compute(other_key, &care_of, &home, message, sizeof(message), again);
	CU_ASSERT_EQUAL(memcmp(first, again, sizeof(first)), 0);
	CU_ASSERT_NOT_EQUAL(memcmp(first, expected, sizeof(first)), 0);
}

static void message_shorter_than_its_checksum_is_refused(void)
{
	uint8_t out[AUTH_MN_HA_DATA_OCTETS];

	CU_ASSERT_FALSE(mn_ha_compute(key, &care_of, &home, message, 5, out));
	CU_ASSERT_TRUE(mn_ha_compute(key, &care_of, &home, message, 6, out));
	CU_ASSERT_TRUE(verify(message, sizeof(message))); /* a failure leaves nothing behind */
}

static void nothing_verifies_before_start_or_after_stop(void)
{
	keyed_hash_stop();
	CU_ASSERT_FALSE(verify(message, sizeof(message)));
	CU_ASSERT_EQUAL(keyed_hash_start(), 0);
	CU_ASSERT_TRUE(verify(message, sizeof(message)));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(known_answer_is_computed),
		UNIT(checksum_in_the_message_does_not_count),
		UNIT(every_other_octet_counts),
		UNIT(every_octet_of_the_data_counts),
		UNIT(key_and_addresses_count),
		UNIT(keys_in_turn_do_not_mix),
		UNIT(message_shorter_than_its_checksum_is_refused),
		UNIT(nothing_verifies_before_start_or_after_stop),
	};
	int rc;

	if (keyed_hash_start() != 0)
		return 2;
	rc = unit_run("auth/mn_ha", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return rc;
}
