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
#include "flow.h"
#include "packet.h"

enum {
	ECN_MASK = 0x03,
	ECN_NOT_ECT = 0,
	ECN_ECT_1 = 1,
	ECN_ECT_0 = 2,
	ECN_CE = 3,
	ECN_SHIFT = 20, /* of the field in the first word of the header */
};

#define CLASS_MASK_BE htobe64(UINT64_C(0xff) << IP6_CLASS_SHIFT)

/* Writes the outer header, in front of an inner packet of that many octets, of the flow with that hash. The traffic class is
 * copied whole: uniform DSCP (RFC 2983 §4.1) and normal-mode ECN (RFC 6040 §4.1). */
static inline void ip6_in_ip6_push(struct ip6_hdr_wire *outer, const struct ip6_hdr_wire *inner,
				   uint16_t octets, uint64_t flow, const struct tunnel_class *class,
				   const struct ip_addr *care_of)
{
	uint64_t label = flow_label(flow);
	uint64_t word_be = class->first_word_be | (ip6_first_word_be(inner) & CLASS_MASK_BE) |
			   htobe64(label << IP6_LABEL_SHIFT | (uint64_t)octets << IP6_LENGTH_SHIFT);

	memcpy(outer, &word_be, sizeof(word_be));
	memcpy(outer->source, class->home_agent.bytes, sizeof(outer->source));
	memcpy(outer->destination, care_of->bytes, sizeof(outer->destination));
}

/* The same with a destination options header between, which holds the Tunnel Encapsulation Limit (RFC 2473 §5.1). The outer
 * header begins ENCAP_LIMIT_OCTETS further in front. */
static inline void ip6_in_ip6_push_limited(struct ip6_hdr_wire *outer,
					   const struct ip6_hdr_wire *inner, uint16_t octets,
					   uint64_t flow, const struct tunnel_class *class,
					   const struct ip_addr *care_of, uint8_t limit)
{
	const uint8_t options[ENCAP_LIMIT_OCTETS] = {
		PROTO_IPV6, 0, OPTION_TUNNEL_LIMIT, 1, limit, OPTION_PADN, 1, 0,
	};

	ip6_in_ip6_push(outer, inner, (uint16_t)(octets + sizeof(options)), flow, class, care_of);
	outer->next_header = PROTO_DEST_OPTIONS;
	memcpy(outer + 1, options, sizeof(options));
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
	inner->version_class_flow_be ^= htobe32((uint32_t)(ecn ^ inner_ecn) << ECN_SHIFT);
	return true;
}

/* The inner packet takes over what the outer header says about congestion. False when RFC 6040 wants
 * it dropped. */
static inline bool ip6_in_ip6_pop(const struct ip6_hdr_wire *outer, struct ip6_hdr_wire *inner)
{
	if (likely((outer->version_class_flow_be & RTE_BE32(ECN_MASK << ECN_SHIFT)) == 0))
		return true;
	return combine_ecn(inner, ip6_traffic_class(outer) & ECN_MASK);
}

#endif
