/* SPDX-License-Identifier: BSD-3-Clause
 *
 * update: handles one Binding Update: decode, authenticate, decide, apply, reply.
 *
 * Shape      before a new binding on a real home link the answer waits for duplicate address detection,
 *            about a second.
 * Threads    the control thread.
 * RFC        6275 §9.5, §10.3; 4285 §5, §6.
 */
#ifndef CONTROL_UPDATE_H
#define CONTROL_UPDATE_H

#include <stdint.h>

#include "ha/config.h"
#include "ip6_packet.h"
#include "mobile_node.h"
#include "registration/decide.h"

void update_start(const struct config *config, struct mobile_nodes *nodes);

/* Asks the memory for what an update about this home address will need; steps as
 * mobile_nodes_fetch. */
void update_fetch(const struct ip_addr *home, unsigned int step);

/* message: exactly the Mobility Header, its common checks passed. Counts how it ended. */
void update_handle(uint16_t worker, const struct ip6_packet *packet, struct cursor message);

#endif
