/* SPDX-License-Identifier: BSD-3-Clause
 *
 * visitor: the visitor list: mobile nodes that are registered through a foreign agent here, and what workers need to deliver to
 * them.
 *
 * Shape      a fixed array, by home address. What is in force for workers is a registration of its own (REGISTRATION_VISITOR),
 *            which has the lifetime; a visitor goes when that ends.
 * Ownership  the list's.
 * Threads    the control thread.
 * RFC        5944 §3.7.1, §4.2.2; 3024 §5.
 */
#ifndef CONTROL_FOREIGN_AGENT_VISITOR_H
#define CONTROL_FOREIGN_AGENT_VISITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/fault.h"
#include "ha/wire/mip4.h"

struct registration;

struct visitor {
	struct ip_addr home;
	struct ip_addr home_agent; /* where its tunnels begin */
	struct ip_addr care_of;	   /* of ours */
	struct ip_addr source;	   /* of its request */
	uint64_t identification;
	uint32_t lifetime_s;	       /* granted; LIFETIME_INFINITE_S */
	uint32_t revocation_timestamp; /* the home agent's, when it agreed to revocation */
	uint16_t port;
	uint16_t source_port;
	uint8_t mac[6];
	uint8_t flags;	 /* MIP4_FLAG_ of its request */
	bool delivered;	 /* encapsulating delivery style */
	bool may_revoke; /* revocation was agreed on (RFC 3543) */
	bool may_inform; /* and who decides whether the node is told */
	uint8_t nai_octets;
	uint8_t nai[MIP4_NAI_MAX];
};

int visitor_start(const struct config *config, struct fault *fault);
void visitor_stop(void);
uint64_t visitor_octets(uint32_t visitors);

/* NULL when there is none. */
const struct visitor *visitor_find(const struct ip_addr *home);
/* The one in that place, below visitor_places; NULL. */
const struct visitor *visitor_at(uint32_t place);
uint32_t visitor_places(void);
uint32_t visitor_count(void);
/* No newcomer is taken in: there is no room, or the operator drains. */
bool visitor_is_full(void);
/* Its lifetime and counters. */
const struct registration *visitor_registration(const struct visitor *visitor);

/* Makes it one, or another one of it, and puts it in force. 0; -ENOSPC when there is no room: nothing has changed. */
int visitor_put(const struct visitor *visitor);
/* False when there is none. */
bool visitor_remove(const struct ip_addr *home);

#endif
