/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frame4: Ethernet frames of a link with IPv4 or ARP in them.
 *
 * Threads    any; pure.
 * RFC        791 §3.1; 1256 §6.1.2, §6.2.1; 1112 §6.4 (link-layer addresses of groups); 894.
 */
#ifndef CONTROL_LINK_FRAME4_H
#define CONTROL_LINK_FRAME4_H

#include "link/link.h"

/* A message of ICMP router discovery: fills in all but the link. False for what no handler may see. */
bool frame4_read(const uint8_t *frame, size_t octets, struct link_message4 *message);

/* An ARP message: what is behind the Ethernet header of a frame from one station. */
bool frame4_read_arp(const uint8_t *frame, size_t octets, struct cursor *message);

/* Where an IPv4 packet to all nodes goes: the group that belongs to its destination, or all stations. */
void frame4_group_mac(const uint8_t destination[static 4], uint8_t mac[static 6]);

#endif
