/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

#include "count.h"
#include "encap/ip6_in_ip6.h"
#include "home_agents.h"
#include "stage/find.h"
#include "stage/inner.h"
#include "stage/send.h"

enum { TUNNEL_DEPTH_MAX = 4 }; /* tunnels inside each other: RFC 2473 §6.6 suggests 4 */

/* RFC 6275 §10.4.5: the outer source must be the registered care-of address. */
static inline bool is_registered(const struct packet *p, const struct binding *binding,
				 uint64_t now_tsc)
{
	return likely(binding != NULL) &&
	       likely(ip_addr_equal(&binding->care_of, ip6_source(p->ip))) &&
	       likely(binding->tunnel == p->agent) && likely(binding->expiry_tsc > now_tsc);
}

/* Ends a packet that no binding allows, by the first of the reasons. Multicast listener discovery comes from link-local addresses:
 * the control thread looks for the binding by the care-of address. */
static __rte_noinline __rte_cold void refuse(struct worker *w, struct packet *p,
					     const struct binding *binding)
{
	if (binding == NULL && multicast_is_listener(w, p))
		punt(w, p, PUNT_LISTENER, 0, DROP_PUNT_LIMIT);
	else if (binding == NULL)
		drop(w, p, DROP_TUNNEL_UNKNOWN);
	else if (!ip_addr_equal(&binding->care_of, ip6_source(p->ip)))
		drop(w, p, DROP_TUNNEL_OUTER_SOURCE);
	else if (binding->tunnel != p->agent)
		drop(w, p, DROP_TUNNEL_HOME_AGENT);
	else
		drop(w, p, DROP_BINDING_EXPIRED);
}

/* The mobile node talks to the home agent itself. A tunnel inside is opened in its turn; what it brought in pieces first has to
 * be whole. */
static __rte_noinline __rte_cold void sort_inner_local(struct worker *w, struct burst *b,
						       struct packet *p, uint16_t agent)
{
	const struct ip_addr *home;
	enum local_kind kind = local_classify(p->ip, &p->outer_octets, &home);

	if (kind == LOCAL_FRAGMENT) {
		if (!reassemble(w, p, agent))
			return;
		kind = local_classify(p->ip, &p->outer_octets, &home);
	}
	switch (kind) {
	case LOCAL_TUNNEL:
		p->agent = agent;
		tunnel_add(w, &b->tunnel, p);
		break;
	case LOCAL_FRAGMENT:
		drop(w, p, DROP_FRAGMENT);
		break;
	case LOCAL_MALFORMED:
		drop(w, p, DROP_EXTENSION_HEADERS);
		break;
	case LOCAL_MOBILITY:
	case LOCAL_HOME_OPTION:
	case LOCAL_ERROR:
	case LOCAL_OTHER:
		packet_list_add(&b->local, p);
		break;
	}
}

/* By the inner destination. One outside the home prefixes is no mobile node's: it needs no look-up. */
static void sort_inner(struct worker *w, struct burst *b, struct packet *p)
{
	const struct ip_addr *to = ip6_destination(p->ip);
	uint16_t agent = home_agent_find(w->tables, to);

	if (agent != HOME_AGENT_NONE)
		sort_inner_local(w, b, p, agent);
	else if (ip_addr_is_multicast(to))
		multicast_from_node(w, p);
	else if (!ip_addr_is_unicast_routable(to))
		drop(w, p, DROP_TUNNEL_INNER);
	else if (is_home_address(w->tables, to))
		packet_keys_add(&b->data, w->tables->bcache, p, to);
	else
		packet_routes_add(&b->plain, p);
}

/* By a next hop that is remembered for the destination; false, and nothing done, for whatever wants a
 * closer look. Only destinations that route_burst sent to are remembered: they are neither mobile
 * nodes nor the home agent. The hop limit counts down as in any router, RFC 8200 §3. */
static inline bool forward_again(struct worker *w, struct rte_mbuf *m, struct ip6_hdr_wire *ip,
				 uint16_t octets, uint32_t next_hop,
				 const struct nexthop_table *nexthops)
{
	const struct nexthop *hop = nexthop_find(nexthops, next_hop);

	if (unlikely(hop == NULL || octets > hop->mtu || ip->hop_limit <= 1 ||
		     !send_frame(w, m, ip, octets, hop)))
		return false;
	ip->hop_limit--;
	return true;
}

/* The notes are brought up to date only for the packet that stays. */
static inline void forward_inner(struct worker *w, struct burst *b, struct packet *p,
				 struct ip6_hdr_wire *inner, uint16_t octets,
				 const struct nexthop_table *nexthops)
{
	if (likely(forward_again(w, p->m, inner, octets, p->next_hop, nexthops)))
		return;
	p->ip = inner;
	p->octets = octets;
	p->tunnelled = true;
	sort_inner(w, b, p);
}

/* While the bindings come: what is remembered of the inner destinations. */
static __rte_noinline void find_next_hops(struct worker *w, struct burst *b, unsigned int n)
{
	struct destination *destinations = w->destinations;
	uint32_t generation = nexthop_generation(w->tables->nexthops);

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->tunnel.at[i];

		p->next_hop =
			destination_find(destinations, ip6_destination(inner_of(p)), generation);
	}
}

static __rte_noinline unsigned int open_all(struct worker *w, struct burst *b, unsigned int n)
{
	const struct node_counters nodes = w->from_nodes;
	const struct nexthop_table *nexthops = w->tables->nexthops;
	uint64_t now_tsc = w->now_tsc;
	unsigned int refused = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->tunnel.at[i];
		struct ip6_hdr_wire *inner = inner_of(p);
		const struct binding *binding = b->tunnel.keys.bindings[i];

		if (unlikely(!is_registered(p, binding, now_tsc))) {
			refuse(w, p, binding);
			refused++;
		} else if (unlikely(!ip6_in_ip6_pop(p->ip, inner))) {
			drop(w, p, DROP_TUNNEL_ECN);
			refused++;
		} else {
			uint16_t octets = ip6_octets(inner);

			forward_inner(w, b, p, inner, octets, nexthops);
			count(&nodes, binding, octets);
		}
	}
	return n - refused;
}

/* One layer of tunnels. Those found inside are on the list afterwards: each takes the place of one that was opened before. */
static void open_layer(struct worker *w, struct burst *b)
{
	struct bcache_keys *keys = &b->tunnel.keys;
	unsigned int n = b->tunnel.count;

	b->tunnel.count = 0;
	find_begin(w->tables->bcache, keys, n);
	find_next_hops(w, b, n);
	find_end(w->tables->bcache, keys, n, w->from_nodes);
	w->stats.decapsulated += open_all(w, b, n);
}

/* Each of these layers has its own binding, whose care-of address is the home address of the layer around it: a forged one goes
 * no deeper than those who registered so. */
static __rte_noinline __rte_cold void open_nested(struct worker *w, struct burst *b)
{
	for (int depth = 1; depth < TUNNEL_DEPTH_MAX && b->tunnel.count != 0; depth++)
		open_layer(w, b);
	for (unsigned int i = 0; i < b->tunnel.count; i++)
		drop(w, b->tunnel.at[i], DROP_TUNNEL_NESTED);
}

void reverse_burst(struct worker *w, struct burst *b)
{
	if (b->tunnel.count == 0)
		return;
	open_layer(w, b);
	if (unlikely(b->tunnel.count != 0))
		open_nested(w, b);
}
