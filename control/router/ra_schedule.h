/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ra_schedule: when the next multicast Router Advertisement leaves an interface. The clock and the
 * dice are arguments.
 *
 * Units      milliseconds of the clock of whoever calls.
 * Threads    any; pure.
 * RFC        4861 §6.2.4, §6.2.6, §10; 6275 §7.5, §13.
 */
#ifndef CONTROL_ROUTER_RA_SCHEDULE_H
#define CONTROL_ROUTER_RA_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MAX_INITIAL_RTR_ADVERT_INTERVAL_MS = 16000,
	MAX_INITIAL_RTR_ADVERTISEMENTS = 3,
	MAX_RA_DELAY_TIME_MS = 500,
	MIN_DELAY_BETWEEN_RAS_MS = 3000,
};

struct ra_schedule {
	uint32_t min_ms; /* between unsolicited ones */
	uint32_t max_ms;
	uint32_t spacing_ms; /* MinDelayBetweenRAs */
	uint64_t next_ms;
	uint64_t last_ms; /* 0: none was sent */
	uint8_t initial_left;
};

/* The first one is due at once. The spacing is no longer than min_ms (RFC 6275 §13). */
void ra_schedule_start(struct ra_schedule *schedule, uint32_t min_ms, uint32_t max_ms,
		       uint32_t spacing_ms, uint64_t now_ms);

static inline bool ra_schedule_is_due(const struct ra_schedule *schedule, uint64_t now_ms)
{
	return now_ms >= schedule->next_ms;
}

/* One left now: the interval to the next one is drawn. */
void ra_schedule_sent(struct ra_schedule *schedule, uint64_t now_ms, uint64_t random);

/* A solicitation came: it is answered after a random delay by a multicast one, but not too soon after
 * the last; not at all when the next is due before. */
void ra_schedule_solicited(struct ra_schedule *schedule, uint64_t now_ms, uint64_t random);

#endif
