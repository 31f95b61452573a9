/* SPDX-License-Identifier: BSD-3-Clause
 *
 * packets: frames for the stages of tests/support/plane.h, and where they ended.
 */
#ifndef TESTS_SUPPORT_PACKETS_H
#define TESTS_SUPPORT_PACKETS_H

#include "support/plane.h"

enum { ETHER = 14, IP6 = 40 };

/* A frame to the worker's MAC with an IPv6 packet of that payload; bytes NULL: zeroes. */
struct rte_mbuf *packet_make(struct plane *plane, const struct ip_addr *from,
			     const struct ip_addr *to, uint8_t next, const void *bytes,
			     uint16_t length);

/* A tunnel from outer_from to outer_to around an inner UDP packet of 8 octets payload. */
struct rte_mbuf *packet_make_tunnelled(struct plane *plane, const struct ip_addr *outer_from,
				       const struct ip_addr *outer_to, const struct ip_addr *from,
				       const struct ip_addr *to);

struct ip6_hdr_wire *packet_ip(struct rte_mbuf *frame);

/* Runs one frame through the stages; what is to be sent waits in the worker's transmit buffer. */
void packet_run(struct plane *plane, struct rte_mbuf *frame);

/* The only frame sent by the last run, or NULL. It is freed by packets_clear. */
struct rte_mbuf *packet_sent(struct plane *plane);
/* Takes the only punted packet; false when there is none. */
bool packet_punted(struct plane *plane, struct punt *out);

/* Empties buffers and rings, forgets fragments and zeroes the counters. */
void packets_clear(struct plane *plane);

/* Of each worker: received + taken over = what was sent, dropped, punted or handed over. */
bool packets_balance(struct plane *plane);

#endif
