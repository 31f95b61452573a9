/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip6_in_ip6: pushing and popping an IPv6 header around an IPv6 packet.
 *
 * Shape      inline, so that a stage's loop over a burst contains it.
 * Threads    one worker a packet.
 * RFC        2473 §3.1, §6; 6040; 6438.
 */
#ifndef DATAPLANE_ENCAP_IP6_IN_IP6_H
#define DATAPLANE_ENCAP_IP6_IN_IP6_H

#include <stdbool.h>

#include "ha/encap.h"
#include "ha/ip_hash.h"
#include "packet.h"

enum {
	ECN_MASK = 0x03,
	ECN_NOT_ECT = 0,
	ECN_ECT_1 = 1,
	ECN_ECT_0 = 2,
	ECN_CE = 3,
	ECN_SHIFT = 20, /* of the field in the first word of the header */
};

#define FLOW_LABEL_MASK UINT32_C(0x000fffff)
#define CLASS_MASK	UINT32_C(0x0ff00000)

/* RFC 6438 §3: a label that is the same for a flow and spreads flows. It is made from the inner
 * addresses and label, and from the ports where no extension header hides them. Never 0, which
 * would say "no label" (RFC 6437 §2). */
static inline uint32_t flow_label(const struct ip6_hdr_wire *inner, uint16_t octets,
				  uint32_t first_word)
{
	const struct ip_addr *from = ip6_source(inner);
	const struct ip_addr *to = ip6_destination(inner);
	uint32_t source = crc32c_word(ip_addr_word(from, 0), first_word & FLOW_LABEL_MASK);
	uint32_t destination = crc32c_word(ip_addr_word(to, 0), inner->next_header);
	uint32_t ports = 0;
	uint32_t label;

	if ((inner->next_header == PROTO_TCP || inner->next_header == PROTO_UDP) &&
	    octets >= sizeof(*inner) + sizeof(ports))
		memcpy(&ports, inner + 1, sizeof(ports));
	source = crc32c_word(ip_addr_word(from, 1), source);
	destination = crc32c_word(ip_addr_word(to, 1), destination);
	label = crc32c_word((uint64_t)source << 32 | destination, ports);
	label = (label ^ label >> 20) & FLOW_LABEL_MASK;
	return label != 0 ? label : 1;
}

/* Puts the class's header in front. There must be ENCAP_IP6_IN_IP6_OVERHEAD octets of headroom. The
 * traffic class is copied whole: uniform DSCP (RFC 2983 §4.1) and normal-mode ECN (RFC 6040 §4.1). */
static inline void ip6_in_ip6_push(struct packet *p, const struct tunnel_class *class,
				   const struct ip_addr *care_of)
{
	const struct ip6_hdr_wire *inner = p->ip;
	struct ip6_hdr_wire *outer = p->ip - 1;
	uint32_t inner_word = rte_be_to_cpu_32(inner->version_class_flow_be);

	memcpy(outer->source, class->header.source, sizeof(outer->source));
	memcpy(outer->destination, care_of->bytes, sizeof(outer->destination));
	outer->next_header = class->header.next_header;
	outer->hop_limit = class->header.hop_limit;
	outer->version_class_flow_be =
		rte_cpu_to_be_32(UINT32_C(0x60000000) | (inner_word & CLASS_MASK) |
				 flow_label(inner, p->octets, inner_word));
	outer->payload_length_be = rte_cpu_to_be_16(p->octets);
	p->ip = outer;
	p->octets = (uint16_t)(p->octets + sizeof(*outer));
}

/* RFC 6040 §4.2, figure 4. */
static inline bool combine_ecn(struct ip6_hdr_wire *inner, uint8_t outer_ecn)
{
	uint8_t inner_ecn = ip6_traffic_class(inner) & ECN_MASK;
	uint8_t ecn = inner_ecn;

	if (outer_ecn == ECN_CE) {
		if (inner_ecn == ECN_NOT_ECT)
			return false;
		ecn = ECN_CE;
	} else if (outer_ecn == ECN_ECT_1 && inner_ecn == ECN_ECT_0) {
		ecn = ECN_ECT_1;
	}
	inner->version_class_flow_be ^= rte_cpu_to_be_32((uint32_t)(ecn ^ inner_ecn) << ECN_SHIFT);
	return true;
}

/* Takes the outer headers off (p->outer_octets) and combines the ECN fields. False when RFC 6040 wants
 * the packet dropped. The inner packet was checked. */
static inline bool ip6_in_ip6_pop(struct packet *p)
{
	uint8_t outer_ecn = ip6_traffic_class(p->ip) & ECN_MASK;

	p->ip = (struct ip6_hdr_wire *)((uint8_t *)p->ip + p->outer_octets);
	p->octets = ip6_octets(p->ip);
	return combine_ecn(p->ip, outer_ecn);
}

#endif
