/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/pending.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <rte_common.h>

#include "ha/ip_hash.h"

static struct pending *places;
static uint32_t place_count;
static uint32_t free_first; /* a place plus 1 */
static uint32_t taken;
static uint32_t *by_key; /* the first place of each chain, plus 1 */
static uint32_t by_key_mask;
static struct timer_wheel wheel;
static pending_expired_fn *tell_expired;

uint64_t pending_octets(uint32_t requests)
{
	return requests * sizeof(*places) + rte_align32pow2(requests) * sizeof(*by_key);
}

int pending_start(uint32_t requests, pending_expired_fn *expired, uint64_t now_ms)
{
	place_count = requests;
	tell_expired = expired;
	by_key_mask = rte_align32pow2(requests) - 1;
	places = calloc(requests, sizeof(*places));
	by_key = calloc(by_key_mask + 1, sizeof(*by_key));
	if (places == NULL || by_key == NULL) {
		pending_stop();
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < requests; i++)
		places[i].next = i + 1 < requests ? i + 2 : 0;
	free_first = 1;
	taken = 0;
	timer_wheel_init(&wheel, now_ms);
	return 0;
}

void pending_stop(void)
{
	free(places);
	free(by_key);
	places = NULL;
	by_key = NULL;
	place_count = 0;
	taken = 0;
}

bool pending_is_full(void)
{
	return free_first == 0;
}

uint32_t pending_count(void)
{
	return taken;
}

static uint32_t *chain_of(const struct ip_addr *key)
{
	return &by_key[ip_addr_hash(key, sizeof(*key), 0) & by_key_mask];
}

static struct pending *find_of(const struct answer_to *node)
{
	for (uint32_t at = *chain_of(&node->key); at != 0; at = places[at - 1].next) {
		struct pending *p = &places[at - 1];

		if (ip_addr_equal(&p->node.key, &node->key) && p->node.port == node->port &&
		    memcmp(p->node.mac, node->mac, sizeof(node->mac)) == 0)
			return p;
	}
	return NULL;
}

const struct pending *pending_of(const struct answer_to *node)
{
	return find_of(node);
}

static void timer_expired(struct timer *timer, uint64_t now_ms)
{
	struct pending *p = (struct pending *)((char *)timer - offsetof(struct pending, timer));

	(void)now_ms;
	tell_expired(p);
	pending_remove(p);
}

static struct pending *take_place(const struct ip_addr *key)
{
	struct pending *p = &places[free_first - 1];
	uint32_t *chain = chain_of(key);

	free_first = p->next;
	*p = (struct pending){.next = *chain};
	*chain = (uint32_t)(p - places) + 1;
	taken++;
	return p;
}

struct pending *pending_make(const struct answer_to *node, uint64_t deadline_ms)
{
	struct pending *p = find_of(node);

	if (p == NULL && free_first == 0)
		return NULL;
	if (p == NULL) {
		p = take_place(&node->key);
	} else {
		timer_cancel(&p->timer);
		*p = (struct pending){.next = p->next};
	}
	p->node = *node;
	timer_set(&wheel, &p->timer, deadline_ms, timer_expired);
	return p;
}

static bool is_about(const struct pending *p, uint32_t identification_low,
		     const struct ip_addr *home_agent, const struct ip_addr *relayed_from)
{
	return (uint32_t)p->node.identification == identification_low &&
	       ip_addr_equal(&p->home_agent, home_agent) &&
	       ip_addr_equal(&p->relayed_from, relayed_from);
}

struct pending *pending_find(const struct ip_addr *key, uint32_t identification_low,
			     const struct ip_addr *home_agent, const struct ip_addr *relayed_from)
{
	for (uint32_t at = *chain_of(key); at != 0; at = places[at - 1].next) {
		struct pending *p = &places[at - 1];

		if (ip_addr_equal(&p->node.key, key) &&
		    is_about(p, identification_low, home_agent, relayed_from))
			return p;
	}
	return NULL;
}

struct pending *pending_find_unnamed(uint32_t identification_low, const struct ip_addr *home_agent,
				     const struct ip_addr *relayed_from)
{
	for (uint32_t i = 0; i < place_count && taken > 0; i++) {
		struct pending *p = &places[i];

		if (timer_is_set(&p->timer) && ip4_number(&p->node.home) == 0 &&
		    is_about(p, identification_low, home_agent, relayed_from))
			return p;
	}
	return NULL;
}

void pending_remove(struct pending *p)
{
	uint32_t number = (uint32_t)(p - places) + 1;
	uint32_t *at = chain_of(&p->node.key);

	timer_cancel(&p->timer);
	while (*at != number)
		at = &places[*at - 1].next;
	*at = p->next;
	p->next = free_first;
	free_first = number;
	taken--;
}

unsigned int pending_advance(uint64_t now_ms)
{
	return places != NULL ? timer_wheel_advance(&wheel, now_ms, 0) : 0;
}
