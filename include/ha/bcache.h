/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bcache: the binding cache, read side.
 *
 * Finds the binding in force for a home address.
 *
 * Shape      a hash table of buckets in front of an array of bindings. A bucket is one cache line: a
 *            16-bit tag of the key and the binding's index, ten times. A look-up reads one bucket
 *            and one binding, both prefetched for a whole burst at a time. A bucket holds four keys
 *            on average at capacity, so that one to five keys in a thousand, as fewer or more have
 *            come and gone, lie in an overflow bucket behind their own.
 * Bytes      addresses in network order, all else in host order.
 * Ownership  the control thread's; a pointer to a binding is good until the worker next reports
 *            quiescent.
 * Threads    any worker, any time, without locks. One writer: control/bcache.h. A key that stays in
 *            force is found by every look-up, whatever happens to others meanwhile; a key moves from
 *            one binding to the next in one store, so a reader sees the old or the new one.
 * Errors     a miss is NULL; nothing here fails.
 * RFC        6275 §10.1, §10.4.1.
 */
#ifndef HA_BCACHE_H
#define HA_BCACHE_H

#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "ha/binding.h"
#include "ha/fold.h"

enum {
	BCACHE_SLOTS = 10, /* what fits a cache line */
	BCACHE_BULK_MAX = 64,
};

struct bcache_bucket {
	uint16_t tags[BCACHE_SLOTS]; /* 0: the slot is free; written last, cleared first */
	uint32_t indexes[BCACHE_SLOTS];
	uint32_t next; /* bucket with the keys that found no room here; 0: none */
} __attribute__((aligned(64)));

_Static_assert(sizeof(struct bcache_bucket) == 64, "a bucket is one cache line");

struct bcache {
	const struct bcache_bucket *buckets; /* bucket_count, then the overflow buckets */
	const struct binding *bindings;
	uint64_t secret[2]; /* of the hash: nobody outside can make keys collide */
	uint32_t bucket_count;
};

/* Where a key belongs. */
struct bcache_place {
	uint32_t bucket;
	uint32_t hash; /* of which the tag is the lower half */
	uint16_t tag;  /* never 0 */
};

/* Two folded multiplications: the first brings the key and the secret together, the second spreads
 * what home addresses in a row leave in patterns. */
static inline struct bcache_place bcache_place_of(const struct bcache *cache, uint64_t first,
						  uint64_t second)
{
	uint64_t mixed = fold(first ^ cache->secret[0], second ^ cache->secret[1]);
	uint64_t hash = fold(mixed, UINT64_C(0x9e3779b97f4a7c15)) | 1;

	return (struct bcache_place){
		.bucket = (uint32_t)((hash >> 32) * cache->bucket_count >> 32),
		.hash = (uint32_t)hash,
		.tag = (uint16_t)hash,
	};
}

static inline struct bcache_place bcache_place(const struct bcache *cache,
					       const struct ip_addr *home)
{
	return bcache_place_of(cache, ip_addr_word(home, 0), ip_addr_word(home, 1));
}

/* A number that spreads evenly over keys, for other uses as well. */
static inline uint32_t bcache_hash(const struct bcache *cache, const struct ip_addr *home)
{
	return bcache_place(cache, home).hash;
}

/* A bit for each slot with that tag. What the slot's index says must be read after this. */
#if defined(__SSE2__) && !defined(__SANITIZE_THREAD__)
static inline uint32_t bcache_match(const struct bcache_bucket *bucket, uint16_t tag)
{
	const __m128i *tags = (const __m128i *)(const void *)bucket;
	__m128i wanted = _mm_set1_epi16((short)tag);
	__m128i first = _mm_cmpeq_epi16(_mm_load_si128(&tags[0]), wanted);
	__m128i second = _mm_cmpeq_epi16(_mm_load_si128(&tags[1]), wanted); /* and indexes */

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(first, second)) &
	       ((1 << BCACHE_SLOTS) - 1);
}
#else
static inline uint32_t bcache_match(const struct bcache_bucket *bucket, uint16_t tag)
{
	uint32_t match = 0;

	for (unsigned int i = 0; i < BCACHE_SLOTS; i++)
		if (__atomic_load_n(&bucket->tags[i], __ATOMIC_ACQUIRE) == tag)
			match |= UINT32_C(1) << i;
	return match;
}
#endif

/* The binding in the first slot of a match that is not 0. */
static inline const struct binding *bcache_first(const struct bcache *cache,
						 const struct bcache_bucket *bucket, uint32_t match)
{
	unsigned int slot = (unsigned int)__builtin_ctz(match);

	return &cache->bindings[__atomic_load_n(&bucket->indexes[slot], __ATOMIC_ACQUIRE)];
}

