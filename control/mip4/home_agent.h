/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_agent: a registration request of Mobile IPv4 from the first step to the last: decode, authenticate, decide, apply, reply.
 *
 * Threads    the control thread.
 * RFC        5944 §3.8; 2794; 3024 §4.4; 3519 §4.6; 3543 §3.2; 4433 §5; 4721 §8.
 */
#ifndef CONTROL_MIP4_HOME_AGENT_H
#define CONTROL_MIP4_HOME_AGENT_H

#include "ha/config.h"
#include "ip4_packet.h"
#include "mobile_node.h"

void home_agent_start(const struct config *config, struct mobile_nodes *nodes);

/* A registration request; counts its outcome. */
void home_agent_request(uint16_t worker, const struct ip4_packet *packet,
			const struct udp_datagram *datagram);

#endif
