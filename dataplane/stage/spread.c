/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include <rte_cycles.h>
#include <rte_ring_elem.h>

#include "flow.h"
#include "stage/inner.h"

/* Which worker opens the tunnel of p. */
static inline uint16_t owner_of(const struct worker *w, const struct packet *p)
{
	const struct ip6_hdr_wire *inner = inner_of(p);

	return flow_part(flow_hash(inner, ip6_octets(inner), flow_destination(inner)),
			 w->peer_count);
}

/* A ring that is full means that its worker is behind: to wait for it would hold up all others. */
static void hand_over(struct worker *w, struct peer *peer, uint16_t port)
{
	struct handover messages[BURST_MAX];
	unsigned int n = peer->waiting.count;
	unsigned int put;

	for (unsigned int i = 0; i < n; i++)
		messages[i] = (struct handover){.frame = peer->waiting.at[i]->m, .port = port};
	put = rte_ring_sp_enqueue_burst_elem(peer->to, messages, sizeof(messages[0]), n, NULL);
	w->stats.handed_over += put;
	for (unsigned int i = put; i < n; i++)
		drop(w, peer->waiting.at[i], DROP_PEER_RING_FULL);
	peer->waiting.count = 0;
}

/* A flow has one owner and a ring keeps its order, so packets of a flow stay in the order in which they were received. */
void spread_burst(struct worker *w, struct burst *b)
{
	struct packet_keys *tunnel = &b->tunnel;
	uint16_t n = tunnel->count;
	uint16_t mine = 0;

	for (uint16_t i = 0; i < n; i++) {
		struct packet *p = tunnel->at[i];
		uint16_t owner = owner_of(w, p);

		if (owner == w->index) {
			bcache_keys_move(&tunnel->keys, mine, i);
			tunnel->at[mine++] = p;
		} else {
			packet_list_add(&w->peers[owner].waiting, p);
		}
	}
	tunnel->count = mine;
	for (uint16_t i = 0; mine < n && i < w->peer_count; i++)
		if (w->peers[i].waiting.count != 0)
			hand_over(w, &w->peers[i], b->port);
}

/* Runs of the same port are a burst each. */
static unsigned int take_over(struct worker *w, struct rte_ring *from)
{
	struct handover messages[BURST_MAX];
	struct rte_mbuf *frames[BURST_MAX];
	unsigned int n;
	unsigned int at = 0;

	n = rte_ring_sc_dequeue_burst_elem(from, messages, sizeof(messages[0]), BURST_MAX, NULL);
	if (n == 0)
		return 0;
	w->now_tsc = rte_rdtsc();
	while (at < n) {
		uint16_t port = messages[at].port;
		uint16_t count = 0;

		while (at < n && messages[at].port == port)
			frames[count++] = messages[at++].frame;
		worker_burst_of_peer(w, frames, count, port);
	}
	return n;
}

unsigned int spread_poll(struct worker *w)
{
	unsigned int total = 0;

	for (uint16_t i = 0; i < w->peer_count; i++)
		if (w->peers[i].from != NULL)
			total += take_over(w, w->peers[i].from);
	return total;
}
