/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

static struct plane plane;
static struct ip_addr home;
static struct ip_addr care_of;
static struct ip_addr agent;
static struct ip_addr correspondent;
static struct octets o;

static uint64_t dropped(enum drop_reason reason)
{
	return plane.worker->stats.dropped[reason];
}

/* A registration request about that home address, to that port. */
static void request(const struct ip_addr *about, uint16_t octets, uint16_t port)
{
	uint8_t message[24] = {1};

	memcpy(message + 4, about->bytes + 12, 4);
	o.count = 0;
	octets_push(&o, message, octets);
	octets_push_udp(&o, 5000, port);
}

static void expect_signalling(enum punt_class class, bool is_tunnelled)
{
	struct punt punted = {0};

	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, class);
	CU_ASSERT_EQUAL(punted.port, 0);
	CU_ASSERT_EQUAL(punted.tunnelled, is_tunnelled);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, uint8_t *)[0], 0x45);
	rte_pktmbuf_free(punted.packet);
}

static void requests_of_known_and_unknown_nodes_have_budgets_of_their_own(void)
{
	struct ip_addr nobody = plane_home(4711);

	request(&home, 24, 434);
	octets_push_ip4(&o, &correspondent, &agent, 17);
	packet4_run(&plane, &o);
	expect_signalling(PUNT_SIGNALLING_KNOWN, false);
	request(&nobody, 24, 434);
	octets_push_ip4(&o, &correspondent, &agent, 17);
	packet4_run(&plane, &o);
	expect_signalling(PUNT_SIGNALLING_NEW, false);
}

static void a_request_too_short_for_a_home_address_is_of_an_unknown_node(void)
{
	for (uint16_t octets = 0; octets < 8; octets++) {
		request(&home, octets, 434);
		octets_push_ip4(&o, &correspondent, &agent, 17);
		packet4_run(&plane, &o);
		expect_signalling(PUNT_SIGNALLING_NEW, false);
	}
	request(&home, 8, 434);
	octets_push_ip4(&o, &correspondent, &agent, 17);
	packet4_run(&plane, &o);
	expect_signalling(PUNT_SIGNALLING_KNOWN, false);
}

static void a_request_out_of_a_tunnel_says_so(void)
{
	request(&home, 24, 434);
	octets_push_ip4(&o, &home, &agent, 17);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	expect_signalling(PUNT_SIGNALLING_KNOWN, true);
}

static void other_ports_and_protocols_are_the_kernels(void)
{
	static const uint8_t protocols[] = {1, 2, 6, 41, 50, 58, 89, 132};

	request(&home, 24, 435);
	octets_push_ip4(&o, &correspondent, &agent, 17);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	for (size_t i = 0; i < sizeof(protocols); i++) {
		request(&home, 24, 434);
		octets_push_ip4(&o, &correspondent, &agent, protocols[i]);
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	}
}

static void a_udp_length_that_is_wrong_is_no_signalling(void)
{
	static const uint16_t wrong[] = {0, 7, 33, 0xffff};

	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		request(&home, 24, 434);
		octets_at(&o)[4] = (uint8_t)(wrong[i] >> 8);
		octets_at(&o)[5] = (uint8_t)wrong[i];
		octets_push_ip4(&o, &correspondent, &agent, 17);
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	}
}

/* An ICMP error of that type that quotes a packet from there with that protocol, and that many octets behind its header. */
static void error(uint8_t type, const struct ip_addr *from, uint8_t protocol, uint16_t source_port,
		  uint16_t behind)
{
	const uint8_t icmp[8] = {type, 1};
	const uint8_t ports[8] = {(uint8_t)(source_port >> 8), (uint8_t)source_port};

	o.count = 0;
	octets_push(&o, ports, behind);
	octets_push_ip4(&o, from, &care_of, protocol);
	octets_push(&o, icmp, sizeof(icmp));
	octets_push_ip4(&o, &correspondent, &agent, 1);
	packet4_run(&plane, &o);
}

static void errors_that_quote_our_tunnels_go_to_the_control_thread(void)
{
	static const uint8_t types[] = {3, 11, 12};
	static const uint8_t protocols[] = {4, 47, 55};

	for (size_t i = 0; i < sizeof(types); i++) {
		for (size_t k = 0; k < sizeof(protocols); k++) {
			error(types[i], &agent, protocols[k], 0, 8);
			packet4_expect_punt(&plane, PUNT_TUNNEL_ERROR, 0);
		}
		error(types[i], &agent, 17, 434, 8);
		packet4_expect_punt(&plane, PUNT_TUNNEL_ERROR, 0);
	}
}

static void other_icmp_is_the_kernels(void)
{
	static const uint8_t types[] = {0, 4, 5, 8, 9, 10, 13};

	for (size_t i = 0; i < sizeof(types); i++) {
		error(types[i], &agent, 4, 0, 8);
		CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	}
	error(3, &correspondent, 4, 0, 8);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	error(3, &agent, 6, 0, 8);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	error(3, &agent, 17, 435, 8);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	error(3, &agent, 4, 0, 3);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
}

static void an_echo_request_out_of_a_tunnel_is_for_the_control_thread(void)
{
	o.count = 0;
	octets_push(&o, (const uint8_t[]){8, 0, 0xf7, 0xff, 0, 0, 0, 0}, 8);
	octets_push_ip4(&o, &home, &agent, 1);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	expect_signalling(PUNT_LOCAL, true);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(requests_of_known_and_unknown_nodes_have_budgets_of_their_own),
		UNIT(a_request_too_short_for_a_home_address_is_of_an_unknown_node),
		UNIT(a_request_out_of_a_tunnel_says_so),
		UNIT(other_ports_and_protocols_are_the_kernels),
		UNIT(a_udp_length_that_is_wrong_is_no_signalling),
		UNIT(errors_that_quote_our_tunnels_go_to_the_control_thread),
		UNIT(other_icmp_is_the_kernels),
		UNIT(an_echo_request_out_of_a_tunnel_is_for_the_control_thread),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_agent4();
	correspondent = plane_correspondent4();
	return unit_run("ip4/local4", cases, UNIT_COUNT(cases));
}
