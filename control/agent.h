/* SPDX-License-Identifier: BSD-3-Clause
 *
 * agent: the parts that make a home agent out of a configuration, started in order and taken down
 * in reverse: both planes, without what ties them to this host (kernel, steering, control socket).
 *
 * Order      agent_open, agent_start_workers, loop_run, agent_stop_workers, agent_close. After
 *            agent_open the loop may be given more descriptors and pollers.
 * Threads    the control thread.
 * Errors     0, or a negative errno with the fault filled; after a failed open nothing is left
 *            behind.
 */
#ifndef CONTROL_AGENT_H
#define CONTROL_AGENT_H

#include "ha/config.h"
#include "ha/dataplane.h"
#include "ha/fault.h"
#include "mobile_node.h"

/* Ports, tables and the loop with its pollers; static routes are in force. config and nodes must
 * outlive the agent. */
int agent_open(const struct config *config, struct mobile_nodes *nodes,
	       dataplane_release_fn *release, struct fault *fault);
void agent_close(void);

int agent_start_workers(struct fault *fault);
void agent_stop_workers(void);

#endif
