/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

#include "count.h"
#include "encap/ip6_in_ip6.h"
#include "ha/wire/icmp6.h"
#include "stage/find.h"
#include "stage/limit.h"
#include "stage/send.h"

/* The port whose link a home address lies on; HOME_PORT_NONE on a virtual home link. False for any
 * other address. */
static bool find_home_port(const struct dataplane_tables *tables, const struct ip_addr *to,
			   uint16_t *port)
{
	for (uint16_t i = 0; i < tables->home_prefix_count; i++) {
		if (!ip_prefix_contains(&tables->home_prefixes[i], to))
			continue;
		*port = tables->home_ports != NULL ? tables->home_ports[i] : HOME_PORT_NONE;
		return true;
	}
	return false;
}

static bool is_home_port(const struct dataplane_tables *tables, uint16_t port)
{
	for (uint16_t i = 0; tables->home_ports != NULL && i < tables->home_prefix_count; i++)
		if (tables->home_ports[i] == port)
			return true;
	return false;
}

/* RFC 6275 §10.4.2: not tunnelled, and by RFC 4291 §2.5.6 not forwarded either. */
static void refuse_link_local(struct worker *w, struct burst *b, struct packet *p)
{
	p->next_hop = b->port; /* as struct punt says */
	punt(w, p, PUNT_ERROR, DROP_LINK_LOCAL, DROP_LINK_LOCAL);
}

/* Not to a mobile node that is away; the home agents' anycast address is one of ours. What came out of
 * a tunnel is to a home address, or it would not be here. On a pci port the kernel's own link-local
 * address cannot be told from others. */
static __rte_noinline __rte_cold void sort_other(struct worker *w, struct burst *b,
						 struct packet *p)
{
	const struct ip_addr *to = ip6_destination(p->ip);
	uint16_t port;

	if (is_home_anycast_address(w->tables, to)) {
		p->next_hop = b->port; /* as struct punt says */
		punt(w, p, PUNT_LOCAL, 0, DROP_PUNT_LIMIT);
	} else if (find_home_port(w->tables, to, &port)) {
		if (port == HOME_PORT_NONE)
			punt(w, p, PUNT_ERROR, DROP_NO_BINDING, DROP_NO_BINDING);
		else
			route_to_home_link(w, p, port);
	} else if (ip_addr_is_link_local(to) && is_home_port(w->tables, b->port) &&
		   !w->twins[b->port].exists) {
		refuse_link_local(w, b, p);
	} else {
		packet_list_add(&b->kernel, p);
	}
}

/* Nearly all addresses are in 2000::/3. One that stands for an IPv4 address finds a binding of Mobile IPv4, which is not for
 * packets of IPv6. */
static inline bool may_have_addresses(const struct ip6_hdr_wire *ip)
{
	const struct ip_addr *from = ip6_source(ip);
	const struct ip_addr *to = ip6_destination(ip);

	if ((((from->bytes[0] ^ 0x20) | (to->bytes[0] ^ 0x20)) & 0xe0) == 0)
		return true;
	return ip_addr_is_unicast_routable(from) && !ip_addr_is_in_0_64(to);
}

static inline bool may_tunnel(const struct packet *p, const struct binding *binding,
			      uint64_t now_tsc)
{
	return likely(binding->expiry_tsc > now_tsc) && likely(may_have_addresses(p->ip)) &&
	       likely(p->ip->hop_limit > 1) && likely(p->octets <= binding->inner_mtu) &&
	       likely(packet_headroom(p) >= HEADROOM_OCTETS);
}

/* Into the tunnel and towards the care-of address, with a limit unless that is negative: whole if the path carries it, else in
 * two fragments. RFC 2473 §7.1 has those only for packets that no one can be asked to make smaller; and for one that fits a
 * tunnel without limit, so that what Packet Too Big said stays true. To a next hop that is not known yet it goes whole. */
__rte_noinline __rte_cold void tunnel_slowly(struct worker *w, struct packet *p,
					     const struct binding *binding, int limit)
{
	const struct tunnel_class *class = &w->tables->tunnels[binding->tunnel];
	const struct nexthop *hop = nexthop_find(w->tables->nexthops, binding->next_hop);
	uint16_t path_mtu = (uint16_t)(binding->inner_mtu + tunnel_overhead(class));
	uint16_t overhead = ENCAP_IP6_IN_IP6_OVERHEAD + (limit < 0 ? 0 : ENCAP_LIMIT_OCTETS);
	struct ip6_hdr_wire *inner = p->ip;
	uint32_t to = bcache_hash(w->tables->bcache, ip6_destination(inner));
	uint64_t flow = flow_hash(inner, p->octets, to);

	count(&w->to_nodes, binding, p->octets);
	w->stats.encapsulated++;
	p->ip = (struct ip6_hdr_wire *)((uint8_t *)inner - overhead);
	if (limit < 0)
		ip6_in_ip6_push(p->ip, inner, p->octets, flow, class, &binding->care_of);
	else
		ip6_in_ip6_push_limited(p->ip, inner, p->octets, flow, class, &binding->care_of,
					(uint8_t)limit);
	inner->hop_limit--;
	p->octets = (uint16_t)(p->octets + overhead);
	p->next_hop = binding->next_hop;
	if (hop == NULL || hop->on_link)
		send_unresolved(w, p);
	else if (p->octets > path_mtu)
		fragment_send(w, p, path_mtu, hop);
	else
		send_frame(w, p->m, p->ip, p->octets, hop);
}

