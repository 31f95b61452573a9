/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>

#include "ha/wire/icmp6.h"
#include "stage/inner.h"
#include "stage/send.h"

/* A packet goes to the tunnels of the nodes that have joined its group, and never from the link to the link. Everything here is
 * for packets that were misses before: none of them has a binding, nor a next hop that is remembered. */

/* Where a packet is to go, besides one more tunnel. */
struct fan_out {
	const struct binding *last; /* the tunnel that has no copy yet; NULL: there is none */
	uint16_t mtu; /* of the narrowest tunnel that the packet did not fit; 0: all did */
	int limit;    /* Tunnel Encapsulation Limit; negative: none */
	enum drop_reason reason; /* should nobody get it */
};

/* RFC 6275 §11.3.4: a mobile node's own packets do not come back to it. */
static const struct binding *binding_of(const struct worker *w, const struct packet *p,
					const struct ip_addr *member)
{
	const struct binding *binding = bcache_find(w->tables->bcache, member);

	if (binding == NULL || binding->expiry_tsc <= w->now_tsc ||
	    ip_addr_equal(member, ip6_source(p->ip)))
		return NULL;
	return binding;
}

static bool fits(const struct packet *p, const struct binding *binding)
{
	return p->octets <= binding->inner_mtu || p->octets <= IP6_MTU_MIN;
}

/* False, counted, when there is no buffer for it. */
static bool make_copy(struct worker *w, const struct packet *p, struct packet *copy)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(p->m->pool);
	void *at = m != NULL ? rte_pktmbuf_append(m, p->octets) : NULL;

	w->stats.copies_created++;
	if (at == NULL) {
		rte_pktmbuf_free(m);
		w->stats.dropped[DROP_NO_BUFFER]++;
		return false;
	}
	memcpy(at, p->ip, p->octets);
	*copy = *p;
	copy->m = m;
	copy->ip = at;
	return true;
}

/* There is room for the drops and the frames of a burst, and copies are more: what was dropped before goes back first. */
static void into_tunnel(struct worker *w, struct packet *p, const struct binding *binding,
			int limit)
{
	const struct nexthop *hop = nexthop_find(w->tables->nexthops, binding->next_hop);

	worker_free_dropped(w);
	if (packet_headroom(p) < HEADROOM_OCTETS_MAX) {
		drop(w, p, DROP_NO_HEADROOM);
		return;
	}
	if (hop != NULL && !hop->on_link)
		make_room_for_more(w, hop->port);
	tunnel_slowly(w, p, binding, limit);
}

/* RFC 8201 §4: a group is told as well. Once for all of its tunnels. */
static void answer_too_big(struct worker *w, struct packet *p, uint16_t mtu)
{
	worker_free_dropped(w);
	p->next_hop = mtu; /* as struct punt says */
	punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
}

static void copy_into_tunnel(struct worker *w, const struct packet *p,
			     const struct binding *binding, int limit)
{
	struct packet copy;

	if (make_copy(w, p, &copy))
		into_tunnel(w, &copy, binding, limit);
}

/* Copies for all members but the last one. */
static struct fan_out fan_out(struct worker *w, const struct packet *p,
			      const struct multicast_group *group)
{
	struct fan_out out = {.reason = DROP_TUNNEL_LIMIT};
	uint16_t at;

	if (!limit_in_tunnel(p, w->tables->tunnels, &at, &out.limit))
		return out;
	out.reason = DROP_NO_MEMBER;
	for (uint32_t i = 0; i < group->count; i++) {
		const struct binding *binding = binding_of(w, p, &group->members[i]);

		if (binding == NULL)
			continue;
		if (!fits(p, binding)) {
			if (out.mtu == 0 || binding->inner_mtu < out.mtu)
				out.mtu = binding->inner_mtu;
			continue;
		}
		if (out.last != NULL)
			copy_into_tunnel(w, p, out.last, out.limit);
		out.last = binding;
	}
	return out;
}

/* What remains to be sent while the packet itself has another way to go. */
static void copy_rest(struct worker *w, const struct packet *p, const struct fan_out *out)
{
	struct packet copy;

	if (out->last != NULL)
		copy_into_tunnel(w, p, out->last, out->limit);
	if (out->mtu != 0 && make_copy(w, p, &copy))
		answer_too_big(w, &copy, out->mtu);
}

