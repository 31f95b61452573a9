/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/broadcast.h"

#include <errno.h>
#include <stdlib.h>

#include "counters.h"
#include "multicast/membership.h"
#include "registration/registration.h"
#include "service4.h"

static bool *joined; /* by slot; NULL: broadcasts are off */

/* Of the other bindings of the same home address. */
static bool others_joined(const struct registration *r)
{
	for (const struct registration *at = registration_find(&r->home); at != NULL; at = at->also)
		if (at != r && joined[at->slot])
			return true;
	return false;
}

static struct ip_addr group_of(const struct registration *r)
{
	return service4_broadcast_of((uint16_t)service4_network_of(&r->home));
}

static void join(const struct registration *r)
{
	const struct ip_addr group = group_of(r);

	if (!others_joined(r) && membership_add(&group, &r->home) != 0)
		count(COUNT_BROADCAST_REFUSED);
	else
		joined[r->slot] = true;
}

static void leave(const struct registration *r)
{
	const struct ip_addr group = group_of(r);

	joined[r->slot] = false;
	if (!others_joined(r))
		membership_remove(&group, &r->home);
}

static void registered(const struct registration *r, bool is_new)
{
	bool wants = (r->binding->flags & BINDING_BROADCASTS) != 0;

	(void)is_new;
	if (wants && !joined[r->slot])
		join(r);
	else if (!wants && joined[r->slot])
		leave(r);
}

static void ended(const struct registration *r, bool is_last)
{
	(void)is_last;
	if (joined[r->slot])
		leave(r);
}

uint64_t broadcast_octets(const struct config *config, uint32_t slots)
{
	return config->mip4.broadcasts ? slots * sizeof(*joined) : 0;
}

int broadcast_start(const struct config *config, struct fault *fault)
{
	static const struct registration_watcher watcher = {registered, ended, REGISTRATION_MIP4};

	if (!config->mip4.broadcasts)
		return 0;
	joined = calloc(registration_slots(), sizeof(*joined));
	if (joined == NULL) {
		fault_set(fault, "/bindings/capacity", "no memory for broadcasts of %u bindings",
			  config->binding_capacity);
		return -ENOMEM;
	}
	registration_watch(&watcher);
	return 0;
}

void broadcast_stop(void)
{
	free(joined);
	joined = NULL;
}
