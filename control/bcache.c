/* SPDX-License-Identifier: BSD-3-Clause */
#include "bcache.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <rte_malloc.h>

#include "retire.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size)   ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

enum {
	KEYS_A_BUCKET = 4, /* on average, at capacity */
	/* Then three buckets in a thousand need an overflow bucket when the table was just filled, and up
	 * to 21 when keys have come and gone for long. */
	BUCKETS_AN_OVERFLOW = 32,
	OVERFLOWS_AT_LEAST = 64,
	RETIRED_AT_LEAST = 64,
};

/* Numbers that are free, a stack. */
struct free_list {
	uint32_t *numbers;
	uint32_t count;
};

/* How much of what a capacity takes. */
struct sizes {
	uint32_t bindings;
	uint32_t buckets;
	uint32_t overflows;
};

static struct bcache cache;
static struct bcache_bucket *buckets;
static struct binding *bindings;
static struct sizes sizes;
static struct free_list free_bindings;
static struct free_list free_overflows;

const struct bcache *bcache_table(void)
{
	return &cache;
}

static struct sizes sizes_for(uint32_t capacity)
{
	struct sizes s = {
		.bindings = capacity + capacity / 8 + RETIRED_AT_LEAST,
		.buckets = capacity / KEYS_A_BUCKET + 1,
	};

	s.overflows = s.buckets / BUCKETS_AN_OVERFLOW + OVERFLOWS_AT_LEAST;
	return s;
}

size_t bcache_octets(uint32_t capacity)
{
	struct sizes s = sizes_for(capacity);

	return s.bindings * sizeof(struct binding) +
	       ((size_t)s.buckets + s.overflows) * sizeof(struct bcache_bucket);
}

/* The lowest number comes off first. */
static bool free_list_fill(struct free_list *list, uint32_t first, uint32_t count)
{
	list->numbers = calloc(count, sizeof(*list->numbers));
	if (list->numbers == NULL)
		return false;
	for (uint32_t i = 0; i < count; i++)
		list->numbers[i] = first + count - 1 - i;
	list->count = count;
	return true;
}

int bcache_start(uint32_t capacity, struct fault *fault)
{
	bool has_lists;

	sizes = sizes_for(capacity);
	bindings = rte_zmalloc("bindings", sizes.bindings * sizeof(*bindings), sizeof(*bindings));
	buckets =
		rte_zmalloc("buckets", ((size_t)sizes.buckets + sizes.overflows) * sizeof(*buckets),
			    sizeof(*buckets));
	has_lists = free_list_fill(&free_bindings, 0, sizes.bindings) &&
		    free_list_fill(&free_overflows, sizes.buckets, sizes.overflows);
	if (bindings == NULL || buckets == NULL || !has_lists) {
		bcache_stop();
		fault_set(fault, "/bindings/capacity",
			  "not enough memory for %u bindings; make it smaller, or "
			  "/memory/megabytes larger",
			  capacity);
		return -ENOMEM;
	}
	cache = (struct bcache){
		.buckets = buckets,
		.bindings = bindings,
		.bucket_count = sizes.buckets,
	};
	if (getrandom(cache.secret, sizeof(cache.secret), 0) != (ssize_t)sizeof(cache.secret)) {
		bcache_stop();
		fault_set(fault, "", "no random numbers for the binding cache");
		return -EIO;
	}
	ASAN_POISON_MEMORY_REGION(bindings, sizes.bindings * sizeof(*bindings));
	return 0;
}

void bcache_stop(void)
{
	if (bindings != NULL)
		ASAN_UNPOISON_MEMORY_REGION(bindings, sizes.bindings * sizeof(*bindings));
	rte_free(bindings);
	rte_free(buckets);
	free(free_bindings.numbers);
	free(free_overflows.numbers);
	cache = (struct bcache){0};
	bindings = NULL;
	buckets = NULL;
	free_bindings = (struct free_list){0};
	free_overflows = (struct free_list){0};
}

static uint32_t index_of(const struct binding *binding)
{
	return (uint32_t)(binding - bindings);
}

static void let_go(struct binding *binding)
{
	ASAN_POISON_MEMORY_REGION(binding, sizeof(*binding));
	free_bindings.numbers[free_bindings.count++] = index_of(binding);
}

static void free_binding(void *unused, uintptr_t index)
{
	(void)unused;
	let_go(&bindings[index]);
}

static void free_overflow(void *unused, uintptr_t number)
{
	(void)unused;
	free_overflows.numbers[free_overflows.count++] = (uint32_t)number;
}

