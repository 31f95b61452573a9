/* SPDX-License-Identifier: BSD-3-Clause
 *
 * discovery: agent discovery: agent advertisements on the links of foreign agents and on real home links, solicitations answered,
 * the advertisements of others heard and not believed.
 *
 * Shape      one advertiser a link, which may be both. It has a sequence number, and, with a foreign agent, the challenges that it
 *            told.
 * Order      discovery_start after link_start and node_record_start; discovery_stop before link_stop: it says goodbye.
 * Threads    the control thread.
 * RFC        5944 §2.1, §2.3; 1256 §4, §6.2; 3543 §4.1; 4721 §2.
 */
#ifndef CONTROL_FOREIGN_AGENT_DISCOVERY_H
#define CONTROL_FOREIGN_AGENT_DISCOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"

void discovery_start(const struct config *config);
void discovery_stop(void);

/* What a message to that node of a port (node_record_key()) carries; NULL when challenges are not asked for there. */
const uint8_t *discovery_challenge_for(uint16_t port, const struct ip_addr *key);
/* Those that the link was told; NULL the same way. */
const struct challenge_window *discovery_challenges(uint16_t port);

/* RFC 3543 §4.1: tells one visitor that it is one no more, by a sequence number of 0. */
void discovery_tell_revoked(uint16_t port, const uint8_t mac[static 6], const struct ip_addr *home);

/* Of the link of a port: the number of its last advertisement. */
uint16_t discovery_sequence(uint16_t port);

/* Sends what is due. A poller of the loop. */
unsigned int discovery_poll(void *unused);

#endif
