/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_eal.h>
#include <rte_errno.h>

void test_eal_start(unsigned int memory_mb)
{
	static char memory[16];
	char *args[] = {"test",
			"--no-huge",
			"--no-pci",
			"--no-shconf",
			"--no-telemetry",
			"--iova-mode=va",
			"--log-level=error",
			"-m",
			memory,
			"-l",
			"0",
			"--file-prefix=homeward-test",
			NULL};

	snprintf(memory, sizeof(memory), "%u", memory_mb);
	if (rte_eal_init(sizeof(args) / sizeof(args[0]) - 1, args) < 0) {
		fprintf(stderr, "DPDK could not start: %s\n", rte_strerror(rte_errno));
		exit(2);
	}
}
