/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_cycles.h>

static const struct token_bucket_config *budget(const struct config *config, enum punt_class class)
{
	switch (class) {
	case PUNT_SIGNALLING_KNOWN:
		return &config->punt_signalling_known;
	case PUNT_SIGNALLING_NEW:
		return &config->punt_signalling_new;
	case PUNT_LOCAL:
		return &config->punt_local;
	case PUNT_ERROR:
		return &config->punt_error;
	case PUNT_TUNNEL_ERROR:
		return &config->punt_tunnel_error;
	case PUNT_LISTENER:
		return &config->punt_listener;
	default:
		return &config->punt_resolve;
	}
}

void punt_buckets_init(struct worker *w, const struct config *config)
{
	for (enum punt_class c = 0; c < PUNT_CLASS_COUNT; c++) {
		const struct token_bucket_config *b = budget(config, c);

		w->buckets[c] = (struct token_bucket){
			.fill_fp = ((uint64_t)b->rate_per_s << 32) / rte_get_tsc_hz(),
			.limit_fp = (uint64_t)b->burst << 32,
			.tokens_fp = (uint64_t)b->burst << 32,
			.last_tsc = rte_rdtsc(),
		};
	}
}

static bool take_token(struct token_bucket *bucket, uint64_t now_tsc)
{
	uint64_t elapsed = now_tsc - bucket->last_tsc;
	uint64_t room = bucket->limit_fp - bucket->tokens_fp;

	/* elapsed * fill would overflow after hours of silence; by then the bucket is full. */
	if (bucket->fill_fp != 0 && elapsed > room / bucket->fill_fp)
		bucket->tokens_fp = bucket->limit_fp;
	else
		bucket->tokens_fp += elapsed * bucket->fill_fp;
	bucket->last_tsc = now_tsc;
	if (bucket->tokens_fp < UINT64_C(1) << 32)
		return false;
	bucket->tokens_fp -= UINT64_C(1) << 32;
	return true;
}

void punt(struct worker *w, struct packet *p, enum punt_class class, enum drop_reason reason,
	  enum drop_reason otherwise)
{
	struct punt message = {
		.packet = p->m,
		.next_hop = p->next_hop,
		.class = (uint8_t) class,
		.reason = (uint8_t)reason,
		.tunnelled = p->tunnelled,
	};

	if (!take_token(&w->buckets[class], w->now_tsc)) {
		drop(w, p, otherwise);
		return;
	}
	packet_settle(p->m, p->ip, p->octets);
	if (!ring_put(w->punt_ring, &message)) {
		drop(w, p, DROP_PUNT_RING_FULL);
		return;
	}
	w->stats.punted[class]++;
}

void punt_expect(const struct worker *w)
{
	ring_expect_put(w->punt_ring);
}
