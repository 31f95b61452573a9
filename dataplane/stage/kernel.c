/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_ethdev.h>

/* The kernel is the slow path. On an af_xdp port the steering program has already given it its
 * share and what arrives here all the same has nowhere to go; a pci port has a TAP twin. */
void kernel_burst(struct worker *w, struct burst *b)
{
	for (uint16_t i = 0; i < b->kernel.count; i++) {
		struct packet *p = b->kernel.at[i];
		struct twin *twin = &w->twins[b->port];

		if (twin->exists)
			worker_transmit(&twin->tx, p->m);
		else
			drop(w, p, DROP_NO_KERNEL);
	}
}
