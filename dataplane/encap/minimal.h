/* SPDX-License-Identifier: BSD-3-Clause
 *
 * minimal: minimal encapsulation: the packet's own header is rewritten to lead to the other end, and a short one behind it keeps what
 * was there.
 *
 * Threads    one worker a packet.
 * RFC        2004 §3.
 */
#ifndef DATAPLANE_ENCAP_MINIMAL_H
#define DATAPLANE_ENCAP_MINIMAL_H

#include "encap/outer4.h"

/* RFC 2004 §1: no fragment. One with options would need its header longer than a class has. */
static inline bool minimal_fits(const struct ip4_hdr_wire *ip)
{
	return ip->version_ihl == IP4_VERSION_IHL && !ip4_is_fragment(ip);
}

/* The time to live of the packet goes on counting in the tunnel, and is less by one. The short header lies where the original addresses
 * were, so all is read before anything is written. */
static inline struct ip4_hdr_wire *minimal_push(struct ip4_hdr_wire *inner,
						const struct tunnel4_class *class,
						const struct ip_addr *care_of)
{
	uint8_t *outer = (uint8_t *)inner - ENCAP_MINIMAL_OVERHEAD;
	uint8_t *between = outer + sizeof(*inner);
	uint32_t from = ip4_number(&class->local);
	uint32_t to = ip4_number(care_of);
	uint64_t first =
		ip4_first_word(inner) + ((uint64_t)ENCAP_MINIMAL_OVERHEAD << IP4_LENGTH_SHIFT);
	uint64_t second = ip4_second_word(inner);
	uint32_t destination = ip4_destination(inner);
	uint32_t kept = (uint32_t)(uint8_t)(second >> IP4_PROTOCOL_SHIFT) << 24 |
			(uint32_t)MINIMAL_SOURCE << 16;
	uint64_t ttl = (second >> IP4_TTL_SHIFT) - 1;

	kept |= checksum_of((uint64_t)kept + destination + (uint32_t)second);
	packet_put_number(between, kept);
	packet_put_number(between + 4, destination);
	packet_put_number(between + 8, (uint32_t)second);

	second = ttl << IP4_TTL_SHIFT | (uint64_t)PROTO_MINIMAL << IP4_PROTOCOL_SHIFT | from;
	second |= (uint64_t)checksum_of(sum_of_word(first) + sum_of_word(second) + to)
		  << IP4_CHECKSUM_SHIFT;
	packet_put_word(outer, first);
	packet_put_word(outer + 8, second);
	packet_put_number(outer + 16, to);
	return (struct ip4_hdr_wire *)outer;
}

/* Octets of the short header of a tunnel packet, or 0 when it is malformed. */
static inline uint16_t minimal_octets(const struct ip4_hdr_wire *outer, uint16_t octets)
{
	uint16_t at = ip4_header_octets(outer);
	const uint8_t *between = (const uint8_t *)outer + at;
	uint16_t kept = MINIMAL_OCTETS_SHORT;

	if (octets < at + MINIMAL_OCTETS_SHORT)
		return 0;
	if ((between[1] & MINIMAL_SOURCE) != 0)
		kept = sizeof(struct minimal_hdr_wire);
	if (octets < at + kept || sum_fold(sum_of(between, kept)) != UINT16_MAX)
		return 0;
	return kept;
}

/* Makes it IP in IP in the same place: the original header in front of what it carried, and in front of that the outer one, over the
 * link's header. Returns the outer header. */
static inline struct ip4_hdr_wire *minimal_restore(struct ip4_hdr_wire *tunnel, uint16_t kept)
{
	uint16_t header = ip4_header_octets(tunnel);
	uint8_t *inner_at = (uint8_t *)tunnel + kept;
	struct minimal_hdr_wire between = {0};
	struct ip4_hdr_wire outer = *tunnel;
	struct ip4_hdr_wire *inner;

	memcpy(&between, (const uint8_t *)tunnel + header, kept);
	memmove(inner_at, tunnel, header);
	inner = (struct ip4_hdr_wire *)inner_at;
	inner->protocol = between.protocol;
	inner->total_length_be = htobe16((uint16_t)(ip4_octets_of(inner) - kept));
	memcpy(inner->destination, between.destination, sizeof(inner->destination));
	if (kept == sizeof(between))
		memcpy(inner->source, between.source, sizeof(inner->source));
	ip4_put_checksum(inner);
	outer.version_ihl = IP4_VERSION_IHL;
	memcpy(inner - 1, &outer, sizeof(outer));
	return inner - 1;
}

#endif
