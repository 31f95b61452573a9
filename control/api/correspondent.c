/* SPDX-License-Identifier: BSD-3-Clause
 *
 * correspondent.list.
 */
#include "api/methods.h"
#include "api/rows.h"
#include "correspondent/cache.h"

static json_t *row(const void *context, uint32_t slot, uint64_t now_ms)
{
	const struct cached_binding *b = correspondent_cache_at(slot);
	uint64_t left_ms;

	(void)context;
	if (b == NULL)
		return NULL;
	left_ms = b->expiry_ms > now_ms ? b->expiry_ms - now_ms : 0;
	return json_pack("{s:o, s:o, s:o, s:i, s:I, s:I, s:I, s:b}", "home_address",
			 rows_address(&b->home), "care_of", rows_address(&b->care_of),
			 "correspondent", rows_address(&b->correspondent), "sequence", b->sequence,
			 "lifetime_s", (json_int_t)b->lifetime_s, "remaining_s",
			 (json_int_t)(left_ms / 1000), "updates", (json_int_t)b->updates, "in_use",
			 b->is_used);
}

json_t *correspondent_list(const struct rpc_call *call, struct rpc_error *error)
{
	json_t *next;
	json_t *rows = rows_page(call, correspondent_cache_slots(), row, NULL, &next);

	(void)error;
	return json_pack("{s:o, s:o}", "bindings", rows, "next", next);
}
