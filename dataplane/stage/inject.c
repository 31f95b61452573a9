/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_ring_elem.h>

unsigned int inject_poll(struct worker *w)
{
	struct inject messages[BURST_MAX];
	struct burst b;
	unsigned int n;

	n = rte_ring_sc_dequeue_burst_elem(w->inject_ring, messages, sizeof(messages[0]), BURST_MAX,
					   NULL);
	if (n == 0)
		return 0;
	w->stats.injected += n;
	b.bound.count = 0;
	b.out.count = 0;
	for (unsigned int i = 0; i < n; i++) {
		struct packet *p = &b.packets[i];

		p->m = messages[i].packet;
		p->ip = rte_pktmbuf_mtod(p->m, struct ip6_hdr_wire *);
		p->octets = p->m->data_len;
		p->next_hop = messages[i].next_hop;
		p->tunnelled = false;
		packet_list_add(&b.out, p);
	}
	send_burst(w, &b);
	worker_free_dropped(w);
	return n;
}
