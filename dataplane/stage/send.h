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

#include "encap/ip6_in_ip6.h"
#include "reassembly.h"
#include "stage/stages.h"

enum {
	/* What goes in front of a packet to a mobile node: the tunnel's header and the link's. */
	HEADROOM_OCTETS = ENCAP_IP6_IN_IP6_OVERHEAD + RTE_ETHER_HDR_LEN,
	/* With all that may come between. */
	HEADROOM_OCTETS_MAX = HEADROOM_OCTETS + ENCAP_LIMIT_OCTETS + FRAGMENT_HEADER_OCTETS,
	/* A burst puts no more frames into a transmit buffer than it has packets; so far that may be filled by others. */
	BURST_ROOM = WORKER_TX_MAX - BURST_MAX - 1,
};

/* A packet that becomes two needs another place in the transmit buffer of a port. */
static inline void make_room_for_more(struct worker *w, uint16_t port)
{
	if (tx_queue_count(&w->tx[port]) > BURST_ROOM)
		worker_flush(w);
}

/* Puts Ethernet in front of a packet of that many octets and the frame into the port's transmit
 * buffer. There is room for Ethernet: a packet either came with it, or was made with headroom
 * (dataplane_alloc). False when the next hop has no link-layer address yet: nothing was done. */
static inline bool send_frame(struct worker *w, struct rte_mbuf *m, void *ip, uint16_t octets,
			      const struct nexthop *hop)
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
