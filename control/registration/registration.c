/* SPDX-License-Identifier: BSD-3-Clause */
#include "registration/registration.h"

#include <assert.h>
#include <errno.h>

#include "bcache.h"
#include "counters.h"
#include "ha/time.h"
#include "registration/publish.h"
#include "registration/slots.h"

enum {
	SWEEP_SLOTS = 512,   /* looked at in one turn of the loop after routes changed */
	EXPIRE_BUDGET = 512, /* timers run in one turn */
	WATCHERS_MAX = 8,
};

static uint32_t capacity; /* bindings in force at most */
static uint32_t valid_count;
static uint32_t counts[REGISTRATION_PROTOCOLS]; /* of them, by protocol */
static uint32_t invalid_count;
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

/* The slots, and the numbers that the cache keeps of what is free. */
uint64_t registration_heap_octets(uint32_t bindings)
{
	uint32_t count = registration_slots_for(bindings);

	return slots_octets(count) + count * 2 * sizeof(uint32_t);
}

int registration_start(const struct config *config, struct fault *fault)
{
	uint32_t count = registration_slots_for(config->binding_capacity);

	capacity = config->binding_capacity;
	sweep_at = 0;
	sweep_left = 0;
	if (slots_start(count) != 0) {
		fault_set(fault, "/bindings/capacity",
			  "not enough memory for %u registrations; make it smaller, or "
			  "/memory/megabytes larger",
			  capacity);
		return -ENOMEM;
	}
	timer_wheel_init(&wheel, monotonic_ms());
	return bcache_start(count, fault);
}

void registration_stop(void)
{
	bcache_stop();
	slots_stop();
}

void registration_fetch(const struct ip_addr *home, unsigned int step)
{
	slots_fetch(home, step);
}

const struct registration *registration_find(const struct ip_addr *home)
{
	return slots_find(home);
}

const struct registration *registration_find_at(const struct ip_addr *home,
						const struct ip_addr *care_of)
{
	const struct registration *r = slots_find(home);

	if (r != NULL && r->state != REGISTRATION_VALID)
		return NULL;
	while (r != NULL && !ip_addr_equal(&r->care_of, care_of))
		r = r->also;
	return r;
}

uint32_t registration_count(void)
{
	return valid_count;
}

uint32_t registration_count_of(enum registration_protocol protocol)
{
	return counts[protocol];
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
	return valid_count >= capacity || !slots_are_free();
}

uint32_t registration_slots(void)
{
	return slots_count();
}

const struct registration *registration_at(uint32_t slot)
{
	const struct registration *r = slots_at(slot);

	return r->state == REGISTRATION_VALID ? r : NULL;
}

void registration_watch(const struct registration_watcher *watcher)
{
	assert(watcher_count < WATCHERS_MAX); /* one part more wants a larger WATCHERS_MAX */
	watchers[watcher_count++] = watcher;
}

void registration_unwatch(void)
{
	watcher_count = 0;
}

static void forget(struct registration *r)
{
	timer_cancel(&r->timer);
	slots_forget(r);
}

static void tell_registered(const struct registration *r, bool is_new)
{
	for (unsigned int i = 0; i < watcher_count; i++)
		if (watchers[i]->protocol == r->protocol)
			watchers[i]->registered(r, is_new);
}

static void tell_ended(const struct registration *r, bool is_last)
{
	for (unsigned int i = 0; i < watcher_count; i++)
		if (watchers[i]->protocol == r->protocol)
			watchers[i]->ended(r, is_last);
}

static void join(struct registration_chain *chain, struct registration *r)
{
	chain->members[chain->count++] = r;
}

/* Who stays hangs on the first of them. */
static void relink(struct registration *old_first, const struct registration_chain *stay)
{
	for (unsigned int i = 0; i < stay->count; i++)
		stay->members[i]->also = i + 1 < stay->count ? stay->members[i + 1] : NULL;
	if (stay->count == 0 || stay->members[0] == old_first)
		return;
	slots_unlink(old_first);
	slots_link(stay->members[0]);
}

static void leave(struct registration *r)
{
	r->also = NULL;
	valid_count--;
	counts[r->protocol]--;
}

/* Some of what a home address has, first of them the one that is found, is no longer in force. What is told looks at it as it
 * was. */
static void withdraw(struct registration *first, struct publication *p)
{
	p->old = first->binding;
	for (unsigned int i = 0; i < p->gone.count; i++)
		tell_ended(p->gone.members[i], p->stay.count == 0 && i + 1 == p->gone.count);
	publish(p);
	relink(first, &p->stay);
	for (unsigned int i = 0; i < p->gone.count; i++)
		leave(p->gone.members[i]);
}

static void forget_all(struct registration *first, const struct publication *p)
{
	if (p->stay.count == 0)
		slots_unlink(first);
	for (unsigned int i = 0; i < p->gone.count; i++)
		forget(p->gone.members[i]);
}

static struct registration *registration_of(struct timer *timer)
{
	return (struct registration *)((char *)timer - offsetof(struct registration, timer));
}

