/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "association_text.h"
#include "config/parts.h"
#include "ha/wire/mip4.h"

enum { LIFETIME4_MAX_S = MIP4_LIFETIME_INFINITE - 1 };

/* The role of a port */

#define ROLE_WORDS "\"core\" or \"foreign_agent\""

static void read_role(struct reader *reader, const struct field *field, const json_t *value,
		      void *at)
{
	const char *text = json_string_value(value);
	char quoted[QUOTE_MAX];

	(void)field;
	if (text == NULL)
		reader_wrong_type(reader, value, ROLE_WORDS);
	else if (strcmp(text, "foreign_agent") == 0)
		*(bool *)at = true;
	else if (strcmp(text, "core") != 0)
		reader_problem(reader, "%s is not known; use " ROLE_WORDS,
			       reader_quote(text, quoted));
}

/* Left out where it is nothing else. */
static json_t *write_role(const struct field *field, const void *at)
{
	(void)field;
	return *(const bool *)at ? json_string("foreign_agent") : NULL;
}

const struct type type_role = {read_role, write_role};

/* The foreign agent of a port */

static const struct foreign_agent_config defaults = {
	.is_described = true,
	.max_lifetime_s = 3600,
	.minimal_encapsulation = true,
	.gre = true,
	.reverse_tunnel = REVERSE_TUNNEL_OPTIONAL,
	.encapsulating_delivery = true,
};

static const struct field care_of = {KEY("", address4), .size = sizeof(struct ip_addr)};

static void check_foreign_agent(struct reader *reader, const json_t *object, void *at)
{
	const struct foreign_agent_config *agent = at;
	char where[64];

	(void)object;
	for (uint16_t k = 0; k < agent->care_of_count; k++) {
		for (uint16_t i = 0; i < k; i++) {
			if (ip_addr_is_unspecified(&agent->care_of[k]) ||
			    !ip_addr_equal(&agent->care_of[i], &agent->care_of[k]))
				continue;
			snprintf(where, sizeof(where), "/care_of/%u", k);
			reader_problem_at(reader, where, "is named before; keep one");
		}
	}
	if (agent->encapsulating_delivery && agent->reverse_tunnel == REVERSE_TUNNEL_OFF &&
	    json_object_get(object, "encapsulating_delivery") != NULL)
		reader_problem_at(reader, "/encapsulating_delivery",
				  "means nothing where reverse_tunnel is \"off\"; remove it, or "
				  "use \"optional\"");
}

static void read_foreign_agent(struct reader *reader, const struct field *field,
			       const json_t *value, void *at)
{
	struct foreign_agent_config *agent = at;
	bool enabled = agent->enabled;

	*agent = defaults;
	agent->enabled = enabled;
	agent->advertisements = agent_advertisement_defaults;
	type_object_read(reader, field, value, at);
}

static json_t *write_foreign_agent(const struct field *field, const void *at)
{
	const struct foreign_agent_config *agent = at;

	return agent->enabled ? type_object_write(field, at) : NULL;
}

const struct type type_foreign_agent = {read_foreign_agent, write_foreign_agent};

static const struct field foreign_agent_fields[] = {
	{KEY("address", address4), IN(struct foreign_agent_config, address),
	 .example = "\"10.9.0.1\""},
	{KEY("care_of", list), IN(struct foreign_agent_config, care_of),
	 RANGE(1, FOREIGN_CARE_OF_MAX), .item = &care_of,
	 .count_offset = offsetof(struct foreign_agent_config, care_of_count),
	 .example = "[\"192.0.2.9\"]"},
	{KEY("advertisements", object), IN(struct foreign_agent_config, advertisements),
	 .shape = &agent_advertisement_shape},
	{KEY("max_lifetime_s", lifetime), IN(struct foreign_agent_config, max_lifetime_s),
	 RANGE(1, LIFETIME4_MAX_S)},
	{KEY("registration_required", boolean),
	 IN(struct foreign_agent_config, registration_required)},
	{KEY("encapsulations", encapsulations), ENCAPSULATIONS_IN(struct foreign_agent_config)},
	{KEY("reverse_tunnel", choice), IN(struct foreign_agent_config, reverse_tunnel),
	 .choices = reverse_tunnel_names},
	{KEY("encapsulating_delivery", boolean),
	 IN(struct foreign_agent_config, encapsulating_delivery)},
	{KEY("challenge", boolean), IN(struct foreign_agent_config, challenge)},
};
const struct shape foreign_agent_shape = {FIELDS(foreign_agent_fields),
					  .check = check_foreign_agent};

/* What all of them share */

static void check_node(struct reader *reader, const json_t *object, void *at)
{
	const char *identifier = json_string_value(json_object_get(object, "identifier"));

	(void)at;
	if (json_object_get(object, "home_address") == NULL &&
	    (identifier == NULL || identifier[0] == '\0'))
		reader_problem(reader, "names no mobile node; add \"home_address\": \"10.1.0.5\", "
				       "\"identifier\": \"alice@example.com\", or both");
}

