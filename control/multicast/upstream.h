/* SPDX-License-Identifier: BSD-3-Clause
 *
 * upstream: the groups of mobile nodes, joined on the kernel interface of the port that they come by.
 *
 * Shape      the kernel joins: it reports by MLD, answers queries, and lets the frames in, as for any listener of this host. A port
 *            without a kernel interface has nobody to ask, and gets what is sent to it.
 * Threads    the control thread.
 * RFC        3810 §6.
 */
#ifndef CONTROL_MULTICAST_UPSTREAM_H
#define CONTROL_MULTICAST_UPSTREAM_H

#include "ha/config.h"

void upstream_start(const struct config *config);
void upstream_stop(void);

/* 0, or a negative errno: the group may not come. */
int upstream_join(const struct ip_addr *group);
void upstream_leave(const struct ip_addr *group);

#endif
