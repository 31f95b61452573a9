/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bcache: stands in for include/ha/bcache.h in bench_forward_rte_hash only: the same look-ups on
 * DPDK's rte_hash, lock-free and in bulk, to compare with.
 */
#ifndef HA_BCACHE_H
#define HA_BCACHE_H

#include <stdint.h>

#include <rte_hash.h>
#include <rte_prefetch.h>

#include "ha/binding.h"
#include "ha/ip_hash.h"

#define BCACHE_NAME "rte_hash"

enum { BCACHE_BULK_MAX = RTE_HASH_LOOKUP_BULK_MAX };

struct bcache {
	struct rte_hash *by_home;
};

static inline uint32_t bcache_hash(const struct bcache *cache, const struct ip_addr *home)
{
	(void)cache;
	return ip_addr_hash(home, sizeof(*home), 0);
}

static inline const struct binding *bcache_find(const struct bcache *cache,
						const struct ip_addr *home)
{
	void *found;

	return rte_hash_lookup_data(cache->by_home, home, &found) < 0 ? NULL : found;
}

struct bcache_keys {
	const struct ip_addr *homes[BCACHE_BULK_MAX];
	struct ip_addr addresses[BCACHE_BULK_MAX]; /* of words */
	hash_sig_t hashes[BCACHE_BULK_MAX];
	const struct binding *bindings[BCACHE_BULK_MAX];
};

static inline void bcache_keys_put(const struct bcache *cache, struct bcache_keys *keys, size_t i,
				   const struct ip_addr *home)
{
	keys->homes[i] = home;
	keys->hashes[i] = bcache_hash(cache, home);
}

static inline void bcache_words_put(const struct bcache *cache, struct bcache_keys *keys, size_t i,
				    uint64_t word)
{
	keys->addresses[i] = ip_addr_of_word(word);
	bcache_keys_put(cache, keys, i, &keys->addresses[i]);
}

static inline void bcache_keys_move(struct bcache_keys *keys, size_t to, size_t from)
{
	keys->homes[to] = keys->homes[from];
	keys->hashes[to] = keys->hashes[from];
}

static inline void bcache_keys_probe(const struct bcache *cache, struct bcache_keys *keys,
				     unsigned int count)
{
	uint64_t hits = 0;

	rte_hash_lookup_with_hash_bulk_data(cache->by_home, (const void **)(uintptr_t)keys->homes,
					    keys->hashes, count, &hits,
					    (void **)(uintptr_t)keys->bindings);
	for (unsigned int i = 0; i < count; i++)
		if (hits >> i & 1)
			rte_prefetch0(keys->bindings[i]);
		else
			keys->bindings[i] = NULL;
}

static inline const struct binding *bcache_keys_find(const struct bcache *cache,
						     struct bcache_keys *keys, unsigned int i)
{
	(void)cache;
	return keys->bindings[i];
}

static inline const struct binding *bcache_words_find(const struct bcache *cache,
						      struct bcache_keys *keys, unsigned int i)
{
	return bcache_keys_find(cache, keys, i);
}

/* Only the first of simultaneous bindings is measured. */
static inline const struct binding *bcache_next(const struct bcache *cache,
						const struct binding *binding)
{
	(void)cache;
	(void)binding;
	return NULL;
}

#endif
