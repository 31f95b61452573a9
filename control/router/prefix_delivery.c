/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/prefix_delivery.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_random.h>

#include "counters.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "ha/wire/ip6.h"
#include "router/home_link.h"
#include "router/mobile_prefix.h"
#include "router/prefix_delay.h"
#include "send.h"
#include "service.h"
#include "timer.h"

enum {
	PREFIX_ADV_TIMEOUT_MS = 3000, /* RFC 6275 §12 */
	PREFIX_ADV_RETRIES = 3,
	SPACING_MS = 1000, /* §6.8: not more than one a second to one node */
	BUDGET = 64,	   /* sent in one turn of the loop */
};

enum delivery_state {
	DELIVERY_NONE,	     /* no binding */
	DELIVERY_QUIET,	     /* the node knows; the timer ends MaxMobPfxAdvInterval */
	DELIVERY_SCHEDULED,  /* the first transmission waits for its random time */
	DELIVERY_REPEATING,  /* sent, and no solicitation came yet */
	DELIVERY_UNANSWERED, /* sent as often as may be; until the next Binding Update */
};

struct delivery {
	struct timer timer;
	uint64_t sent_ms; /* 0: never. Outlives the binding, for the spacing */
	uint8_t state;	  /* enum delivery_state */
	uint8_t repeats;
};

static const struct config *config;
static struct delivery *deliveries; /* by slot; NULL while advertising is off */
static struct timer_wheel wheel;

static timer_fn due;

static void set_timer(struct delivery *d, enum delivery_state state, uint64_t due_ms)
{
	d->state = (uint8_t)state;
	timer_set(&wheel, &d->timer, due_ms, due);
}

static uint64_t quiet_until(uint64_t now_ms)
{
	return now_ms + (uint64_t)config->prefix_max_interval_s * 1000;
}

static bool is_too_soon(const struct delivery *d, uint64_t now_ms)
{
	return d->sent_ms != 0 && now_ms - d->sent_ms < SPACING_MS;
}

/* RFC 6275 §10.6.3: by way of the care-of address, from the address that the registration was sent
 * to. */
static void send_to(uint16_t worker, const struct registration *r, uint16_t identifier,
		    uint64_t now_ms)
{
	struct recipient recipient = {.to = r->care_of, .home = r->home, .has_home = true};
	uint8_t message[MOBILE_PREFIX_OCTETS_MAX];
	struct nd_prefix prefixes[HOME_PREFIXES_MAX];
	const struct tunnel_class *tunnels;
	uint16_t tunnel_count;
	uint16_t prefix_count = home_link_prefixes(&r->home, prefixes);
	uint16_t octets =
		mobile_prefix_advertisement_encode(identifier, prefixes, prefix_count, message);

	tunnels = service_tunnels(&tunnel_count);
	deliveries[r->slot].sent_ms = now_ms;
	if (send_message(worker, &tunnels[r->tunnel].home_agent, &recipient, PROTO_ICMP6, message,
			 octets))
		count(COUNT_PREFIX_ADVERTISED);
}

static uint64_t delay_ms(const struct registration *r)
{
	uint32_t preferred_s;
	uint32_t valid_s;

	service_prefix_of(&r->home, &valid_s, &preferred_s);
	return prefix_delay_ms(config->prefix_min_interval_s, config->prefix_max_interval_s,
			       valid_s, preferred_s, rte_rand());
}

/* What is scheduled already keeps its time: what it says is put together when it is sent. So does
 * what was sent and not acknowledged become part of the next (§10.6.2). */
void prefix_delivery_schedule(const struct registration *r)
{
	struct delivery *d;

	if (deliveries == NULL)
		return;
	d = &deliveries[r->slot];
	if (d->state != DELIVERY_SCHEDULED)
		set_timer(d, DELIVERY_SCHEDULED, monotonic_ms() + delay_ms(r));
}

void prefix_delivery_solicited(uint16_t worker, const struct registration *r, uint16_t identifier)
{
	struct delivery *d;
	uint64_t now_ms = monotonic_ms();

	if (deliveries == NULL)
		return;
	d = &deliveries[r->slot];
	if (is_too_soon(d, now_ms)) {
		count(COUNT_PREFIX_LIMITED);
		if (d->state != DELIVERY_SCHEDULED)
			set_timer(d, DELIVERY_QUIET, quiet_until(d->sent_ms));
		return;
	}
	send_to(worker, r, identifier, now_ms);
	set_timer(d, DELIVERY_QUIET, quiet_until(now_ms));
}

/* Once, and again after 3, 6 and 12 seconds more. */
static void transmit(struct delivery *d, const struct registration *r, uint64_t now_ms)
{
	d->repeats = d->state == DELIVERY_SCHEDULED ? 0 : (uint8_t)(d->repeats + 1);
	send_to((uint16_t)(r->slot % dataplane_worker_count()), r, 0, now_ms);
	if (d->repeats < PREFIX_ADV_RETRIES)
		set_timer(d, DELIVERY_REPEATING,
			  now_ms + ((uint64_t)PREFIX_ADV_TIMEOUT_MS << d->repeats));
	else
		set_timer(d, DELIVERY_UNANSWERED, quiet_until(now_ms));
}

static void due(struct timer *timer, uint64_t now_ms)
{
	struct delivery *d = (struct delivery *)timer;
	const struct registration *r = registration_at((uint32_t)(d - deliveries));

	if (r == NULL)
		return;
	if (d->state == DELIVERY_QUIET || d->state == DELIVERY_UNANSWERED)
		prefix_delivery_schedule(r);
	else if (is_too_soon(d, now_ms))
		timer_set(&wheel, timer, d->sent_ms + SPACING_MS, due);
	else
		transmit(d, r, now_ms);
}

static void registered(const struct registration *r, bool is_new)
{
	struct delivery *d = &deliveries[r->slot];

	if (is_new)
		prefix_delivery_schedule(r);
	else if (d->state == DELIVERY_UNANSWERED)
		set_timer(d, DELIVERY_SCHEDULED, monotonic_ms());
}

static void ended(const struct registration *r, bool is_last)
{
	struct delivery *d = &deliveries[r->slot];

	(void)is_last;
	d->state = DELIVERY_NONE;
	timer_cancel(&d->timer);
}

uint64_t prefix_delivery_octets(const struct config *c, uint32_t slots)
{
	return c->advertise_prefixes ? slots * sizeof(*deliveries) : 0;
}

int prefix_delivery_start(const struct config *c, struct fault *fault)
{
	static const struct registration_watcher watcher = {registered, ended, REGISTRATION_MIP6};

	config = c;
	if (!c->advertise_prefixes)
		return 0;
	deliveries = calloc(registration_slots(), sizeof(*deliveries));
	if (deliveries == NULL) {
		fault_set(fault, "/bindings/capacity",
			  "not enough memory for the prefix advertisements of %u bindings; make it "
			  "smaller",
			  c->binding_capacity);
		return -ENOMEM;
	}
	timer_wheel_init(&wheel, monotonic_ms());
	registration_watch(&watcher);
	return 0;
}

void prefix_delivery_stop(void)
{
	free(deliveries);
	deliveries = NULL;
}

unsigned int prefix_delivery_poll(void *unused)
{
	(void)unused;
	return deliveries != NULL ? timer_wheel_advance(&wheel, monotonic_ms(), BUDGET) : 0;
}