static const struct field node_fields[] = {
	{KEY("home_address", address4), IN(struct visitor_node_config, home)},
	{KEY("identifier", text), IN(struct visitor_node_config, identifier),
	 TEXT("^[!-~]*$", "a network access identifier such as alice@example.com")},
	{KEY("spi", number), IN(struct visitor_node_config, association.spi),
	 RANGE(MIP4_SPI_RESERVED + 1, UINT32_MAX), .example = "256"},
	{KEY("algorithm", choice), IN(struct visitor_node_config, association.algorithm),
	 .choices = association_algorithms},
	{KEY("key", association_key), IN(struct visitor_node_config, association),
	 .example = "\"000102030405060708090a0b0c0d0e0f\""},
};

static const struct visitor_node_config blank_node;

static const struct shape node_shape = {
	FIELDS(node_fields),
	.blank = &blank_node,
	.blank_size = sizeof(blank_node),
	.check = check_node,
};
static const struct field node_item = {KEY("", object), .size = sizeof(struct visitor_node_config),
				       .shape = &node_shape};

static void check_visiting(struct reader *reader, const json_t *object, void *at)
{
	const struct visiting_config *visiting = at;

	(void)object;
	mip4_peers_check(reader, "/home_agents", visiting->home_agents, visiting->home_agent_count);
	if (visiting->known_home_agents_only && visiting->home_agent_count == 0)
		reader_problem_at(reader, "/known_home_agents_only",
				  "leaves no home agent that anybody could register with; add "
				  "\"home_agents\", or set it to false");
}

/* Left out unless there is one. */
static json_t *write_visiting(const struct field *field, const void *at)
{
	const struct visiting_config *visiting = at;

	return visiting->is_used ? type_object_write(field, at) : NULL;
}

static void read_visiting(struct reader *reader, const struct field *field, const json_t *value,
			  void *at)
{
	type_object_read(reader, field, value, at);
	((struct visiting_config *)at)->is_used = true;
}

const struct type type_visiting = {read_visiting, write_visiting};

static const struct field visiting_fields[] = {
	{KEY("visitors", number), IN(struct visiting_config, visitors), RANGE(1, VISITORS_MAX)},
	{KEY("pending", number), IN(struct visiting_config, pending),
	 RANGE(1, FOREIGN_PENDING_MAX)},
	{KEY("request_timeout_s", number), IN(struct visiting_config, request_timeout_s),
	 RANGE(1, 60)},
	{KEY("revocation", boolean), IN(struct visiting_config, revocation)},
	{KEY("known_home_agents_only", boolean),
	 IN(struct visiting_config, known_home_agents_only)},
	{KEY("home_agents", list), IN(struct visiting_config, home_agents),
	 RANGE(0, MIP4_PEERS_MAX), .item = &mip4_peer_item,
	 .count_offset = offsetof(struct visiting_config, home_agent_count)},
	{KEY("mobile_nodes", list), IN(struct visiting_config, nodes), RANGE(0, VISITOR_NODES_MAX),
	 .item = &node_item, .count_offset = offsetof(struct visiting_config, node_count)},
};
const struct shape visiting_shape = {FIELDS(visiting_fields), .check = check_visiting};

/* With the rest */

static void check_care_of(struct reader *reader, const struct config *config, uint16_t port,
			  uint16_t k)
{
	const struct ip_addr *address = &config->ports[port].foreign_agent.care_of[k];
	char where[64];

	for (uint16_t i = 0; i < config->mip4.network_count; i++) {
		if (ip_addr_is_unspecified(address) ||
		    !ip_addr_equal(&config->mip4.networks[i].home_agent, address))
			continue;
		snprintf(where, sizeof(where), "/ports/%u/foreign_agent/care_of/%u", port, k);
		reader_problem_at(reader, where,
				  "is the home agent address of /mobile_ipv4/networks/%u; use "
				  "another address of this host",
				  i);
		return;
	}
}

static void check_role(struct reader *reader, const struct port_config *port, uint16_t i)
{
	char where[64];

	snprintf(where, sizeof(where), "/ports/%u/foreign_agent", i);
	if (port->foreign_agent.enabled && !port->foreign_agent.is_described)
		reader_problem_at(reader, where,
				  "is missing for a port of that role; add {\"address\": "
				  "\"10.9.0.1\", \"care_of\": [\"192.0.2.9\"]}");
	snprintf(where, sizeof(where), "/ports/%u/role", i);
	if (!port->foreign_agent.enabled && port->foreign_agent.is_described)
		reader_problem_at(reader, where,
				  "is missing for a port with \"foreign_agent\"; add \"role\": "
				  "\"foreign_agent\", or remove the object");
}

void foreign_agents_check(struct reader *reader, const struct config *config)
{
	bool is_any = false;

	for (uint16_t i = 0; i < config->port_count; i++) {
		const struct foreign_agent_config *agent = &config->ports[i].foreign_agent;

		check_role(reader, &config->ports[i], i);
		is_any = is_any || agent->enabled;
		for (uint16_t k = 0; k < agent->care_of_count; k++)
			check_care_of(reader, config, i, k);
	}
	if (!is_any && config->visiting.is_used)
		reader_problem_at(reader, "/foreign_agent",
				  "means nothing without a port of that role; add \"role\": "
				  "\"foreign_agent\" to one of /ports, or remove it");
}
