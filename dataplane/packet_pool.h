/* SPDX-License-Identifier: BSD-3-Clause
 *
 * packet_pool: the pool of packets of a receive queue.
 *
 * Shape      of an AF_XDP socket every buffer is a page. net_af_xdp tells the kernel where the
 *            buffers lie as count times the size of one, from the first on. DPDK lets no buffer lie
 *            across two pages, so smaller ones leave gaps and the last of them lie behind that end:
 *            the kernel throws away what it is given there, buffers to fill and packets to send
 *            alike, and says so to nobody, until none is left to receive into.
 * Threads    the control thread, while no worker runs.
 */
#ifndef DATAPLANE_PACKET_POOL_H
#define DATAPLANE_PACKET_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

/* What the kernel holds of an AF_XDP socket's buffers: its fill and receive rings. */
enum { PACKET_POOL_KERNEL_HOLDS = 2048 };

/* The octets of DPDK's memory that a pool takes; buffer: of a packet with its headroom, where it is
 * not for an AF_XDP socket. */
uint64_t packet_pool_octets(uint32_t count, uint16_t buffer, bool is_xsk, bool hugepages);

/* NULL: no memory, or a name that is in use. */
struct rte_mempool *packet_pool_make(const char *name, uint32_t count, uint16_t buffer, bool is_xsk,
				     int socket);

#endif
