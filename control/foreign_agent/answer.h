/* SPDX-License-Identifier: BSD-3-Clause
 *
 * answer: registration replies of the foreign agent to a visitor on its link: refusals of its own, and what a home agent sent.
 *
 * Threads    the control thread.
 * RFC        5944 §3.7.2.3, §3.7.3.2; 4721 §3.3; 4636 (foreign agent error extension).
 */
#ifndef CONTROL_FOREIGN_AGENT_ANSWER_H
#define CONTROL_FOREIGN_AGENT_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/cursor.h"
#include "mip4/message.h"

/* Who asked, and what a reply repeats of the request. */
struct answer_to {
	struct ip_addr key;  /* node_record_key() */
	struct ip_addr home; /* as asked for */
	struct ip_addr home_agent;
	struct ip_addr from; /* the address of ours that the request went to, or that of its port */
	uint64_t identification;
	const struct mip4_association *mobile_foreign; /* NULL: none */
	uint16_t lifetime;			       /* as on the wire */
	uint16_t port;
	uint16_t source_port;
	uint8_t mac[6];
};

/* False, counted, when it could not be sent. */
bool answer_refuse(const struct answer_to *to, uint8_t code, uint16_t lifetime);

/* Passes on what a home agent sent, as far as that is for the node. agent_error: the foreign agent's own word about it, in its
 * error extension; 0: none. */
bool answer_pass_on(const struct answer_to *to, const struct mip4_reply *reply,
		    struct cursor message, uint8_t agent_error);

#endif
