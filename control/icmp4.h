/* SPDX-License-Identifier: BSD-3-Clause
 *
 * icmp4: the ICMP errors this home agent sends, and echo for those who reach it through tunnels.
 *
 * Threads    the control thread.
 * RFC        792; 1122 §3.2.2; 1812 §4.3.2; 1191 §4; 2003 §4.
 */
#ifndef CONTROL_ICMP4_H
#define CONTROL_ICMP4_H

#include <stdint.h>

#include "ha/cursor.h"
#include "ha/exchange.h"
#include "ip4_packet.h"

enum icmp4_type {
	ICMP4_ECHO_REPLY = 0,
	ICMP4_UNREACHABLE = 3,
	ICMP4_SOURCE_QUENCH = 4,
	ICMP4_REDIRECT = 5,
	ICMP4_ECHO_REQUEST = 8,
	ICMP4_ROUTER_ADVERTISEMENT = 9,
	ICMP4_ROUTER_SOLICITATION = 10,
	ICMP4_TIME_EXCEEDED = 11,
	ICMP4_PARAMETER_PROBLEM = 12,
};

/* Of ICMP4_UNREACHABLE. */
enum icmp4_unreachable {
	ICMP4_UNREACHABLE_NET = 0,
	ICMP4_UNREACHABLE_HOST = 1,
	ICMP4_UNREACHABLE_PROTOCOL = 2,
	ICMP4_UNREACHABLE_PORT = 3,
	ICMP4_UNREACHABLE_TOO_BIG = 4,
	ICMP4_UNREACHABLE_ROUTE = 5,
};

enum { ICMP4_ERROR_OCTETS = 8 }; /* in front of what it quotes */

/* Sends an error about the offending packet (IPv4 header first; it may be cut at its end) to its source, from an address of
 * ours, unless RFC 1812 §4.3.2.7 or the rate limit forbids it. value: the second word: an MTU, a pointer in its first octet, or
 * 0. Whether it was sent. */
bool icmp4_error(uint16_t worker, struct cursor offending, const struct ip_addr *from, uint8_t type,
		 uint8_t code, uint32_t value);

/* Answers what a worker could not forward (PUNT_ERROR). */
void icmp4_answer_drop(const struct punt *p, struct cursor packet);

/* Whole, and its checksum right. */
bool icmp4_is_echo_request(const struct ip4_packet *packet);

/* Answers it, through the tunnels of a mobile node that is away. */
void icmp4_answer_echo(uint16_t worker, const struct ip4_packet *packet);

#endif
