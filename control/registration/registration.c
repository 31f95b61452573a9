/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/registration.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <rte_prefetch.h>

#include "bcache.h"
#include "counters.h"
#include "ha/encap.h"
#include "ha/ip_hash.h"
#include "ha/time.h"
#include "nexthop.h"
#include "retire.h"
#include "service.h"
#include "tunnel/path_mtu.h"

enum {
	SWEEP_SLOTS = 512,   /* looked at in one turn of the loop after routes changed */
	EXPIRE_BUDGET = 512, /* timers run in one turn */
	WATCHERS_MAX = 4,
};

static struct registration *slots;
static uint32_t
	*free_slots; /* a stack; a slot comes back when no worker can count on it any more */
static uint32_t free_count;
static uint32_t capacity;   /* bindings in force at most */
static uint32_t slot_count; /* more: de-registered nodes keep theirs for a while */
static uint32_t valid_count;
static uint32_t invalid_count;
static uint32_t *by_home; /* the first slot of each chain, plus 1; 0: none */
static uint32_t by_home_mask;
static struct timer_wheel wheel;
static const struct registration_watcher *watchers[WATCHERS_MAX];
static unsigned int watcher_count;
static uint32_t sweep_at;   /* next slot whose next hop is looked up again */
static uint32_t sweep_left; /* how many are still to be looked at */

uint32_t registration_slots_for(uint32_t bindings)
{
	return bindings + bindings / 8 + 64;
}

uint64_t registration_octets(uint32_t bindings)
{
	return bcache_octets(registration_slots_for(bindings));
}

/* by_home, slots and free_slots; and the numbers that the cache keeps of what is free. */
uint64_t registration_heap_octets(uint32_t bindings)
{
	uint64_t count = registration_slots_for(bindings);

	return rte_align64pow2(count) * sizeof(*by_home) +
	       count * (sizeof(*slots) + sizeof(*free_slots) + 2 * sizeof(uint32_t));
}

int registration_start(const struct config *config, struct fault *fault)
{
	capacity = config->binding_capacity;
	slot_count = registration_slots_for(capacity);
	sweep_at = 0;
	sweep_left = 0;
	by_home_mask = rte_align32pow2(slot_count) - 1;
	by_home = calloc(by_home_mask + 1, sizeof(*by_home));
	slots = calloc(slot_count, sizeof(*slots));
	free_slots = calloc(slot_count, sizeof(*free_slots));
	if (by_home == NULL || slots == NULL || free_slots == NULL) {
		registration_stop();
		fault_set(fault, "/bindings/capacity",
			  "not enough memory for %u registrations; make it smaller, or "
			  "/memory/megabytes larger",
			  capacity);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < slot_count; i++)
		free_slots[free_count++] = slot_count - 1 - i;
	timer_wheel_init(&wheel, monotonic_ms());
	return bcache_start(slot_count, fault);
}

void registration_stop(void)
{
	bcache_stop();
	free(by_home);
	free(slots);
	free(free_slots);
	by_home = NULL;
	slots = NULL;
	free_slots = NULL;
	free_count = 0;
}

static uint32_t *chain_of(const struct ip_addr *home)
{
	return &by_home[ip_addr_hash(home, sizeof(*home), 0) & by_home_mask];
}

static struct registration *find(const struct ip_addr *home)
{
	uint32_t at = *chain_of(home);

	while (at != 0 && !ip_addr_equal(&slots[at - 1].home, home))
		at = slots[at - 1].next;
	return at != 0 ? &slots[at - 1] : NULL;
}

static void link_slot(struct registration *r)
{
	uint32_t *chain = chain_of(&r->home);

	r->next = *chain;
	*chain = r->slot + 1;
}

static void unlink_slot(const struct registration *r)
{
	uint32_t *at = chain_of(&r->home);

	while (*at != r->slot + 1)
		at = &slots[*at - 1].next;
	*at = r->next;
}

void registration_fetch(const struct ip_addr *home, unsigned int step)
{
	const uint32_t *chain = chain_of(home);
	uint32_t at = step == 0 ? 0 : *chain;

	if (step == 0) {
		rte_prefetch0(chain);
	} else if (at != 0 && step == 1) {
		for (size_t i = 0; i < sizeof(*slots); i += RTE_CACHE_LINE_SIZE)
			rte_prefetch0((const char *)&slots[at - 1] + i);
	} else if (at != 0) {
		rte_prefetch0(slots[at - 1].binding);
	}
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return find(home);
}

uint32_t registration_count(void)
{
	return valid_count;
}

uint32_t registration_count_invalid(void)
{
	return invalid_count;
}

