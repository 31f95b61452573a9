/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/signalling_costs.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "auth/mn_ha.h"
#include "bcache.h"
#include "registration/registration.h"
#include "retire.h"

enum {
	TIMES = 8192,
	BATCH = 64,	     /* of updates in one turn of the control thread's loop */
	MESSAGE_OFFSET = 64, /* IPv6 header, Home Address option */
};

double costs_hmac(const struct prepared *update, uint32_t nodes)
{
	const uint8_t *message = update->packet + MESSAGE_OFFSET;
	uint16_t covered = (uint16_t)(update->octets - MESSAGE_OFFSET - AUTH_MN_HA_DATA_OCTETS);
	uint8_t out[AUTH_MN_HA_DATA_OCTETS];
	struct ip_addr care_of;
	struct ip_addr home;
	uint64_t begin_tsc;

	memcpy(care_of.bytes, update->packet + 8, sizeof(care_of.bytes));
	memcpy(home.bytes, update->packet + MESSAGE_OFFSET - 16, sizeof(home.bytes));
	begin_tsc = rte_rdtsc();
	for (uint32_t i = 0; i < TIMES; i++)
		if (!mn_ha_compute(updates_node(i % nodes)->key, &care_of, &home, message, covered,
				   out))
			return 0;
	return (double)(rte_rdtsc() - begin_tsc) / TIMES;
}

static void refresh(struct registration *r)
{
	struct binding *next = bcache_make();
	const struct binding *old = r->binding;

	if (next == NULL)
		return;
	*next = *old;
	if (bcache_publish(old, next) == 0)
		r->binding = next;
}

double costs_table(const struct options *options)
{
	static struct registration *chosen[TIMES];
	uint64_t begin_tsc;
	double cycles;

	for (uint32_t i = 0; i < TIMES; i++) {
		struct ip_addr home = node_home(options, (uint32_t)random() % options->count);

		/* Not const for us: it is told which entry is in force. */
		chosen[i] = (struct registration *)(uintptr_t)registration_find(&home);
	}
	begin_tsc = rte_rdtsc();
	for (uint32_t i = 0; i < TIMES; i++) {
		refresh(chosen[i]);
		if (i % BATCH == BATCH - 1)
			retire_poll(NULL);
	}
	cycles = (double)(rte_rdtsc() - begin_tsc) / TIMES;
	retire_drain();
	return cycles;
}
