/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/revoke.h"

#include "foreign_agent/association.h"
#include "foreign_agent/discovery.h"
#include "mip4/revocation.h"

static const struct visiting_config *visiting;

static const struct visitor *visitor_of(const struct registration *r)
{
	const struct ip_addr home = ip4_mapped(ip4_octets(&r->home));

	return visitor_find(&home);
}

static bool describe_visit(const struct registration *r, uint32_t spi, struct revocation_ends *ends)
{
	const struct visitor *v = visitor_of(r);

	if (v == NULL || !v->may_revoke)
		return false;
	*ends = (struct revocation_ends){
		.from = v->care_of,
		.to = v->home_agent,
		.to_port = MIP4_PORT,
		.has_agents = true,
		.may_inform = v->may_inform,
		.timestamp = v->revocation_timestamp,
		.home = v->home,
		.home_domain = v->home_agent,
		.foreign_domain = v->care_of,
		.association = association_with_home_agent(visiting, &v->home_agent, spi),
	};
	return ends->association != NULL;
}

/* RFC 3543 §4.1: by an advertisement for it alone, as if this agent had begun anew. With I the home agent says whether; else it is
 * told. */
static bool visit_ending(const struct registration *r, const struct revocation_ends *ends,
			 bool inform)
{
	const struct visitor *v = visitor_of(r);

	if (v == NULL || (ends->may_inform && !inform))
		return false;
	discovery_tell_revoked(v->port, v->mac, &v->home);
	return true;
}

static const struct revocation_role role = {describe_visit, visit_ending};

void revoke_start(const struct config *config)
{
	visiting = &config->visiting;
	mip4_revocation_serve_visitors(&role);
}

int revoke_begin(const struct visitor *v)
{
	return mip4_revocation_begin(visitor_registration(v));
}
