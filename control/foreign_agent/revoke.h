/* SPDX-License-Identifier: BSD-3-Clause
 *
 * revoke: registration revocation at the foreign agent: its role in mip4/revocation.
 *
 * Threads    the control thread.
 * RFC        3543 §4.1, §4.2.2.2, §4.2.3.1.
 */
#ifndef CONTROL_FOREIGN_AGENT_REVOKE_H
#define CONTROL_FOREIGN_AGENT_REVOKE_H

#include "foreign_agent/visitor.h"

void revoke_start(const struct config *config);

/* Tells the home agent of a visitor that the visit ends; it does when that was acknowledged. As revocation_begin: 0; -ENOTSUP: the home
 * agent did not agree to it; -EBUSY. */
int revoke_begin(const struct visitor *visitor);

#endif
