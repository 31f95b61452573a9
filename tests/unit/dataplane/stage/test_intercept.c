/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

static struct plane plane;
static struct ip_addr from;
static struct ip_addr home;

static void run_to_home(uint8_t hop_limit, uint16_t payload)
{
	struct rte_mbuf *frame = packet_make(&plane, &from, &home, PROTO_UDP, NULL, payload);

	packets_clear(&plane);
	packet_ip(frame)->hop_limit = hop_limit;
	packet_run(&plane, frame);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static void expect_error_punt(enum drop_reason reason)
{
	struct punt punted = {0};

	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_ERROR);
	CU_ASSERT_EQUAL(punted.reason, reason);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, uint8_t *)[0] >> 4, 6);
	rte_pktmbuf_free(punted.packet);
}

static void a_packet_to_a_mobile_node_is_tunnelled_to_its_care_of_address(void)
{
	struct ip_addr agent = plane_home_agent();
	struct ip_addr care_of = plane_care_of(0);
	struct ip6_hdr_wire *outer;

	run_to_home(64, 8);
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	outer = packet_ip(packet_sent(&plane));
	CU_ASSERT_EQUAL(outer->next_header, PROTO_IPV6);
	CU_ASSERT_EQUAL(outer->hop_limit, 64);
	CU_ASSERT_EQUAL(outer->payload_length_be, rte_cpu_to_be_16(IP6 + 8));
	CU_ASSERT_EQUAL(memcmp(outer->source, agent.bytes, 16), 0);
	CU_ASSERT_EQUAL(memcmp(outer->destination, care_of.bytes, 16), 0);
	CU_ASSERT_EQUAL(outer[1].hop_limit, 63);
	CU_ASSERT_EQUAL(memcmp(outer[1].destination, home.bytes, 16), 0);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(packet_sent(&plane), uint8_t *)[5], 2);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 0).pkts, 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 0).bytes, IP6 + 8);
}

static void hop_limit_one_asks_for_time_exceeded(void)
{
	run_to_home(1, 8);
	expect_error_punt(DROP_HOP_LIMIT);
	run_to_home(0, 8);
	expect_error_punt(DROP_HOP_LIMIT);
	run_to_home(2, 8);
	CU_ASSERT_PTR_NOT_NULL(packet_sent(&plane));
}

static void a_packet_larger_than_the_tunnel_asks_for_packet_too_big(void)
{
	run_to_home(64, 1460 - IP6);
	CU_ASSERT_PTR_NOT_NULL(packet_sent(&plane));
	run_to_home(64, 1461 - IP6);
	expect_error_punt(DROP_TOO_BIG);
}

static void a_home_address_without_binding_asks_for_unreachable(void)
{
	struct ip_addr nobody = plane_home(4711);
	struct rte_mbuf *frame = packet_make(&plane, &from, &nobody, PROTO_UDP, NULL, 8);

	packets_clear(&plane);
	packet_run(&plane, frame);
	expect_error_punt(DROP_NO_BINDING);
}

/* RFC 6275 §10.5. */
static void the_home_agents_anycast_address_is_the_home_agents_own(void)
{
	struct punt punted = {0};
	struct rte_mbuf *frame;
	struct ip_addr anycast;

	CU_ASSERT_TRUE_FATAL(ip_addr_parse("2001:db8:1:0:fdff:ffff:ffff:fffe", &anycast));
	frame = packet_make(&plane, &from, &anycast, PROTO_ICMP6, NULL, 8);
	packets_clear(&plane);
	packet_run(&plane, frame);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_LOCAL);
	CU_ASSERT_TRUE(packets_balance(&plane));
	rte_pktmbuf_free(punted.packet);
}

static void an_expired_binding_does_not_forward(void)
{
	uint64_t before = plane.bindings[0]->expiry_tsc;

	plane.bindings[0]->expiry_tsc = plane.worker->now_tsc;
	run_to_home(64, 8);
	plane.bindings[0]->expiry_tsc = before;
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_BINDING_EXPIRED], 1);
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
}

