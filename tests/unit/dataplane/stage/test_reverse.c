/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

static struct plane plane;
static struct ip_addr home;
static struct ip_addr care_of;
static struct ip_addr agent;
static struct ip_addr correspondent;

static void run(struct rte_mbuf *frame)
{
	packets_clear(&plane);
	packet_run(&plane, frame);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static void run_tunnelled(const struct ip_addr *outer, const struct ip_addr *inner,
			  const struct ip_addr *to)
{
	run(packet_make_tunnelled(&plane, outer, &agent, inner, to));
}

static void a_packet_from_the_registered_care_of_address_is_forwarded_without_its_tunnel(void)
{
	struct ip6_hdr_wire *ip;

	run_tunnelled(&care_of, &home, &correspondent);
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	ip = packet_ip(packet_sent(&plane));
	CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, ETHER + IP6 + 8);
	CU_ASSERT_EQUAL(ip->next_header, PROTO_UDP);
	CU_ASSERT_EQUAL(ip->hop_limit, 63);
	CU_ASSERT_EQUAL(memcmp(ip->source, home.bytes, 16), 0);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).pkts, 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).bytes, IP6 + 8);
}

static void another_outer_source_is_refused(void)
{
	struct ip_addr other = plane_care_of(1);

	run_tunnelled(&other, &home, &correspondent);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_OUTER_SOURCE], 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).pkts, 0);
}

static void an_inner_source_without_binding_is_refused(void)
{
	struct ip_addr nobody = plane_home(4711);

	run_tunnelled(&care_of, &nobody, &correspondent);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_UNKNOWN], 1);
}

static void an_expired_binding_opens_no_tunnel(void)
{
	uint64_t before = plane.bindings[0]->expiry_tsc;

	plane.bindings[0]->expiry_tsc = plane.worker->now_tsc;
	run_tunnelled(&care_of, &home, &correspondent);
	plane.bindings[0]->expiry_tsc = before;
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_BINDING_EXPIRED], 1);
}

/* Some whose last octets are alike modulo 64, and the last one nobody's. */
static void each_of_several_home_agents_opens_the_tunnels_of_its_own_bindings(void)
{
	static const uint8_t last_octets[] = {0x01, 0x41, 0x02, 0x81, 0xc1};
	enum { AGENTS = UNIT_COUNT(last_octets) - 1 };
	struct tunnel_class agents[AGENTS];
	struct dataplane_tables with = plane.tables;

	for (int i = 0; i < AGENTS; i++) {
		agents[i] = plane.tunnel;
		agents[i].home_agent.bytes[15] = last_octets[i];
	}
	plane.tables.tunnels = agents;
	plane.tables.tunnel_count = AGENTS;
	for (uint16_t registered = 0; registered < AGENTS; registered++) {
		plane.bindings[0]->tunnel = registered;
		for (uint16_t i = 0; i <= AGENTS; i++) {
			struct ip_addr to = agent;

			to.bytes[15] = last_octets[i];
			run(packet_make_tunnelled(&plane, &care_of, &to, &home, &correspondent));
			CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, i == registered);
			CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_HOME_AGENT],
					i != registered && i < AGENTS);
			CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_NO_KERNEL], i == AGENTS);
		}
	}
	plane.bindings[0]->tunnel = 0;
	plane.tables = with;
}

static void mobile_to_mobile_goes_through_in_one_pass(void)
{
	struct ip_addr other = plane_home(1);
	struct ip_addr other_care_of = plane_care_of(1);
	struct ip6_hdr_wire *outer;

	run_tunnelled(&care_of, &home, &other);
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	outer = packet_ip(packet_sent(&plane));
	CU_ASSERT_EQUAL(outer->next_header, PROTO_IPV6);
	CU_ASSERT_EQUAL(memcmp(outer->destination, other_care_of.bytes, 16), 0);
	CU_ASSERT_EQUAL(memcmp(outer[1].source, home.bytes, 16), 0);
	CU_ASSERT_EQUAL(outer[1].hop_limit, 63);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).pkts, 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 1).pkts, 1);
}

static void every_truncated_inner_packet_is_refused(void)
{
	for (uint16_t cut = 1; cut <= IP6 + 8; cut++) {
		struct rte_mbuf *frame =
			packet_make_tunnelled(&plane, &care_of, &agent, &home, &correspondent);

		packet_ip(frame)->payload_length_be = rte_cpu_to_be_16((uint16_t)(IP6 + 8 - cut));
		run(frame);
		CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_INNER], 1);
	}
}

static void an_inner_destination_that_may_not_be_forwarded_is_refused(void)
{
	static const char *const addresses[] = {"::", "::1", "fe80::1", "ff02::1", "ff0e::1"};

	for (size_t i = 0; i < UNIT_COUNT(addresses); i++) {
		struct ip_addr to;

		ip_addr_parse(addresses[i], &to);
		run_tunnelled(&care_of, &home, &to);
		CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_INNER], 1);
	}
}

