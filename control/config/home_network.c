/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "config/parts.h"
#include "prefix_text.h"

enum {
	NETWORK_LENGTH_MIN = 8,
	NETWORK_LENGTH_MAX = 32,
	HOSTS_LENGTH_MAX =
		30, /* up to it a network has an address of its own and one for broadcasts (RFC 3021) */
	POOL_ADDRESSES_MAX = 1 << 20,
};

static uint32_t broadcast_number(const struct ip_prefix *network)
{
	unsigned int host_bits = 128u - network->length;

	return ip4_number(&network->addr) | (uint32_t)((UINT64_C(1) << host_bits) - 1);
}

/* Neither the network's own address nor that for broadcasts. */
static bool is_host_of(const struct ip_prefix *network, const struct ip_addr *address)
{
	if (!ip_prefix_contains(network, address))
		return false;
	return network->length > IP4_PREFIX_BITS + HOSTS_LENGTH_MAX ||
	       (!ip_addr_equal(&network->addr, address) &&
		ip4_number(address) != broadcast_number(network));
}

static bool has_pool(const struct home_network_config *network)
{
	return !ip_addr_is_unspecified(&network->pool_first) &&
	       !ip_addr_is_unspecified(&network->pool_last);
}

static bool is_in_pool(const struct home_network_config *network, const struct ip_addr *address)
{
	uint32_t number = ip4_number(address);

	return has_pool(network) && ip_addr_is_v4_mapped(address) &&
	       number >= ip4_number(&network->pool_first) &&
	       number <= ip4_number(&network->pool_last);
}

static bool check_pool_end(struct reader *reader, const struct home_network_config *network,
			   const char *where, const struct ip_addr *address)
{
	char text[IP_PREFIX_TEXT];

	return is_host_of(&network->prefix, address) ||
	       reader_problem_at(reader, where,
				 "is not an address for a host in %s; use one that is",
				 prefix_format(&network->prefix, text));
}

static void check_pool(struct reader *reader, const struct home_network_config *network)
{
	uint32_t first = ip4_number(&network->pool_first);
	uint32_t last = ip4_number(&network->pool_last);
	bool is_inside = check_pool_end(reader, network, "/pool/first", &network->pool_first);

	is_inside = check_pool_end(reader, network, "/pool/last", &network->pool_last) && is_inside;
	if (!is_inside)
		return;
	if (last < first)
		reader_problem_at(reader, "/pool/last",
				  "is before the first address; exchange the two");
	else if (last - first >= POOL_ADDRESSES_MAX)
		reader_problem_at(reader, "/pool/last",
				  "makes a pool of %u addresses; use at most %u", last - first + 1,
				  POOL_ADDRESSES_MAX);
	else if (is_in_pool(network, &network->home_agent))
		reader_problem_at(reader, "/pool/first",
				  "begins a pool with the home agent's own address in it; use a "
				  "range without");
}

static void check_network(struct reader *reader, const json_t *object, void *at)
{
	const struct home_network_config *network = at;
	uint32_t first = ip4_number(&network->prefix.addr);
	char text[IP_PREFIX_TEXT];

	(void)object;
	if (network->prefix.length == 0)
		return;
	if (!ip4_is_unicast(first)) {
		reader_problem_at(reader, "/prefix",
				  "%s cannot hold home addresses; use a unicast prefix",
				  prefix_format(&network->prefix, text));
		return;
	}
	if (ip_prefix_contains(&network->prefix, &network->home_agent) &&
	    !is_host_of(&network->prefix, &network->home_agent))
		reader_problem_at(reader, "/address",
				  "is the address of the network %s, or that for broadcasts in it; "
				  "use one for a host",
				  prefix_format(&network->prefix, text));
	if (has_pool(network))
		check_pool(reader, network);
}

/* Left out unless it is there. */
static json_t *write_pool(const struct field *field, const void *at)
{
	const struct home_network_config *network = at;

	return has_pool(network) ? type_object_write(field, at) : NULL;
}

static const struct type type_pool = {type_object_read, write_pool};

static const struct field pool_fields[] = {
	{KEY("first", address4), IN(struct home_network_config, pool_first),
	 .example = "\"10.1.128.1\""},
	{KEY("last", address4), IN(struct home_network_config, pool_last),
	 .example = "\"10.1.255.254\""},
};
static const struct shape pool_shape = {FIELDS(pool_fields)};

static const struct field network_link_fields[] = {
	{KEY("interface", text), IN(struct home_link_config, interface),
	 TEXT(NAME_PATTERN, NAME_WORDS), .example = "\"eth1\""},
	{KEY("agent_advertisements", object), IN(struct home_link_config, agent_advertisements),
	 .shape = &agent_advertisement_shape},
};
static const struct shape network_link_shape = {FIELDS(network_link_fields)};

static const struct field network_fields[] = {
	{KEY("prefix", prefix4), IN(struct home_network_config, prefix),
	 RANGE(NETWORK_LENGTH_MIN, NETWORK_LENGTH_MAX), .example = "\"10.1.0.0/16\""},
	{KEY("address", address4), IN(struct home_network_config, home_agent),
	 .example = "\"10.1.0.1\""},
	{KEY("home_link", home_link), IN(struct home_network_config, home_link),
	 .shape = &network_link_shape},
	{KEY("pool", pool), .shape = &pool_shape},
};

static const struct home_network_config blank_network = {
	.home_link = {.kind = HOME_LINK_VIRTUAL, .dad_transmits = 1},
};

static const struct shape network_shape = {
	FIELDS(network_fields),
	.blank = &blank_network,
	.blank_size = sizeof(blank_network),
	.check = check_network,
};
const struct field home_network_item = {KEY("", object), .size = sizeof(struct home_network_config),
					.shape = &network_shape};

/* Networks beside each other */

static void check_address_in_pools(struct reader *reader, const struct mip4_config *mip4,
				   uint16_t k)
{
	char where[64];

	for (uint16_t i = 0; i < mip4->network_count; i++) {
		if (i == k || !is_in_pool(&mip4->networks[i], &mip4->networks[k].home_agent))
			continue;
		snprintf(where, sizeof(where), "/networks/%u/address", k);
		reader_problem_at(reader, where,
				  "is in the pool of /mobile_ipv4/networks/%u; use one outside, or "
				  "make the pool smaller",
				  i);
	}
}

void home_networks_check(struct reader *reader, const struct mip4_config *mip4)
{
	char text[IP_PREFIX_TEXT];
	char where[64];

	for (uint16_t k = 0; k < mip4->network_count; k++) {
		check_address_in_pools(reader, mip4, k);
		for (uint16_t i = 0; i < k; i++) {
			const struct ip_prefix *first = &mip4->networks[i].prefix;

			if (!type_prefix_overlaps(first, &mip4->networks[k].prefix))
				continue;
			snprintf(where, sizeof(where), "/networks/%u/prefix", k);
			reader_problem_at(
				reader, where,
				"overlaps %s of /mobile_ipv4/networks/%u; keep one, or make "
				"them disjoint",
				prefix_format(first, text), i);
		}
	}
}
