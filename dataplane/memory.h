/* SPDX-License-Identifier: BSD-3-Clause
 *
 * memory: how much of it the EAL is asked for.
 *
 * Threads    the control thread, before the EAL is started.
 */
#ifndef DATAPLANE_MEMORY_H
#define DATAPLANE_MEMORY_H

#include "ha/config.h"

/* Octets. */
struct memory_needs {
	uint64_t bindings; /* by the capacity */
	uint64_t packets;  /* by the number of buffers */
	uint64_t others;
};

/* How many MiB the EAL is asked for: as configured, or what is needed. */
uint32_t memory_megabytes(const struct config *config, const struct memory_needs *needs);

#endif
