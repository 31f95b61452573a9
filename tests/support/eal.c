/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

enum { ARGUMENTS_MAX = 16 };

void test_eal_start_on(const char *lcores, unsigned int memory_mb, bool hugepages)
{
	static char memory[16];
	static char cpus[64];
	char *args[ARGUMENTS_MAX] = {"test",
				     "--no-pci",
				     "--no-telemetry",
				     "--iova-mode=va",
				     "--log-level=error",
				     "-m",
				     memory,
				     "--lcores",
				     cpus,
				     "--file-prefix=homeward-test",
				     hugepages ? "--in-memory" : "--no-huge"};
	int count = 11;

	if (!hugepages)
		args[count++] = "--no-shconf";
	snprintf(memory, sizeof(memory), "%u", memory_mb);
	snprintf(cpus, sizeof(cpus), "%s", lcores);
	if (rte_eal_init(count, args) < 0) {
		fprintf(stderr, "DPDK could not start: %s\n", rte_strerror(rte_errno));
		exit(2);
	}
}

void test_eal_start(unsigned int memory_mb)
{
	test_eal_start_on("0@0", memory_mb, false);
}

uint16_t test_null_port(void)
{
	struct rte_eth_conf conf = {0};
	uint16_t port = RTE_MAX_ETHPORTS;

	if (rte_eal_hotplug_add("vdev", "net_null_test", "") != 0 ||
	    rte_eth_dev_get_port_by_name("net_null_test", &port) != 0 ||
	    rte_eth_dev_configure(port, 0, 1, &conf) != 0 ||
	    rte_eth_tx_queue_setup(port, 0, 64, SOCKET_ID_ANY, NULL) != 0 ||
	    rte_eth_dev_start(port) != 0) {
		fprintf(stderr, "net_null could not be started\n");
		exit(2);
	}
	return port;
}
