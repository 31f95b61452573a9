/* SPDX-License-Identifier: BSD-3-Clause
 *
 * receive4: takes a punted IPv4 packet and hands it to whom it is for: registration requests to the home agent or the foreign
 * agent, replies to the foreign agent, revocations, ICMP.
 *
 * Threads    the control thread.
 * RFC        5944 §3.3, §3.4; 3543 §3; 792.
 */
#ifndef CONTROL_RECEIVE4_H
#define CONTROL_RECEIVE4_H

#include "ha/cursor.h"
#include "ha/exchange.h"

/* Counts one outcome; the packet stays the caller's. Of the classes with an answer in them: not PUNT_RESOLVE, PUNT_LISTENER. */
void receive4(const struct punt *p, struct cursor bytes);

#endif
