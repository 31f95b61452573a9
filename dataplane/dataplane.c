/* SPDX-License-Identifier: BSD-3-Clause */
#include "ha/dataplane.h"

#include <errno.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_malloc.h>

#include "eal.h"
#include "fragment_ids.h"
#include "ha/memory.h"
#include "memory.h"
#include "peers.h"
#include "port.h"
#include "reassembly.h"
#include "stage/stages.h"
#include "worker.h"

enum {
	RING_SLOTS = 8192,
	CONTROL_MBUFS = 8192,
	RESERVE = 8, /* buffers taken from the pool ahead of their use, while memory fetches them */
};

static struct {
	const struct config *config;
	struct cpu_plan cpus;
	struct port ports[PORTS_MAX];
	uint16_t port_count;
	struct worker *workers[WORKERS_MAX];
	uint16_t worker_count;
	struct rte_rcu_qsbr *rcu;
	struct rte_mempool *pool; /* for packets of the control thread */
	struct rte_mbuf *reserve[RESERVE];
	unsigned int reserve_at;
	uint64_t inject_failures;
	uint16_t next_worker; /* whose punt ring is looked at first */
	bool running;
} dp;

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return dp.rcu;
}

uint16_t dataplane_worker_count(void)
{
	return dp.worker_count;
}

static struct worker *make_worker(uint16_t index)
{
	unsigned int lcore = index + 1u;
	int socket = (int)rte_lcore_to_socket_id(lcore);
	struct worker *w = rte_zmalloc_socket("worker", sizeof(*w), RTE_CACHE_LINE_SIZE, socket);

	if (w == NULL)
		return NULL;
	w->index = index;
	w->lcore = lcore;
	w->rcu = dp.rcu;
	worker_init_buffers(w);
	w->punt_ring = ring_make(RING_SLOTS, socket);
	w->inject_ring = ring_make(RING_SLOTS, socket);
	w->destinations =
		rte_zmalloc_socket("destinations", DESTINATIONS * sizeof(*w->destinations),
				   RTE_CACHE_LINE_SIZE, socket);
	w->reassembly = reassembly_make(dp.config->reassembly_packets, socket);
	w->fragment_ids = fragment_ids_make(socket);
	if (w->punt_ring == NULL || w->inject_ring == NULL || w->destinations == NULL ||
	    w->reassembly == NULL || w->fragment_ids == NULL)
		return NULL;
	return w;
}

/* Receive queues are dealt out in turn; the transmit queue of the same number belongs to the worker
 * alone. */
static void give_port(uint16_t index)
{
	const struct port *port = &dp.ports[index];

	for (uint16_t q = 0; q < port->queue_count; q++) {
		struct worker *w = dp.workers[q % dp.worker_count];

		w->rx[w->rx_count++] = (struct rx_queue){
			.ethdev = port->queues[q].ethdev,
			.queue = port->queues[q].queue,
			.port = index,
		};
	}
	for (uint16_t i = 0; i < dp.worker_count; i++) {
		struct worker *w = dp.workers[i];

		w->tx[index].ethdev = port->queues[i].ethdev;
		w->tx[index].queue = port->queues[i].queue;
		memcpy(&w->macs[index], port->mac, sizeof(port->mac));
		w->port_count = (uint16_t)(index + 1);
		if (port->twin_ethdev == RTE_MAX_ETHPORTS)
			continue;
		w->twins[index].exists = true;
		w->twins[index].tx.ethdev = port->twin_ethdev;
		w->twins[index].tx.queue = i;
		dp.workers[0]->twin_rx[dp.workers[0]->twin_rx_count++] =
			(struct rx_queue){.ethdev = port->twin_ethdev, .queue = i, .port = index};
	}
}

static bool shares_tunnels(const struct config *config)
{
	return config->spread_tunnels && config->worker_count > 1;
}

