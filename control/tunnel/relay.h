/* SPDX-License-Identifier: BSD-3-Clause
 *
 * relay: ICMPv6 errors from inside a tunnel become what the source of the inner packet can use, and
 * path MTUs.
 *
 * Only an error that quotes a tunnel packet to the care-of address of a binding in force counts, to
 * that binding's home address and from its home agent address: what somebody can know who sees the
 * tunnel, and nobody else easily.
 *
 * Threads    the control thread.
 * RFC        2473 §8; 8201 §4.
 */
#ifndef CONTROL_TUNNEL_RELAY_H
#define CONTROL_TUNNEL_RELAY_H

#include <stdint.h>

#include "ip6_packet.h"

/* One error (PUNT_TUNNEL_ERROR); counts its outcome. */
void relay_error(uint16_t worker, const struct ip6_packet *packet);

/* What a router said of the way to a binding's tunnel end, of whichever protocol. What is no smaller than what is known already, or
 * than the link the path begins with, is not worth a place; only that it was confirmed. */
struct registration;
void relay_learn(const struct registration *r, uint16_t mtu);

/* Ages path MTUs and has bindings follow those that changed. A poller of the loop. */
unsigned int relay_poll(void *unused);

#endif
