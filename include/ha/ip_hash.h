/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip_hash: the hash of an address for rte_hash tables, for keys at any offset. rte_hash_crc would
 * read them as aligned words.
 *
 * Threads    any; pure.
 */
#ifndef HA_IP_HASH_H
#define HA_IP_HASH_H

#ifdef __SSE4_2__
#include <nmmintrin.h>
#endif

#include <rte_hash_crc.h>

#include "ha/ip.h"

/* rte_hash_crc_8byte without its question, at every call, what the CPU can do. */
static inline uint32_t crc32c_word(uint64_t word, uint32_t seed)
{
#ifdef __SSE4_2__
	return (uint32_t)_mm_crc32_u64(seed, word);
#else
	return rte_hash_crc_8byte(word, seed);
#endif
}

static inline uint32_t ip_addr_hash(const void *address, uint32_t length, uint32_t seed)
{
	(void)length;
	seed = crc32c_word(ip_addr_word(address, 0), seed);
	return crc32c_word(ip_addr_word(address, 1), seed);
}

#endif
