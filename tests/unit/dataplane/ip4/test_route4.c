/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

enum { LINK = 5, NEIGHBOUR = 6, NARROW = 7 };

static const struct nexthop on_link = {.mtu = 1500, .on_link = true};
static const struct nexthop neighbour = {
	.ether = {0x02, 0, 0, 0, 0, 0x55, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00},
	.mtu = 1500,
};
static const struct nexthop narrow = {
	.ether = {0x02, 0, 0, 0, 0, 0x56, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00},
	.mtu = 600,
};

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

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	ip4_addr_parse(text, &a);
	return a;
}

static struct ip4_hdr_wire *begin(const struct ip_addr *to, uint16_t octets)
{
	octets_begin(&o, &home, to, octets);
	return (struct ip4_hdr_wire *)octets_at(&o);
}

static void run(void)
{
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
	packet4_run(&plane, &o);
}

static void change_routes(void)
{
	plane.nexthops->generation++;
}

static void a_neighbour_on_the_link_is_found_by_the_destination(void)
{
	struct ip_addr to = address("198.18.0.9");
	const uint8_t *frame;

	for (int i = 0; i < 2; i++) {
		begin(&to, 100);
		run();
		frame = (const uint8_t *)packet4_sent(&plane) - ETHER;
		CU_ASSERT_EQUAL(frame[5], 0x55);
	}
}

static void a_neighbour_that_is_not_known_yet_is_asked_for_by_its_link(void)
{
	struct ip_addr to = address("198.18.0.10");
	struct punt punted = {0};

	begin(&to, 100);
	run();
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_RESOLVE);
	CU_ASSERT_EQUAL(punted.next_hop, LINK);
	rte_pktmbuf_free(punted.packet);
}

static void without_a_route_the_sender_is_told(void)
{
	struct ip_addr to = address("198.19.0.1");
	uint8_t prefix[16];

	memcpy(prefix, to.bytes, 16);
	rte_fib6_add(plane.nexthops->routes, prefix, 128, NEXTHOP_NONE);
	change_routes();
	begin(&to, 100);
	run();
	packet4_expect_punt(&plane, PUNT_ERROR, DROP_NO_ROUTE);
}

static void time_to_live_of_one_is_told_also_where_the_next_hop_is_remembered(void)
{
	for (uint8_t ttl = 0; ttl < 2; ttl++) {
		begin(&correspondent, 100);
		run();
		CU_ASSERT_EQUAL(packet4_sent(&plane)->ttl, 63);
		begin(&correspondent, 100)->ttl = ttl;
		run();
		packet4_expect_punt(&plane, PUNT_ERROR, DROP_HOP_LIMIT);
	}
}

static void a_change_of_routes_is_seen(void)
{
	uint8_t prefix[16];

	memcpy(prefix, correspondent.bytes, 16);
	begin(&correspondent, 100);
	run();
	rte_fib6_add(plane.nexthops->routes, prefix, 128, NARROW);
	change_routes();
	begin(&correspondent, 100);
	run();
	CU_ASSERT_EQUAL(((const uint8_t *)packet4_sent(&plane) - ETHER)[5], 0x56);
	rte_fib6_delete(plane.nexthops->routes, prefix, 128);
	change_routes();
}

static void too_big_for_the_link_is_told_or_fragmented(void)
{
	struct ip_addr to = address("198.18.1.1");
	struct rte_mbuf *m;
	unsigned int octets = 0;

	for (int i = 0; i < 2; i++) {
		begin(&to, 601)->fragment_be = RTE_BE16(0x4000);
		run();
		packet4_expect_punt(&plane, PUNT_ERROR, DROP_TOO_BIG);
		begin(&to, 600)->fragment_be = RTE_BE16(0x4000);
		run();
		CU_ASSERT_EQUAL(packet4_sent(&plane)->ttl, 63);
	}
	begin(&to, 1400);
	run();
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 3);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, 2);
	for (uint16_t i = 0; i < tx_queue_count(&plane.worker->tx[0]); i++) {
		m = plane.worker->tx[0].buffer[i];
		CU_ASSERT_TRUE(reference_is_good(packet4_ip(m), m->pkt_len - ETHER));
		CU_ASSERT_TRUE(m->pkt_len <= ETHER + 600);
		CU_ASSERT_EQUAL(packet4_ip(m)->ttl, 63);
		octets += m->pkt_len - ETHER - IP4;
	}
	CU_ASSERT_EQUAL(octets, 1380);
}

static void on_a_real_home_link_a_node_that_is_at_home_is_reached(void)
{
	struct ip_addr at_home = plane_home(4711);
	struct ip_addr loopback = address("127.0.0.1");
	uint8_t prefix[16];

	memcpy(prefix, at_home.bytes, 16);
	rte_fib6_add(plane.nexthops->routes, prefix, 104, LINK);
	rte_hash_add_key_data(plane.nexthops->on_link, &at_home, (void *)NEIGHBOUR);
	plane.home_network.port = 0;
	octets_begin(&o, &correspondent, &at_home, 100);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(packet4_sent(&plane)->ttl, 63);
	octets_begin(&o, &loopback, &at_home, 100);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_SOURCE_ADDRESS), 1);
	plane.home_network.port = 1;
	octets_begin(&o, &correspondent, &at_home, 100);
	packet4_run(&plane, &o);
	packet4_expect_punt(&plane, PUNT_ERROR, DROP_NO_BINDING);
	plane.home_network.port = HOME_PORT_NONE;
}

static void make_routes(void)
{
	struct ip_addr to = address("198.18.0.0");
	struct ip_addr known = address("198.18.0.9");
	uint8_t prefix[16];

	plane.nexthops->entries[LINK] = &on_link;
	plane.nexthops->entries[NEIGHBOUR] = &neighbour;
	plane.nexthops->entries[NARROW] = &narrow;
	memcpy(prefix, to.bytes, 16);
	rte_fib6_add(plane.nexthops->routes, prefix, 120, LINK);
	rte_hash_add_key_data(plane.nexthops->on_link, &known, (void *)NEIGHBOUR);
	prefix[14] = 1;
	rte_fib6_add(plane.nexthops->routes, prefix, 120, NARROW);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_neighbour_on_the_link_is_found_by_the_destination),
		UNIT(a_neighbour_that_is_not_known_yet_is_asked_for_by_its_link),
		UNIT(without_a_route_the_sender_is_told),
		UNIT(time_to_live_of_one_is_told_also_where_the_next_hop_is_remembered),
		UNIT(a_change_of_routes_is_seen),
		UNIT(too_big_for_the_link_is_told_or_fragmented),
		UNIT(on_a_real_home_link_a_node_that_is_at_home_is_reached),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	make_routes();
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_agent4();
	correspondent = plane_correspondent4();
	return unit_run("ip4/route4", cases, UNIT_COUNT(cases));
}
