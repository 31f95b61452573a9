/* SPDX-License-Identifier: BSD-3-Clause
 *
 * proxy: neighbour discovery in the place of mobile nodes that are away from a real home link.
 *
 * Shape      a hash of home addresses, found also by the link-local address that goes with one.
 * Threads    the control thread.
 * RFC        6275 §10.3.1, §10.4.1; 3963 §6.2 (R flag); 4861 §7.2.4, §7.2.6, §7.2.8.
 */
#ifndef CONTROL_LINK_PROXY_H
#define CONTROL_LINK_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "link/link.h"
#include "link/nd.h"

/* For that many mobile nodes. 0 or -ENOMEM. Without a real home link nothing is held. */
int proxy_start(uint32_t nodes);
void proxy_stop(void);

/* From now on the home address is defended, and with_link_local its link-local address too. What was not defended before is announced to the link. A home address
 * on a virtual home link is ignored. */
void proxy_begin(const struct ip_addr *home, bool with_link_local, bool is_router);
void proxy_end(const struct ip_addr *home);

bool proxy_defends(uint16_t link, const struct ip_addr *address);
/* Home addresses defended on a link. */
uint32_t proxy_count(uint16_t link);

/* Answers, when the target is defended. */
void proxy_solicited(const struct link_message *message, const struct nd_solicitation *ns);
/* Another node says that it has the target: told to the operator, when it is defended. */
void proxy_contended(const struct link_message *message, const struct nd_advertisement *na);

#endif