static void a_source_that_may_not_be_forwarded_is_dropped(void)
{
	static const char *const sources[] = {"::", "::1", "fe80::1", "ff02::1", "::ffff:1.2.3.4"};

	for (size_t i = 0; i < UNIT_COUNT(sources); i++) {
		struct ip_addr bad;
		struct rte_mbuf *frame;

		ip_addr_parse(sources[i], &bad);
		frame = packet_make(&plane, &bad, &home, PROTO_UDP, NULL, 8);
		packets_clear(&plane);
		packet_run(&plane, frame);
		CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_SOURCE_ADDRESS], 1);
		CU_ASSERT_TRUE(packets_balance(&plane));
	}
}

static void over_its_budget_an_error_is_only_counted(void)
{
	struct token_bucket before = plane.worker->buckets[PUNT_ERROR];

	plane.worker->buckets[PUNT_ERROR] =
		(struct token_bucket){.last_tsc = plane.worker->now_tsc};
	run_to_home(1, 8);
	plane.worker->buckets[PUNT_ERROR] = before;
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_HOP_LIMIT], 1);
	CU_ASSERT_EQUAL(plane.worker->stats.punted[PUNT_ERROR], 0);
}

static void an_unresolved_next_hop_is_handed_over_to_be_resolved(void)
{
	const struct nexthop *before = plane.nexthops->entries[PLANE_NEXT_HOP];
	struct punt punted = {0};

	plane.nexthops->entries[PLANE_NEXT_HOP] = NULL;
	run_to_home(64, 8);
	plane.nexthops->entries[PLANE_NEXT_HOP] = before;
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_RESOLVE);
	CU_ASSERT_EQUAL(punted.next_hop, PLANE_NEXT_HOP);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, struct ip6_hdr_wire *)->next_header,
			PROTO_IPV6);
	rte_pktmbuf_free(punted.packet);
}

/* The plane has a default route only: nothing is directly connected. */
static void on_a_real_link_an_address_that_is_not_connected_is_unreachable(void)
{
	static const uint16_t here = 0;
	struct ip_addr nobody = plane_home(4711);
	struct rte_mbuf *frame = packet_make(&plane, &from, &nobody, PROTO_UDP, NULL, 8);

	plane.tables.home_ports = &here;
	packets_clear(&plane);
	packet_run(&plane, frame);
	expect_error_punt(DROP_NO_BINDING);
	plane.tables.home_ports = NULL;
}

static void a_link_local_destination_is_refused_only_on_a_home_link(void)
{
	static const uint16_t here = 0;
	static const uint16_t elsewhere = 1;
	struct ip_addr local;
	struct rte_mbuf *frame;
	struct punt punted = {0};

	ip_addr_parse("fe80::10", &local);
	plane.tables.home_ports = &here;
	frame = packet_make(&plane, &from, &local, PROTO_UDP, NULL, 8);
	packets_clear(&plane);
	packet_run(&plane, frame);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.reason, DROP_LINK_LOCAL);
	CU_ASSERT_EQUAL(punted.port, 0);
	rte_pktmbuf_free(punted.packet);

	plane.tables.home_ports = &elsewhere;
	frame = packet_make(&plane, &from, &local, PROTO_UDP, NULL, 8);
	packets_clear(&plane);
	packet_run(&plane, frame);
	CU_ASSERT_FALSE(packet_punted(&plane, &punted));
	plane.tables.home_ports = NULL;
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_packet_to_a_mobile_node_is_tunnelled_to_its_care_of_address),
		UNIT(hop_limit_one_asks_for_time_exceeded),
		UNIT(a_packet_larger_than_the_tunnel_asks_for_packet_too_big),
		UNIT(a_home_address_without_binding_asks_for_unreachable),
		UNIT(on_a_real_link_an_address_that_is_not_connected_is_unreachable),
		UNIT(a_link_local_destination_is_refused_only_on_a_home_link),
		UNIT(the_home_agents_anycast_address_is_the_home_agents_own),
		UNIT(an_expired_binding_does_not_forward),
		UNIT(a_source_that_may_not_be_forwarded_is_dropped),
		UNIT(over_its_budget_an_error_is_only_counted),
		UNIT(an_unresolved_next_hop_is_handed_over_to_be_resolved),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	from = plane_correspondent();
	home = plane_home(0);
	return unit_run("stage/intercept", cases, UNIT_COUNT(cases));
}
