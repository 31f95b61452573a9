/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/keyed_hash.h"

#include <errno.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

static const struct {
	const char *digest;
	size_t octets;
} kinds[KEYED_HASHES] = {
	[KEYED_HASH_HMAC_MD5] = {"MD5", 16},
	[KEYED_HASH_HMAC_SHA1] = {"SHA1", 20},
	[KEYED_HASH_HMAC_SHA256] = {"SHA256", 32},
	[KEYED_HASH_MD5] = {"MD5", 16},
};

static EVP_MAC *hmac;
static EVP_MAC_CTX *contexts[KEYED_HASHES]; /* of the HMACs */
static EVP_MD *md5;
static EVP_MD_CTX *md5_context;

static bool make_context(enum keyed_hash kind)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)kinds[kind].digest,
						 0),
		OSSL_PARAM_construct_end(),
	};

	contexts[kind] = EVP_MAC_CTX_new(hmac);
	return contexts[kind] != NULL && EVP_MAC_CTX_set_params(contexts[kind], params) == 1;
}

static bool make_all(void)
{
	hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	md5 = EVP_MD_fetch(NULL, kinds[KEYED_HASH_MD5].digest, NULL);
	md5_context = EVP_MD_CTX_new();
	return hmac != NULL && md5 != NULL && md5_context != NULL &&
	       make_context(KEYED_HASH_HMAC_MD5) && make_context(KEYED_HASH_HMAC_SHA1) &&
	       make_context(KEYED_HASH_HMAC_SHA256);
}

int keyed_hash_start(void)
{
	if (make_all())
		return 0;
	keyed_hash_stop();
	return -ENOMEM;
}

void keyed_hash_stop(void)
{
	for (unsigned int i = 0; i < KEYED_HASHES; i++) {
		EVP_MAC_CTX_free(contexts[i]); /* wipes the last key */
		contexts[i] = NULL;
	}
	EVP_MD_CTX_free(md5_context);
	EVP_MD_free(md5);
	EVP_MAC_free(hmac);
	md5_context = NULL;
	md5 = NULL;
	hmac = NULL;
}

size_t keyed_hash_octets(enum keyed_hash kind)
{
	return kinds[kind].octets;
}

static bool compute_hmac(enum keyed_hash kind, const uint8_t *key, size_t key_octets,
			 const uint8_t *data, size_t octets, uint8_t *out)
{
	EVP_MAC_CTX *context = contexts[kind];
	size_t length = 0;

	return context != NULL && EVP_MAC_init(context, key, key_octets, NULL) == 1 &&
	       EVP_MAC_update(context, data, octets) == 1 &&
	       EVP_MAC_final(context, out, &length, KEYED_HASH_OCTETS_MAX) == 1 &&
	       length == kinds[kind].octets;
}

static bool compute_md5(const uint8_t *key, size_t key_octets, const uint8_t *data, size_t octets,
			uint8_t *out)
{
	return md5_context != NULL && EVP_DigestInit_ex2(md5_context, md5, NULL) == 1 &&
	       EVP_DigestUpdate(md5_context, key, key_octets) == 1 &&
	       EVP_DigestUpdate(md5_context, data, octets) == 1 &&
	       EVP_DigestUpdate(md5_context, key, key_octets) == 1 &&
	       EVP_DigestFinal_ex(md5_context, out, NULL) == 1;
}

size_t keyed_hash_compute(enum keyed_hash kind, const uint8_t *key, size_t key_octets,
			  const uint8_t *data, size_t octets,
			  uint8_t out[static KEYED_HASH_OCTETS_MAX])
{
	bool is_done = kind == KEYED_HASH_MD5
			       ? compute_md5(key, key_octets, data, octets, out)
			       : compute_hmac(kind, key, key_octets, data, octets, out);

	return is_done ? kinds[kind].octets : 0;
}

bool keyed_hash_equal(const uint8_t *a, const uint8_t *b, size_t octets)
{
	return CRYPTO_memcmp(a, b, octets) == 0;
}

void keyed_hash_wipe(void *secret, size_t octets)
{
	OPENSSL_cleanse(secret, octets);
}
