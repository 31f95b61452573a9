/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/mn_ha.h"

#include <string.h>

#include "auth/keyed_hash.h"

enum {
	KEY_OCTETS = 16,
	CHECKSUM_OFFSET = 4,
	CHECKSUM_OCTETS = 2,
	INPUT_OCTETS_MAX = 2 * sizeof(struct ip_addr) + MH_OCTETS_MAX,
};

/* RFC 4285 §5.1: the checksum is not known yet when the sender computes this, so it counts as 0. */
static size_t write_input(uint8_t out[static INPUT_OCTETS_MAX], const struct ip_addr *care_of,
			  const struct ip_addr *home, const uint8_t *message, uint16_t covered)
{
	uint8_t *at = out;

	if (covered < CHECKSUM_OFFSET + CHECKSUM_OCTETS || covered > MH_OCTETS_MAX)
		return 0;
	memcpy(at, care_of->bytes, sizeof(care_of->bytes));
	at += sizeof(care_of->bytes);
	memcpy(at, home->bytes, sizeof(home->bytes));
	at += sizeof(home->bytes);
	memcpy(at, message, covered);
	memset(at + CHECKSUM_OFFSET, 0, CHECKSUM_OCTETS);
	return (size_t)(at + covered - out);
}

bool mn_ha_compute(const uint8_t key[static 16], const struct ip_addr *care_of,
		   const struct ip_addr *home, const uint8_t *message, uint16_t covered,
		   uint8_t out[static AUTH_MN_HA_DATA_OCTETS])
{
	uint8_t input[INPUT_OCTETS_MAX];
	size_t octets = write_input(input, care_of, home, message, covered);
	uint8_t mac[KEYED_HASH_OCTETS_MAX];
	bool is_done = octets != 0 && keyed_hash_compute(KEYED_HASH_HMAC_SHA1, key, KEY_OCTETS,
							 input, octets, mac) != 0;

	if (is_done)
		memcpy(out, mac, AUTH_MN_HA_DATA_OCTETS);
	keyed_hash_wipe(mac, sizeof(mac));
	return is_done;
}

bool mn_ha_verify(const uint8_t key[static 16], const struct ip_addr *care_of,
		  const struct ip_addr *home, const uint8_t *message, uint16_t covered,
		  const uint8_t data[static AUTH_MN_HA_DATA_OCTETS])
{
	uint8_t expected[AUTH_MN_HA_DATA_OCTETS];
	bool is_equal = mn_ha_compute(key, care_of, home, message, covered, expected) &&
			keyed_hash_equal(expected, data, sizeof(expected));

	keyed_hash_wipe(expected, sizeof(expected));
	return is_equal;
}
