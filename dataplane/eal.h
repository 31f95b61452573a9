/* SPDX-License-Identifier: BSD-3-Clause
 *
 * eal: starts DPDK's environment for one process that leaves nothing behind.
 *
 * Threads    the control thread, once.
 */
#ifndef DATAPLANE_EAL_H
#define DATAPLANE_EAL_H

#include "ha/config.h"
#include "ha/fault.h"

/* Which CPU each thread runs on, as asked for or chosen. */
struct cpu_plan {
	int control;
	int workers[WORKERS_MAX];
};

/* Takes that many MiB. */
int eal_start(const struct config *config, uint32_t memory_mb, struct cpu_plan *plan,
	      struct fault *fault);
void eal_stop(void);

/* The last complaint DPDK or one of its drivers logged, for a fault's text; "" when there was none.
 */
const char *eal_last_complaint(void);
void eal_forget_complaint(void);

#endif
