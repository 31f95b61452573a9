/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>

#include "dataplane/reassembly.h"
#include "dataplane/stage/stages.h"
#include "support/draw.h"
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

enum { FRAGMENT = FRAGMENT_HEADER_OCTETS, WHOLE = 1400, INNER_DATA = WHOLE - IP6 };

static struct plane plane;
static struct ip_addr home;
static struct ip_addr care_of;
static struct ip_addr agent;
static struct ip_addr correspondent;
static uint32_t identification = 1;
static uint8_t whole[WHOLE]; /* what travels in fragments: an inner packet */

static void fill_whole(void)
{
	struct rte_mbuf *m =
		packet_make(&plane, &home, &correspondent, PROTO_UDP, NULL, INNER_DATA);

	memcpy(whole, packet_ip(m), IP6);
	for (size_t i = IP6; i < WHOLE; i++)
		whole[i] = (uint8_t)(i * 11);
	rte_pktmbuf_free(m);
}

static uint64_t dropped(enum drop_reason reason)
{
	return plane.worker->stats.dropped[reason];
}

/* A fragment of those octets, from source to the home agent. */
static struct rte_mbuf *make_of(const struct ip_addr *source, uint8_t next, const uint8_t *data,
				uint16_t offset, uint16_t octets, bool more)
{
	uint8_t body[FRAGMENT + 1600] = {next, 0, (uint8_t)(offset >> 8),
					 (uint8_t)((offset & 0xf8) | more)};

	memcpy(body + 4, &identification, sizeof(identification));
	memcpy(body + FRAGMENT, data, octets);
	return packet_make(&plane, source, &agent, PROTO_FRAGMENT, body,
			   (uint16_t)(FRAGMENT + octets));
}

static struct rte_mbuf *make(uint16_t offset, uint16_t octets)
{
	return make_of(&care_of, PROTO_IPV6, whole + offset, offset, octets,
		       offset + octets < WHOLE);
}

static void run(struct rte_mbuf *frame)
{
	packet_run(&plane, frame);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static void begin(void)
{
	packets_clear(&plane);
	identification++;
}

static void expect_whole(void)
{
	struct rte_mbuf *m = packet_sent(&plane);
	struct ip6_hdr_wire *ip;

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	ip = packet_ip(m);
	CU_ASSERT_EQUAL(m->nb_segs, 1);
	CU_ASSERT_EQUAL(m->pkt_len, ETHER + WHOLE);
	CU_ASSERT_EQUAL(ip->hop_limit, 63);
	CU_ASSERT_EQUAL(memcmp(ip + 1, whole + IP6, INNER_DATA), 0);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 0);
	CU_ASSERT_EQUAL(plane.worker->stats.decapsulated, 1);
}

static void a_tunnelled_packet_in_two_fragments_is_forwarded(void)
{
	begin();
	run(make(0, 1232));
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 1);
	run(make(1232, WHOLE - 1232));
	expect_whole();
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_joined, 1);
}

static void every_order_of_many_fragments_gives_the_same_packet(void)
{
	enum { COUNT = 28, EACH = 56 };

	for (int round = 0; round < 200; round++) {
		unsigned int order[COUNT];

		begin();
		for (unsigned int i = 0; i < COUNT; i++)
			order[i] = i;
		for (unsigned int i = COUNT - 1; i > 0; i--) {
			unsigned int k = (unsigned int)(draw() % (i + 1));
			unsigned int swapped = order[i];

			order[i] = order[k];
			order[k] = swapped;
		}
		for (unsigned int i = 0; i < COUNT; i++) {
			uint16_t at = (uint16_t)(order[i] * EACH);

			if (at < WHOLE)
				run(make(at, (uint16_t)(at + EACH > WHOLE ? WHOLE - at : EACH)));
		}
		expect_whole();
	}
}

static void a_repeated_fragment_changes_nothing(void)
{
	begin();
	run(make(0, 1232));
	run(make(0, 1232));
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_REPEATED), 1);
	run(make(1232, WHOLE - 1232));
	expect_whole();
	begin();
	run(make(1232, WHOLE - 1232));
	run(make(1232, WHOLE - 1232));
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_REPEATED), 1);
	run(make(0, 1232));
	expect_whole();
}

