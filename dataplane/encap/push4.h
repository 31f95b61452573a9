/* SPDX-License-Identifier: BSD-3-Clause
 *
 * push4: putting an IPv4 packet into the tunnel of a binding, whatever kind that is.
 *
 * Shape      inline, so that a stage's loop over a burst contains it. A packet that enters a tunnel is forwarded, so its time to live
 *            counts down; after its words were read whole, which would stall the other way round.
 * Threads    one worker a packet.
 * RFC        2003 §3.1.
 */
#ifndef DATAPLANE_ENCAP_PUSH4_H
#define DATAPLANE_ENCAP_PUSH4_H

#include "encap/gre.h"
#include "encap/ip4_in_ip4.h"
#include "encap/minimal.h"
#include "encap/udp4.h"
#include "ha/binding.h"

/* Returns the outer header; what is in front of inner from there on is new. */
static inline struct ip4_hdr_wire *push4(struct ip4_hdr_wire *inner, uint16_t octets,
					 const struct tunnel4_class *class,
					 const struct binding *binding)
{
	const struct ip_addr *to = &binding->care_of;
	struct ip4_hdr_wire *outer;

	if (likely(class->kind == ENCAP_IP4_IN_IP4))
		outer = ip4_in_ip4_push(inner, octets, class, to);
	else if (class->kind == ENCAP_UDP)
		outer = udp4_push(inner, octets, class, to, binding->udp_port);
	else if (class->kind == ENCAP_MINIMAL)
		return minimal_push(inner, class, to);
	else if ((binding->flags & BINDING_GRE_KEY) != 0)
		outer = gre_push_with_key(inner, octets, class, to, binding->key);
	else
		outer = gre_push(inner, octets, class, to);
	ip4_count_down(inner);
	return outer;
}

#endif
