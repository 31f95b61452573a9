/* SPDX-License-Identifier: BSD-3-Clause
 *
 * send4: puts IPv4 headers around a message and hands it to a worker, or sends it on a link.
 *
 * Threads    the control thread. Addresses are v4-mapped. worker: the one that brought the question. All are false, and counted,
 *            when the message could not be sent.
 * RFC        791; 768; 5944 §3.8.3.2; 2003, 2004, 2784, 3519 (what goes into a tunnel).
 */
#ifndef CONTROL_SEND4_H
#define CONTROL_SEND4_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"

struct registration;

/* Past bindings, as signalling goes (RFC 5944 §3.8.3.2). */
bool send4_udp(uint16_t worker, const struct ip_addr *from, uint16_t from_port,
	       const struct ip_addr *to, uint16_t to_port, const uint8_t *payload, uint16_t octets);

/* On the link of a port, to a link-layer address there: to a mobile node at home, or a visitor. */
bool send4_udp_on_link(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *from,
		       uint16_t from_port, const struct ip_addr *to, uint16_t to_port,
		       const uint8_t *payload, uint16_t octets);

/* An ICMP message with checksum 0, which is copied and its checksum set. To a mobile node that is away it goes through its
 * tunnels, as anybody's packet would, and to a visitor on its link. */
bool send4_icmp(uint16_t worker, const struct ip_addr *from, const struct ip_addr *to,
		const uint8_t *message, uint16_t octets);

/* A whole packet, header and all, through the tunnel of a mobile node that is away. */
bool send4_in_tunnel(uint16_t worker, const struct registration *r, const uint8_t *inner,
		     uint16_t octets);

#endif
