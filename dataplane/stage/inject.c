/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_ring_elem.h>

#include "stage/send.h"

/* What the control thread wrote lies in its CPU's cache, and each line that is waited for takes as long as
 * forwarding several packets. So nothing is waited for: one turn sees that there is something, the
 * next one takes it off the ring, the one after sends it, and each fetches what the next will read. */

enum { FETCH_OCTETS = 192 }; /* of a frame; an acknowledgement seldom has more */

/* Data starts at the headroom or before. Both lines of the mbuf are written when it is freed, the first line of the frame gets
 * Ethernet, and the others are only read, if at all: by ports in software. */
static void fetch_packet(struct rte_mbuf *m)
{
	const uint8_t *at = (const uint8_t *)(m + 1) + RTE_PKTMBUF_HEADROOM - RTE_ETHER_HDR_LEN;

	__builtin_prefetch(m, 1);
	__builtin_prefetch(&m->next, 1);
	__builtin_prefetch(at, 1);
	for (unsigned int octets = RTE_CACHE_LINE_SIZE; octets < FETCH_OCTETS;
	     octets += RTE_CACHE_LINE_SIZE)
		__builtin_prefetch(at + octets);
}

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
	w->arrived_count = (uint16_t)rte_ring_sc_dequeue_burst_elem(
		w->inject_ring, w->arrived, sizeof(w->arrived[0]), BURST_MAX, NULL);
	for (unsigned int i = 0; i < w->arrived_count; i++)
		fetch_packet(w->arrived[i].packet);
}

/* True when something lies on the ring; then its lines are fetched. */
static bool is_announced(const struct rte_ring *ring)
{
	const struct inject *elements = (const struct inject *)(ring + 1);

	if (rte_ring_empty(ring))
		return false;
	__builtin_prefetch(&elements[ring->cons.head & ring->mask]);
	__builtin_prefetch(&ring->cons, 1);
	return true;
}

void inject_expect(const struct worker *w)
{
	rte_prefetch0(&w->inject_ring->prod);
}

unsigned int inject_poll(struct worker *w)
{
	unsigned int work = w->arrived_count + w->is_announced;

	if (w->arrived_count != 0)
		send_all(w);
	if (w->is_announced)
		take(w);
	w->is_announced = is_announced(w->inject_ring);
	return work + w->is_announced;
}
