/* SPDX-License-Identifier: BSD-3-Clause */
#include "ha/tunnel4.h"
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

enum { PORT = 4711, KEY = 0x01020304, OCTETS = 100 };

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

static void reset(enum encap_kind kind)
{
	for (uint32_t i = 0; i < 8; i++) {
		plane.bindings[i]->tunnel = tunnel4_number(0, kind);
		plane.bindings[i]->care_of = plane_care_of(i);
		plane.bindings[i]->udp_port = PORT;
		plane.bindings[i]->flags = BINDING_REVERSE;
		plane.bindings[i]->expiry_tsc = UINT64_MAX;
		plane.bindings[i]->also = 0;
	}
}

static struct ip4_hdr_wire *begin(void)
{
	octets_begin(&o, &home, &correspondent, OCTETS);
	return (struct ip4_hdr_wire *)octets_at(&o);
}

static void run_tunnelled(enum encap_kind kind)
{
	begin();
	octets_push_tunnel(&o, kind, &care_of, &agent, PORT);
	packet4_run(&plane, &o);
}

static void expect_opened(void)
{
	const struct ip4_hdr_wire *sent = packet4_sent(&plane);

	begin()->ttl = 63;
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	CU_ASSERT_EQUAL(packet_sent(&plane)->pkt_len, ETHER + OCTETS);
	CU_ASSERT_EQUAL(memcmp(sent, octets_at(&o), OCTETS), 0);
	CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).pkts, 1);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).bytes, OCTETS);
}

static void expect_refused(enum drop_reason reason)
{
	CU_ASSERT_EQUAL(dropped(reason), 1);
	CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, 0);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).pkts, 0);
}

/* The first time by the routes, the second by what is remembered. */
static void every_kind_is_opened(void)
{
	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
		reset((enum encap_kind)kind);
		for (int i = 0; i < 2; i++) {
			run_tunnelled((enum encap_kind)kind);
			expect_opened();
		}
	}
}

/* RFC 3024 §5.2, §5.4. */
static void another_kind_than_the_registered_one_is_refused(void)
{
	for (int registered = ENCAP_IP4_IN_IP4; registered < ENCAP_KIND_COUNT; registered++)
		for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
			if (kind == registered)
				continue;
			reset((enum encap_kind)registered);
			run_tunnelled((enum encap_kind)kind);
			if (registered == ENCAP_MINIMAL && kind == ENCAP_IP4_IN_IP4)
				expect_opened();
			else
				expect_refused(DROP_TUNNEL_ENCAPSULATION);
		}
}

static void another_outer_source_is_refused(void)
{
	struct ip_addr other = plane_care_of(1);

	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
		reset((enum encap_kind)kind);
		begin();
		octets_push_tunnel(&o, (enum encap_kind)kind, &other, &agent, PORT);
		packet4_run(&plane, &o);
		expect_refused(DROP_TUNNEL_OUTER_SOURCE);
	}
}

static void an_inner_source_without_binding_is_refused(void)
{
	struct ip_addr nobody = plane_home(4711);

	reset(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &nobody, &correspondent, OCTETS);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_UNKNOWN);
}

static void another_home_agent_is_refused(void)
{
	reset(ENCAP_IP4_IN_IP4);
	plane.bindings[0]->tunnel = tunnel4_number(1, ENCAP_IP4_IN_IP4);
	run_tunnelled(ENCAP_IP4_IN_IP4);
	expect_refused(DROP_TUNNEL_HOME_AGENT);
}

