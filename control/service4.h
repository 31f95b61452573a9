/* SPDX-License-Identifier: BSD-3-Clause
 *
 * service4: what is served of Mobile IPv4: the addresses of home agent and foreign agents, a tunnel class for each of them and each
 * encapsulation, and the home networks.
 *
 * Shape      agents are numbered from 0, home agents first; a tunnel class by tunnel4_number().
 * Bytes      all addresses are v4-mapped.
 * Threads    the control thread; what workers see of it is constant while they run.
 * RFC        5944 §3.8, §4.2; 3024 §4; 919, 922 (broadcast addresses).
 */
#ifndef CONTROL_SERVICE4_H
#define CONTROL_SERVICE4_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/dataplane.h"
#include "ha/encap.h"

enum { AGENTS4_MAX = HOME_NETWORKS_MAX + PORTS_MAX * (FOREIGN_CARE_OF_MAX + 1) };

/* By service_start. */
void service4_start(const struct config *config);

/* Fills in what workers need of it. By service_tables. */
void service4_tables(struct dataplane_tables *tables);

const struct agent4 *service4_agents(uint16_t *count);
/* Index of a home agent or care-of address, or of the address of a foreign agent on its link; -1 when it is none of ours. */
int service4_agent_of(const struct ip_addr *address);
/* The same for those of the home agent only. */
int service4_home_agent_of(const struct ip_addr *address);
const struct ip_addr *service4_agent_address(uint16_t agent);

/* The class of an agent's tunnels of that kind (not ENCAP_IP6_IN_IP6). */
uint16_t service4_tunnel(uint16_t agent, enum encap_kind kind);
const struct tunnel4_class *service4_tunnel_class(uint16_t tunnel);
/* Octets in front of an inner packet; has_key: of GRE. */
uint16_t service4_tunnel_overhead(uint16_t tunnel, bool has_key);

/* Index of the home network that holds an address; -1 when there is none. */
int service4_network_of(const struct ip_addr *home);
uint16_t service4_network_count(void);
const struct home_network_config *service4_network_at(uint16_t index);
/* The broadcast address of a home network; of one with a prefix of 31 or 32 bits 255.255.255.255, it has none. */
struct ip_addr service4_broadcast_of(uint16_t network);

/* 255.255.255.255, or one that all nodes of a home network have: its last address or its first one. */
bool service4_is_broadcast(const struct ip_addr *address);

#endif
