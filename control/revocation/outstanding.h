/* SPDX-License-Identifier: BSD-3-Clause
 *
 * outstanding: revocations that wait for their answer, of whichever protocol: repeated until there is one or enough is enough, and
 * then the binding ends.
 *
 * Shape      at most REVOCATIONS_MAX at a time. While one goes on the binding stays in force, marked as revoked. One whose binding
 *            ends by itself is forgotten.
 * Units      milliseconds.
 * Ownership  the table's.
 * Threads    the control thread.
 * RFC        5846 §6.3, §11; 3543 §4.2.2.1, §4.2.3.1 (the time between two doubles).
 */
#ifndef CONTROL_REVOCATION_OUTSTANDING_H
#define CONTROL_REVOCATION_OUTSTANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"
#include "ha/config.h"
#include "registration/registration.h"

enum { REVOCATIONS_MAX = 1024 };

struct outstanding;

/* What differs between protocols. */
struct outstanding_kind {
	const char *what;      /* is revoked, in the log */
	uint32_t delay_min_ms; /* between two messages */
	/* Sends the message, the first time or again, and says its number in o->last. */
	void (*send)(struct outstanding *o, const struct registration *r);
};

struct outstanding {
	const struct outstanding_kind *kind; /* NULL: none is there */
	struct ip_addr home;
	struct ip_addr care_of;
	uint64_t registered_ms; /* tells the registration from a later one of those addresses */
	uint64_t due_ms;	/* of the next message, or of the end */
	uint32_t delay_ms;
	uint32_t left;	/* repetitions */
	uint32_t first; /* number of the first message */
	uint32_t last;	/* of the latest; stays when the place is free, for who goes on counting */
	bool was_sent;
};

void outstanding_start(const struct config *config);

/* Its first message is sent at that time, now if that is over. NULL when there is no place. */
struct outstanding *outstanding_begin(const struct registration *r,
				      const struct outstanding_kind *kind, uint64_t first_ms);
uint32_t outstanding_count(void);

/* The number of its place, below REVOCATIONS_MAX; and back, NULL when none is there. */
uint32_t outstanding_place(const struct outstanding *o);
struct outstanding *outstanding_at(uint32_t place);
/* That of a registration; NULL. Looks through all of them: not for strangers. */
struct outstanding *outstanding_of(const struct registration *r);

/* The registration that is being revoked; NULL when it has ended by itself. One that was made anew, and is
 * being revoked as well, has a revocation of its own. */
const struct registration *outstanding_registration(const struct outstanding *o);

/* Ends the binding and its revocation: counted as how, and logged. */
void outstanding_end(struct outstanding *o, enum control_counter how, const char *text);

/* Repeats and gives up. A poller of the loop. */
unsigned int outstanding_poll(void *unused);

#endif
