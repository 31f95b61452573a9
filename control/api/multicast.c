/* SPDX-License-Identifier: BSD-3-Clause
 *
 * multicast.list.
 */
#include "api/methods.h"
#include "api/rows.h"
#include "multicast/listeners.h"
#include "multicast/membership.h"
#include "registration/registration.h"

static json_t *groups(const struct listener *listener, uint64_t now_ms)
{
	json_t *list = json_array();

	for (const struct joined_group *g = listener->groups; g != NULL; g = g->next) {
		uint64_t due_ms = g->expiry.due_ms;
		uint64_t left_ms = due_ms > now_ms ? due_ms - now_ms : 0;

		json_array_append_new(list,
				      json_pack("{s:o, s:I}", "group", rows_address(&g->address),
						"remaining_s", (json_int_t)(left_ms / 1000)));
	}
	return list;
}

static json_t *row(const void *context, uint32_t slot, uint64_t now_ms)
{
	const struct registration *r = registration_at(slot);
	const struct listener *listener = listeners_at(slot);

	(void)context;
	if (r == NULL || listener == NULL || listener->count == 0)
		return NULL;
	return json_pack("{s:o, s:o, s:o}", "home_address", rows_address(&r->home), "care_of",
			 rows_address(&r->care_of), "groups", groups(listener, now_ms));
}

json_t *multicast_list(const struct rpc_call *call, struct rpc_error *error)
{
	json_t *next;
	json_t *rows = rows_page(call, registration_slots(), row, NULL, &next);

	(void)error;
	return json_pack("{s:o, s:I, s:o}", "listeners", rows, "groups",
			 (json_int_t)membership_groups(), "next", next);
}
