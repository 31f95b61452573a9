/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding.list, binding.get, binding.remove.
 */
#include <errno.h>

#include "api/api.h"
#include "api/binding4.h"
#include "api/methods.h"
#include "api/rows.h"
#include "counters.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "link/dad.h"
#include "link/link.h"
#include "mip4/revocation.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "revocation/outstanding.h"
#include "revocation/revocation.h"
#include "revocation/transfer.h"
#include "service.h"
#include "service4.h"
#include "tunnel/path_mtu.h"

struct filter {
	const struct rpc_call *call;
	const struct rpc_value *care_of;
	const struct rpc_value *prefix;
};

static json_t *home_agent(const struct rpc_call *call, uint16_t tunnel)
{
	if (tunnel >= call->context->tunnel_count)
		return json_null();
	return rows_address(&call->context->tunnels[tunnel].home_agent);
}

static json_t *flags(uint16_t set)
{
	static const struct {
		uint16_t flag;
		const char *name;
	} names[] = {
		{BU_FLAG_ACK, "acknowledge"},
		{BU_FLAG_HOME, "home_registration"},
		{BU_FLAG_LINK_LOCAL, "link_local_compatibility"},
		{BU_FLAG_KEY_MANAGEMENT, "key_management_mobility"},
		{BU_FLAG_MAP, "map_registration"},
		{BU_FLAG_MOBILE_ROUTER, "mobile_router"},
		{BU_FLAG_PROXY, "proxy_registration"},
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (set & names[i].flag)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

static json_int_t remaining_s(const struct registration *r, uint64_t now_ms)
{
	if (r->state != REGISTRATION_VALID || r->expiry_ms <= now_ms)
		return 0;
	if (r->expiry_ms == REGISTRATION_FOREVER)
		return LIFETIME_INFINITE_S;
	return (json_int_t)((r->expiry_ms - now_ms) / 1000);
}

static void add_mip6(const struct rpc_call *call, json_t *row, const struct registration *r)
{
	json_object_update_new(row, json_pack("{s:s, s:o, s:s, s:i, s:o}", "protocol", "mip6",
					      "home_agent", home_agent(call, r->tunnel),
					      "encapsulation", "ip6_in_ip6", "sequence",
					      r->sequence, "flags", flags(r->flags)));
}

/* What a list shows; binding.get adds the rest. */
static json_t *row(const struct rpc_call *call, const struct registration *r, uint64_t now_ms)
{
	json_t *row = json_pack("{s:o, s:o, s:I, s:I}", "home_address", rows_address(&r->home),
				"care_of", rows_address(&r->care_of), "lifetime_s",
				(json_int_t)r->lifetime_s, "remaining_s", remaining_s(r, now_ms));

	if (r->protocol == REGISTRATION_MIP4)
		binding4_add(row, r);
	else
		add_mip6(call, row, r);
	return row;
}

/* ::/0 is no IPv4 address's prefix. */
static bool is_in_prefix(const struct ip_prefix *prefix, const struct ip_addr *home)
{
	return ip_addr_is_v4_mapped(&prefix->addr) == ip_addr_is_v4_mapped(home) &&
	       ip_prefix_contains(prefix, home);
}

/* Visitors of the foreign agent are not the home agent's. */
static bool passes(const struct filter *filter, const struct registration *r)
{
	if (r->protocol == REGISTRATION_VISITOR)
		return false;
	if (filter->care_of->given && !ip_addr_equal(&filter->care_of->address, &r->care_of))
		return false;
	return !filter->prefix->given || is_in_prefix(&filter->prefix->prefix, &r->home);
}

static json_t *filtered_row(const void *context, uint32_t slot, uint64_t now_ms)
{
	const struct registration *r = registration_at(slot);
	const struct filter *filter = context;

	return r != NULL && passes(filter, r) ? row(filter->call, r, now_ms) : NULL;
}

json_t *binding_list(const struct rpc_call *call, struct rpc_error *error)
{
	const struct filter filter = {call, rpc_value(call, "care_of"), rpc_value(call, "prefix")};
	json_t *next;
	json_t *rows = rows_page(call, registration_slots(), filtered_row, &filter, &next);

	(void)error;
	return json_pack("{s:o, s:o}", "bindings", rows, "next", next);
}

static json_t *next_hop(uint32_t index)
{
	return json_pack("{s:I, s:s}", "index", (json_int_t)index, "state",
			 index == NEXTHOP_NONE	      ? "no route"
			 : nexthop_is_resolved(index) ? "resolved"
						      : "unresolved");
}

static json_t *traffic(uint32_t slot)
{
	struct binding_stats stats = {0};

	dataplane_binding_stats(slot, &stats);
	return json_pack("{s:I, s:I, s:I, s:I}", "to_pkts", (json_int_t)stats.to_pkts, "to_bytes",
			 (json_int_t)stats.to_bytes, "from_pkts", (json_int_t)stats.from_pkts,
			 "from_bytes", (json_int_t)stats.from_bytes);
}

static uint16_t tunnel_overhead_of(const struct registration *r)
{
	if (r->protocol == REGISTRATION_MIP4)
		return service4_tunnel_overhead(r->tunnel,
						(r->binding->flags & BINDING_GRE_KEY) != 0);
	return service_tunnel_overhead();
}

/* Of the way to the care-of address; told_ago_s null: nothing was told, the link counts. */
static json_t *path_mtu(const struct registration *r, uint64_t now_ms)
{
	const struct path_mtu *told = path_mtu_find(&r->care_of);

	return json_pack(
		"{s:i, s:o}", "octets", r->binding->inner_mtu + tunnel_overhead_of(r), "told_ago_s",
		told == NULL ? json_null()
			     : json_integer((json_int_t)((now_ms - told->told_ms) / 1000)));
}

static json_t *home_link(const struct ip_addr *home)
{
	int link = link_of_address(home);

	return json_string(link != LINK_NONE ? link_interface((uint16_t)link) : "virtual");
}

/* Not registered yet: whether anybody else has the address is being found out. */
static json_t *tested(const struct ip_addr *home)
{
	return json_pack("{s:o, s:s, s:o}", "home_address", rows_address(home), "state", "dad",
			 "home_link", home_link(home));
}

static json_t *everything(const struct rpc_call *call, const struct registration *r)
{
	uint64_t now_ms = monotonic_ms();
	json_t *all = row(call, r, now_ms);
	json_t *more = json_pack(
		"{s:s, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:o}", "state",
		r->state == REGISTRATION_VALID ? "in_force" : "invalid", "source",
		rows_address(&r->source), "spi", r->spi != 0 ? json_integer(r->spi) : json_null(),
		"registered_ago_s", (json_int_t)((now_ms - r->registered_ms) / 1000),
		"updated_ago_s", (json_int_t)((now_ms - r->updated_ms) / 1000), "updates",
		(json_int_t)r->updates, "moves", (json_int_t)r->moves, "slot", (json_int_t)r->slot,
		"traffic", traffic(r->slot));

	json_object_update_new(all, more);
	json_object_set_new(all, "revoking", json_boolean(r->is_revoked));
	json_object_set_new(all, "told_to_switch",
			    json_boolean(transfer_lifetime_s(r) != TRANSFER_UNLIMITED));
	json_object_set_new(all, "home_link", home_link(&r->home));
	if (r->protocol == REGISTRATION_MIP4)
		binding4_add_all(all, r);
	if (r->binding != NULL) {
		json_object_set_new(all, "inner_mtu", json_integer(r->binding->inner_mtu));
		json_object_set_new(all, "path_mtu", path_mtu(r, now_ms));
		json_object_set_new(all, "next_hop", next_hop(r->binding->next_hop));
	}
	return all;
}

static void fail_not_found(const struct ip_addr *home, const struct rpc_value *care_of,
			   struct rpc_error *error)
{
	char text[IP_ADDR_TEXT];
	char where[IP_ADDR_TEXT];

	if (care_of->given)
		rpc_fail(error, API_NOT_FOUND,
			 "%s has no binding at %s; binding.list shows those that it has",
			 ip_addr_format(home, text), ip_addr_format(&care_of->address, where));
	else
		rpc_fail(error, API_NOT_FOUND,
			 "%s has no binding; binding.list shows those that have",
			 ip_addr_format(home, text));
}

/* The one at that care-of address, if one is given; else the first one of the home address. */
static const struct registration *find(const struct ip_addr *home, const struct rpc_value *care_of)
{
	return care_of->given ? registration_find_at(home, &care_of->address)
			      : registration_find(home);
}

json_t *binding_get(const struct rpc_call *call, struct rpc_error *error)
{
	const struct ip_addr *home = &rpc_value(call, "home_address")->address;
	const struct rpc_value *care_of = rpc_value(call, "care_of");
	const struct registration *r = find(home, care_of);

	if ((r == NULL || r->state != REGISTRATION_VALID) && dad_find(home) != NULL)
		return tested(home);
	if (r != NULL)
		return everything(call, r);
	fail_not_found(home, care_of, error);
	return NULL;
}

static bool is_one_of_several(const struct registration *r, const struct rpc_value *care_of)
{
	return care_of->given && registration_find(&r->home)->also != NULL;
}

json_t *binding_remove(const struct rpc_call *call, struct rpc_error *error)
{
	const struct ip_addr *home = &rpc_value(call, "home_address")->address;
	const struct rpc_value *tell = rpc_value(call, "tell");
	const struct rpc_value *care_of = rpc_value(call, "care_of");
	const struct registration *r = find(home, care_of);
	int rc = -ENOTSUP;

	if (r == NULL || r->state != REGISTRATION_VALID) {
		fail_not_found(home, care_of, error);
		return NULL;
	}
	if (!tell->given || tell->boolean)
		rc = is_one_of_several(r, care_of) ? mip4_revocation_begin_one(r)
						   : revocation_begin(r);
	if (rc == 0)
		return json_pack("{s:o}", "revoking", rows_address(home));
	if (rc == -EBUSY) {
		rpc_fail(error, API_REFUSED,
			 "%d mobile nodes are being told already; try again in a few seconds, or "
			 "with \"tell\" false",
			 REVOCATIONS_MAX);
		return NULL;
	}
	counters[COUNT_REMOVED] +=
		registration_withdraw(home, care_of->given ? &care_of->address : NULL);
	return json_pack("{s:o}", "removed", rows_address(home));
}
