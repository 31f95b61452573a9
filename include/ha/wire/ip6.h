/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip6: IPv6 header, extension headers and the two that Mobile IPv6 adds.
 *
 * Bytes      wire layouts; struct fields hold network order. Packed, so any alignment is fine.
 * RFC        8200 §3, §4; 6275 §6.3 (Home Address option), §6.4 (type 2 routing header).
 */
#ifndef HA_WIRE_IP6_H
#define HA_WIRE_IP6_H

#include <stdint.h>

#include "ha/ip.h"

enum {
	PROTO_HOP_BY_HOP = 0,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_IPV6 = 41,
	PROTO_ROUTING = 43,
	PROTO_FRAGMENT = 44,
	PROTO_ESP = 50,
	PROTO_AH = 51,
	PROTO_ICMP6 = 58,
	PROTO_NONE = 59,
	PROTO_DEST_OPTIONS = 60,
	PROTO_MOBILITY = 135,
};

enum {
	OPTION_PAD1 = 0,
	OPTION_PADN = 1,
	OPTION_TUNNEL_LIMIT = 4, /* RFC 2473 §4.1.1 */
	OPTION_HOME_ADDRESS = 0xc9,
	OPTION_HOME_ADDRESS_LENGTH = 16,
};

enum {
	ROUTING_TYPE_2 = 2,
	ROUTING_TYPE_2_OCTETS = 24,
	HOME_ADDRESS_HEADER_OCTETS = 24, /* destination options: PadN of 4 and the option */
	EXTENSION_HEADERS_MAX = 8,	 /* a longer chain is dropped */
};

/* An explicit, unaligned IPv6 header. */
struct ip6_hdr_wire {
	uint32_t version_class_flow_be; /* 4 version, 8 traffic class, 20 flow label */
	uint16_t payload_length_be;
	uint8_t next_header;
	uint8_t hop_limit;
	uint8_t source[16];
	uint8_t destination[16];
} __attribute__((packed));

_Static_assert(sizeof(struct ip6_hdr_wire) == 40, "RFC 8200 §3");

#endif
