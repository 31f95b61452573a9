/* SPDX-License-Identifier: BSD-3-Clause */
#include "memory.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum { MIB_SHIFT = 20 };

/* Devices, descriptors, what DPDK keeps for itself, and what is lost between blocks. */
static const uint64_t dpdks_own = UINT64_C(16) << MIB_SHIFT;

static uint64_t megabytes_of(uint64_t octets)
{
	return (octets >> MIB_SHIFT) + 1;
}

uint32_t memory_megabytes(const struct config *config, const struct memory_needs *needs)
{
	if (config->memory_mb != 0)
		return config->memory_mb;
	return (uint32_t)megabytes_of(dpdks_own + needs->bindings + needs->packets + needs->others);
}

uint64_t memory_available_mb(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t available_kb = 0;
	bool is_known = false;
	char line[128];

	while (file != NULL && !is_known && fgets(line, sizeof(line), file) != NULL)
		is_known = sscanf(line, "MemAvailable: %" SCNu64, &available_kb) == 1;
	if (file != NULL)
		fclose(file);
	return is_known ? available_kb >> 10 : UINT64_MAX;
}

int memory_check(const struct config *config, const struct memory_needs *needs,
		 uint64_t available_mb, struct fault *fault)
{
	uint64_t needed_mb = memory_megabytes(config, needs) + megabytes_of(needs->heap);
	const char *where = needs->packets > needs->bindings + needs->heap
				    ? "/memory/mbufs_per_queue"
				    : "/bindings/capacity";

	if (config->hugepages || needed_mb <= available_mb)
		return 0;
	if (config->memory_mb != 0)
		fault_set(fault, "/memory/megabytes",
			  "%" PRIu64 " MiB are needed with it, but this host has only %" PRIu64
			  " MiB available; make it smaller, or 0 to have it computed",
			  needed_mb, available_mb);
	else
		fault_set(fault, where,
			  "%" PRIu64 " MiB are needed with it, but this host has only %" PRIu64
			  " MiB available; make it smaller",
			  needed_mb, available_mb);
	return -ENOMEM;
}
