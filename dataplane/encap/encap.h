/* SPDX-License-Identifier: BSD-3-Clause
 *
 * encap: pushing and popping one encapsulation, over a burst.
 *
 * Threads    one worker per burst.
 */
#ifndef DATAPLANE_ENCAP_ENCAP_H
#define DATAPLANE_ENCAP_ENCAP_H

#include <stdbool.h>

#include "ha/encap.h"
#include "packet.h"

/* Puts the outer header of each packet's binding in front of it. classes: by binding->tunnel. Each
 * packet must have ENCAP_IP6_IN_IP6_OVERHEAD octets of headroom. RFC 2473 §3.1, §6. */
void ip6_in_ip6_push_burst(const struct packet_list *packets, const struct tunnel_class *classes);

/* Takes the outer headers off one packet (p->outer_octets) and combines the ECN fields. False when
 * RFC 6040 wants the packet dropped. The inner packet was checked. */
bool ip6_in_ip6_pop(struct packet *p);

#endif
