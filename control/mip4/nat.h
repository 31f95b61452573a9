/* SPDX-License-Identifier: BSD-3-Clause
 *
 * nat: tunnels in UDP whose other end's port is not known yet. A mobile node that registered through a foreign agent, but ends the
 * tunnel itself (R), shows it by its first keepalive. All else of NAT traversal is where it belongs: registration/decide4 (whether),
 * the binding (where), icmp4 (keepalives are echo requests).
 *
 * Threads    the control thread.
 * RFC        3519 §3.1.2, §4.6, §4.9.
 */
#ifndef CONTROL_MIP4_NAT_H
#define CONTROL_MIP4_NAT_H

#include "ip4_packet.h"

/* An echo request that came out of a tunnel: if its tunnel is half bound, this is its other end from now on. A port that is known stays
 * what it is: only a registration changes it. */
void nat_keepalive(const struct ip4_packet *packet);

#endif
