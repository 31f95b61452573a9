/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/packet_pool.h"

#include <unistd.h>

#include <rte_mbuf.h>

#include "support/eal.h"
#include "support/unit.h"

enum { COUNT = 8192, BUFFER = 2048 + RTE_PKTMBUF_HEADROOM };

struct extent {
	uintptr_t first; /* the page in which the buffers begin */
	uintptr_t end;	 /* of the last one, its header included */
	unsigned int across_pages;
};

static uintptr_t page(void)
{
	return (uintptr_t)getpagesize();
}

static void measure(struct rte_mempool *pool, void *argument, void *object, unsigned int index)
{
	uintptr_t start = (uintptr_t)object - pool->header_size;
	uintptr_t end = (uintptr_t)object + pool->elt_size + pool->trailer_size;
	struct extent *extent = argument;

	(void)index;
	if (end > extent->end)
		extent->end = end;
	extent->across_pages += start / page() != (end - 1) / page();
}

static struct extent extent_of(struct rte_mempool *pool)
{
	struct extent extent = {.first = (uintptr_t)STAILQ_FIRST(&pool->mem_list)->addr};

	extent.first -= extent.first % page();
	rte_mempool_obj_iter(pool, measure, &extent);
	return extent;
}

/* What net_af_xdp gives the kernel: count times the size of one, and what is before the first. */
static uintptr_t octets_shown(const struct rte_mempool *pool)
{
	return pool->populated_size *
		       (uintptr_t)rte_mempool_calc_obj_size(pool->elt_size, pool->flags, NULL) +
	       (uintptr_t)STAILQ_FIRST(&pool->mem_list)->addr % page();
}

static void the_kernel_sees_every_buffer(void)
{
	struct rte_mempool *pool = packet_pool_make("xsk", COUNT, BUFFER, true, 0);
	struct extent extent;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	extent = extent_of(pool);
	CU_ASSERT_EQUAL(pool->populated_size, COUNT);
	CU_ASSERT_EQUAL(pool->nb_mem_chunks, 1);
	CU_ASSERT_EQUAL(extent.across_pages, 0);
	CU_ASSERT(extent.end - extent.first <= octets_shown(pool));
	rte_mempool_free(pool);
}

/* The kernel takes 256 octets before a packet for itself. */
static void a_whole_packet_fits(void)
{
	struct rte_mempool *pool = packet_pool_make("xsk", COUNT, BUFFER, true, 0);
	struct rte_mbuf *packet;

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	packet = rte_pktmbuf_alloc(pool);
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet);
	CU_ASSERT_EQUAL(rte_pktmbuf_headroom(packet), RTE_PKTMBUF_HEADROOM);
	CU_ASSERT(rte_pktmbuf_tailroom(packet) >= 256 + 1514);
	CU_ASSERT_PTR_NOT_NULL(rte_pktmbuf_append(packet, 1514));
	CU_ASSERT_EQUAL(rte_mempool_avail_count(pool), COUNT - 1);
	rte_pktmbuf_free(packet);
	CU_ASSERT_EQUAL(rte_mempool_avail_count(pool), COUNT);
	rte_mempool_free(pool);
}

static void other_ports_have_the_buffers_they_ask_for(void)
{
	struct rte_mempool *pool = packet_pool_make("other", COUNT, BUFFER, false, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	CU_ASSERT_EQUAL(rte_pktmbuf_data_room_size(pool), BUFFER);
	rte_mempool_free(pool);
}

static void a_buffer_of_the_kernels_takes_a_page_of_any_size(void)
{
	uint64_t pages = COUNT * (uint64_t)page();

	CU_ASSERT(packet_pool_octets(COUNT, BUFFER, true, false) >= pages);
	CU_ASSERT(packet_pool_octets(COUNT, BUFFER, true, true) >= pages);
	CU_ASSERT(packet_pool_octets(COUNT, BUFFER, false, true) < pages);
}

static void a_name_that_is_in_use_is_no_pool(void)
{
	struct rte_mempool *pool = packet_pool_make("xsk", COUNT, BUFFER, true, 0);

	CU_ASSERT_PTR_NOT_NULL_FATAL(pool);
	CU_ASSERT_PTR_NULL(packet_pool_make("xsk", COUNT, BUFFER, true, 0));
	rte_mempool_free(pool);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_kernel_sees_every_buffer),
		UNIT(a_whole_packet_fits),
		UNIT(other_ports_have_the_buffers_they_ask_for),
		UNIT(a_buffer_of_the_kernels_takes_a_page_of_any_size),
		UNIT(a_name_that_is_in_use_is_no_pool),
	};

	test_eal_start(192);
	return unit_run("packet_pool", cases, UNIT_COUNT(cases));
}
