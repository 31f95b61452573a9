/* SPDX-License-Identifier: BSD-3-Clause
 *
 * port: one configured port as one or several DPDK devices, and their queues given to the workers.
 *
 * Shape      every worker has one transmit queue on every port; receive queues are dealt out in
 *            turn. On an interface whose driver reports no channels (veth) net_af_xdp serves one
 *            queue a device, so there is a device for each queue.
 * Threads    the control thread, while no worker runs; queries any time.
 */
#ifndef DATAPLANE_PORT_H
#define DATAPLANE_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/dataplane.h"

enum { PORT_QUEUES_MAX = 64 };

struct port_queue {
	uint16_t ethdev;
	uint16_t queue;
	int xsk; /* file descriptor of its AF_XDP socket, or -1 */
	struct rte_mempool *pool;
};

struct port {
	const struct port_config *config;
	struct port_queue queues[PORT_QUEUES_MAX];
	uint16_t queue_count;
	uint16_t ethdevs[PORT_QUEUES_MAX];
	uint16_t ethdev_count;
	uint16_t twin_ethdev; /* RTE_MAX_ETHPORTS without one */
	struct rte_mempool *twin_pool;
	uint16_t mtu;
	uint8_t mac[6];
};

/* What its queues will take of DPDK's memory. Before the EAL is started. */
uint64_t port_octets(const struct config *config, uint16_t index);

/* Makes the devices, sets up and starts every queue. On failure nothing of it is left. release: see
 * ha/dataplane.h. */
int port_open(struct port *port, uint16_t index, const struct config *config,
	      dataplane_release_fn *release, struct fault *fault);
void port_close(struct port *port);

/* Adds the buffers of its queues, and those of them that lie in their pool. */
void port_count_buffers(const struct port *port, struct port_stats *stats);

#endif