/* RFC 5722 §4, RFC 8200 §4.5: the whole packet, those that come later too. */
static void any_overlap_ends_the_packet_for_good(void)
{
	static const struct {
		uint16_t offset;
		uint16_t octets;
		bool is_last;
	} fragments[] = {
		{0, 48, false},	   {8, 8, false},     {600, 16, false},
		{0, 1240, false},  {1224, 16, false}, {1224, 8, true},
		{1224, 176, true}, {8, 1392, true},   {592, 808, true},
	};

	for (size_t i = 0; i < UNIT_COUNT(fragments); i++) {
		begin();
		run(make(0, 1232));
		run(make_of(&care_of, PROTO_IPV6, whole + fragments[i].offset, fragments[i].offset,
			    fragments[i].octets, !fragments[i].is_last));
		CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_OVERLAP), 2);
		run(make(1232, WHOLE - 1232));
		run(make(0, 1232));
		CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_OVERLAP), 4);
		CU_ASSERT_PTR_NULL(packet_sent(&plane));
		CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 0);
	}
}

static void a_repetition_with_other_octets_is_an_overlap(void)
{
	uint8_t other[1232];

	memcpy(other, whole, sizeof(other));
	other[1231] ^= 1;
	begin();
	run(make(0, 1232));
	run(make_of(&care_of, PROTO_IPV6, other, 0, 1232, true));
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_OVERLAP), 2);
}

static void two_ends_or_octets_behind_the_end_end_the_packet(void)
{
	begin();
	run(make(1232, WHOLE - 1232));
	run(make_of(&care_of, PROTO_IPV6, whole, 1400, 8, true));
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_OVERLAP), 2);
	begin();
	run(make_of(&care_of, PROTO_IPV6, whole, 1408, 8, true));
	run(make(1232, WHOLE - 1232));
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_OVERLAP), 2);
	begin();
	run(make(1232, WHOLE - 1232));
	run(make_of(&care_of, PROTO_IPV6, whole, 800, 8, false));
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_OVERLAP), 2);
}

static void expect_problem(enum drop_reason reason, uint32_t pointer)
{
	struct punt punted = {0};

	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_ERROR);
	CU_ASSERT_EQUAL(punted.reason, reason);
	CU_ASSERT_EQUAL(punted.next_hop, pointer);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, uint8_t *)[6], PROTO_FRAGMENT);
	rte_pktmbuf_free(punted.packet);
}

/* RFC 8200 §4.5. */
static void impossible_lengths_ask_for_a_parameter_problem(void)
{
	begin();
	run(make(0, 1231));
	expect_problem(DROP_FRAGMENT_LENGTH, 4);
	run(make_of(&care_of, PROTO_IPV6, whole, 65528, 16, false));
	expect_problem(DROP_FRAGMENT_LENGTH, IP6 + 2);
	run(make_of(&care_of, PROTO_IPV6, whole, 1232, 0, false));
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_LENGTH), 1);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 0);
}

static void a_first_fragment_without_its_headers_asks_for_a_parameter_problem(void)
{
	static const uint8_t options[16] = {PROTO_IPV6, 1};

	begin();
	run(make(0, 32));
	expect_problem(DROP_FRAGMENT_HEADERS, 0);
	run(make_of(&care_of, PROTO_DEST_OPTIONS, options, 0, 8, true));
	expect_problem(DROP_FRAGMENT_HEADERS, 0);
	run(make_of(&care_of, PROTO_DEST_OPTIONS, options, 0, 16, true));
	expect_problem(DROP_FRAGMENT_HEADERS, 0);
	run(make(0, 40));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 1);
}

static void what_no_buffer_holds_is_dropped_by_name(void)
{
	begin();
	run(make(0, 1232));
	run(make_of(&care_of, PROTO_IPV6, whole, 1232, 824, false));
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_SIZE), 2);
	begin();
	run(make(0, 1232));
	run(make_of(&care_of, PROTO_IPV6, whole, 1232, 816, false)); /* 2048, and 40 in front */
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_SIZE), 2);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 0);
}

