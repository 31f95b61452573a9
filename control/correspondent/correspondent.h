/* SPDX-License-Identifier: BSD-3-Clause
 *
 * correspondent: this host as a correspondent node of mobile nodes that are other home agents':
 * Binding Updates without the Home Registration flag, and Binding Refresh Requests.
 *
 * Shape      off unless configured; then its cache is empty and every question is answered no.
 * Threads    the control thread.
 * RFC        6275 §5.2, §9.
 */
#ifndef CONTROL_CORRESPONDENT_CORRESPONDENT_H
#define CONTROL_CORRESPONDENT_CORRESPONDENT_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/fault.h"
#include "ip6_packet.h"
#include "mh/binding_update.h"

int correspondent_start(const struct config *config, uint64_t secret, struct fault *fault);
void correspondent_stop(void);
bool correspondent_is_on(void);

/* Whether the update is for this function: it is on, and the update neither a home registration nor
 * authenticated as one (RFC 4285). */
bool correspondent_takes(const struct binding_update *update);

/* update: what was decoded from message. Counts how it ended. */
void correspondent_handle(uint16_t worker, const struct ip6_packet *packet, struct cursor message,
			  const struct binding_update *update);

/* Whether a Home Address option from that care-of address has its binding (RFC 6275 §9.3.1). */
bool correspondent_is_bound(const struct ip_addr *home, const struct ip_addr *care_of);

/* A poller of the loop. */
unsigned int correspondent_poll(void *unused);

#endif
