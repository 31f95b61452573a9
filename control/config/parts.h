/* SPDX-License-Identifier: BSD-3-Clause
 *
 * parts: the objects of the configuration file, each with its table in the file that has its subject, and what must be true
 * between them.
 *
 * config_load.c puts them together; a new key is a row of one of these tables.
 */
#ifndef CONTROL_CONFIG_PARTS_H
#define CONTROL_CONFIG_PARTS_H

#include "config/type.h"

/* ports.c */
extern const struct field port_item;
/* Between ports, and with the workers. */
void ports_check(struct reader *reader, const struct config *config);

/* host.c: what of this machine the daemon uses */
extern const struct shape worker_shape;
extern const struct shape memory_shape;
extern const struct shape control_shape;
extern const struct shape log_shape;

/* home_agent.c */
extern const struct shape home_agent_shape;

/* home_link.c: of one prefix; with the ports, home_links_check finds that of each link. */
extern const struct type type_home_link;
extern const struct shape home_link_shape;
void home_links_check(struct reader *reader, struct config *config);

/* mobility.c: bindings and what is done about them */
extern const struct shape binding_shape;
extern const struct shape revocation_shape;
extern const struct shape switch_shape;
extern const struct shape tunnel_shape;
extern const struct shape correspondent_shape;
extern const struct shape mobile_node_shape;

/* multicast.c */
extern const struct shape multicast_shape;
/* The first port unless one is named. */
void multicast_port_find(struct reader *reader, struct config *config);

/* limits.c */
extern const struct shape limit_shape;

#endif