/* RFC 2473 §4.1.1: what a packet brings counts down, else what is configured. */
bool limit_in_tunnel(const struct packet *p, const struct tunnel_class *class, uint16_t *at,
		     int *limit)
{
	*at = limit_find(p->ip, p->octets);
	*limit = class->is_limited ? class->limit : -1;
	if (*at == 0)
		return true;
	*limit = ((const uint8_t *)p->ip)[*at] - 1;
	return *limit >= 0;
}

/* False, and the packet ended, when it may enter no tunnel. */
static bool limit_for(struct worker *w, struct packet *p, const struct tunnel_class *class,
		      int *limit)
{
	uint16_t at;

	if (limit_in_tunnel(p, class, &at, limit))
		return true;
	p->next_hop = at;
	punt(w, p, PUNT_ERROR, DROP_TUNNEL_LIMIT, DROP_TUNNEL_LIMIT);
	return false;
}

/* Any packet to a mobile node, by all the rules: what few packets need and what ends a packet, by the first of the reasons. */
static __rte_noinline __rte_cold void tunnel_oddly(struct worker *w, struct packet *p,
						   const struct binding *binding)
{
	const struct tunnel_class *class;
	int limit;

	if (ip_addr_is_in_0_64(ip6_destination(p->ip))) {
		drop(w, p, DROP_NO_BINDING);
		return;
	}
	class = &w->tables->tunnels[binding->tunnel];
	if (binding->expiry_tsc <= w->now_tsc)
		drop(w, p, DROP_BINDING_EXPIRED);
	else if (!ip_addr_is_unicast_routable(ip6_source(p->ip)))
		drop(w, p, DROP_SOURCE_ADDRESS);
	else if (p->ip->hop_limit <= 1)
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
	else if (p->octets > binding->inner_mtu && p->octets > IP6_MTU_MIN)
		punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
	else if (packet_headroom(p) < HEADROOM_OCTETS_MAX)
		drop(w, p, DROP_NO_HEADROOM);
	else if (limit_for(w, p, class, &limit))
		tunnel_slowly(w, p, binding, limit);
}

/* RFC 6275 §10.4.2, RFC 2473 §3.1: a packet to a mobile node is forwarded, so its own hop limit
 * counts down once; after its first word was read whole, which would stall the other way round. The
 * notes are brought up to date only for the packet that stays. */
static inline void tunnel_to(struct worker *w, struct packet *p, uint64_t flow,
			     const struct binding *binding, const struct tunnel_class *classes,
			     const struct nexthop_table *nexthops)
{
	struct ip6_hdr_wire *inner = p->ip;
	struct ip6_hdr_wire *outer = inner - 1;
	uint16_t octets = (uint16_t)(p->octets + ENCAP_IP6_IN_IP6_OVERHEAD);
	struct rte_mbuf *m = p->m;

	ip6_in_ip6_push(outer, inner, p->octets, flow, &classes[binding->tunnel],
			&binding->care_of);
	inner->hop_limit--;
	if (likely(send_frame(w, m, outer, octets, nexthop_find(nexthops, binding->next_hop))))
		return;
	p->ip = outer;
	p->octets = octets;
	p->next_hop = binding->next_hop;
	send_unresolved(w, p);
}

static __rte_noinline unsigned int tunnel_all(struct worker *w, struct burst *b)
{
	const struct tunnel_class *classes = w->tables->tunnels;
	const struct nexthop_table *nexthops = w->tables->nexthops;
	const struct node_counters nodes = w->to_nodes;
	uint64_t now_tsc = w->now_tsc;
	unsigned int n = b->data.count;
	unsigned int others = 0;

	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = b->data.at[i];
		const struct binding *binding = b->data.keys.bindings[i];
		uint32_t ports = 0;
		uint16_t octets;

		if (unlikely(binding == NULL)) {
			sort_other(w, b, p);
			others++;
			continue;
		}
		if (unlikely(!may_tunnel(p, binding, now_tsc))) {
			tunnel_oddly(w, p, binding);
			others++;
			continue;
		}
		if (likely(flow_has_ports(p->ip))) {
			ports = flow_ports(p->ip, p->octets);
		} else if (limit_may_be(p->ip->next_header)) {
			tunnel_oddly(w, p, binding);
			others++;
			continue;
		}
		octets = p->octets;
		tunnel_to(w, p, flow_hash_of(p->ip, b->data.keys.hashes[i], ports), binding,
			  classes, nexthops);
		count(&nodes, binding, octets);
	}
	return n - others;
}

/* With a limit configured every outer header carries one. */
static __rte_noinline __rte_cold void tunnel_all_limited(struct worker *w, struct burst *b)
{
	for (unsigned int i = 0; i < b->data.count; i++) {
		struct packet *p = b->data.at[i];
		const struct binding *binding = b->data.keys.bindings[i];

		if (binding == NULL)
			sort_other(w, b, p);
		else
			tunnel_oddly(w, p, binding);
	}
}

void intercept_burst(struct worker *w, struct burst *b)
{
	if (b->data.count == 0)
		return;
	find_begin(w->tables->bcache, &b->data.keys, b->data.count);
	find_end(w->tables->bcache, &b->data.keys, b->data.count, w->to_nodes);
	if (unlikely(w->tables->tunnels->is_limited))
		tunnel_all_limited(w, b);
	else
		w->stats.encapsulated += tunnel_all(w, b);
}