/* Some whose last octets are alike modulo 64, and the last one nobody's. */
static void each_of_several_home_agents_opens_the_tunnels_of_its_own_bindings(void)
{
	static const uint8_t last_octets[] = {1, 65, 2, 129, 193};
	enum { AGENTS = UNIT_COUNT(last_octets) - 1 };
	struct agent4 agents[AGENTS];
	struct dataplane_tables with = plane.tables;

	reset(ENCAP_IP4_IN_IP4);
	for (int i = 0; i < AGENTS; i++) {
		agents[i] = plane.agents4[0];
		agents[i].address.bytes[15] = last_octets[i];
	}
	plane.tables.agents4 = agents;
	plane.tables.agent4_count = AGENTS;
	for (uint16_t registered = 0; registered < AGENTS; registered++) {
		plane.bindings[0]->tunnel = tunnel4_number(registered, ENCAP_IP4_IN_IP4);
		for (uint16_t i = 0; i <= AGENTS; i++) {
			struct ip_addr to = agent;

			to.bytes[15] = last_octets[i];
			begin();
			octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &to, 0);
			packet4_run(&plane, &o);
			CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, i == registered);
			CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_HOME_AGENT),
					i != registered && i < AGENTS);
			CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), i == AGENTS);
		}
	}
	plane.tables = with;
}

static void an_expired_binding_opens_no_tunnel(void)
{
	reset(ENCAP_IP4_IN_IP4);
	plane.bindings[0]->expiry_tsc = plane.worker->now_tsc;
	run_tunnelled(ENCAP_IP4_IN_IP4);
	expect_refused(DROP_BINDING_EXPIRED);
}

static void without_a_reverse_tunnel_only_the_home_agent_itself_is_reached(void)
{
	reset(ENCAP_IP4_IN_IP4);
	plane.bindings[0]->flags = 0;
	run_tunnelled(ENCAP_IP4_IN_IP4);
	expect_refused(DROP_TUNNEL_REVERSE);
	octets_begin(&o, &home, &agent, OCTETS);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	packet4_expect_punt(&plane, PUNT_LOCAL, 0);
}

static void a_udp_tunnel_from_another_port_is_refused(void)
{
	reset(ENCAP_UDP);
	plane.bindings[0]->udp_port = PORT + 1;
	run_tunnelled(ENCAP_UDP);
	expect_refused(DROP_TUNNEL_PORT);
}

static void keepalive(uint8_t protocol)
{
	octets_begin(&o, &home, &agent, OCTETS);
	((struct ip4_hdr_wire *)octets_at(&o))->protocol = protocol;
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	octets_push_tunnel(&o, ENCAP_UDP, &care_of, &agent, PORT);
	packet4_run(&plane, &o);
}

/* RFC 3519 §4.6: the first keepalive says which port it is. */
static void a_udp_tunnel_without_a_port_yet_lets_a_keepalive_through(void)
{
	struct punt punted = {0};
	const uint8_t *ip;

	reset(ENCAP_UDP);
	plane.bindings[0]->udp_port = 0;
	run_tunnelled(ENCAP_UDP);
	expect_refused(DROP_TUNNEL_PORT);
	keepalive(17);
	expect_refused(DROP_TUNNEL_PORT);
	keepalive(1);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_LOCAL);
	CU_ASSERT_EQUAL(punted.tunnelled, 1);
	ip = rte_pktmbuf_mtod(punted.packet, const uint8_t *);
	/* in front still: UDP, and the header of tunnel data */
	CU_ASSERT_EQUAL(ip[-12] << 8 | ip[-11], PORT);
	rte_pktmbuf_free(punted.packet);
}

/* As a binding has it whose port is not known yet. */
static void nothing_comes_from_port_0(void)
{
	reset(ENCAP_UDP);
	plane.bindings[0]->udp_port = 0;
	begin();
	octets_push_tunnel(&o, ENCAP_UDP, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_PORT);
}

static void gre(const uint8_t *header, uint16_t octets)
{
	begin();
	octets_push(&o, header, octets);
	octets_push_ip4(&o, &care_of, &agent, 47);
	packet4_run(&plane, &o);
}

