/* SPDX-License-Identifier: BSD-3-Clause
 *
 * advertise: Router Advertisements on real home links, ours and those of others: the Home Agents
 * Lists.
 *
 * Order      advertise_start after link_start; advertise_stop before link_stop: it says goodbye.
 * Threads    the control thread.
 * RFC        4861 §6.2; 6275 §7, §10.5.1, §10.6.1.
 */
#ifndef CONTROL_ROUTER_ADVERTISE_H
#define CONTROL_ROUTER_ADVERTISE_H

#include <stdint.h>

#include "ha/config.h"
#include "router/home_agents.h"

void advertise_start(const struct config *config);
void advertise_stop(void);

/* The lifetimes of a prefix changed: links say so without waiting for their time. */
void advertise_soon(void);

/* Who else serves the home link of that address; an empty list for a virtual one. Nobody on it is
 * past its lifetime. */
const struct home_agents_list *advertise_others(const struct ip_addr *home);
/* The same by the number of a link. */
const struct home_agents_list *advertise_others_on(uint16_t link);
/* Our own preference on the home link of that address. */
uint16_t advertise_preference(const struct ip_addr *home);

/* Sends what is due. A poller of the loop. */
unsigned int advertise_poll(void *unused);

#endif