static inline const struct binding *bcache_find(const struct bcache *cache,
						const struct ip_addr *home)
{
	struct bcache_place place = bcache_place(cache, home);
	uint32_t at = place.bucket;

	do {
		const struct bcache_bucket *bucket = &cache->buckets[at];
		uint32_t match = bcache_match(bucket, place.tag);

		while (match != 0) {
			const struct binding *binding = bcache_first(cache, bucket, match);

			if (ip_addr_equal(&binding->home, home))
				return binding;
			match &= match - 1;
		}
		at = __atomic_load_n(&bucket->next, __ATOMIC_ACQUIRE);
	} while (at != 0);
	return NULL;
}

/* The keys of a burst on their way through the table, in three steps, so that its cache misses
 * overlap: as each is put here its bucket is fetched, then the bindings that the tags lead to are, then
 * each is found by comparison. hashes are those of bcache_hash. */
struct bcache_keys {
	union {
		const struct ip_addr *homes[BCACHE_BULK_MAX];
		uint64_t words[BCACHE_BULK_MAX]; /* the second halves of keys whose first is 0 */
	};
	const struct bcache_bucket *buckets[BCACHE_BULK_MAX];
	const struct binding *bindings[BCACHE_BULK_MAX]; /* those probed, in the end those found */
	uint32_t hashes[BCACHE_BULK_MAX];
};

static inline void bcache_keys_fetch(const struct bcache *cache, struct bcache_keys *keys, size_t i,
				     struct bcache_place place)
{
	const struct bcache_bucket *bucket = &cache->buckets[place.bucket];

	rte_prefetch0(bucket);
	keys->buckets[i] = bucket;
	keys->hashes[i] = place.hash;
}

/* The key must stay where it is until it is found. In a loop cache is best a copy, so that no store makes
 * it be read again. */
static inline void bcache_keys_put(const struct bcache *cache, struct bcache_keys *keys, size_t i,
				   const struct ip_addr *home)
{
	keys->homes[i] = home;
	bcache_keys_fetch(cache, keys, i, bcache_place(cache, home));
}

/* By a word. */
static inline void bcache_words_put(const struct bcache *cache, struct bcache_keys *keys, size_t i,
				    uint64_t word)
{
	keys->words[i] = word;
	bcache_keys_fetch(cache, keys, i, bcache_place_of(cache, 0, word));
}

/* What was put at one place is at another one as well, but for what was probed. */
static inline void bcache_keys_move(struct bcache_keys *keys, size_t to, size_t from)
{
	keys->words[to] = keys->words[from];
	keys->buckets[to] = keys->buckets[from];
	keys->hashes[to] = keys->hashes[from];
}

static inline void bcache_keys_probe(const struct bcache *cache, struct bcache_keys *keys,
				     unsigned int count)
{
	const struct bcache table = *cache;

	for (unsigned int i = 0; i < count; i++) {
		const struct bcache_bucket *bucket = keys->buckets[i];
		const struct binding *binding = NULL;
		uint32_t match = bcache_match(bucket, (uint16_t)keys->hashes[i]);

		if (likely(match != 0)) {
			binding = bcache_first(&table, bucket, match);
			rte_prefetch0(binding);
		}
		keys->bindings[i] = binding;
	}
}

/* Not inlined: it would take the registers of the loop that seldom calls it. */
static __rte_noinline __rte_cold const struct binding *bcache_find_odd(const struct bcache *cache,
								       const struct ip_addr *home)
{
	return bcache_find(cache, home);
}

/* NULL on a miss; from now on keys->bindings[i] is the same. It is rare that the binding probed is not the one: a miss, a key
 * in an overflow bucket, or two keys with one tag. */
static inline const struct binding *bcache_keys_find(const struct bcache *cache,
						     struct bcache_keys *keys, unsigned int i)
{
	const struct binding *binding = keys->bindings[i];

	if (unlikely(binding == NULL || !ip_addr_equal(&binding->home, keys->homes[i])))
		keys->bindings[i] = binding = bcache_find_odd(cache, keys->homes[i]);
	return binding;
}

/* By words. */
static inline const struct binding *bcache_words_find(const struct bcache *cache,
						      struct bcache_keys *keys, unsigned int i)
{
	const struct binding *binding = keys->bindings[i];

	if (unlikely(binding == NULL || ip_addr_word(&binding->home, 0) != 0 ||
		     ip_addr_word(&binding->home, 1) != keys->words[i])) {
		struct ip_addr home = ip_addr_of_word(keys->words[i]);

		keys->bindings[i] = binding = bcache_find_odd(cache, &home);
	}
	return binding;
}

/* One more binding of the same home address; NULL when there is none. */
static inline const struct binding *bcache_next(const struct bcache *cache,
						const struct binding *binding)
{
	return binding->also != 0 ? &cache->bindings[binding->also - 1] : NULL;
}

#endif
