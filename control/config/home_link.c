/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "config/parts.h"

#define HOME_LINK_WORDS "\"virtual\" or {\"interface\": \"eth1\"}"

/* RFC 4861 §6.2.1: at most three quarters of the longest; RFC 6275 §7.5: 30 ms is the least. */
static void check_advertisements(struct reader *reader, const json_t *object, void *at)
{
	const struct router_advertisement_config *c = at;
	uint32_t most_ms = c->max_interval_ms * 3 / 4;

	if (c->min_interval_ms != 0 && (c->min_interval_ms < 30 || c->min_interval_ms > most_ms) &&
	    type_number_was_read(object, "max_interval_ms", c->max_interval_ms))
		reader_problem_at(
			reader, "/min_interval_ms",
			"%u does not fit a max_interval_ms of %u; use 30 to %u, or 0 for the "
			"default",
			c->min_interval_ms, c->max_interval_ms, most_ms);
	if (c->lifetime_s != 0 && (uint64_t)c->lifetime_s * 1000 < c->max_interval_ms)
		reader_problem_at(
			reader, "/lifetime_s",
			"%u is shorter than max_interval_ms; use more, or 0 for the default",
			c->lifetime_s);
	if (c->mtu != 0 && c->mtu < 1280)
		reader_problem_at(reader, "/mtu",
				  "%u is less than IPv6 demands; use 1280 or more, or 0", c->mtu);
}

/* Left out unless it is there: what is there is enabled unless it says otherwise. */
static json_t *write_advertisements(const struct field *field, const void *at)
{
	const struct router_advertisement_config *c = at;

	return c->max_interval_ms != 0 ? type_object_write(field, at) : NULL;
}

static const struct type type_advertisements = {type_object_read, write_advertisements};

static const struct field advertisement_fields[] = {
	{KEY("enabled", boolean), IN(struct router_advertisement_config, enabled)},
	{KEY("default_router", boolean), IN(struct router_advertisement_config, default_router)},
	{KEY("max_interval_ms", number), IN(struct router_advertisement_config, max_interval_ms),
	 RANGE(70, 1800000)},
	{KEY("min_interval_ms", number), IN(struct router_advertisement_config, min_interval_ms),
	 RANGE(0, 1350000)},
	{KEY("min_delay_ms", number), IN(struct router_advertisement_config, min_delay_ms),
	 RANGE(30, 60000)},
	{KEY("lifetime_s", number), IN(struct router_advertisement_config, lifetime_s),
	 RANGE(0, 9000)},
	{KEY("hop_limit", number), IN(struct router_advertisement_config, hop_limit),
	 RANGE(0, 255)},
	{KEY("reachable_ms", number), IN(struct router_advertisement_config, reachable_ms),
	 RANGE(0, 3600000)},
	{KEY("retransmit_ms", number), IN(struct router_advertisement_config, retransmit_ms),
	 RANGE(0, 3600000)},
	{KEY("mtu", number), IN(struct router_advertisement_config, mtu), RANGE(0, 65535)},
};

static const struct router_advertisement_config blank_advertisements = {
	.enabled = true,
	.default_router = true,
	.max_interval_ms = 600000,
	.min_delay_ms = 3000,
	.hop_limit = 64,
};

static const struct shape advertisement_shape = {
	FIELDS(advertisement_fields),
	.blank = &blank_advertisements,
	.blank_size = sizeof(blank_advertisements),
	.check = check_advertisements,
};

/* RFC 6275 §7.4: a home agent lifetime of 0 is never sent, and that of a router that is none is 0. */
static void check_home_link(struct reader *reader, const json_t *object, void *at)
{
	const struct home_link_config *link = at;

	if (link->advertisements.enabled && !link->advertisements.default_router &&
	    link->home_agent_lifetime_s == 0)
		reader_problem_at(reader, "/home_agent_lifetime_s",
				  "is needed where default_router is false; use 1 to 65535");
}

