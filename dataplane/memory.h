/* SPDX-License-Identifier: BSD-3-Clause
 *
 * memory: how much of it the EAL is asked for, and whether this host has as much.
 *
 * Without hugepages the EAL touches every page while it starts: asked for more than there is, it would take all that others
 * need, too, and not come back.
 *
 * Threads    the control thread, before the EAL is started.
 */
#ifndef DATAPLANE_MEMORY_H
#define DATAPLANE_MEMORY_H

#include "ha/config.h"
#include "ha/fault.h"

/* Octets. */
struct memory_needs {
	uint64_t bindings; /* by the capacity */
	uint64_t packets;  /* by the number of buffers */
	uint64_t others;
	uint64_t heap; /* of the process, beside DPDK's */
};

/* How many MiB the EAL is asked for: as configured, or what is needed. */
uint32_t memory_megabytes(const struct config *config, const struct memory_needs *needs);

/* MiB that this host could give without swapping; UINT64_MAX when it does not say. */
uint64_t memory_available_mb(void);

/* 0, or -ENOMEM with the fault filled when available_mb are too few. Hugepages are reserved before; what is too much of them
 * the EAL says at once. */
int memory_check(const struct config *config, const struct memory_needs *needs,
		 uint64_t available_mb, struct fault *fault);

#endif
