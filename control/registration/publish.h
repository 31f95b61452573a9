/* SPDX-License-Identifier: BSD-3-Clause
 *
 * publish: what workers see of the registrations of one home address: a binding each, the first of them in the binding cache
 * and each leading to the next.
 *
 * Ownership  published bindings hold their next hops; both are let go of when others take their place.
 * Threads    the control thread.
 * RFC        2473 §6.7; 5944 §3.8.2.1.
 */
#ifndef CONTROL_REGISTRATION_PUBLISH_H
#define CONTROL_REGISTRATION_PUBLISH_H

#include <stdbool.h>

#include "registration/registration.h"

/* Registrations of one home address, in the order in which workers meet them. */
struct registration_chain {
	struct registration *members[SIMULTANEOUS_BINDINGS_MAX];
	unsigned int count;
};

/* What workers are to see of an order: all but slot and expiry. */
struct binding publish_binding_of(const struct registration_order *order);

/* The same way on: next hop and size as they are now. True when either is another one than the binding says. */
bool publish_follow(const struct registration *r, struct binding *binding);

/* A change of what workers see of one home address. */
struct publication {
	const struct binding *old;	/* the first one they see now; NULL: none */
	struct registration_chain stay; /* from now on */
	struct registration_chain gone; /* no longer */
	const struct registration *
		changed; /* of stay: its binding is as given, the others' are what they were; NULL: none */
	const struct binding *as;
};

/* In one step. 0; -ENOSPC when there is no entry, and nothing has changed: never when old is there. */
int publish(const struct publication *p);

#endif
