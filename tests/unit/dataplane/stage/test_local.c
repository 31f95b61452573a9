/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

#include "dataplane/stage/stages.h"

static struct plane plane;
static struct ip_addr from;
static struct ip_addr agent;

/* A destination options header with a Home Address option for that node. */
static void home_option(uint8_t out[24], uint8_t next, uint32_t node)
{
	static const uint8_t fixed[8] = {0, 2, 1, 2, 0, 0, 0xc9, 16};
	struct ip_addr home = plane_home(node);

	memcpy(out, fixed, sizeof(fixed));
	out[0] = next;
	memcpy(out + 8, home.bytes, 16);
}

static void run(uint8_t next, const void *bytes, uint16_t length)
{
	packets_clear(&plane);
	packet_run(&plane, packet_make(&plane, &from, &agent, next, bytes, length));
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static void expect_punt(enum punt_class class)
{
	struct punt punted = {0};

	CU_ASSERT_EQUAL(plane.worker->stats.punted[class], 1);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, class);
	CU_ASSERT_EQUAL(punted.tunnelled, 0);
	rte_pktmbuf_free(punted.packet);
}

static void signalling_about_a_known_and_a_new_node_has_separate_budgets(void)
{
	uint8_t body[24 + 16] = {0};

	home_option(body, PROTO_MOBILITY, 0);
	run(PROTO_DEST_OPTIONS, body, sizeof(body));
	expect_punt(PUNT_SIGNALLING_KNOWN);
	home_option(body, PROTO_MOBILITY, 4711);
	run(PROTO_DEST_OPTIONS, body, sizeof(body));
	expect_punt(PUNT_SIGNALLING_NEW);
	run(PROTO_MOBILITY, body, 16);
	expect_punt(PUNT_SIGNALLING_NEW);
}

static void a_flood_for_new_nodes_leaves_known_ones_their_budget(void)
{
	struct token_bucket before = plane.worker->buckets[PUNT_SIGNALLING_NEW];
	uint8_t body[24 + 16] = {0};

	plane.worker->buckets[PUNT_SIGNALLING_NEW] =
		(struct token_bucket){.last_tsc = plane.worker->now_tsc};
	home_option(body, PROTO_MOBILITY, 4711);
	run(PROTO_DEST_OPTIONS, body, sizeof(body));
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_PUNT_LIMIT], 1);
	home_option(body, PROTO_MOBILITY, 0);
	run(PROTO_DEST_OPTIONS, body, sizeof(body));
	expect_punt(PUNT_SIGNALLING_KNOWN);
	plane.worker->buckets[PUNT_SIGNALLING_NEW] = before;
}

static void a_home_address_option_on_other_data_is_local(void)
{
	uint8_t body[24 + 8] = {0};

	home_option(body, PROTO_ICMP6, 0);
	run(PROTO_DEST_OPTIONS, body, sizeof(body));
	expect_punt(PUNT_LOCAL);
}

static void a_fragment_of_ours_waits_for_the_others(void)
{
	uint8_t body[8 + 16] = {PROTO_MOBILITY, 0, 0, 1};

	run(PROTO_FRAGMENT, body, sizeof(body));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 1);
	body[2] = 1;
	body[7] = 1;
	run(PROTO_FRAGMENT, body, sizeof(body));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 1);
}

static void a_fragment_of_anything_else_is_the_kernels(void)
{
	uint8_t body[8 + 16] = {PROTO_TCP, 0, 0, 1};

	run(PROTO_FRAGMENT, body, sizeof(body));
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_NO_KERNEL], 1);
}

static void a_fragment_header_that_is_cut_is_malformed(void)
{
	uint8_t body[7] = {PROTO_MOBILITY};

	for (uint16_t octets = 0; octets < 8; octets++) {
		run(PROTO_FRAGMENT, body, octets);
		CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_EXTENSION_HEADERS], 1);
	}
}

static void an_atomic_fragment_is_no_fragment(void)
{
	uint8_t body[8 + 16] = {PROTO_MOBILITY};

	run(PROTO_FRAGMENT, body, sizeof(body));
	expect_punt(PUNT_SIGNALLING_NEW);
}

static void a_chain_up_to_the_bound_passes_and_past_it_does_not(void)
{
	uint8_t body[8 * (EXTENSION_HEADERS_MAX + 1) + 16];

	for (int headers = 0; headers <= EXTENSION_HEADERS_MAX + 1; headers++) {
		memset(body, 0, sizeof(body));
		for (int i = 0; i < headers; i++)
			body[8 * i] = i + 1 < headers ? PROTO_ROUTING : PROTO_MOBILITY;
		run(headers > 0 ? PROTO_ROUTING : PROTO_MOBILITY, body,
		    (uint16_t)(8 * headers + 16));
		if (headers <= EXTENSION_HEADERS_MAX)
			expect_punt(PUNT_SIGNALLING_NEW);
		else
			CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_EXTENSION_HEADERS], 1);
	}
}

static void an_option_running_out_of_its_header_is_malformed(void)
{
	uint8_t body[24 + 16];

	for (unsigned int length = 17; length < 256; length++) {
		memset(body, 0, sizeof(body));
		home_option(body, PROTO_MOBILITY, 0);
		body[7] = (uint8_t)length;
		run(PROTO_DEST_OPTIONS, body, sizeof(body));
		CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_EXTENSION_HEADERS], 1);
	}
}

