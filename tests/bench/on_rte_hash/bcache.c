/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stands in for control/bcache.c in bench_forward_rte_hash only, where no worker runs while
 * bindings come and go.
 */
#include "bcache.h"

#include <errno.h>
#include <string.h>

#include <rte_malloc.h>

#include "ha/ip_hash.h"

static struct bcache cache;
static struct binding *bindings;
static uint32_t made;

const struct bcache *bcache_table(void)
{
	return &cache;
}

size_t bcache_octets(uint32_t capacity)
{
	return (size_t)capacity * sizeof(struct binding); /* rte_hash does not tell its own */
}

int bcache_start(uint32_t capacity, struct fault *fault)
{
	struct rte_hash_parameters parameters = {
		.name = "bcache",
		.entries = capacity + capacity / 4 + 64,
		.key_len = sizeof(struct ip_addr),
		.hash_func = ip_addr_hash,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag =
			RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};

	cache.by_home = rte_hash_create(&parameters);
	bindings = rte_zmalloc("bindings", capacity * sizeof(*bindings), sizeof(*bindings));
	if (cache.by_home != NULL && bindings != NULL)
		return 0;
	fault_set(fault, "", "not enough memory for %u bindings", capacity);
	return -ENOMEM;
}

struct binding *bcache_make(void)
{
	return &bindings[made++];
}

int bcache_publish(const struct binding *old, struct binding *next)
{
	(void)old;
	return rte_hash_add_key_data(cache.by_home, &next->home, next);
}

void bcache_remove(const struct binding *old)
{
	rte_hash_del_key(cache.by_home, &old->home);
}

/* Chains are not measured, and nothing that was made is needed again. */
uint32_t bcache_also(const struct binding *binding)
{
	return 1 + (uint32_t)(binding - bindings);
}

void bcache_discard(struct binding *binding)
{
	(void)binding;
}

void bcache_retire(const struct binding *binding)
{
	(void)binding;
}

void bcache_stop(void)
{
	rte_hash_free(cache.by_home);
	rte_free(bindings);
}
