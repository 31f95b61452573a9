/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/replay.h"

#include "auth/replay.h"

/* RFC 5944 §5.7.1, §5.7.2. */
bool mip4_replay_is_valid(const struct mip4_replay *known, uint64_t identification,
			  uint64_t now_ntp)
{
	if (known->by_nonce)
		return known->has_nonce && identification >> 32 == known->nonce;
	return replay_timestamp_is_valid(identification, known->last_timestamp_ntp, now_ntp,
					 known->window_s);
}

uint64_t mip4_replay_answer(const struct mip4_replay *known, uint64_t identification, bool is_valid,
			    uint64_t now_ntp, uint32_t fresh)
{
	if (known->by_nonce)
		return (uint64_t)fresh << 32 | (identification & UINT32_MAX);
	return is_valid ? identification : replay_timestamp_corrected(identification, now_ntp);
}
