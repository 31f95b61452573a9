/* SPDX-License-Identifier: BSD-3-Clause */
#include "stage/stages.h"

#include "support/eal.h"
#include "support/packets.h"
#include "support/plane.h"
#include "support/unit.h"

enum { TURNS = 16, OCTETS = 60 };

static struct plane plane;

static struct rte_mbuf *make(uint8_t number)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(plane.pool);
	uint8_t *at;

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	m->data_len = OCTETS;
	m->pkt_len = OCTETS;
	at = rte_pktmbuf_mtod(m, uint8_t *);
	memset(at, 0, OCTETS);
	at[0] = 0x60;
	at[OCTETS - 1] = number;
	return m;
}

static void inject(uint8_t number, uint32_t next_hop)
{
	struct inject message = {.packet = make(number), .next_hop = next_hop};

	CU_ASSERT_FATAL(ring_put(plane.worker->inject_ring, &message));
}

/* Until nothing is left. Returns how many turns that took. */
static unsigned int run(void)
{
	unsigned int turns = 0;

	do {
		inject_expect(plane.worker);
		turns++;
	} while (inject_poll(plane.worker) != 0 && turns < TURNS);
	return turns;
}

static uint8_t number_of(const struct rte_mbuf *m)
{
	return *rte_pktmbuf_mtod_offset(m, const uint8_t *, m->data_len - 1);
}

static void one_packet_is_sent_as_a_frame(void)
{
	struct rte_mbuf *sent;

	packets_clear(&plane);
	inject(7, 1);
	CU_ASSERT(run() <= 4);
	sent = packet_sent(&plane);
	CU_ASSERT_PTR_NOT_NULL_FATAL(sent);
	CU_ASSERT_EQUAL(sent->data_len, OCTETS + RTE_ETHER_HDR_LEN);
	CU_ASSERT_EQUAL(number_of(sent), 7);
	CU_ASSERT_EQUAL(plane.worker->stats.injected, 1);
}

static void nothing_to_send_is_nothing_to_do(void)
{
	packets_clear(&plane);
	CU_ASSERT_EQUAL(inject_poll(plane.worker), 0);
	CU_ASSERT_EQUAL(plane.worker->stats.injected, 0);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
}

/* More than a burst, and some that come while others are on their way. */
static void all_are_sent_in_order(void)
{
	unsigned int count = BURST_MAX + 10;

	packets_clear(&plane);
	for (unsigned int i = 0; i < count; i++) {
		inject((uint8_t)i, 1);
		if (i == 5 || i == 6)
			inject_poll(plane.worker);
	}
	run();
	CU_ASSERT_EQUAL(plane.worker->stats.injected, count);
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), count);
	for (unsigned int i = 0; i < count; i++)
		CU_ASSERT_EQUAL(number_of(plane.worker->tx[0].buffer[i]), i);
}

static void one_without_a_link_layer_address_comes_back(void)
{
	struct punt punted;

	packets_clear(&plane);
	inject(1, NEXTHOP_NONE);
	run();
	CU_ASSERT_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_RESOLVE);
	CU_ASSERT_EQUAL(plane.worker->stats.injected, 1);
	CU_ASSERT_EQUAL(plane.worker->stats.punted[PUNT_RESOLVE], 1);
	rte_pktmbuf_free(punted.packet);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(one_packet_is_sent_as_a_frame),
		UNIT(nothing_to_send_is_nothing_to_do),
		UNIT(all_are_sent_in_order),
		UNIT(one_without_a_link_layer_address_comes_back),
	};

	test_eal_start(192);
	plane_make(&plane, 2, RTE_MAX_ETHPORTS);
	return unit_run("stage/inject", cases, UNIT_COUNT(cases));
}
