/* SPDX-License-Identifier: BSD-3-Clause
 *
 * revocation_role: as whom an agent of Mobile IPv4 speaks of a binding that is revoked; and the home agent's role.
 *
 * Threads    the control thread.
 * RFC        3543 §3.3, §4.2.
 */
#ifndef CONTROL_MIP4_REVOCATION_ROLE_H
#define CONTROL_MIP4_REVOCATION_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "mobile_node.h"
#include "registration/registration.h"

/* The two ends of a binding, and how one speaks to the other. */
struct revocation_ends {
	struct ip_addr from; /* ours */
	struct ip_addr to;
	uint16_t to_port;
	bool has_agents;    /* the other end is an agent: FA-HA; else a mobile node: MN-HA */
	bool may_inform;    /* I was agreed on */
	uint32_t timestamp; /* of the peer, in its support extension */
	struct ip_addr home;
	struct ip_addr home_domain;
	struct ip_addr foreign_domain;
	const struct mip4_association *association; /* lives as long as the configuration */
};

struct revocation_role {
	/* False when the binding cannot be revoked. spi: of the association to use, 0 for any. */
	bool (*describe)(const struct registration *r, uint32_t spi, struct revocation_ends *ends);
	/* It goes as soon as this returns: the peer has revoked it, or has acknowledged that. inform: the mobile node shall be
	 * told, as far as the agents agreed on who says so. Whether it is. */
	bool (*ending)(const struct registration *r, const struct revocation_ends *ends,
		       bool inform);
};

/* Of bindings of this home agent. By mip4_revocation_start. */
extern const struct revocation_role revocation_home_agent;

void revocation_role_start(const struct config *config, struct mobile_nodes *nodes);

#endif
