/* SPDX-License-Identifier: BSD-3-Clause */
#include "ha/tunnel4.h"
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

enum { PORT = 4711, KEY = 0x01020304 };

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

static void set_kind(enum encap_kind kind)
{
	plane.bindings[0]->tunnel = tunnel4_number(0, kind);
	plane.bindings[0]->udp_port = PORT;
	plane.bindings[0]->flags = BINDING_REVERSE;
}

static void reset(void)
{
	struct binding *binding = plane.bindings[0];

	set_kind(ENCAP_IP4_IN_IP4);
	binding->also = 0;
	binding->inner_mtu = 1460;
	binding->expiry_tsc = UINT64_MAX;
	binding->next_hop = PLANE_NEXT_HOP4;
}

static struct ip4_hdr_wire *begin(uint16_t octets)
{
	octets_begin(&o, &correspondent, &home, octets);
	return (struct ip4_hdr_wire *)octets_at(&o);
}

static void renew(void)
{
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
}

/* What left was o, forwarded: all the same but for the time to live. */
static void expect_inner(const uint8_t *inner)
{
	struct ip4_hdr_wire *expected = (struct ip4_hdr_wire *)octets_at(&o);

	expected->ttl--;
	renew();
	CU_ASSERT_EQUAL(memcmp(inner, octets_at(&o), o.count), 0);
}

static void expect_outer(const struct ip4_hdr_wire *outer, uint8_t protocol, uint16_t octets)
{
	CU_ASSERT_EQUAL(rte_be_to_cpu_16(outer->total_length_be), octets);
	CU_ASSERT_EQUAL(outer->protocol, protocol);
	CU_ASSERT_EQUAL(outer->fragment_be, RTE_BE16(0x4000));
	CU_ASSERT_EQUAL(outer->ttl, 64);
	CU_ASSERT_EQUAL(memcmp(outer->source, agent.bytes + 12, 4), 0);
	CU_ASSERT_EQUAL(memcmp(outer->destination, care_of.bytes + 12, 4), 0);
}

static void ip_in_ip_is_rfc_2003s(void)
{
	const struct ip4_hdr_wire *outer;

	reset();
	begin(300)->tos = 0x28;
	renew();
	packet4_run(&plane, &o);
	outer = packet4_sent(&plane);
	expect_outer(outer, 4, 320);
	CU_ASSERT_EQUAL(outer->tos, 0x28);
	expect_inner((const uint8_t *)outer + 20);
	CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 0).bytes, 300);
}

static void gre_is_rfc_2784s_and_a_key_rfc_2890s(void)
{
	static const uint8_t plain[4] = {0x00, 0x00, 0x08, 0x00};
	static const uint8_t keyed[8] = {0x20, 0x00, 0x08, 0x00, 1, 2, 3, 4};
	const struct ip4_hdr_wire *outer;

	reset();
	set_kind(ENCAP_GRE);
	begin(300);
	packet4_run(&plane, &o);
	outer = packet4_sent(&plane);
	expect_outer(outer, 47, 324);
	CU_ASSERT_EQUAL(memcmp(outer + 1, plain, sizeof(plain)), 0);
	expect_inner((const uint8_t *)outer + 24);

	plane.bindings[0]->flags |= BINDING_GRE_KEY;
	plane.bindings[0]->key = KEY;
	begin(300);
	packet4_run(&plane, &o);
	outer = packet4_sent(&plane);
	expect_outer(outer, 47, 328);
	CU_ASSERT_EQUAL(memcmp(outer + 1, keyed, sizeof(keyed)), 0);
	expect_inner((const uint8_t *)outer + 28);
}

static void udp_is_rfc_3519s(void)
{
	static const uint8_t between[12] = {0x01, 0xb2, 0x12, 0x67, 0x01, 0x38, 0, 0, 4, 4, 0, 0};
	const struct ip4_hdr_wire *outer;

	reset();
	set_kind(ENCAP_UDP);
	begin(300);
	packet4_run(&plane, &o);
	outer = packet4_sent(&plane);
	expect_outer(outer, 17, 332);
	CU_ASSERT_EQUAL(memcmp(outer + 1, between, sizeof(between)), 0);
	expect_inner((const uint8_t *)outer + 32);
}

