/* SPDX-License-Identifier: BSD-3-Clause
 *
 * node_record: what the foreign agent remembers of mobile nodes whether they are in its visitor list or not: the challenges they
 * used, and when they were last refused.
 *
 * Shape      a node is known by its home address, or, while it has none, by its identifier. Two fixed tables, hashed with a
 *            secret; the newest takes the place of another one with the same hash. A record is only made for a node that its home agent
 *            has answered.
 * Threads    the control thread.
 * RFC        4721 §3.2, §12; 5944 §3.7.2 (one refusal a second); 2794 §3.
 */
#ifndef CONTROL_FOREIGN_AGENT_NODE_RECORD_H
#define CONTROL_FOREIGN_AGENT_NODE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "foreign_agent/challenge.h"
#include "ha/ip.h"

struct mip4_request;

/* 0 or -ENOMEM. */
int node_record_start(uint32_t nodes, uint64_t secret);
void node_record_stop(void);
uint64_t node_record_octets(uint32_t nodes);

/* The name of a node: its home address, or one made of its identifier. */
struct ip_addr node_record_key(const struct ip_addr *home, const uint8_t *nai, uint8_t nai_octets);

/* A station by its link-layer address, for the limiter: one that cannot take another's name. */
struct ip_addr node_record_station(const uint8_t mac[static 6]);

/* NULL when there is none. */
struct challenge_record *node_record_find(const struct ip_addr *key);
/* An empty one if there was none. */
struct challenge_record *node_record_make(const struct ip_addr *key);

/* Whether the node may be refused now; then it was. */
bool node_record_may_refuse(const struct ip_addr *key, uint64_t now_ms);

#endif
