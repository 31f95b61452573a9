/* SPDX-License-Identifier: BSD-3-Clause
 *
 * revocation: tells a mobile node, or the agent that serves it, that a binding ends by order of the operator, and ends it: after
 * that was acknowledged, or was not for long enough.
 *
 * Shape      revocation/outstanding waits and repeats; while one goes on the node's registrations are answered 129, and it may
 *            de-register. Here are the messages of Mobile IPv6; mip4/revocation has those of Mobile IPv4.
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

void revocation_start(const struct config *config, struct mobile_nodes *nodes);

/* Of all bindings of the home address of r. 0, also when one goes on already; -ENOTSUP: nobody can be told;
 * -EBUSY: as many go on as may. */
int revocation_begin(const struct registration *r);

/* A Binding Revocation message that was received, exactly the Mobility Header. Counts how it ended.
 */
void revocation_handle(uint16_t worker, const struct ip6_packet *packet, struct cursor message);

#endif
