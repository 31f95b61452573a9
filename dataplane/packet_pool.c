/* SPDX-License-Identifier: BSD-3-Clause */
#include "packet_pool.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_memzone.h>

#include "ha/memory.h"

/* Spread over memory channels, buffers would be larger than a page. */
enum { PAGE_FLAGS = RTE_MEMPOOL_F_NO_SPREAD };

/* Such that with DPDK's own header it is a page. 0 where that cannot be. */
static uint32_t element_of_page(void)
{
	uint32_t page = (uint32_t)getpagesize();
	struct rte_mempool_objsz size;
	uint32_t element;

	rte_mempool_calc_obj_size(1, PAGE_FLAGS, &size);
	element = page - size.header_size;
	return rte_mempool_calc_obj_size(element, PAGE_FLAGS, NULL) == page ? element : 0;
}

static void free_pages(struct rte_mempool_memhdr *unused, void *pages)
{
	(void)unused;
	rte_memzone_free(pages);
}

/* One piece, from the start of a page on. */
static int add_pages(struct rte_mempool *pool)
{
	size_t page = (size_t)getpagesize();
	char name[RTE_MEMZONE_NAMESIZE];
	const struct rte_memzone *pages;
	int rc;

	snprintf(name, sizeof(name), "pages_%s", pool->name);
	pages = rte_memzone_reserve_aligned(name, pool->size * page, pool->socket_id,
					    RTE_MEMZONE_IOVA_CONTIG, (unsigned int)page);
	if (pages == NULL)
		return -ENOMEM;
	rc = rte_mempool_populate_iova(pool, pages->addr, pages->iova, pages->len, free_pages,
				       (void *)(uintptr_t)pages);
	if (rc == (int)pool->size)
		return 0;
	if (rc <= 0)
		rte_memzone_free(pages);
	return -ENOMEM;
}

static int populate(struct rte_mempool *pool, uint32_t element)
{
	struct rte_pktmbuf_pool_private room = {
		.mbuf_data_room_size = (uint16_t)(element - sizeof(struct rte_mbuf)),
	};
	int rc = rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), NULL);

	if (rc != 0)
		return rc;
	rte_pktmbuf_pool_init(pool, &room);
	rc = add_pages(pool);
	if (rc == 0)
		rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
	return rc;
}

static struct rte_mempool *make_of_pages(const char *name, uint32_t count, int socket)
{
	uint32_t element = element_of_page();
	struct rte_mempool *pool;

	if (element == 0)
		return NULL;
	pool = rte_mempool_create_empty(name, count, element, MBUF_CACHE,
					sizeof(struct rte_pktmbuf_pool_private), socket,
					PAGE_FLAGS);
	if (pool == NULL)
		return NULL;
	if (populate(pool, element) == 0)
		return pool;
	rte_mempool_free(pool);
	return NULL;
}

uint64_t packet_pool_octets(uint32_t count, uint16_t buffer, bool is_xsk, bool hugepages)
{
	return memory_of_pool(count, MBUF_CACHE, (uint32_t)sizeof(struct rte_mbuf) + buffer,
			      hugepages && !is_xsk);
}

struct rte_mempool *packet_pool_make(const char *name, uint32_t count, uint16_t buffer, bool is_xsk,
				     int socket)
{
	if (is_xsk)
		return make_of_pages(name, count, socket);
	return rte_pktmbuf_pool_create(name, count, MBUF_CACHE, 0, buffer, socket);
}
