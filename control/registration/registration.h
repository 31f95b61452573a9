/* SPDX-License-Identifier: BSD-3-Clause
 *
 * registration: all that the control thread remembers about the bindings that are in force, of whichever protocol.
 *
 * Shape      a fixed array of slots made at start; a registration keeps its slot while it lives,
 *            so the slot number is a stable key for paging. One is one home address at one care-of address, with a
 *            lifetime and counters of its own; it is found by home address through a hash, and simultaneous ones of one home
 *            address hang on the first. Workers see them as a chain of bindings that is replaced as a whole.
 * Units      _ms monotonic milliseconds, _s seconds.
 * Ownership  registrations belong to the table; bindings they published belong to control/bcache.
 * Threads    the control thread.
 * RFC        6275 §9.1, §10.1; 5944 §3.8.2 (mobility bindings), 3.8.2.1 (simultaneous ones).
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

enum registration_protocol {
	REGISTRATION_MIP6,
	REGISTRATION_MIP4,
	REGISTRATION_VISITOR, /* of the foreign agent: home is a visitor_key(), care_of the home agent */
	REGISTRATION_PROTOCOLS,
};

/* RFC 3543: what was agreed about revocation when the binding was made. */
enum registration_revocation {
	REVOCATION_AGREED = 0x01,   /* both sides sent the support extension */
	REVOCATION_INFORM = 0x02,   /* both with the I bit */
	REVOCATION_BY_AGENT = 0x04, /* the foreign agent's extension, not the mobile node's */
};

#define REGISTRATION_FOREVER UINT64_MAX /* expiry_ms of an infinite lifetime */

struct registration {
	struct ip_addr home;
	struct ip_addr care_of;
	struct ip_addr source; /* of the last accepted Binding Update or Registration Request */
	const struct binding
		*binding;	   /* what workers see; NULL while state is REGISTRATION_INVALID */
	struct registration *also; /* one more of this home address; NULL: no more */
	struct timer timer;	   /* end of the lifetime, or of the invalid mark */
	uint64_t registered_ms;
	uint64_t updated_ms;
	uint64_t expiry_ms;
	uint64_t identification; /* Mobile IPv4: of the last accepted request */
	uint32_t slot;
	uint32_t next;		       /* in the chain of its hash: a slot plus 1; 0 ends it */
	uint32_t lifetime_s;	       /* granted; LIFETIME_INFINITE_S */
	uint32_t spi;		       /* 0 without authentication */
	uint32_t updates;	       /* accepted since registered */
	uint32_t moves;		       /* of those, with another care-of address */
	uint32_t revocation_timestamp; /* the peer's, of its support extension */
	uint16_t sequence;
	uint16_t flags; /* BU_FLAG_, or MIP4_FLAG_ */
	uint16_t
		tunnel; /* index of the tunnel class: which home agent address; for Mobile IPv4 the encapsulation, too */
	uint16_t source_port; /* Mobile IPv4: of that request */
	uint8_t protocol;     /* enum registration_protocol */
	uint8_t state;	      /* enum registration_state; REGISTRATION_NONE marks a free slot */
	uint8_t revocation;   /* REVOCATION_ */
	bool is_revoked;      /* RFC 5846 §7, RFC 3543: revocation is in progress */
};

/* What shall be in force: a binding that was decided on, put in force before it is answered. */
struct registration_order {
	struct ip_addr home;
	struct ip_addr care_of;
	struct ip_addr source;
	uint64_t identification;
	uint32_t lifetime_s;
	uint32_t spi;
	uint32_t key; /* of GRE, with BINDING_GRE_KEY */
	uint32_t
		next_hop; /* REGISTRATION_VISITOR: the visitor's; others go towards the care-of address */
	uint32_t revocation_timestamp;
	uint16_t sequence;
	uint16_t flags;
	uint16_t tunnel;
	uint16_t udp_port; /* the other end of a tunnel in UDP */
	uint16_t source_port;
	uint8_t protocol;
	uint8_t binding_flags; /* BINDING_ */
	uint8_t revocation;
	bool keep_others; /* simultaneous bindings of this home address stay, if there is room */
};

