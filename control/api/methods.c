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
			  "mobile_ipv4, foreign_agent, bindings, mobile_nodes, next_hops, routes, "
			  "rcu",
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
				{"care_of", RPC_ADDRESS, false, 0, 0,
				 "which of several; the first one unless given"},
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
				{"care_of", RPC_ADDRESS, false, 0, 0,
				 "which of several; all unless given"},
				{"tell", RPC_BOOLEAN, false, 0, 0,
				 "false: at once, and without telling the mobile node; true unless "
				 "given"},
			},
		.text = "Takes a binding out. A mobile node that understands revocation is told "
			"first: "
			"the binding goes when it has acknowledged, or has not for a few seconds. "
			"So is the foreign agent of a binding of Mobile IPv4 that agreed to it. "
			"Any other is not told. It may register again.",
		.result = "removed: the home address, or revoking: the home address",
		.errors = {API_NOT_FOUND, API_FORBIDDEN, API_REFUSED},
	},
	{
		.name = "mobile_nodes.reload",
		.handle = mobile_nodes_reread,
		.changes = true,
		.text = "Reads the mobile nodes file again, as a whole or not at all. Bindings "
			"stay: whoever is prohibited now, or no longer in the file, cannot prolong "
			"one.",
		.result = "configured, unauthenticated, mip6, mip4",
		.errors = {API_FORBIDDEN, API_REFUSED},
	},
	{
		.name = "service.set",
		.handle = service_set,
		.changes = true,
		.params =
			{
				{"accept_registrations", RPC_BOOLEAN, true, 0, 0,
				 "false: every registration is answered with status 131"},
			},
		.text = "Opens or closes the home agent for registrations, until the daemon ends. "
			"Bindings stay until their lifetime ends.",
		.result = "service: accepting, or not accepting",
		.errors = {API_FORBIDDEN},
	},
	{
		.name = "drain.set",
		.handle = drain_set,
		.changes = true,
		.params =
			{
				{"on", RPC_BOOLEAN, true, 0, 0,
				 "true: newcomers are answered with status 130"},
				{"switch", RPC_BOOLEAN, false, 0, 0,
				 "also tell those who are registered to go, and prolong no "
				 "binding of one who was told; false unless given"},
				{"addresses", RPC_ADDRESSES, false, 0, 0,
				 "where to, best first; those of the configuration unless given"},
			},
		.text = "Empties the home agent. Ends with the daemon.",
		.result = "drain: as in status.get",
		.errors = {API_FORBIDDEN, API_REFUSED},
	},
	{
		.name = "path_mtu.list",
		.handle = path_mtu_list,
		.params =
			{
				{"after", RPC_INTEGER, false, 0, UINT32_MAX,
				 "where to go on: next of the page before"},
				{"limit", RPC_INTEGER, false, 1, API_PAGE_MAX,
				 "paths a page at most; 100 unless given"},
			},
		.text = "Path MTUs that Packet Too Big messages have told of, a page a call.",
		.result = "path_mtus, next (a number for \"after\", or null at the end)",
	},
	{
		.name = "path_mtu.clear",
		.handle = path_mtu_clear,
		.changes = true,
		.params =
			{
				{"care_of", RPC_ADDRESS, false, 0, 0,
				 "of that path only; of all unless given"},
			},
		.text = "Forgets path MTUs; what still holds is learnt again.",
		.result = "cleared: how many",
		.errors = {API_FORBIDDEN},
	},
	{
		.name = "correspondent.list",
		.handle = correspondent_list,
		.params =
			{
				{"after", RPC_INTEGER, false, 0, UINT32_MAX,
				 "where to go on: next of the page before"},
				{"limit", RPC_INTEGER, false, 1, API_PAGE_MAX,
				 "bindings a page at most; 100 unless given"},
			},
		.text = "Bindings of the correspondent function in force, a page a call. A page "
			"may be short, or empty, before the end: only next null is the end.",
		.result = "bindings, next (a number for \"after\", or null at the end)",
	},
	{
		.name = "multicast.list",
		.handle = multicast_list,
		.params =
			{
				{"after", RPC_INTEGER, false, 0, UINT32_MAX,
				 "where to go on: next of the page before"},
				{"limit", RPC_INTEGER, false, 1, API_PAGE_MAX,
				 "mobile nodes a page at most; 100 unless given"},
			},
		.text = "Mobile nodes that listen to multicast groups, a page a call. A page may "
			"be short, or empty, before the end: only next null is the end.",
		.result = "listeners, groups (how many there are of all mobile nodes), next (a "
			  "number for \"after\", or null at the end)",
	},
	{
		.name = "visitor.list",
		.handle = visitor_list,
		.params =
			{
				{"after", RPC_INTEGER, false, 0, UINT32_MAX,
				 "where to go on: next of the page before"},
				{"limit", RPC_INTEGER, false, 1, API_PAGE_MAX,
				 "visitors a page at most; 100 unless given"},
			},
		.text = "The visitor list of the foreign agents, a page a call. A page may be "
			"short, or empty, before the end: only next null is the end.",
		.result = "visitors, next (a number for \"after\", or null at the end)",
	},
	{
		.name = "visitor.remove",
		.handle = visitor_take_out,
		.changes = true,
		.params =
			{
				{"home_address", RPC_ADDRESS, true, 0, 0, "whose"},
				{"tell", RPC_BOOLEAN, false, 0, 0,
				 "false: at once, and without telling the home agent; true unless "
				 "given"},
			},
		.text = "Ends a visit. A home agent that agreed to revocation is told first. The "
			"mobile node may register again.",
		.result = "removed: the home address, or revoking: the home address",
		.errors = {API_NOT_FOUND, API_FORBIDDEN, API_REFUSED},
	},
	{
		.name = "link.list",
		.handle = link_list,
		.text = "The real home links, with what is defended there and their counters.",
		.result = "links",
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