static int make_workers(struct fault *fault)
{
	size_t size = rte_rcu_qsbr_get_memsize(WORKERS_MAX);

	dp.rcu = rte_zmalloc("rcu", size, RTE_CACHE_LINE_SIZE);
	dp.pool = rte_pktmbuf_pool_create("control", CONTROL_MBUFS, MBUF_CACHE, 0,
					  RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (dp.rcu == NULL || dp.pool == NULL)
		goto no_memory;
	rte_rcu_qsbr_init(dp.rcu, WORKERS_MAX);
	for (uint16_t i = 0; i < dp.config->worker_count; i++) {
		dp.workers[i] = make_worker(i);
		if (dp.workers[i] == NULL)
			goto no_memory;
		punt_buckets_init(dp.workers[i], dp.config);
		dp.worker_count++;
	}
	if (shares_tunnels(dp.config) && peers_make(dp.workers, dp.worker_count) != 0)
		goto no_memory;
	return 0;

no_memory:
	fault_set(fault, "/memory/megabytes", "not enough memory for the workers; make it larger");
	return -ENOMEM;
}

/* What one worker takes beside its packets and its counters of bindings. */
static uint64_t worker_octets(const struct config *config)
{
	return reassembly_memory(config->reassembly_packets) +
	       memory_of_block(sizeof(struct fragment_ids)) +
	       memory_of_block(sizeof(struct worker)) +
	       memory_of_block(DESTINATIONS * sizeof(struct destination)) +
	       2 * ring_octets(RING_SLOTS);
}

static struct memory_needs add_up(const struct config *config,
				  const struct dataplane_demand *demand)
{
	uint64_t counters = 2 * node_counters_octets(demand->binding_slots);
	struct memory_needs needs = {
		.bindings = demand->binding_octets + config->worker_count * counters,
		.others = demand->other_octets + config->worker_count * worker_octets(config),
		.heap = demand->heap_octets,
	};

	if (shares_tunnels(config))
		needs.others += peers_octets(config->worker_count);
	needs.packets = memory_of_pool(CONTROL_MBUFS, MBUF_CACHE,
				       sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE,
				       config->hugepages);
	for (uint16_t i = 0; i < config->port_count; i++)
		needs.packets += port_octets(config, i);
	return needs;
}

int dataplane_open(const struct config *config, const struct dataplane_demand *demand,
		   dataplane_release_fn *release, struct fault *fault)
{
	struct memory_needs needs = add_up(config, demand);
	int rc = memory_check(config, &needs, memory_available_mb(), fault);

	if (rc != 0)
		return rc;
	dp.config = config;
	rc = eal_start(config, memory_megabytes(config, &needs), &dp.cpus, fault);
	if (rc != 0)
		return rc;
	rc = make_workers(fault);
	for (uint16_t i = 0; rc == 0 && i < config->port_count; i++) {
		rc = port_open(&dp.ports[i], i, config, release, fault);
		if (rc == 0) {
			dp.port_count++;
			give_port(i);
		}
	}
	if (rc != 0)
		dataplane_close();
	return rc;
}

static int make_counters(struct worker *w, uint32_t slots)
{
	int socket = (int)rte_lcore_to_socket_id(w->lcore);
	int rc = node_counters_make(&w->to_nodes, slots, socket);

	return rc != 0 ? rc : node_counters_make(&w->from_nodes, slots, socket);
}

int dataplane_start(const struct dataplane_tables *tables, struct fault *fault)
{
	for (uint16_t i = 0; i < dp.worker_count; i++) {
		struct worker *w = dp.workers[i];

		w->tables = tables;
		w->running = true;
		if (make_counters(w, tables->binding_slots) != 0) {
			fault_set(fault, "/memory/megabytes",
				  "not enough memory for %u bindings; make it larger, or "
				  "/bindings/capacity smaller",
				  tables->binding_slots);
			return -ENOMEM;
		}
		rte_rcu_qsbr_thread_register(dp.rcu, w->index);
	}
	dp.running = true;
	for (uint16_t i = 0; i < dp.worker_count; i++)
		rte_eal_remote_launch(worker_run, dp.workers[i], dp.workers[i]->lcore);
	return 0;
}

void dataplane_stop(void)
{
	if (!dp.running)
		return;
	for (uint16_t i = 0; i < dp.worker_count; i++)
		__atomic_store_n(&dp.workers[i]->running, false, __ATOMIC_RELAXED);
	rte_eal_mp_wait_lcore();
	for (uint16_t i = 0; i < dp.worker_count; i++) {
		peers_empty(dp.workers[i]);
		rte_rcu_qsbr_thread_unregister(dp.rcu, dp.workers[i]->index);
	}
	dp.running = false;
}

void dataplane_close(void)
{
	dataplane_stop();
	for (uint16_t i = 0; i < dp.port_count; i++)
		port_close(&dp.ports[i]);
	dp.port_count = 0;
	eal_stop();
}

unsigned int dataplane_punted(struct punt punts[], unsigned int count)
{
	unsigned int taken = 0;

	for (uint16_t i = 0; i < dp.worker_count && taken < count; i++) {
		struct worker *w = dp.workers[(dp.next_worker + i) % dp.worker_count];

		while (taken < count && ring_take(w->punt_ring, &punts[taken]))
			punts[taken++].worker = (uint8_t)w->index;
	}
	dp.next_worker = (uint16_t)((dp.next_worker + 1) % dp.worker_count);
	return taken;
}

/* Workers gave the buffers back, so their lines lie in other caches. */
static struct rte_mbuf *take_ahead(void)
{
	struct rte_mbuf *m = rte_mbuf_raw_alloc(dp.pool);

	if (m == NULL)
		return NULL;
	__builtin_prefetch(m, 1);
	for (unsigned int at = 0; at < OWN_FRAME_FETCHED; at += RTE_CACHE_LINE_SIZE)
		__builtin_prefetch(own_frame(m) + at, 1);
	return m;
}

/* Room for Ethernet, and all else as in an empty packet. Nothing of the second line of the mbuf: that of a free one says already that there is no
 * other segment, and a line that nobody writes need not travel between CPUs. */
static void set_up(struct rte_mbuf *m)
{
	m->data_off = RTE_PKTMBUF_HEADROOM + RTE_ETHER_HDR_LEN;
	m->data_len = 0;
	m->pkt_len = 0;
	m->port = RTE_MBUF_PORT_INVALID;
	m->ol_flags = 0;
	m->packet_type = 0;
	m->vlan_tci = 0;
}

struct rte_mbuf *dataplane_alloc(void)
{
	struct rte_mbuf **place = &dp.reserve[dp.reserve_at++ % RESERVE];
	struct rte_mbuf *m = *place != NULL ? *place : rte_mbuf_raw_alloc(dp.pool);

	*place = take_ahead();
	if (m != NULL)
		set_up(m);
	return m;
}

int dataplane_inject(uint16_t worker, struct rte_mbuf *packet, uint32_t next_hop)
{
	struct inject message = {.packet = packet, .next_hop = next_hop};

	if (ring_put(dp.workers[worker]->inject_ring, &message))
		return 0;
	rte_pktmbuf_free(packet);
	dp.inject_failures++;
	return -ENOBUFS;
}

uint64_t dataplane_inject_failures(void)
{
	return dp.inject_failures;
}

void dataplane_port_info(uint16_t index, struct port_info *info)
{
	const struct port *port = &dp.ports[index];
	struct rte_eth_dev_info device;
	struct rte_eth_link link;

	*info = (struct port_info){.mtu = port->mtu, .rx_queues = port->queue_count};
	memcpy(info->mac, port->mac, sizeof(info->mac));
	if (rte_eth_dev_info_get(port->ethdevs[0], &device) == 0)
		snprintf(info->driver, sizeof(info->driver), "%s", device.driver_name);
	if (rte_eth_link_get_nowait(port->ethdevs[0], &link) == 0)
		info->link_up = link.link_status == RTE_ETH_LINK_UP;
}

void dataplane_port_stats(uint16_t index, struct port_stats *stats)
{
	const struct port *port = &dp.ports[index];

	*stats = (struct port_stats){0};
	for (uint16_t i = 0; i < port->ethdev_count; i++) {
		struct rte_eth_stats s;

		if (port->ethdevs[i] == port->twin_ethdev ||
		    rte_eth_stats_get(port->ethdevs[i], &s) != 0)
			continue;
		stats->rx_pkts += s.ipackets;
		stats->rx_bytes += s.ibytes;
		stats->tx_pkts += s.opackets;
		stats->tx_bytes += s.obytes;
		stats->rx_missed += s.imissed;
		stats->rx_errors += s.ierrors;
		stats->tx_errors += s.oerrors;
		stats->rx_no_buffer += s.rx_nombuf;
	}
	port_count_buffers(port, stats);
}

void dataplane_buffers(uint64_t *total, uint64_t *available)
{
	*total = dp.pool->size;
	*available = rte_mempool_avail_count(dp.pool);
}

void dataplane_worker_stats(uint16_t worker, struct worker_stats *stats)
{
	*stats = dp.workers[worker]->stats;
}

void dataplane_binding_stats(uint32_t slot, struct binding_stats *stats)
{
	*stats = (struct binding_stats){0};
	for (uint16_t i = 0; i < dp.worker_count; i++) {
		struct direction_stats to = node_counters_read(&dp.workers[i]->to_nodes, slot);
		struct direction_stats from = node_counters_read(&dp.workers[i]->from_nodes, slot);

		stats->to_pkts += to.pkts;
		stats->to_bytes += to.bytes;
		stats->from_pkts += from.pkts;
		stats->from_bytes += from.bytes;
	}
}

void dataplane_binding_stats_clear(uint32_t slot)
{
	for (uint16_t i = 0; i < dp.worker_count; i++) {
		node_counters_clear(&dp.workers[i]->to_nodes, slot);
		node_counters_clear(&dp.workers[i]->from_nodes, slot);
	}
}

int dataplane_port_xsk(uint16_t port, uint16_t queue)
{
	return queue < dp.ports[port].queue_count ? dp.ports[port].queues[queue].xsk : -1;
}
