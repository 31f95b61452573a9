/* SPDX-License-Identifier: BSD-3-Clause
 *
 * peers: the rings on which workers hand packets to each other, one for each ordered pair.
 *
 * Ownership  a frame on a ring belongs to the worker that will take it.
 * Threads    making and emptying: the control thread, while no worker runs. Each ring has one producer and one consumer; all
 *            else of a struct peer is its worker's own.
 */
#ifndef DATAPLANE_PEERS_H
#define DATAPLANE_PEERS_H

#include <stdint.h>

#include <rte_ring.h>

#include "packet.h"

struct worker;

enum { PEER_RING_SLOTS = 1024 }; /* as many as a port's queue has descriptors */

/* A frame as it was received, and the port it came in by. */
struct handover {
	struct rte_mbuf *frame;
	uint16_t port;
	uint16_t reserved[3];
};

_Static_assert(sizeof(struct handover) == 16, "ring element");

/* Another worker, as one worker sees it. */
struct peer {
	struct rte_ring *to;	    /* NULL: this is the worker itself */
	struct rte_ring *from;	    /* NULL likewise */
	struct packet_list waiting; /* of the burst on its way: what goes there at its end */
};

/* Each worker gets count peers, in order of the workers' indexes. Rings lie on the socket of whoever takes from them. 0 or
 * -ENOMEM; what was made then stays until the EAL ends. */
int peers_make(struct worker *workers[], uint16_t count);

/* Octets of DPDK's memory that this takes. */
uint64_t peers_octets(uint16_t count);

/* Frees the frames that lie on rings to w. */
void peers_empty(struct worker *w);

#endif
