/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Two workers on one thread: the first receives a tunnel, the second takes over when it is told to.
 */
#include <rte_malloc.h>

#include "dataplane/flow.h"
#include "dataplane/stage/stages.h"
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

enum {
	FLOWS_MAX = 1024,
	PORTS_AT = IP6,	     /* in the inner packet */
	NUMBER_AT = IP6 + 4, /* where a test writes a packet's number */
	RING_ROOM = PEER_RING_SLOTS - 1,
};

static struct plane plane;
static struct worker *first;
static struct worker *second;
static struct ip_addr home;
static struct ip_addr care_of;
static struct ip_addr agent;
static struct ip_addr correspondent;

static uint8_t *inner(struct rte_mbuf *frame)
{
	return (uint8_t *)(packet_ip(frame) + 1);
}

/* A tunnelled packet of that flow. */
static struct rte_mbuf *make(uint16_t flow, uint32_t number)
{
	struct rte_mbuf *frame =
		packet_make_tunnelled(&plane, &care_of, &agent, &home, &correspondent);

	memcpy(inner(frame) + PORTS_AT, &flow, sizeof(flow));
	memcpy(inner(frame) + NUMBER_AT, &number, sizeof(number));
	return frame;
}

static void receive(struct rte_mbuf *frame)
{
	worker_burst(first, &frame, 1, 0);
}

/* Whose the frame is. It is freed. */
static struct worker *owner_of(struct rte_mbuf *frame)
{
	packets_clear(&plane);
	receive(frame);
	CU_ASSERT_EQUAL(tx_queue_count(&first->tx[0]) + first->stats.handed_over, 1);
	return first->stats.handed_over == 1 ? second : first;
}

/* Some flow of that worker. */
static uint16_t flow_of(const struct worker *w)
{
	uint16_t flow = 0;

	while (flow < FLOWS_MAX && owner_of(make(flow, 0)) != w)
		flow++;
	packets_clear(&plane);
	CU_ASSERT_FATAL(flow < FLOWS_MAX);
	return flow;
}

static void all_packets_of_a_flow_have_one_owner(void)
{
	for (uint16_t flow = 0; flow < 64; flow++) {
		const struct worker *owner = owner_of(make(flow, 0));
		struct rte_mbuf *frame = make(flow, 4711);

		inner(frame)[1] = 0xb0; /* traffic class */
		inner(frame)[7] = 3;	/* hop limit */
		CU_ASSERT_PTR_EQUAL(owner_of(frame), owner);
	}
	packets_clear(&plane);
}

/* Writes flow number n over a frame. */
static void by_port(struct rte_mbuf *frame, uint16_t n)
{
	memcpy(inner(frame) + PORTS_AT + 2, &n, sizeof(n));
}

static void by_label(struct rte_mbuf *frame, uint16_t n)
{
	memcpy(inner(frame) + 2, &n, sizeof(n));
}

static void by_destination(struct rte_mbuf *frame, uint16_t n)
{
	memcpy(inner(frame) + IP6 - 2, &n, sizeof(n));
}

static void by_source(struct rte_mbuf *frame, uint16_t n)
{
	memcpy(inner(frame) + IP6 - 18, &n, sizeof(n));
}

static void many_flows_are_shared_evenly(void)
{
	static void (*const vary[])(struct rte_mbuf * frame,
				    uint16_t n) = {by_port, by_label, by_destination, by_source};

	for (size_t i = 0; i < UNIT_COUNT(vary); i++) {
		unsigned int handed = 0;

		for (uint16_t n = 0; n < FLOWS_MAX; n++) {
			struct rte_mbuf *frame = make(0, 0);

			vary[i](frame, n);
			packets_clear(&plane);
			receive(frame);
			handed += (unsigned int)first->stats.handed_over;
		}
		CU_ASSERT(handed > FLOWS_MAX * 4 / 10);
		CU_ASSERT(handed < FLOWS_MAX * 6 / 10);
	}
	packets_clear(&plane);
}

