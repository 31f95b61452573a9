/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/path_mtu.h"

#include <stddef.h>
#include <string.h>

enum {
	WAYS = 8,
	SETS = PATH_MTU_ENTRIES / WAYS,
	AGE_SLICE = 256, /* sets looked at in one path_mtu_age */
};

static struct path_mtu sets[SETS][WAYS];
static uint32_t used;
static uint32_t age_at;
static uint64_t lifetime;
static uint64_t seed;

void path_mtu_start(uint64_t lifetime_ms, uint64_t secret)
{
	memset(sets, 0, sizeof(sets));
	used = 0;
	age_at = 0;
	lifetime = lifetime_ms;
	seed = secret | 1;
}

uint64_t path_mtu_lifetime_ms(void)
{
	return lifetime;
}

/* Keyed: who chooses care-of addresses must not choose whose entries give way. */
static struct path_mtu *set_of(const struct ip_addr *to)
{
	uint64_t h = (ip_addr_word(to, 0) ^ seed) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32 ^ ip_addr_word(to, 1)) * seed;
	return sets[(h ^ h >> 29) * UINT64_C(0x94d049bb133111eb) >> 32 & (SETS - 1)];
}

static struct path_mtu *find(const struct ip_addr *to)
{
	struct path_mtu *set = set_of(to);

	for (unsigned int i = 0; i < WAYS; i++)
		if (set[i].mtu != 0 && ip_addr_equal(&set[i].to, to))
			return &set[i];
	return NULL;
}

/* A free one, or that of the path told of longest ago. */
static struct path_mtu *make_room(struct path_mtu *set)
{
	struct path_mtu *oldest = &set[0];

	for (unsigned int i = 0; i < WAYS; i++) {
		if (set[i].mtu == 0)
			return &set[i];
		if (set[i].told_ms < oldest->told_ms)
			oldest = &set[i];
	}
	return oldest;
}

bool path_mtu_learn(const struct ip_addr *to, uint16_t mtu, uint64_t now_ms)
{
	struct path_mtu *entry = find(to);

	if (entry != NULL && mtu >= entry->mtu) {
		if (mtu == entry->mtu)
			entry->told_ms = now_ms;
		return false;
	}
	if (entry == NULL) {
		entry = make_room(set_of(to));
		used += entry->mtu == 0;
	}
	*entry = (struct path_mtu){.to = *to, .told_ms = now_ms, .mtu = mtu};
	return true;
}

const struct path_mtu *path_mtu_find(const struct ip_addr *to)
{
	return used != 0 ? find(to) : NULL;
}

uint16_t path_mtu_towards(const struct ip_addr *to, uint16_t link_mtu)
{
	const struct path_mtu *entry = path_mtu_find(to);

	return entry != NULL && entry->mtu < link_mtu ? entry->mtu : link_mtu;
}

const struct path_mtu *path_mtu_at(uint32_t place)
{
	const struct path_mtu *entry = &sets[place / WAYS][place % WAYS];

	return entry->mtu != 0 ? entry : NULL;
}

static void forget(struct path_mtu *entry)
{
	*entry = (struct path_mtu){0};
	used--;
}

uint32_t path_mtu_forget(const struct ip_addr *to)
{
	struct path_mtu *entry = to != NULL ? find(to) : NULL;
	uint32_t forgotten = used;

	if (to == NULL) {
		memset(sets, 0, sizeof(sets));
		used = 0;
		return forgotten;
	}
	if (entry == NULL)
		return 0;
	forget(entry);
	return 1;
}

uint32_t path_mtu_age(uint64_t now_ms)
{
	uint32_t before = used;

	if (used == 0 || lifetime == PATH_MTU_FOREVER)
		return 0;
	for (unsigned int n = 0; n < AGE_SLICE; n++) {
		struct path_mtu *set = sets[age_at];

		age_at = (age_at + 1) % SETS;
		for (unsigned int i = 0; i < WAYS; i++)
			if (set[i].mtu != 0 && set[i].told_ms + lifetime <= now_ms)
				forget(&set[i]);
	}
	return before - used;
}
