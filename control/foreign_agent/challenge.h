/* SPDX-License-Identifier: BSD-3-Clause
 *
 * challenge: the challenges that the link of a foreign agent was told, and whether a mobile node may use one.
 *
 * Shape      the last CHALLENGE_WINDOW advertised ones, oldest first, on each port. What one mobile node used last, and was given in
 *            its last reply, is kept with its entry in the visitor list. The dice are an argument.
 * Threads    any; pure.
 * RFC        4721 §2.1, §3.2, §3.2.1, §9, appendix E.
 */
#ifndef CONTROL_FOREIGN_AGENT_CHALLENGE_H
#define CONTROL_FOREIGN_AGENT_CHALLENGE_H

#include <stdbool.h>
#include <stdint.h>

#include "foreign_agent/advertisement.h"

enum { CHALLENGE_WINDOW = 2 };

struct challenge_window {
	uint8_t values[CHALLENGE_WINDOW][CHALLENGE_OCTETS];
	uint8_t count;
};

/* Of one mobile node. */
struct challenge_record {
	uint8_t used[CHALLENGE_OCTETS];	   /* the last one it used */
	uint8_t offered[CHALLENGE_OCTETS]; /* in the last reply to it, and not used yet */
	bool has_used;
	bool has_offered;
};

enum challenge_verdict {
	CHALLENGE_GOOD,
	CHALLENGE_UNKNOWN, /* 104 */
	CHALLENGE_STALE,   /* 106: used before, or older than the last one used */
};

/* A new one for an unsolicited advertisement; the oldest is forgotten. */
void challenge_advance(struct challenge_window *window,
		       const uint8_t random[static CHALLENGE_OCTETS]);
/* The newest; NULL when there is none. */
const uint8_t *challenge_newest(const struct challenge_window *window);

/* record NULL: a mobile node that used none. value has octets octets. */
enum challenge_verdict challenge_judge(const struct challenge_window *window,
				       const struct challenge_record *record, const uint8_t *value,
				       unsigned int octets);
/* It was good. */
void challenge_use(struct challenge_record *record, const uint8_t value[static CHALLENGE_OCTETS]);

/* What a reply or a unicast advertisement to a mobile node carries: one that it has not used. Only a node with a record is
 * ever given one that was not advertised, so that strangers take no room (RFC 4721 §12). NULL while nothing was advertised. */
const uint8_t *challenge_next(const struct challenge_window *window,
			      struct challenge_record *record,
			      const uint8_t random[static CHALLENGE_OCTETS]);

#endif
