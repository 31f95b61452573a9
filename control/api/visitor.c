/* SPDX-License-Identifier: BSD-3-Clause
 *
 * visitor.list, visitor.remove; the foreign agents in status.get.
 */
#include <errno.h>

#include "api/api.h"
#include "api/binding4.h"
#include "api/methods.h"
#include "api/rows.h"
#include "api/status.h"
#include "foreign_agent/discovery.h"
#include "foreign_agent/foreign_agent.h"
#include "foreign_agent/pending.h"
#include "foreign_agent/revoke.h"
#include "foreign_agent/visitor.h"
#include "ha/dataplane.h"
#include "registration/registration.h"

static json_t *identifier(const struct visitor *v)
{
	return v->nai_octets != 0 ? json_stringn((const char *)v->nai, v->nai_octets) : NULL;
}

static json_t *mac(const uint8_t m[static 6])
{
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3], m[4], m[5]);
}

static json_int_t remaining_s(const struct registration *r, uint64_t now_ms)
{
	if (r->expiry_ms == REGISTRATION_FOREVER)
		return LIFETIME_INFINITE_S;
	return r->expiry_ms > now_ms ? (json_int_t)((r->expiry_ms - now_ms) / 1000) : 0;
}

static const char *delivery(const struct visitor *v)
{
	if ((v->flags & MIP4_FLAG_REVERSE) == 0)
		return "none";
	return v->delivered ? "encapsulating" : "direct";
}

static void add_traffic(json_t *row, uint32_t slot)
{
	struct binding_stats stats = {0};

	dataplane_binding_stats(slot, &stats);
	json_object_update_new(row, json_pack("{s:I, s:I}", "to_pkts", (json_int_t)stats.to_pkts,
					      "from_pkts", (json_int_t)stats.from_pkts));
}

static json_t *row(const void *context, uint32_t place, uint64_t now_ms)
{
	const struct config *config = context;
	const struct visitor *v = visitor_at(place);
	const struct registration *r = v != NULL ? visitor_registration(v) : NULL;
	json_t *row;

	if (r == NULL)
		return NULL;
	row = json_object();
	binding4_add(row, r);
	json_object_update_new(
		row,
		json_pack("{s:o, s:o*, s:o, s:o, s:s, s:o, s:s, s:b, s:I, s:I}", "home_address",
			  rows_address(&v->home), "identifier", identifier(v), "home_agent",
			  rows_address(&v->home_agent), "care_of", rows_address(&v->care_of),
			  "port", config->ports[v->port].name, "mac", mac(v->mac), "reverse_tunnel",
			  delivery(v), "revocation_agreed", v->may_revoke, "lifetime_s",
			  (json_int_t)v->lifetime_s, "remaining_s", remaining_s(r, now_ms)));
	add_traffic(row, r->slot);
	return row;
}

json_t *visitor_list(const struct rpc_call *call, struct rpc_error *error)
{
	json_t *next;
	json_t *rows = rows_page(call, visitor_places(), row, call->context->config, &next);

	(void)error;
	return json_pack("{s:o, s:o}", "visitors", rows, "next", next);
}

/* A home agent that agreed to revocation is told first: the visit is over when it has acknowledged, or has not for long enough. */
json_t *visitor_take_out(const struct rpc_call *call, struct rpc_error *error)
{
	const struct ip_addr *home = &rpc_value(call, "home_address")->address;
	const struct rpc_value *tell = rpc_value(call, "tell");
	const struct visitor *v = visitor_find(home);
	int rc = -ENOTSUP;

	if (v == NULL) {
		rpc_fail(error, API_NOT_FOUND, "there is no visitor with that home address");
		return NULL;
	}
	if (!tell->given || tell->boolean)
		rc = revoke_begin(v);
	if (rc == 0)
		return json_pack("{s:o}", "revoking", rows_address(home));
	if (rc == -EBUSY) {
		rpc_fail(error, API_REFUSED,
			 "too many others are being told already; try again in a few seconds, or "
			 "with \"tell\" false");
		return NULL;
	}
	visitor_remove(home);
	return json_pack("{s:o}", "removed", rows_address(home));
}

static json_t *link_row(const struct config *config, uint16_t port)
{
	const struct foreign_agent_config *agent = &config->ports[port].foreign_agent;
	json_t *care_of = json_array();

	for (uint16_t i = 0; i < agent->care_of_count; i++)
		json_array_append_new(care_of, rows_address(&agent->care_of[i]));
	return json_pack("{s:s, s:o, s:o, s:i}", "port", config->ports[port].name, "address",
			 rows_address(&agent->address), "care_of", care_of, "sequence",
			 discovery_sequence(port));
}

json_t *status_foreign_agent(const struct config *config)
{
	json_t *links;

	if (!foreign_agent_is_on())
		return json_null();
	links = json_array();
	for (uint16_t i = 0; i < config->port_count; i++)
		if (config->ports[i].foreign_agent.enabled)
			json_array_append_new(links, link_row(config, i));
	return json_pack("{s:I, s:I, s:b, s:I, s:o}", "visitors", (json_int_t)visitor_count(),
			 "capacity", (json_int_t)visitor_places(), "busy", visitor_is_full(),
			 "pending", (json_int_t)pending_count(), "links", links);
}
