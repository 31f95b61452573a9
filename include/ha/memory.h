/* SPDX-License-Identifier: BSD-3-Clause
 *
 * memory: what things of DPDK's take of its memory, for both planes to say before it is reserved.
 *
 * Threads    any; pure, and before the EAL is started.
 */
#ifndef HA_MEMORY_H
#define HA_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_mempool.h>
#include <rte_ring_elem.h>
#include <rte_tailq.h>

enum { MBUF_CACHE = 256 }; /* of each pool of packets, for a CPU */

/* A mempool of count elements of that many octets. DPDK lets none lie across two pages: without
 * hugepages a page holds one packet. */
static inline uint64_t memory_of_pool(uint32_t count, uint32_t cache, uint32_t octets,
				      bool hugepages)
{
	uint64_t page = hugepages ? UINT64_C(2) << 20 : 4096;
	uint64_t element = rte_mempool_calc_obj_size(octets, 0, NULL);
	uint64_t head = RTE_MEMPOOL_HEADER_SIZE((struct rte_mempool *)0, cache);
	uint64_t ring = (uint64_t)rte_ring_get_memsize(rte_align32pow2(count + 1));

	if (element > page)
		return head + ring + count * RTE_ALIGN_CEIL(element, page);
	return head + ring + (count / (page / element) + 1) * page;
}

/* One that rte_malloc gives, with its header. */
static inline uint64_t memory_of_block(uint64_t octets)
{
	return RTE_ALIGN_CEIL(octets, RTE_CACHE_LINE_SIZE) + 2 * RTE_CACHE_LINE_SIZE;
}

/* A ring of that many elements, and DPDK's note of it. */
static inline uint64_t memory_of_ring(uint32_t octets, uint32_t slots)
{
	return memory_of_block((uint64_t)rte_ring_get_memsize_elem(octets, slots)) +
	       memory_of_block(sizeof(struct rte_tailq_entry));
}

#endif
