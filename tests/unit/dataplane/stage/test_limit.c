/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/stage/limit.h"
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

enum { OPTIONS = 8, DATA = 16 };

static struct plane plane;
static struct ip_addr from;
static struct ip_addr home;

/* A destination options header with a limit, then data. */
static void run_with(uint8_t limit)
{
	const uint8_t body[OPTIONS + DATA] = {PROTO_NONE, 0, OPTION_TUNNEL_LIMIT, 1, limit, 1,
					      1,	  0};

	packets_clear(&plane);
	packet_run(&plane,
		   packet_make(&plane, &from, &home, PROTO_DEST_OPTIONS, body, sizeof(body)));
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static void expect_outer_limit(uint8_t limit, uint16_t inner)
{
	const uint8_t options[OPTIONS] = {PROTO_IPV6, 0, OPTION_TUNNEL_LIMIT, 1, limit, OPTION_PADN,
					  1,	      0};
	struct ip6_hdr_wire *outer;

	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	outer = packet_ip(packet_sent(&plane));
	CU_ASSERT_EQUAL(outer->next_header, PROTO_DEST_OPTIONS);
	CU_ASSERT_EQUAL(rte_be_to_cpu_16(outer->payload_length_be), inner + OPTIONS);
	CU_ASSERT_EQUAL(memcmp(outer + 1, options, sizeof(options)), 0);
	CU_ASSERT_EQUAL(memcmp((uint8_t *)(outer + 1) + OPTIONS + 24, home.bytes, 16), 0);
	CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, (uint32_t)(ETHER + IP6 + OPTIONS + inner));
}

static void a_limit_that_a_packet_brings_counts_down(void)
{
	run_with(4);
	expect_outer_limit(3, IP6 + OPTIONS + DATA);
	run_with(1);
	expect_outer_limit(0, IP6 + OPTIONS + DATA);
	run_with(255);
	expect_outer_limit(254, IP6 + OPTIONS + DATA);
}

static void limit_zero_asks_for_a_parameter_problem_at_the_limit(void)
{
	struct punt punted = {0};

	run_with(0);
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_ERROR);
	CU_ASSERT_EQUAL(punted.reason, DROP_TUNNEL_LIMIT);
	CU_ASSERT_EQUAL(punted.next_hop, IP6 + 4);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, uint8_t *)[7], 64);
	rte_pktmbuf_free(punted.packet);
}

static void a_configured_limit_goes_with_every_packet_that_brings_none(void)
{
	plane.tunnel.is_limited = true;
	plane.tunnel.limit = 7;
	packets_clear(&plane);
	packet_run(&plane, packet_make(&plane, &from, &home, PROTO_UDP, NULL, 8));
	expect_outer_limit(7, IP6 + 8);
	CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 0).pkts, 1);
	run_with(3);
	expect_outer_limit(2, IP6 + OPTIONS + DATA);
	plane.tunnel.is_limited = false;
}

static void other_options_and_other_headers_are_no_limit(void)
{
	static const struct {
		uint8_t next;
		uint8_t body[24];
	} packets[] = {
		{PROTO_DEST_OPTIONS, {PROTO_NONE, 0, 1, 4, 4, 1, 0, 0}}, /* inside padding */
		{PROTO_DEST_OPTIONS, {PROTO_NONE, 0, 4, 2, 0, 0, 1, 0}}, /* of another length */
		{PROTO_DEST_OPTIONS, {PROTO_NONE, 0, 1, 2, 0, 0, 4, 1}}, /* cut by its header */
		{PROTO_HOP_BY_HOP, {PROTO_NONE, 0, 4, 1, 0, 1, 1, 0}},	 /* of the wrong header */
		{PROTO_IPV6, {PROTO_NONE, 0, 4, 1, 0, 1, 1, 0}},
		{PROTO_FRAGMENT,
		 {PROTO_DEST_OPTIONS, 0, 0, 8, 0, 0, 0, 1, 59, 0, 4, 1, 0, 1, 1, 0}},
	};

	for (size_t i = 0; i < UNIT_COUNT(packets); i++) {
		packets_clear(&plane);
		packet_run(&plane,
			   packet_make(&plane, &from, &home, packets[i].next, packets[i].body, 24));
		CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
		CU_ASSERT_EQUAL(packet_ip(packet_sent(&plane))->next_header, PROTO_IPV6);
		CU_ASSERT_TRUE(packets_balance(&plane));
	}
}

/* RFC 2473 §4.1.1 (a): headers from left to right. */
static void a_limit_behind_other_extension_headers_is_found(void)
{
	const uint8_t body[32] = {PROTO_FRAGMENT,     0, 1, 4, 0, 0, 0, 0,
				  PROTO_DEST_OPTIONS, 0, 0, 1, 0, 0, 0, 9,
				  PROTO_NONE,	      0, 4, 1, 6, 1, 1, 0};

	packets_clear(&plane);
	packet_run(&plane, packet_make(&plane, &from, &home, PROTO_HOP_BY_HOP, body, sizeof(body)));
	expect_outer_limit(5, IP6 + sizeof(body));
}

static void a_packet_that_only_its_limit_makes_too_large_goes_in_fragments(void)
{
	uint8_t body[1420] = {PROTO_NONE, 0, OPTION_TUNNEL_LIMIT, 1, 4, 1, 1, 0};

	packets_clear(&plane);
	packet_run(&plane,
		   packet_make(&plane, &from, &home, PROTO_DEST_OPTIONS, body, sizeof(body)));
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, 1);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static void truncated_headers_are_not_read_past_their_end(void)
{
	const uint8_t body[24] = {PROTO_DEST_OPTIONS,
				  0,
				  1,
				  4,
				  0,
				  0,
				  0,
				  0,
				  PROTO_NONE,
				  1,
				  1,
				  4,
				  0,
				  0,
				  0,
				  0,
				  1,
				  0,
				  4,
				  1,
				  9,
				  0,
				  0,
				  0};
	uint8_t packet[IP6 + sizeof(body)];
	struct ip6_hdr_wire *ip = (struct ip6_hdr_wire *)packet;

	memset(packet, 0, sizeof(packet));
	memcpy(packet + IP6, body, sizeof(body));
	ip->next_header = PROTO_DEST_OPTIONS;
	for (uint16_t octets = 0; octets < sizeof(body); octets++)
		CU_ASSERT_EQUAL(limit_find(ip, (uint16_t)(IP6 + octets)), 0);
	CU_ASSERT_EQUAL(limit_find(ip, sizeof(packet)), IP6 + 20);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_limit_that_a_packet_brings_counts_down),
		UNIT(limit_zero_asks_for_a_parameter_problem_at_the_limit),
		UNIT(a_configured_limit_goes_with_every_packet_that_brings_none),
		UNIT(other_options_and_other_headers_are_no_limit),
		UNIT(a_limit_behind_other_extension_headers_is_found),
		UNIT(a_packet_that_only_its_limit_makes_too_large_goes_in_fragments),
		UNIT(truncated_headers_are_not_read_past_their_end),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	from = plane_correspondent();
	return unit_run("stage/limit", cases, UNIT_COUNT(cases));
}
