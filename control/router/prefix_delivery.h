/* SPDX-License-Identifier: BSD-3-Clause
 *
 * prefix_delivery: Mobile Prefix Advertisements to mobile nodes that are away: when they ask, when
 * their prefix changes, and when they have not heard for long.
 *
 * Shape      one timer for each slot of the registrations.
 * Threads    the control thread.
 * RFC        6275 §6.8, §10.6.2, §10.6.3.
 */
#ifndef CONTROL_ROUTER_PREFIX_DELIVERY_H
#define CONTROL_ROUTER_PREFIX_DELIVERY_H

#include <stdint.h>

#include "ha/config.h"
#include "ha/fault.h"
#include "registration/registration.h"

/* After registration_start, whose watcher it becomes. With advertising off the rest does nothing. */
int prefix_delivery_start(const struct config *config, struct fault *fault);
void prefix_delivery_stop(void);
/* Of the process's own memory, for that many slots. */
uint64_t prefix_delivery_octets(const struct config *config, uint32_t slots);

/* A solicitation of that node came, which is also its acknowledgement of what was sent before. */
void prefix_delivery_solicited(uint16_t worker, const struct registration *r, uint16_t identifier);

/* The prefix of that node changed: it is told, at a random time of its own. */
void prefix_delivery_schedule(const struct registration *r);

/* Sends what is due. A poller of the loop. */
unsigned int prefix_delivery_poll(void *unused);

#endif
