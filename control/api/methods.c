/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The table of methods. A new one: a handler in the file of its noun, its prototype in methods.h, a
 * row here, and a part in docs/control-api.md.
 */
#include "api/methods.h"

#include "api/api.h"

const struct rpc_method rpc_methods[] = {
	{
		.name = "server.hello",
		.handle = server_hello,
		.text = "Says who answers. A client looks at api_version before anything else.",
		.result = "product, version, api_version, pid, roles",
	},
	{
		.name = "rpc.discover",
		.handle = rpc_discover,
		.text = "Lists the methods, with the parameters and errors of each.",
		.result = "methods, and the errors that every method may answer",
	},
	{
		.name = "status.get",
		.handle = status_get,
		.text = "How the daemon is: what it runs on, what it serves, how full it is.",
		.result = "version, started, uptime_s, service, workers, ports, home_agent, "
			  "bindings, "
			  "mobile_nodes, next_hops, routes, rcu",
	},
	{
		.name = "binding.list",
		.handle = binding_list,
		.params =
			{
				{"after", RPC_INTEGER, false, 0, UINT32_MAX,
				 "where to go on: next of the page before"},
				{"limit", RPC_INTEGER, false, 1, API_PAGE_MAX,
				 "bindings a page at most; 100 unless given"},
				{"care_of", RPC_ADDRESS, false, 0, 0,
				 "only those with this care-of address"},
				{"prefix", RPC_PREFIX, false, 0, 0,
				 "only those whose home address is inside"},
			},
		.text = "Bindings in force, a page a call. A page may be short, or empty, before "
			"the "
			"end: only next null is the end.",
		.result = "bindings, next (a number for \"after\", or null at the end)",
	},
	{
		.name = "binding.get",
		.handle = binding_get,
		.params =
			{
				{"home_address", RPC_ADDRESS, true, 0, 0, "whose"},
			},
		.text = "All that is known of one binding, with its counters.",
		.result = "the binding",
		.errors = {API_NOT_FOUND},
	},
	{
		.name = "binding.remove",
		.handle = binding_remove,
		.changes = true,
		.params =
			{
				{"home_address", RPC_ADDRESS, true, 0, 0, "whose"},
			},
		.text = "Takes a binding out as if its lifetime had ended. The mobile node is not "
			"told "
			"and may register again.",
		.result = "removed: the home address",
		.errors = {API_NOT_FOUND, API_FORBIDDEN},
	},
	{
		.name = "home_agents.list",
		.handle = home_agents_list,
		.text = "The Home Agents Lists: who else serves the real home links, learnt from "
			"Router Advertisements.",
		.result = "home_agents, by interface; this home agent itself is not among them",
	},
	{
		.name = "prefix.list",
		.handle = prefix_list,
		.text = "The home prefixes, with what is left of their lifetimes.",
		.result = "prefixes; a lifetime of 4294967295 is infinite",
	},
	{
		.name = "prefix.set",
		.handle = prefix_set,
		.changes = true,
		.params =
			{
				{"prefix", RPC_PREFIX, true, 0, 0, "which home prefix"},
				{"valid_lifetime_s", RPC_INTEGER, true, 0, UINT32_MAX,
				 "from now; 4294967295 for ever"},
				{"preferred_lifetime_s", RPC_INTEGER, true, 0, UINT32_MAX,
				 "from now, not longer than valid; 4294967295 for ever"},
			},
		.text = "Renumbering: changes the lifetimes of a home prefix until the daemon "
			"stops. "
			"Bindings end with their prefix, and mobile nodes are told.",
		.result = "the prefix, as in prefix.list",
		.errors = {API_NOT_FOUND, API_FORBIDDEN},
	},
	{
		.name = "stats.get",
		.handle = stats_get,
		.params =
			{
				{"texts", RPC_BOOLEAN, false, 0, 0,
				 "also what each counter means; false unless given"},
			},
		.text = "Every counter. They only grow, from the start of the daemon.",
		.result = "workers, totals, balance, inject_failures, ports, control, texts",
	},
	{
		.name = "config.get",
		.handle = config_get,
		.text = "The configuration in force, defaults filled in, without secrets.",
		.result = "the configuration, as in the file",
	},
};

const size_t rpc_method_count = sizeof(rpc_methods) / sizeof(rpc_methods[0]);
