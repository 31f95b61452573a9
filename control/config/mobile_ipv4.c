/* SPDX-License-Identifier: BSD-3-Clause */
#include "config/parts.h"
#include "ha/wire/mip4.h"

enum {
	LIFETIME4_MAX_S = MIP4_LIFETIME_INFINITE - 1,
	KEEPALIVE_MIN_S = 10, /* RFC 3519 §4.9: never more often */
};

/* Network address translation, RFC 3519 */

static void check_nat(struct reader *reader, const json_t *object, void *at)
{
	const struct mip4_config *mip4 = at;

	(void)object;
	if (mip4->nat_keepalive_s != 0 && mip4->nat_keepalive_s < KEEPALIVE_MIN_S)
		reader_problem_at(reader, "/keepalive_s",
				  "%u is out of range; use %d to 65535, or 0 for the mobile node's "
				  "own default",
				  mip4->nat_keepalive_s, KEEPALIVE_MIN_S);
	if (mip4->nat_forced && !mip4->nat_traversal)
		reader_problem_at(
			reader, "/forced",
			"means nothing where NAT traversal is off; set \"enabled\": true, "
			"or remove it");
}

static const struct field nat_fields[] = {
	{KEY("enabled", boolean), IN(struct mip4_config, nat_traversal)},
	{KEY("forced", boolean), IN(struct mip4_config, nat_forced)},
	{KEY("keepalive_s", number), IN(struct mip4_config, nat_keepalive_s), RANGE(0, 65535)},
	{KEY("max_lifetime_s", number), IN(struct mip4_config, nat_max_lifetime_s),
	 RANGE(1, LIFETIME4_MAX_S)},
};
static const struct shape nat_shape = {FIELDS(nat_fields), .check = check_nat};

/* The whole */

static void check_redirect(struct reader *reader, const struct mip4_config *mip4)
{
	for (uint16_t i = 0; i < mip4->network_count; i++)
		if (!ip_addr_is_unspecified(&mip4->redirect) &&
		    ip_addr_equal(&mip4->networks[i].home_agent, &mip4->redirect)) {
			reader_problem_at(reader, "/redirect",
					  "is this home agent itself, by /mobile_ipv4/networks/%u; "
					  "use another one's address",
					  i);
			return;
		}
}

static void check_mobile_ipv4(struct reader *reader, const json_t *object, void *at)
{
	const struct mip4_config *mip4 = at;

	(void)object;
	home_networks_check(reader, mip4);
	check_redirect(reader, mip4);
	mip4_peers_check(reader, "/foreign_agents", mip4->foreign_agents,
			 mip4->foreign_agent_count);
}

/* Left out unless there is a network. */
static json_t *write_mobile_ipv4(const struct field *field, const void *at)
{
	const struct mip4_config *mip4 = at;

	return mip4->network_count != 0 ? type_object_write(field, at) : NULL;
}

const struct type type_mobile_ipv4 = {type_object_read, write_mobile_ipv4};

static const struct field mobile_ipv4_fields[] = {
	{KEY("networks", list), IN(struct mip4_config, networks), RANGE(1, HOME_NETWORKS_MAX),
	 .item = &home_network_item, .count_offset = offsetof(struct mip4_config, network_count),
	 .example = "[{\"prefix\": \"10.1.0.0/16\", \"address\": \"10.1.0.1\"}]"},
	{KEY("max_lifetime_s", lifetime), IN(struct mip4_config, max_lifetime_s),
	 RANGE(1, LIFETIME4_MAX_S)},
	{KEY("tunnel_ttl", number), IN(struct mip4_config, tunnel_ttl), RANGE(1, 255)},
	{KEY("encapsulations", encapsulations), ENCAPSULATIONS_IN(struct mip4_config)},
	{KEY("reverse_tunnel", choice), IN(struct mip4_config, reverse_tunnel),
	 .choices = reverse_tunnel_names},
	{KEY("simultaneous_bindings", number), IN(struct mip4_config, simultaneous_bindings),
	 RANGE(1, SIMULTANEOUS_BINDINGS_MAX)},
	{KEY("broadcasts", boolean), IN(struct mip4_config, broadcasts)},
	{KEY("answer_wrong_authentication", boolean),
	 IN(struct mip4_config, answer_wrong_authentication)},
	{KEY("nat_traversal", object), .shape = &nat_shape},
	{KEY("revocation", boolean), IN(struct mip4_config, revocation)},
	{KEY("redirect", address4), IN(struct mip4_config, redirect)},
	{KEY("foreign_agents", list), IN(struct mip4_config, foreign_agents),
	 RANGE(0, MIP4_PEERS_MAX), .item = &mip4_peer_item,
	 .count_offset = offsetof(struct mip4_config, foreign_agent_count)},
};
const struct shape mobile_ipv4_shape = {FIELDS(mobile_ipv4_fields), .check = check_mobile_ipv4};
