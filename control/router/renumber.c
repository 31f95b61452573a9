/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/renumber.h"

#include "registration/registration.h"
#include "router/advertise.h"
#include "router/prefix_delivery.h"
#include "service.h"

enum { SWEEP_SLOTS = 512 }; /* looked at in one turn */

_Static_assert(HOME_PREFIXES_MAX <= 32, "a bit for each prefix");

static uint32_t changed; /* a bit for each prefix; what changes during a sweep begins it anew */
static uint32_t sweep_at;

void renumber(uint16_t index, uint32_t valid_s, uint32_t preferred_s)
{
	service_set_lifetimes(index, valid_s, preferred_s);
	changed |= UINT32_C(1) << index;
	sweep_at = 0;
	advertise_soon();
}

/* A registration that ends at once is not told: its binding is what it would be reached by. */
static void follow(const struct registration *r)
{
	int prefix = service_find_prefix(&r->home);

	if (prefix < 0 || (changed >> prefix & 1) == 0)
		return;
	registration_shorten(r->slot, service_valid_until_ms((uint16_t)prefix));
	prefix_delivery_schedule(r);
}

unsigned int renumber_poll(void *unused)
{
	uint32_t slots = registration_slots();
	uint32_t end = sweep_at + SWEEP_SLOTS < slots ? sweep_at + SWEEP_SLOTS : slots;

	(void)unused;
	if (changed == 0)
		return 0;
	for (; sweep_at < end; sweep_at++) {
		const struct registration *r = registration_at(sweep_at);

		if (r != NULL)
			follow(r);
	}
	if (sweep_at == slots)
		changed = 0;
	return 1;
}
