/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/mn_ha.h"

#include <errno.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

enum {
	KEY_OCTETS = 16,
	SHA1_OCTETS = 20,
	CHECKSUM_OFFSET = 4,
	CHECKSUM_OCTETS = 2,
	INPUT_OCTETS_MAX = 2 * sizeof(struct ip_addr) + MH_OCTETS_MAX,
};

static EVP_MAC *hmac;
static EVP_MAC_CTX *context;

/* The digest is chosen once here: looking it up by name costs more than the authenticator itself.
 */
int mn_ha_start(void)
{
	char digest[] = "SHA1";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};

	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	context = hmac != NULL ? EVP_MAC_CTX_new(hmac) : NULL;
	if (context != NULL && EVP_MAC_CTX_set_params(context, params) == 1)
		return 0;
	mn_ha_stop();
	return -ENOMEM;
}

void mn_ha_stop(void)
{
	EVP_MAC_CTX_free(context); /* wipes the last key */
	EVP_MAC_free(hmac);
	context = NULL;
	hmac = NULL;
}

/* RFC 4285 §5.1: the checksum is not known yet when the sender computes this, so it counts as 0. One
 * piece of memory, because each piece handed to the library costs as much as a whole block. */
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
	uint8_t mac[SHA1_OCTETS];
	size_t length = 0;
	bool is_done = octets != 0 && context != NULL &&
		       EVP_MAC_init(context, key, KEY_OCTETS, NULL) == 1 &&
		       EVP_MAC_update(context, input, octets) == 1 &&
		       EVP_MAC_final(context, mac, &length, sizeof(mac)) == 1 &&
		       length == sizeof(mac);

	if (is_done)
		memcpy(out, mac, AUTH_MN_HA_DATA_OCTETS);
	OPENSSL_cleanse(mac, sizeof(mac)); /* while unsent or wrong, it is what a forger wants */
	return is_done;
}

bool mn_ha_verify(const uint8_t key[static 16], const struct ip_addr *care_of,
		  const struct ip_addr *home, const uint8_t *message, uint16_t covered,
		  const uint8_t data[static AUTH_MN_HA_DATA_OCTETS])
{
	uint8_t expected[AUTH_MN_HA_DATA_OCTETS];
	bool is_equal = mn_ha_compute(key, care_of, home, message, covered, expected) &&
			CRYPTO_memcmp(expected, data, sizeof(expected)) == 0;

	OPENSSL_cleanse(expected, sizeof(expected));
	return is_equal;
}
