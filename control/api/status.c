/* SPDX-License-Identifier: BSD-3-Clause
 *
 * server.hello, status.get, rpc.discover.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "admission.h"
#include "api/api.h"
#include "api/methods.h"
#include "api/rows.h"
#include "api/status.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "mobile_node.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "retire.h"
#include "revocation/outstanding.h"
#include "revocation/transfer.h"

static bool has_foreign_agent(const struct config *config)
{
	for (uint16_t i = 0; i < config->port_count; i++)
		if (config->ports[i].foreign_agent.enabled)
			return true;
	return false;
}

static json_t *roles(const struct config *config)
{
	json_t *list = json_array();

	if (config->home_prefix_count != 0 || config->mip4.network_count != 0)
		json_array_append_new(list, json_string("home_agent"));
	if (has_foreign_agent(config))
		json_array_append_new(list, json_string("foreign_agent"));
	return list;
}

json_t *server_hello(const struct rpc_call *call, struct rpc_error *error)
{
	(void)error;
	return json_pack("{s:s, s:s, s:i, s:i, s:o}", "product", "homeward", "version",
			 HOMEWARD_VERSION, "api_version", API_VERSION, "pid", (int)getpid(),
			 "roles", roles(call->context->config));
}

static json_t *start_time(uint64_t uptime_ms)
{
	time_t started = time(NULL) - (time_t)(uptime_ms / 1000);
	struct tm parts;
	char text[32];

	gmtime_r(&started, &parts);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	return json_string(text);
}

static json_t *port(const struct port_config *config, uint16_t index)
{
	static const char *const kinds[] = {
		[PORT_AF_XDP] = "af_xdp",
		[PORT_VDEV] = "vdev",
		[PORT_PCI] = "pci",
	};
	struct port_info info = {0};
	char mac[18];

	dataplane_port_info(index, &info);
	snprintf(mac, sizeof(mac), "%02x:%02x:%02x:%02x:%02x:%02x", info.mac[0], info.mac[1],
		 info.mac[2], info.mac[3], info.mac[4], info.mac[5]);
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s, s:i}", "name", config->name, "kind",
			 kinds[config->kind], "driver", info.driver, "mac", mac, "mtu", info.mtu,
			 "link", info.link_up ? "up" : "down", "queues", info.rx_queues);
}

static json_t *ports(const struct config *config)
{
	json_t *list = json_array();

	for (uint16_t i = 0; i < config->port_count; i++)
		json_array_append_new(list, port(&config->ports[i], i));
	return list;
}

static json_t *prefixes(const struct config *config)
{
	json_t *list = json_array();

	for (uint16_t i = 0; i < config->home_prefix_count; i++) {
		const struct home_prefix_config *home = &config->home_prefixes[i];

		json_array_append_new(list,
				      json_pack("{s:o, s:o}", "prefix", rows_prefix(&home->prefix),
						"address", rows_address(&home->home_agent)));
	}
	return list;
}

static json_t *bindings(void)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "in_force",
			 (json_int_t)registration_count(), "mip6",
			 (json_int_t)registration_count_of(REGISTRATION_MIP6), "mip4",
			 (json_int_t)registration_count_of(REGISTRATION_MIP4), "visitors",
			 (json_int_t)registration_count_of(REGISTRATION_VISITOR), "invalid",
			 (json_int_t)registration_count_invalid(), "capacity",
			 (json_int_t)registration_capacity());
}

json_t *status_mobile_nodes(const struct mobile_nodes *nodes)
{
	size_t all = mobile_nodes_count(nodes);
	size_t ip4 = mobile_nodes_count_ip4(nodes);

	return json_pack("{s:I, s:I, s:I, s:I}", "configured", (json_int_t)all, "mip6",
			 (json_int_t)(all - ip4), "mip4", (json_int_t)ip4, "unauthenticated",
			 (json_int_t)mobile_nodes_count_unauthenticated(nodes));
}

static json_t *transfer(void)
{
	struct transfer_status status;
	json_t *addresses = json_array();
	char text[IP_ADDR_TEXT];

	if (!transfer_describe(&status)) {
		json_decref(addresses);
		return json_null();
	}
	for (uint16_t i = 0; i < status.address_count; i++)
		json_array_append_new(addresses,
				      json_string(ip_addr_format(&status.addresses[i], text)));
	return json_pack("{s:o, s:I, s:I}", "addresses", addresses, "told", (json_int_t)status.told,
			 "answered", (json_int_t)status.answered);
}

json_t *status_drain(void)
{
	if (!admission_is_draining())
		return json_null();
	return json_pack("{s:o}", "switch", transfer());
}

json_t *status_get(const struct rpc_call *call, struct rpc_error *error)
{
	const struct config *config = call->context->config;
	uint64_t uptime_ms = monotonic_ms() - call->context->started_ms;

	(void)error;
	return json_pack(
		"{s:s, s:o, s:I, s:s, s:o, s:i, s:i, s:o, s:{s:o}, s:o, s:o, s:o, s:o, s:i, "
		"s:i, s:{s:i}}",
		"version", HOMEWARD_VERSION, "started", start_time(uptime_ms), "uptime_s",
		(json_int_t)(uptime_ms / 1000), "service",
		admission_accepts_registrations() ? "accepting" : "not accepting", "drain",
		status_drain(), "revocations", (int)outstanding_count(), "workers",
		dataplane_worker_count(), "ports", ports(config), "home_agent", "prefixes",
		prefixes(config), "mobile_ipv4", status_mobile_ipv4(config, call->context->nodes),
		"foreign_agent", status_foreign_agent(config), "bindings", bindings(),
		"mobile_nodes", status_mobile_nodes(call->context->nodes), "next_hops",
		(int)nexthop_count(), "routes", (int)nexthop_route_count(), "rcu", "pending",
		(int)retire_pending());
}

static json_t *describe_param(const struct rpc_param *param)
{
	static const char *const types[] = {
		[RPC_INTEGER] = "integer",
		[RPC_BOOLEAN] = "boolean",
		[RPC_ADDRESS] = "IP address",
		[RPC_PREFIX] = "IP prefix",
		[RPC_ADDRESSES] = "list of IPv6 addresses",
	};
	json_t *row =
		json_pack("{s:s, s:s, s:b, s:s}", "name", param->name, "type", types[param->type],
			  "required", param->required, "text", param->text);

	if (param->type == RPC_INTEGER) {
		json_object_set_new(row, "minimum", json_integer(param->minimum));
		json_object_set_new(row, "maximum", json_integer(param->maximum));
	}
	return row;
}

static json_t *describe_error(int code)
{
	static const struct {
		int code;
		const char *text;
	} texts[] = {
		{API_PARSE_ERROR, "the line is not JSON"},
		{API_INVALID_REQUEST, "the line is not a JSON-RPC 2.0 request"},
		{API_METHOD_NOT_FOUND, "there is no such method"},
		{API_INVALID_PARAMS, "a parameter is missing, unknown or wrong"},
		{API_INTERNAL_ERROR, "the daemon is out of memory"},
		{API_NOT_FOUND, "there is no such binding, or prefix"},
		{API_TOO_LARGE, "the line, its nesting, the batch or its answer is too large"},
		{API_FORBIDDEN, "only for root and the daemon's own user"},
		{API_BUSY, "too many connections; this one is closed"},
		{API_REFUSED, "it cannot be done as things are; nothing was changed"},
	};
	const char *text = "";

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].code == code)
			text = texts[i].text;
	return json_pack("{s:i, s:s}", "code", code, "text", text);
}

static json_t *describe_method(const struct rpc_method *method)
{
	json_t *params = json_array();
	json_t *errors = json_array();

	for (int i = 0; i < RPC_PARAMS_MAX && method->params[i].name != NULL; i++)
		json_array_append_new(params, describe_param(&method->params[i]));
	for (int i = 0; i < 4 && method->errors[i] != 0; i++)
		json_array_append_new(errors, describe_error(method->errors[i]));
	return json_pack("{s:s, s:s, s:b, s:o, s:s, s:o}", "name", method->name, "text",
			 method->text, "changes", method->changes, "params", params, "result",
			 method->result, "errors", errors);
}

json_t *rpc_discover(const struct rpc_call *call, struct rpc_error *error)
{
	static const int common[] = {
		API_PARSE_ERROR,    API_INVALID_REQUEST, API_METHOD_NOT_FOUND,
		API_INVALID_PARAMS, API_INTERNAL_ERROR,	 API_TOO_LARGE,
		API_BUSY,
	};
	json_t *methods = json_array();
	json_t *errors = json_array();

	(void)call;
	(void)error;
	for (size_t i = 0; i < rpc_method_count; i++)
		json_array_append_new(methods, describe_method(&rpc_methods[i]));
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		json_array_append_new(errors, describe_error(common[i]));
	return json_pack("{s:i, s:o, s:o}", "api_version", API_VERSION, "methods", methods,
			 "errors", errors);
}
