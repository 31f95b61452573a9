/* SPDX-License-Identifier: BSD-3-Clause */
#include "revocation/outstanding.h"

#include <rte_random.h>

#include "ha/time.h"
#include "log.h"

enum { TICK_MS = 50 };

static const struct config *config;
static struct outstanding table[REVOCATIONS_MAX];
static uint32_t going_on;
static uint32_t next_place;
static uint64_t next_ms;

void outstanding_start(const struct config *c)
{
	config = c;
	memset(table, 0, sizeof(table));
	going_on = 0;
	next_ms = 0;
	/* Who counts on begins anywhere: a message from before a restart is not taken for one of now. */
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++)
		table[i].last = (uint32_t)rte_rand();
}

uint32_t outstanding_count(void)
{
	return going_on;
}

uint32_t outstanding_place(const struct outstanding *o)
{
	return (uint32_t)(o - table);
}

struct outstanding *outstanding_at(uint32_t place)
{
	return place < REVOCATIONS_MAX && table[place].kind != NULL ? &table[place] : NULL;
}

static bool is_of(const struct outstanding *o, const struct registration *r)
{
	return r->state == REGISTRATION_VALID && r->is_revoked &&
	       r->registered_ms == o->registered_ms && ip_addr_equal(&o->home, &r->home) &&
	       ip_addr_equal(&o->care_of, &r->care_of);
}

struct outstanding *outstanding_of(const struct registration *r)
{
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++)
		if (table[i].kind != NULL && is_of(&table[i], r))
			return &table[i];
	return NULL;
}

const struct registration *outstanding_registration(const struct outstanding *o)
{
	const struct registration *r = registration_find_at(&o->home, &o->care_of);

	return r != NULL && is_of(o, r) ? r : NULL;
}

static void release(struct outstanding *o)
{
	o->kind = NULL;
	going_on--;
}

static struct outstanding *find_free(void)
{
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++) {
		uint32_t place = (next_place + i) % REVOCATIONS_MAX;

		if (table[place].kind != NULL)
			continue;
		next_place = place + 1;
		return &table[place];
	}
	return NULL;
}

static void tell(struct outstanding *o, const struct registration *r, uint64_t now_ms)
{
	o->due_ms = now_ms + o->delay_ms;
	o->kind->send(o, r);
	o->was_sent = true;
}

static uint32_t first_delay_ms(const struct outstanding_kind *kind)
{
	uint32_t delay_ms = config->revocation_initial_delay_ms;

	return delay_ms > kind->delay_min_ms ? delay_ms : kind->delay_min_ms;
}

struct outstanding *outstanding_begin(const struct registration *r,
				      const struct outstanding_kind *kind, uint64_t first_ms)
{
	struct outstanding *o = find_free();
	uint64_t now_ms = monotonic_ms();

	if (o == NULL)
		return NULL;
	*o = (struct outstanding){
		.kind = kind,
		.home = r->home,
		.care_of = r->care_of,
		.registered_ms = r->registered_ms,
		.due_ms = first_ms,
		.delay_ms = first_delay_ms(kind),
		.left = config->revocation_retransmissions,
		.last = o->last,
	};
	going_on++;
	if (first_ms <= now_ms)
		tell(o, r, now_ms);
	return o;
}

/* Whatever became of the message: the binding is to go. */
void outstanding_end(struct outstanding *o, enum control_counter how, const char *text)
{
	char home[IP_ADDR_TEXT];

	count(how);
	log_info("%s of %s revoked: %s", o->kind->what, ip_addr_format(&o->home, home), text);
	counters[COUNT_REMOVED] += registration_withdraw(&o->home, &o->care_of);
	release(o);
}

static void back_off(struct outstanding *o)
{
	if (2 * o->delay_ms <= config->revocation_max_delay_ms)
		o->delay_ms *= 2;
	else if (o->delay_ms < config->revocation_max_delay_ms)
		o->delay_ms = config->revocation_max_delay_ms;
}

static void due(struct outstanding *o, uint64_t now_ms)
{
	const struct registration *r = outstanding_registration(o);

	if (r == NULL) {
		release(o);
		return;
	}
	if (o->was_sent) {
		if (o->left == 0) {
			outstanding_end(o, COUNT_REVOCATIONS_UNANSWERED, "no answer");
			return;
		}
		o->left--;
		back_off(o);
	}
	tell(o, r, now_ms);
}

unsigned int outstanding_poll(void *unused)
{
	uint64_t now_ms;

	(void)unused;
	if (going_on == 0)
		return 0;
	now_ms = monotonic_ms();
	if (now_ms < next_ms)
		return 0;
	next_ms = now_ms + TICK_MS;
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++)
		if (table[i].kind != NULL && table[i].due_ms <= now_ms)
			due(&table[i], now_ms);
	return 0;
}