/* The tunnels that carry shared flows on are spread by label elsewhere: each worker's flows must have labels of all kinds. */
static void parts_are_even_and_no_part_of_the_label(void)
{
	enum { TRIES = 65536, PARTS = 32, LABEL_BITS = 20 };
	struct rte_mbuf *frame = make(0, 0);
	const struct ip6_hdr_wire *ip = (const void *)inner(frame);

	for (uint16_t parts = 1; parts <= PARTS; parts++) {
		unsigned int found[PARTS] = {0};
		unsigned int ones[LABEL_BITS] = {0};

		for (unsigned int n = 0; n < TRIES; n++) {
			uint64_t hash;
			uint16_t part;

			by_port(frame, (uint16_t)n);
			hash = flow_hash(ip, ip6_octets(ip), flow_destination(ip));
			part = flow_part(hash, parts);
			CU_ASSERT_FATAL(part < parts);
			found[part]++;
			for (int bit = 0; part == 0 && bit < LABEL_BITS; bit++)
				ones[bit] += flow_label(hash) >> bit & 1;
		}
		for (uint16_t part = 0; part < parts; part++) {
			CU_ASSERT(found[part] > TRIES / parts * 8 / 10);
			CU_ASSERT(found[part] < TRIES / parts * 12 / 10);
		}
		for (int bit = 0; bit < LABEL_BITS; bit++) {
			CU_ASSERT(ones[bit] > found[0] * 4 / 10);
			CU_ASSERT(ones[bit] < found[0] * 6 / 10);
		}
	}
	rte_pktmbuf_free(frame);
}

static uint32_t next_number[FLOWS_MAX];

/* What a worker sent: each flow's packets have come in order. Returns how many. */
static unsigned int judge_sent(struct worker *w)
{
	unsigned int n = tx_queue_count(&w->tx[0]);

	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *ip = (const uint8_t *)packet_ip(w->tx[0].buffer[i]);
		uint32_t number;
		uint16_t flow;

		memcpy(&flow, ip + PORTS_AT, sizeof(flow));
		memcpy(&number, ip + NUMBER_AT, sizeof(number));
		CU_ASSERT_EQUAL(number, next_number[flow]);
		next_number[flow]++;
	}
	rte_pktmbuf_free_bulk(w->tx[0].buffer, n);
	tx_queue_clear(&w->tx[0]);
	return n;
}

static void order_within_flows_is_kept(void)
{
	enum { BURSTS = 40, FLOWS = 8 };
	unsigned int sent[2] = {0};

	packets_clear(&plane);
	memset(next_number, 0, sizeof(next_number));
	for (uint32_t k = 0; k < BURSTS; k++) {
		struct rte_mbuf *frames[BURST_MAX];

		for (uint32_t i = 0; i < BURST_MAX; i++)
			frames[i] = make((uint16_t)(i % FLOWS), k * BURST_MAX / FLOWS + i / FLOWS);
		worker_burst(first, frames, BURST_MAX, 0);
		sent[0] += judge_sent(first);
	}
	while (spread_poll(second) != 0)
		sent[1] += judge_sent(second);
	CU_ASSERT_EQUAL(sent[0] + sent[1], BURSTS * BURST_MAX);
	CU_ASSERT(sent[0] > 0);
	CU_ASSERT(sent[1] > BURST_MAX);
	CU_ASSERT_EQUAL(first->stats.handed_over, sent[1]);
	CU_ASSERT_EQUAL(second->stats.taken_over, sent[1]);
	packets_clear(&plane);
}

static void what_is_taken_over_is_counted_once_and_forwarded_alike(void)
{
	uint16_t flow = flow_of(second);
	uint8_t alone[ETHER + IP6 + 8];

	first->peer_count = 0;
	receive(make(flow, 1));
	first->peer_count = 2;
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	memcpy(alone, rte_pktmbuf_mtod(packet_sent(&plane), const void *), sizeof(alone));
	packets_clear(&plane);

	receive(make(flow, 1));
	CU_ASSERT_EQUAL(tx_queue_count(&first->tx[0]), 0);
	CU_ASSERT_EQUAL(first->stats.decapsulated, 0);
	CU_ASSERT_EQUAL(spread_poll(second), 1);
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&second->tx[0]), 1);
	CU_ASSERT_EQUAL(second->tx[0].buffer[0]->pkt_len, sizeof(alone));
	CU_ASSERT_EQUAL(memcmp(rte_pktmbuf_mtod(second->tx[0].buffer[0], const void *), alone,
			       sizeof(alone)),
			0);
	CU_ASSERT_EQUAL(first->stats.received, 1);
	CU_ASSERT_EQUAL(second->stats.received, 0);
	CU_ASSERT_EQUAL(second->stats.taken_over, 1);
	CU_ASSERT_EQUAL(second->stats.decapsulated, 1);
	CU_ASSERT_EQUAL(node_counters_read(&first->from_nodes, 0).pkts, 0);
	CU_ASSERT_EQUAL(node_counters_read(&second->from_nodes, 0).pkts, 1);
	packets_clear(&plane);
}

