/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "encap/encap.h"

/* The inner packet, when it is whole: IPv6, as long as it says, inside the outer one. */
static struct ip6_hdr_wire *inner_of(const struct packet *p)
{
	uint16_t room = (uint16_t)(p->m->data_len - p->outer_octets);
	struct ip6_hdr_wire *inner = (struct ip6_hdr_wire *)((uint8_t *)p->ip + p->outer_octets);

	if (unlikely(room < sizeof(*inner)))
		return NULL;
	if (unlikely((inner->version_class_flow_be & RTE_BE32(0xf0000000)) != RTE_BE32(0x60000000)))
		return NULL;
	if (unlikely(ip6_octets(inner) > room))
		return NULL;
	return inner;
}

/* RFC 6275 §10.4.5: the outer source must be the registered care-of address. */
static bool tunnel_is_registered(struct worker *w, struct packet *p, const struct binding *binding)
{
	const struct tunnel_class *tunnels = w->tables->tunnels;
	enum drop_reason reason;

	if (unlikely(binding == NULL))
		reason = DROP_TUNNEL_UNKNOWN;
	else if (unlikely(!ip_addr_equal(&binding->care_of, ip6_source(p->ip))))
		reason = DROP_TUNNEL_OUTER_SOURCE;
	else if (unlikely(!ip_addr_equal(&tunnels[binding->tunnel].home_agent,
					 ip6_destination(p->ip))))
		reason = DROP_TUNNEL_HOME_AGENT;
	else if (unlikely(binding->expiry_tsc <= w->now_tsc))
		reason = DROP_BINDING_EXPIRED;
	else
		return true;
	drop(w, p, reason);
	return false;
}

/* The mobile node talks to the home agent itself. */
static void sort_inner_local(struct worker *w, struct burst *b, struct packet *p)
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

static void open_tunnel(struct worker *w, struct burst *b, struct packet *p,
			const struct binding *binding)
{
	struct binding_stats *stats = &w->binding_stats[binding->slot];
	const struct ip_addr *to;

	if (unlikely(!ip6_in_ip6_pop(p))) {
		drop(w, p, DROP_TUNNEL_ECN);
		return;
	}
	p->tunnelled = true;
	stats->from_pkts++;
	stats->from_bytes += p->m->data_len;
	w->stats.decapsulated++;
	to = ip6_destination(p->ip);
	if (unlikely(is_home_agent(w->tables, to)))
		sort_inner_local(w, b, p);
	else if (unlikely(!ip_addr_is_unicast_routable(to)))
		drop(w, p, DROP_TUNNEL_INNER);
	else
		packet_list_add(&b->data, p);
}

void reverse_burst(struct worker *w, struct burst *b)
{
	const struct binding *found[BURST_MAX];
	const struct ip_addr *homes[BURST_MAX];
	struct packet *whole[BURST_MAX];
	unsigned int n = 0;

	for (uint16_t i = 0; i < b->tunnel.count; i++) {
		struct packet *p = b->tunnel.at[i];
		const struct ip6_hdr_wire *inner = inner_of(p);

		if (unlikely(inner == NULL)) {
			drop(w, p, DROP_TUNNEL_INNER);
			continue;
		}
		homes[n] = ip6_source(inner);
		whole[n++] = p;
	}
	if (n == 0)
		return;
	bcache_find_bulk(w->tables->bcache, homes, n, found);
	for (unsigned int i = 0; i < n; i++)
		rte_prefetch0(found[i]);
	for (unsigned int i = 0; i < n; i++)
		if (tunnel_is_registered(w, whole[i], found[i]))
			open_tunnel(w, b, whole[i], found[i]);
}
