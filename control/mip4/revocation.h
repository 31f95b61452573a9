/* SPDX-License-Identifier: BSD-3-Clause
 *
 * revocation: Mobile IPv4 agents tell each other, and the home agent a mobile node with a co-located care-of address, that a binding
 * is no longer.
 *
 * Shape      the same code for both agents: what differs is said by a role, of which the home agent's is here and the foreign
 *            agent's is given at start. A binding can be revoked when both sides agreed to it as it was registered.
 * Bytes      identifiers and timestamps are seconds of one clock of each agent's own.
 * Order      a revocation is believed when the authenticator, the three addresses and the side it is from are right, and it is
 *            newer than the registration (RFC 3543 §3.5): nothing of revocations need be remembered, and several bindings may be
 *            revoked in one second.
 * Threads    the control thread.
 * RFC        3543.
 */
#ifndef CONTROL_MIP4_REVOCATION_H
#define CONTROL_MIP4_REVOCATION_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ip4_packet.h"
#include "mip4/revocation_role.h"
#include "mobile_node.h"
#include "registration/registration.h"

void mip4_revocation_start(const struct config *config, struct mobile_nodes *nodes);
/* Of registrations of REGISTRATION_VISITOR. NULL: there is no foreign agent here. */
void mip4_revocation_serve_visitors(const struct revocation_role *role);

/* What goes into the support extension. */
uint32_t mip4_revocation_clock(void);
/* Of two timestamps of one clock. */
bool mip4_revocation_is_newer(uint32_t a, uint32_t b);

/* As revocation_begin, for all bindings of the home address of r. Those that nobody can be told of end at once, if others can. */
int mip4_revocation_begin(const struct registration *r);
/* The same for one of simultaneous bindings: the others stay. */
int mip4_revocation_begin_one(const struct registration *r);

/* Messages to UDP port 434. Each ends in one punt outcome. */
void mip4_revocation_receive(uint16_t worker, const struct ip4_packet *packet,
			     const struct udp_datagram *datagram);
void mip4_revocation_receive_ack(const struct ip4_packet *packet,
				 const struct udp_datagram *datagram);

#endif
