/* SPDX-License-Identifier: BSD-3-Clause
 *
 * icmp6: the ICMPv6 errors this home agent sends, and echo for those who reach it as mobile nodes
 * do.
 *
 * Threads    the control thread.
 * RFC        4443 §2.4, §3, §4.
 */
#ifndef CONTROL_ICMP6_H
#define CONTROL_ICMP6_H

#include <stdint.h>

#include "ha/cursor.h"
#include "ha/exchange.h"
#include "ip6_packet.h"

/* Sends an error about the offending packet (IPv6 header first) to its source address as on the
 * wire, from an address of ours, unless RFC 4443 §2.4 (e) or the rate limit forbids it. value: MTU,
 * pointer, or 0. The packet may be cut at its end. Whether it was sent. */
bool icmp6_error(uint16_t worker, struct cursor offending, const struct ip_addr *from, uint8_t type,
		 uint8_t code, uint32_t value);

/* The same without a look at the binding cache (RFC 6275 §9.2). */
void icmp6_error_directly(uint16_t worker, struct cursor offending, const struct ip_addr *from,
			  uint8_t type, uint8_t code, uint32_t value);

/* Answers what a worker could not forward (PUNT_ERROR). */
void icmp6_answer_drop(const struct punt *p, struct cursor packet);

/* An echo request to the home agent itself, from that node: answered by way of its care-of address.
 * False when the message is none, or its checksum is wrong. */
bool icmp6_answer_echo(uint16_t worker, const struct ip6_packet *packet,
		       const struct ip_addr *node);

#endif
