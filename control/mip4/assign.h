/* SPDX-License-Identifier: BSD-3-Clause
 *
 * assign: home addresses from the pools of home networks, for mobile nodes that are known by their NAI.
 *
 * Shape      an address is looked for from a place on that the NAI gives, so that a node mostly gets the same one again, also after a
 *            restart. A node keeps its address after its binding, until there is none left for another node.
 * Threads    the control thread.
 * RFC        2794 §1, §4; 5944 §3.6.1.2.
 */
#ifndef CONTROL_MIP4_ASSIGN_H
#define CONTROL_MIP4_ASSIGN_H

#include <stdbool.h>

#include "ha/ip.h"
#include "mobile_node.h"

/* What the node's home address is, or would be with home_agent: its own, the one it has been assigned, or one that is free. Nothing
 * is assigned yet. False when none is left. */
bool assign_propose(const struct mobile_nodes *nodes, const struct mobile_node *node,
		    const struct ip_addr *home_agent, struct ip_addr *home);

/* The node may come back with an address that was once assigned to it: true when it is in a pool, and nobody's. */
bool assign_is_free(const struct mobile_nodes *nodes, const struct ip_addr *home);

/* Takes what was proposed. */
void assign_take(struct mobile_nodes *nodes, struct mobile_node *node, const struct ip_addr *home);

/* Addresses of the pool of a home network; 0: it has none. */
uint32_t assign_pool_size(uint16_t network);

#endif
