/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_branch_prediction.h>
#include <rte_prefetch.h>

#include "encap/encap.h"

static bool is_home_address(const struct dataplane_tables *tables, const struct ip_addr *to)
{
	for (uint16_t i = 0; i < tables->home_prefix_count; i++)
		if (ip_prefix_contains(&tables->home_prefixes[i], to))
			return true;
	return false;
}

/* Not to a mobile node that is away. */
static void sort_other(struct worker *w, struct burst *b, struct packet *p)
{
	const struct ip_addr *to = ip6_destination(p->ip);

	if (is_home_address(w->tables, to)) {
		punt(w, p, PUNT_ERROR, DROP_NO_BINDING, DROP_NO_BINDING);
	} else if (p->tunnelled) {
		packet_list_add(&b->plain, p);
	} else {
		rte_pktmbuf_prepend(p->m, RTE_ETHER_HDR_LEN);
		packet_list_add(&b->kernel, p);
	}
}

/* RFC 6275 §10.4.2, RFC 2473 §3.1: a packet to a mobile node is forwarded, so its own hop limit
 * counts down once. */
static void tunnel_to(struct worker *w, struct burst *b, struct packet *p,
		      const struct binding *binding)
{
	uint16_t octets = p->m->data_len;
	struct binding_stats *stats;

	if (unlikely(binding->expiry_tsc <= w->now_tsc)) {
		drop(w, p, DROP_BINDING_EXPIRED);
		return;
	}
	if (unlikely(!ip_addr_is_unicast_routable(ip6_source(p->ip)))) {
		drop(w, p, DROP_SOURCE_ADDRESS);
		return;
	}
	if (unlikely(p->ip->hop_limit <= 1)) {
		punt(w, p, PUNT_ERROR, DROP_HOP_LIMIT, DROP_HOP_LIMIT);
		return;
	}
	if (unlikely(octets > binding->inner_mtu)) {
		punt(w, p, PUNT_ERROR, DROP_TOO_BIG, DROP_TOO_BIG);
		return;
	}
	p->ip->hop_limit--;
	if (unlikely(
		    !ip6_in_ip6_push(p, &w->tables->tunnels[binding->tunnel], &binding->care_of))) {
		drop(w, p, DROP_NO_HEADROOM);
		return;
	}
	p->next_hop = binding->next_hop;
	packet_list_add(&b->out, p);
	stats = &w->binding_stats[binding->slot];
	stats->to_pkts++;
	stats->to_bytes += octets;
	w->stats.encapsulated++;
}

void intercept_burst(struct worker *w, struct burst *b)
{
	const struct binding *found[BURST_MAX];
	const struct ip_addr *homes[BURST_MAX];
	uint16_t n = b->data.count;

	if (n == 0)
		return;
	for (uint16_t i = 0; i < n; i++)
		homes[i] = ip6_destination(b->data.at[i]->ip);
	bcache_find_bulk(w->tables->bcache, homes, n, found);
	for (uint16_t i = 0; i < n; i++)
		rte_prefetch0(found[i]);
	for (uint16_t i = 0; i < n; i++) {
		if (likely(found[i] != NULL)) {
			__builtin_prefetch(&w->binding_stats[found[i]->slot], 1);
			b->data.at[i]->binding = found[i];
		}
	}
	for (uint16_t i = 0; i < n; i++) {
		if (likely(found[i] != NULL))
			tunnel_to(w, b, b->data.at[i], found[i]);
		else
			sort_other(w, b, b->data.at[i]);
	}
}