static void what_is_taken_over_is_not_handed_on(void)
{
	struct rte_mbuf *frame = make(flow_of(second), 0);

	worker_burst_of_peer(first, &frame, 1, 0);
	CU_ASSERT_EQUAL(first->stats.handed_over, 0);
	CU_ASSERT_EQUAL(tx_queue_count(&first->tx[0]), 1);
	CU_ASSERT_TRUE(packets_balance(&plane));
	packets_clear(&plane);
}

/* The other port's address differs: a packet under the wrong port would be for somebody else. */
static void the_port_goes_with_the_packet(void)
{
	uint16_t flow = flow_of(second);

	second->macs[1] = (struct rte_ether_addr){{0x02, 0, 0, 0, 1, 1}};
	first->macs[1] = second->macs[1];
	for (uint16_t i = 0; i < 6; i++) {
		struct rte_mbuf *frame = make(flow, i);
		uint16_t port = i / 2 % 2;

		memcpy(rte_pktmbuf_mtod(frame, void *), &first->macs[port], RTE_ETHER_ADDR_LEN);
		worker_burst(first, &frame, 1, port);
	}
	memset(next_number, 0, sizeof(next_number));
	CU_ASSERT_EQUAL(spread_poll(second), 6);
	CU_ASSERT_EQUAL(second->stats.dropped[DROP_NOT_OUR_MAC], 0);
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL(judge_sent(second), 6);
	packets_clear(&plane);
}

static void a_full_ring_is_counted_and_what_it_did_not_take_is_freed(void)
{
	uint16_t flow = flow_of(second);

	for (unsigned int k = 0; k < 40; k++) {
		struct rte_mbuf *frames[BURST_MAX];

		for (unsigned int i = 0; i < BURST_MAX; i++)
			frames[i] = make(flow, k * BURST_MAX + i);
		worker_burst(first, frames, BURST_MAX, 0);
	}
	CU_ASSERT_EQUAL(first->stats.handed_over, RING_ROOM);
	CU_ASSERT_EQUAL(first->stats.dropped[DROP_PEER_RING_FULL], 40 * BURST_MAX - RING_ROOM);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(plane.pool), RING_ROOM);
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL(spread_poll(second), BURST_MAX); /* no more a turn: others wait, too */
	memset(next_number, 0, sizeof(next_number));
	CU_ASSERT_EQUAL(judge_sent(second), BURST_MAX);
	packets_clear(&plane);
}

static void what_is_left_on_rings_is_freed_at_the_end(void)
{
	uint16_t flow = flow_of(second);

	for (uint32_t i = 0; i < 100; i++)
		receive(make(flow, i));
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(plane.pool), 100);
	peers_empty(first);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(plane.pool), 100);
	peers_empty(second);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(plane.pool), 0);
	CU_ASSERT_EQUAL(spread_poll(second), 0);
	packets_clear(&plane);
}

/* What stays is opened for the right mobile node, whatever was handed over in front of it. */
static void one_burst_may_be_of_many_nodes(void)
{
	struct rte_mbuf *frames[BURST_MAX];

	packets_clear(&plane);
	for (uint16_t i = 0; i < BURST_MAX; i++) {
		struct ip_addr from = plane_care_of(i);
		struct ip_addr node = plane_home(i);

		frames[i] = packet_make_tunnelled(&plane, &from, &agent, &node, &correspondent);
	}
	worker_burst(first, frames, BURST_MAX, 0);
	CU_ASSERT(first->stats.handed_over > 0);
	CU_ASSERT(first->stats.decapsulated > 0);
	CU_ASSERT_EQUAL(first->stats.handed_over + first->stats.decapsulated, BURST_MAX);
	CU_ASSERT_EQUAL(spread_poll(second), first->stats.handed_over);
	CU_ASSERT_EQUAL(second->stats.decapsulated, first->stats.handed_over);
	CU_ASSERT_TRUE(packets_balance(&plane));
	packets_clear(&plane);
}

