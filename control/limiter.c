/* SPDX-License-Identifier: BSD-3-Clause */
#include "limiter.h"

enum { BUCKETS = 4096, MILLI = 1000 };

/* Tokens in thousandths, so that a millisecond is a whole number of them at any rate. */
struct bucket {
	uint64_t milli_tokens;
	uint64_t last_ms;
};

static struct bucket buckets[BUCKETS];
static struct bucket all;
static struct token_bucket_config source_limit;
static struct token_bucket_config total_limit;
static uint64_t seed;

void limiter_start(const struct token_bucket_config *per_source,
		   const struct token_bucket_config *total, uint64_t secret)
{
	source_limit = *per_source;
	total_limit = *total;
	seed = secret | 1;
	for (unsigned int i = 0; i < BUCKETS; i++)
		buckets[i] = (struct bucket){.milli_tokens = (uint64_t)per_source->burst * MILLI};
	all = (struct bucket){.milli_tokens = (uint64_t)total->burst * MILLI};
}

static void refill(struct bucket *b, const struct token_bucket_config *limit, uint64_t now_ms)
{
	uint64_t full = (uint64_t)limit->burst * MILLI;
	uint64_t elapsed_ms = now_ms - b->last_ms;

	b->last_ms = now_ms;
	if (limit->rate_per_s != 0 && elapsed_ms > full / limit->rate_per_s)
		b->milli_tokens = full;
	else
		b->milli_tokens += elapsed_ms * limit->rate_per_s;
	if (b->milli_tokens > full)
		b->milli_tokens = full;
}

/* An IPv4 address is all in the second half; in the first one all are alike. */
static uint64_t network_of(const struct ip_addr *source)
{
	return ip_addr_word(source, ip_addr_is_v4_mapped(source) ? 1 : 0);
}

bool limiter_allows(const struct ip_addr *source, uint64_t now_ms)
{
	uint64_t hash = (network_of(source) ^ seed) * UINT64_C(0x9e3779b97f4a7c15);
	struct bucket *b = &buckets[hash >> 52];

	refill(b, &source_limit, now_ms);
	refill(&all, &total_limit, now_ms);
	if (b->milli_tokens < MILLI || all.milli_tokens < MILLI)
		return false;
	b->milli_tokens -= MILLI;
	all.milli_tokens -= MILLI;
	return true;
}
