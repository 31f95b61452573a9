/* SPDX-License-Identifier: BSD-3-Clause
 *
 * listeners: mobile nodes as multicast listeners behind their tunnels: this home agent is their querier.
 *
 * Shape      a listener for each binding that has joined a group, or is new and was not asked yet. A group that is left is gone at
 *            once, without a question to others: nobody else is in the tunnel (RFC 3810 §7.6 asks for the sake of others). What is not
 *            reported for two query intervals and a response is gone as well, and all of it with the binding. A move changes nothing:
 *            groups go where the binding goes.
 * Units      _ms of the monotonic clock.
 * Ownership  listeners and their groups belong to this file.
 * Threads    the control thread.
 * RFC        6275 §10.4.3; 3810 §7, §9; 2710 §4.
 */
#ifndef CONTROL_MULTICAST_LISTENERS_H
#define CONTROL_MULTICAST_LISTENERS_H

#include "ha/config.h"
#include "ha/cursor.h"
#include "ha/fault.h"
#include "timer.h"

struct joined_group {
	struct joined_group *next;
	struct listener *listener;
	struct ip_addr address;
	struct timer expiry; /* due_ms says when */
};

struct listener {
	struct ip_addr home;
	uint32_t slot; /* of the registration */
	uint32_t count;
	struct joined_group *groups;
	struct timer query; /* the next one */
	bool is_asked;	    /* at least once */
};

/* Octets of the process's memory, for that many slots. */
uint64_t listeners_octets(const struct config *config, uint32_t slots);

/* Behind registration_start and membership_start. Off unless configured. */
int listeners_start(const struct config *config, struct fault *fault);
void listeners_stop(void);

/* A tunnel packet (PUNT_LISTENER), from its own IPv6 header on. Counts how it ended. */
void listeners_receive(struct cursor bytes);

/* Of the registration in that slot, one below registration_slots; NULL when it has none. */
const struct listener *listeners_at(uint32_t slot);

/* Queries and expiry. A poller of the loop. */
unsigned int listeners_poll(void *unused);

#endif
