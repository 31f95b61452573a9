/* SPDX-License-Identifier: BSD-3-Clause
 *
 * link.list.
 */
#include "api/methods.h"
#include "api/rows.h"
#include "link/arp_proxy.h"
#include "link/dad.h"
#include "link/link.h"
#include "link/proxy.h"

static json_t *prefixes(const struct config *config, uint16_t link)
{
	json_t *list = json_array();

	for (uint16_t i = 0; i < config->home_prefix_count; i++)
		if (link_of_prefix(i) == link)
			json_array_append_new(list, rows_prefix(&config->home_prefixes[i].prefix));
	for (uint16_t i = 0; i < config->mip4.network_count; i++)
		if (link_of_network(i) == link)
			json_array_append_new(list, rows_prefix(&config->mip4.networks[i].prefix));
	return list;
}

static json_t *mac(uint16_t link)
{
	const uint8_t *m = link_mac(link);

	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static json_t *local(uint16_t link)
{
	const struct ip_addr *address = link_local(link);
	char text[IP_ADDR_TEXT];

	return address != NULL ? json_string(ip_addr_format(address, text)) : json_null();
}

static json_t *counters_of(uint16_t link)
{
	static const char *const names[] = {
#define X(upper, lower, text) #lower,
		LINK_COUNTERS(X)
#undef X
	};
	const uint64_t *values = link_counters(link);
	json_t *object = json_object();

	for (unsigned int i = 0; i < LINK_COUNTER_COUNT; i++)
		json_object_set_new(object, names[i], json_integer((json_int_t)values[i]));
	return object;
}

json_t *link_list(const struct rpc_call *call, struct rpc_error *error)
{
	json_t *list = json_array();

	(void)error;
	for (uint16_t i = 0; i < link_count(); i++)
		json_array_append_new(
			list, json_pack("{s:s, s:o, s:o, s:o, s:I, s:I, s:o}", "interface",
					link_interface(i), "mac", mac(i), "link_local", local(i),
					"prefixes", prefixes(call->context->config, i), "defended",
					(json_int_t)(proxy_count(i) + arp_proxy_count(i)), "tested",
					(json_int_t)dad_count_on(i), "counters", counters_of(i)));
	return json_pack("{s:o}", "links", list);
}