static void a_gre_key_must_be_there_and_right_or_not_be_there(void)
{
	static const uint8_t right[8] = {0x20, 0, 8, 0, 1, 2, 3, 4};
	static const uint8_t wrong[8] = {0x20, 0, 8, 0, 1, 2, 3, 5};
	static const uint8_t none[4] = {0, 0, 8, 0};

	reset(ENCAP_GRE);
	gre(right, sizeof(right));
	expect_refused(DROP_GRE_KEY);
	plane.bindings[0]->flags |= BINDING_GRE_KEY;
	plane.bindings[0]->key = KEY;
	gre(right, sizeof(right));
	expect_opened();
	gre(wrong, sizeof(wrong));
	expect_refused(DROP_GRE_KEY);
	gre(none, sizeof(none));
	expect_refused(DROP_GRE_KEY);
}

static void a_gre_checksum_is_verified(void)
{
	uint8_t header[8] = {0x80, 0, 8, 0};
	uint8_t whole[8 + OCTETS];
	uint16_t checksum;

	reset(ENCAP_GRE);
	begin();
	memcpy(whole, header, sizeof(header));
	memcpy(whole + 8, octets_at(&o), OCTETS);
	checksum = reference_checksum(whole, sizeof(whole));
	header[4] = (uint8_t)(checksum >> 8);
	header[5] = (uint8_t)checksum;
	gre(header, sizeof(header));
	expect_opened();
	header[5] ^= 1;
	gre(header, sizeof(header));
	expect_refused(DROP_GRE_CHECKSUM);
}

/* RFC 2784 §2.2: bits 1 to 5, but for the key; the others of Reserved0 are ignored. */
static void every_bit_of_a_gre_header_is_kept_ignored_or_refused(void)
{
	static const uint16_t refused = 0x5c07;
	static const uint16_t ignored = 0x03f8;

	reset(ENCAP_GRE);
	for (uint16_t bit = 1; bit != 0; bit = (uint16_t)(bit << 1)) {
		const uint8_t header[4] = {(uint8_t)(bit >> 8), (uint8_t)bit, 8, 0};

		if (((refused | ignored) & bit) == 0)
			continue;
		gre(header, sizeof(header));
		if ((refused & bit) != 0)
			expect_refused(DROP_GRE_HEADER);
		else
			expect_opened();
	}
}

static void gre_with_something_else_inside_or_cut_is_refused(void)
{
	static const uint8_t ip6[4] = {0, 0, 0x86, 0xdd};
	static const uint8_t cut[6] = {0x20, 0, 8, 0, 0, 0};

	reset(ENCAP_GRE);
	gre(ip6, sizeof(ip6));
	expect_refused(DROP_GRE_HEADER);
	for (uint16_t octets = 0; octets < 4; octets++) {
		o.count = 0;
		octets_push(&o, cut, octets);
		octets_push_ip4(&o, &care_of, &agent, 47);
		packet4_run(&plane, &o);
		expect_refused(DROP_GRE_HEADER);
	}
	o.count = 0;
	octets_push(&o, cut, sizeof(cut));
	octets_push_ip4(&o, &care_of, &agent, 47);
	packet4_run(&plane, &o);
	expect_refused(DROP_GRE_HEADER);
}

/* RFC 2784 §3.1. */
static void gre_back_to_its_own_end_would_go_round(void)
{
	reset(ENCAP_GRE);
	octets_begin(&o, &home, &care_of, OCTETS);
	octets_push_tunnel(&o, ENCAP_GRE, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_LOOP);
	reset(ENCAP_IP4_IN_IP4);
	octets_begin(&o, &home, &care_of, OCTETS);
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_PTR_NOT_NULL(packet_sent(&plane));
}

static void every_wrong_bit_of_a_minimal_header_is_noticed(void)
{
	reset(ENCAP_MINIMAL);
	for (unsigned int bit = 0; bit < 12 * 8; bit++) {
		begin();
		octets_push_tunnel(&o, ENCAP_MINIMAL, &care_of, &agent, 0);
		octets_at(&o)[IP4 + bit / 8] ^= (uint8_t)(1 << bit % 8);
		packet4_run(&plane, &o);
		expect_refused(DROP_MINIMAL_HEADER);
	}
}