static void minimal_encapsulation_is_rfc_2004s(void)
{
	const struct ip4_hdr_wire *outer;
	const uint8_t *between;

	reset();
	set_kind(ENCAP_MINIMAL);
	begin(300)->fragment_be = RTE_BE16(0x4000);
	renew();
	packet4_run(&plane, &o);
	outer = packet4_sent(&plane);
	between = (const uint8_t *)(outer + 1);
	CU_ASSERT_EQUAL(outer->ttl, 63);
	CU_ASSERT_EQUAL(outer->protocol, 55);
	CU_ASSERT_EQUAL(outer->id_be, RTE_BE16(0x1234));
	CU_ASSERT_EQUAL(outer->fragment_be, RTE_BE16(0x4000));
	CU_ASSERT_EQUAL(rte_be_to_cpu_16(outer->total_length_be), 312);
	CU_ASSERT_EQUAL(memcmp(outer->source, agent.bytes + 12, 4), 0);
	CU_ASSERT_EQUAL(memcmp(outer->destination, care_of.bytes + 12, 4), 0);
	CU_ASSERT_EQUAL(between[0], 17);
	CU_ASSERT_EQUAL(between[1], 0x80);
	CU_ASSERT_EQUAL(reference_checksum(between, 12), 0);
	CU_ASSERT_EQUAL(memcmp(between + 4, home.bytes + 12, 4), 0);
	CU_ASSERT_EQUAL(memcmp(between + 8, correspondent.bytes + 12, 4), 0);
	CU_ASSERT_EQUAL(memcmp(between + 12, octets_at(&o) + 20, 280), 0);
}

/* RFC 2004 §1. */
static void a_fragment_does_not_go_in_minimal_encapsulation(void)
{
	reset();
	set_kind(ENCAP_MINIMAL);
	begin(300)->fragment_be = RTE_BE16(0x2000);
	renew();
	packet4_run(&plane, &o);
	expect_outer(packet4_sent(&plane), 4, 320);
	expect_inner((const uint8_t *)packet4_sent(&plane) + 20);
}

/* Of every content, so that each carry of a checksum comes up. */
static void checksums_are_right_whatever_the_header_says(void)
{
	reset();
	for (unsigned int i = 0; i < 4000; i++) {
		struct ip4_hdr_wire *ip = begin((uint16_t)(60 + i % 1000));

		set_kind((enum encap_kind)(ENCAP_IP4_IN_IP4 + i % TUNNEL4_KINDS));
		ip->tos = (uint8_t)(i * 7);
		ip->id_be = (uint16_t)(i * 2657);
		ip->ttl = (uint8_t)(2 + i % 254);
		ip->source[3] = (uint8_t)(i * 31);
		renew();
		packet4_run(&plane, &o);
		CU_ASSERT_TRUE(reference_is_good(packet4_sent(&plane),
						 packet_sent(&plane)->pkt_len - ETHER));
		if (i % TUNNEL4_KINDS != ENCAP_MINIMAL - ENCAP_IP4_IN_IP4)
			expect_inner((const uint8_t *)packet4_sent(&plane) +
				     packet_sent(&plane)->pkt_len - ETHER - o.count);
	}
}

/* The one place where the two forms of nought differ: RFC 1624 §4. */
static void a_checksum_that_runs_over_is_counted_down_rightly(void)
{
	reset();
	for (uint32_t id = 0; id < 0x10000; id += 0xfb) {
		begin(60)->id_be = rte_cpu_to_be_16((uint16_t)id);
		renew();
		packet4_run(&plane, &o);
		CU_ASSERT_TRUE(reference_is_good(packet4_sent(&plane) + 1, 60));
	}
}

static void time_to_live_of_one_asks_for_time_exceeded(void)
{
	reset();
	for (uint8_t ttl = 0; ttl < 2; ttl++) {
		begin(60)->ttl = ttl;
		renew();
		packet4_run(&plane, &o);
		packet4_expect_punt(&plane, PUNT_ERROR, DROP_HOP_LIMIT);
	}
}

static void sources_that_may_not_be_forwarded_are_refused(void)
{
	static const char *const sources[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1",
					      "255.255.255.255", "240.0.0.1"};

	reset();
	for (size_t i = 0; i < UNIT_COUNT(sources); i++) {
		struct ip_addr source;

		ip4_addr_parse(sources[i], &source);
		octets_begin(&o, &source, &home, 60);
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_SOURCE_ADDRESS), 1);
	}
}

/* RFC 2003 §3.2, RFC 5944 §4.2.3. */
static void what_comes_from_the_exit_point_does_not_go_round(void)
{
	reset();
	octets_begin(&o, &care_of, &home, 60);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_LOOP), 1);
	octets_begin(&o, &correspondent, &home, 60);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &home, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_LOOP), 1);
}

