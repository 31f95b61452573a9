/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip4_in_ip4: an IPv4 header around an IPv4 packet.
 *
 * Threads    one worker a packet.
 * RFC        2003 §3; 6040.
 */
#ifndef DATAPLANE_ENCAP_IP4_IN_IP4_H
#define DATAPLANE_ENCAP_IP4_IN_IP4_H

#include "encap/ip6_in_ip6.h"
#include "encap/outer4.h"

static inline struct ip4_hdr_wire *ip4_in_ip4_push(struct ip4_hdr_wire *inner, uint16_t octets,
						   const struct tunnel4_class *class,
						   const struct ip_addr *to)
{
	struct ip4_hdr_wire *outer = inner - 1;

	outer4_put((uint8_t *)outer, class, inner, (uint16_t)(octets + ENCAP_IP4_IN_IP4_OVERHEAD),
		   to);
	return outer;
}

/* RFC 6040 §4.2, figure 4, as combine_ecn() has it for IPv6. */
static inline bool combine_ecn4(struct ip4_hdr_wire *inner, uint8_t outer_ecn)
{
	uint8_t inner_ecn = inner->tos & ECN_MASK;
	uint8_t ecn = inner_ecn;

	if (outer_ecn == ECN_CE) {
		if (inner_ecn == ECN_NOT_ECT)
			return false;
		ecn = ECN_CE;
	} else if (outer_ecn == ECN_ECT_1 && inner_ecn == ECN_ECT_0) {
		ecn = ECN_ECT_1;
	}
	ip4_amend_checksum(inner, inner_ecn, ecn);
	inner->tos = (uint8_t)(inner->tos ^ inner_ecn ^ ecn);
	return true;
}

/* The inner packet takes over what the outer header says about congestion, whatever stands between. False when RFC 6040 wants it
 * dropped. */
static inline bool ip4_pop(const struct ip4_hdr_wire *outer, struct ip4_hdr_wire *inner)
{
	if (likely((outer->tos & ECN_MASK) == 0))
		return true;
	return combine_ecn4(inner, outer->tos & ECN_MASK);
}

#endif
