/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_errno.h>

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
