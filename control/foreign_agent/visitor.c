/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/visitor.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "admission.h"
#include "counters.h"
#include "ha/ip_hash.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "service4.h"
#include "steer.h"

struct place {
	struct visitor visitor;
	uint32_t next; /* in the chain of its hash, or of what is free: a place plus 1; 0 ends it */
	bool is_taken;
};

static struct place *places;
static uint32_t place_count;
static uint32_t free_first; /* plus 1 */
static uint32_t taken;
static uint32_t *by_home; /* the first place of each chain, plus 1 */
static uint32_t by_home_mask;

static void registration_ended(const struct registration *r, bool is_last);

static void registration_made(const struct registration *r, bool is_new)
{
	(void)r;
	(void)is_new;
}

static const struct registration_watcher watcher = {
	.registered = registration_made,
	.ended = registration_ended,
	.protocol = REGISTRATION_VISITOR,
};

uint64_t visitor_octets(uint32_t visitors)
{
	return visitors * sizeof(*places) + rte_align32pow2(visitors) * sizeof(*by_home);
}

int visitor_start(const struct config *config, struct fault *fault)
{
	place_count = config->visiting.visitors;
	by_home_mask = rte_align32pow2(place_count) - 1;
	places = calloc(place_count, sizeof(*places));
	by_home = calloc(by_home_mask + 1, sizeof(*by_home));
	if (places == NULL || by_home == NULL) {
		visitor_stop();
		fault_set(fault, "/foreign_agent/visitors",
			  "not enough memory for %u visitors; make it smaller",
			  config->visiting.visitors);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < place_count; i++)
		places[i].next = i + 1 < place_count ? i + 2 : 0;
	free_first = 1;
	taken = 0;
	registration_watch(&watcher);
	return 0;
}

void visitor_stop(void)
{
	free(places);
	free(by_home);
	places = NULL;
	by_home = NULL;
	place_count = 0;
	taken = 0;
}

static uint32_t *chain_of(const struct ip_addr *home)
{
	return &by_home[ip_addr_hash(home, sizeof(*home), 0) & by_home_mask];
}

static struct place *find(const struct ip_addr *home)
{
	uint32_t at = places != NULL ? *chain_of(home) : 0;

	while (at != 0 && !ip_addr_equal(&places[at - 1].visitor.home, home))
		at = places[at - 1].next;
	return at != 0 ? &places[at - 1] : NULL;
}

const struct visitor *visitor_find(const struct ip_addr *home)
{
	const struct place *p = find(home);

	return p != NULL ? &p->visitor : NULL;
}

const struct visitor *visitor_at(uint32_t place)
{
	return places[place].is_taken ? &places[place].visitor : NULL;
}

uint32_t visitor_places(void)
{
	return place_count;
}

uint32_t visitor_count(void)
{
	return taken;
}

bool visitor_is_full(void)
{
	return taken == place_count || registration_is_full() || admission_is_draining();
}

static struct ip_addr key_of(const struct visitor *v)
{
	return visitor_key(ip4_octets(&v->home));
}

const struct registration *visitor_registration(const struct visitor *v)
{
	const struct ip_addr key = key_of(v);

	return registration_find(&key);
}

/* --- What workers need --- */

/* RFC 5944 §3.3, RFC 3024 §3.3: what the home agent was asked for. */
static enum encap_kind encapsulation_of(const struct visitor *v)
{
	if ((v->flags & MIP4_FLAG_GRE) != 0)
		return ENCAP_GRE;
	return (v->flags & MIP4_FLAG_MINIMAL) != 0 ? ENCAP_MINIMAL : ENCAP_IP4_IN_IP4;
}

static uint8_t binding_flags(const struct visitor *v)
{
	uint8_t flags = BINDING_VISITOR;

	if ((v->flags & MIP4_FLAG_REVERSE) != 0)
		flags |= BINDING_REVERSE;
	if (v->delivered)
		flags |= BINDING_DELIVERED;
	return flags;
}

/* Where its own packets come to the workers by themselves; what it tunnels to us does in any case. */
static bool is_steered(const struct visitor *v)
{
	return (v->flags & MIP4_FLAG_REVERSE) != 0 && !v->delivered;
}

/* Who cannot be steered is served all the same: the kernel forwards what it sends. */
static void steer(const struct visitor *v, bool present)
{
	if (is_steered(v) && steer_set_visitor(v->port, &v->home, present) != 0 && present)
		count(COUNT_VISITOR_NOT_STEERED);
}

static int put_in_force(const struct visitor *v)
{
	int agent = service4_agent_of(&v->care_of);
	const struct registration_order order = {
		.home = key_of(v),
		.care_of = v->home_agent,
		.source = v->source,
		.identification = v->identification,
		.lifetime_s = v->lifetime_s,
		.next_hop = nexthop_of_station(v->port, v->mac),
		.flags = v->flags,
		.tunnel = service4_tunnel((uint16_t)agent, encapsulation_of(v)),
		.source_port = v->source_port,
		.protocol = REGISTRATION_VISITOR,
		.binding_flags = binding_flags(v),
	};

	return order.next_hop != NEXTHOP_NONE ? registration_apply(&order) : -ENOSPC;
}

/* --- Coming and going --- */

static struct place *take_place(const struct ip_addr *home)
{
	struct place *p = &places[free_first - 1];
	uint32_t *chain = chain_of(home);

	free_first = p->next;
	p->next = *chain;
	p->is_taken = true;
	*chain = (uint32_t)(p - places) + 1;
	taken++;
	return p;
}

static void free_place(struct place *p)
{
	uint32_t *at = chain_of(&p->visitor.home);
	uint32_t number = (uint32_t)(p - places) + 1;

	while (*at != number)
		at = &places[*at - 1].next;
	*at = p->next;
	p->is_taken = false;
	p->next = free_first;
	free_first = number;
	taken--;
}

int visitor_put(const struct visitor *v)
{
	struct place *p = find(&v->home);
	int rc;

	if (p == NULL && free_first == 0)
		return -ENOSPC;
	rc = put_in_force(v);
	if (rc != 0)
		return rc;
	if (p == NULL)
		p = take_place(&v->home);
	else if (is_steered(&p->visitor) && (!is_steered(v) || p->visitor.port != v->port))
		steer(&p->visitor, false);
	p->visitor = *v;
	steer(v, true);
	return 0;
}

static void registration_ended(const struct registration *r, bool is_last)
{
	const struct ip_addr home = ip4_mapped(&r->home.bytes[12]);
	struct place *p = find(&home);

	(void)is_last; /* a visitor has one registration */
	if (p == NULL)
		return;
	steer(&p->visitor, false);
	free_place(p);
}

bool visitor_remove(const struct ip_addr *home)
{
	const struct ip_addr key = visitor_key(ip4_octets(home));

	return registration_withdraw(&key, NULL) != 0;
}
