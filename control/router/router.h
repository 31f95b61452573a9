/* SPDX-License-Identifier: BSD-3-Clause
 *
 * router: what a home agent answers as a router of its home links: home agent address discovery and
 * mobile prefix solicitations.
 *
 * Threads    the control thread.
 * RFC        6275 §10.5, §10.6.2; 3963 §7.
 */
#ifndef CONTROL_ROUTER_ROUTER_H
#define CONTROL_ROUTER_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "ip6_packet.h"

/* A packet for the home agent, from that node: its home address when a Home Address option was
 * tested and found good, else the source. False when it is none of these; otherwise it is counted. */
bool router_handle(uint16_t worker, const struct ip6_packet *packet, const struct ip_addr *node);

#endif