/* "virtual", or an object that names an interface. */
static void read_home_link(struct reader *reader, const struct field *field, const json_t *value,
			   void *at)
{
	struct home_link_config *link = at;
	const char *text = json_string_value(value);
	char quoted[QUOTE_MAX];

	*link = (struct home_link_config){.kind = HOME_LINK_VIRTUAL, .dad_transmits = 1};
	if (json_is_object(value)) {
		link->kind = HOME_LINK_INTERFACE;
		link->agent_advertisements = agent_advertisement_defaults;
		type_object_read(reader, field, value, at);
	} else if (text == NULL) {
		reader_wrong_type(reader, value, HOME_LINK_WORDS);
	} else if (strcmp(text, "virtual") != 0) {
		reader_problem(reader, "%s is not known; use " HOME_LINK_WORDS,
			       reader_quote(text, quoted));
	}
}

static json_t *write_home_link(const struct field *field, const void *at)
{
	const struct home_link_config *link = at;

	if (link->kind == HOME_LINK_VIRTUAL)
		return json_string("virtual");
	return type_object_write(field, at);
}

const struct type type_home_link = {read_home_link, write_home_link};

static const struct field home_link_fields[] = {
	{KEY("interface", text), IN(struct home_link_config, interface),
	 TEXT(NAME_PATTERN, NAME_WORDS), .example = "\"eth1\""},
	{KEY("preference", number), IN(struct home_link_config, preference), RANGE(0, 65535)},
	{KEY("home_agent_lifetime_s", number), IN(struct home_link_config, home_agent_lifetime_s),
	 RANGE(0, 65535)},
	{KEY("dad_transmits", number), IN(struct home_link_config, dad_transmits), RANGE(1, 10)},
	{KEY("router_advertisements", advertisements), IN(struct home_link_config, advertisements),
	 .shape = &advertisement_shape},
};
const struct shape home_link_shape = {FIELDS(home_link_fields), .check = check_home_link};

static const struct port_config *port_by_interface(const struct config *config, const char *name)
{
	for (uint16_t i = 0; i < config->port_count; i++)
		if (strcmp(config->ports[i].interface, name) == 0)
			return &config->ports[i];
	return NULL;
}

/* Only a port with a kernel interface has a link that neighbour discovery can be heard on. */
static void find_port_of_link(struct reader *reader, const struct config *config, const char *list,
			      uint16_t index, struct home_link_config *link)
{
	const struct port_config *port = port_by_interface(config, link->interface);
	char where[64];

	if (link->kind != HOME_LINK_INTERFACE || link->interface[0] == '\0')
		return;
	snprintf(where, sizeof(where), "%s/%u/home_link/interface", list, index);
	if (port == NULL)
		reader_problem_at(reader, where,
				  "\"%s\" is no port's; use the interface of an af_xdp port or "
				  "the tap of a pci port",
				  link->interface);
	else
		link->port = (uint16_t)(port - config->ports);
}

static void find_ports_of_links(struct reader *reader, struct config *config)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++)
		find_port_of_link(reader, config, "/home_agent/prefixes", i,
				  &config->home_prefixes[i].home_link);
	for (uint16_t i = 0; i < config->mip4.network_count; i++)
		find_port_of_link(reader, config, "/mobile_ipv4/networks", i,
				  &config->mip4.networks[i].home_link);
}

/* Whether Router Advertisements on the link of a prefix hold an address of this home agent: one that
 * lies in a prefix which they tell. */
static bool tells_an_address(const struct config *config, const char *interface)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		const struct home_prefix_config *home = &config->home_prefixes[i];

		if (home->home_link.kind == HOME_LINK_INTERFACE &&
		    strcmp(home->home_link.interface, interface) == 0 &&
		    ip_prefix_contains(&home->prefix, &home->home_agent))
			return true;
	}
	return false;
}

/* RFC 6275 §7.2: at least one prefix with the Router Address bit, so that others can list us. */
static void check_router_addresses(struct reader *reader, const struct config *config)
{
	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		const struct home_link_config *link = &config->home_prefixes[i].home_link;
		char where[64];

		if (link->kind != HOME_LINK_INTERFACE || !link->advertisements.enabled ||
		    link->interface[0] == '\0' || tells_an_address(config, link->interface))
			continue;
		snprintf(where, sizeof(where), "/home_agent/prefixes/%u/address", i);
		reader_problem_at(
			reader, where,
			"lies outside the prefix, as all addresses on \"%s\" do, and Router "
			"Advertisements must tell one; use an address inside",
			link->interface);
	}
}

void home_links_check(struct reader *reader, struct config *config)
{
	find_ports_of_links(reader, config);
	check_router_addresses(reader, config);
}
