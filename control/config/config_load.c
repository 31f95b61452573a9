/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/config_load.h"

#include <stdio.h>

#include "config/file.h"
#include "config/parts.h"

static const struct config defaults = {
	.worker_count = 1,
	.worker_cpus = {[0 ... WORKERS_MAX - 1] = -1},
	.control_cpu = -1,
	.mbufs_per_queue = 8192,
	.reassembly_packets = 1024,
	.accept_registrations = true,
	.advertise_prefixes = true,
	.prefix_min_interval_s = 600, /* RFC 6275 §13 */
	.prefix_max_interval_s = 86400,
	.binding_capacity = 65536,
	.max_lifetime_s = 3600,
	.tunnel_hop_limit = 64,
	.revocation_retransmissions = 1,
	.revocation_initial_delay_ms = 1000,
	.revocation_max_delay_ms = 2000,
	.switch_rate_per_s = 1,
	.path_mtu_lifetime_s = 600, /* RFC 8201 §4 */
	.tunnel_encapsulation_limit = -1,
	.correspondent_bindings = 1024,
	.mip4 = {.max_lifetime_s = 3600,
		 .tunnel_ttl = 64,
		 .minimal_encapsulation = true,
		 .gre = true,
		 .simultaneous_bindings = 1,
		 .nat_keepalive_s = 110, /* RFC 3519 §4.9 */
		 .nat_max_lifetime_s = 60,
		 .revocation = true},
	.visiting = {.visitors = 1024,
		     .pending = 256,
		     .request_timeout_s = 7, /* RFC 5944 §3.7.1 */
		     .revocation = true},
	.multicast_groups = 1024,
	.multicast_groups_per_node = 16,
	.multicast_members = 256,
	.multicast_query_interval_s = 125,    /* RFC 3810 §9.2 */
	.multicast_query_response_ms = 10000, /* §9.3 */
	.timestamp_window_s = 7,	      /* RFC 4285 §6 */
	.punt_signalling_known = {250000, 4096},
	.punt_signalling_new = {250000, 4096},
	.punt_local = {1000, 200},
	.punt_error = {1000, 200},
	.punt_tunnel_error = {1000, 200},
	.punt_listener = {10000, 2000},
	.punt_resolve = {1000, 200},
	.errors_per_source = {10, 20},
	.errors_total = {1000, 1000},
	.socket_path = "/run/homeward/control.sock",
	.socket_mode = 0660,
	.socket_idle_timeout_s = 60,
	.log_level = "info",
};

#define HOME_PREFIXES_EXAMPLE "[{\"prefix\": \"2001:db8:1::/64\", \"address\": \"2001:db8:1::1\"}]"

static bool has_foreign_agent(const struct config *config)
{
	for (uint16_t i = 0; i < config->port_count; i++)
		if (config->ports[i].foreign_agent.enabled)
			return true;
	return false;
}

/* A home agent of Mobile IPv6 or of Mobile IPv4, or a foreign agent. */
static void check_service(struct reader *reader, const json_t *object, const struct config *config)
{
	const json_t *home_agent = json_object_get(object, "home_agent");

	if (config->home_prefix_count != 0 || json_object_get(object, "mobile_ipv4") != NULL ||
	    has_foreign_agent(config))
		return;
	if (home_agent == NULL)
		reader_problem_at(reader, "/home_agent",
				  "is missing; add \"home_agent\": {\"prefixes\": "
				  "" HOME_PREFIXES_EXAMPLE "}, or \"mobile_ipv4\"");
	else if (json_is_object(home_agent))
		reader_problem_at(reader, "/home_agent/prefixes",
				  "has none, and there is no \"mobile_ipv4\"; add \"prefixes\": "
				  "" HOME_PREFIXES_EXAMPLE);
}

/* A foreign agent alone has no mobile nodes of its own. */
static void check_mobile_nodes(struct reader *reader, const json_t *object,
			       const struct config *config)
{
	bool is_home_agent = config->home_prefix_count != 0 ||
			     json_object_get(object, "mobile_ipv4") != NULL ||
			     !has_foreign_agent(config);

	if (is_home_agent && json_object_get(object, "mobile_nodes") == NULL)
		reader_problem_at(reader, "/mobile_nodes",
				  "is missing; add \"mobile_nodes\": {\"file\": "
				  "\"/etc/homeward/mobile_nodes.jsonl\"}");
}

/* What must be true between the parts. */
static void check_parts(struct reader *reader, const json_t *object, void *at)
{
	struct config *config = at;

	check_service(reader, object, config);
	check_mobile_nodes(reader, object, config);
	home_links_check(reader, config);
	foreign_agents_check(reader, config);
	multicast_port_find(reader, config);
	ports_check(reader, config);
}

#define PART(name, table)                                                                          \
	{                                                                                          \
		KEY(name, object), .shape = &(table)                                               \
	}

static const struct field root_fields[] = {
	{KEY("version", version)},
	{KEY("ports", list), IN(struct config, ports), RANGE(1, PORTS_MAX), .item = &port_item,
	 .count_offset = offsetof(struct config, port_count),
	 .example = "[{\"name\": \"core\", \"kind\": \"af_xdp\", \"interface\": \"eth1\"}]"},
	PART("workers", worker_shape),
	PART("memory", memory_shape),
	PART("home_agent", home_agent_shape),
	{KEY("mobile_ipv4", mobile_ipv4), IN(struct config, mip4), .shape = &mobile_ipv4_shape},
	{KEY("foreign_agent", visiting), IN(struct config, visiting), .shape = &visiting_shape},
	PART("bindings", binding_shape),
	PART("binding_revocation", revocation_shape),
	PART("home_agent_switch", switch_shape),
	PART("tunnel", tunnel_shape),
	PART("correspondent", correspondent_shape),
	PART("multicast", multicast_shape),
	{KEY("mobile_nodes", mobile_nodes), .shape = &mobile_node_shape},
	PART("limits", limit_shape),
	PART("control", control_shape),
	PART("log", log_shape),
};
static const struct shape root_shape = {FIELDS(root_fields), .check = check_parts};
static const struct field root = {KEY("", object), .shape = &root_shape};

unsigned int config_load(const char *path, struct config *config, config_problem_fn *report,
			 void *context)
{
	struct reader reader = {.config = config, .report = report, .context = context};
	json_t *json = NULL;

	*config = defaults;
	if (snprintf(config->path, sizeof(config->path), "%s", path) >= (int)sizeof(config->path))
		reader_problem(&reader, "the path is longer than %d octets", PATH_MAX - 1);
	else
		json = file_parse(&reader);
	if (json != NULL)
		type_object_read(&reader, &root, json, config);
	json_decref(json);
	return reader.problems;
}

json_t *config_to_json(const struct config *config)
{
	return type_object_write(&root, config);
}