/* Behind one NAT. */
static void a_neighbour_behind_the_same_nat_reaches_the_node_but_tunnels_do_not(void)
{
	reset();
	set_kind(ENCAP_UDP);
	octets_begin(&o, &care_of, &home, 60);
	packet4_run(&plane, &o);
	expect_outer(packet4_sent(&plane), 17, 92);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &home, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_LOOP), 1);
}

static void a_tunnel_to_the_node_from_elsewhere_is_nested(void)
{
	reset();
	octets_begin(&o, &correspondent, &home, 60);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &correspondent, &home, 0);
	packet4_run(&plane, &o);
	expect_outer(packet4_sent(&plane), 4, 100);
}

static void a_udp_tunnel_without_a_port_yet_carries_nothing(void)
{
	reset();
	set_kind(ENCAP_UDP);
	plane.bindings[0]->udp_port = 0;
	begin(60);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_PORT), 1);
}

static void an_expired_binding_forwards_nothing(void)
{
	reset();
	plane.bindings[0]->expiry_tsc = plane.worker->now_tsc;
	begin(60);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_BINDING_EXPIRED), 1);
}

static void too_big_with_dont_fragment_is_answered(void)
{
	reset();
	begin(1460)->fragment_be = RTE_BE16(0x4000);
	renew();
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(rte_be_to_cpu_16(packet4_sent(&plane)->total_length_be), 1480);
	begin(1461)->fragment_be = RTE_BE16(0x4000);
	renew();
	packet4_run(&plane, &o);
	packet4_expect_punt(&plane, PUNT_ERROR, DROP_TOO_BIG);
}

static void without_it_each_fragment_has_its_own_tunnel_header(void)
{
	uint8_t whole[2048];
	unsigned int offset = 0;

	reset();
	plane.bindings[0]->inner_mtu = 576;
	begin(1400);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 3);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, 2);
	CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 3);
	for (uint16_t i = 0; i < tx_queue_count(&plane.worker->tx[0]); i++) {
		struct rte_mbuf *m = plane.worker->tx[0].buffer[i];
		const struct ip4_hdr_wire *outer = packet4_ip(m);
		const struct ip4_hdr_wire *inner = outer + 1;
		uint16_t octets = (uint16_t)(rte_be_to_cpu_16(inner->total_length_be) - IP4);

		expect_outer(outer, 4, (uint16_t)(m->pkt_len - ETHER));
		CU_ASSERT_TRUE(reference_is_good(outer, m->pkt_len - ETHER));
		CU_ASSERT_TRUE(reference_is_good(inner, m->pkt_len - ETHER - IP4));
		CU_ASSERT_TRUE(m->pkt_len - ETHER - IP4 <= 576);
		CU_ASSERT_EQUAL(inner->ttl, 63);
		CU_ASSERT_EQUAL(rte_be_to_cpu_16(inner->fragment_be),
				offset / 8 | (i < 2 ? 0x2000 : 0));
		memcpy(whole + offset, inner + 1, octets);
		offset += octets;
	}
	CU_ASSERT_EQUAL(offset, 1380);
	CU_ASSERT_EQUAL(memcmp(whole, octets_at(&o) + IP4, 1380), 0);
}

static void simultaneous_bindings_get_a_copy_each(void)
{
	reset();
	plane.bindings[0]->also = 1 + (uint32_t)(plane.bindings[1] - plane.tables.bcache->bindings);
	plane.bindings[1]->also = 1 + (uint32_t)(plane.bindings[2] - plane.tables.bcache->bindings);
	plane.bindings[1]->tunnel = tunnel4_number(0, ENCAP_GRE);
	begin(200);
	packet4_run(&plane, &o);
	plane.bindings[1]->also = 0;
	plane.bindings[1]->tunnel = tunnel4_number(0, ENCAP_IP4_IN_IP4);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 3);
	CU_ASSERT_EQUAL(plane.worker->stats.copies_created, 2);
	CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 3);
	for (uint16_t i = 0; i < 3; i++) {
		const struct ip4_hdr_wire *outer = packet4_ip(plane.worker->tx[0].buffer[i]);
		uint16_t node = (uint16_t)((i + 1) % 3);
		struct ip_addr to = plane_care_of(node);

		CU_ASSERT_EQUAL(memcmp(outer->destination, to.bytes + 12, 4), 0);
		CU_ASSERT_EQUAL(outer->protocol, node == 1 ? 47 : 4);
		CU_ASSERT_TRUE(
			reference_is_good((const struct ip4_hdr_wire *)((const uint8_t *)outer +
									(node == 1 ? 24 : 20)),
					  200));
	}
}

