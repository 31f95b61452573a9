/* SPDX-License-Identifier: BSD-3-Clause
 *
 * correspondent/cache: the bindings of mobile nodes that are other home agents', for what this host
 * itself sends them. Workers do not know them.
 *
 * Shape      a fixed array of slots made at start, found by home address through a keyed hash. Nothing
 *            is evicted: a full cache takes no newcomer. An entry that ended keeps its slot until the
 *            nonces that made it are not known any more.
 * Units      _ms monotonic milliseconds, _s seconds.
 * Ownership  entries belong to the cache.
 * Threads    the control thread.
 * RFC        6275 §5.2.8, §9.1, §9.3.4, §9.5.2, §9.5.3, §9.5.5, §9.6.
 */
#ifndef CONTROL_CORRESPONDENT_CACHE_H
#define CONTROL_CORRESPONDENT_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/fault.h"
#include "ha/ip.h"
#include "timer.h"

enum cached_state {
	CACHED_NONE, /* a free slot */
	CACHED_VALID,
	CACHED_ENDED,
};

struct cached_binding {
	struct ip_addr home;
	struct ip_addr care_of;
	struct ip_addr correspondent; /* the address of ours that it was made with */
	struct timer timer;
	uint64_t expiry_ms;
	uint64_t updated_ms;
	uint64_t nonces_until_ms; /* until when one that it was made with is known */
	uint64_t
		unreachable_ms; /* when the last error that counted came; 0: none since the update */
	uint32_t slot;
	uint32_t next; /* in the chain of its hash: a slot plus 1; 0 ends it */
	uint32_t lifetime_s;
	uint32_t updates; /* accepted */
	uint16_t sequence;
	uint16_t flags;	      /* BU_FLAG_ */
	uint16_t home_nonce;  /* the newest that an accepted update had */
	uint8_t state;	      /* enum cached_state */
	uint8_t requests;     /* Binding Refresh Requests since the last update */
	uint8_t unreachables; /* errors that counted since the last update */
	bool is_used;	      /* a packet went its way since the last update */
};

/* What an accepted Binding Update says. */
struct cache_update {
	struct ip_addr home;
	struct ip_addr care_of;
	struct ip_addr correspondent;
	uint32_t lifetime_s;
	uint16_t sequence;
	uint16_t flags;
	uint16_t home_nonce;
	uint64_t nonces_until_ms;
};

/* A binding in active use has less than a quarter of its lifetime left. */
typedef void correspondent_refresh_fn(const struct cached_binding *binding);

/* Without it, and with a capacity of 0, the cache is empty and takes nothing. */
int correspondent_cache_start(uint32_t capacity, uint64_t secret, uint64_t now_ms,
			      correspondent_refresh_fn *refresh, struct fault *fault);
void correspondent_cache_stop(void);

/* In whatever state; NULL when there is none. */
const struct cached_binding *correspondent_cache_find(const struct ip_addr *home);

/* The care-of address of a binding in force, which is taken to be in use; NULL when there is none. */
const struct ip_addr *correspondent_cache_use(const struct ip_addr *home);

bool correspondent_cache_is_full(void);
uint32_t correspondent_cache_count(void); /* in force */
uint32_t correspondent_cache_slots(void);
/* The binding in force in that slot; NULL when there is none. */
const struct cached_binding *correspondent_cache_at(uint32_t slot);

/* Makes or changes a binding. False when there is no slot: nothing has changed. */
bool correspondent_cache_put(const struct cache_update *update, uint64_t now_ms);

/* Ends the binding in force, if there is one; what the update says of sequence and nonces is kept. */
void correspondent_cache_delete(const struct cache_update *update, uint64_t now_ms);

/* Destination Unreachable came from the way to the care-of address. What is persistent ends the binding:
 * the third one, each a second or more after the one before, without an update in between. */
void correspondent_cache_unreachable(const struct ip_addr *home, const struct ip_addr *care_of,
				     uint64_t now_ms);

/* Runs timers that are due. */
unsigned int correspondent_cache_advance(uint64_t now_ms);

#endif
