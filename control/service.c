/* SPDX-License-Identifier: BSD-3-Clause */
#include "service.h"

#include <endian.h>

#include "ha/time.h"
#include "log.h"

enum { LOCALS_MAX = 256 };

static const struct config *config;
static uint64_t started_ms;
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

void service_start(const struct config *c)
{
	config = c;
	started_ms = monotonic_ms();
	tunnel_count = 0;
	for (uint16_t i = 0; i < c->home_prefix_count; i++) {
		const struct home_link_config *link = &c->home_prefixes[i].home_link;

		prefixes[i] = c->home_prefixes[i].prefix;
		home_ports[i] =
			link->kind == HOME_LINK_INTERFACE ? link->port : (uint16_t)HOME_PORT_NONE;
		if (service_tunnel_of(&c->home_prefixes[i].home_agent) < 0)
			add_tunnel(&c->home_prefixes[i].home_agent);
	}
}

void service_tables(struct dataplane_tables *tables)
{
	tables->tunnels = tunnels;
	tables->tunnel_count = tunnel_count;
	tables->home_prefixes = prefixes;
	tables->home_prefix_count = config->home_prefix_count;
	tables->home_ports = home_ports;
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

static const struct home_prefix_config *find_prefix(const struct ip_addr *home)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++)
		if (ip_prefix_contains(&config->home_prefixes[i].prefix, home))
			return &config->home_prefixes[i];
	return NULL;
}

const struct ip_addr *service_address_for(const struct ip_addr *home)
{
	const struct home_prefix_config *prefix = find_prefix(home);

	return prefix != NULL ? &prefix->home_agent : &config->home_prefixes[0].home_agent;
}

static uint32_t left_of(uint32_t lifetime_s)
{
	uint64_t passed_s;

	if (lifetime_s == LIFETIME_INFINITE_S)
		return LIFETIME_INFINITE_S;
	passed_s = (monotonic_ms() - started_ms) / 1000;
	return passed_s < lifetime_s ? (uint32_t)(lifetime_s - passed_s) : 0;
}

bool service_prefix_of(const struct ip_addr *home, uint32_t *valid_s, uint32_t *preferred_s)
{
	const struct home_prefix_config *prefix = find_prefix(home);

	*valid_s = prefix != NULL ? left_of(prefix->valid_lifetime_s) : 0;
	*preferred_s = prefix != NULL ? left_of(prefix->preferred_lifetime_s) : 0;
	return *valid_s > 0;
}

bool service_is_on_home_link(const struct ip_addr *address)
{
	return find_prefix(address) != NULL;
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
	return service_tunnel_of(address) >= 0;
}
