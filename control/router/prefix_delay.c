/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/prefix_delay.h"

#include "ha/config.h"

uint64_t prefix_delay_ms(uint32_t min_s, uint32_t max_s, uint32_t valid_s, uint32_t preferred_s,
			 uint64_t random)
{
	uint64_t min_ms = (uint64_t)min_s * 1000;
	uint64_t max_ms = (uint64_t)(max_s < preferred_s ? max_s : preferred_s) * 1000;
	uint64_t valid_ms = (uint64_t)valid_s * 1000;
	uint64_t span_ms = max_ms > min_ms ? max_ms - min_ms : min_ms - max_ms;
	uint64_t delay_ms = min_ms + (span_ms != 0 ? random % span_ms : 0);

	if (valid_s != LIFETIME_INFINITE_S && delay_ms >= valid_ms)
		return random % (valid_ms / 2 + 1);
	return delay_ms;
}
