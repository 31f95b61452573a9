/* SPDX-License-Identifier: BSD-3-Clause
 *
 * registration: all that the control thread remembers about one home address that is registered.
 *
 * Shape      a fixed array of slots made at start; a registration keeps its slot while it lives,
 *            so the slot number is a stable key for paging. Found by home address through a hash.
 * Units      _ms monotonic milliseconds, _s seconds.
 * Ownership  registrations belong to the table; bindings they published belong to control/bcache.
 * Threads    the control thread.
 * RFC        6275 §9.1, §10.1.
 */
#ifndef CONTROL_REGISTRATION_REGISTRATION_H
#define CONTROL_REGISTRATION_REGISTRATION_H

#include <stdbool.h>
#include <stdint.h>

#include "registration/decide.h"
#include "timer.h"
#include "ha/binding.h"
#include "ha/config.h"
#include "ha/dataplane.h"
#include "ha/fault.h"

struct registration {
	struct ip_addr home;
	struct ip_addr care_of;
	struct ip_addr source; /* of the last accepted Binding Update */
	const struct binding
		*binding;   /* what workers see; NULL while state is REGISTRATION_INVALID */
	struct timer timer; /* end of the lifetime, or of the invalid mark */
	uint64_t registered_ms;
	uint64_t updated_ms;
	uint64_t expiry_ms;
	uint32_t slot;
	uint32_t next;	     /* in the chain of its hash: a slot plus 1; 0 ends it */
	uint32_t lifetime_s; /* granted */
	uint32_t spi;	     /* 0 without authentication */
	uint32_t updates;    /* accepted since registered */
	uint32_t moves;	     /* of those, with another care-of address */
	uint16_t sequence;
	uint16_t flags;	 /* BU_FLAG_ */
	uint16_t tunnel; /* index of the tunnel class: which home agent address */
	uint8_t state;	 /* enum registration_state; REGISTRATION_NONE marks a free slot */
	bool is_revoked; /* RFC 5846 §7: revocation is in progress */
};

/* Told of each registration that was put in force, is_new when the home address had no binding in
 * force before; and of each that is no longer, while its slot still says whose it was. Before the update
 * is answered. */
struct registration_watcher {
	void (*registered)(const struct registration *r, bool is_new);
	void (*ended)(const struct registration *r);
};

/* Four at most, until all are taken off; one more stops the process when it starts. */
void registration_watch(const struct registration_watcher *watcher);
void registration_unwatch(void);

int registration_start(const struct config *config, struct fault *fault);
void registration_stop(void);
/* For that many bindings: octets of DPDK's memory, and of the process's own. */
uint64_t registration_octets(uint32_t bindings);
uint64_t registration_heap_octets(uint32_t bindings);

const struct registration *registration_find(const struct ip_addr *home);
/* As mobile_nodes_fetch. */
void registration_fetch(const struct ip_addr *home, unsigned int step);

/* Registrations in force, and those kept only for their sequence number. */
uint32_t registration_count(void);
uint32_t registration_count_invalid(void);
uint32_t registration_capacity(void);
/* How many slot numbers there are: a few more than the capacity. */
uint32_t registration_slots(void);
uint32_t registration_slots_for(uint32_t bindings);
/* No slot is left for a newcomer. */
bool registration_is_full(void);

/* The registration in force in that slot, one below registration_slots; NULL when there is none. */
const struct registration *registration_at(uint32_t slot);

/* Takes the binding out by order of an operator, as if its lifetime had ended. False when there is
 * none. */
bool registration_remove(const struct ip_addr *home);

/* Marks the binding in force, until it ends: the node may not prolong it. */
void registration_set_revoked(const struct ip_addr *home);

/* The lifetime of the registration in force in that slot ends at that time, if it would end later:
 * its home prefix does (RFC 6275 §10.6.4). */
void registration_shorten(uint32_t slot, uint64_t expiry_ms);

/* Puts a verdict (ACTION_REGISTER, ACTION_DEREGISTER) in force, before it is answered.
 * 0; -ENOSPC when there is no slot or entry: nothing has changed. A care-of address without a route
 * is registered all the same. */
int registration_apply(const struct binding_request *request, const struct binding_verdict *verdict,
		       uint16_t tunnel, uint32_t spi);

/* Next hops may be other ones now: every binding's is looked up again, a slice a turn. */
void registration_routes_changed(void);

/* The path MTU towards the care-of address of that home address is another one: the binding follows
 * at once. Others with that care-of address do after registration_routes_changed, or when they are
 * refreshed. */
void registration_path_changed(const struct ip_addr *home);

/* Ends lifetimes that are over and goes on with what routes_changed began. A poller of the loop. */
unsigned int registration_poll(void *unused);

#endif