static void a_cut_minimal_header_is_refused(void)
{
	static const uint8_t header[12] = {17, 0x80};

	reset(ENCAP_MINIMAL);
	for (uint16_t octets = 0; octets < 12; octets++) {
		o.count = 0;
		octets_push(&o, header, octets);
		octets_push_ip4(&o, &care_of, &agent, 55);
		packet4_run(&plane, &o);
		expect_refused(DROP_MINIMAL_HEADER);
	}
}

/* RFC 2004 §3.1: without S the source is that of the outer header, which here is no home address. */
static void a_short_minimal_header_is_read(void)
{
	uint8_t header[8] = {17, 0};
	uint16_t checksum;

	reset(ENCAP_MINIMAL);
	memcpy(header + 4, correspondent.bytes + 12, 4);
	checksum = reference_checksum(header, sizeof(header));
	header[2] = (uint8_t)(checksum >> 8);
	header[3] = (uint8_t)checksum;
	begin();
	o.count -= IP4;
	octets_push(&o, header, sizeof(header));
	octets_push_ip4(&o, &care_of, &agent, 55);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_UNKNOWN);
	plane.bindings[0]->care_of = home;
	begin();
	o.count -= IP4;
	octets_push(&o, header, sizeof(header));
	octets_push_ip4(&o, &home, &agent, 55)->id_be = RTE_BE16(0x1234);
	packet4_run(&plane, &o);
	expect_opened();
}

static struct ip4_hdr_wire *data_message(uint8_t type, uint8_t next)
{
	const uint8_t data[4] = {type, next, 0, 0};

	begin();
	octets_push(&o, data, sizeof(data));
	octets_push_udp(&o, PORT, 434);
	return octets_push_ip4(&o, &care_of, &agent, 17);
}

static void tunnel_data_is_read_as_rfc_3519_says(void)
{
	uint8_t pseudo[12 + 8 + 4 + OCTETS];
	uint16_t octets = sizeof(pseudo) - 12;
	uint16_t checksum;

	reset(ENCAP_UDP);
	data_message(4, 47);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_ENCAPSULATION);

	data_message(4, 4);
	memcpy(pseudo, octets_at(&o) + 12, 8);
	memcpy(pseudo + 8, (const uint8_t[]){0, 17, 0, (uint8_t)octets}, 4);
	memcpy(pseudo + 12, octets_at(&o) + IP4, octets);
	checksum = reference_checksum(pseudo, sizeof(pseudo));
	octets_at(&o)[IP4 + 6] = (uint8_t)(checksum >> 8);
	octets_at(&o)[IP4 + 7] = (uint8_t)checksum;
	packet4_run(&plane, &o);
	expect_opened();
	data_message(4, 4);
	octets_at(&o)[IP4 + 6] = (uint8_t)(checksum >> 8);
	octets_at(&o)[IP4 + 7] = (uint8_t)(checksum ^ 1);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_DATA);
}

static void tunnel_data_without_all_of_its_header_is_refused(void)
{
	static const uint8_t data[4] = {4, 4, 0, 0};

	reset(ENCAP_UDP);
	for (uint16_t octets = 1; octets < 4; octets++) {
		o.count = 0;
		octets_push(&o, data, octets);
		octets_push_udp(&o, PORT, 434);
		octets_push_ip4(&o, &care_of, &agent, 17);
		packet4_run(&plane, &o);
		expect_refused(DROP_TUNNEL_DATA);
	}
}

