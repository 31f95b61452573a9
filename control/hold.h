/* SPDX-License-Identifier: BSD-3-Clause
 *
 * hold: packets that wait for their next hop's link-layer address: a few for each, a bounded number
 * in all, for a short time.
 *
 * Threads    the control thread.
 * RFC        4861 §7.2.2.
 */
#ifndef CONTROL_HOLD_H
#define CONTROL_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/exchange.h"

/* Takes a PUNT_RESOLVE packet: sends it when the next hop is known by now, keeps it, or gives it
 * up. Counts which. */
void hold_packet(const struct punt *p);

/* The next hop is resolved, or never will be. A nexthop_resolved_fn. */
void hold_resolved(uint32_t next_hop, bool resolved);

/* Has what is waited for asked for again, and gives up what has waited too long. A poller of the
 * loop. */
unsigned int hold_poll(void *unused);
void hold_stop(void);

#endif