static void invalid_ended(struct timer *timer, uint64_t now_ms)
{
	struct registration *r = registration_of(timer);

	(void)now_ms;
	invalid_count--;
	slots_unlink(r);
	forget(r);
}

/* The binding of a home address at that care-of address, or all (NULL). How many there were. */
static unsigned int end(struct registration *first, const struct ip_addr *care_of)
{
	struct publication p = {0};

	for (struct registration *r = first; r != NULL; r = r->also)
		join(care_of == NULL || ip_addr_equal(&r->care_of, care_of) ? &p.gone : &p.stay, r);
	if (p.gone.count == 0)
		return 0;
	withdraw(first, &p);
	forget_all(first, &p);
	return p.gone.count;
}

static void lifetime_ended(struct timer *timer, uint64_t now_ms)
{
	struct registration *r = registration_of(timer);

	if (r->expiry_ms > now_ms) {
		timer_set(&wheel, timer, r->expiry_ms, lifetime_ended);
		return;
	}
	count(COUNT_EXPIRED);
	end(slots_find(&r->home), &r->care_of);
}

unsigned int registration_withdraw(const struct ip_addr *home, const struct ip_addr *care_of)
{
	struct registration *r = slots_find(home);

	return r != NULL && r->state == REGISTRATION_VALID ? end(r, care_of) : 0;
}

bool registration_remove(const struct ip_addr *home)
{
	unsigned int removed = registration_withdraw(home, NULL);

	counters[COUNT_REMOVED] += removed;
	return removed != 0;
}

void registration_set_revoked(const struct ip_addr *home, const struct ip_addr *care_of)
{
	for (struct registration *r = slots_find(home); r != NULL; r = r->also)
		if (r->state == REGISTRATION_VALID &&
		    (care_of == NULL || ip_addr_equal(care_of, &r->care_of)))
			r->is_revoked = true;
}

/* Which registration of the home address an order is about: the one at that care-of address; else the first one, which moves,
 * or takes the place of an invalid mark; NULL: a new one. */
static struct registration *subject_of(struct registration *first,
				       const struct registration_order *order)
{
	struct registration *r = first;

	if (first == NULL || first->state != REGISTRATION_VALID)
		return first;
	while (r != NULL && !ip_addr_equal(&r->care_of, &order->care_of))
		r = r->also;
	return r != NULL || order->keep_others ? r : first;
}

/* What becomes of the registrations of the home address. False when there would be too many. */
static bool plan(struct publication *p, struct registration *first, struct registration *r,
		 const struct registration_order *order)
{
	bool is_new = true;

	for (struct registration *at = first; at != NULL; at = at->also) {
		is_new = is_new && at != r;
		join(at == r || order->keep_others ? &p->stay : &p->gone, at);
	}
	if (is_new && p->stay.count == SIMULTANEOUS_BINDINGS_MAX)
		return false;
	if (is_new)
		join(&p->stay, r);
	p->old = first != NULL ? first->binding : NULL;
	p->changed = r;
	return true;
}

static uint64_t expiry_of(uint32_t lifetime_s, uint64_t now_ms)
{
	return lifetime_s == LIFETIME_INFINITE_S ? REGISTRATION_FOREVER
						 : now_ms + (uint64_t)lifetime_s * 1000;
}

static uint64_t expiry_tsc(uint64_t expiry_ms, uint64_t now_ms)
{
	return expiry_ms == REGISTRATION_FOREVER ? UINT64_MAX
						 : rte_rdtsc() + tsc_from_ms(expiry_ms - now_ms);
}

/* A timer that comes too early moves itself: cheaper than moving it at every refresh, which
 * touches its neighbours in the wheel. */
static void set_lifetime_timer(struct registration *r, bool was_valid)
{
	if (r->expiry_ms == REGISTRATION_FOREVER)
		timer_cancel(&r->timer);
	else if (!was_valid || !timer_is_set(&r->timer) || r->expiry_ms < r->timer.due_ms)
		timer_set(&wheel, &r->timer, r->expiry_ms, lifetime_ended);
}

/* As a slot begins, or begins anew. */
static void note_beginning(struct registration *r, const struct registration_order *order,
			   uint64_t now_ms)
{
	if (r->state == REGISTRATION_INVALID)
		invalid_count--;
	valid_count++;
	counts[order->protocol]++;
	r->registered_ms = now_ms;
	r->updates = 0;
	r->moves = 0;
	r->state = REGISTRATION_VALID;
}

/* What was revoked is the binding that it had before. */
static void note_move(struct registration *r)
{
	r->moves++;
	r->is_revoked = false;
}

