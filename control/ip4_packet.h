/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip4_packet: what an IPv4 packet addressed to this host says: its header, and the UDP header behind it.
 *
 * Bytes      addresses are v4-mapped, all else is in host order.
 * Ownership  points into the packet.
 * Threads    any; pure.
 * RFC        791 §3.1; 768; 1122 §3.2.1, §4.1.3.4 (UDP checksum).
 */
#ifndef CONTROL_IP4_PACKET_H
#define CONTROL_IP4_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"

struct punt;

struct ip4_packet {
	const struct punt *arrival; /* how it came here; NULL from ip4_packet_decode */
	struct ip_addr source;
	struct ip_addr destination;
	uint8_t protocol;
	uint8_t ttl;
	uint8_t header_octets;
	uint16_t fragment;     /* IP4_MF and offset; 0 for a whole packet */
	struct cursor payload; /* bounded by the total length */
	struct cursor whole;   /* the packet, bounded the same way */
};

enum ip4_packet_result {
	IP4_PACKET_GOOD,
	IP4_PACKET_MALFORMED, /* version, lengths, or header checksum */
	IP4_PACKET_FRAGMENT,  /* good as far as it goes */
};

enum ip4_packet_result ip4_packet_decode(struct cursor bytes, struct ip4_packet *packet);

/* The same for a packet that is quoted, or is not judged: it may be cut anywhere behind its header, and its checksum is not looked
 * at. octets: of the whole packet, as its header says. False when its header is not there. */
bool ip4_quote_decode(struct cursor bytes, struct ip4_packet *packet, uint16_t *octets);

/* A UDP datagram. */
struct udp_datagram {
	uint16_t source_port;
	uint16_t destination_port;
	struct cursor payload; /* bounded by the UDP length */
};

/* False when a length or a checksum is wrong. */
bool ip4_packet_udp(const struct ip4_packet *packet, struct udp_datagram *datagram);

#endif
