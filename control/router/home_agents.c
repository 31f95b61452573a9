/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/home_agents.h"

#include <stdlib.h>
#include <string.h>

#include "ha/config.h"

#define NEVER UINT64_MAX

enum {
	SELF = HOME_AGENTS_LIST_MAX,
	SILENCE_MAX_MS = 1800 * 1000, /* MaxRtrAdvInterval at most */
};

/* A home agent's place among those of its preference is drawn anew for each reply. */
struct rank {
	uint64_t drawn;
	uint16_t preference;
	uint16_t index; /* in the list; or SELF */
};

static struct home_agent *find(struct home_agents_list *list, const struct ip_addr *link_local)
{
	for (uint16_t i = 0; i < list->count; i++)
		if (ip_addr_equal(&list->agents[i].link_local, link_local))
			return &list->agents[i];
	return NULL;
}

static void remove_agent(struct home_agents_list *list, struct home_agent *agent)
{
	*agent = list->agents[--list->count];
}

static void remove_address(struct home_agent *agent, uint16_t at)
{
	agent->addresses[at] = agent->addresses[--agent->address_count];
}

static bool add_address(struct home_agent *agent, const struct nd_prefix *prefix, uint64_t now_ms)
{
	uint16_t at = 0;

	while (at < agent->address_count &&
	       !ip_addr_equal(&agent->addresses[at].address, &prefix->address))
		at++;
	if (prefix->valid_s == 0) {
		if (at < agent->address_count)
			remove_address(agent, at);
		return true;
	}
	if (at == HOME_AGENT_ADDRESSES_MAX)
		return false;
	if (at == agent->address_count)
		agent->address_count++;
	agent->addresses[at] = (struct home_agent_address){
		.address = prefix->address,
		.expiry_ms = prefix->valid_s == LIFETIME_INFINITE_S
				     ? NEVER
				     : now_ms + (uint64_t)prefix->valid_s * 1000,
	};
	return true;
}

static bool learn_addresses(struct home_agent *agent, const struct router_advertisement *ra,
			    uint64_t now_ms)
{
	bool fits = true;

	for (uint16_t i = 0; i < ra->prefix_count; i++)
		if ((ra->prefixes[i].flags & ND_PREFIX_FLAG_ROUTER_ADDRESS) != 0 &&
		    ip_addr_is_unicast_routable(&ra->prefixes[i].address))
			fits &= add_address(agent, &ra->prefixes[i], now_ms);
	return fits;
}

/* NULL: there is none. What advertisements with long lifetimes filled must not stay full for hours. */
static struct home_agent *find_place(struct home_agents_list *list, uint64_t now_ms)
{
	struct home_agent *oldest = &list->agents[0];

	if (list->count < HOME_AGENTS_LIST_MAX)
		return &list->agents[list->count++];
	for (uint16_t i = 1; i < list->count; i++)
		if (list->agents[i].heard_ms < oldest->heard_ms)
			oldest = &list->agents[i];
	return oldest->heard_ms + SILENCE_MAX_MS < now_ms ? oldest : NULL;
}

bool home_agents_learn(struct home_agents_list *list, const struct ip_addr *from,
		       const struct router_advertisement *ra, uint64_t now_ms)
{
	uint16_t lifetime_s = ra->has_home_agent ? ra->home_agent_lifetime_s : ra->lifetime_s;
	bool is_home_agent = (ra->flags & RA_FLAG_HOME_AGENT) != 0 && lifetime_s != 0;
	struct home_agent *agent;

	home_agents_expire(list, now_ms);
	agent = find(list, from);
	if (!is_home_agent) {
		if (agent != NULL)
			remove_agent(list, agent);
		return true;
	}
	if (agent == NULL) {
		agent = find_place(list, now_ms);
		if (agent == NULL)
			return false;
		*agent = (struct home_agent){.link_local = *from};
	}
	agent->preference = ra->has_home_agent ? ra->preference : 0;
	agent->mobile_router = ra->has_home_agent && ra->mobile_router;
	agent->expiry_ms = now_ms + (uint64_t)lifetime_s * 1000;
	agent->heard_ms = now_ms;
	return learn_addresses(agent, ra, now_ms);
}

void home_agents_expire(struct home_agents_list *list, uint64_t now_ms)
{
	for (uint16_t i = list->count; i-- > 0;) {
		struct home_agent *agent = &list->agents[i];

		for (uint16_t k = agent->address_count; k-- > 0;)
			if (agent->addresses[k].expiry_ms <= now_ms)
				remove_address(agent, k);
		if (agent->expiry_ms <= now_ms)
			remove_agent(list, agent);
	}
}

static int by_preference(const void *a, const void *b)
{
	const struct rank *left = a;
	const struct rank *right = b;

	if (left->preference != right->preference)
		return left->preference > right->preference ? -1 : 1;
	return left->drawn < right->drawn ? -1 : left->drawn > right->drawn;
}

static void shuffle(struct ip_addr addresses[], uint16_t count, home_agents_random_fn *random)
{
	for (uint16_t i = count; i > 1; i--) {
		uint16_t k = (uint16_t)(random() % i);
		struct ip_addr kept = addresses[i - 1];

		addresses[i - 1] = addresses[k];
		addresses[k] = kept;
	}
}

static uint16_t addresses_of(const struct home_agents_list *list,
			     const struct home_agent_self *self, uint16_t index,
			     struct ip_addr addresses[])
{
	const struct home_agent *agent = &list->agents[index];

	if (index == SELF) {
		memcpy(addresses, self->addresses, self->count * sizeof(*addresses));
		return self->count;
	}
	for (uint16_t i = 0; i < agent->address_count; i++)
		addresses[i] = agent->addresses[i].address;
	return agent->address_count;
}

static uint16_t rank_all(const struct home_agents_list *list, const struct home_agent_self *self,
			 bool mobile_routers, home_agents_random_fn *random, struct rank ranks[])
{
	uint16_t count = 0;

	if (!mobile_routers || self->mobile_router)
		ranks[count++] = (struct rank){random(), self->preference, SELF};
	for (uint16_t i = 0; i < list->count; i++)
		if (!mobile_routers || list->agents[i].mobile_router)
			ranks[count++] = (struct rank){random(), list->agents[i].preference, i};
	qsort(ranks, count, sizeof(*ranks), by_preference);
	return count;
}

uint16_t home_agents_order(const struct home_agents_list *list, const struct home_agent_self *self,
			   bool mobile_routers, home_agents_random_fn *random,
			   struct ip_addr addresses[], uint16_t max)
{
	struct ip_addr some[HOME_PREFIXES_MAX];
	struct rank ranks[HOME_AGENTS_LIST_MAX + 1];
	uint16_t count = rank_all(list, self, mobile_routers, random, ranks);
	uint16_t written = 0;

	for (uint16_t i = 0; i < count && written < max; i++) {
		uint16_t n = addresses_of(list, self, ranks[i].index, some);

		shuffle(some, n, random);
		for (uint16_t k = 0; k < n && written < max; k++)
			addresses[written++] = some[k];
	}
	return written;
}
