/* SPDX-License-Identifier: BSD-3-Clause
 *
 * prefix.list, prefix.set.
 */
#include "api/api.h"
#include "api/methods.h"
#include "prefix_text.h"
#include "router/renumber.h"
#include "service.h"

/* Lifetimes as advertisements have them: what is left, in seconds; all ones for ever. */
static json_t *row(uint16_t index)
{
	const struct home_prefix_config *served = service_prefix_at(index);
	char address[IP_ADDR_TEXT];
	char text[IP_PREFIX_TEXT];
	uint32_t preferred_s;
	uint32_t valid_s;

	service_lifetimes(index, &valid_s, &preferred_s);
	return json_pack("{s:s, s:s, s:I, s:I}", "prefix", prefix_format(&served->prefix, text),
			 "address", ip_addr_format(&served->home_agent, address),
			 "valid_lifetime_s", (json_int_t)valid_s, "preferred_lifetime_s",
			 (json_int_t)preferred_s);
}

json_t *prefix_list(const struct rpc_call *call, struct rpc_error *error)
{
	json_t *rows = json_array();

	(void)call;
	(void)error;
	for (uint16_t i = 0; i < service_prefix_count(); i++)
		json_array_append_new(rows, row(i));
	return json_pack("{s:o}", "prefixes", rows);
}

static int find(const struct ip_prefix *prefix)
{
	for (uint16_t i = 0; i < service_prefix_count(); i++)
		if (ip_prefix_equal(&service_prefix_at(i)->prefix, prefix))
			return i;
	return -1;
}

json_t *prefix_set(const struct rpc_call *call, struct rpc_error *error)
{
	const struct ip_prefix *prefix = &rpc_value(call, "prefix")->prefix;
	uint32_t valid_s = (uint32_t)rpc_value(call, "valid_lifetime_s")->integer;
	uint32_t preferred_s = (uint32_t)rpc_value(call, "preferred_lifetime_s")->integer;
	int index = find(prefix);
	char text[IP_PREFIX_TEXT];

	if (index < 0) {
		rpc_fail(error, API_NOT_FOUND, "%s is no home prefix; prefix.list shows those",
			 prefix_format(prefix, text));
		return NULL;
	}
	if (preferred_s > valid_s) {
		rpc_fail(error, API_INVALID_PARAMS,
			 "\"preferred_lifetime_s\" is longer than \"valid_lifetime_s\"; use at "
			 "most %u",
			 valid_s);
		return NULL;
	}
	renumber((uint16_t)index, valid_s, preferred_s);
	return row((uint16_t)index);
}
