/* SPDX-License-Identifier: BSD-3-Clause
 *
 * association: the mobility security associations of the foreign agent: with visiting mobile nodes and with home agents.
 *
 * Shape      the few of the configuration, looked through one by one. A peer may have several, with different SPIs: what it sent
 *            is checked with the one it names, what it gets is made with the same, or with the first.
 * Threads    the control thread.
 * RFC        5944 §3.7.1, §3.7.2.1, §3.7.3.1.
 */
#ifndef CONTROL_FOREIGN_AGENT_ASSOCIATION_H
#define CONTROL_FOREIGN_AGENT_ASSOCIATION_H

#include "foreign_agent/visit_decide.h"
#include "ha/config.h"
#include "ha/cursor.h"

/* Of the mobile node of a request: known by its home address, else by its identifier. Sets what to answer it with; NULL: there is
 * none. */
enum peer_outcome association_of_node(const struct visiting_config *config, struct cursor message,
				      const struct mip4_request *request,
				      const struct mip4_association **association);

/* Of a home agent by its address: what it sent, and what to send to it; NULL. */
enum peer_outcome association_of_home_agent(const struct visiting_config *config,
					    const struct ip_addr *home_agent, struct cursor message,
					    const struct mip4_auth_extension *extension);
/* spi 0: any. */
const struct mip4_association *association_with_home_agent(const struct visiting_config *config,
							   const struct ip_addr *home_agent,
							   uint32_t spi);
const struct mip4_association *association_for_home_agent(const struct visiting_config *config,
							  const struct ip_addr *home_agent);

#endif