/* Told of the registrations of one protocol: of each that was put in force, is_new when the home address had no binding in
 * force before; and of each that is no longer, while its slot still says whose it was, is_last when none of the home address is
 * left. Before the update is answered. */
struct registration_watcher {
	void (*registered)(const struct registration *r, bool is_new);
	void (*ended)(const struct registration *r, bool is_last);
	enum registration_protocol protocol;
};

/* Eight at most, until all are taken off; one more stops the process when it starts. */
void registration_watch(const struct registration_watcher *watcher);
void registration_unwatch(void);

int registration_start(const struct config *config, struct fault *fault);
void registration_stop(void);
/* For that many bindings: octets of DPDK's memory, and of the process's own. */
uint64_t registration_octets(uint32_t bindings);
uint64_t registration_heap_octets(uint32_t bindings);

/* The first one of that home address; the others hang on it by also. */
const struct registration *registration_find(const struct ip_addr *home);
/* The one in force at that care-of address; NULL when there is none. */
const struct registration *registration_find_at(const struct ip_addr *home,
						const struct ip_addr *care_of);
/* As mobile_nodes_fetch. */
void registration_fetch(const struct ip_addr *home, unsigned int step);

/* Registrations in force, and those kept only for their sequence number. */
uint32_t registration_count(void);
uint32_t registration_count_of(enum registration_protocol protocol);
uint32_t registration_count_invalid(void);
uint32_t registration_capacity(void);
/* How many slot numbers there are: a few more than the capacity. */
uint32_t registration_slots(void);
uint32_t registration_slots_for(uint32_t bindings);
/* No slot is left for a newcomer. */
bool registration_is_full(void);

/* The registration in force in that slot, one below registration_slots; NULL when there is none. */
const struct registration *registration_at(uint32_t slot);

/* Puts a binding in force: a new one, or in place of what the home address had at that care-of address; of other ones only
 * those stay that the order keeps.
 * 0; -ENOSPC when there is no slot or entry, or the home address has SIMULTANEOUS_BINDINGS_MAX already: nothing has changed. A
 * care-of address without a route is registered all the same. */
int registration_apply(const struct registration_order *order);

/* RFC 6275 §10.3.2: takes the binding out; the entry stays for a while, marked invalid, so that a late older update is refused by
 * its sequence number. */
void registration_deregister(const struct ip_addr *home, uint16_t sequence);

/* Takes the binding of a home address at that care-of address out, or all of them (NULL). How many there were. */
unsigned int registration_withdraw(const struct ip_addr *home, const struct ip_addr *care_of);

/* The same for all of a home address by order of an operator, as if their lifetimes had ended. False when there is none. */
bool registration_remove(const struct ip_addr *home);

/* Marks the binding in force at that care-of address, or all of them (NULL), until they end: the node may not prolong them. */
void registration_set_revoked(const struct ip_addr *home, const struct ip_addr *care_of);

/* The lifetime of the registration in force in that slot ends at that time, if it would end later:
 * its home prefix does (RFC 6275 §10.6.4). */
void registration_shorten(uint32_t slot, uint64_t expiry_ms);

/* The tunnel of the registration in force in that slot has its other end at that UDP port. */
void registration_bind_port(uint32_t slot, uint16_t udp_port);

/* Next hops may be other ones now: every binding's is looked up again, a slice a turn. */
void registration_routes_changed(void);

/* The path MTU towards a care-of address of that home address is another one: its bindings follow
 * at once. Others with that care-of address do after registration_routes_changed, or when they are
 * refreshed. */
void registration_path_changed(const struct ip_addr *home);

/* Ends lifetimes that are over and goes on with what routes_changed began. A poller of the loop. */
unsigned int registration_poll(void *unused);

#endif
