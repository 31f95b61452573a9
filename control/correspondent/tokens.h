/* SPDX-License-Identifier: BSD-3-Clause
 *
 * correspondent/tokens: answers Home Test Init and Care-of Test Init with a keygen token. Nothing is
 * remembered of either.
 *
 * Threads    the control thread.
 * RFC        6275 §5.2.5, §9.4.
 */
#ifndef CONTROL_CORRESPONDENT_TOKENS_H
#define CONTROL_CORRESPONDENT_TOKENS_H

#include <stdint.h>

#include "ip6_packet.h"
#include "mh/mh.h"

/* message: exactly the Mobility Header, of type MH_HOME_TEST_INIT or MH_CARE_OF_TEST_INIT, its common
 * checks passed. Counts how it ended. */
void tokens_answer(uint16_t worker, const struct ip6_packet *packet, enum mh_type type,
		   struct cursor message);

#endif
