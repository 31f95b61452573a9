/* SPDX-License-Identifier: BSD-3-Clause */
#include "api/binding4.h"

#include "api/rows.h"
#include "ha/encap.h"
#include "ha/wire/mip4.h"
#include "service4.h"

/* As in the configuration. */
static const char *const encapsulations[ENCAP_KIND_COUNT] = {
	[ENCAP_IP4_IN_IP4] = "ip_in_ip",
	[ENCAP_MINIMAL] = "minimal",
	[ENCAP_GRE] = "gre",
	[ENCAP_UDP] = "udp",
};

static json_t *letters(uint16_t flags)
{
	static const struct {
		uint8_t flag;
		const char *letter;
	} names[] = {
		{MIP4_FLAG_SIMULTANEOUS, "S"}, {MIP4_FLAG_BROADCAST, "B"},
		{MIP4_FLAG_COLOCATED, "D"},    {MIP4_FLAG_MINIMAL, "M"},
		{MIP4_FLAG_GRE, "G"},	       {MIP4_FLAG_REVERSE, "T"},
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			json_array_append_new(list, json_string(names[i].letter));
	return list;
}

static json_t *gre_key(const struct binding *binding)
{
	return binding->flags & BINDING_GRE_KEY ? json_integer(binding->key) : json_null();
}

void binding4_add(json_t *row, const struct registration *r)
{
	const struct tunnel4_class *class = service4_tunnel_class(r->tunnel);
	bool is_udp = class->kind == ENCAP_UDP;

	json_object_update_new(
		row, json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "protocol", "mip4",
			       "home_agent", rows_address(&class->local), "encapsulation",
			       encapsulations[class->kind], "flags", letters(r->flags),
			       "tunnel_end", rows_address(&r->binding->care_of), "udp_port",
			       is_udp ? json_integer(r->binding->udp_port) : json_null(), "gre_key",
			       gre_key(r->binding)));
}

/* Care-of addresses of the others that the home address has (RFC 5944 §3.8.2.1). */
static json_t *others(const struct registration *r)
{
	json_t *list = json_array();

	for (const struct registration *other = registration_find(&r->home); other != NULL;
	     other = other->also)
		if (other != r)
			json_array_append_new(list, rows_address(&other->care_of));
	return list;
}

void binding4_add_all(json_t *all, const struct registration *r)
{
	json_object_update_new(all, json_pack("{s:i, s:b, s:o}", "source_port", r->source_port,
					      "revocation_agreed",
					      (r->revocation & REVOCATION_AGREED) != 0,
					      "simultaneous", others(r)));
}
