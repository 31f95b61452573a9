/* SPDX-License-Identifier: BSD-3-Clause
 *
 * send: the last step of a packet that is forwarded: the link's header, and into the port's transmit
 * buffer.
 *
 * Shape      inline, so that the loop of the stage before contains it.
 * Threads    one worker a packet.
 */
#ifndef DATAPLANE_STAGE_SEND_H
#define DATAPLANE_STAGE_SEND_H

#include "stage/stages.h"

/* Puts Ethernet in front of a packet of that many octets and the frame into the port's transmit
 * buffer. There is room for Ethernet: a packet either came with it, or was made with headroom
 * (dataplane_alloc). False when the next hop has no link-layer address yet: nothing was done. */
static inline bool send_frame(struct worker *w, struct rte_mbuf *m, struct ip6_hdr_wire *ip,
			      uint16_t octets, const struct nexthop *hop)
{
	uint8_t *frame = (uint8_t *)ip - RTE_ETHER_HDR_LEN;

	if (unlikely(hop == NULL || hop->on_link))
		return false;
	memcpy(frame, hop->ether, RTE_ETHER_HDR_LEN);
	packet_settle(m, frame, (uint16_t)(octets + RTE_ETHER_HDR_LEN));
	worker_transmit(&w->tx[hop->port], m);
	return true;
}

/* The control thread gets the packet, to find out the link-layer address of p->next_hop. */
static inline void send_unresolved(struct worker *w, struct packet *p)
{
	punt(w, p, PUNT_RESOLVE, 0, DROP_NEIGHBOUR_UNRESOLVED);
}

#endif
