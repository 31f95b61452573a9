/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/rows.h"

#include "api/api.h"
#include "ha/time.h"
#include "prefix_text.h"

enum { PAGE_DEFAULT = 100 };

json_t *rows_page(const struct rpc_call *call, uint32_t slots, rows_row_fn *row,
		  const void *context, json_t **next)
{
	const struct rpc_value *limit = rpc_value(call, "limit");
	size_t rows_max = limit->given ? (size_t)limit->integer : PAGE_DEFAULT;
	uint32_t first = (uint32_t)rpc_value(call, "after")->integer;
	uint64_t now_ms = monotonic_ms();
	json_t *rows = json_array();
	uint32_t slot = first;

	for (; slot < slots && slot - first < API_SCAN_MAX; slot++) {
		json_t *shown = row(context, slot, now_ms);

		if (shown != NULL && json_array_size(rows) == rows_max) {
			json_decref(shown); /* begins the next page */
			break;
		}
		if (shown != NULL)
			json_array_append_new(rows, shown);
	}
	*next = slot < slots ? json_integer(slot) : json_null();
	return rows;
}

json_t *rows_address(const struct ip_addr *address)
{
	char text[IP_ADDR_TEXT];

	return json_string(ip_addr_format(address, text));
}

json_t *rows_prefix(const struct ip_prefix *prefix)
{
	char text[IP_PREFIX_TEXT];

	return json_string(prefix_format(prefix, text));
}
