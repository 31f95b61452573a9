/* SPDX-License-Identifier: BSD-3-Clause */
#include "node_auth.h"

#include <string.h>

#include "auth/mn_ha.h"

static bool identifier_matches(const struct mobile_node *node,
			       const struct mobility_options *options)
{
	if (node->identifier == NULL)
		return true;
	return node->identifier_length == options->identifier_length &&
	       memcmp(node->identifier, options->identifier, node->identifier_length) == 0;
}

/* RFC 4285 §4, §5.1: the identifier comes first, the authentication option last, and the
 * association is the one of this home address. */
enum auth_outcome node_auth_check(const struct mobile_node *node, struct cursor message,
				  const struct mobility_options *options,
				  const struct ip_addr *care_of, const struct ip_addr *home)
{
	const struct auth_option *auth = &options->mn_ha;

	if (node == NULL || mobile_node_is_ip4(node))
		return AUTH_NO_ASSOCIATION;
	if (node->auth == AUTH_NONE)
		return AUTH_NOT_NEEDED;
	if (!auth->present || !auth->is_last)
		return AUTH_MISSING;
	if (options->identifier == NULL || !options->identifier_before_auth)
		return AUTH_MISSING;
	if (auth->spi != node->spi || !identifier_matches(node, options))
		return AUTH_NO_ASSOCIATION;
	return mn_ha_verify(node->key, care_of, home, message.at, auth->covered, auth->data)
		       ? AUTH_ACCEPTED
		       : AUTH_WRONG;
}

struct mobility_proof node_auth_proof(const struct mobile_node *node)
{
	if (node->auth == AUTH_NONE)
		return (struct mobility_proof){0};
	return (struct mobility_proof){
		.identifier = (const uint8_t *)node->identifier,
		.identifier_length = node->identifier_length,
		.has_auth = true,
		.spi = node->spi,
	};
}

bool node_auth_sign(const struct mobile_node *node, const struct ip_addr *care_of,
		    const uint8_t *message, uint16_t covered, uint8_t *auth_data)
{
	return auth_data == NULL ||
	       mn_ha_compute(node->key, care_of, &node->home, message, covered, auth_data);
}
