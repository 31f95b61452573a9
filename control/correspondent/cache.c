/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/cache.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "auth/nonces.h"
#include "counters.h"
#include "ha/fold.h"

enum {
	EXPIRE_BUDGET = 64, /* timers run in one turn */
	REQUESTS_MAX = 3,   /* Binding Refresh Requests for one update */
	UNREACHABLES_MAX = 3,
	UNREACHABLE_SPACING_MS = 1000,
	MS = 1000,
};

static struct cached_binding *slots;
static uint32_t *free_slots; /* a stack */
static uint32_t *by_home;    /* the first slot of each chain, plus 1; 0: none */
static uint32_t by_home_mask;
static uint32_t slot_count;
static uint32_t free_count;
static uint32_t valid_count;
static uint64_t secret;
static struct timer_wheel wheel;
static correspondent_refresh_fn *refresh_due;

int correspondent_cache_start(uint32_t capacity, uint64_t hash_secret, uint64_t now_ms,
			      correspondent_refresh_fn *refresh, struct fault *fault)
{
	correspondent_cache_stop();
	timer_wheel_init(&wheel, now_ms);
	if (capacity == 0)
		return 0;
	secret = hash_secret;
	refresh_due = refresh;
	by_home_mask = rte_align32pow2(capacity) - 1;
	by_home = calloc(by_home_mask + 1, sizeof(*by_home));
	slots = calloc(capacity, sizeof(*slots));
	free_slots = calloc(capacity, sizeof(*free_slots));
	if (by_home == NULL || slots == NULL || free_slots == NULL) {
		correspondent_cache_stop();
		fault_set(fault, "/correspondent/bindings",
			  "not enough memory for %u correspondent bindings; make it smaller",
			  capacity);
		return -ENOMEM;
	}
	slot_count = capacity;
	for (uint32_t i = 0; i < capacity; i++)
		free_slots[free_count++] = capacity - 1 - i;
	return 0;
}

void correspondent_cache_stop(void)
{
	free(by_home);
	free(slots);
	free(free_slots);
	by_home = NULL;
	slots = NULL;
	free_slots = NULL;
	slot_count = 0;
	free_count = 0;
	valid_count = 0;
}

/* Keyed, so that nobody can choose home addresses that share one chain. */
static uint32_t *chain_of(const struct ip_addr *home)
{
	uint64_t mixed = fold(ip_addr_word(home, 0) ^ secret,
			      ip_addr_word(home, 1) ^ (secret * UINT64_C(0x9e3779b97f4a7c15)));

	return &by_home[fold(mixed, UINT64_C(0x9e3779b97f4a7c15)) & by_home_mask];
}

static struct cached_binding *find(const struct ip_addr *home)
{
	uint32_t at;

	if (slot_count == 0)
		return NULL;
	at = *chain_of(home);
	while (at != 0 && !ip_addr_equal(&slots[at - 1].home, home))
		at = slots[at - 1].next;
	return at != 0 ? &slots[at - 1] : NULL;
}

const struct cached_binding *correspondent_cache_find(const struct ip_addr *home)
{
	return find(home);
}

const struct ip_addr *correspondent_cache_use(const struct ip_addr *home)
{
	struct cached_binding *b = find(home);

	if (b == NULL || b->state != CACHED_VALID)
		return NULL;
	b->is_used = true;
	return &b->care_of;
}

bool correspondent_cache_is_full(void)
{
	return free_count == 0;
}

uint32_t correspondent_cache_count(void)
{
	return valid_count;
}

uint32_t correspondent_cache_slots(void)
{
	return slot_count;
}

const struct cached_binding *correspondent_cache_at(uint32_t slot)
{
	return slots[slot].state == CACHED_VALID ? &slots[slot] : NULL;
}

static struct cached_binding *make(const struct ip_addr *home)
{
	struct cached_binding *b;
	uint32_t *chain;
	uint32_t slot;

	if (free_count == 0)
		return NULL;
	slot = free_slots[--free_count];
	b = &slots[slot];
	chain = chain_of(home);
	*b = (struct cached_binding){.home = *home, .slot = slot, .next = *chain};
	*chain = slot + 1;
	return b;
}

static void forget(struct cached_binding *b)
{
	uint32_t *at = chain_of(&b->home);

	while (*at != b->slot + 1)
		at = &slots[*at - 1].next;
	*at = b->next;
	timer_cancel(&b->timer);
	b->state = CACHED_NONE;
	free_slots[free_count++] = b->slot;
}

