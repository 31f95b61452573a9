/* SPDX-License-Identifier: BSD-3-Clause
 *
 * multicast.list.
 */
#include "api/api.h"
#include "api/methods.h"
#include "ha/time.h"
#include "multicast/listeners.h"
#include "multicast/membership.h"
#include "registration/registration.h"

enum { PAGE_DEFAULT = 100 };

static json_t *address(const struct ip_addr *a)
{
	char text[IP_ADDR_TEXT];

	return json_string(ip_addr_format(a, text));
}

static json_t *groups(const struct listener *listener, uint64_t now_ms)
{
	json_t *list = json_array();

	for (const struct joined_group *g = listener->groups; g != NULL; g = g->next) {
		uint64_t due_ms = g->expiry.due_ms;
		uint64_t left_ms = due_ms > now_ms ? due_ms - now_ms : 0;

		json_array_append_new(list, json_pack("{s:o, s:I}", "group", address(&g->address),
						      "remaining_s", (json_int_t)(left_ms / 1000)));
	}
	return list;
}

static json_t *row(const struct registration *r, const struct listener *listener, uint64_t now_ms)
{
	return json_pack("{s:o, s:o, s:o}", "home_address", address(&r->home), "care_of",
			 address(&r->care_of), "groups", groups(listener, now_ms));
}

/* Pages as those of binding.list: by slot. */
json_t *multicast_list(const struct rpc_call *call, struct rpc_error *error)
{
	const struct rpc_value *limit = rpc_value(call, "limit");
	size_t rows_max = limit->given ? (size_t)limit->integer : PAGE_DEFAULT;
	uint32_t first = (uint32_t)rpc_value(call, "after")->integer;
	uint32_t slots = registration_slots();
	uint64_t now_ms = monotonic_ms();
	json_t *rows = json_array();
	uint32_t next = first;

	(void)error;
	for (; next < slots && next - first < API_SCAN_MAX; next++) {
		const struct registration *r = registration_at(next);
		const struct listener *listener = listeners_at(next);

		if (r == NULL || listener == NULL || listener->count == 0)
			continue;
		if (json_array_size(rows) == rows_max)
			break;
		json_array_append_new(rows, row(r, listener, now_ms));
	}
	return json_pack("{s:o, s:I, s:o}", "listeners", rows, "groups",
			 (json_int_t)membership_groups(), "next",
			 next < slots ? json_integer(next) : json_null());
}
