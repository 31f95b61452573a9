/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/revocation_role.h"

#include "ha/encap.h"
#include "ha/wire/mip4.h"
#include "service4.h"

static const struct config *config;
static struct mobile_nodes *nodes;

void revocation_role_start(const struct config *c, struct mobile_nodes *n)
{
	config = c;
	nodes = n;
}

static const struct mip4_association *find_foreign_agent(const struct ip_addr *address,
							 uint32_t spi)
{
	for (uint16_t i = 0; i < config->mip4.foreign_agent_count; i++) {
		const struct mip4_peer_config *peer = &config->mip4.foreign_agents[i];

		if (ip_addr_equal(&peer->address, address) &&
		    (spi == 0 || spi == peer->association.spi))
			return &peer->association;
	}
	return NULL;
}

static const struct mip4_association *find_node(const struct registration *r)
{
	const struct mobile_node *node = mobile_nodes_find(nodes, &r->home);

	return node != NULL && mobile_node_is_ip4(node) ? &node->ip4->association : NULL;
}

/* RFC 3543 §3.3: to the source of the last accepted request. A NAT knows the way back only to the port that it came from. */
static bool describe_binding(const struct registration *r, uint32_t spi,
			     struct revocation_ends *ends)
{
	const struct tunnel4_class *class = service4_tunnel_class(r->tunnel);
	bool by_agent = (r->revocation & REVOCATION_BY_AGENT) != 0;

	if ((r->revocation & REVOCATION_AGREED) == 0)
		return false;
	*ends = (struct revocation_ends){
		.from = class->local,
		.to = r->source,
		.to_port = class->kind == ENCAP_UDP ? r->source_port : MIP4_PORT,
		.has_agents = by_agent,
		.may_inform = (r->revocation & REVOCATION_INFORM) != 0,
		.timestamp = r->revocation_timestamp,
		.home = r->home,
		.home_domain = class->local,
		.foreign_domain = r->care_of,
		.association = by_agent ? find_foreign_agent(&r->source, spi) : find_node(r),
	};
	return ends->association != NULL;
}

/* RFC 3543 §4.2.3.2: a mobile node that the foreign agent sends away should know, and it is the foreign agent that tells it. */
static bool binding_ending(const struct registration *r, const struct revocation_ends *ends,
			   bool inform)
{
	(void)r;
	return ends->may_inform && inform;
}

const struct revocation_role revocation_home_agent = {describe_binding, binding_ending};
