/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

#include "count.h"
#include "encap/ip6_in_ip6.h"

/* What goes in front: the tunnel's header and the link's. */
enum { HEADROOM_OCTETS = ENCAP_IP6_IN_IP6_OVERHEAD + RTE_ETHER_HDR_LEN };

/* Not to a mobile node that is away. */
static void sort_other(struct worker *w, struct burst *b, struct packet *p)
{
	if (is_home_address(w->tables, ip6_destination(p->ip)))
		punt(w, p, PUNT_ERROR, DROP_NO_BINDING, DROP_NO_BINDING);
	else if (p->tunnelled)
		packet_list_add(&b->plain, p);
	else
		packet_list_add(&b->kernel, p);
}

/* False when the packet may not be tunnelled to its mobile node, and has ended here. */
static inline bool may_tunnel(struct worker *w, struct packet *p, const struct binding *binding)
{
	if (unlikely(binding->expiry_tsc <= w->now_tsc))
		drop(w, p, DROP_BINDING_EXPIRED);
	else if (unlikely(!ip_addr_is_unicast_routable(ip6_source(p->ip))))
		drop(w, p, DROP_SOURCE_ADDRESS);
	else if (unlikely(p->ip->hop_limit <= 1))
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
	else if (unlikely(p->octets > binding->inner_mtu))
		punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
	else if (unlikely(packet_headroom(p) < HEADROOM_OCTETS))
		drop(w, p, DROP_NO_HEADROOM);
	else
		return true;
	return false;
}

/* RFC 6275 §10.4.2, RFC 2473 §3.1: a packet to a mobile node is forwarded, so its own hop limit
 * counts down once. */
static inline void tunnel_to(struct worker *w, struct packet *p, const struct binding *binding,
			     const struct tunnel_class *classes)
{
	p->ip->hop_limit--;
	p->next_hop = binding->next_hop;
	count_to(w, binding, p->octets);
	ip6_in_ip6_push(p, &classes[binding->tunnel], &binding->care_of);
}

void intercept_burst(struct worker *w, struct burst *b)
{
	const struct tunnel_class *classes = w->tables->tunnels;
	const struct binding *found[BURST_MAX];
	unsigned int n = b->data.count;
	unsigned int bound = 0;

	if (n == 0)
		return;
	bcache_find_bulk(w->tables->bcache, b->data.homes, n, found);
	for (unsigned int i = 0; i < n; i++)
		if (likely(found[i] != NULL))
			count_to_prefetch(w, found[i]);
	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->data.at[i];

		if (unlikely(found[i] == NULL)) {
			sort_other(w, b, p);
		} else if (likely(may_tunnel(w, p, found[i]))) {
			tunnel_to(w, p, found[i], classes);
			b->bound.at[bound++] = p;
		}
	}
	b->bound.count = (uint16_t)bound;
	w->stats.encapsulated += bound;
}
