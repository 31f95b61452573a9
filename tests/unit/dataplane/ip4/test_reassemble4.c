/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>

#include "dataplane/stage/stages.h"
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

enum { OCTETS = 1400, PIECE = 512 };

static struct plane plane;
static struct ip_addr home;
static struct ip_addr care_of;
static struct ip_addr agent;
static struct ip_addr correspondent;
static struct octets o; /* the whole packet, to be sent in pieces */

static uint64_t dropped(enum drop_reason reason)
{
	return plane.worker->stats.dropped[reason];
}

static void begin(enum encap_kind kind)
{
	plane.bindings[0]->tunnel = tunnel4_number(0, kind);
	plane.bindings[0]->udp_port = 4711;
	octets_begin(&o, &home, &correspondent, OCTETS);
	octets_push_tunnel(&o, kind, &care_of, &agent, 4711);
	packets_clear(&plane);
}

/* Of the payload of o from there on. */
static struct octets piece(uint16_t from, uint16_t octets, bool is_last)
{
	const struct ip4_hdr_wire *whole = (const void *)octets_at(&o);
	struct octets p = {.count = 0};
	struct ip4_hdr_wire *ip;

	octets_push(&p, octets_at(&o) + IP4 + from, octets);
	ip = (struct ip4_hdr_wire *)octets_push(&p, whole, IP4);
	ip->total_length_be = rte_cpu_to_be_16((uint16_t)(octets + IP4));
	ip->fragment_be = rte_cpu_to_be_16((uint16_t)(from / 8 | (is_last ? 0 : 0x2000)));
	reference_renew(ip);
	return p;
}

static void give(const struct octets *p)
{
	packet_run(&plane, packet4_frame(&plane, p));
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static void give_piece(uint16_t from, bool is_last)
{
	uint16_t rest = (uint16_t)(o.count - IP4 - from);
	struct octets p = piece(from, is_last ? rest : PIECE, is_last);

	give(&p);
}

static void expect_opened(void)
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, ETHER + OCTETS);
	octets_begin(&o, &home, &correspondent, OCTETS);
	CU_ASSERT_EQUAL(memcmp(packet4_sent(&plane) + 1, octets_at(&o) + IP4, OCTETS - IP4), 0);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_joined, 2);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 0);
}

static void a_tunnel_of_each_kind_in_pieces_is_opened_in_any_order(void)
{
	static const uint16_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++)
		for (int i = 0; i < 6; i++) {
			begin((enum encap_kind)kind);
			for (int k = 0; k < 3; k++)
				give_piece((uint16_t)(orders[i][k] * PIECE), orders[i][k] == 2);
			expect_opened();
		}
	begin(ENCAP_IP4_IN_IP4);
}

static void a_repeated_fragment_costs_nothing_and_an_overlap_the_packet(void)
{
	struct octets other;

	begin(ENCAP_IP4_IN_IP4);
	give_piece(0, false);
	give_piece(0, false);
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_REPEATED), 1);
	give_piece(PIECE, false);
	give_piece(2 * PIECE, true);
	CU_ASSERT_PTR_NOT_NULL(packet_sent(&plane));

	begin(ENCAP_IP4_IN_IP4);
	give_piece(0, false);
	other = piece(PIECE - 8, PIECE, false);
	give(&other);
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_OVERLAP), 2);
	give_piece(PIECE, false);
	give_piece(2 * PIECE, true);
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
}

static void other_protocols_and_identifications_are_other_packets(void)
{
	struct octets p;

	begin(ENCAP_IP4_IN_IP4);
	give_piece(0, false);
	give_piece(PIECE, false);
	p = piece(2 * PIECE, (uint16_t)(o.count - IP4 - 2 * PIECE), true);
	((struct ip4_hdr_wire *)octets_at(&p))->protocol = 47;
	reference_renew((struct ip4_hdr_wire *)octets_at(&p));
	give(&p);
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	((struct ip4_hdr_wire *)octets_at(&p))->protocol = 4;
	((struct ip4_hdr_wire *)octets_at(&p))->id_be ^= 1;
	reference_renew((struct ip4_hdr_wire *)octets_at(&p));
	give(&p);
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 4);
}

static void lengths_and_offsets_that_cannot_be_are_refused(void)
{
	struct octets p;

	begin(ENCAP_IP4_IN_IP4);
	p = piece(0, 13, false);
	give(&p);
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_LENGTH), 1);
	p = piece(0, 0, false);
	give(&p);
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_LENGTH), 2);
	p = piece(0, 512, true);
	((struct ip4_hdr_wire *)octets_at(&p))->fragment_be = RTE_BE16(0x1fff);
	reference_renew((struct ip4_hdr_wire *)octets_at(&p));
	give(&p);
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_LENGTH), 3);
	p = piece(0, 512, true);
	((struct ip4_hdr_wire *)octets_at(&p))->fragment_be = RTE_BE16(300);
	reference_renew((struct ip4_hdr_wire *)octets_at(&p));
	give(&p);
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_SIZE), 1);
}

