/* SPDX-License-Identifier: BSD-3-Clause
 *
 * routes: the kernel's main routing tables of IPv6 and IPv4, and which of the ways to a prefix workers take.
 *
 * Threads    the control thread.
 */
#ifndef CONTROL_NETLINK_ROUTES_H
#define CONTROL_NETLINK_ROUTES_H

struct nlmsghdr;

void routes_read(const struct nlmsghdr *message);
void routes_mark(void);
/* Takes what is known now over as a whole: nothing is while a dump runs. */
void routes_sweep(void);
void routes_stop(void);

#endif
