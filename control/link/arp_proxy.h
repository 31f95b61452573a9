/* SPDX-License-Identifier: BSD-3-Clause
 *
 * arp_proxy: ARP in the place of mobile nodes of Mobile IPv4 that are away from a real home link, and gratuitous ARP when they leave it
 * and when they are back.
 *
 * Shape      a hash of home addresses. Each gratuitous ARP is said ARP_ANNOUNCEMENTS times, a second apart, in a queue by time.
 * Threads    the control thread.
 * RFC        5944 §4.6.
 */
#ifndef CONTROL_LINK_ARP_PROXY_H
#define CONTROL_LINK_ARP_PROXY_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

enum { ARP_ANNOUNCEMENTS = 3 };

/* After link_start; for that many mobile nodes. 0 or -ENOMEM. Without a real home link of IPv4 nothing is held. */
int arp_proxy_start(uint32_t nodes);
void arp_proxy_stop(void);

/* The mobile node is away: requests for its home address are answered from now on. What was not defended before is announced to the
 * link. A home address on a virtual home network is ignored. */
void arp_proxy_begin(const struct ip_addr *home);
/* The binding is over: requests are the mobile node's own to answer. */
void arp_proxy_end(const struct ip_addr *home);

/* The mobile node is back and has de-registered: the link is told that it has its home address again, at the link-layer address
 * that its request came from. After the end of its binding. */
void arp_node_home(const struct ip_addr *home, const uint8_t mac[static 6]);

bool arp_proxy_defends(uint16_t link, const struct ip_addr *address);
/* Home addresses defended on a link. */
uint32_t arp_proxy_count(uint16_t link);

/* Says again what is to be repeated. A poller of the loop. */
unsigned int arp_proxy_poll(void *unused);

#endif