static void what_nobody_here_opens_stays_in_pieces_for_the_kernel(void)
{
	struct octets p;

	begin(ENCAP_IP4_IN_IP4);
	p = piece(0, PIECE, false);
	((struct ip4_hdr_wire *)octets_at(&p))->protocol = 6;
	reference_renew((struct ip4_hdr_wire *)octets_at(&p));
	give(&p);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
}

static void a_packet_that_is_not_whole_in_time_is_told_if_its_first_fragment_came(void)
{
	begin(ENCAP_IP4_IN_IP4);
	give_piece(PIECE, false);
	plane.worker->now_tsc += 61 * rte_get_tsc_hz();
	reassemble_expire(plane.worker);
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_TIMEOUT), 1);
	begin(ENCAP_IP4_IN_IP4);
	give_piece(0, false);
	give_piece(PIECE, false);
	plane.worker->now_tsc += 61 * rte_get_tsc_hz();
	reassemble_expire(plane.worker);
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_TIMEOUT), 1);
	packet4_expect_punt(&plane, PUNT_ERROR, DROP_REASSEMBLY_TIMEOUT);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

/* RFC 3168 §5.3. */
static void congestion_on_one_fragment_is_on_the_whole_packet(void)
{
	struct octets p;

	begin(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &home, &correspondent, OCTETS);
	((struct ip4_hdr_wire *)octets_at(&o))->tos = 2;
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	octets_push_ip4(&o, &care_of, &agent, 4)->tos = 2;
	give_piece(0, false);
	p = piece(PIECE, PIECE, false);
	((struct ip4_hdr_wire *)octets_at(&p))->tos = 3;
	reference_renew((struct ip4_hdr_wire *)octets_at(&p));
	give(&p);
	give_piece(2 * PIECE, true);
	CU_ASSERT_EQUAL(packet4_sent(&plane)->tos, 3);
}

/* An IPv6 fragment whose source is written like an IPv4 address is no part of an IPv4 packet. */
static void fragments_of_ip6_are_never_parts_of_ip4(void)
{
	struct ip_addr agent6 = plane_home_agent();
	uint8_t fragment[8 + 1024] = {PROTO_IPV6, 0, 0x02, 0x00, 0, 4, 0x12, 0x34};

	begin(ENCAP_IP4_IN_IP4);
	give_piece(0, false);
	packet_run(&plane, packet_make(&plane, &care_of, &agent6, PROTO_FRAGMENT, fragment,
				       sizeof(fragment)));
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 2);
	give_piece(PIECE, false);
	give_piece(2 * PIECE, true);
	CU_ASSERT_PTR_NOT_NULL(packet_sent(&plane));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 1);
}

static void what_came_out_of_a_tunnel_in_pieces_is_put_together_for_us(void)
{
	struct octets whole;
	struct octets p;
	struct punt punted = {0};

	begin(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &home, &agent, 800);
	whole = o;
	for (uint16_t from = 0; from < 780; from = (uint16_t)(from + 400)) {
		o = whole;
		p = piece(from, from == 0 ? 400 : 380, from != 0);
		octets_push_tunnel(&p, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
		give(&p);
	}
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_LOCAL);
	CU_ASSERT_EQUAL(punted.tunnelled, 1);
	CU_ASSERT_EQUAL(punted.packet->pkt_len, 800);
	rte_pktmbuf_free(punted.packet);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_tunnel_of_each_kind_in_pieces_is_opened_in_any_order),
		UNIT(a_repeated_fragment_costs_nothing_and_an_overlap_the_packet),
		UNIT(other_protocols_and_identifications_are_other_packets),
		UNIT(lengths_and_offsets_that_cannot_be_are_refused),
		UNIT(what_nobody_here_opens_stays_in_pieces_for_the_kernel),
		UNIT(a_packet_that_is_not_whole_in_time_is_told_if_its_first_fragment_came),
		UNIT(congestion_on_one_fragment_is_on_the_whole_packet),
		UNIT(fragments_of_ip6_are_never_parts_of_ip4),
		UNIT(what_came_out_of_a_tunnel_in_pieces_is_put_together_for_us),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_agent4();
	correspondent = plane_correspondent4();
	return unit_run("ip4/reassemble4", cases, UNIT_COUNT(cases));
}