static void every_truncated_inner_packet_is_refused(void)
{
	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
		if (kind == ENCAP_MINIMAL)
			continue;
		reset((enum encap_kind)kind);
		for (uint16_t cut = 1; cut <= OCTETS; cut++) {
			begin();
			memmove(octets_at(&o) + cut, octets_at(&o), (size_t)(OCTETS - cut));
			o.count -= cut;
			octets_push_tunnel(&o, (enum encap_kind)kind, &care_of, &agent, PORT);
			packet4_run(&plane, &o);
			expect_refused(DROP_TUNNEL_INNER);
		}
	}
}

static void an_inner_header_with_a_wrong_checksum_is_refused(void)
{
	reset(ENCAP_IP4_IN_IP4);
	begin()->id_be ^= 1;
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_INNER);
}

static void inner_destinations_that_may_not_be_forwarded_are_refused(void)
{
	static const char *const addresses[] = {"0.0.0.0", "127.0.0.1", "224.0.0.5",
						"255.255.255.255"};

	reset(ENCAP_IP4_IN_IP4);
	for (size_t i = 0; i < UNIT_COUNT(addresses); i++) {
		struct ip_addr to;

		ip4_addr_parse(addresses[i], &to);
		octets_begin(&o, &home, &to, OCTETS);
		octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &care_of, &agent, 0);
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_INNER), 1);
	}
}

/* RFC 6040 §4.2, figure 4: rows inner Not-ECT, ECT(1), ECT(0), CE; columns by outer code point; -1: drop. */
static void ecn_is_combined_as_rfc_6040_says(void)
{
	static const int expected[4][4] = {
		{0, 0, 0, -1},
		{1, 1, 1, 3},
		{2, 1, 2, 3},
		{3, 3, 3, 3},
	};

	reset(ENCAP_IP4_IN_IP4);
	for (uint8_t inner = 0; inner < 4; inner++)
		for (uint8_t outer = 0; outer < 4; outer++) {
			begin()->tos = (uint8_t)(0x48 | inner);
			reference_renew((struct ip4_hdr_wire *)octets_at(&o));
			octets_push_ip4(&o, &care_of, &agent, 4)->tos = (uint8_t)(0xb8 | outer);
			reference_renew((struct ip4_hdr_wire *)octets_at(&o));
			packet4_run(&plane, &o);
			if (expected[inner][outer] < 0)
				expect_refused(DROP_TUNNEL_ECN);
			else
				CU_ASSERT_EQUAL(packet4_sent(&plane)->tos,
						0x48 | expected[inner][outer]);
		}
}

static void mobile_to_mobile_goes_through_in_one_pass(void)
{
	struct ip_addr other = plane_home(1);
	struct ip_addr other_care_of = plane_care_of(1);

	for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++) {
		const struct ip4_hdr_wire *outer;

		reset((enum encap_kind)kind);
		octets_begin(&o, &home, &other, OCTETS);
		octets_push_tunnel(&o, (enum encap_kind)kind, &care_of, &agent, PORT);
		packet4_run(&plane, &o);
		outer = packet4_sent(&plane);
		CU_ASSERT_EQUAL(outer->protocol, tunnel4_protocol((enum encap_kind)kind));
		CU_ASSERT_EQUAL(memcmp(outer->destination, other_care_of.bytes + 12, 4), 0);
		CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 0).pkts, 1);
		CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 1).pkts, 1);
	}
}

/* Node i is where node i + 1 has its home; the last one of depth is at its care-of address. */
static void nest(unsigned int depth)
{
	for (uint32_t i = 0; i + 1 < depth; i++)
		plane.bindings[i]->care_of = plane_home(i + 1);
	begin();
	for (uint32_t i = 0; i < depth; i++) {
		struct ip_addr from = i + 1 < depth ? plane_home(i + 1) : plane_care_of(i);

		octets_push_tunnel(&o, i % 2 == 0 ? ENCAP_IP4_IN_IP4 : ENCAP_MINIMAL, &from, &agent,
				   0);
		plane.bindings[i]->tunnel =
			tunnel4_number(0, i % 2 == 0 ? ENCAP_IP4_IN_IP4 : ENCAP_MINIMAL);
	}
	packet4_run(&plane, &o);
}

