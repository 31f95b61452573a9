/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "count.h"
#include "encap/gre.h"
#include "encap/ip4_in_ip4.h"
#include "encap/udp4.h"
#include "ip4/agents4.h"
#include "ip4/inner4.h"
#include "stage/find.h"
#include "stage/send.h"

enum { TUNNEL_DEPTH_MAX = 4 }; /* as for IPv6 */

static inline bool is_from_care_of(const struct packet *p, const struct binding *binding)
{
	return memcmp(ip4_octets(&binding->care_of), p->ip4->source, sizeof(p->ip4->source)) == 0;
}

/* What of the other end an encapsulation has beside its address. */
static inline bool has_key(const struct packet *p, const struct binding *binding)
{
	bool is_agreed = (binding->flags & BINDING_GRE_KEY) != 0;

	if (likely(p->outer_octets == ENCAP_GRE_OVERHEAD)) /* which has no room for one */
		return !is_agreed;
	return gre_has_key(p->ip4) == is_agreed &&
	       (!is_agreed || gre_key(inner4_of(p)) == binding->key);
}

/* Port 0 is nobody's: a binding has it while its port is not known. */
static inline bool is_from_port(const struct packet *p, const struct binding *binding)
{
	uint16_t port = udp4_source_port(inner4_of(p));

	return port == binding->udp_port && port != 0;
}

/* RFC 2784 §3.1: what leads back to the other end of the tunnel would go round. */
static bool goes_round(const struct packet *p)
{
	return packet_raw_number(inner4_of(p)->destination) == packet_raw_number(p->ip4->source);
}

static inline bool is_from_end(const struct packet *p, const struct binding *binding)
{
	enum encap_kind kind = tunnel4_kind(p->agent);

	if (kind == ENCAP_GRE)
		return likely(has_key(p, binding)) && likely(!goes_round(p));
	return kind != ENCAP_UDP || likely(is_from_port(p, binding));
}

/* RFC 3024 §5.2, §5.4: from the registered care-of address, by the tunnel that was agreed on. A visitor's binding needs no reverse
 * tunnel for this direction. */
static inline bool is_registered(const struct packet *p, const struct binding *binding,
				 uint64_t now_tsc)
{
	return likely(binding != NULL) && likely(is_from_care_of(p, binding)) &&
	       likely(binding->tunnel == p->agent) && likely(binding->expiry_tsc > now_tsc) &&
	       likely((binding->flags & (BINDING_REVERSE | BINDING_VISITOR)) != 0) &&
	       is_from_end(p, binding);
}

static bool is_to_us(const struct worker *w, const struct packet *p)
{
	return agent4_find(w->tables, inner4_of(p)->destination) != AGENT4_NONE;
}

/* A keepalive goes to the end of the tunnel itself; with R set in the request it says which port that is to have (RFC 3519 §4.6), which
 * the control thread then reads in front of it. */
static bool is_first_keepalive(const struct worker *w, const struct packet *p,
			       const struct binding *binding)
{
	return tunnel4_kind(p->agent) == ENCAP_UDP && binding->udp_port == 0 &&
	       inner4_of(p)->protocol == PROTO_ICMP && !ip4_is_fragment(inner4_of(p)) &&
	       is_to_us(w, p);
}

/* The rules for the packets that break the common one: to ourselves no reverse tunnel is needed, and what may be in minimal encapsulation
 * but does not fit it comes as IP in IP (RFC 2004 §1). The reason why a binding does not allow the packet, or DROP_REASON_COUNT. */
static enum drop_reason check(const struct worker *w, const struct packet *p,
			      const struct binding *binding)
{
	bool is_fallback = tunnel4_kind(binding->tunnel) == ENCAP_MINIMAL &&
			   tunnel4_kind(p->agent) == ENCAP_IP4_IN_IP4;

	if (!is_from_care_of(p, binding))
		return DROP_TUNNEL_OUTER_SOURCE;
	if (tunnel4_local(binding->tunnel) != tunnel4_local(p->agent))
		return DROP_TUNNEL_HOME_AGENT;
	if (binding->tunnel != p->agent && !is_fallback)
		return DROP_TUNNEL_ENCAPSULATION;
	if (binding->expiry_tsc <= w->now_tsc)
		return DROP_BINDING_EXPIRED;
	if (tunnel4_kind(p->agent) == ENCAP_GRE && !has_key(p, binding))
		return DROP_GRE_KEY;
	if (tunnel4_kind(p->agent) == ENCAP_GRE && goes_round(p))
		return DROP_TUNNEL_LOOP;
	if (tunnel4_kind(p->agent) == ENCAP_UDP && !is_from_port(p, binding) &&
	    !is_first_keepalive(w, p, binding))
		return DROP_TUNNEL_PORT;
	if ((binding->flags & (BINDING_REVERSE | BINDING_VISITOR)) == 0 && !is_to_us(w, p))
		return DROP_TUNNEL_REVERSE;
	return DROP_REASON_COUNT;
}

/* Of simultaneous bindings the one that allows the packet. NULL: none, and the packet ended by the reason of the first. */
static __rte_noinline __rte_cold const struct binding *
find_slowly(struct worker *w, struct packet *p, const struct binding *binding)
{
	enum drop_reason first = binding == NULL ? DROP_TUNNEL_UNKNOWN : DROP_REASON_COUNT;

	for (int i = 0; binding != NULL && i < SIMULTANEOUS_BINDINGS_MAX; i++) {
		enum drop_reason reason = check(w, p, binding);

		if (reason == DROP_REASON_COUNT)
			return binding;
		if (i == 0 || first == DROP_TUNNEL_OUTER_SOURCE)
			first = reason;
		binding = bcache_next(w->tables->bcache, binding);
	}
	drop(w, p, first);
	return NULL;
}

