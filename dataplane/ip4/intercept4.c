/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "count.h"
#include "encap/push4.h"
#include "ip4/send4.h"
#include "stage/find.h"

enum { FETCH_AHEAD = 3 }; /* packets: more than the processor looks ahead by itself */

static void sort_host(struct worker *w, struct packet *p, const struct home_network *network)
{
	if (network->port == HOME_PORT_NONE)
		punt(w, p, PUNT_ERROR, DROP_NO_BINDING, DROP_NO_BINDING);
	else
		route4_to_home_link(w, p, network->port);
}

/* Not to a mobile node that is away. */
static __rte_noinline __rte_cold void sort_other(struct worker *w, struct burst4 *b,
						 struct packet *p)
{
	struct ip_addr to = ip4_mapped(p->ip4->destination);
	const struct home_network *network = home_network_find(w->tables, &to);

	if (network == NULL)
		packet_list_add(&b->all->kernel, p);
	else if (!is_broadcast_of(network, &to))
		sort_host(w, p, network);
	else if (local4_is_signalling(p)) /* for whichever home agent is there, RFC 5944 §3.6.1.2 */
		local4_punt_signalling(w, p, b->all->port);
	else
		broadcast4_forward(w, p, network);
}

/* What a kind cannot do is not for the common way. */
static inline bool may_push(const struct packet *p, const struct binding *binding,
			    const struct tunnel4_class *class)
{
	if (class->kind == ENCAP_UDP)
		return binding->udp_port != 0;
	return class->kind != ENCAP_MINIMAL || minimal_fits(p->ip4);
}

/* RFC 2003 §3.2: from neither end of the tunnel that it would enter. */
static inline bool is_source_good(const uint8_t source[static 4], const struct binding *binding,
				  const struct tunnel4_class *class)
{
	uint32_t raw = packet_raw_number(source);

	return likely(ip4_first_is_unicast(source[0])) &&
	       likely(raw != packet_raw_number(ip4_octets(&binding->care_of))) &&
	       likely(raw != packet_raw_number(ip4_octets(&class->local)));
}

static inline bool may_tunnel(const struct packet *p, const struct binding *binding,
			      const struct tunnel4_class *class, uint64_t now_tsc)
{
	return likely(binding->expiry_tsc > now_tsc) && likely(binding->also == 0) &&
	       is_source_good(p->ip4->source, binding, class) && likely(p->ip4->ttl > 1) &&
	       likely(p->octets <= binding->inner_mtu) &&
	       likely(packet_headroom(p) >= HEADROOM4_OCTETS);
}

/* What the look-up brought into the first cache may have taken the place of a header that is read soon. */
static inline void fetch_again(const struct packet_keys *data, unsigned int i)
{
	if (i < data->count)
		rte_prefetch0(data->at[i]->ip4);
}

/* The notes are brought up to date only for the packet that stays. Counting waits until the headers are written: whatever it writes,
 * the compiler would read all again. */
static inline void tunnel_to(struct worker *w, struct packet *p, const struct binding *binding,
			     const struct tunnel4_class *class, const struct node_counters *nodes,
			     const struct nexthop_table *nexthops)
{
	struct ip4_hdr_wire *inner = p->ip4;
	uint16_t octets = p->octets;
	struct ip4_hdr_wire *outer = push4(inner, octets, class, binding);

	count(nodes, binding, octets);
	octets = (uint16_t)(octets + ((uint8_t *)inner - (uint8_t *)outer));
	if (likely(send_frame(w, p->m, outer, octets, nexthop_find(nexthops, binding->next_hop))))
		return;
	p->ip4 = outer;
	p->octets = octets;
	p->next_hop = binding->next_hop;
	send_unresolved(w, p);
}

static __rte_noinline unsigned int tunnel_all(struct worker *w, struct burst4 *b)
{
	const struct tunnel4_class *classes = w->tables->tunnels4;
	const struct nexthop_table *nexthops = w->tables->nexthops;
	const struct node_counters nodes = w->to_nodes;
	uint64_t now_tsc = w->now_tsc;
	unsigned int n = b->data.count;
	unsigned int others = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->data.at[i];
		const struct binding *binding = b->data.keys.bindings[i];
		const struct tunnel4_class *class;

		fetch_again(&b->data, i + FETCH_AHEAD);
		if (unlikely(binding == NULL)) {
			sort_other(w, b, p);
			others++;
			continue;
		}
		class = &classes[tunnel4_index(binding->tunnel)];
		if (unlikely(!may_tunnel(p, binding, class, now_tsc)) ||
		    unlikely(!may_push(p, binding, class))) {
			tunnel4_oddly(w, p, binding);
			others++;
			continue;
		}
		tunnel_to(w, p, binding, class, &nodes, nexthops);
	}
	return n - others;
}

void intercept4_burst(struct worker *w, struct burst4 *b)
{
	if (b->data.count == 0)
		return;
	find_begin(w->tables->bcache, &b->data.keys, b->data.count);
	find_end_words(w->tables->bcache, &b->data.keys, b->data.count, w->to_nodes);
	w->stats.encapsulated += tunnel_all(w, b);
}
