/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/rows.h"
#include "api/status.h"
#include "ha/config.h"
#include "mobile_node.h"

static json_t *pool(const struct mobile_nodes *nodes, const struct home_network_config *network,
		    uint16_t index)
{
	uint32_t first = ip4_number(&network->pool_first);
	uint32_t last = ip4_number(&network->pool_last);

	if (ip_addr_is_unspecified(&network->pool_first))
		return json_null();
	return json_pack("{s:I, s:I}", "size", (json_int_t)last - first + 1, "assigned",
			 (json_int_t)mobile_nodes_count_assigned(nodes, index));
}

static json_t *network(const struct mobile_nodes *nodes, const struct home_network_config *network,
		       uint16_t index)
{
	const struct home_link_config *link = &network->home_link;

	return json_pack("{s:o, s:o, s:s, s:o}", "prefix", rows_prefix(&network->prefix), "address",
			 rows_address(&network->home_agent), "home_link",
			 link->kind == HOME_LINK_VIRTUAL ? "virtual" : link->interface, "pool",
			 pool(nodes, network, index));
}

json_t *status_mobile_ipv4(const struct config *config, const struct mobile_nodes *nodes)
{
	json_t *networks;

	if (config->mip4.network_count == 0)
		return json_null();
	networks = json_array();
	for (uint16_t i = 0; i < config->mip4.network_count; i++)
		json_array_append_new(networks, network(nodes, &config->mip4.networks[i], i));
	return json_pack("{s:o}", "networks", networks);
}
