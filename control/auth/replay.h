/* SPDX-License-Identifier: BSD-3-Clause
 *
 * replay: sequence and timestamp windows. Threads: any; pure.
 *
 * RFC        6275 §9.5.1 (sequence modulo 2^16), 4285 §6 (timestamp).
 */
#ifndef CONTROL_AUTH_REPLAY_H
#define CONTROL_AUTH_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

/* True when next comes after last: (uint16)(next - last) is 1 to 32767. */
static inline bool replay_sequence_is_newer(uint16_t next, uint16_t last)
{
	uint16_t ahead = (uint16_t)(next - last);

	return ahead >= 1 && ahead <= 32767;
}

/* True when the timestamp is within window_s of now, either way, and greater than every accepted one. */
bool replay_timestamp_is_valid(uint64_t timestamp_ntp, uint64_t last_ntp, uint64_t now_ntp,
			       uint32_t window_s);

/* What an acknowledgement of an invalid one carries: our seconds, their fraction. */
static inline uint64_t replay_timestamp_corrected(uint64_t timestamp_ntp, uint64_t now_ntp)
{
	return (now_ntp & UINT64_C(0xffffffff00000000)) | (timestamp_ntp & UINT32_MAX);
}

#endif
