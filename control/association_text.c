/* SPDX-License-Identifier: BSD-3-Clause */
#include "association_text.h"

#include <string.h>

#include <openssl/crypto.h>

const char *const association_algorithms[] = {
	[MIP4_HMAC_MD5] = "hmac-md5",	    [MIP4_HMAC_SHA1] = "hmac-sha1",
	[MIP4_HMAC_SHA256] = "hmac-sha256", [MIP4_KEYED_MD5] = "keyed-md5",
	[MIP4_KEYED_MD5 + 1] = NULL,
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

size_t hex_decode(const char *text, uint8_t *octets, size_t room)
{
	size_t digits = strlen(text);

	if (digits % 2 != 0 || digits / 2 > room)
		return 0;
	for (size_t i = 0; i < digits / 2; i++) {
		int high = hex_digit(text[2 * i]);
		int low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return 0;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	return digits / 2;
}

bool association_set_key(struct mip4_association *association, const char *text)
{
	uint8_t key[MIP4_KEY_OCTETS_MAX];
	size_t octets = hex_decode(text, key, sizeof(key));

	if (octets >= MIP4_KEY_OCTETS_MIN) {
		association->key_octets = (uint8_t)octets;
		memcpy(association->key, key, octets);
	}
	OPENSSL_cleanse(key, sizeof(key));
	return octets >= MIP4_KEY_OCTETS_MIN;
}
