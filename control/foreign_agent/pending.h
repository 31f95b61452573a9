/* SPDX-License-Identifier: BSD-3-Clause
 *
 * pending: registration requests that were relayed and wait for their home agents.
 *
 * Shape      a fixed number of them, found by node; each has a deadline. One node has one for each link-layer address it asks from:
 *            who forges a request in its name on the link does not take its own away.
 * Ownership  the list's; what pending_make returns is filled in by the caller.
 * Threads    the control thread.
 * RFC        5944 §3.7.1, §3.7.3.1; 2794 §3; 4721 §3.2.
 */
#ifndef CONTROL_FOREIGN_AGENT_PENDING_H
#define CONTROL_FOREIGN_AGENT_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "foreign_agent/answer.h"
#include "foreign_agent/challenge.h"
#include "ha/config.h"
#include "ha/wire/mip4.h"
#include "timer.h"

struct pending {
	struct timer timer;
	struct answer_to node;	     /* its key, port and link-layer address are how it is found */
	struct ip_addr home_agent;   /* where it was relayed to */
	struct ip_addr relayed_from; /* a care-of address of ours */
	struct ip_addr care_of;	     /* as asked for */
	struct ip_addr source;	     /* of the node's packet */
	uint32_t next;		     /* in its chain: a place plus 1; 0 ends it */
	uint8_t flags;		     /* MIP4_FLAG_ */
	bool delivered;		     /* encapsulating delivery style */
	bool has_challenge;
	uint8_t challenge[CHALLENGE_OCTETS];
	uint8_t nai_octets; /* 0: none */
	uint8_t nai[MIP4_NAI_MAX];
};

/* A request that waited too long; it is still in the list. */
typedef void pending_expired_fn(const struct pending *pending);

/* 0 or -ENOMEM. */
int pending_start(uint32_t requests, pending_expired_fn *expired, uint64_t now_ms);
void pending_stop(void);
uint64_t pending_octets(uint32_t requests);

bool pending_is_full(void);
uint32_t pending_count(void);

/* For what that node asks from that link-layer address now: the one it has, emptied, or a new one; NULL when there is no room. */
struct pending *pending_make(const struct answer_to *node, uint64_t deadline_ms);
/* The one that was relayed for it and is not answered yet; NULL. */
const struct pending *pending_of(const struct answer_to *node);
/* The one that a message about that node from its home agent is about: with those low 32 bits of its identification, relayed
 * between those addresses; NULL. */
struct pending *pending_find(const struct ip_addr *key, uint32_t identification_low,
			     const struct ip_addr *home_agent, const struct ip_addr *relayed_from);
/* The same for a message that names the node by no identifier, of those that asked for a home address; NULL. */
struct pending *pending_find_unnamed(uint32_t identification_low, const struct ip_addr *home_agent,
				     const struct ip_addr *relayed_from);
void pending_remove(struct pending *pending);

/* Gives up what waited too long. Returns how many. */
unsigned int pending_advance(uint64_t now_ms);

#endif
