/* SPDX-License-Identifier: BSD-3-Clause
 *
 * path_mtu.list, path_mtu.clear.
 */
#include "tunnel/path_mtu.h"

#include "api/api.h"
#include "api/methods.h"
#include "ha/time.h"
#include "registration/registration.h"

enum { PAGE_DEFAULT = 100 };

static json_t *ages_in_s(uint64_t told_ms, uint64_t now_ms)
{
	uint64_t lifetime_ms = path_mtu_lifetime_ms();
	uint64_t passed_ms = now_ms - told_ms;

	if (lifetime_ms == PATH_MTU_FOREVER)
		return json_null();
	return json_integer(lifetime_ms > passed_ms ? (json_int_t)((lifetime_ms - passed_ms) / 1000)
						    : 0);
}

static json_t *row(const struct path_mtu *entry, uint64_t now_ms)
{
	char text[IP_ADDR_TEXT];

	return json_pack("{s:s, s:i, s:I, s:o}", "care_of", ip_addr_format(&entry->to, text),
			 "path_mtu", entry->mtu, "told_ago_s",
			 (json_int_t)((now_ms - entry->told_ms) / 1000), "ages_in_s",
			 ages_in_s(entry->told_ms, now_ms));
}

/* Paging is by place in the table, as binding.list does by slot. */
json_t *path_mtu_list(const struct rpc_call *call, struct rpc_error *error)
{
	const struct rpc_value *limit = rpc_value(call, "limit");
	size_t rows_max = limit->given ? (size_t)limit->integer : PAGE_DEFAULT;
	int64_t after = rpc_value(call, "after")->integer;
	uint32_t next = after < PATH_MTU_ENTRIES ? (uint32_t)after : PATH_MTU_ENTRIES;
	uint64_t now_ms = monotonic_ms();
	json_t *rows = json_array();

	(void)error;
	for (; next < PATH_MTU_ENTRIES; next++) {
		const struct path_mtu *entry = path_mtu_at(next);

		if (entry == NULL)
			continue;
		if (json_array_size(rows) == rows_max)
			break;
		json_array_append_new(rows, row(entry, now_ms));
	}
	return json_pack("{s:o, s:o}", "path_mtus", rows, "next",
			 next < PATH_MTU_ENTRIES ? json_integer(next) : json_null());
}

json_t *path_mtu_clear(const struct rpc_call *call, struct rpc_error *error)
{
	const struct rpc_value *care_of = rpc_value(call, "care_of");
	uint32_t cleared = path_mtu_forget(care_of->given ? &care_of->address : NULL);

	(void)error;
	if (cleared != 0)
		registration_routes_changed();
	return json_pack("{s:I}", "cleared", (json_int_t)cleared);
}
