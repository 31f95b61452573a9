/* SPDX-License-Identifier: BSD-3-Clause */
#include "bcache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include "ha/ip_hash.h"
#include <rte_malloc.h>

#include "retire.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

static struct bcache cache;
static struct binding *entries;
static uint32_t *free_entries; /* indexes, a stack */
static uint32_t free_count;
static uint32_t entry_count;

const struct bcache *bcache_table(void)
{
	return &cache;
}

int bcache_start(uint32_t capacity, struct fault *fault)
{
	struct rte_hash_parameters parameters = {
		.name = "bcache",
		.entries = capacity + capacity / 4 + 64, /* slots of removed keys come back late */
		.key_len = sizeof(struct ip_addr),
		.hash_func = ip_addr_hash,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag =
			RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};

	entry_count = parameters.entries;
	cache.by_home = rte_hash_create(&parameters);
	entries = rte_zmalloc("bindings", entry_count * sizeof(*entries), sizeof(*entries));
	free_entries = calloc(entry_count, sizeof(*free_entries));
	if (cache.by_home == NULL || entries == NULL || free_entries == NULL) {
		bcache_stop();
		fault_set(fault, "/bindings/capacity",
			  "not enough memory for %u bindings; make it smaller, or "
			  "/memory/megabytes larger",
			  capacity);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < entry_count; i++)
		free_entries[free_count++] = entry_count - 1 - i;
	ASAN_POISON_MEMORY_REGION(entries, entry_count * sizeof(*entries));
	return 0;
}

void bcache_stop(void)
{
	if (entries != NULL)
		ASAN_UNPOISON_MEMORY_REGION(entries, entry_count * sizeof(*entries));
	rte_hash_free(cache.by_home);
	rte_free(entries);
	free(free_entries);
	cache.by_home = NULL;
	entries = NULL;
	free_entries = NULL;
	free_count = 0;
}

static void let_go(const struct binding *entry)
{
	uint32_t index = (uint32_t)(entry - entries);

	ASAN_POISON_MEMORY_REGION(entry, sizeof(*entry));
	free_entries[free_count++] = index;
}

static void free_entry(void *unused, uintptr_t entry)
{
	(void)unused;
	let_go((const struct binding *)entry);
}

static void free_position(void *unused, uintptr_t position)
{
	(void)unused;
	rte_hash_free_key_with_position(cache.by_home, (int32_t)position);
}

struct binding *bcache_make(void)
{
	struct binding *entry;

	if (free_count == 0)
		retire_drain();
	if (free_count == 0)
		return NULL;
	entry = &entries[free_entries[--free_count]];
	ASAN_UNPOISON_MEMORY_REGION(entry, sizeof(*entry));
	memset(entry, 0, sizeof(*entry));
	return entry;
}

int bcache_publish(const struct binding *old, struct binding *next)
{
	int rc = rte_hash_add_key_data(cache.by_home, &next->home, next);

	if (rc == -ENOSPC && old == NULL) {
		retire_drain();
		rc = rte_hash_add_key_data(cache.by_home, &next->home, next);
	}
	if (rc < 0) {
		let_go(next);
		return rc;
	}
	if (old != NULL)
		retire(free_entry, NULL, (uintptr_t)old);
	return 0;
}

void bcache_remove(const struct binding *old)
{
	int32_t position = rte_hash_del_key(cache.by_home, &old->home);

	if (position >= 0)
		retire(free_position, NULL, (uintptr_t)position);
	retire(free_entry, NULL, (uintptr_t)old);
}
