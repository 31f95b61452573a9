/* SPDX-License-Identifier: BSD-3-Clause
 *
 * revocation: tells a mobile node that its binding ends by order of the operator, and ends it: after
 * the node has acknowledged, or has not for long enough.
 *
 * Shape      at most REVOCATIONS_MAX at a time. While one goes on the binding stays in force, and
 *            the node's registrations are answered 129; it may de-register.
 * Threads    the control thread.
 * RFC        5846 §6, §7, §11. Nothing in it says which node understands it: a node is told when
 *            the mobile nodes file says so.
 */
#ifndef CONTROL_REVOCATION_REVOCATION_H
#define CONTROL_REVOCATION_REVOCATION_H

#include <stdint.h>

#include "ha/config.h"
#include "ip6_packet.h"
#include "mobile_node.h"
#include "registration/registration.h"

enum { REVOCATIONS_MAX = 1024 };

void revocation_start(const struct config *config, struct mobile_nodes *nodes);

/* Sends the first indication. 0, also when one goes on already; -ENOTSUP: this node cannot be told;
 * -EBUSY: as many go on as may. */
int revocation_begin(const struct registration *r);
uint32_t revocation_count(void);

/* A Binding Revocation message that was received, exactly the Mobility Header. Counts how it ended.
 */
void revocation_handle(uint16_t worker, const struct ip6_packet *packet, struct cursor message);

/* Retransmits and gives up. A poller of the loop. */
unsigned int revocation_poll(void *unused);

#endif
