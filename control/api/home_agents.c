/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_agents.list.
 */
#include "api/methods.h"
#include "ha/time.h"
#include "link/link.h"
#include "router/advertise.h"

static json_t *addresses(const struct home_agent *agent)
{
	json_t *list = json_array();
	char text[IP_ADDR_TEXT];

	for (uint16_t i = 0; i < agent->address_count; i++)
		json_array_append_new(
			list, json_string(ip_addr_format(&agent->addresses[i].address, text)));
	return list;
}

static json_t *row(uint16_t link, const struct home_agent *agent, uint64_t now_ms)
{
	char text[IP_ADDR_TEXT];

	return json_pack("{s:s, s:s, s:o, s:i, s:b, s:I}", "interface", link_interface(link),
			 "link_local", ip_addr_format(&agent->link_local, text), "addresses",
			 addresses(agent), "preference", agent->preference, "mobile_router",
			 agent->mobile_router, "remaining_s",
			 (json_int_t)((agent->expiry_ms - now_ms) / 1000));
}

json_t *home_agents_list(const struct rpc_call *call, struct rpc_error *error)
{
	json_t *rows = json_array();

	(void)call;
	(void)error;
	for (uint16_t link = 0; link < link_count(); link++) {
		const struct home_agents_list *others = advertise_others_on(link);
		uint64_t now_ms = monotonic_ms();

		for (uint16_t i = 0; i < others->count; i++)
			if (others->agents[i].expiry_ms >= now_ms)
				json_array_append_new(rows, row(link, &others->agents[i], now_ms));
	}
	return json_pack("{s:o}", "home_agents", rows);
}
