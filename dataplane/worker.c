/* SPDX-License-Identifier: BSD-3-Clause */
#include "worker.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_pause.h>

#include "ip4/stages4.h"
#include "stage/stages.h"

static inline void walk(struct worker *w, struct rte_mbuf *frames[], uint16_t n, uint16_t port,
			bool is_shared)
{
	struct burst4 ip4;
	struct burst b;

	b.local.count = 0;
	b.plain.count = 0;
	b.kernel.count = 0;
	b.has_ip4 = false;
	b.ip4 = &ip4;
	b.port = port;
	worker_make_room(w, n);
	parse_burst(w, &b, frames, n);
	if (is_shared)
		spread_burst(w, &b);
	reverse_burst(w, &b);
	intercept_burst(w, &b);
	route_burst(w, &b);
	if (b.has_ip4)
		ip4_burst(w, &ip4);
	local_burst(w, &b);
	kernel_burst(w, &b);
	worker_free_dropped(w);
}

void worker_burst(struct worker *w, struct rte_mbuf *received[], uint16_t n, uint16_t port)
{
	w->stats.received += n;
	walk(w, received, n, port, w->peer_count != 0);
}

void worker_burst_of_peer(struct worker *w, struct rte_mbuf *handed[], uint16_t n, uint16_t port)
{
	w->stats.taken_over += n;
	walk(w, handed, n, port, false);
}

void worker_free_dropped(struct worker *w)
{
	if (w->dropped_count == 0)
		return;
	rte_pktmbuf_free_bulk(w->dropped, w->dropped_count);
	w->dropped_count = 0;
}

void worker_init_buffers(struct worker *w)
{
	for (uint16_t i = 0; i < PORTS_MAX; i++) {
		tx_queue_clear(&w->tx[i]);
		tx_queue_clear(&w->twins[i].tx);
	}
}

/* What the port does not take now is dropped: a worker never waits. */
static void flush_queue(struct worker *w, struct tx_queue *tx, uint64_t *counted)
{
	uint16_t count = tx_queue_count(tx);
	uint16_t sent = rte_eth_tx_burst(tx->ethdev, tx->queue, tx->buffer, count);

	*counted += sent;
	if (unlikely(sent < count)) {
		w->stats.dropped[DROP_PORT_FULL] += (uint64_t)(count - sent);
		rte_pktmbuf_free_bulk(&tx->buffer[sent], count - sent);
	}
	tx_queue_clear(tx);
}

static void flush_above(struct worker *w, uint16_t count)
{
	for (uint16_t i = 0; i < w->port_count; i++) {
		if (tx_queue_count(&w->tx[i]) > count)
			flush_queue(w, &w->tx[i], &w->stats.sent);
		if (tx_queue_count(&w->twins[i].tx) > count)
			flush_queue(w, &w->twins[i].tx, &w->stats.to_kernel);
	}
}

void worker_make_room(struct worker *w, uint16_t n)
{
	flush_above(w, (uint16_t)(WORKER_TX_MAX - n));
}

void worker_flush(struct worker *w)
{
	flush_above(w, 0);
}

/* What the kernel sends through a TAP twin leaves by the NIC as it is. */
static unsigned int poll_twins(struct worker *w)
{
	struct rte_mbuf *frames[BURST_MAX];
	unsigned int total = 0;

	for (uint16_t i = 0; i < w->twin_rx_count; i++) {
		const struct rx_queue *q = &w->twin_rx[i];
		uint16_t n = rte_eth_rx_burst(q->ethdev, q->queue, frames, BURST_MAX);

		w->stats.received += n;
		worker_make_room(w, n);
		for (uint16_t k = 0; k < n; k++)
			worker_transmit(&w->tx[q->port], frames[k]);
		total += n;
	}
	return total;
}

static unsigned int poll_ports(struct worker *w)
{
	struct rte_mbuf *received[BURST_MAX];
	unsigned int total = 0;

	for (uint16_t i = 0; i < w->rx_count; i++) {
		const struct rx_queue *q = &w->rx[i];
		uint16_t n = rte_eth_rx_burst(q->ethdev, q->queue, received, BURST_MAX);

		if (n == 0)
			continue;
		w->now_tsc = rte_rdtsc();
		worker_burst(w, received, n, q->port);
		total += n;
	}
	return total;
}

int worker_run(void *worker)
{
	struct worker *w = worker;

	rte_rcu_qsbr_thread_online(w->rcu, w->index);
	while (__atomic_load_n(&w->running, __ATOMIC_RELAXED)) {
		unsigned int work;

		inject_expect(w);
		work = poll_ports(w) + poll_twins(w) + inject_poll(w);
		if (w->peer_count != 0)
			work += spread_poll(w);
		worker_flush(w);
		rte_rcu_qsbr_quiescent(w->rcu, w->index);
		w->stats.polls++;
		if (work == 0) {
			w->stats.polls_idle++;
			w->now_tsc = rte_rdtsc();
			reassemble_expire(w);
			rte_pause();
		}
	}
	rte_rcu_qsbr_thread_offline(w->rcu, w->index);
	return 0;
}
