/* SPDX-License-Identifier: BSD-3-Clause */
#include "service.h"

#include <endian.h>

#include "ha/home_anycast.h"
#include "ha/time.h"
#include "log.h"
#include "service4.h"

enum { LOCALS_MAX = 256 };

#define FOREVER UINT64_MAX

static const struct config *config;
static struct lifetime {
	uint64_t valid_until_ms; /* FOREVER */
	uint64_t preferred_until_ms;
} lifetimes[HOME_PREFIXES_MAX]; /* of the configuration's home prefixes, in their order */
static struct tunnel_class tunnels[HOME_AGENTS_MAX];
static uint16_t tunnel_count;
static struct ip_prefix prefixes[HOME_PREFIXES_MAX];
static uint16_t home_ports[HOME_PREFIXES_MAX];
static struct ip_addr locals[LOCALS_MAX];
static uint16_t local_count;

int service_tunnel_of(const struct ip_addr *address)
{
	for (uint16_t i = 0; i < tunnel_count; i++)
		if (ip_addr_equal(&tunnels[i].home_agent, address))
			return i;
	return -1;
}

static void add_tunnel(const struct ip_addr *home_agent)
{
	struct tunnel_class *tunnel = &tunnels[tunnel_count++];

	*tunnel = (struct tunnel_class){
		.kind = ENCAP_IP6_IN_IP6,
		.home_agent = *home_agent,
		.first_word_be = tunnel_first_word(PROTO_IPV6, config->tunnel_hop_limit),
		.is_limited = config->tunnel_encapsulation_limit >= 0,
		.limit = (uint8_t)config->tunnel_encapsulation_limit,
	};
}

static uint64_t until(uint32_t lifetime_s)
{
	return lifetime_s == LIFETIME_INFINITE_S ? FOREVER
						 : monotonic_ms() + (uint64_t)lifetime_s * 1000;
}

void service_start(const struct config *c)
{
	config = c;
	tunnel_count = 0;
	for (uint16_t i = 0; i < c->home_prefix_count; i++) {
		const struct home_link_config *link = &c->home_prefixes[i].home_link;

		prefixes[i] = c->home_prefixes[i].prefix;
		home_ports[i] =
			link->kind == HOME_LINK_INTERFACE ? link->port : (uint16_t)HOME_PORT_NONE;
		service_set_lifetimes(i, c->home_prefixes[i].valid_lifetime_s,
				      c->home_prefixes[i].preferred_lifetime_s);
		if (service_tunnel_of(&c->home_prefixes[i].home_agent) < 0)
			add_tunnel(&c->home_prefixes[i].home_agent);
	}
	service4_start(c);
}

void service_tables(struct dataplane_tables *tables)
{
	tables->tunnels = tunnels;
	tables->tunnel_count = tunnel_count;
	tables->home_prefixes = prefixes;
	tables->home_prefix_count = config->home_prefix_count;
	tables->home_ports = home_ports;
	service4_tables(tables);
}

uint16_t service_tunnel_overhead(void)
{
	return tunnel_overhead(&tunnels[0]);
}

const struct tunnel_class *service_tunnels(uint16_t *count)
{
	*count = tunnel_count;
	return tunnels;
}

const struct ip_addr *service_tunnel_address(uint16_t tunnel)
{
	return &tunnels[tunnel].home_agent;
}

int service_find_prefix(const struct ip_addr *home)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++)
		if (ip_prefix_contains(&config->home_prefixes[i].prefix, home))
			return i;
	return -1;
}

const struct ip_addr *service_address_for(const struct ip_addr *home)
{
	int prefix = service_find_prefix(home);

	return &config->home_prefixes[prefix >= 0 ? prefix : 0].home_agent;
}

static uint32_t left_of(uint64_t until_ms)
{
	uint64_t now_ms = monotonic_ms();

	if (until_ms == FOREVER)
		return LIFETIME_INFINITE_S;
	return until_ms > now_ms ? (uint32_t)((until_ms - now_ms) / 1000) : 0;
}

bool service_prefix_of(const struct ip_addr *home, uint32_t *valid_s, uint32_t *preferred_s)
{
	int at = service_find_prefix(home);

	*valid_s = 0;
	*preferred_s = 0;
	if (at >= 0)
		service_lifetimes((uint16_t)at, valid_s, preferred_s);
	return *valid_s > 0;
}

uint16_t service_prefix_count(void)
{
	return config->home_prefix_count;
}

const struct home_prefix_config *service_prefix_at(uint16_t index)
{
	return &config->home_prefixes[index];
}

void service_lifetimes(uint16_t index, uint32_t *valid_s, uint32_t *preferred_s)
{
	*valid_s = left_of(lifetimes[index].valid_until_ms);
	*preferred_s = left_of(lifetimes[index].preferred_until_ms);
}

void service_set_lifetimes(uint16_t index, uint32_t valid_s, uint32_t preferred_s)
{
	lifetimes[index] = (struct lifetime){until(valid_s), until(preferred_s)};
}

uint64_t service_valid_until_ms(uint16_t index)
{
	return lifetimes[index].valid_until_ms;
}

bool service_is_home_anycast(const struct ip_addr *address)
{
	int at = service_find_prefix(address);

	return at >= 0 && is_home_anycast(&config->home_prefixes[at].prefix, address);
}

bool service_is_on_home_link(const struct ip_addr *address)
{
	return service_find_prefix(address) >= 0;
}

void service_set_local(const struct ip_addr *address, bool present)
{
	uint16_t at = 0;

	while (at < local_count && !ip_addr_equal(&locals[at], address))
		at++;
	if (!present && at < local_count)
		locals[at] = locals[--local_count];
	if (!present || at < local_count)
		return;
	if (local_count == LOCALS_MAX)
		log_warning("more than %d addresses on this host; the rest may be registered as "
			    "care-of",
			    LOCALS_MAX);
	else
		locals[local_count++] = *address;
}

const struct ip_addr *service_locals(uint16_t *count)
{
	*count = local_count;
	return locals;
}

bool service_is_ours(const struct ip_addr *address)
{
	for (uint16_t i = 0; i < local_count; i++)
		if (ip_addr_equal(&locals[i], address))
			return true;
	return service_tunnel_of(address) >= 0 || service4_agent_of(address) >= 0;
}
