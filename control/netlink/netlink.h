/* SPDX-License-Identifier: BSD-3-Clause
 *
 * netlink: mirrors the kernel's links, addresses, routes and neighbours of IPv6 and IPv4 into control/nexthop and
 * the steering maps. Only this folder includes libmnl.
 *
 * Shape      first a dump of everything, then notifications; after an overrun (ENOBUFS) a dump
 *            again, and what the dump did not name is removed.
 * Threads    the control thread.
 */
#ifndef CONTROL_NETLINK_NETLINK_H
#define CONTROL_NETLINK_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/fault.h"

/* A local address of this host came or went. */
typedef void netlink_address_fn(const struct ip_addr *address, bool present);

/* Ports with a kernel interface (af_xdp, and pci by its TAP twin) are mirrored; the loop must be
 * started, nexthop too. 0, or a negative errno with the fault filled. */
int netlink_start(const struct config *config, netlink_address_fn *address, struct fault *fault);
void netlink_stop(void);

/* Asks the kernel to resolve a neighbour (RTM_NEWNEIGH with NTF_USE). */
void netlink_resolve(uint16_t port, const struct ip_addr *neighbour);

#endif
