/* SPDX-License-Identifier: BSD-3-Clause
 *
 * node_auth: a mobile node's security association used in both directions: to prove what it sent,
 * and to protect what it is sent.
 *
 * Threads    the control thread.
 * RFC        4285 §4, §5.1; 5846 §6.1 (the association of the registrations).
 */
#ifndef CONTROL_NODE_AUTH_H
#define CONTROL_NODE_AUTH_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "mh/option_encode.h"
#include "mh/options.h"
#include "mobile_node.h"
#include "registration/decide.h"

/* How a message of that node stands with its association. node may be NULL. */
enum auth_outcome node_auth_check(const struct mobile_node *node, struct cursor message,
				  const struct mobility_options *options,
				  const struct ip_addr *care_of, const struct ip_addr *home);

/* What a message to that node must carry. Points into node. */
struct mobility_proof node_auth_proof(const struct mobile_node *node);

/* Fills in the authenticator of an encoded message; nothing to do when auth_data is NULL. False
 * only when the library fails. */
bool node_auth_sign(const struct mobile_node *node, const struct ip_addr *care_of,
		    const uint8_t *message, uint16_t covered, uint8_t *auth_data);

#endif
