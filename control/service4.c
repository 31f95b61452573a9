/* SPDX-License-Identifier: BSD-3-Clause */
#include "service4.h"

#include "ha/tunnel4.h"

enum { TTL_WITHOUT_HOME_AGENT = 64 };

static const struct config *config;
static struct agent4 agents[AGENTS4_MAX];
static uint16_t agent_count;
static uint16_t home_agent_count; /* they are the first of the agents */
static struct tunnel4_class tunnels[AGENTS4_MAX * TUNNEL4_KINDS];
static struct home_network networks[HOME_NETWORKS_MAX];
static uint16_t foreign_ports;

int service4_agent_of(const struct ip_addr *address)
{
	for (uint16_t i = 0; i < agent_count; i++)
		if (ip_addr_equal(&agents[i].address, address))
			return i;
	return -1;
}

int service4_home_agent_of(const struct ip_addr *address)
{
	int agent = service4_agent_of(address);

	return agent < home_agent_count ? agent : -1;
}

const struct agent4 *service4_agents(uint16_t *count)
{
	*count = agent_count;
	return agents;
}

const struct ip_addr *service4_agent_address(uint16_t agent)
{
	return &agents[agent].address;
}

static void add_agent(const struct ip_addr *address, bool is_care_of)
{
	uint8_t ttl =
		config->mip4.tunnel_ttl != 0 ? config->mip4.tunnel_ttl : TTL_WITHOUT_HOME_AGENT;
	uint16_t agent = agent_count;

	if (service4_agent_of(address) >= 0)
		return;
	agents[agent_count++] = (struct agent4){.address = *address, .is_care_of = is_care_of};
	for (unsigned int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++)
		tunnels[tunnel4_index(tunnel4_number(agent, kind))] =
			tunnel4_class_make(address, kind, ttl);
}

static void add_network(uint16_t index)
{
	const struct home_network_config *network = &config->mip4.networks[index];
	bool is_real = network->home_link.kind == HOME_LINK_INTERFACE;

	networks[index] = (struct home_network){
		.prefix = network->prefix,
		.port = is_real ? network->home_link.port : (uint16_t)HOME_PORT_NONE,
	};
	add_agent(&network->home_agent, false);
}

/* Requests come to the agent's address on the link, and so do packets that visitors encapsulate (RFC 3024 §5.2); tunnels end at its
 * care-of addresses. */
static void add_foreign_agent(uint16_t port)
{
	const struct foreign_agent_config *agent = &config->ports[port].foreign_agent;

	if (!agent->enabled)
		return;
	foreign_ports |= (uint16_t)(1u << port);
	for (uint16_t i = 0; i < agent->care_of_count; i++)
		add_agent(&agent->care_of[i], true);
	add_agent(&agent->address, true);
}

void service4_start(const struct config *c)
{
	config = c;
	agent_count = 0;
	foreign_ports = 0;
	for (uint16_t i = 0; i < c->mip4.network_count; i++)
		add_network(i);
	home_agent_count = agent_count;
	for (uint16_t i = 0; i < c->port_count; i++)
		add_foreign_agent(i);
}

void service4_tables(struct dataplane_tables *tables)
{
	tables->agents4 = agents;
	tables->agent4_count = agent_count;
	tables->tunnels4 = tunnels;
	tables->home_networks = networks;
	tables->home_network_count = config->mip4.network_count;
	tables->foreign_ports = foreign_ports;
}

uint16_t service4_tunnel(uint16_t agent, enum encap_kind kind)
{
	return tunnel4_number(agent, kind);
}

const struct tunnel4_class *service4_tunnel_class(uint16_t tunnel)
{
	return &tunnels[tunnel4_index(tunnel)];
}

uint16_t service4_tunnel_overhead(uint16_t tunnel, bool has_key)
{
	return tunnel4_overhead(tunnels[tunnel4_index(tunnel)].kind, has_key);
}

int service4_network_of(const struct ip_addr *home)
{
	for (uint16_t i = 0; i < config->mip4.network_count; i++)
		if (ip_prefix_contains(&config->mip4.networks[i].prefix, home))
			return i;
	return -1;
}

uint16_t service4_network_count(void)
{
	return config->mip4.network_count;
}

const struct home_network_config *service4_network_at(uint16_t index)
{
	return &config->mip4.networks[index];
}

/* The bits of an address that name the node: none of a prefix that is too long for a broadcast address (RFC 3021). */
static uint32_t host_bits(const struct ip_prefix *prefix)
{
	uint8_t bits = (uint8_t)(128 - prefix->length);

	return bits < 2 ? 0 : (uint32_t)((UINT64_C(1) << bits) - 1);
}

struct ip_addr service4_broadcast_of(uint16_t network)
{
	const struct ip_prefix *prefix = &config->mip4.networks[network].prefix;
	uint32_t host = host_bits(prefix);
	uint32_t all_be = htobe32(host == 0 ? UINT32_MAX : ip4_number(&prefix->addr) | host);
	uint8_t octets[4];

	memcpy(octets, &all_be, sizeof(octets));
	return ip4_mapped(octets);
}

bool service4_is_broadcast(const struct ip_addr *address)
{
	int network = service4_network_of(address);
	uint32_t number = ip4_number(address);
	uint32_t host;

	if (network < 0)
		return ip_addr_is_v4_mapped(address) && number == UINT32_MAX;
	host = host_bits(&config->mip4.networks[network].prefix);
	return host != 0 && ((number & host) == host || (number & host) == 0);
}