/* All four actions for unknown types (RFC 8200 §4.2): the control thread knows which to take. */
static void an_option_that_must_be_understood_is_for_the_control_thread(void)
{
	for (unsigned int action = 0; action < 4; action++) {
		uint8_t body[24 + 16] = {0};

		home_option(body, PROTO_MOBILITY, 0);
		body[2] = (uint8_t)(action << 6 | 0x1e);
		body[3] = 2;
		run(PROTO_DEST_OPTIONS, body, sizeof(body));
		expect_punt(PUNT_SIGNALLING_KNOWN);
	}
}

static void a_header_running_out_of_the_packet_is_malformed(void)
{
	uint8_t body[24 + 16] = {0};

	home_option(body, PROTO_MOBILITY, 0);
	for (uint16_t length = 0; length < 24; length++) {
		run(PROTO_DEST_OPTIONS, body, length);
		CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_EXTENSION_HEADERS], 1);
	}
}

/* An ICMPv6 error of that type that quotes a packet of that next header, with that extension header
 * behind it. */
static void run_error(uint8_t type, uint8_t next, const uint8_t extension[8])
{
	uint8_t body[8 + 40 + 8 + 16] = {type};

	body[8] = 0x60;
	body[8 + 6] = next;
	memcpy(body + 8 + 40, extension, 8);
	run(PROTO_ICMP6, body, sizeof(body));
}

static void expect_kernel(void)
{
	CU_ASSERT_EQUAL(plane.worker->stats.punted[PUNT_TUNNEL_ERROR], 0);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_NO_KERNEL], 1);
}

static void an_error_about_what_left_from_here_is_for_the_control_thread(void)
{
	static const uint8_t nothing[8];
	static const uint8_t to_tunnel[8] = {PROTO_IPV6};
	static const uint8_t to_message[8] = {PROTO_MOBILITY};
	static const uint8_t type_2[8] = {PROTO_ICMP6, 0, 2, 1};

	for (uint8_t type = 1; type <= 4; type++) {
		run_error(type, PROTO_IPV6, nothing);
		expect_punt(PUNT_TUNNEL_ERROR);
		run_error(type, PROTO_DEST_OPTIONS, to_tunnel);
		expect_punt(PUNT_TUNNEL_ERROR);
		run_error(type, PROTO_FRAGMENT, to_tunnel);
		expect_punt(PUNT_TUNNEL_ERROR);
		run_error(type, PROTO_MOBILITY, nothing);
		expect_punt(PUNT_TUNNEL_ERROR);
		run_error(type, PROTO_HOP_BY_HOP, to_message);
		expect_punt(PUNT_TUNNEL_ERROR);
		run_error(type, PROTO_ROUTING, type_2);
		expect_punt(PUNT_TUNNEL_ERROR);
	}
}

static void any_other_icmp6_is_the_kernels(void)
{
	static const uint8_t to_udp[8] = {PROTO_UDP};
	static const uint8_t type_4[8] = {PROTO_IPV6, 0, 4, 1};
	static const uint8_t nothing[8];

	for (unsigned int type = 0; type < 256; type++) {
		if (type >= 1 && type <= 4)
			continue;
		run_error((uint8_t)type, PROTO_IPV6, nothing);
		expect_kernel();
	}
	run_error(1, PROTO_UDP, nothing);
	expect_kernel();
	run_error(1, PROTO_ICMP6, nothing);
	expect_kernel();
	run_error(1, PROTO_FRAGMENT, to_udp);
	expect_kernel();
	run_error(1, PROTO_ROUTING, type_4);
	expect_kernel();
}

static void an_error_that_quotes_too_little_is_the_kernels(void)
{
	uint8_t body[8 + 40 + 8 + 16] = {1};

	body[8] = 0x60;
	body[8 + 6] = PROTO_DEST_OPTIONS;
	body[8 + 40] = PROTO_IPV6;
	for (uint16_t length = 0; length < 8 + 40 + 8; length++) {
		run(PROTO_ICMP6, body, length);
		expect_kernel();
	}
	run(PROTO_ICMP6, body, 8 + 40 + 8);
	expect_punt(PUNT_TUNNEL_ERROR);
}

static void a_flood_of_errors_has_a_budget_of_its_own(void)
{
	struct token_bucket before = plane.worker->buckets[PUNT_TUNNEL_ERROR];
	static const uint8_t nothing[8];

	plane.worker->buckets[PUNT_TUNNEL_ERROR] =
		(struct token_bucket){.last_tsc = plane.worker->now_tsc};
	run_error(2, PROTO_IPV6, nothing);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_PUNT_LIMIT], 1);
	a_home_address_option_on_other_data_is_local();
	plane.worker->buckets[PUNT_TUNNEL_ERROR] = before;
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(signalling_about_a_known_and_a_new_node_has_separate_budgets),
		UNIT(a_flood_for_new_nodes_leaves_known_ones_their_budget),
		UNIT(a_home_address_option_on_other_data_is_local),
		UNIT(a_fragment_of_ours_waits_for_the_others),
		UNIT(a_fragment_of_anything_else_is_the_kernels),
		UNIT(a_fragment_header_that_is_cut_is_malformed),
		UNIT(an_atomic_fragment_is_no_fragment),
		UNIT(a_chain_up_to_the_bound_passes_and_past_it_does_not),
		UNIT(an_option_running_out_of_its_header_is_malformed),
		UNIT(an_option_that_must_be_understood_is_for_the_control_thread),
		UNIT(a_header_running_out_of_the_packet_is_malformed),
		UNIT(an_error_about_what_left_from_here_is_for_the_control_thread),
		UNIT(any_other_icmp6_is_the_kernels),
		UNIT(an_error_that_quotes_too_little_is_the_kernels),
		UNIT(a_flood_of_errors_has_a_budget_of_its_own),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	from = plane_correspondent();
	agent = plane_home_agent();
	return unit_run("stage/local", cases, UNIT_COUNT(cases));
}