/* depth tunnels, each node at the home address of the next one. The innermost packet is from node 0 to to. */
static struct rte_mbuf *nest(unsigned int depth, const struct ip_addr *to)
{
	uint8_t bytes[8 * IP6 + 8];
	size_t octets = IP6 + 8;
	uint8_t *at = bytes + sizeof(bytes) - octets;
	struct ip_addr outer = plane_care_of(depth - 1);
	struct rte_mbuf *m = packet_make_tunnelled(&plane, &outer, &agent, &home, to);

	memcpy(at, packet_ip(m) + 1, octets);
	rte_pktmbuf_free(m);
	for (unsigned int i = 1; i < depth; i++) {
		struct ip_addr around = plane_home(i);

		m = packet_make(&plane, &around, &agent, PROTO_IPV6, at, (uint16_t)octets);
		octets += IP6;
		at -= IP6;
		memcpy(at, packet_ip(m), IP6);
		rte_pktmbuf_free(m);
	}
	return packet_make(&plane, &outer, &agent, PROTO_IPV6, at, (uint16_t)octets);
}

/* Node i is where node i + 1 has its home; the last one of depth is at its care-of address. */
static void attach_each_to_the_next(unsigned int depth)
{
	for (unsigned int i = 0; i < 8; i++)
		plane.bindings[i]->care_of = i + 1 < depth ? plane_home(i + 1) : plane_care_of(i);
}

static void tunnels_inside_tunnels_are_opened_up_to_four(void)
{
	for (unsigned int depth = 1; depth <= 4; depth++) {
		attach_each_to_the_next(depth);
		run(nest(depth, &correspondent));
		CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
		CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, ETHER + IP6 + 8);
		CU_ASSERT_EQUAL(memcmp(packet_ip(packet_sent(&plane))->source, home.bytes, 16), 0);
		CU_ASSERT_EQUAL(packet_ip(packet_sent(&plane))->hop_limit, 63);
		CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, depth);
	}
	attach_each_to_the_next(5);
	run(nest(5, &correspondent));
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_NESTED], 1);
	attach_each_to_the_next(1);
}

static void a_nested_tunnel_needs_a_binding_of_its_own(void)
{
	attach_each_to_the_next(2);
	plane.bindings[0]->care_of = plane_home(3);
	run(nest(2, &correspondent));
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TUNNEL_OUTER_SOURCE], 1);
	attach_each_to_the_next(1);
}

static void a_packet_for_the_home_agent_itself_goes_to_the_control_thread(void)
{
	struct punt punted = {0};

	run_tunnelled(&care_of, &home, &agent);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_LOCAL);
	CU_ASSERT_EQUAL(punted.tunnelled, 1);
	CU_ASSERT_EQUAL(rte_pktmbuf_data_len(punted.packet), IP6 + 8);
	rte_pktmbuf_free(punted.packet);
}

static void hop_limit_one_inside_asks_for_time_exceeded(void)
{
	struct rte_mbuf *frame =
		packet_make_tunnelled(&plane, &care_of, &agent, &home, &correspondent);
	struct punt punted = {0};

	packet_ip(frame)[1].hop_limit = 1;
	run(frame);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.reason, DROP_HOP_LIMIT);
	rte_pktmbuf_free(punted.packet);
}

/* RFC 2473 §4.1.1: Linux puts a Tunnel Encapsulation Limit option into a destination options header
 * by default. */
static void a_tunnel_behind_destination_options_is_opened(void)
{
	uint8_t body[8 + IP6 + 8] = {PROTO_IPV6, 0, 4, 1, 4, 1, 0, 0};
	struct rte_mbuf *inner =
		packet_make_tunnelled(&plane, &care_of, &agent, &home, &correspondent);

	memcpy(body + 8, packet_ip(inner) + 1, IP6 + 8);
	rte_pktmbuf_free(inner);
	run(packet_make(&plane, &care_of, &agent, PROTO_DEST_OPTIONS, body, sizeof(body)));
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	CU_ASSERT_EQUAL(packet_ip(packet_sent(&plane))->next_header, PROTO_UDP);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_packet_from_the_registered_care_of_address_is_forwarded_without_its_tunnel),
		UNIT(another_outer_source_is_refused),
		UNIT(an_inner_source_without_binding_is_refused),
		UNIT(an_expired_binding_opens_no_tunnel),
		UNIT(each_of_several_home_agents_opens_the_tunnels_of_its_own_bindings),
		UNIT(mobile_to_mobile_goes_through_in_one_pass),
		UNIT(every_truncated_inner_packet_is_refused),
		UNIT(an_inner_destination_that_may_not_be_forwarded_is_refused),
		UNIT(tunnels_inside_tunnels_are_opened_up_to_four),
		UNIT(a_nested_tunnel_needs_a_binding_of_its_own),
		UNIT(a_packet_for_the_home_agent_itself_goes_to_the_control_thread),
		UNIT(hop_limit_one_inside_asks_for_time_exceeded),
		UNIT(a_tunnel_behind_destination_options_is_opened),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_home_agent();
	correspondent = plane_correspondent();
	return unit_run("stage/reverse", cases, UNIT_COUNT(cases));
}