static struct cached_binding *binding_of(struct timer *timer)
{
	return (struct cached_binding *)((char *)timer - offsetof(struct cached_binding, timer));
}

static void nonces_ended(struct timer *timer, uint64_t now_ms)
{
	(void)now_ms;
	forget(binding_of(timer));
}

/* RFC 6275 §5.2.8. */
static void end(struct cached_binding *b, uint64_t now_ms)
{
	valid_count--;
	b->state = CACHED_ENDED;
	if (b->nonces_until_ms <= now_ms)
		forget(b);
	else
		timer_set(&wheel, &b->timer, b->nonces_until_ms, nonces_ended);
}

static void watch(struct cached_binding *b, uint64_t now_ms);

/* RFC 6275 §9.5.5. */
static void binding_due(struct timer *timer, uint64_t now_ms)
{
	struct cached_binding *b = binding_of(timer);

	if (b->expiry_ms <= now_ms) {
		count(COUNT_CORRESPONDENT_EXPIRED);
		end(b, now_ms);
		return;
	}
	if (b->is_used) {
		b->requests++;
		refresh_due(b);
	}
	watch(b, now_ms);
}

/* Wakes up when a quarter of the lifetime is left, then when half of what was left then is, so often
 * as there are requests, and at the end. */
static void watch(struct cached_binding *b, uint64_t now_ms)
{
	uint64_t left_ms = (uint64_t)b->lifetime_s * MS / 4;
	uint64_t due_ms = b->expiry_ms - left_ms;

	for (unsigned int i = 0; i < REQUESTS_MAX && due_ms <= now_ms; i++) {
		left_ms /= 2;
		due_ms = i + 1 < REQUESTS_MAX ? b->expiry_ms - left_ms : b->expiry_ms;
	}
	timer_set(&wheel, &b->timer, due_ms, binding_due);
}

static void keep_nonces(struct cached_binding *b, const struct cache_update *update)
{
	bool is_first = b->state == CACHED_NONE;

	if (is_first || nonces_is_newer(update->home_nonce, b->home_nonce))
		b->home_nonce = update->home_nonce;
	if (update->nonces_until_ms > b->nonces_until_ms)
		b->nonces_until_ms = update->nonces_until_ms;
	b->sequence = update->sequence;
}

bool correspondent_cache_put(const struct cache_update *update, uint64_t now_ms)
{
	struct cached_binding *b = find(&update->home);

	if (b == NULL)
		b = make(&update->home);
	if (b == NULL)
		return false;
	keep_nonces(b, update);
	if (b->state != CACHED_VALID) {
		valid_count++;
		b->updates = 0;
	}
	b->state = CACHED_VALID;
	b->care_of = update->care_of;
	b->correspondent = update->correspondent;
	b->flags = update->flags;
	b->lifetime_s = update->lifetime_s;
	b->updated_ms = now_ms;
	b->expiry_ms = now_ms + (uint64_t)update->lifetime_s * MS;
	b->updates++;
	b->requests = 0;
	b->unreachables = 0;
	b->unreachable_ms = 0;
	b->is_used = false;
	watch(b, now_ms);
	return true;
}

void correspondent_cache_delete(const struct cache_update *update, uint64_t now_ms)
{
	struct cached_binding *b = find(&update->home);

	if (b == NULL || b->state != CACHED_VALID)
		return;
	keep_nonces(b, update);
	b->updated_ms = now_ms;
	end(b, now_ms);
}

/* RFC 6275 §9.3.4. Nothing was unreachable that nothing was sent to. */
void correspondent_cache_unreachable(const struct ip_addr *home, const struct ip_addr *care_of,
				     uint64_t now_ms)
{
	struct cached_binding *b = find(home);

	if (b == NULL || b->state != CACHED_VALID || !b->is_used ||
	    !ip_addr_equal(&b->care_of, care_of) ||
	    (b->unreachables > 0 && now_ms < b->unreachable_ms + UNREACHABLE_SPACING_MS))
		return;
	b->unreachable_ms = now_ms;
	if (++b->unreachables < UNREACHABLES_MAX)
		return;
	count(COUNT_CORRESPONDENT_UNREACHABLE);
	end(b, now_ms);
}

unsigned int correspondent_cache_advance(uint64_t now_ms)
{
	return slot_count != 0 ? timer_wheel_advance(&wheel, now_ms, EXPIRE_BUDGET) : 0;
}
