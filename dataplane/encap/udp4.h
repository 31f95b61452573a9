/* SPDX-License-Identifier: BSD-3-Clause
 *
 * udp4: an IPv4 packet as tunnel data in UDP, past a NAT.
 *
 * Threads    one worker a packet.
 * RFC        3519 §4.1, §4.2, §4.8.
 */
#ifndef DATAPLANE_ENCAP_UDP4_H
#define DATAPLANE_ENCAP_UDP4_H

#include "encap/outer4.h"
#include "ha/drop.h"
#include "ha/wire/mip4.h"

enum {
	UDP4_BEHIND = ENCAP_UDP_OVERHEAD - sizeof(struct ip4_hdr_wire), /* the outer header */
};

/* RFC 3519 §4.8: without a checksum, as the inner packet has its own. */
static inline struct ip4_hdr_wire *udp4_push(struct ip4_hdr_wire *inner, uint16_t octets,
					     const struct tunnel4_class *class,
					     const struct ip_addr *to, uint16_t port)
{
	uint8_t *outer = (uint8_t *)inner - ENCAP_UDP_OVERHEAD;
	uint64_t udp = (uint64_t)MIP4_PORT << 48 | (uint64_t)port << 32;

	packet_put_word(outer + 20, udp | (uint64_t)(octets + UDP4_BEHIND) << 16);
	memcpy(outer + 28, class->header + 28, MIP4_TUNNEL_DATA_OCTETS);
	outer4_put(outer, class, inner, (uint16_t)(octets + ENCAP_UDP_OVERHEAD), to);
	return (struct ip4_hdr_wire *)outer;
}

/* What most tunnel data looks like: no checksum, as long as its packet, IPv4 inside. Behind an outer header without options, in a packet
 * of that many octets. The word from the destination port to the next header says all that. */
static inline bool udp4_is_plain(const struct ip4_hdr_wire *outer, uint16_t octets)
{
	uint64_t word = packet_word((const uint8_t *)(outer + 1) + sizeof(uint16_t));

	return octets > ENCAP_UDP_OVERHEAD &&
	       word == ((uint64_t)MIP4_PORT << 48 | (uint64_t)(octets - sizeof(*outer)) << 32 |
			MIP4_TUNNEL_DATA << 8 | PROTO_IPIP);
}

/* The other end's port, in front of an inner packet. */
static inline uint16_t udp4_source_port(const struct ip4_hdr_wire *inner)
{
	const uint8_t *udp = (const uint8_t *)inner - UDP4_BEHIND;

	return be16toh(((const struct udp_hdr_wire *)udp)->source_be);
}

/* A UDP header of octets that are all there, and a checksum that is right where there is one (RFC 768). */
static inline bool udp4_checksum_is_good(const struct ip4_hdr_wire *ip, const uint8_t *udp,
					 uint16_t octets)
{
	uint64_t sum = sum_of(ip->source, sizeof(ip->source) + sizeof(ip->destination)) +
		       RTE_BE16(PROTO_UDP) + htobe16(octets) + sum_of(udp, octets);

	return sum_fold(sum) == UINT16_MAX;
}

#endif