struct binding *bcache_make(void)
{
	struct binding *binding;

	if (free_bindings.count == 0)
		retire_drain();
	if (free_bindings.count == 0)
		return NULL;
	binding = &bindings[free_bindings.numbers[--free_bindings.count]];
	ASAN_UNPOISON_MEMORY_REGION(binding, sizeof(*binding));
	memset(binding, 0, sizeof(*binding));
	return binding;
}

uint32_t bcache_also(const struct binding *binding)
{
	return 1 + index_of(binding);
}

void bcache_discard(struct binding *made)
{
	let_go(made);
}

void bcache_retire(const struct binding *old)
{
	retire(free_binding, NULL, index_of(old));
}

/* A slot in a chain of buckets. */
struct slot {
	struct bcache_bucket *before; /* the bucket that leads to this one; NULL: it is the first */
	struct bcache_bucket *bucket;
	unsigned int at;
};

static struct bcache_bucket *next_of(const struct bcache_bucket *bucket)
{
	return bucket->next != 0 ? &buckets[bucket->next] : NULL;
}

/* The slot of a binding in force. */
static struct slot find_slot(const struct binding *binding)
{
	struct bcache_place place = bcache_place(&cache, &binding->home);
	struct slot slot = {.bucket = &buckets[place.bucket]};
	uint32_t index = index_of(binding);

	for (;;) {
		for (slot.at = 0; slot.at < BCACHE_SLOTS; slot.at++)
			if (slot.bucket->tags[slot.at] != 0 &&
			    slot.bucket->indexes[slot.at] == index)
				return slot;
		slot.before = slot.bucket;
		slot.bucket = next_of(slot.bucket);
	}
}

/* Puts an empty overflow bucket at the end of a chain. */
static struct bcache_bucket *lengthen(struct bcache_bucket *last)
{
	struct bcache_bucket *bucket;
	uint32_t number;

	if (free_overflows.count == 0)
		retire_drain();
	if (free_overflows.count == 0)
		return NULL;
	number = free_overflows.numbers[--free_overflows.count];
	bucket = &buckets[number];
	memset(bucket, 0, sizeof(*bucket));
	__atomic_store_n(&last->next, number, __ATOMIC_RELEASE);
	return bucket;
}

/* A free slot for a newcomer; .bucket is NULL when there is none. */
static struct slot find_room(struct bcache_place place)
{
	struct slot slot = {.bucket = &buckets[place.bucket]};

	for (;;) {
		for (slot.at = 0; slot.at < BCACHE_SLOTS; slot.at++)
			if (slot.bucket->tags[slot.at] == 0)
				return slot;
		slot.before = slot.bucket;
		slot.bucket = next_of(slot.bucket);
		if (slot.bucket == NULL)
			slot.bucket = lengthen(slot.before);
		if (slot.bucket == NULL)
			return slot;
	}
}

static void set_index(const struct slot *slot, uint32_t index)
{
	__atomic_store_n(&slot->bucket->indexes[slot->at], index, __ATOMIC_RELEASE);
}

static void set_tag(const struct slot *slot, uint16_t tag)
{
	__atomic_store_n(&slot->bucket->tags[slot->at], tag, __ATOMIC_RELEASE);
}

static int insert(const struct binding *binding)
{
	struct bcache_place place = bcache_place(&cache, &binding->home);
	struct slot slot = find_room(place);

	if (slot.bucket == NULL)
		return -ENOSPC;
	set_index(&slot, index_of(binding));
	set_tag(&slot, place.tag);
	return 0;
}

int bcache_publish(const struct binding *old, struct binding *next)
{
	int rc = 0;

	if (old != NULL) {
		struct slot slot = find_slot(old);

		set_index(&slot, index_of(next));
		bcache_retire(old);
	} else {
		rc = insert(next);
		if (rc != 0)
			let_go(next);
	}
	return rc;
}

static bool is_empty(const struct bcache_bucket *bucket)
{
	for (unsigned int i = 0; i < BCACHE_SLOTS; i++)
		if (bucket->tags[i] != 0)
			return false;
	return true;
}

void bcache_remove(const struct binding *old)
{
	struct slot slot = find_slot(old);

	set_tag(&slot, 0);
	bcache_retire(old);
	if (slot.before != NULL && is_empty(slot.bucket)) {
		/* A reader that is in there finds its way out: next stays as it is. */
		uint32_t number = slot.before->next;

		__atomic_store_n(&slot.before->next, slot.bucket->next, __ATOMIC_RELEASE);
		retire(free_overflow, NULL, number);
	}
}