static void the_largest_packet_that_a_buffer_holds_is_put_together(void)
{
	uint16_t rest = RTE_MBUF_DEFAULT_BUF_SIZE - RTE_PKTMBUF_HEADROOM - ETHER - IP6 - 1232;

	begin();
	run(make(0, 1232));
	run(make_of(&care_of, PROTO_IPV6, whole, 1232, rest, false));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_joined, 1);
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_SIZE), 0);
}

static void other_sources_and_identifications_are_other_packets(void)
{
	begin();
	run(make(0, 1232));
	run(make_of(&correspondent, PROTO_IPV6, whole + 1232, 1232, WHOLE - 1232, false));
	identification++;
	run(make(1232, WHOLE - 1232));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 3);
	identification--;
	run(make(1232, WHOLE - 1232));
	CU_ASSERT_PTR_NOT_NULL(packet_sent(&plane));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 2);
}

/* RFC 8200 §4.5, RFC 4443 §3.3: with the first fragment, its sender is told; the others are dropped. */
static void after_a_minute_a_packet_is_given_up(void)
{
	uint64_t minute = rte_get_tsc_hz() * 60;

	begin();
	run(make(0, 1232));
	run(make(1240, 8));
	plane.worker->now_tsc += minute - 1;
	reassemble_expire(plane.worker);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 2);
	plane.worker->now_tsc += 1;
	reassemble_expire(plane.worker);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 0);
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_TIMEOUT), 1);
	CU_ASSERT_TRUE(packets_balance(&plane));
	expect_problem(DROP_REASSEMBLY_TIMEOUT, 0);
	run(make(1232, WHOLE - 1232));
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
}

static void without_its_first_fragment_nobody_is_told(void)
{
	struct punt punted;

	begin();
	run(make(1232, WHOLE - 1232));
	plane.worker->now_tsc += rte_get_tsc_hz() * 60;
	reassemble_expire(plane.worker);
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_TIMEOUT), 1);
	CU_ASSERT_FALSE(packet_punted(&plane, &punted));
}

static void a_late_fragment_does_not_complete_what_is_over(void)
{
	begin();
	run(make(0, 1232));
	plane.worker->now_tsc += rte_get_tsc_hz() * 60;
	run(make(1232, WHOLE - 1232));
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_TIMEOUT), 1);
}

static void a_flood_takes_the_place_of_the_oldest_and_holds_no_buffer(void)
{
	unsigned int before;

	begin();
	before = rte_mempool_in_use_count(plane.pool);
	for (unsigned int i = 0; i < 3 * PLANE_REASSEMBLY_PACKETS; i++) {
		identification++;
		run(make(0, 1232));
	}
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, PLANE_REASSEMBLY_PACKETS);
	CU_ASSERT_EQUAL(dropped(DROP_REASSEMBLY_FULL), 2 * PLANE_REASSEMBLY_PACKETS);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(plane.pool), before);
	run(make(1232, WHOLE - 1232)); /* the youngest is still there */
	CU_ASSERT_PTR_NOT_NULL(packet_sent(&plane));
}

/* RFC 3168 §5.3. */
static void congestion_marks_of_fragments_are_combined(void)
{
	static const struct {
		uint8_t first, second, expected;
	} marks[] = {{2, 2, 2}, {2, 3, 3}, {3, 1, 3}, {0, 2, 0}, {0, 0, 0}};

	for (size_t i = 0; i < UNIT_COUNT(marks); i++) {
		uint8_t inner[WHOLE];
		struct rte_mbuf *m[2];

		begin();
		memcpy(inner, whole, WHOLE);
		inner[1] |= 2 << 4; /* ECT(0) inside takes every mark */
		m[0] = make_of(&care_of, PROTO_IPV6, inner, 0, 1232, true);
		m[1] = make_of(&care_of, PROTO_IPV6, inner + 1232, 1232, WHOLE - 1232, false);
		((uint8_t *)packet_ip(m[0]))[1] |= (uint8_t)(marks[i].first << 4);
		((uint8_t *)packet_ip(m[1]))[1] |= (uint8_t)(marks[i].second << 4);
		run(m[0]);
		run(m[1]);
		CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
		CU_ASSERT_EQUAL(((uint8_t *)packet_ip(packet_sent(&plane)))[1] >> 4 & 3,
				marks[i].expected == 3 ? 3 : 2);
	}
	begin();
	run(make(0, 1232));
	{
		struct rte_mbuf *m = make(1232, WHOLE - 1232);

		((uint8_t *)packet_ip(m))[1] |= 3 << 4;
		run(m);
	}
	CU_ASSERT_EQUAL(dropped(DROP_FRAGMENT_ECN), 2);
}

