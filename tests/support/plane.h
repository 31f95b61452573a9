/* SPDX-License-Identifier: BSD-3-Clause
 *
 * plane: one worker with hand-made tables, without ports or threads: for tests of the stages and
 * for benchmarks.
 *
 * Home prefix 2001:db8:1::/64, home agent 2001:db8:ff::1, mobile node i at 2001:db8:1::i+1 with
 * care-of address 2001:db8:c::i+1; the default route leads out of port 0.
 *
 * With plane_use_ip4 also: home network 10.0.0.0/8 on a virtual link, home agent 192.0.2.1, a foreign agent's care-of address
 * 198.51.100.1; mobile node i at 10.0.0.0 + i+1 with care-of address 172.16.0.0 + i+1, in IP in IP with a reverse tunnel.
 */
#ifndef TESTS_SUPPORT_PLANE_H
#define TESTS_SUPPORT_PLANE_H

#include <stdint.h>

#include <rte_mempool.h>

#include "dataplane/worker.h"

enum {
	PLANE_NEXT_HOP = 1,
	PLANE_NEXT_HOP4 = 2,
	PLANE_AGENTS4 = 2,
	PLANE_WORKERS_MAX = 2,
	PLANE_SPARE_BINDINGS = 8, /* that a test may publish itself */

	PLANE_REASSEMBLY_PACKETS = 16,
	PLANE_RING_SLOTS = 1024,
};

struct plane {
	struct worker *worker; /* the first of workers */
	struct worker *workers[PLANE_WORKERS_MAX];
	uint16_t worker_count;
	struct rte_mempool *pool;
	struct rte_rcu_qsbr *rcu;
	struct nexthop_table *nexthops;
	struct tunnel_class tunnel;
	struct ip_prefix home_prefix;
	struct agent4 agents4[PLANE_AGENTS4];
	struct tunnel4_class tunnels4[PLANE_AGENTS4 * TUNNEL4_KINDS];
	struct home_network home_network;
	struct dataplane_tables tables;
	struct binding **bindings;
	uint32_t binding_count;
};

/* The EAL must be started. Transmit goes to that ethdev (RTE_MAX_ETHPORTS: nowhere; frames stay in
 * the transmit buffer). */
void plane_make(struct plane *plane, uint32_t bindings, uint16_t ethdev);

/* One more worker on the same tables. */
struct worker *plane_make_worker(struct plane *plane, uint16_t index, uint16_t ethdev);

/* Before plane_make: home addresses get interface identifiers without any order. */
void plane_scatter_homes(void);

/* Before plane_make: mobile nodes from that number on speak Mobile IPv4. */
void plane_use_ip4(uint32_t first);

/* Of any node by its protocol. */
struct ip_addr plane_home(uint32_t node);
struct ip_addr plane_care_of(uint32_t node);
struct ip_addr plane_home_agent(void);
struct ip_addr plane_correspondent(void);
struct ip_addr plane_agent4(void);
struct ip_addr plane_foreign_agent4(void);
struct ip_addr plane_correspondent4(void);

#endif
