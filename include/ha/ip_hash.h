/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip_hash: the hash of an address for rte_hash tables, for keys at any offset. rte_hash_crc would
 * read them as aligned words.
 *
 * Threads    any; pure.
 */
#ifndef HA_IP_HASH_H
#define HA_IP_HASH_H

#include <rte_hash_crc.h>

#include "ha/ip.h"

static inline uint32_t ip_addr_hash(const void *address, uint32_t length, uint32_t seed)
{
	(void)length;
	seed = rte_hash_crc_8byte(ip_addr_word(address, 0), seed);
	return rte_hash_crc_8byte(ip_addr_word(address, 1), seed);
}

#endif