static void a_fragment_inside_a_fragment_is_dropped(void)
{
	uint8_t inside[FRAGMENT + 56] = {PROTO_IPV6, 0, 0, 1};
	uint8_t body[FRAGMENT + 64] = {PROTO_DEST_OPTIONS, 0, 0, 1};

	begin();
	inside[0] = PROTO_FRAGMENT;
	run(make_of(&care_of, PROTO_DEST_OPTIONS, inside, 0, 64, true));
	memset(body, 0, sizeof(body));
	run(make_of(&care_of, PROTO_DEST_OPTIONS, body, 64, 64, false));
	CU_ASSERT_PTR_NULL(packet_sent(&plane));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 0);
}

static struct rte_mbuf *in_tunnel(struct rte_mbuf *inner)
{
	struct rte_mbuf *m = packet_make(&plane, &care_of, &agent, PROTO_IPV6, packet_ip(inner),
					 (uint16_t)(inner->pkt_len - ETHER));

	rte_pktmbuf_free(inner);
	return m;
}

static void what_a_mobile_node_sends_us_in_fragments_inside_its_tunnel_is_put_together(void)
{
	static const uint8_t echo[1600] = {128};
	struct punt punted = {0};

	begin();
	run(in_tunnel(make_of(&home, PROTO_ICMP6, echo, 0, 1200, true)));
	run(in_tunnel(make_of(&home, PROTO_ICMP6, echo + 1200, 1200, 400, false)));
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_LOCAL);
	CU_ASSERT_EQUAL(punted.tunnelled, 1);
	CU_ASSERT_EQUAL(punted.packet->pkt_len, IP6 + 1600);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, uint8_t *)[6], PROTO_ICMP6);
	rte_pktmbuf_free(punted.packet);
}

/* What came out of a tunnel is proved to be the mobile node's. */
static void fragments_from_outside_are_not_mixed_with_those_from_a_tunnel(void)
{
	begin();
	run(in_tunnel(make_of(&home, PROTO_MOBILITY, whole, 0, 800, true)));
	run(make_of(&home, PROTO_MOBILITY, whole, 800, 8, false));
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_waiting, 2);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_tunnelled_packet_in_two_fragments_is_forwarded),
		UNIT(every_order_of_many_fragments_gives_the_same_packet),
		UNIT(a_repeated_fragment_changes_nothing),
		UNIT(any_overlap_ends_the_packet_for_good),
		UNIT(a_repetition_with_other_octets_is_an_overlap),
		UNIT(two_ends_or_octets_behind_the_end_end_the_packet),
		UNIT(impossible_lengths_ask_for_a_parameter_problem),
		UNIT(a_first_fragment_without_its_headers_asks_for_a_parameter_problem),
		UNIT(what_no_buffer_holds_is_dropped_by_name),
		UNIT(the_largest_packet_that_a_buffer_holds_is_put_together),
		UNIT(other_sources_and_identifications_are_other_packets),
		UNIT(after_a_minute_a_packet_is_given_up),
		UNIT(without_its_first_fragment_nobody_is_told),
		UNIT(a_late_fragment_does_not_complete_what_is_over),
		UNIT(a_flood_takes_the_place_of_the_oldest_and_holds_no_buffer),
		UNIT(congestion_marks_of_fragments_are_combined),
		UNIT(a_fragment_inside_a_fragment_is_dropped),
		UNIT(what_a_mobile_node_sends_us_in_fragments_inside_its_tunnel_is_put_together),
		UNIT(fragments_from_outside_are_not_mixed_with_those_from_a_tunnel),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_home_agent();
	correspondent = plane_correspondent();
	fill_whole();
	return unit_run("stage/reassemble", cases, UNIT_COUNT(cases));
}
