/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include "home_agents.h"
#include "stage/send.h"

/* What the control thread wrote lies in its CPU's cache, and each line that is waited for takes as long as
 * forwarding several packets. So nothing is waited for: one turn takes it off the ring, the next one sends it, and what
 * each reads was fetched before. */

/* As dataplane_alloc makes it. Of the mbuf only the first line is written, as is that of the frame, which gets Ethernet. The second one of the
 * mbuf is read when it is freed, and the others of the frame by ports in software. */
static void fetch_packet(struct rte_mbuf *m)
{
	const uint8_t *frame = own_frame(m);

	__builtin_prefetch(m, 1);
	__builtin_prefetch(&m->next);
	__builtin_prefetch(frame, 1);
	for (unsigned int octets = RTE_CACHE_LINE_SIZE; octets < OWN_FRAME_FETCHED;
	     octets += RTE_CACHE_LINE_SIZE)
		__builtin_prefetch(frame + octets);
}

/* What is ours may be sent in fragments; what was only held until its next hop was known may not. */
static __rte_noinline __rte_cold void send_large(struct worker *w, struct packet *p,
						 const struct nexthop *hop)
{
	if (home_agent_find(w->tables, ip6_source(p->ip)) != HOME_AGENT_NONE)
		fragment_send(w, p, hop->mtu, hop);
	else
		drop(w, p, DROP_TOO_BIG);
}

static void send_arrived(struct worker *w, const struct inject *message)
{
	struct rte_mbuf *m = message->packet;
	struct packet p = {
		.m = m,
		.ip = rte_pktmbuf_mtod(m, struct ip6_hdr_wire *),
		.octets = m->data_len,
		.next_hop = message->next_hop,
	};
	const struct nexthop *hop = nexthop_find(w->tables->nexthops, p.next_hop);

	if (hop != NULL && !hop->on_link && p.octets > hop->mtu)
		send_large(w, &p, hop);
	else if (!send_frame(w, p.m, p.ip, p.octets, hop))
		send_unresolved(w, &p);
}

static void send_all(struct worker *w)
{
	worker_make_room(w, w->arrived_count);
	for (unsigned int i = 0; i < w->arrived_count; i++)
		send_arrived(w, &w->arrived[i]);
	worker_free_dropped(w);
	w->stats.injected += w->arrived_count;
	w->arrived_count = 0;
}

static void take(struct worker *w)
{
	while (w->arrived_count < BURST_MAX &&
	       ring_take(w->inject_ring, &w->arrived[w->arrived_count]))
		fetch_packet(w->arrived[w->arrived_count++].packet);
}

void inject_expect(const struct worker *w)
{
	ring_expect_take(w->inject_ring);
}

unsigned int inject_poll(struct worker *w)
{
	unsigned int work = w->arrived_count;

	if (w->arrived_count != 0)
		send_all(w);
	take(w);
	return work + w->arrived_count;
}