static void a_next_hop_that_is_not_resolved_yet_is_asked_for_with_the_whole_tunnel_packet(void)
{
	struct punt punted = {0};

	reset();
	plane.bindings[0]->next_hop = 77;
	begin(200);
	packet4_run(&plane, &o);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_RESOLVE);
	CU_ASSERT_EQUAL(punted.next_hop, 77);
	CU_ASSERT_TRUE(
		reference_is_good(rte_pktmbuf_mtod(punted.packet, struct ip4_hdr_wire *), 220));
	rte_pktmbuf_free(punted.packet);
	reset();
}

static void a_home_address_without_a_binding_is_answered_on_a_virtual_link(void)
{
	struct ip_addr nobody = plane_home(4711);

	octets_begin(&o, &correspondent, &nobody, 60);
	packet4_run(&plane, &o);
	packet4_expect_punt(&plane, PUNT_ERROR, DROP_NO_BINDING);
}

static void without_headroom_a_packet_is_dropped_by_name(void)
{
	struct rte_mbuf *frame;

	reset();
	begin(60);
	packets_clear(&plane);
	frame = packet4_frame(&plane, &o);
	memmove(frame->buf_addr, rte_pktmbuf_mtod(frame, void *), frame->data_len);
	frame->data_off = 0;
	packet_run(&plane, frame);
	CU_ASSERT_EQUAL(dropped(DROP_NO_HEADROOM), 1);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

/* An IPv4-mapped address finds the binding, whose tunnel is none of Mobile IPv6. */
static void an_ipv6_packet_never_meets_a_binding_of_mobile_ipv4(void)
{
	static const enum encap_kind kinds[] = {ENCAP_IP4_IN_IP4, ENCAP_UDP};
	struct ip_addr from = {.bytes = {0x20, 1, 0xd, 0xb8, [15] = 9}};

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		reset();
		set_kind(kinds[i]);
		packets_clear(&plane);
		packet_run(&plane, packet_make(&plane, &from, &home, PROTO_UDP, NULL, 8));
		CU_ASSERT_EQUAL(dropped(DROP_NO_BINDING), 1);
		CU_ASSERT_PTR_NULL(packet_sent(&plane));
		CU_ASSERT_TRUE(packets_balance(&plane));
		packets_clear(&plane);
		packet_run(&plane, packet_make_tunnelled(&plane, &plane.bindings[0]->care_of,
							 &plane.tunnel.home_agent, &home, &from));
		CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_HOME_AGENT), 1);
		CU_ASSERT_PTR_NULL(packet_sent(&plane));
		CU_ASSERT_TRUE(packets_balance(&plane));
	}
	reset();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(ip_in_ip_is_rfc_2003s),
		UNIT(gre_is_rfc_2784s_and_a_key_rfc_2890s),
		UNIT(udp_is_rfc_3519s),
		UNIT(minimal_encapsulation_is_rfc_2004s),
		UNIT(a_fragment_does_not_go_in_minimal_encapsulation),
		UNIT(checksums_are_right_whatever_the_header_says),
		UNIT(a_checksum_that_runs_over_is_counted_down_rightly),
		UNIT(time_to_live_of_one_asks_for_time_exceeded),
		UNIT(sources_that_may_not_be_forwarded_are_refused),
		UNIT(what_comes_from_the_exit_point_does_not_go_round),
		UNIT(a_neighbour_behind_the_same_nat_reaches_the_node_but_tunnels_do_not),
		UNIT(a_tunnel_to_the_node_from_elsewhere_is_nested),
		UNIT(a_udp_tunnel_without_a_port_yet_carries_nothing),
		UNIT(an_expired_binding_forwards_nothing),
		UNIT(too_big_with_dont_fragment_is_answered),
		UNIT(without_it_each_fragment_has_its_own_tunnel_header),
		UNIT(simultaneous_bindings_get_a_copy_each),
		UNIT(a_next_hop_that_is_not_resolved_yet_is_asked_for_with_the_whole_tunnel_packet),
		UNIT(a_home_address_without_a_binding_is_answered_on_a_virtual_link),
		UNIT(without_headroom_a_packet_is_dropped_by_name),
		UNIT(an_ipv6_packet_never_meets_a_binding_of_mobile_ipv4),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_agent4();
	correspondent = plane_correspondent4();
	return unit_run("ip4/intercept4", cases, UNIT_COUNT(cases));
}
