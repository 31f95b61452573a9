/* SPDX-License-Identifier: BSD-3-Clause
 *
 * packets4: IPv4 frames for the stages of tests/support/plane.h, and their checksums computed apart from the code under test.
 */
#ifndef TESTS_SUPPORT_PACKETS4_H
#define TESTS_SUPPORT_PACKETS4_H

#include "support/checksum.h"
#include "support/packets.h"

enum { IP4 = 20 };

/* Octets to be put together from the inside out: each header goes in front of what is there. */
struct octets {
	uint8_t room[2048];
	uint16_t count;
};

uint8_t *octets_at(struct octets *o);
/* In front; NULL: zeroes. Returns where. */
uint8_t *octets_push(struct octets *o, const void *bytes, uint16_t count);

/* An IPv4 header around all that is there; its checksum is right. */
struct ip4_hdr_wire *octets_push_ip4(struct octets *o, const struct ip_addr *from,
				     const struct ip_addr *to, uint8_t protocol);
void octets_push_udp(struct octets *o, uint16_t from, uint16_t to);
/* One more layer of tunnel: IP in IP, minimal, GRE, or UDP from that port. For minimal encapsulation a packet without options must be
 * there. */
void octets_push_tunnel(struct octets *o, enum encap_kind kind, const struct ip_addr *from,
			const struct ip_addr *to, uint16_t port);

/* A UDP packet of that many octets in all, count upwards as payload, time to live 64. */
void octets_begin(struct octets *o, const struct ip_addr *from, const struct ip_addr *to,
		  uint16_t octets);

/* The frame to the worker's link-layer address. */
struct rte_mbuf *packet4_frame(struct plane *plane, const struct octets *o);
struct ip4_hdr_wire *packet4_ip(struct rte_mbuf *frame);

/* Empties everything, runs the frame, and fails the test unless it was counted once. */
void packet4_run(struct plane *plane, const struct octets *o);
/* The only packet sent by the last run, as long as its frame says, or NULL with a failure. */
struct ip4_hdr_wire *packet4_sent(struct plane *plane);
/* The only packet punted by the last run is of that class and for that reason, and starts at its IPv4 header. */
void packet4_expect_punt(struct plane *plane, enum punt_class class, enum drop_reason reason);

/* After a header was changed by hand. */
void reference_renew(struct ip4_hdr_wire *ip);
/* Whether header and lengths are right in that much room. */
bool reference_is_good(const struct ip4_hdr_wire *ip, size_t room);

#endif
