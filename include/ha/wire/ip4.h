/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip4: the IPv4 header, and the headers that tunnels of IPv4 packets put between.
 *
 * Bytes      wire layouts; struct fields hold network order. Packed, so any alignment is fine.
 * RFC        791 §3.1; 768; 2003; 2004 §3.1 (minimal encapsulation); 2784 §2.1, 2890 §2.1 (GRE); 3519 §4.1 (tunnel data).
 */
#ifndef HA_WIRE_IP4_H
#define HA_WIRE_IP4_H

#include <stdint.h>

enum {
	PROTO_ICMP = 1,
	PROTO_IPIP = 4,
	PROTO_GRE = 47,
	PROTO_MINIMAL = 55,
};

struct ip4_hdr_wire {
	uint8_t version_ihl; /* 4 version, 4 header length in words */
	uint8_t tos;
	uint16_t total_length_be;
	uint16_t id_be;
	uint16_t fragment_be; /* IP4_ flags and offset */
	uint8_t ttl;
	uint8_t protocol;
	uint16_t checksum_be;
	uint8_t source[4];
	uint8_t destination[4];
} __attribute__((packed));

_Static_assert(sizeof(struct ip4_hdr_wire) == 20, "RFC 791 §3.1");

enum {
	IP4_VERSION_IHL = 0x45, /* without options */
	IP4_RESERVED = 0x8000,
	IP4_DF = 0x4000,
	IP4_MF = 0x2000,
	IP4_OFFSET = 0x1fff, /* in units of eight octets */
	IP4_MTU_MIN = 68,
	IP4_HEADER_MAX = 60,
};

struct udp_hdr_wire {
	uint16_t source_be;
	uint16_t destination_be;
	uint16_t length_be;
	uint16_t checksum_be; /* 0: none */
} __attribute__((packed));

_Static_assert(sizeof(struct udp_hdr_wire) == 8, "RFC 768");

/* Behind it a checksum word, a key and a sequence number, each only if its flag is set. */
struct gre_hdr_wire {
	uint16_t flags_be; /* GRE_ */
	uint16_t protocol_be;
} __attribute__((packed));

enum {
	GRE_CHECKSUM = 0x8000,
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_PROTOCOL_IP4 = 0x0800,
};

/* RFC 2004 §3.1; the original source only if MINIMAL_SOURCE is set. */
struct minimal_hdr_wire {
	uint8_t protocol;
	uint8_t flags;
	uint16_t checksum_be; /* over this header */
	uint8_t destination[4];
	uint8_t source[4];
} __attribute__((packed));

_Static_assert(sizeof(struct minimal_hdr_wire) == 12, "RFC 2004 §3.1");

enum {
	MINIMAL_SOURCE = 0x80,
	MINIMAL_OCTETS_SHORT = 8, /* without the original source */
};

#endif
