/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/ra_schedule.h"

void ra_schedule_start(struct ra_schedule *schedule, uint32_t min_ms, uint32_t max_ms,
		       uint32_t spacing_ms, uint64_t now_ms)
{
	*schedule = (struct ra_schedule){
		.min_ms = min_ms,
		.max_ms = max_ms,
		.spacing_ms = spacing_ms < min_ms ? spacing_ms : min_ms,
		.next_ms = now_ms,
		.initial_left = MAX_INITIAL_RTR_ADVERTISEMENTS,
	};
}

void ra_schedule_sent(struct ra_schedule *schedule, uint64_t now_ms, uint64_t random)
{
	uint64_t interval_ms =
		schedule->min_ms + random % (schedule->max_ms - schedule->min_ms + 1);

	if (schedule->initial_left > 0)
		schedule->initial_left--;
	if (schedule->initial_left > 0 && interval_ms > MAX_INITIAL_RTR_ADVERT_INTERVAL_MS)
		interval_ms = MAX_INITIAL_RTR_ADVERT_INTERVAL_MS;
	schedule->last_ms = now_ms;
	schedule->next_ms = now_ms + interval_ms;
}

void ra_schedule_solicited(struct ra_schedule *schedule, uint64_t now_ms, uint64_t random)
{
	uint64_t delay_ms = random % (MAX_RA_DELAY_TIME_MS + 1);
	uint64_t answer_ms = now_ms + delay_ms;

	if (schedule->last_ms != 0 && now_ms < schedule->last_ms + schedule->spacing_ms)
		answer_ms = schedule->last_ms + schedule->spacing_ms + delay_ms;
	if (answer_ms < schedule->next_ms)
		schedule->next_ms = answer_ms;
}
