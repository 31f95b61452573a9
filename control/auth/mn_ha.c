/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/mn_ha.h"

#include <errno.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

enum {
	KEY_OCTETS = 16,
	SHA1_OCTETS = 20,
	CHECKSUM_OFFSET = 4,
	CHECKSUM_OCTETS = 2,
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

static bool add(const uint8_t *bytes, size_t length)
{
	return EVP_MAC_update(context, bytes, length) == 1;
}

/* RFC 4285 §5.1: the checksum is not known yet when the sender computes this, so it counts as 0. */
static bool add_message(const uint8_t *message, uint16_t covered)
{
	static const uint8_t no_checksum[CHECKSUM_OCTETS];
	const uint16_t after = CHECKSUM_OFFSET + CHECKSUM_OCTETS;

	return covered >= after && add(message, CHECKSUM_OFFSET) &&
	       add(no_checksum, sizeof(no_checksum)) &&
	       add(message + after, (size_t)(covered - after));
}

bool mn_ha_compute(const uint8_t key[static 16], const struct ip_addr *care_of,
		   const struct ip_addr *home, const uint8_t *message, uint16_t covered,
		   uint8_t out[static AUTH_MN_HA_DATA_OCTETS])
{
	uint8_t mac[SHA1_OCTETS];
	size_t length = 0;
	bool is_done = context != NULL && EVP_MAC_init(context, key, KEY_OCTETS, NULL) == 1 &&
		       add(care_of->bytes, sizeof(care_of->bytes)) &&
		       add(home->bytes, sizeof(home->bytes)) && add_message(message, covered) &&
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
