/* SPDX-License-Identifier: BSD-3-Clause
 *
 * replay: the Identification of Mobile IPv4, by timestamps or by nonces.
 *
 * Threads    any; pure.
 * RFC        5944 §5.7.
 */
#ifndef CONTROL_MIP4_REPLAY_H
#define CONTROL_MIP4_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MIP4_REPLAY_WINDOW_S = 7, /* RFC 5944 §5.7.1; should be more than 3 */
};

/* What is known of one mobile node. */
struct mip4_replay {
	bool by_nonce;
	uint32_t window_s;	     /* of timestamps */
	uint64_t last_timestamp_ntp; /* greatest accepted; 0: none yet */
	bool has_nonce;		     /* such a reply was sent */
	uint32_t nonce;		     /* the high half of our last reply */
};

bool mip4_replay_is_valid(const struct mip4_replay *known, uint64_t identification,
			  uint64_t now_ntp);

/* The Identification of the reply. With nonces, fresh becomes the high half, to be remembered as the
 * node's nonce. A duplicate is answered with what it was answered before: hand in the known nonce. */
uint64_t mip4_replay_answer(const struct mip4_replay *known, uint64_t identification, bool is_valid,
			    uint64_t now_ntp, uint32_t fresh);

#endif
