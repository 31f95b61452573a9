/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/association.h"

#include <string.h>

#include "mip4/auth.h"

static enum peer_outcome judge(const struct mip4_association *association, struct cursor message,
			       const struct mip4_auth_extension *extension)
{
	if (extension->count == 0)
		return PEER_MISSING;
	return extension->count == 1 && mip4_auth_verify(association, message, extension)
		       ? PEER_RIGHT
		       : PEER_WRONG;
}

static bool is_identifier_of(const struct visitor_node_config *node, const uint8_t *nai,
			     uint8_t octets)
{
	return nai != NULL && strlen(node->identifier) == octets &&
	       memcmp(node->identifier, nai, octets) == 0;
}

/* A node that says its home address is known by that, if the configuration has it. */
static bool is_node(const struct visitor_node_config *node, const struct mip4_request *request)
{
	const struct mip4_extensions *e = &request->extensions;

	if (!ip_addr_is_unspecified(&node->home) && ip4_number(&request->home) != 0)
		return ip_addr_equal(&node->home, &request->home);
	return node->identifier[0] != '\0' && is_identifier_of(node, e->nai, e->nai_octets);
}

enum peer_outcome association_of_node(const struct visiting_config *config, struct cursor message,
				      const struct mip4_request *request,
				      const struct mip4_association **association)
{
	const struct mip4_auth_extension *extension = &request->extensions.mn_fa;

	*association = NULL;
	for (uint16_t i = 0; i < config->node_count; i++) {
		const struct visitor_node_config *node = &config->nodes[i];

		if (!is_node(node, request))
			continue;
		if (*association == NULL || node->association.spi == extension->spi)
			*association = &node->association;
	}
	return *association != NULL ? judge(*association, message, extension) : PEER_NONE;
}

static const struct mip4_association *find(const struct visiting_config *config,
					   const struct ip_addr *home_agent, uint32_t spi)
{
	const struct mip4_association *first = NULL;

	for (uint16_t i = 0; i < config->home_agent_count; i++) {
		const struct mip4_peer_config *peer = &config->home_agents[i];

		if (!ip_addr_equal(&peer->address, home_agent))
			continue;
		if (peer->association.spi == spi)
			return &peer->association;
		if (first == NULL)
			first = &peer->association;
	}
	return first;
}

enum peer_outcome association_of_home_agent(const struct visiting_config *config,
					    const struct ip_addr *home_agent, struct cursor message,
					    const struct mip4_auth_extension *extension)
{
	const struct mip4_association *association = find(config, home_agent, extension->spi);

	return association != NULL ? judge(association, message, extension) : PEER_NONE;
}

const struct mip4_association *association_with_home_agent(const struct visiting_config *config,
							   const struct ip_addr *home_agent,
							   uint32_t spi)
{
	const struct mip4_association *association = find(config, home_agent, spi);

	return association != NULL && (spi == 0 || association->spi == spi) ? association : NULL;
}

const struct mip4_association *association_for_home_agent(const struct visiting_config *config,
							  const struct ip_addr *home_agent)
{
	return find(config, home_agent, 0);
}
