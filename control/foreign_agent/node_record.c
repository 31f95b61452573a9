/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/node_record.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_jhash.h>

#include "ha/wire/mip4.h"

#include "ha/wire/mip4.h"

enum {
	REFUSALS = 4096,
	REFUSAL_INTERVAL_MS = 1000,
};

struct node_record {
	struct ip_addr key;
	struct challenge_record challenges;
};

struct refusal {
	struct ip_addr key;
	uint64_t at_ms;
};

static struct refusal refusals[REFUSALS];
static struct node_record *records;
static uint32_t record_mask;
static uint32_t seed;

static uint32_t record_count(uint32_t nodes)
{
	return rte_align32pow2(2 * nodes);
}

uint64_t node_record_octets(uint32_t nodes)
{
	return (uint64_t)record_count(nodes) * sizeof(*records);
}

int node_record_start(uint32_t nodes, uint64_t secret)
{
	seed = (uint32_t)secret;
	record_mask = record_count(nodes) - 1;
	memset(refusals, 0, sizeof(refusals));
	records = calloc(record_count(nodes), sizeof(*records));
	return records != NULL ? 0 : -ENOMEM;
}

void node_record_stop(void)
{
	free(records);
	records = NULL;
}

/* Outside of what an address can be: v4-mapped ones begin with ten zero octets. */
struct ip_addr node_record_key(const struct ip_addr *home, const uint8_t *nai, uint8_t nai_octets)
{
	struct ip_addr key = {.bytes = {0xfd}};
	/* rte_jhash reads words, and in a message it lies anywhere. */
	uint32_t words[(MIP4_NAI_MAX + 3) / 4];
	uint32_t hashes[3];

	if (ip4_number(home) != 0 || nai == NULL)
		return *home;
	memcpy(words, nai, nai_octets);
	for (uint32_t i = 0; i < 3; i++)
		hashes[i] = rte_jhash(words, nai_octets, seed + i);
	memcpy(&key.bytes[1], hashes, sizeof(hashes));
	return key;
}

struct ip_addr node_record_station(const uint8_t mac[static 6])
{
	struct ip_addr station = {.bytes = {0xfe}};

	memcpy(&station.bytes[1], mac, 6);
	return station;
}

static uint32_t hash_of(const struct ip_addr *key)
{
	uint32_t words[sizeof(*key) / sizeof(uint32_t)];

	memcpy(words, key, sizeof(words));
	return rte_jhash_32b(words, RTE_DIM(words), seed);
}

struct challenge_record *node_record_find(const struct ip_addr *key)
{
	struct node_record *r = &records[hash_of(key) & record_mask];

	return ip_addr_equal(&r->key, key) ? &r->challenges : NULL;
}

struct challenge_record *node_record_make(const struct ip_addr *key)
{
	struct node_record *r = &records[hash_of(key) & record_mask];

	if (!ip_addr_equal(&r->key, key))
		*r = (struct node_record){.key = *key};
	return &r->challenges;
}

bool node_record_may_refuse(const struct ip_addr *key, uint64_t now_ms)
{
	struct refusal *last = &refusals[hash_of(key) % REFUSALS];

	if (ip_addr_equal(&last->key, key) && now_ms < last->at_ms + REFUSAL_INTERVAL_MS)
		return false;
	*last = (struct refusal){*key, now_ms};
	return true;
}