/* By the inner destination. One outside the home networks is no mobile node's: it needs no look-up. */
static __rte_noinline void sort_inner(struct worker *w, struct burst4 *b, struct packet *p)
{
	struct ip_addr to = ip4_mapped(p->ip4->destination);
	uint16_t agent = agent4_find(w->tables, p->ip4->destination);

	if (agent != AGENT4_NONE) {
		uint64_t key;

		if (local4_sort(w, b, p, agent) && inner4_check(w, b, p, &key))
			key4_add(&b->tunnel, w->tables->bcache, p, key);
	} else if (!ip4_is_unicast(ip4_number(&to))) {
		drop(w, p, DROP_TUNNEL_INNER);
	} else if (home_network_find(w->tables, &to) != NULL) {
		key4_add(&b->data, w->tables->bcache, p,
			 key4(KEY4_HOME, packet_raw_number(p->ip4->destination)));
	} else {
		plain4_add(b, p);
	}
}

/* By a next hop that is remembered for the destination; false, and nothing done, for whatever wants a closer look. */
static inline bool forward_again(struct worker *w, struct packet *p, struct ip4_hdr_wire *ip,
				 uint16_t octets, const struct nexthop_table *nexthops)
{
	const struct nexthop *hop = nexthop_find(nexthops, p->next_hop);

	if (unlikely(hop == NULL || octets > hop->mtu || ip->ttl <= 1 ||
		     !send_frame(w, p->m, ip, octets, hop)))
		return false;
	ip4_count_down(ip);
	return true;
}

/* The notes are brought up to date only for the packet that stays. */
static inline void forward_inner(struct worker *w, struct burst4 *b, struct packet *p,
				 const struct binding *binding, const struct node_counters *nodes,
				 struct ip4_hdr_wire *inner, uint16_t octets,
				 const struct nexthop_table *nexthops)
{
	bool is_visitors = (binding->flags & BINDING_VISITOR) != 0;

	if (likely(!is_visitors)) {
		bool is_sent = forward_again(w, p, inner, octets, nexthops);

		count(nodes, binding, octets);
		if (likely(is_sent))
			return;
	}
	p->ip4 = inner;
	p->octets = octets;
	p->tunnelled = true;
	if (is_visitors)
		visitor_deliver(w, p, binding);
	else
		sort_inner(w, b, p);
}

/* While the bindings come: what is remembered of the inner destinations. */
static __rte_noinline void find_next_hops(struct worker *w, struct burst4 *b, unsigned int n)
{
	struct destination *destinations = w->destinations;
	uint32_t generation = nexthop_generation(w->tables->nexthops);

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->tunnel.at[i];
		const struct ip_addr to = ip_addr_of_word(key4(KEY4_HOME, p->next_hop));

		p->next_hop = destination_find(destinations, &to, generation);
	}
}

static __rte_noinline unsigned int open_all(struct worker *w, struct burst4 *b, unsigned int n)
{
	const struct node_counters nodes = w->from_nodes;
	const struct nexthop_table *nexthops = w->tables->nexthops;
	uint64_t now_tsc = w->now_tsc;
	unsigned int refused = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->tunnel.at[i];
		struct ip4_hdr_wire *inner = inner4_of(p);
		const struct binding *binding = b->tunnel.keys.bindings[i];

		if (unlikely(!is_registered(p, binding, now_tsc))) {
			if (binding != NULL && visitor_is_delivery(w, b, p)) {
				visitor_open(w, b, p, binding);
				refused++;
				continue;
			}
			if (binding == NULL)
				binding = visitor_of_home_agent(w, b, p);
			binding = find_slowly(w, p, binding);
			if (binding == NULL) {
				refused++;
				continue;
			}
		}
		if (unlikely(!ip4_pop(p->ip4, inner))) {
			drop(w, p, DROP_TUNNEL_ECN);
			refused++;
		} else {
			uint16_t octets = ip4_octets_of(inner);

			forward_inner(w, b, p, binding, &nodes, inner, octets, nexthops);
		}
	}
	return n - refused;
}

/* One layer of tunnels. Those found inside are on the list afterwards: each takes the place of one that was opened before. */
static void open_layer(struct worker *w, struct burst4 *b)
{
	struct bcache_keys *keys = &b->tunnel.keys;
	unsigned int n = b->tunnel.count;

	b->tunnel.count = 0;
	find_begin(w->tables->bcache, keys, n);
	find_next_hops(w, b, n);
	find_end_words(w->tables->bcache, keys, n, w->from_nodes);
	w->stats.decapsulated += open_all(w, b, n);
}

/* Each of these layers has its own binding, whose care-of address is the home address of the layer around it. */
static __rte_noinline __rte_cold void open_nested(struct worker *w, struct burst4 *b)
{
	for (int depth = 1; depth < TUNNEL_DEPTH_MAX && b->tunnel.count != 0; depth++)
		open_layer(w, b);
	for (unsigned int i = 0; i < b->tunnel.count; i++)
		drop(w, b->tunnel.at[i], DROP_TUNNEL_NESTED);
}

void reverse4_burst(struct worker *w, struct burst4 *b)
{
	if (b->tunnel.count == 0)
		return;
	open_layer(w, b);
	if (unlikely(b->tunnel.count != 0))
		open_nested(w, b);
}
