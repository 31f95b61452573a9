/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

#include "count.h"
#include "encap/ip6_in_ip6.h"
#include "stage/find.h"

/* The inner packet, when it is whole: IPv6, as long as it says, inside the outer one. */
static inline const struct ip6_hdr_wire *inner_of(const struct packet *p)
{
	uint16_t room = (uint16_t)(p->octets - p->outer_octets);
	const struct ip6_hdr_wire *inner =
		(const struct ip6_hdr_wire *)((const uint8_t *)p->ip + p->outer_octets);

	if (unlikely(room < sizeof(*inner)))
		return NULL;
	if (unlikely((inner->version_class_flow_be & RTE_BE32(0xf0000000)) != RTE_BE32(0x60000000)))
		return NULL;
	if (unlikely(ip6_octets(inner) > room))
		return NULL;
	return inner;
}

/* RFC 6275 §10.4.5: the outer source must be the registered care-of address. */
static inline bool is_registered(const struct packet *p, const struct binding *binding,
				 uint64_t now_tsc)
{
	return likely(binding != NULL) &&
	       likely(ip_addr_equal(&binding->care_of, ip6_source(p->ip))) &&
	       likely(binding->tunnel == p->agent) && likely(binding->expiry_tsc > now_tsc);
}

/* Ends a packet that no binding allows, by the first of the reasons. */
static __rte_noinline __rte_cold void refuse(struct worker *w, struct packet *p,
					     const struct binding *binding)
{
	if (binding == NULL)
		drop(w, p, DROP_TUNNEL_UNKNOWN);
	else if (!ip_addr_equal(&binding->care_of, ip6_source(p->ip)))
		drop(w, p, DROP_TUNNEL_OUTER_SOURCE);
	else if (binding->tunnel != p->agent)
		drop(w, p, DROP_TUNNEL_HOME_AGENT);
	else
		drop(w, p, DROP_BINDING_EXPIRED);
}

/* The mobile node talks to the home agent itself. */
static __rte_noinline __rte_cold void sort_inner_local(struct worker *w, struct burst *b,
						       struct packet *p)
{
	const struct ip_addr *home;
	uint16_t offset;

	switch (local_classify(p->ip, &offset, &home)) {
	case LOCAL_TUNNEL:
		drop(w, p, DROP_TUNNEL_NESTED);
		break;
	case LOCAL_FRAGMENT:
		drop(w, p, DROP_FRAGMENT);
		break;
	case LOCAL_MALFORMED:
		drop(w, p, DROP_EXTENSION_HEADERS);
		break;
	case LOCAL_MOBILITY:
	case LOCAL_HOME_OPTION:
	case LOCAL_OTHER:
		packet_list_add(&b->local, p);
		break;
	}
}

/* An inner destination outside the home prefixes is no mobile node's: it needs no look-up. */
static inline void sort_inner(struct worker *w, struct burst *b, struct packet *p,
			      const struct home_agents *agents)
{
	const struct ip_addr *to = ip6_destination(p->ip);

	if (unlikely(home_agent_find(agents, to) != HOME_AGENT_NONE)) {
		sort_inner_local(w, b, p);
	} else if (unlikely(!ip_addr_is_unicast_routable(to))) {
		drop(w, p, DROP_TUNNEL_INNER);
	} else if (is_home_address(w->tables, to)) {
		packet_keys_add(&b->data, p, to);
	} else {
		packet_routes_add(&b->plain, p);
	}
}

/* Keeps on the list what has an inner packet that is whole, by its source. Returns how many. */
static inline unsigned int check_inner(struct worker *w, struct packet_list *tunnel,
				       const struct ip_addr *homes[])
{
	unsigned int n = tunnel->count;
	unsigned int whole = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = tunnel->at[i];
		const struct ip6_hdr_wire *inner = inner_of(p);

		if (unlikely(inner == NULL)) {
			drop(w, p, DROP_TUNNEL_INNER);
			continue;
		}
		homes[whole] = ip6_source(inner);
		tunnel->at[whole++] = p;
	}
	return whole;
}

static __rte_noinline unsigned int open_all(struct worker *w, struct burst *b, unsigned int n,
					    const struct binding *const found[])
{
	const struct home_agents agents = home_agents(w->tables);
	struct direction_stats *nodes = w->from_nodes;
	uint64_t now_tsc = w->now_tsc;
	unsigned int opened = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->tunnel.at[i];

		if (unlikely(!is_registered(p, found[i], now_tsc))) {
			refuse(w, p, found[i]);
		} else if (unlikely(!ip6_in_ip6_pop(p))) {
			drop(w, p, DROP_TUNNEL_ECN);
		} else {
			count(nodes, found[i], p->octets);
			p->tunnelled = true;
			opened++;
			sort_inner(w, b, p, &agents);
		}
	}
	return opened;
}

void reverse_burst(struct worker *w, struct burst *b)
{
	const struct binding *found[BURST_MAX];
	struct bcache_keys keys;
	unsigned int n;

	if (b->tunnel.count == 0)
		return;
	n = check_inner(w, &b->tunnel, keys.homes);
	find_bindings(w->tables->bcache, &keys, n, w->from_nodes, found);
	w->stats.decapsulated += open_all(w, b, n, found);
}
