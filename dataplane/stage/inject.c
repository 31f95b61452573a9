/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_ring_elem.h>

#include "stage/send.h"

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

		if (!send_frame(w, p.m, p.ip, p.octets,
				nexthop_find(w->tables->nexthops, p.next_hop)))
			send_unresolved(w, &p);
	}
	worker_free_dropped(w);
	return n;
}
