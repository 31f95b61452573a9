/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "ha/tunnel4.h"
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

#include "bcache.h"

enum { OCTETS = 100, VISITOR_HOP = 9, OTHER_STATION = 10, OTHER_LINK = 11, FOREIGN = 1 };

static const struct nexthop visitor_hop = {
	/* where the frames of these tests come from */
	.ether = {0x02, 0, 0, 0, 0, 9, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00},
	.mtu = 1500,
};

static const struct nexthop other_station = {
	.ether = {0x02, 0, 0, 0, 0, 8, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00},
	.mtu = 1500,
};
static const struct nexthop other_link = {
	.ether = {0x02, 0, 0, 0, 0, 9, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00},
	.port = 1,
	.mtu = 1500,
};

static struct plane plane;
static struct binding *visitor;
static struct ip_addr home; /* of the visitor: not one of ours */
static struct ip_addr home_agent;
static struct ip_addr care_of;
static struct ip_addr correspondent;
static struct octets o;

static uint64_t dropped(enum drop_reason reason)
{
	return plane.worker->stats.dropped[reason];
}

static void reset(enum encap_kind kind)
{
	plane.tables.foreign_ports = 1;
	visitor->care_of = home_agent;
	visitor->tunnel = tunnel4_number(FOREIGN, kind);
	visitor->flags = BINDING_VISITOR | BINDING_REVERSE;
	visitor->udp_port = 434;
	visitor->next_hop = VISITOR_HOP;
	visitor->expiry_tsc = UINT64_MAX;
	visitor->inner_mtu = 1460;
}

static void run_tunnelled(enum encap_kind kind)
{
	octets_begin(&o, &correspondent, &home, OCTETS);
	octets_push_tunnel(&o, kind, &home_agent, &care_of, 434);
	packet4_run(&plane, &o);
}

static void what_comes_out_of_the_home_agents_tunnel_goes_to_the_visitors_link_layer_address(void)
{
	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
		reset((enum encap_kind)kind);
		visitor->flags = BINDING_VISITOR;
		run_tunnelled((enum encap_kind)kind);
		CU_ASSERT_EQUAL(packet4_sent(&plane)->ttl, 63);
		CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, ETHER + OCTETS);
		CU_ASSERT_EQUAL(((const uint8_t *)packet4_sent(&plane) - ETHER)[5], 9);
		CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, 1);
		CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, visitor->slot).pkts, 1);
	}
}

static void tunnels_from_anyone_else_are_refused(void)
{
	struct ip_addr other = plane_home(77);
	struct ip_addr nobody = plane_home(9999);

	reset(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &correspondent, &home, OCTETS);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &other, &care_of, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_OUTER_SOURCE), 1);
	octets_begin(&o, &correspondent, &nobody, OCTETS);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &home_agent, &care_of, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_UNKNOWN), 1);
	run_tunnelled(ENCAP_GRE);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_ENCAPSULATION), 1);
	visitor->expiry_tsc = plane.worker->now_tsc;
	run_tunnelled(ENCAP_IP4_IN_IP4);
	CU_ASSERT_EQUAL(dropped(DROP_BINDING_EXPIRED), 1);
}

/* It may be a mobile node of the home agent here, too: of another home agent it has another key. */
static void a_visitors_home_address_is_no_home_address_here(void)
{
	struct ip_addr agent = plane_agent4();

	reset(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &home, &correspondent, OCTETS);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &home_agent, &agent, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_UNKNOWN), 1);
}

static void with_a_reverse_tunnel_the_visitors_packets_go_to_its_home_agent(void)
{
	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
		const struct ip4_hdr_wire *outer;

		reset((enum encap_kind)kind);
		octets_begin(&o, &home, &correspondent, OCTETS);
		packet4_run(&plane, &o);
		outer = packet4_sent(&plane);
		CU_ASSERT_EQUAL(outer->protocol, tunnel4_protocol((enum encap_kind)kind));
		CU_ASSERT_EQUAL(memcmp(outer->source, care_of.bytes + 12, 4), 0);
		CU_ASSERT_EQUAL(memcmp(outer->destination, home_agent.bytes + 12, 4), 0);
		CU_ASSERT_EQUAL(rte_be_to_cpu_16(outer->total_length_be),
				OCTETS + tunnel4_overhead((enum encap_kind)kind, false));
		CU_ASSERT_EQUAL(((const uint8_t *)outer - ETHER)[5], 2);
		CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, visitor->slot).pkts,
				1);
	}
}

