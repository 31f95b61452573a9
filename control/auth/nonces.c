/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/nonces.h"

#include <sys/random.h>

#include "auth/keyed_hash.h"

enum {
	/* One more than are known at a time: none is written over while it counts. */
	RING = MAX_NONCE_LIFETIME_S / NONCE_PERIOD_S + 1,
	MS = 1000,
};

struct nonce {
	bool is_made;
	uint16_t index;
	uint64_t made_ms;
	uint8_t kcn[KCN_OCTETS];
	uint8_t value[NONCE_OCTETS];
};

static struct nonce ring[RING];
static unsigned int newest; /* in ring */

void nonces_forget(void)
{
	keyed_hash_wipe(ring, sizeof(ring));
	newest = 0;
}

static bool draw(void *out, size_t octets)
{
	return getrandom(out, octets, 0) == (ssize_t)octets;
}

/* RFC 6275 §5.2.2: a number that starts anywhere tells tokens from before a restart, which are
 * answered with 136 to 138, from those with a wrong authenticator. */
static bool make(uint64_t now_ms)
{
	unsigned int at = ring[newest].is_made ? (newest + 1) % RING : newest;
	struct nonce next = {.is_made = true, .made_ms = now_ms};

	if (!draw(next.kcn, sizeof(next.kcn)) || !draw(next.value, sizeof(next.value)) ||
	    !draw(&next.index, sizeof(next.index)))
		return false;
	if (ring[newest].is_made)
		next.index = (uint16_t)(ring[newest].index + 1);
	ring[at] = next;
	newest = at;
	keyed_hash_wipe(&next, sizeof(next));
	return true;
}

bool nonces_current(uint64_t now_ms, uint16_t *index)
{
	bool is_fresh = ring[newest].is_made &&
			now_ms - ring[newest].made_ms < (uint64_t)NONCE_PERIOD_S * MS;

	if (!is_fresh && !make(now_ms))
		return false;
	*index = ring[newest].index;
	return true;
}

static const struct nonce *find(uint16_t index, uint64_t now_ms)
{
	for (unsigned int i = 0; i < RING; i++)
		if (ring[i].is_made && ring[i].index == index)
			return now_ms - ring[i].made_ms < (uint64_t)MAX_NONCE_LIFETIME_S * MS
				       ? &ring[i]
				       : NULL;
	return NULL;
}

bool nonces_is_known(uint16_t index, uint64_t now_ms)
{
	return find(index, now_ms) != NULL;
}

uint64_t nonces_known_until_ms(uint16_t index, uint64_t now_ms)
{
	const struct nonce *nonce = find(index, now_ms);

	return nonce != NULL ? nonce->made_ms + (uint64_t)MAX_NONCE_LIFETIME_S * MS : 0;
}

bool nonces_token(uint16_t index, uint64_t now_ms, enum keygen_kind kind,
		  const struct ip_addr *address, uint8_t token[static KEYGEN_TOKEN_OCTETS])
{
	const struct nonce *nonce = find(index, now_ms);

	return nonce != NULL &&
	       return_routability_token(nonce->kcn, nonce->value, kind, address, token);
}
