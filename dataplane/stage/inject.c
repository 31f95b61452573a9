/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_ring_elem.h>

#include "stage/send.h"

/* What is ours may be sent in fragments; what was only held until its next hop was known may not. */
static __rte_noinline __rte_cold void send_large(struct worker *w, struct packet *p,
						 const struct nexthop *hop)
{
	const struct home_agents agents = home_agents(w->tables);

	if (home_agent_find(&agents, ip6_source(p->ip)) != HOME_AGENT_NONE)
		fragment_send(w, p, hop->mtu, hop);
	else
		drop(w, p, DROP_TOO_BIG);
}

static void send_message(struct worker *w, struct packet *p)
{
	const struct nexthop *hop = nexthop_find(w->tables->nexthops, p->next_hop);

	if (hop != NULL && !hop->on_link && p->octets > hop->mtu)
		send_large(w, p, hop);
	else if (!send_frame(w, p->m, p->ip, p->octets, hop))
		send_unresolved(w, p);
}

unsigned int inject_poll(struct worker *w)
{
	struct inject messages[BURST_MAX];
	unsigned int n;

	n = rte_ring_sc_dequeue_burst_elem(w->inject_ring, messages, sizeof(messages[0]), BURST_MAX,
					   NULL);
	if (n == 0)
		return 0;
	w->stats.injected += n;
	worker_make_room(w);
	for (unsigned int i = 0; i < n; i++) {
		struct rte_mbuf *m = messages[i].packet;
		struct packet p = {
			.m = m,
			.ip = rte_pktmbuf_mtod(m, struct ip6_hdr_wire *),
			.octets = m->data_len,
			.next_hop = messages[i].next_hop,
		};

		send_message(w, &p);
	}
	worker_free_dropped(w);
	return n;
}
