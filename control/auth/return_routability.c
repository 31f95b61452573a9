/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/return_routability.h"

#include <string.h>

#include <openssl/sha.h>

#include "auth/keyed_hash.h"

enum {
	SHA1_OCTETS = 20,
	CHECKSUM_OFFSET = 4,
	CHECKSUM_OCTETS = 2,
	AUTHENTICATED_OCTETS_MAX = 2 * sizeof(struct ip_addr) + MH_OCTETS_MAX,
};

static bool hmac_sha1(const uint8_t key[static SHA1_OCTETS], const uint8_t *input, size_t octets,
		      uint8_t *out, size_t out_octets)
{
	uint8_t mac[KEYED_HASH_OCTETS_MAX];
	bool is_done =
		keyed_hash_compute(KEYED_HASH_HMAC_SHA1, key, SHA1_OCTETS, input, octets, mac) != 0;

	if (is_done)
		memcpy(out, mac, out_octets);
	keyed_hash_wipe(mac, sizeof(mac)); /* the rest of a token is a secret, too */
	return is_done;
}

bool return_routability_token(const uint8_t kcn[static KCN_OCTETS],
			      const uint8_t nonce[static NONCE_OCTETS], enum keygen_kind kind,
			      const struct ip_addr *address,
			      uint8_t token[static KEYGEN_TOKEN_OCTETS])
{
	uint8_t input[sizeof(*address) + NONCE_OCTETS + 1];

	memcpy(input, address->bytes, sizeof(address->bytes));
	memcpy(input + sizeof(*address), nonce, NONCE_OCTETS);
	input[sizeof(input) - 1] = (uint8_t)kind;
	return hmac_sha1(kcn, input, sizeof(input), token, KEYGEN_TOKEN_OCTETS);
}

bool return_routability_kbm(const uint8_t home_token[static KEYGEN_TOKEN_OCTETS],
			    const uint8_t *care_of_token, uint8_t kbm[static KBM_OCTETS])
{
	uint8_t input[2 * KEYGEN_TOKEN_OCTETS];
	size_t octets = KEYGEN_TOKEN_OCTETS;
	bool is_done;

	memcpy(input, home_token, KEYGEN_TOKEN_OCTETS);
	if (care_of_token != NULL) {
		memcpy(input + octets, care_of_token, KEYGEN_TOKEN_OCTETS);
		octets += KEYGEN_TOKEN_OCTETS;
	}
	is_done = SHA1(input, octets, kbm) != NULL;
	keyed_hash_wipe(input, sizeof(input));
	return is_done;
}

bool return_routability_compute(const uint8_t kbm[static KBM_OCTETS], const struct ip_addr *care_of,
				const struct ip_addr *correspondent, const uint8_t *message,
				uint16_t covered, uint8_t out[static AUTHORIZATION_DATA_OCTETS])
{
	uint8_t input[AUTHENTICATED_OCTETS_MAX];
	uint8_t *header = input + 2 * sizeof(*care_of);

	if (covered < CHECKSUM_OFFSET + CHECKSUM_OCTETS || covered > MH_OCTETS_MAX)
		return false;
	memcpy(input, care_of->bytes, sizeof(care_of->bytes));
	memcpy(input + sizeof(*care_of), correspondent->bytes, sizeof(correspondent->bytes));
	memcpy(header, message, covered);
	memset(header + CHECKSUM_OFFSET, 0, CHECKSUM_OCTETS);
	return hmac_sha1(kbm, input, (size_t)(header + covered - input), out,
			 AUTHORIZATION_DATA_OCTETS);
}

bool return_routability_verify(const uint8_t kbm[static KBM_OCTETS], const struct ip_addr *care_of,
			       const struct ip_addr *correspondent, const uint8_t *message,
			       uint16_t covered,
			       const uint8_t data[static AUTHORIZATION_DATA_OCTETS])
{
	uint8_t expected[AUTHORIZATION_DATA_OCTETS];
	bool is_equal = return_routability_compute(kbm, care_of, correspondent, message, covered,
						   expected) &&
			keyed_hash_equal(expected, data, sizeof(expected));

	keyed_hash_wipe(expected, sizeof(expected)); /* what a forger wants */
	return is_equal;
}