/* The packet itself goes to the last of them. */
static void send_rest(struct worker *w, struct packet *p, const struct fan_out *out)
{
	struct packet copy;

	if (out->last != NULL && out->mtu != 0 && make_copy(w, p, &copy))
		answer_too_big(w, &copy, out->mtu);
	if (out->last != NULL)
		into_tunnel(w, p, out->last, out->limit);
	else if (out->mtu != 0)
		answer_too_big(w, p, out->mtu);
	else
		drop(w, p, out->reason);
}

/* --- From the link --- */

/* A mobile node that is away sends nothing on its home link: what looks so is its own packet come back, or forged. */
static bool may_enter(struct worker *w, const struct packet *p, enum drop_reason *reason)
{
	const struct ip_addr *source = ip6_source(p->ip);

	*reason = DROP_SOURCE_ADDRESS;
	if (!ip_addr_is_unicast_routable(source))
		return false;
	*reason = DROP_MULTICAST_SOURCE;
	if (bcache_find(w->tables->bcache, source) != NULL)
		return false;
	*reason = DROP_HOP_LIMIT;
	return p->ip->hop_limit > 1;
}

/* The kernel behind a pci port has listeners of its own. */
__rte_cold bool multicast_receive(struct worker *w, struct burst *b, struct packet *p)
{
	const struct multicast_table *table = w->tables->multicast;
	const struct multicast_group *group;
	enum drop_reason reason;
	struct fan_out out;

	if (table == NULL || table->port != b->port)
		return false;
	group = multicast_find(table, ip6_destination(p->ip));
	if (group == NULL)
		return false;
	if (!may_enter(w, p, &reason)) {
		if (w->twins[b->port].exists)
			return false;
		drop(w, p, reason);
		return true;
	}
	out = fan_out(w, p, group);
	if (w->twins[b->port].exists) {
		copy_rest(w, p, &out);
		return false;
	}
	send_rest(w, p, &out);
	return true;
}

/* --- Out of a tunnel --- */

/* What else makes it valid is the control thread's to say. */
static bool is_listener(const struct ip6_hdr_wire *ip)
{
	return ip->next_header == PROTO_HOP_BY_HOP && ip->hop_limit == 1 &&
	       ip_addr_is_multicast(ip6_destination(ip));
}

__rte_cold bool multicast_is_listener(const struct worker *w, const struct packet *p)
{
	const struct ip6_hdr_wire *inner = inner_of(p);

	return multicast_is_on(w->tables->multicast) && ip_addr_is_link_local(ip6_source(inner)) &&
	       is_listener(inner);
}

/* RFC 2464 §7. */
static void send_on_link(struct worker *w, struct packet *p, uint16_t port)
{
	uint8_t *frame = (uint8_t *)p->ip - RTE_ETHER_HDR_LEN;

	p->ip->hop_limit--;
	frame[0] = 0x33;
	frame[1] = 0x33;
	memcpy(frame + 2, p->ip->destination + 12, 4);
	memcpy(frame + RTE_ETHER_ADDR_LEN, w->macs[port].addr_bytes, RTE_ETHER_ADDR_LEN);
	frame[12] = RTE_ETHER_TYPE_IPV6 >> 8;
	frame[13] = RTE_ETHER_TYPE_IPV6 & 0xff;
	packet_settle(p->m, frame, (uint16_t)(p->octets + RTE_ETHER_HDR_LEN));
	worker_transmit(&w->tx[port], p->m);
}

/* To those who listen in other tunnels, and to the link. */
static void forward(struct worker *w, struct packet *p, const struct multicast_table *table)
{
	const struct multicast_group *group = multicast_find(table, ip6_destination(p->ip));

	if (group != NULL) {
		struct fan_out out = fan_out(w, p, group);

		copy_rest(w, p, &out);
	}
	if (p->octets > table->mtu)
		answer_too_big(w, p, table->mtu);
	else
		send_on_link(w, p, table->port);
}

__rte_cold void multicast_from_node(struct worker *w, struct packet *p)
{
	const struct multicast_table *table = w->tables->multicast;

	if (multicast_is_on(table) && is_listener(p->ip)) {
		p->ip = (struct ip6_hdr_wire *)((uint8_t *)p->ip - p->outer_octets);
		p->octets = ip6_octets(p->ip);
		punt(w, p, PUNT_LISTENER, 0, DROP_PUNT_LIMIT);
	} else if (!multicast_is_on(table) || !multicast_is_global(ip6_destination(p->ip))) {
		drop(w, p, DROP_TUNNEL_INNER);
	} else if (p->ip->hop_limit <= 1) {
		drop(w, p, DROP_HOP_LIMIT);
	} else {
		forward(w, p, table);
	}
}
