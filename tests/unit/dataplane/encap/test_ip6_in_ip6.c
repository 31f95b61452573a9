/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

static struct plane plane;
static struct ip_addr home;
static struct ip_addr care_of;
static struct ip_addr agent;
static struct ip_addr correspondent;

static void set_traffic_class(struct ip6_hdr_wire *ip, uint8_t class)
{
	ip->version_class_flow_be = rte_cpu_to_be_32(UINT32_C(0x60000000) | (uint32_t) class << 20);
}

static uint32_t flow_label(const struct ip6_hdr_wire *ip)
{
	return rte_be_to_cpu_32(ip->version_class_flow_be) & 0xfffff;
}

/* The outer header around a UDP packet with those ports, inner label and traffic class. */
static struct ip6_hdr_wire encapsulate(uint16_t source_port, uint32_t label, uint8_t class)
{
	uint8_t udp[8] = {(uint8_t)(source_port >> 8), (uint8_t)source_port, 0, 53, 0, 8, 0, 0};
	struct rte_mbuf *frame = packet_make(&plane, &correspondent, &home, PROTO_UDP, udp, 8);

	packets_clear(&plane);
	packet_ip(frame)->version_class_flow_be =
		rte_cpu_to_be_32(UINT32_C(0x60000000) | (uint32_t) class << 20 | label);
	packet_run(&plane, frame);
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	return *packet_ip(packet_sent(&plane));
}

static void the_traffic_class_is_copied_outwards_for_every_value(void)
{
	for (unsigned int class = 0; class < 256; class ++) {
		struct ip6_hdr_wire outer = encapsulate(1000, 0, (uint8_t) class);

		CU_ASSERT_EQUAL(ip6_traffic_class(&outer), class);
	}
}

static void a_flow_keeps_its_label_and_flows_differ(void)
{
	struct ip6_hdr_wire first = encapsulate(1000, 0, 0);
	struct ip6_hdr_wire again = encapsulate(1000, 0, 0);
	struct ip6_hdr_wire other_port = encapsulate(1001, 0, 0);
	struct ip6_hdr_wire other_label = encapsulate(1000, 7, 0);

	CU_ASSERT_EQUAL(flow_label(&first), flow_label(&again));
	CU_ASSERT_NOT_EQUAL(flow_label(&first), flow_label(&other_port));
	CU_ASSERT_NOT_EQUAL(flow_label(&first), flow_label(&other_label));
}

static void no_label_is_zero_and_labels_spread(void)
{
	unsigned int buckets[16] = {0};

	for (uint16_t port = 0; port < 1600; port++) {
		struct ip6_hdr_wire outer = encapsulate(port, 0, 0);

		CU_ASSERT_NOT_EQUAL(flow_label(&outer), 0);
		buckets[flow_label(&outer) & 15]++;
	}
	for (int i = 0; i < 16; i++)
		CU_ASSERT_TRUE(buckets[i] > 50 && buckets[i] < 200);
}

/* RFC 6040 §4.2, figure 4: rows inner Not-ECT, ECT(1), ECT(0), CE; columns by outer code point; -1:
 * drop. */
static void ecn_is_combined_as_rfc_6040_says(void)
{
	static const int expected[4][4] = {
		{0, 0, 0, -1},
		{1, 1, 1, 3},
		{2, 1, 2, 3},
		{3, 3, 3, 3},
	};

	for (uint8_t inner = 0; inner < 4; inner++)
		for (uint8_t outer = 0; outer < 4; outer++) {
			struct rte_mbuf *frame = packet_make_tunnelled(&plane, &care_of, &agent,
								       &home, &correspondent);

			packets_clear(&plane);
			set_traffic_class(packet_ip(frame), (uint8_t)(0xb8 | outer));
			set_traffic_class(packet_ip(frame) + 1, (uint8_t)(0x48 | inner));
			packet_run(&plane, frame);
			if (expected[inner][outer] < 0) {
				CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_ECN], 1);
				continue;
			}
			CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
			CU_ASSERT_EQUAL(ip6_traffic_class(packet_ip(packet_sent(&plane))),
					0x48 | expected[inner][outer]);
		}
}

static void without_headroom_the_packet_is_dropped_by_name(void)
{
	struct rte_mbuf *frame = packet_make(&plane, &correspondent, &home, PROTO_UDP, NULL, 8);

	packets_clear(&plane);
	memmove(frame->buf_addr, rte_pktmbuf_mtod(frame, void *), frame->data_len);
	frame->data_off = 0;
	packet_run(&plane, frame);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_NO_HEADROOM], 1);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_traffic_class_is_copied_outwards_for_every_value),
		UNIT(a_flow_keeps_its_label_and_flows_differ),
		UNIT(no_label_is_zero_and_labels_spread),
		UNIT(ecn_is_combined_as_rfc_6040_says),
		UNIT(without_headroom_the_packet_is_dropped_by_name),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_home_agent();
	correspondent = plane_correspondent();
	return unit_run("encap/ip6_in_ip6", cases, UNIT_COUNT(cases));
}
