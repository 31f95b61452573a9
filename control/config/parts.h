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

/* mobile_ipv4.c: of the home agent */
extern const struct type type_mobile_ipv4;
extern const struct shape mobile_ipv4_shape;

/* encapsulations.c: into two booleans of a struct. */
extern const struct type type_encapsulations;
#define ENCAPSULATIONS_IN(what)                                                                    \
	.min = offsetof(what, minimal_encapsulation), .max = offsetof(what, gre)
extern const char *const reverse_tunnel_names[]; /* by enum reverse_tunnel */

/* agent_advertisement.c: a struct agent_advertisement_config */
extern const struct agent_advertisement_config agent_advertisement_defaults;
extern const struct shape agent_advertisement_shape;

/* foreign_agent.c: on one port, and what they share; with the rest, foreign_agents_check. */
extern const struct type type_role;
extern const struct type type_foreign_agent;
extern const struct shape foreign_agent_shape;
extern const struct type type_visiting;
extern const struct shape visiting_shape;
void foreign_agents_check(struct reader *reader, const struct config *config);

/* home_network.c */
extern const struct field home_network_item;
/* Between networks. */
void home_networks_check(struct reader *reader, const struct mip4_config *mip4);

/* association.c: a struct mip4_peer_config */
extern const struct field mip4_peer_item;
/* None may be there twice; list: a pointer from the value being read. */
void mip4_peers_check(struct reader *reader, const char *list,
		      const struct mip4_peer_config peers[], uint16_t count);

/* mobility.c: bindings and what is done about them */
extern const struct shape binding_shape;
extern const struct shape revocation_shape;
extern const struct shape switch_shape;
extern const struct shape tunnel_shape;
extern const struct shape correspondent_shape;
extern const struct type type_mobile_nodes;
extern const struct shape mobile_node_shape;

/* multicast.c */
extern const struct shape multicast_shape;
/* The first port unless one is named. */
void multicast_port_find(struct reader *reader, struct config *config);

/* limits.c */
extern const struct shape limit_shape;

#endif
