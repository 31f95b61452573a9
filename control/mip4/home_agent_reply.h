/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_agent_reply: a registration reply, written and sent.
 *
 * Threads    the control thread.
 * RFC        5944 §3.8.3; 2794 §4; 3519 §3.2; 3543 §3.2; 4433 §4; 4721 §8.
 */
#ifndef CONTROL_MIP4_HOME_AGENT_REPLY_H
#define CONTROL_MIP4_HOME_AGENT_REPLY_H

#include "mip4/handling.h"
#include "registration/registration.h"

void home_agent_reply_start(const struct config *config);

/* What the reply will say of revocation, and what is to be remembered of it. */
void home_agent_note_revocation(const struct handling *h, struct registration_order *order);

void home_agent_reply(const struct handling *h, const struct binding_verdict *verdict,
		      uint64_t identification);

#endif
