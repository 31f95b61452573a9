/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

#include "count.h"
#include "encap/ip6_in_ip6.h"
#include "stage/find.h"
#include "stage/send.h"

/* What goes in front: the tunnel's header and the link's. */
enum { HEADROOM_OCTETS = ENCAP_IP6_IN_IP6_OVERHEAD + RTE_ETHER_HDR_LEN };

/* Not to a mobile node that is away; the home agents' anycast address is one of ours. What came out of a tunnel is to a home address, or it would not be
 * here. */
static __rte_noinline __rte_cold void sort_other(struct worker *w, struct burst *b,
						 struct packet *p)
{
	const struct ip_addr *to = ip6_destination(p->ip);

	if (is_home_anycast_address(w->tables, to))
		punt(w, p, PUNT_LOCAL, 0, DROP_PUNT_LIMIT);
	else if (is_home_address(w->tables, to))
		punt(w, p, PUNT_ERROR, DROP_NO_BINDING, DROP_NO_BINDING);
	else
		packet_list_add(&b->kernel, p);
}

static inline bool may_tunnel(const struct packet *p, const struct binding *binding,
			      uint64_t now_tsc)
{
	return likely(binding->expiry_tsc > now_tsc) &&
	       likely(ip_addr_is_unicast_routable(ip6_source(p->ip))) &&
	       likely(p->ip->hop_limit > 1) && likely(p->octets <= binding->inner_mtu) &&
	       likely(packet_headroom(p) >= HEADROOM_OCTETS);
}

/* Ends a packet that may not be tunnelled, by the first of the reasons. */
static __rte_noinline __rte_cold void refuse(struct worker *w, struct packet *p,
					     const struct binding *binding)
{
	if (binding->expiry_tsc <= w->now_tsc)
		drop(w, p, DROP_BINDING_EXPIRED);
	else if (!ip_addr_is_unicast_routable(ip6_source(p->ip)))
		drop(w, p, DROP_SOURCE_ADDRESS);
	else if (p->ip->hop_limit <= 1)
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
	else if (p->octets > binding->inner_mtu)
		punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
	else
		drop(w, p, DROP_NO_HEADROOM);
}

/* RFC 6275 §10.4.2, RFC 2473 §3.1: a packet to a mobile node is forwarded, so its own hop limit
 * counts down once; after its first word was read whole, which would stall the other way round. The
 * notes are brought up to date only for the packet that stays. */
static inline void tunnel_to(struct worker *w, struct packet *p, const struct binding *binding,
			     const struct tunnel_class *classes,
			     const struct nexthop_table *nexthops)
{
	struct ip6_hdr_wire *inner = p->ip;
	struct ip6_hdr_wire *outer = inner - 1;
	uint16_t octets = p->octets;

	ip6_in_ip6_push(outer, inner, octets, &classes[binding->tunnel], &binding->care_of);
	inner->hop_limit--;
	octets = (uint16_t)(octets + ENCAP_IP6_IN_IP6_OVERHEAD);
	if (likely(send_frame(w, p->m, outer, octets, nexthop_find(nexthops, binding->next_hop))))
		return;
	p->ip = outer;
	p->octets = octets;
	p->next_hop = binding->next_hop;
	send_unresolved(w, p);
}

static __rte_noinline unsigned int tunnel_all(struct worker *w, struct burst *b,
					      const struct binding *const found[])
{
	const struct tunnel_class *classes = w->tables->tunnels;
	const struct nexthop_table *nexthops = w->tables->nexthops;
	struct direction_stats *nodes = w->to_nodes;
	uint64_t now_tsc = w->now_tsc;
	unsigned int n = b->data.count;
	unsigned int others = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->data.at[i];

		if (unlikely(found[i] == NULL)) {
			sort_other(w, b, p);
			others++;
		} else if (unlikely(!may_tunnel(p, found[i], now_tsc))) {
			refuse(w, p, found[i]);
			others++;
		} else {
			count(nodes, found[i], p->octets);
			tunnel_to(w, p, found[i], classes, nexthops);
		}
	}
	return n - others;
}

void intercept_burst(struct worker *w, struct burst *b)
{
	const struct binding *found[BURST_MAX];

	if (b->data.count == 0)
		return;
	find_begin(w->tables->bcache, &b->data.keys, b->data.count);
	find_end(w->tables->bcache, &b->data.keys, b->data.count, w->to_nodes, found);
	w->stats.encapsulated += tunnel_all(w, b, found);
}
