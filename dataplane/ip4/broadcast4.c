/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4/stages4.h"

#include "encap/push4.h"
#include "ip4/send4.h"

/* Broadcasts of a home network, for the mobile nodes that asked for them: the control thread lists them as the members of a group that
 * has the network's broadcast address. Nothing here is ever answered (RFC 1122 §3.2.2). */

enum { WRAPPED_TTL = 64 };

/* Where a broadcast is to go. The packet itself goes to the last of the tunnels. */
struct fan_out {
	const struct binding *last;
};

bool is_broadcast_of(const struct home_network *network, const struct ip_addr *to)
{
	uint32_t hosts =
		(uint32_t)(UINT64_C(0xffffffff) >> (network->prefix.length - IP4_PREFIX_BITS));

	return hosts > 1 && (ip4_number(to) & hosts) == hosts;
}

static struct ip_addr broadcast_of(const struct home_network *network)
{
	uint32_t hosts =
		(uint32_t)(UINT64_C(0xffffffff) >> (network->prefix.length - IP4_PREFIX_BITS));
	uint8_t octets[4];

	packet_put_number(octets, ip4_number(&network->prefix.addr) | hosts);
	return ip4_mapped(octets);
}

/* RFC 5944 §4.3: whose node itself ends no tunnel gets the broadcast inside a packet of its own, for it to open. */
static bool wrap(struct worker *w, struct packet *p, const struct binding *binding)
{
	const struct tunnel4_class *class = &w->tables->tunnels4[tunnel4_index(binding->tunnel)];
	struct ip4_hdr_wire *around = p->ip4 - 1;

	if (packet_headroom(p) < HEADROOM4_OCTETS + sizeof(*around)) {
		drop(w, p, DROP_NO_HEADROOM);
		return false;
	}
	p->octets = (uint16_t)(p->octets + sizeof(*around));
	*around = (struct ip4_hdr_wire){
		.version_ihl = IP4_VERSION_IHL,
		.tos = p->ip4->tos,
		.total_length_be = htobe16(p->octets),
		.id_be = p->ip4->id_be,
		.ttl = WRAPPED_TTL,
		.protocol = PROTO_IPIP,
	};
	memcpy(around->source, ip4_octets(&class->local), sizeof(around->source));
	memcpy(around->destination, ip4_octets(&binding->home), sizeof(around->destination));
	ip4_put_checksum(around);
	ip4_count_down(p->ip4);
	p->ip4 = around;
	return true;
}

static void into_tunnel(struct worker *w, struct packet *p, const struct binding *binding)
{
	worker_free_dropped(w);
	if ((binding->flags & BINDING_COLOCATED) != 0 && p->octets > binding->inner_mtu &&
	    !ip4_may_fragment(p->ip4))
		drop(w, p, DROP_TOO_BIG);
	else if ((binding->flags & BINDING_COLOCATED) != 0 || wrap(w, p, binding))
		tunnel4_enter(w, p, binding, binding->next_hop, &w->to_nodes);
}

static void copy_into_tunnel(struct worker *w, const struct packet *p,
			     const struct binding *binding)
{
	struct packet copy;

	worker_free_dropped(w);
	if (copy4(w, p, &copy))
		into_tunnel(w, &copy, binding);
}

static bool is_wanted(const struct worker *w, const struct binding *binding)
{
	const struct tunnel4_class *class = &w->tables->tunnels4[tunnel4_index(binding->tunnel)];

	return binding->expiry_tsc > w->now_tsc && (binding->flags & BINDING_BROADCASTS) != 0 &&
	       (class->kind != ENCAP_UDP || binding->udp_port != 0);
}

/* Each of its bindings that wants broadcasts. */
static void to_member(struct worker *w, const struct packet *p, const struct ip_addr *member,
		      struct fan_out *out)
{
	const struct binding *binding = bcache_find(w->tables->bcache, member);

	for (int i = 0; binding != NULL && i < SIMULTANEOUS_BINDINGS_MAX; i++) {
		if (is_wanted(w, binding)) {
			if (out->last != NULL)
				copy_into_tunnel(w, p, out->last);
			out->last = binding;
		}
		binding = bcache_next(w->tables->bcache, binding);
	}
}

