/* SPDX-License-Identifier: BSD-3-Clause
 *
 * service: what this home agent serves: its addresses, one tunnel class each, and the home prefixes
 * with the time they have left.
 *
 * Threads    the control thread; what workers see of it is constant while they run.
 * RFC        6275 §10.1 (prefix list), §10.3.1, §10.6.
 */
#ifndef CONTROL_SERVICE_H
#define CONTROL_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/dataplane.h"
#include "ha/encap.h"

void service_start(const struct config *config);

/* Fills in what workers need of it. */
void service_tables(struct dataplane_tables *tables);

/* Octets that every tunnel puts in front of an inner packet. */
uint16_t service_tunnel_overhead(void);

const struct tunnel_class *service_tunnels(uint16_t *count);
/* The home agent address of a tunnel class. */
const struct ip_addr *service_tunnel_address(uint16_t tunnel);
/* Index of the tunnel class of a home agent address; -1 when it is none of ours. */
int service_tunnel_of(const struct ip_addr *address);
/* An address of ours to speak with a node of that home address; the first one for any other, unspecified without home prefixes. */
const struct ip_addr *service_address_for(const struct ip_addr *home);

/* The lifetimes left of the home prefix that holds an address. False when there is none, or it is
 * over. */
bool service_prefix_of(const struct ip_addr *home, uint32_t *valid_s, uint32_t *preferred_s);
/* Index of the home prefix that holds an address; -1 when there is none. */
int service_find_prefix(const struct ip_addr *home);
uint16_t service_prefix_count(void);
const struct home_prefix_config *service_prefix_at(uint16_t index);
/* What is left of a prefix's lifetimes; LIFETIME_INFINITE_S. */
void service_lifetimes(uint16_t index, uint32_t *valid_s, uint32_t *preferred_s);
/* Renumbering: from now on. router/renumber tells those who are registered. */
void service_set_lifetimes(uint16_t index, uint32_t valid_s, uint32_t preferred_s);
/* Monotonic; UINT64_MAX: for ever. */
uint64_t service_valid_until_ms(uint16_t index);
/* The Home-Agents anycast address of a home prefix. */
bool service_is_home_anycast(const struct ip_addr *address);
bool service_is_on_home_link(const struct ip_addr *address);

/* Addresses of this host, told by netlink. */
void service_set_local(const struct ip_addr *address, bool present);
const struct ip_addr *service_locals(uint16_t *count);
/* A home agent or care-of address, or an address of this host; of IPv6 or IPv4. */
bool service_is_ours(const struct ip_addr *address);

#endif