static void note(struct registration *r, const struct registration_order *order, uint64_t expiry_ms,
		 uint64_t now_ms)
{
	bool was_valid = r->state == REGISTRATION_VALID;

	if (!was_valid)
		note_beginning(r, order, now_ms);
	else if (!ip_addr_equal(&r->care_of, &order->care_of))
		note_move(r);
	r->protocol = order->protocol;
	r->care_of = order->care_of;
	r->source = order->source;
	r->identification = order->identification;
	r->sequence = order->sequence;
	r->flags = order->flags;
	r->tunnel = order->tunnel;
	r->source_port = order->source_port;
	r->revocation = order->revocation;
	r->revocation_timestamp = order->revocation_timestamp;
	r->lifetime_s = order->lifetime_s;
	r->spi = order->spi;
	r->updates++;
	r->updated_ms = now_ms;
	r->expiry_ms = expiry_ms;
	set_lifetime_timer(r, was_valid);
}

/* What is told of those that go looks at them as they were. Where there are any, publishing does not fail. */
static int replace(const struct publication *p)
{
	int rc;

	for (unsigned int i = 0; i < p->gone.count; i++)
		tell_ended(p->gone.members[i], false);
	rc = publish(p);
	for (unsigned int i = 0; rc == 0 && i < p->gone.count; i++) {
		leave(p->gone.members[i]);
		forget(p->gone.members[i]);
	}
	return rc;
}

int registration_apply(const struct registration_order *order)
{
	uint64_t now_ms = monotonic_ms();
	uint64_t expiry_ms = expiry_of(order->lifetime_s, now_ms);
	struct registration *first = slots_find(&order->home);
	bool is_new = first == NULL || first->state != REGISTRATION_VALID;
	struct registration *r = subject_of(first, order);
	struct binding as = publish_binding_of(order);
	struct publication p = {.as = &as};
	bool is_made = r == NULL;

	if (is_made)
		r = slots_make(&order->home, now_ms);
	if (r == NULL)
		return -ENOSPC;
	as.slot = r->slot;
	as.expiry_tsc = expiry_tsc(expiry_ms, now_ms);
	if (!plan(&p, first, r, order) || replace(&p) != 0) {
		if (is_made)
			slots_unmake(r);
		return -ENOSPC;
	}
	if (first == NULL)
		slots_link(r);
	else
		relink(first, &p.stay);
	note(r, order, expiry_ms, now_ms);
	tell_registered(r, is_new);
	return 0;
}

/* Publishes the home address of one registration anew, which is now to be seen as given. */
static void publish_again(struct registration *r, const struct binding *as)
{
	struct registration *first = slots_find(&r->home);
	struct publication p = {.old = first->binding, .changed = r, .as = as};

	for (struct registration *at = first; at != NULL; at = at->also)
		join(&p.stay, at);
	publish(&p);
}

void registration_shorten(uint32_t slot, uint64_t expiry_ms)
{
	struct registration *r = slots_at(slot);
	uint64_t now_ms = monotonic_ms();
	struct binding as;

	if (r->state != REGISTRATION_VALID || r->expiry_ms <= expiry_ms)
		return;
	r->expiry_ms = expiry_ms;
	if (expiry_ms > now_ms) {
		publish_follow(r, &as);
		as.expiry_tsc = expiry_tsc(expiry_ms, now_ms);
		publish_again(r, &as);
	}
	timer_set(&wheel, &r->timer, expiry_ms, lifetime_ended);
}

void registration_bind_port(uint32_t slot, uint16_t udp_port)
{
	struct registration *r = slots_at(slot);
	struct binding as = *r->binding;

	as.udp_port = udp_port;
	publish_again(r, &as);
}

void registration_deregister(const struct ip_addr *home, uint16_t sequence)
{
	struct registration *r = slots_find(home);
	struct publication p = {.gone = {.members = {r}, .count = 1}};
	uint64_t now_ms = monotonic_ms();

	withdraw(r, &p);
	invalid_count++;
	r->state = REGISTRATION_INVALID;
	r->is_revoked = false;
	r->sequence = sequence;
	r->updated_ms = now_ms;
	timer_set(&wheel, &r->timer, now_ms + MAX_DELETE_BCE_TIMEOUT_S * 1000, invalid_ended);
}

void registration_routes_changed(void)
{
	sweep_left = slots_count();
}

/* Publishes the binding anew if it goes another way now, or has another size to keep to. */
static void follow(struct registration *r, uint64_t now_ms)
{
	struct binding as;

	if (r->state == REGISTRATION_VALID && r->expiry_ms > now_ms && publish_follow(r, &as))
		publish_again(r, &as);
}

void registration_path_changed(const struct ip_addr *home)
{
	uint64_t now_ms = monotonic_ms();

	for (struct registration *r = slots_find(home); r != NULL; r = r->also)
		follow(r, now_ms);
}

/* A slice of the bindings. What changes meanwhile only makes the round longer: however often that
 * is, each slot has its turn. */
static unsigned int sweep(uint64_t now_ms)
{
	uint32_t n = sweep_left < SWEEP_SLOTS ? sweep_left : SWEEP_SLOTS;

	for (uint32_t i = 0; i < n; i++) {
		follow(slots_at(sweep_at), now_ms);
		sweep_at = sweep_at + 1 < slots_count() ? sweep_at + 1 : 0;
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
