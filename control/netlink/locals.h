/* SPDX-License-Identifier: BSD-3-Clause
 *
 * locals: the addresses of this host, on whichever interface.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_NETLINK_LOCALS_H
#define CONTROL_NETLINK_LOCALS_H

#include "netlink/netlink.h"

struct nlmsghdr;

void locals_start(netlink_address_fn *tell);
void locals_stop(void);

void locals_read(const struct nlmsghdr *message);
void locals_mark(void);
void locals_sweep(void);

#endif
