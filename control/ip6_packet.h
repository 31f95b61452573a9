/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip6_packet: what a packet addressed to the home agent says, from the IPv6 header through the extension headers.
 *
 * Bytes      offsets are octets from the IPv6 header.
 * Ownership  points into the packet.
 * Threads    any; pure, bounded by EXTENSION_HEADERS_MAX.
 * RFC        8200 §4; 6275 §6.3, §9.3.1 (place and number of Home Address options).
 */
#ifndef CONTROL_IP6_PACKET_H
#define CONTROL_IP6_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"

struct punt;

struct ip6_packet {
	const struct punt *arrival; /* how it came here; NULL from ip6_packet_decode */
	struct ip_addr source;	    /* as on the wire */
	struct ip_addr destination;
	struct ip_addr home; /* from the Home Address option */
	bool has_home_address;
	uint8_t home_address_next; /* Next Header of the header that carried it: 135, 50, 51 are exempt from the binding test */
	uint8_t protocol; /* after the last extension header */
	uint16_t payload_offset;
	struct cursor payload; /* bounded by the IPv6 payload length */
	struct cursor whole;   /* the packet, bounded the same way */
};

enum ip6_packet_result {
	IP6_PACKET_GOOD,
	IP6_PACKET_MALFORMED, /* truncated, chain too long, option running out, misplaced or repeated Home Address option */
	IP6_PACKET_FRAGMENT,
	IP6_PACKET_UNKNOWN_ROUTING, /* error_offset points at an unknown routing type with segments left */
	IP6_PACKET_UNKNOWN_OPTION, /* error_offset points at an option whose type asks for Parameter Problem code 2 */
};

enum ip6_packet_result ip6_packet_decode(const void *bytes, size_t length,
					 struct ip6_packet *packet, uint16_t *error_offset);

#endif
