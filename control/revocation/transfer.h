/* SPDX-License-Identifier: BSD-3-Clause
 *
 * transfer: moves mobile nodes to other home agents, by Home Agent Switch messages.
 *
 * Shape      goes round all registrations, at a pace; each node is told, and told again until it
 *            de-registers or its binding ends. Service goes on meanwhile; but a node that was told
 *            gets no more lifetime. Bindings of Mobile IPv4 are revoked, if that was agreed on.
 * Threads    the control thread.
 * RFC        5142 §5, §7, §8.
 */
#ifndef CONTROL_REVOCATION_TRANSFER_H
#define CONTROL_REVOCATION_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "mobile_node.h"
#include "registration/registration.h"

#define TRANSFER_UNLIMITED UINT32_MAX

struct transfer_status {
	const struct ip_addr *addresses;
	uint16_t address_count;
	uint32_t told;	   /* nodes, since it began */
	uint32_t answered; /* of those, by a de-registration */
};

void transfer_start(const struct config *config, struct mobile_nodes *nodes);

/* To these, best first, at most SWITCH_ADDRESSES_MAX; none: let the nodes discover. Again while it
 * goes on: other addresses from now on. 0 or -ENOMEM. */
int transfer_begin(const struct ip_addr addresses[], uint16_t count);
void transfer_end(void);

/* False when none goes on. */
bool transfer_describe(struct transfer_status *status);

/* What is left of the lifetime of a node that was told to go; TRANSFER_UNLIMITED for any other. */
uint32_t transfer_lifetime_s(const struct registration *r);

/* Before a de-registration takes effect: the answer of a node that was told. */
void transfer_deregistered(const struct ip_addr *home);

/* Sends what is due. A poller of the loop. */
unsigned int transfer_poll(void *unused);

#endif
