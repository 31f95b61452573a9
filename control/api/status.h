/* SPDX-License-Identifier: BSD-3-Clause
 *
 * status: parts of status.get that other methods answer, too.
 */
#ifndef CONTROL_API_STATUS_H
#define CONTROL_API_STATUS_H

#include <jansson.h>

struct config;
struct mobile_nodes;

/* null when it does not drain. */
json_t *status_drain(void);
/* How many mobile nodes there are, of which kind. */
json_t *status_mobile_nodes(const struct mobile_nodes *nodes);
/* status4.c: the home networks and how full their pools are; null when there is none. */
json_t *status_mobile_ipv4(const struct config *config, const struct mobile_nodes *nodes);

/* visitor.c: the foreign agents; null when there is none. */
json_t *status_foreign_agent(const struct config *config);

#endif
