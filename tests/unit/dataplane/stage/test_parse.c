/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

static struct plane plane;
static struct ip_addr from;
static struct ip_addr home;
static struct ip_addr agent;

static void expect_drop(struct rte_mbuf *frame, enum drop_reason reason)
{
	packets_clear(&plane);
	packet_run(&plane, frame);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[reason], 1);
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static struct rte_mbuf *good(void)
{
	return packet_make(&plane, &from, &home, PROTO_UDP, NULL, 8);
}

static void every_truncation_of_a_good_frame_is_a_runt_or_too_short(void)
{
	for (uint16_t length = 0; length < ETHER + IP6 + 8; length++) {
		struct rte_mbuf *frame = good();

		frame->data_len = length;
		frame->pkt_len = length;
		expect_drop(frame, length < ETHER + IP6 ? DROP_RUNT : DROP_LENGTH);
	}
}

static void link_padding_behind_the_packet_is_cut_off(void)
{
	struct rte_mbuf *frame = good();

	packets_clear(&plane);
	rte_pktmbuf_append(frame, 20);
	packet_run(&plane, frame);
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, ETHER + IP6 + IP6 + 8);
}

static void another_ip_version_is_dropped(void)
{
	struct rte_mbuf *frame = good();

	packet_ip(frame)->version_class_flow_be = RTE_BE32(0x40000000);
	expect_drop(frame, DROP_VERSION);
}

static void a_payload_length_past_the_frame_is_dropped(void)
{
	struct rte_mbuf *frame = good();

	packet_ip(frame)->payload_length_be = rte_cpu_to_be_16(9);
	expect_drop(frame, DROP_LENGTH);
}

static void a_frame_for_another_link_layer_address_is_dropped(void)
{
	struct rte_mbuf *frame = good();

	rte_pktmbuf_mtod(frame, uint8_t *)[5] = 77;
	expect_drop(frame, DROP_NOT_OUR_MAC);
}

static void what_is_the_kernels_is_dropped_by_name_where_there_is_no_kernel(void)
{
	struct rte_mbuf *multicast = good();
	struct rte_mbuf *arp = good();
	struct rte_mbuf *other = packet_make(&plane, &from, &from, PROTO_UDP, NULL, 8);
	struct rte_mbuf *tcp = packet_make(&plane, &from, &agent, PROTO_TCP, NULL, 20);

	rte_pktmbuf_mtod(multicast, uint8_t *)[0] = 0x33;
	rte_pktmbuf_mtod(arp, uint8_t *)[12] = 0x08;
	expect_drop(multicast, DROP_NO_KERNEL);
	expect_drop(arp, DROP_NO_KERNEL);
	expect_drop(other, DROP_NO_KERNEL);
	expect_drop(tcp, DROP_NO_KERNEL);
}

static void a_packet_in_several_buffers_is_dropped(void)
{
	struct rte_mbuf *frame = good();

	rte_pktmbuf_chain(frame, good());
	expect_drop(frame, DROP_SEGMENTED);
}

static void a_full_burst_keeps_its_order(void)
{
	struct rte_mbuf *burst[BURST_MAX];

	packets_clear(&plane);
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		struct ip_addr to = plane_home(i);

		burst[i] = packet_make(&plane, &from, &to, PROTO_UDP, NULL, 8);
	}
	worker_burst(plane.worker, burst, BURST_MAX, 0);
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), BURST_MAX);
	for (uint32_t i = 0; i < BURST_MAX; i++) {
		struct ip_addr to = plane_care_of(i);

		CU_ASSERT_EQUAL(
			memcmp(packet_ip(plane.worker->tx[0].buffer[i])->destination, to.bytes, 16),
			0);
	}
}

/* As where there is Mobile IPv4 only. What lies behind the tables is not looked at: here it says ::. */
static void without_home_agents_every_packet_is_the_kernels(void)
{
	static const struct tunnel_class nobody;
	struct dataplane_tables with = plane.tables;
	struct ip_addr unspecified = {0};
	const struct ip_addr *const destinations[] = {&agent, &unspecified};

	plane.tables.tunnels = &nobody;
	plane.tables.tunnel_count = 0;
	plane.tables.home_prefix_count = 0;
	for (size_t i = 0; i < UNIT_COUNT(destinations); i++)
		expect_drop(packet_make(&plane, &from, destinations[i], PROTO_IPV6, NULL, IP6),
			    DROP_NO_KERNEL);
	plane.tables = with;
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(every_truncation_of_a_good_frame_is_a_runt_or_too_short),
		UNIT(link_padding_behind_the_packet_is_cut_off),
		UNIT(another_ip_version_is_dropped),
		UNIT(a_payload_length_past_the_frame_is_dropped),
		UNIT(a_frame_for_another_link_layer_address_is_dropped),
		UNIT(what_is_the_kernels_is_dropped_by_name_where_there_is_no_kernel),
		UNIT(a_packet_in_several_buffers_is_dropped),
		UNIT(a_full_burst_keeps_its_order),
		UNIT(without_home_agents_every_packet_is_the_kernels),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	from = plane_correspondent();
	home = plane_home(0);
	agent = plane_home_agent();
	return unit_run("stage/parse", cases, UNIT_COUNT(cases));
}