static void a_malformed_inner_packet_stays_and_is_dropped_by_its_name(void)
{
	uint16_t flow = flow_of(second);

	for (uint16_t cut = 1; cut <= IP6 + 8; cut++) {
		struct rte_mbuf *frame = make(flow, 0);

		packets_clear(&plane);
		packet_ip(frame)->payload_length_be = rte_cpu_to_be_16((uint16_t)(IP6 + 8 - cut));
		receive(frame);
		CU_ASSERT_EQUAL(first->stats.handed_over, 0);
		CU_ASSERT_EQUAL(first->stats.dropped[DROP_TUNNEL_INNER], 1);
		CU_ASSERT_TRUE(packets_balance(&plane));
	}
	packets_clear(&plane);
}

static void a_wrong_outer_source_is_refused_by_the_owner(void)
{
	struct rte_mbuf *frame = make(flow_of(second), 0);

	memset(packet_ip(frame)->source + 15, 0x77, 1);
	receive(frame);
	CU_ASSERT_EQUAL(spread_poll(second), 1);
	CU_ASSERT_EQUAL(second->stats.dropped[DROP_TUNNEL_OUTER_SOURCE], 1);
	CU_ASSERT_TRUE(packets_balance(&plane));
	packets_clear(&plane);
}

/* A burst of one of each kind: only tunnels are shared. */
static void packets_that_are_no_tunnel_stay(void)
{
	for (uint16_t n = 0; n < 64; n++) {
		struct rte_mbuf *frame =
			packet_make(&plane, &correspondent, &home, PROTO_UDP, &n, sizeof(n));

		packets_clear(&plane);
		receive(frame);
		CU_ASSERT_EQUAL(first->stats.encapsulated, 1);
		CU_ASSERT_EQUAL(first->stats.handed_over, 0);
	}
	packets_clear(&plane);
}

static uint64_t octets_taken; /* by peers_make */

static void rings_take_the_memory_that_is_asked_for(void)
{
	CU_ASSERT(octets_taken <= peers_octets(2));
	CU_ASSERT(octets_taken > peers_octets(2) * 9 / 10);
}

static uint64_t octets_in_use(void)
{
	struct rte_malloc_socket_stats stats = {0};

	rte_malloc_get_socket_stats(0, &stats);
	return stats.heap_allocsz_bytes;
}

static void without_peers_nothing_is_handed_over(void)
{
	packets_clear(&plane);
	for (uint16_t i = 0; i < plane.worker_count; i++) {
		struct worker *w = plane.workers[i];

		w->peer_count = 0;
		for (uint16_t flow = 0; flow < 30; flow++) {
			struct rte_mbuf *frame = make(flow, 0);

			worker_burst(w, &frame, 1, 0);
		}
		w->peer_count = plane.worker_count;
		CU_ASSERT_EQUAL(w->stats.handed_over, 0);
		CU_ASSERT_EQUAL(tx_queue_count(&w->tx[0]), 30);
	}
	packets_clear(&plane);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(all_packets_of_a_flow_have_one_owner),
		UNIT(many_flows_are_shared_evenly),
		UNIT(parts_are_even_and_no_part_of_the_label),
		UNIT(order_within_flows_is_kept),
		UNIT(what_is_taken_over_is_counted_once_and_forwarded_alike),
		UNIT(what_is_taken_over_is_not_handed_on),
		UNIT(the_port_goes_with_the_packet),
		UNIT(a_full_ring_is_counted_and_what_it_did_not_take_is_freed),
		UNIT(what_is_left_on_rings_is_freed_at_the_end),
		UNIT(one_burst_may_be_of_many_nodes),
		UNIT(a_malformed_inner_packet_stays_and_is_dropped_by_its_name),
		UNIT(a_wrong_outer_source_is_refused_by_the_owner),
		UNIT(packets_that_are_no_tunnel_stay),
		UNIT(rings_take_the_memory_that_is_asked_for),
		UNIT(without_peers_nothing_is_handed_over),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	first = plane.worker;
	second = plane_make_worker(&plane, 1, RTE_MAX_ETHPORTS);
	octets_taken = octets_in_use();
	if (peers_make(plane.workers, 2) != 0)
		return 2;
	octets_taken = octets_in_use() - octets_taken;
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_home_agent();
	correspondent = plane_correspondent();
	return unit_run("stage/spread", cases, UNIT_COUNT(cases));
}
