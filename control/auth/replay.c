/* SPDX-License-Identifier: BSD-3-Clause */
#include "auth/replay.h"

/* True when a is later than b, modulo 2^64: NTP seconds start again from 0 in 2036. */
static bool is_after(uint64_t a, uint64_t b)
{
	return a != b && a - b < UINT64_C(1) << 63;
}

bool replay_timestamp_is_valid(uint64_t timestamp_ntp, uint64_t last_ntp, uint64_t now_ntp,
			       uint32_t window_s)
{
	uint64_t distance = is_after(timestamp_ntp, now_ntp) ? timestamp_ntp - now_ntp
							     : now_ntp - timestamp_ntp;

	if (distance > (uint64_t)window_s << 32)
		return false;
	return last_ntp == 0 || is_after(timestamp_ntp, last_ntp); /* 0: none accepted yet */
}
