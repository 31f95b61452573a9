/* SPDX-License-Identifier: BSD-3-Clause
 *
 * neighbours: the kernel's neighbour tables: neighbour discovery and ARP.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_NETLINK_NEIGHBOURS_H
#define CONTROL_NETLINK_NEIGHBOURS_H

#include <stdint.h>

#include "ha/ip.h"

struct mnl_socket;
struct nlmsghdr;

void neighbours_read(const struct nlmsghdr *message);

/* Asks the kernel to resolve one. */
void neighbours_ask(struct mnl_socket *socket, uint32_t ifindex, const struct ip_addr *neighbour);

#endif