static void tunnels_inside_tunnels_are_opened_up_to_four(void)
{
	for (unsigned int depth = 1; depth <= 4; depth++) {
		reset(ENCAP_IP4_IN_IP4);
		nest(depth);
		CU_ASSERT_EQUAL(packet_sent(&plane) != NULL ? packet_sent(&plane)->pkt_len : 0,
				ETHER + OCTETS);
		CU_ASSERT_EQUAL(packet4_sent(&plane)->ttl, 63);
		CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, depth);
	}
	reset(ENCAP_IP4_IN_IP4);
	nest(5);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_NESTED), 1);
}

/* RFC 5944 §3.8.3.1: each of its bindings may be used. */
static void a_packet_from_any_simultaneous_binding_is_let_in(void)
{
	struct ip_addr second = plane_care_of(1);
	struct ip_addr third = plane_care_of(2);

	reset(ENCAP_IP4_IN_IP4);
	plane.bindings[0]->also = 1 + (uint32_t)(plane.bindings[1] - plane.tables.bcache->bindings);
	plane.bindings[1]->tunnel = tunnel4_number(0, ENCAP_GRE);
	begin();
	octets_push_tunnel(&o, ENCAP_GRE, &second, &agent, 0);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(packet4_sent(&plane)->ttl, 63);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->from_nodes, 1).pkts, 1);
	begin();
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &second, &agent, 0);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_ENCAPSULATION);
	begin();
	octets_push_tunnel(&o, ENCAP_IP4_IN_IP4, &third, &agent, 0);
	packet4_run(&plane, &o);
	expect_refused(DROP_TUNNEL_OUTER_SOURCE);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(every_kind_is_opened),
		UNIT(another_kind_than_the_registered_one_is_refused),
		UNIT(another_outer_source_is_refused),
		UNIT(an_inner_source_without_binding_is_refused),
		UNIT(another_home_agent_is_refused),
		UNIT(each_of_several_home_agents_opens_the_tunnels_of_its_own_bindings),
		UNIT(an_expired_binding_opens_no_tunnel),
		UNIT(without_a_reverse_tunnel_only_the_home_agent_itself_is_reached),
		UNIT(a_udp_tunnel_from_another_port_is_refused),
		UNIT(a_udp_tunnel_without_a_port_yet_lets_a_keepalive_through),
		UNIT(nothing_comes_from_port_0),
		UNIT(a_gre_key_must_be_there_and_right_or_not_be_there),
		UNIT(a_gre_checksum_is_verified),
		UNIT(every_bit_of_a_gre_header_is_kept_ignored_or_refused),
		UNIT(gre_with_something_else_inside_or_cut_is_refused),
		UNIT(gre_back_to_its_own_end_would_go_round),
		UNIT(every_wrong_bit_of_a_minimal_header_is_noticed),
		UNIT(a_cut_minimal_header_is_refused),
		UNIT(a_short_minimal_header_is_read),
		UNIT(tunnel_data_is_read_as_rfc_3519_says),
		UNIT(tunnel_data_without_all_of_its_header_is_refused),
		UNIT(every_truncated_inner_packet_is_refused),
		UNIT(an_inner_header_with_a_wrong_checksum_is_refused),
		UNIT(inner_destinations_that_may_not_be_forwarded_are_refused),
		UNIT(ecn_is_combined_as_rfc_6040_says),
		UNIT(mobile_to_mobile_goes_through_in_one_pass),
		UNIT(tunnels_inside_tunnels_are_opened_up_to_four),
		UNIT(a_packet_from_any_simultaneous_binding_is_let_in),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_agent4();
	correspondent = plane_correspondent4();
	return unit_run("ip4/reverse4", cases, UNIT_COUNT(cases));
}
