/* SPDX-License-Identifier: BSD-3-Clause
 *
 * visit: registration requests of visitors on their way to home agents, and the replies on their way back.
 *
 * Order      every message goes through the same steps: decode, authenticate, decide, apply, send. visit_start before the first.
 * Threads    the control thread.
 * RFC        5944 §3.7.2, §3.7.3; 3024 §4.2; 2794 §3; 3543 §4.2.1; 4433 §5.2; 4721 §3.2, §3.3.
 */
#ifndef CONTROL_FOREIGN_AGENT_VISIT_H
#define CONTROL_FOREIGN_AGENT_VISIT_H

#include <stdint.h>

#include "foreign_agent/pending.h"
#include "ha/config.h"

void visit_start(const struct config *config);

/* A request that waited too long: the node is told (code 78). */
void visit_expired(const struct pending *pending);

/* For visit_request and visit_reply. */
extern const struct config *visit_config;

/* The visitor of that home address is another home agent's, one that there is an association with: whoever may answer for that home agent
 * must not take the visitor away. */
bool visit_is_held(const struct ip_addr *home, const struct ip_addr *home_agent);
/* A refusal of the foreign agent's own, counted by its code. */
bool visit_refuse(const struct answer_to *to, uint8_t code, uint16_t lifetime);
/* A security exception (RFC 5944 §3.7.2.1, §3.7.3.1), logged at a limited rate: anybody can cause one. */
void visit_log_exception(const struct ip_addr *home, const struct ip_addr *from, const char *what);

#endif