uint32_t registration_capacity(void)
{
	return capacity;
}

bool registration_is_full(void)
{
	return valid_count >= capacity || free_count == 0;
}

uint32_t registration_slots(void)
{
	return slot_count;
}

const struct registration *registration_at(uint32_t slot)
{
	return slots[slot].state == REGISTRATION_VALID ? &slots[slot] : NULL;
}

static void free_slot(void *unused, uintptr_t slot)
{
	(void)unused;
	dataplane_binding_stats_clear((uint32_t)slot);
	free_slots[free_count++] = (uint32_t)slot;
}

/* Workers that still read the binding count on its slot: it is free only after them. */
static void forget(struct registration *r)
{
	timer_cancel(&r->timer);
	unlink_slot(r);
	r->state = REGISTRATION_NONE;
	retire(free_slot, NULL, r->slot);
}

void registration_watch(const struct registration_watcher *watcher)
{
	assert(watcher_count < WATCHERS_MAX); /* a fifth part wants a larger WATCHERS_MAX */
	watchers[watcher_count++] = watcher;
}

void registration_unwatch(void)
{
	watcher_count = 0;
}

static void withdraw(struct registration *r)
{
	for (unsigned int i = 0; i < watcher_count; i++)
		watchers[i]->ended(r);
	nexthop_release(r->binding->next_hop);
	bcache_remove(r->binding);
	r->binding = NULL;
	valid_count--;
}

static struct registration *registration_of(struct timer *timer)
{
	return (struct registration *)((char *)timer - offsetof(struct registration, timer));
}

static void invalid_ended(struct timer *timer, uint64_t now_ms)
{
	(void)now_ms;
	invalid_count--;
	forget(registration_of(timer));
}

static void lifetime_ended(struct timer *timer, uint64_t now_ms)
{
	struct registration *r = registration_of(timer);

	if (r->expiry_ms > now_ms) {
		timer_set(&wheel, timer, r->expiry_ms, lifetime_ended);
		return;
	}
	count(COUNT_EXPIRED);
	withdraw(r);
	forget(r);
}

bool registration_remove(const struct ip_addr *home)
{
	struct registration *r = find(home);

	if (r == NULL || r->state != REGISTRATION_VALID)
		return false;
	count(COUNT_REMOVED);
	withdraw(r);
	forget(r);
	return true;
}

void registration_set_revoked(const struct ip_addr *home)
{
	struct registration *r = find(home);

	if (r != NULL && r->state == REGISTRATION_VALID)
		r->is_revoked = true;
}

static struct registration *make(const struct ip_addr *home, uint64_t now_ms)
{
	struct registration *r;
	uint32_t slot;

	if (free_count == 0)
		return NULL;
	slot = free_slots[free_count - 1];
	r = &slots[slot];
	*r = (struct registration){.home = *home, .slot = slot, .registered_ms = now_ms};
	link_slot(r);
	free_count--;
	return r;
}

/* Largest inner packet the way to the care-of address carries in its tunnel, RFC 2473 §6.7. */
static uint16_t inner_mtu(const struct ip_addr *care_of, uint32_t next_hop)
{
	uint16_t mtu = path_mtu_towards(care_of, nexthop_mtu(next_hop));
	uint16_t overhead = service_tunnel_overhead();

	return mtu > overhead ? (uint16_t)(mtu - overhead) : (uint16_t)(1500 - overhead);
}

/* Publishes what the registration says now in place of what workers see. */
static int publish(struct registration *r, const struct ip_addr *care_of, uint64_t expiry_ms,
		   uint64_t now_ms)
{
	struct binding *next = bcache_make();
	const struct binding *old = r->binding;
	uint32_t old_hop = old != NULL ? old->next_hop : NEXTHOP_NONE;
	int rc;

	if (next == NULL)
		return -ENOSPC;
	next->home = r->home;
	next->care_of = *care_of;
	next->expiry_tsc = rte_rdtsc() + tsc_from_ms(expiry_ms - now_ms);
	next->slot = r->slot;
	next->next_hop = nexthop_towards(care_of);
	next->tunnel = r->tunnel;
	next->inner_mtu = inner_mtu(care_of, next->next_hop);
	nexthop_hold(next->next_hop);
	rc = bcache_publish(old, next);
	if (rc != 0) {
		nexthop_release(next->next_hop);
		return rc;
	}
	nexthop_release(old_hop);
	r->binding = next;
	return 0;
}

