/* SPDX-License-Identifier: BSD-3-Clause
 *
 * keyed_hash: the keyed hashes that messages are authenticated with.
 *
 * Shape      one context for each kind is kept and keyed anew for each message: to look an algorithm
 *            up by name costs more than to use it.
 * Threads    the control thread.
 * RFC        2104 (HMAC); 5944 §5.1, 2002 §3.5 (MD5 with the key as prefix and suffix).
 */
#ifndef CONTROL_AUTH_KEYED_HASH_H
#define CONTROL_AUTH_KEYED_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum keyed_hash {
	KEYED_HASH_HMAC_MD5,
	KEYED_HASH_HMAC_SHA1,
	KEYED_HASH_HMAC_SHA256,
	KEYED_HASH_MD5, /* of key, data, key */
	KEYED_HASHES,
};

enum { KEYED_HASH_OCTETS_MAX = 32 };

/* 0, or -ENOMEM: the library does not have them. Call once before the others; stop frees and wipes. */
int keyed_hash_start(void);
void keyed_hash_stop(void);

/* Octets of the output. */
size_t keyed_hash_octets(enum keyed_hash kind);

/* data in one piece: each piece handed to the library costs as much as a whole block. How many octets
 * were written; 0 only when the library fails. */
size_t keyed_hash_compute(enum keyed_hash kind, const uint8_t *key, size_t key_octets,
			  const uint8_t *data, size_t octets,
			  uint8_t out[static KEYED_HASH_OCTETS_MAX]);

/* In constant time. */
bool keyed_hash_equal(const uint8_t *a, const uint8_t *b, size_t octets);

/* For keys and authenticators that are not needed any more: while unsent or wrong, an authenticator
 * is what a forger wants. */
void keyed_hash_wipe(void *secret, size_t octets);

#endif