static void without_one_or_elsewhere_they_are_the_kernels(void)
{
	reset(ENCAP_IP4_IN_IP4);
	visitor->flags = BINDING_VISITOR;
	octets_begin(&o, &home, &correspondent, OCTETS);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	reset(ENCAP_IP4_IN_IP4);
	plane.tables.foreign_ports = 2;
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	reset(ENCAP_IP4_IN_IP4);
	visitor->expiry_tsc = plane.worker->now_tsc;
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
}

/* RFC 3024 §6.1: its home address is no secret on the link. */
static void from_another_station_they_are_refused(void)
{
	static const uint32_t others[] = {OTHER_STATION, OTHER_LINK};

	for (unsigned int i = 0; i < RTE_DIM(others); i++) {
		reset(ENCAP_IP4_IN_IP4);
		visitor->next_hop = others[i];
		octets_begin(&o, &home, &correspondent, OCTETS);
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_VISITOR_STATION), 1);
	}
}

static void deliver(enum encap_kind kind, const struct ip_addr *to)
{
	octets_begin(&o, &home, to, OCTETS);
	octets_push_tunnel(&o, kind, &home, &care_of, 434);
	packet4_run(&plane, &o);
}

/* RFC 3024 §5.2. */
static void what_a_visitor_encapsulates_goes_on_in_one_tunnel(void)
{
	struct ip_addr group;

	ip4_addr_parse("224.5.6.7", &group);
	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_UDP; kind++) {
		const struct ip4_hdr_wire *outer;

		reset((enum encap_kind)kind);
		visitor->flags |= BINDING_DELIVERED;
		deliver((enum encap_kind)kind, &correspondent);
		outer = packet4_sent(&plane);
		CU_ASSERT_EQUAL(outer->protocol, tunnel4_protocol((enum encap_kind)kind));
		CU_ASSERT_EQUAL(memcmp(outer->source, care_of.bytes + 12, 4), 0);
		CU_ASSERT_EQUAL(memcmp(outer->destination, home_agent.bytes + 12, 4), 0);
		CU_ASSERT_EQUAL(rte_be_to_cpu_16(outer->total_length_be),
				OCTETS + tunnel4_overhead((enum encap_kind)kind, false));
		CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, 1);
		deliver((enum encap_kind)kind, &group);
		CU_ASSERT_EQUAL(memcmp(packet4_sent(&plane)->destination, home_agent.bytes + 12, 4),
				0);
	}
}

static void what_it_does_not_encapsulate_then_is_the_kernels(void)
{
	reset(ENCAP_IP4_IN_IP4);
	visitor->flags |= BINDING_DELIVERED;
	octets_begin(&o, &home, &correspondent, OCTETS);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
}

static void encapsulated_packets_of_others_are_refused(void)
{
	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_UDP; kind++) {
		reset((enum encap_kind)kind);
		deliver((enum encap_kind)kind, &correspondent);
		CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_REVERSE), 1);
		visitor->flags |= BINDING_DELIVERED;
		visitor->next_hop = OTHER_STATION;
		deliver((enum encap_kind)kind, &correspondent);
		CU_ASSERT_EQUAL(dropped(DROP_VISITOR_STATION), 1);
		visitor->next_hop = VISITOR_HOP;
		visitor->expiry_tsc = plane.worker->now_tsc;
		deliver((enum encap_kind)kind, &correspondent);
		CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_REVERSE), 1);
	}
	reset(ENCAP_GRE);
	visitor->flags |= BINDING_DELIVERED;
	deliver(ENCAP_IP4_IN_IP4, &correspondent);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_ENCAPSULATION), 1);
}

/* Its outer and inner source are one, as those of what a visitor encapsulates. */
static void a_home_agent_may_speak_with_a_visitor_itself(void)
{
	reset(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &home_agent, &home, OCTETS);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &home_agent, &care_of, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(packet4_sent(&plane)->protocol, 17);
	CU_ASSERT_EQUAL(((const uint8_t *)packet4_sent(&plane) - ETHER)[5], 9);
}

