/* SPDX-License-Identifier: BSD-3-Clause
 *
 * encap: pushing and popping one encapsulation.
 *
 * Threads    one worker per packet.
 */
#ifndef DATAPLANE_ENCAP_ENCAP_H
#define DATAPLANE_ENCAP_ENCAP_H

#include <stdbool.h>

#include "ha/encap.h"
#include "packet.h"

/* Puts the class's outer header in front. False when the buffer has no headroom left. RFC 2473
 * §3.1, §6. */
bool ip6_in_ip6_push(struct packet *p, const struct tunnel_class *class,
		     const struct ip_addr *care_of);

/* Takes the outer headers off (p->outer_octets) and combines the ECN fields. False when RFC 6040
 * wants the packet dropped. The inner packet was checked. */
bool ip6_in_ip6_pop(struct packet *p);

#endif
