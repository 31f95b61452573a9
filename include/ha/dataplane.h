/* SPDX-License-Identifier: BSD-3-Clause
 *
 * dataplane: the dataplane's public face.
 *
 * Order      dataplane_open, dataplane_start, ..., dataplane_stop, dataplane_close; by the control
 *            thread only.
 * Threads    the control thread (the main lcore), but for what says otherwise. Errors 0, or a
 *            negative errno with the fault filled; after a failed open nothing is left behind.
 */
#ifndef HA_DATAPLANE_H
#define HA_DATAPLANE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_rcu_qsbr.h>

#include "ha/bcache.h"
#include "ha/config.h"
#include "ha/encap.h"
#include "ha/exchange.h"
#include "ha/fault.h"
#include "ha/multicast.h"
#include "ha/nexthop.h"
#include "ha/stats.h"

enum { HOME_PORT_NONE = UINT16_MAX };

/* A local end of IPv4 tunnels. */
struct agent4 {
	struct ip_addr address;
	bool is_care_of; /* the foreign agent's: what comes out of its tunnels is for a visitor */
};

struct home_network {
	struct ip_prefix prefix; /* v4-mapped */
	uint16_t port;		 /* whose link it is; HOME_PORT_NONE for a virtual one */
};

/* What workers read. Made by the control thread between open and start; must outlive the workers.
 */
struct dataplane_tables {
	const struct bcache *bcache;
	const struct nexthop_table *nexthops;
	const struct tunnel_class
		*tunnels; /* by home agent; also says which addresses are home agents */
	uint16_t tunnel_count;
	const struct ip_prefix *home_prefixes;
	uint16_t home_prefix_count;
	/* By home prefix: the port whose link it is, HOME_PORT_NONE for a virtual one. NULL: all are
	 * virtual. */
	const uint16_t *home_ports;
	uint32_t binding_slots; /* for how many bindings each worker keeps counters */
	/* Mobile IPv4: home agent and care-of addresses, and TUNNEL4_KINDS classes for each. */
	const struct agent4 *agents4;
	const struct tunnel4_class *tunnels4;
	const struct home_network *home_networks;
	uint16_t agent4_count; /* 0: IPv4 is the kernel's */
	uint16_t home_network_count;
	uint16_t foreign_ports;			 /* a bit for each port with a foreign agent */
	const struct multicast_table *multicast; /* NULL: nothing is forwarded to groups */
};

/* net_af_xdp attaches a steering program of its own while it makes a queue. This is called after
 * each queue, to take that program off the interface again: ours is attached by a link that cannot
 * outlive the process. */
typedef void dataplane_release_fn(const char *interface);

/* What the control thread will take, for dataplane_open to reserve: of DPDK's memory and of the
 * process's own. */
struct dataplane_demand {
	uint32_t binding_slots;	 /* as in the tables */
	uint64_t binding_octets; /* DPDK's, for bindings */
	uint64_t other_octets;	 /* DPDK's, for all else */
	uint64_t heap_octets;
};

/* Starts the EAL and the ports. */
int dataplane_open(const struct config *config, const struct dataplane_demand *demand,
		   dataplane_release_fn *release, struct fault *fault);
int dataplane_start(const struct dataplane_tables *tables, struct fault *fault);
void dataplane_stop(void);
void dataplane_close(void);

/* Workers report quiescent here once a burst. */
struct rte_rcu_qsbr *dataplane_rcu(void);

uint16_t dataplane_worker_count(void);

/* Takes up to count punted packets of any worker, fairly. Returns how many. */
unsigned int dataplane_punted(struct punt punts[], unsigned int count);

/* A buffer for a packet of our own, with room for Ethernet in front; NULL when there is none. */
struct rte_mbuf *dataplane_alloc(void);

/* Sends packet (an IPv6 header first) to the next hop, by that worker. On failure the packet is
 * freed and counted. 0 or -ENOBUFS. */
int dataplane_inject(uint16_t worker, struct rte_mbuf *packet, uint32_t next_hop);

struct port_info {
	uint8_t mac[6];
	uint16_t mtu;
	bool link_up;
	uint16_t rx_queues;
	char driver[64];
};

void dataplane_port_info(uint16_t port, struct port_info *info);
void dataplane_port_stats(uint16_t port, struct port_stats *stats);
void dataplane_worker_stats(uint16_t worker, struct worker_stats *stats);
/* The buffers for packets of the control thread: how many there are, and are free now. */
void dataplane_buffers(uint64_t *total, uint64_t *available);
/* Packets that dataplane_inject could not pass on. */
uint64_t dataplane_inject_failures(void);
/* Summed over workers. */
void dataplane_binding_stats(uint32_t slot, struct binding_stats *stats);
/* Only when no worker can hold a binding with that slot. */
void dataplane_binding_stats_clear(uint32_t slot);

/* The AF_XDP socket of a queue of an af_xdp port, for the steering map; -1 when there is none. */
int dataplane_port_xsk(uint16_t port, uint16_t queue);

#endif