/* On a foreign link, too, the home agent here serves its own. */
static void on_a_foreign_link_mobile_nodes_of_ours_are_still_reached(void)
{
	struct ip_addr own = plane_home(0);

	reset(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &correspondent, &own, OCTETS);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(packet4_sent(&plane)->protocol, 4);
	CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, ETHER + OCTETS + 20);
}

static void a_visitors_packet_that_cannot_go_on_is_told(void)
{
	struct ip4_hdr_wire *ip;

	reset(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &home, &correspondent, OCTETS);
	ip = (struct ip4_hdr_wire *)octets_at(&o);
	ip->ttl = 1;
	reference_renew(ip);
	packet4_run(&plane, &o);
	packet4_expect_punt(&plane, PUNT_ERROR, DROP_HOP_LIMIT);
	visitor->inner_mtu = 99;
	ip->ttl = 64;
	ip->fragment_be = RTE_BE16(0x4000);
	reference_renew(ip);
	packet4_run(&plane, &o);
	packet4_expect_punt(&plane, PUNT_ERROR, DROP_TOO_BIG);
	ip->fragment_be = 0;
	reference_renew(ip);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
}

static void to_a_visitor_that_has_no_link_layer_address_the_control_thread_is_asked(void)
{
	reset(ENCAP_IP4_IN_IP4);
	visitor->next_hop = 78;
	run_tunnelled(ENCAP_IP4_IN_IP4);
	packet4_expect_punt(&plane, PUNT_RESOLVE, 0);
}

static void make_visitor(void)
{
	visitor = bcache_make();
	if (visitor == NULL)
		abort();
	*visitor = (struct binding){.home = visitor_key(ip4_octets(&home)), .slot = 63};
	if (bcache_publish(NULL, visitor) != 0)
		abort();
	plane.nexthops->entries[VISITOR_HOP] = &visitor_hop;
	plane.nexthops->entries[OTHER_STATION] = &other_station;
	plane.nexthops->entries[OTHER_LINK] = &other_link;
}

/* Of IPv6 it would be an address like any other. */
static void an_ipv6_packet_to_the_key_of_a_visitor_meets_nothing(void)
{
	struct ip_addr from = {.bytes = {0x20, 1, 0xd, 0xb8, [15] = 9}};

	reset(ENCAP_IP4_IN_IP4);
	packets_clear(&plane);
	packet_run(&plane, packet_make(&plane, &from, &visitor->home, PROTO_UDP, NULL, 8));
	CU_ASSERT_EQUAL(dropped(DROP_NO_BINDING), 1);
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_TRUE(packets_balance(&plane));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(an_ipv6_packet_to_the_key_of_a_visitor_meets_nothing),
		UNIT(what_comes_out_of_the_home_agents_tunnel_goes_to_the_visitors_link_layer_address),
		UNIT(tunnels_from_anyone_else_are_refused),
		UNIT(a_visitors_home_address_is_no_home_address_here),
		UNIT(with_a_reverse_tunnel_the_visitors_packets_go_to_its_home_agent),
		UNIT(without_one_or_elsewhere_they_are_the_kernels),
		UNIT(from_another_station_they_are_refused),
		UNIT(what_a_visitor_encapsulates_goes_on_in_one_tunnel),
		UNIT(what_it_does_not_encapsulate_then_is_the_kernels),
		UNIT(encapsulated_packets_of_others_are_refused),
		UNIT(a_home_agent_may_speak_with_a_visitor_itself),
		UNIT(on_a_foreign_link_mobile_nodes_of_ours_are_still_reached),
		UNIT(a_visitors_packet_that_cannot_go_on_is_told),
		UNIT(to_a_visitor_that_has_no_link_layer_address_the_control_thread_is_asked),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	ip4_addr_parse("10.77.0.1", &home);
	ip4_addr_parse("198.18.0.1", &home_agent);
	care_of = plane_foreign_agent4();
	correspondent = plane_correspondent4();
	make_visitor();
	return unit_run("ip4/visitor", cases, UNIT_COUNT(cases));
}
