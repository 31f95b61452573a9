/* SPDX-License-Identifier: BSD-3-Clause
 *
 * renumber: lifetimes of home prefixes that change while the daemon runs: bindings end with their
 * prefix, and mobile nodes are told.
 *
 * Threads    the control thread.
 * RFC        6275 §10.6.2, §10.6.4.
 */
#ifndef CONTROL_ROUTER_RENUMBER_H
#define CONTROL_ROUTER_RENUMBER_H

#include <stdint.h>

/* From now on the prefix of that index has these lifetimes; LIFETIME_INFINITE_S. Registrations
 * follow, a slice a turn of the loop. */
void renumber(uint16_t index, uint32_t valid_s, uint32_t preferred_s);

/* A poller of the loop. */
unsigned int renumber_poll(void *unused);

#endif
