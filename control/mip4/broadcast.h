/* SPDX-License-Identifier: BSD-3-Clause
 *
 * broadcast: which mobile nodes asked for the broadcasts of their home network (B), told to workers as members of a group: the
 * network's broadcast address.
 *
 * Threads    the control thread.
 * RFC        5944 §4.3.
 */
#ifndef CONTROL_MIP4_BROADCAST_H
#define CONTROL_MIP4_BROADCAST_H

#include "ha/config.h"
#include "ha/fault.h"

/* After membership_start and registration_start. 0; -ENOMEM with the fault filled. Nothing is done while broadcasts are off. */
int broadcast_start(const struct config *config, struct fault *fault);
void broadcast_stop(void);
uint64_t broadcast_octets(const struct config *config, uint32_t slots);

#endif
