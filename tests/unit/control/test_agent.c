/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The memory a whole home agent asks for against what it takes. DPDK starts once a process, so each start is in one of its own.
 */
#include "agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_malloc.h>

#include "loop.h"
#include "mobile_node.h"
#include "nexthop.h"
#include "support/unit.h"

#define MIB (UINT64_C(1) << 20)

enum { TEST_FAILED = 1, NOT_STARTED = 2 };

static struct config config;

/* Devices that need nothing of the host. */
static void configure(uint32_t capacity, uint16_t workers, uint32_t mbufs)
{
	config = (struct config){
		.port_count = 2,
		.worker_count = workers,
		.control_cpu = -1,
		.mbufs_per_queue = mbufs,
		.reassembly_packets = 1024,
		.home_prefix_count = 1,
		.binding_capacity = capacity,
		.max_lifetime_s = 3600,
		.tunnel_hop_limit = 64,
		.tunnel_encapsulation_limit = -1,
		.errors_per_source = {10, 20},
		.errors_total = {1000, 1000},
	};
	for (uint16_t i = 0; i < WORKERS_MAX; i++)
		config.worker_cpus[i] = -1;
	for (uint16_t i = 0; i < config.port_count; i++) {
		struct port_config *port = &config.ports[i];

		*port = (struct port_config){.kind = PORT_VDEV, .mtu = i == 0 ? 1500 : 9000};
		snprintf(port->name, sizeof(port->name), "p%u", i);
		snprintf(port->device, sizeof(port->device), "net_null%u,copy=0", i);
	}
	ip_addr_parse("2001:db8:1::", &config.home_prefixes[0].prefix.addr);
	config.home_prefixes[0].prefix.length = 64;
	ip_addr_parse("2001:db8:ff::1", &config.home_prefixes[0].home_agent);
}

static struct mobile_nodes *no_nodes(void)
{
	char path[] = "/tmp/test_agent.XXXXXX";
	int fd = mkstemp(path);
	struct fault fault;
	struct mobile_nodes *nodes = mobile_nodes_load(path, &fault);

	close(fd);
	unlink(path);
	return nodes;
}

/* What is left over is for a second route table, for next hops yet to come, and 24 MiB at most. */
static int judge(void)
{
	uint64_t later = nexthop_octets(false) / 2;
	struct rte_malloc_socket_stats stats;
	uint64_t left;

	if (rte_malloc_get_socket_stats(0, &stats) != 0)
		return NOT_STARTED;
	left = stats.heap_freesz_bytes;
	printf("capacity %u, %u workers%s, %u buffers: %zu MiB asked for, %zu MiB left\n",
	       config.binding_capacity, config.worker_count,
	       config.spread_tunnels ? " that share tunnels" : "", config.mbufs_per_queue,
	       stats.heap_totalsz_bytes / MIB, (size_t)(left / MIB));
	return left >= later && left <= later + 24 * MIB ? 0 : TEST_FAILED;
}

static int start_and_judge(void)
{
	struct mobile_nodes *nodes = no_nodes();
	struct fault fault = {0};
	int status;

	if (agent_open(&config, nodes, NULL, &fault) != 0 || agent_start_workers(&fault) != 0) {
		printf("%s: %s\n", fault.where, fault.text);
		return NOT_STARTED;
	}
	status = judge();
	agent_stop_workers();
	agent_close();
	mobile_nodes_free(nodes);
	return status;
}

static int in_a_process(int (*run)(void))
{
	int status = -1;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		status = run();
		fflush(stdout);
		_exit(status);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static void what_is_asked_for_is_what_is_taken(void)
{
	static const struct {
		uint32_t capacity;
		uint16_t workers;
		uint32_t mbufs;
		bool spread_tunnels;
	} starts[] = {
		{1000, 1, 8192, false},	 {65536, 1, 8192, true},   {1000000, 1, 8192, false},
		{65536, 4, 8192, false}, {65536, 1, 65536, false}, {1000, 8, 2048, true},
	};

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		configure(starts[i].capacity, starts[i].workers, starts[i].mbufs);
		config.spread_tunnels = starts[i].spread_tunnels;
		CU_ASSERT_EQUAL(in_a_process(start_and_judge), 0);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(what_is_asked_for_is_what_is_taken),
	};

	return unit_run("agent", cases, UNIT_COUNT(cases));
}