static void to_network(struct worker *w, const struct packet *p, const struct home_network *network,
		       struct fan_out *out)
{
	struct ip_addr address = broadcast_of(network);
	const struct multicast_group *group =
		w->tables->multicast != NULL ? multicast_find(w->tables->multicast, &address)
					     : NULL;

	for (uint32_t i = 0; group != NULL && i < group->count; i++)
		to_member(w, p, &group->members[i], out);
}

/* A mobile node that is away sends nothing on its home link: what looks so is its own packet come back, or forged. The reason why the
 * packet goes to nobody, or DROP_REASON_COUNT. */
static enum drop_reason check(const struct worker *w, const struct packet *p)
{
	struct ip_addr source = ip4_mapped(p->ip4->source);

	if (!ip4_is_unicast(ip4_source(p->ip4)))
		return DROP_SOURCE_ADDRESS;
	if (bcache_find(w->tables->bcache, &source) != NULL)
		return DROP_MULTICAST_SOURCE;
	return p->ip4->ttl <= 1 ? DROP_HOP_LIMIT : DROP_REASON_COUNT;
}

static void send_last(struct worker *w, struct packet *p, const struct fan_out *out)
{
	worker_free_dropped(w);
	if (out->last != NULL)
		into_tunnel(w, p, out->last);
	else
		drop(w, p, DROP_NO_MEMBER);
}

/* Directed to a network from elsewhere. */
__rte_cold void broadcast4_forward(struct worker *w, struct packet *p,
				   const struct home_network *network)
{
	enum drop_reason reason = check(w, p);
	struct fan_out out = {0};

	if (reason != DROP_REASON_COUNT) {
		drop(w, p, reason);
		return;
	}
	to_network(w, p, network, &out);
	send_last(w, p, &out);
}

/* On the link of a home network, or to all that are on the link. */
static bool is_for(const struct home_network *network, const struct packet *p, uint16_t port)
{
	struct ip_addr to = ip4_mapped(p->ip4->destination);

	return network->port == port &&
	       (ip4_destination(p->ip4) == UINT32_MAX ||
		(ip_prefix_contains(&network->prefix, &to) && is_broadcast_of(network, &to)));
}

static bool is_home_port(const struct dataplane_tables *tables, uint16_t port)
{
	for (uint16_t i = 0; i < tables->home_network_count; i++)
		if (tables->home_networks[i].port == port)
			return true;
	return false;
}

/* The kernel behind a pci port gets it as well. True when the packet ended. */
static bool fan_out(struct worker *w, struct packet *p, uint16_t port)
{
	const struct dataplane_tables *tables = w->tables;
	bool has_kernel = w->twins[port].exists;
	enum drop_reason reason = check(w, p);
	struct fan_out out = {0};
	bool is_ours = false;

	for (uint16_t i = 0; i < tables->home_network_count; i++) {
		if (!is_for(&tables->home_networks[i], p, port))
			continue;
		is_ours = true;
		if (reason == DROP_REASON_COUNT)
			to_network(w, p, &tables->home_networks[i], &out);
	}
	if (has_kernel && out.last != NULL)
		copy_into_tunnel(w, p, out.last);
	if (has_kernel || !is_ours)
		return false;
	if (reason != DROP_REASON_COUNT)
		drop(w, p, reason);
	else
		send_last(w, p, &out);
	return true;
}

__rte_cold bool ip4_broadcast_receive(struct worker *w, struct burst *b, struct packet *p)
{
	const struct rte_ether_hdr *ether = rte_pktmbuf_mtod(p->m, const struct rte_ether_hdr *);
	unsigned int room = p->m->data_len - (unsigned int)RTE_ETHER_HDR_LEN;

	if (w->tables->agent4_count == 0 || ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV4) ||
	    !rte_is_multicast_ether_addr(&ether->dst_addr) ||
	    p->m->data_len < RTE_ETHER_HDR_LEN + sizeof(*p->ip4) || !ip4_is_whole(p->ip4, room))
		return false;
	p->octets = ip4_octets_of(p->ip4);
	if (local4_is_signalling(p) &&
	    (is_foreign_port(w->tables, b->port) || is_home_port(w->tables, b->port))) {
		local4_punt_signalling(w, p, b->port);
		return true;
	}
	return fan_out(w, p, b->port);
}
