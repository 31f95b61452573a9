/* SPDX-License-Identifier: BSD-3-Clause
 *
 * worker: one lcore and everything it owns.
 *
 * Shape      filled before the worker runs; while it runs only it writes here, but for its ends of
 *            its rings.
 * Threads    the worker; others only read stats.
 */
#ifndef DATAPLANE_WORKER_H
#define DATAPLANE_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_ether.h>

#include "ha/dataplane.h"
#include "ha/home_anycast.h"
#include "destinations.h"
#include "node_counters.h"
#include "packet.h"
#include "peers.h"
#include "ring.h"

enum {
	WORKER_QUEUES_MAX = 64,
	WORKER_TX_MAX = 2 * BURST_MAX - 2, /* which makes struct tx_queue 512 octets */
};

struct rx_queue {
	uint16_t ethdev;
	uint16_t queue;
	uint16_t port;
};

struct tx_queue {
	struct rte_mbuf **end; /* of what waits in the buffer */
	uint16_t ethdev;
	uint16_t queue;
	struct rte_mbuf *buffer[WORKER_TX_MAX];
};

static inline void tx_queue_clear(struct tx_queue *tx)
{
	tx->end = tx->buffer;
}

static inline uint16_t tx_queue_count(const struct tx_queue *tx)
{
	return (uint16_t)(tx->end - tx->buffer);
}

/* The TAP twin of a pci port: what the worker cannot place goes to the kernel through it. */
struct twin {
	bool exists;
	struct tx_queue tx;
};

struct token_bucket {
	uint64_t tokens_fp; /* 32.32 fixed point */
	uint64_t fill_fp;   /* per TSC tick */
	uint64_t limit_fp;
	uint64_t last_tsc;
};

struct worker {
	/* read by the worker only, constant while it runs */
	const struct dataplane_tables *tables;
	struct rte_rcu_qsbr *rcu;
	struct ring *punt_ring;
	struct ring *inject_ring;
	struct node_counters to_nodes;
	struct node_counters from_nodes;
	struct destination *destinations;
	struct reassembly *reassembly;
	struct fragment_ids *fragment_ids;
	struct peer *peers; /* by index; what is written there is written per burst */
	struct rx_queue rx[WORKER_QUEUES_MAX];
	struct rte_ether_addr macs[PORTS_MAX];
	struct rx_queue
		twin_rx[PORTS_MAX]; /* worker 0 only: what the kernel sends out through a twin */
	uint16_t rx_count;
	uint16_t twin_rx_count;
	uint16_t port_count;
	uint16_t index;
	uint16_t peer_count; /* workers, itself among them; 0: tunnels are not shared */
	unsigned int lcore;
	bool running; /* cleared by the control thread to end the loop */

	/* written per burst */
	uint64_t now_tsc __rte_cache_aligned;
	struct rte_mbuf *dropped[BURST_MAX]; /* by the burst on its way */
	uint16_t dropped_count;
	struct inject arrived[BURST_MAX]; /* from the control thread, sent in the next turn */
	uint16_t arrived_count;
	struct tx_queue tx[PORTS_MAX];
	struct twin twins[PORTS_MAX];
	struct token_bucket buckets[PUNT_CLASS_COUNT];
	struct worker_stats stats;
} __rte_cache_aligned;

/* Empties the transmit buffers of a worker that has just been made. */
void worker_init_buffers(struct worker *w);

/* The loop of one lcore; worker is a struct worker *. */
int worker_run(void *worker);

/* One turn over n packets just received: the stages in order. What goes out waits in the transmit
 * buffers. */
void worker_burst(struct worker *w, struct rte_mbuf *received[], uint16_t n, uint16_t port);
/* The same for packets that a peer handed over, which no one hands on. */
void worker_burst_of_peer(struct worker *w, struct rte_mbuf *handed[], uint16_t n, uint16_t port);
/* Sends what waits. */
void worker_flush(struct worker *w);

static inline bool is_home_address(const struct dataplane_tables *tables, const struct ip_addr *to)
{
	for (uint16_t i = 0; i < tables->home_prefix_count; i++)
		if (ip_prefix_contains(&tables->home_prefixes[i], to))
			return true;
	return false;
}

/* The Mobile IPv6 Home-Agents anycast address of a home prefix, RFC 6275 §10.5. */
static inline bool is_home_anycast_address(const struct dataplane_tables *tables,
					   const struct ip_addr *to)
{
	for (uint16_t i = 0; i < tables->home_prefix_count; i++)
		if (is_home_anycast(&tables->home_prefixes[i], to))
			return true;
	return false;
}

/* Ends a packet here; its buffer goes back with the others of the burst. */
static inline void drop(struct worker *w, struct packet *p, enum drop_reason reason)
{
	w->stats.dropped[reason]++;
	w->dropped[w->dropped_count++] = p->m;
}

/* At the end of each burst. */
void worker_free_dropped(struct worker *w);

/* Makes room for n packets, BURST_MAX at most, in each transmit buffer. */
void worker_make_room(struct worker *w, uint16_t n);

/* Puts a complete frame into a transmit buffer, of which a burst puts at most BURST_MAX there. */
static inline void worker_transmit(struct tx_queue *tx, struct rte_mbuf *frame)
{
	struct rte_mbuf **end = tx->end;

	*end = frame;
	tx->end = end + 1;
}

#endif
