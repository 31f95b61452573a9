/* SPDX-License-Identifier: BSD-3-Clause
 *
 * correspondent.list.
 */
#include "api/api.h"
#include "api/methods.h"
#include "correspondent/cache.h"
#include "ha/time.h"

enum { PAGE_DEFAULT = 100 };

static json_t *address(const struct ip_addr *a)
{
	char text[IP_ADDR_TEXT];

	return json_string(ip_addr_format(a, text));
}

static json_t *row(const struct cached_binding *b, uint64_t now_ms)
{
	uint64_t left_ms = b->expiry_ms > now_ms ? b->expiry_ms - now_ms : 0;

	return json_pack("{s:o, s:o, s:o, s:i, s:I, s:I, s:I, s:b}", "home_address",
			 address(&b->home), "care_of", address(&b->care_of), "correspondent",
			 address(&b->correspondent), "sequence", b->sequence, "lifetime_s",
			 (json_int_t)b->lifetime_s, "remaining_s", (json_int_t)(left_ms / 1000),
			 "updates", (json_int_t)b->updates, "in_use", b->is_used);
}

/* Pages as those of binding.list: by slot. */
json_t *correspondent_list(const struct rpc_call *call, struct rpc_error *error)
{
	const struct rpc_value *limit = rpc_value(call, "limit");
	size_t rows_max = limit->given ? (size_t)limit->integer : PAGE_DEFAULT;
	uint32_t first = (uint32_t)rpc_value(call, "after")->integer;
	uint32_t slots = correspondent_cache_slots();
	uint64_t now_ms = monotonic_ms();
	json_t *rows = json_array();
	uint32_t next = first;

	(void)error;
	for (; next < slots && next - first < API_SCAN_MAX; next++) {
		const struct cached_binding *b = correspondent_cache_at(next);

		if (b == NULL)
			continue;
		if (json_array_size(rows) == rows_max)
			break;
		json_array_append_new(rows, row(b, now_ms));
	}
	return json_pack("{s:o, s:o}", "bindings", rows, "next",
			 next < slots ? json_integer(next) : json_null());
}
