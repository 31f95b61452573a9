/* SPDX-License-Identifier: BSD-3-Clause
 *
 * time: the clocks, by name.
 *
 * Units      _ms milliseconds and _s seconds of the monotonic clock; _tsc ticks of the time stamp
 *            counter; _ntp the 64-bit time of day of RFC 1305 (seconds since 1900, fraction), for
 *            replay protection only.
 * Threads    any.
 */
#ifndef HA_TIME_H
#define HA_TIME_H

#include <stdint.h>
#include <time.h>

#include <rte_cycles.h>

#define NTP_EPOCH_OFFSET_S UINT64_C(2208988800)

static inline uint64_t monotonic_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline uint64_t time_of_day_ntp(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (((uint64_t)now.tv_sec + NTP_EPOCH_OFFSET_S) << 32) |
	       (((uint64_t)now.tv_nsec << 32) / 1000000000);
}

static inline uint64_t tsc_from_ms(uint64_t ms)
{
	uint64_t hz = rte_get_tsc_hz();

	return ms / 1000 * hz + ms % 1000 * hz / 1000;
}

#endif
