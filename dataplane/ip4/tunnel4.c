/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "count.h"
#include "encap/push4.h"
#include "ip4/send4.h"

/* Where the pieces of a packet go. */
struct way {
	const struct binding *binding;
	const struct tunnel4_class *class;
	const struct node_counters *nodes;
	uint32_t next_hop;
};

static void push_and_send(struct worker *w, struct packet *p, const void *how)
{
	const struct way *way = how;
	const struct nexthop *hop = nexthop_find(w->tables->nexthops, way->next_hop);
	struct ip4_hdr_wire *inner = p->ip4;

	if (packet_headroom(p) < HEADROOM4_OCTETS) {
		drop(w, p, DROP_NO_HEADROOM);
		return;
	}
	count(way->nodes, way->binding, p->octets);
	w->stats.encapsulated++;
	p->ip4 = push4(inner, p->octets, way->class, way->binding);
	p->octets = ip4_octets_of(p->ip4);
	p->next_hop = way->next_hop;
	if (hop != NULL && !hop->on_link)
		make_room_for_more(w, hop->port);
	if (!send_frame(w, p->m, p->ip4, p->octets, hop))
		send_unresolved(w, p);
}

/* What minimal encapsulation cannot carry, and pieces, go as IP in IP between the same ends (RFC 2004 §1), which takes more octets. */
static const struct tunnel4_class *class_for(const struct worker *w, const struct packet *p,
					     const struct binding *binding, uint16_t *mtu)
{
	const struct tunnel4_class *class = &w->tables->tunnels4[tunnel4_index(binding->tunnel)];

	*mtu = binding->inner_mtu;
	if (class->kind != ENCAP_MINIMAL || (minimal_fits(p->ip4) && p->octets <= *mtu))
		return class;
	*mtu = (uint16_t)(*mtu - (ENCAP_IP4_IN_IP4_OVERHEAD - ENCAP_MINIMAL_OVERHEAD));
	return &w->tables->tunnels4[tunnel4_index(
		tunnel4_number(tunnel4_local(binding->tunnel), ENCAP_IP4_IN_IP4))];
}

__rte_noinline __rte_cold void tunnel4_enter(struct worker *w, struct packet *p,
					     const struct binding *binding, uint32_t next_hop,
					     const struct node_counters *nodes)
{
	uint16_t mtu;
	struct way way = {
		.binding = binding,
		.class = class_for(w, p, binding, &mtu),
		.nodes = nodes,
		.next_hop = next_hop,
	};

	if (p->octets <= mtu)
		push_and_send(w, p, &way);
	else if (ip4_may_fragment(p->ip4))
		fragment4(w, p, mtu, push_and_send, &way);
	else
		punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
}

/* RFC 2003 §3.2: what comes from the exit point would go round. Behind a NAT others have that address, too; but their tunnels do not. */
static bool goes_round(const struct packet *p, const struct binding *binding,
		       const struct tunnel4_class *class)
{
	uint8_t protocol = p->ip4->protocol;

	if (ip4_source(p->ip4) != ip4_number(&binding->care_of))
		return false;
	return class->kind != ENCAP_UDP || protocol == PROTO_IPIP || protocol == PROTO_GRE ||
	       protocol == PROTO_MINIMAL;
}

static bool is_source_good(const struct packet *p, const struct tunnel4_class *class)
{
	uint32_t source = ip4_source(p->ip4);

	return ip4_is_unicast(source) && source != ip4_number(&class->local);
}

static void into_one(struct worker *w, struct packet *p, const struct binding *binding)
{
	const struct tunnel4_class *class = &w->tables->tunnels4[tunnel4_index(binding->tunnel)];

	if (binding->expiry_tsc <= w->now_tsc)
		drop(w, p, DROP_BINDING_EXPIRED);
	else if (!is_source_good(p, class))
		drop(w, p, DROP_SOURCE_ADDRESS);
	else if (goes_round(p, binding, class))
		drop(w, p, DROP_TUNNEL_LOOP);
	else if (p->ip4->ttl <= 1)
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
	else if (class->kind == ENCAP_UDP && binding->udp_port == 0)
		drop(w, p, DROP_TUNNEL_PORT);
	else
		tunnel4_enter(w, p, binding, binding->next_hop, &w->to_nodes);
}

bool copy4(struct worker *w, const struct packet *p, struct packet *copy)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(p->m->pool);
	void *at = m != NULL ? rte_pktmbuf_append(m, p->octets) : NULL;

	w->stats.copies_created++;
	if (at == NULL) {
		rte_pktmbuf_free(m);
		w->stats.dropped[DROP_NO_BUFFER]++;
		return false;
	}
	memcpy(at, p->ip4, p->octets);
	*copy = *p;
	copy->m = m;
	copy->ip4 = at;
	return true;
}

/* RFC 5944 §3.8.3.1: with simultaneous bindings a copy for each. */
static void copy_into_others(struct worker *w, const struct packet *p,
			     const struct binding *binding)
{
	for (int i = 1; binding->also != 0 && i < SIMULTANEOUS_BINDINGS_MAX; i++) {
		struct packet copy;

		binding = bcache_next(w->tables->bcache, binding);
		worker_free_dropped(w);
		if (copy4(w, p, &copy))
			into_one(w, &copy, binding);
	}
	worker_free_dropped(w);
}

__rte_noinline __rte_cold void tunnel4_oddly(struct worker *w, struct packet *p,
					     const struct binding *binding)
{
	if (binding->also != 0)
		copy_into_others(w, p, binding);
	into_one(w, p, binding);
}
