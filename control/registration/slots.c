/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/slots.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_prefetch.h>

#include "ha/ip_hash.h"
#include "retire.h"

static struct registration *slots;
static uint32_t slot_count;
static uint32_t *free_slots; /* a stack */
static uint32_t free_count;
static uint32_t *by_home; /* the first slot of each chain, plus 1; 0: none */
static uint32_t by_home_mask;

uint64_t slots_octets(uint32_t count)
{
	return rte_align64pow2(count) * sizeof(*by_home) +
	       count * (sizeof(*slots) + sizeof(*free_slots));
}

int slots_start(uint32_t count)
{
	slot_count = count;
	by_home_mask = rte_align32pow2(count) - 1;
	by_home = calloc(by_home_mask + 1, sizeof(*by_home));
	slots = calloc(count, sizeof(*slots));
	free_slots = calloc(count, sizeof(*free_slots));
	if (by_home == NULL || slots == NULL || free_slots == NULL) {
		slots_stop();
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < count; i++)
		free_slots[free_count++] = count - 1 - i;
	return 0;
}

void slots_stop(void)
{
	free(by_home);
	free(slots);
	free(free_slots);
	by_home = NULL;
	slots = NULL;
	free_slots = NULL;
	free_count = 0;
}

uint32_t slots_count(void)
{
	return slot_count;
}

bool slots_are_free(void)
{
	return free_count != 0;
}

struct registration *slots_at(uint32_t slot)
{
	return &slots[slot];
}

static uint32_t *chain_of(const struct ip_addr *home)
{
	return &by_home[ip_addr_hash(home, sizeof(*home), 0) & by_home_mask];
}

struct registration *slots_find(const struct ip_addr *home)
{
	uint32_t at = *chain_of(home);

	while (at != 0 && !ip_addr_equal(&slots[at - 1].home, home))
		at = slots[at - 1].next;
	return at != 0 ? &slots[at - 1] : NULL;
}

void slots_link(struct registration *r)
{
	uint32_t *chain = chain_of(&r->home);

	r->next = *chain;
	*chain = r->slot + 1;
}

void slots_unlink(const struct registration *r)
{
	uint32_t *at = chain_of(&r->home);

	while (*at != r->slot + 1)
		at = &slots[*at - 1].next;
	*at = r->next;
}

void slots_fetch(const struct ip_addr *home, unsigned int step)
{
	const uint32_t *chain = chain_of(home);
	uint32_t at = step == 0 ? 0 : *chain;

	if (step == 0) {
		rte_prefetch0(chain);
	} else if (at != 0 && step == 1) {
		const char *slot = (const char *)&slots[at - 1];

		for (size_t i = 0; i < sizeof(*slots); i += RTE_CACHE_LINE_SIZE)
			rte_prefetch0(slot + i);
		rte_prefetch0(slot + sizeof(*slots) - 1);
	} else if (at != 0) {
		rte_prefetch0(slots[at - 1].binding);
	}
}

struct registration *slots_make(const struct ip_addr *home, uint64_t now_ms)
{
	struct registration *r;
	uint32_t slot;

	if (free_count == 0)
		return NULL;
	slot = free_slots[--free_count];
	r = &slots[slot];
	*r = (struct registration){.home = *home, .slot = slot, .registered_ms = now_ms};
	return r;
}

void slots_unmake(struct registration *r)
{
	r->state = REGISTRATION_NONE;
	free_slots[free_count++] = r->slot;
}

static void free_slot(void *unused, uintptr_t slot)
{
	(void)unused;
	dataplane_binding_stats_clear((uint32_t)slot);
	free_slots[free_count++] = (uint32_t)slot;
}

/* Workers that still read the binding count on its slot: it is free only after them. */
void slots_forget(struct registration *r)
{
	r->state = REGISTRATION_NONE;
	retire(free_slot, NULL, r->slot);
}
