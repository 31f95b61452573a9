/* SPDX-License-Identifier: BSD-3-Clause
 *
 * foreign_agent: the foreign agents on ports: registrations relayed between visiting mobile nodes and their home agents.
 *
 * Shape      one visitor list for all ports; what a stranger asks for lies in a bounded list of pending requests until its home agent
 *            answers, or the time is over.
 * Order      foreign_agent_start after registration_start and link_start; foreign_agent_stop before registration_stop.
 * Threads    the control thread.
 * RFC        5944 §3.7; 3024 §4.2; 2794 §3; 4721; 3543 §4.
 */
#ifndef CONTROL_FOREIGN_AGENT_FOREIGN_AGENT_H
#define CONTROL_FOREIGN_AGENT_FOREIGN_AGENT_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/cursor.h"
#include "ha/fault.h"

struct ip4_packet;
struct udp_datagram;

/* 0, or a negative errno with the fault filled. Without a foreign agent on any port nothing is done. */
int foreign_agent_start(const struct config *config, struct fault *fault);
void foreign_agent_stop(void);

bool foreign_agent_is_on(void);
/* Whether visitors register by the port. */
bool foreign_agent_is_on_port(uint16_t port);
/* Octets of the process's own memory that it takes. */
uint64_t foreign_agent_octets(const struct config *config);

/* Messages to UDP port 434. Each ends in one punt outcome.
 * A registration request that came by a foreign port, not out of a tunnel, and whose home agent field is no home agent address of
 * ours. */
void foreign_agent_request(uint16_t worker, const struct ip4_packet *packet,
			   const struct udp_datagram *datagram);
/* A registration reply to an address of ours. */
void foreign_agent_reply(uint16_t worker, const struct ip4_packet *packet,
			 const struct udp_datagram *datagram);

/* An ICMP destination unreachable about a relayed request: quoted is the UDP payload that it quotes, as far as it does. */
void foreign_agent_unreachable(uint16_t worker, const struct ip_addr *care_of,
			       const struct ip_addr *home_agent, uint8_t icmp_code,
			       struct cursor quoted);

/* Ends lifetimes and requests that waited too long. A poller of the loop. */
unsigned int foreign_agent_poll(void *unused);

#endif
