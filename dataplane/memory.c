/* SPDX-License-Identifier: BSD-3-Clause */
#include "memory.h"

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
