/* SPDX-License-Identifier: BSD-3-Clause
 *
 * membership: which mobile nodes want which groups, write side.
 *
 * Shape      groups are multicast addresses, and broadcast addresses of Mobile IPv4's home networks. Each change makes a new group that takes the place of the old one. Groups are so many, and have so many members, as the
 *            configuration says; more are refused.
 * Ownership  groups belong to this file; replaced ones are freed when no worker reads them any more.
 * Threads    the control thread; workers read by ha/multicast.h.
 */
#ifndef CONTROL_MULTICAST_MEMBERSHIP_H
#define CONTROL_MULTICAST_MEMBERSHIP_H

#include "ha/config.h"
#include "ha/dataplane.h"
#include "ha/fault.h"

/* Told of each group that got its first member, and of each that lost its last one. */
typedef void membership_changed_fn(const struct ip_addr *group, bool wanted);

/* Without multicast and broadcasts in the configuration there is no table and nobody may be added. */
int membership_start(const struct config *config, struct fault *fault);
/* When no worker runs. */
void membership_stop(void);
void membership_watch(membership_changed_fn *changed);

/* For workers; NULL when both are off. */
const struct multicast_table *membership_table(void);

/* home is no member yet. 0; -ENOSPC at a limit, -ENOMEM: nothing has changed. */
int membership_add(const struct ip_addr *group, const struct ip_addr *home);
/* home is a member. */
void membership_remove(const struct ip_addr *group, const struct ip_addr *home);

uint32_t membership_groups(void); /* with members */

#endif
