/* SPDX-License-Identifier: BSD-3-Clause
 *
 * gre: Generic Routing Encapsulation of an IPv4 packet in IPv4.
 *
 * Threads    one worker a packet.
 * RFC        2784 §2, 2890 §2 (the key; nobody agrees on sequence numbers).
 */
#ifndef DATAPLANE_ENCAP_GRE_H
#define DATAPLANE_ENCAP_GRE_H

#include "encap/outer4.h"
#include "ha/drop.h"

enum {
	GRE_MUST_BE_0 =
		0x5c07, /* of RFC 2784 §2.2's bits 1 to 5 all but the key, and the version */
	GRE_CHECKSUM_OCTETS = 4,
};

static inline struct ip4_hdr_wire *gre_push(struct ip4_hdr_wire *inner, uint16_t octets,
					    const struct tunnel4_class *class,
					    const struct ip_addr *to)
{
	uint8_t *outer = (uint8_t *)inner - ENCAP_GRE_OVERHEAD;

	memcpy(outer + sizeof(*inner), class->header + sizeof(*inner), sizeof(struct gre_hdr_wire));
	outer4_put(outer, class, inner, (uint16_t)(octets + ENCAP_GRE_OVERHEAD), to);
	return (struct ip4_hdr_wire *)outer;
}

static inline struct ip4_hdr_wire *gre_push_with_key(struct ip4_hdr_wire *inner, uint16_t octets,
						     const struct tunnel4_class *class,
						     const struct ip_addr *to, uint32_t key)
{
	uint16_t overhead = ENCAP_GRE_OVERHEAD + ENCAP_GRE_KEY_OCTETS;
	uint8_t *outer = (uint8_t *)inner - overhead;

	packet_put_number(outer + sizeof(*inner), (uint32_t)GRE_KEY << 16 | GRE_PROTOCOL_IP4);
	packet_put_number((uint8_t *)inner - ENCAP_GRE_KEY_OCTETS, key);
	outer4_put(outer, class, inner, (uint16_t)(octets + overhead), to);
	return (struct ip4_hdr_wire *)outer;
}

/* Nothing but the protocol, behind an outer header without options. */
static inline bool gre_is_plain(const struct ip4_hdr_wire *outer, uint16_t octets)
{
	return octets > ENCAP_GRE_OVERHEAD && packet_number(outer + 1) == GRE_PROTOCOL_IP4;
}

/* Whether the tunnel packet is one that RFC 2784 §2.2 lets pass. Then *inner is where its packet begins, and else *reason why not. */
static inline bool gre_measure(const struct ip4_hdr_wire *outer, uint16_t octets, uint16_t *inner,
			       enum drop_reason *reason)
{
	uint16_t at = ip4_header_octets(outer);
	const uint8_t *gre = (const uint8_t *)outer + at;
	unsigned int end = at + (unsigned int)sizeof(struct gre_hdr_wire);
	uint16_t flags;

	*reason = DROP_GRE_HEADER;
	if (end > octets)
		return false;
	flags = (uint16_t)(packet_number(gre) >> 16);
	end += (flags & GRE_CHECKSUM) != 0 ? GRE_CHECKSUM_OCTETS : 0;
	end += (flags & GRE_KEY) != 0 ? ENCAP_GRE_KEY_OCTETS : 0;
	if ((flags & GRE_MUST_BE_0) != 0 || (uint16_t)packet_number(gre) != GRE_PROTOCOL_IP4 ||
	    end > octets)
		return false;
	*inner = (uint16_t)end;
	*reason = DROP_GRE_CHECKSUM;
	return (flags & GRE_CHECKSUM) == 0 || sum_fold(sum_of(gre, octets - at)) == UINT16_MAX;
}

/* Of a tunnel packet that was measured. */
static inline bool gre_has_key(const struct ip4_hdr_wire *outer)
{
	return (((const uint8_t *)outer)[ip4_header_octets(outer)] & GRE_KEY >> 8) != 0;
}

static inline uint32_t gre_key(const struct ip4_hdr_wire *inner)
{
	return packet_number((const uint8_t *)inner - ENCAP_GRE_KEY_OCTETS);
}

#endif
