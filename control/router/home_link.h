/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_link: what there is on the home link of a home address: its prefixes and our addresses. All
 * prefixes on a virtual home link are on one link.
 *
 * Threads    the control thread.
 * RFC        6275 §10.6.1.
 */
#ifndef CONTROL_ROUTER_HOME_LINK_H
#define CONTROL_ROUTER_HOME_LINK_H

#include <stdint.h>

#include "router/nd_option.h"

/* The prefixes, with what is left of their lifetimes, as advertisements have them; one that holds
 * our address for it says so. At most HOME_PREFIXES_MAX. Returns how many. */
uint16_t home_link_prefixes(const struct ip_addr *home, struct nd_prefix prefixes[]);

/* Our addresses there, each once. At most HOME_PREFIXES_MAX. Returns how many. */
uint16_t home_link_addresses(const struct ip_addr *home, struct ip_addr addresses[]);

#endif