static int put_in_force(const struct binding_request *request,
			const struct binding_verdict *verdict, uint16_t tunnel, uint32_t spi)
{
	uint64_t now_ms = monotonic_ms();
	uint64_t expiry_ms = now_ms + (uint64_t)verdict->lifetime_s * 1000;
	struct registration *r = find(&request->home);
	bool is_new = r == NULL;
	uint8_t before;
	int rc;

	if (is_new)
		r = make(&request->home, now_ms);
	if (r == NULL)
		return -ENOSPC;
	before = r->state;
	r->tunnel = tunnel;
	rc = publish(r, &request->care_of, expiry_ms, now_ms);
	if (rc != 0) {
		if (is_new)
			forget(r);
		return rc;
	}
	if (before == REGISTRATION_INVALID) {
		invalid_count--;
		r->registered_ms = now_ms;
		r->updates = 0;
		r->moves = 0;
	}
	if (before != REGISTRATION_VALID)
		valid_count++;
	else if (!ip_addr_equal(&r->care_of, &request->care_of))
		r->moves++;
	r->state = REGISTRATION_VALID;
	r->care_of = request->care_of;
	r->source = request->source;
	r->sequence = request->sequence;
	r->flags = request->flags;
	r->lifetime_s = verdict->lifetime_s;
	r->spi = spi;
	r->updates++;
	r->updated_ms = now_ms;
	r->expiry_ms = expiry_ms;
	/* A timer that comes too early moves itself: cheaper than moving it at every refresh, which
	 * touches its neighbours in the wheel. */
	if (before != REGISTRATION_VALID || expiry_ms < r->timer.due_ms)
		timer_set(&wheel, &r->timer, expiry_ms, lifetime_ended);
	for (unsigned int i = 0; i < watcher_count; i++)
		watchers[i]->registered(r, before != REGISTRATION_VALID);
	return 0;
}

/* Should there be no entry for what workers see, they go on until the timer. */
void registration_shorten(uint32_t slot, uint64_t expiry_ms)
{
	struct registration *r = &slots[slot];
	uint64_t now_ms = monotonic_ms();

	if (r->state != REGISTRATION_VALID || r->expiry_ms <= expiry_ms)
		return;
	r->expiry_ms = expiry_ms;
	if (expiry_ms > now_ms)
		publish(r, &r->care_of, expiry_ms, now_ms);
	timer_set(&wheel, &r->timer, expiry_ms, lifetime_ended);
}

/* RFC 6275 §10.3.2: the entry stays, marked invalid, so that a late older update is refused by its
 * sequence number. */
static void take_out(const struct binding_request *request)
{
	struct registration *r = find(&request->home);
	uint64_t now_ms = monotonic_ms();

	withdraw(r);
	invalid_count++;
	r->state = REGISTRATION_INVALID;
	r->is_revoked = false;
	r->sequence = request->sequence;
	r->updated_ms = now_ms;
	timer_set(&wheel, &r->timer, now_ms + MAX_DELETE_BCE_TIMEOUT_S * 1000, invalid_ended);
}

int registration_apply(const struct binding_request *request, const struct binding_verdict *verdict,
		       uint16_t tunnel, uint32_t spi)
{
	if (verdict->action == ACTION_REGISTER)
		return put_in_force(request, verdict, tunnel, spi);
	take_out(request);
	return 0;
}

void registration_routes_changed(void)
{
	sweep_left = slot_count;
}

/* Publishes the binding anew if it goes another way now, or has another size to keep to. */
static void follow(struct registration *r, uint64_t now_ms)
{
	uint32_t hop;

	if (r->state != REGISTRATION_VALID || r->expiry_ms <= now_ms)
		return;
	hop = nexthop_towards(&r->care_of);
	if (hop != r->binding->next_hop || inner_mtu(&r->care_of, hop) != r->binding->inner_mtu)
		publish(r, &r->care_of, r->expiry_ms, now_ms);
}

void registration_path_changed(const struct ip_addr *home)
{
	struct registration *r = find(home);

	if (r != NULL)
		follow(r, monotonic_ms());
}

/* A slice of the bindings. What changes meanwhile only makes the round longer: however often that
 * is, each slot has its turn. */
static unsigned int sweep(uint64_t now_ms)
{
	uint32_t n = sweep_left < SWEEP_SLOTS ? sweep_left : SWEEP_SLOTS;

	for (uint32_t i = 0; i < n; i++) {
		follow(&slots[sweep_at], now_ms);
		sweep_at = sweep_at + 1 < slot_count ? sweep_at + 1 : 0;
	}
	sweep_left -= n;
	return n != 0;
}

unsigned int registration_poll(void *unused)
{
	uint64_t now_ms = monotonic_ms();

	(void)unused;
	return timer_wheel_advance(&wheel, now_ms, EXPIRE_BUDGET) + sweep(now_ms);
}
