/* SPDX-License-Identifier: BSD-3-Clause
 *
 * groups: the solicited-node groups of addresses that are defended or tested, told to the routers and switches of a home link.
 *
 * Shape      a group is told while any address needs it. Joined and left groups of one turn of the loop share reports, which are repeated once. An answer to a
 *            general query begins after a random delay and goes on a few messages a turn. To a link that
 *            came up all is told unasked.
 * Threads    the control thread.
 * RFC        3810 §6, §8.2.1; 2710 §4; 4861 §7.2.8.
 */
#ifndef CONTROL_LINK_GROUPS_H
#define CONTROL_LINK_GROUPS_H

#include <stdint.h>

#include "ha/ip.h"

/* For that many addresses. 0 or -ENOMEM. */
int groups_start(uint32_t addresses);
void groups_stop(void);

/* An address is defended or tested from now on, or no more. Each join needs its leave. */
void groups_join(uint16_t link, const struct ip_addr *address);
void groups_leave(uint16_t link, const struct ip_addr *address);

/* Tells what is to be told. A poller of the loop. */
unsigned int groups_poll(void *unused);

#endif
