/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/ip4/stages4.h"
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

enum { PIECES_MAX = 64 };

static struct plane plane;
static struct ip_addr home;
static struct ip_addr correspondent;
static struct octets o;
static uint8_t pieces[PIECES_MAX][2048];
static unsigned int piece_octets[PIECES_MAX];
static unsigned int count;

static void take(struct worker *w, struct packet *piece, const void *how)
{
	memcpy(pieces[count], piece->ip4, piece->octets);
	piece_octets[count++] = piece->octets;
	drop(w, piece, *(const enum drop_reason *)how);
}

static void cut(uint16_t mtu)
{
	static const enum drop_reason taken = DROP_PORT_FULL;
	struct rte_mbuf *m = packet4_frame(&plane, &o);
	struct packet p = {.m = m, .ip4 = packet4_ip(m), .octets = o.count};

	packets_clear(&plane);
	count = 0;
	fragment4(plane.worker, &p, mtu, take, &taken);
	worker_free_dropped(plane.worker);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(plane.pool), 0);
}

/* Puts the pieces together by their offsets and compares with the payload of o. */
static void expect_whole(uint16_t header, uint16_t flags_of_last)
{
	uint8_t whole[2048] = {0};
	unsigned int first =
		rte_be_to_cpu_16(((struct ip4_hdr_wire *)octets_at(&o))->fragment_be) & 0x1fff;
	unsigned int octets = 0;

	for (unsigned int i = 0; i < count; i++) {
		const struct ip4_hdr_wire *ip = (const void *)pieces[i];
		uint16_t fragment = rte_be_to_cpu_16(ip->fragment_be);

		CU_ASSERT_TRUE(reference_is_good(ip, piece_octets[i]));
		CU_ASSERT_EQUAL(fragment & 0xe000, i + 1 < count ? 0x2000 : flags_of_last);
		CU_ASSERT_EQUAL((fragment & 0x1fff) * 8u, first * 8 + octets);
		memcpy(whole + octets, pieces[i] + header, piece_octets[i] - header);
		octets += piece_octets[i] - header;
	}
	CU_ASSERT_EQUAL(octets, o.count - header);
	CU_ASSERT_EQUAL(memcmp(whole, octets_at(&o) + header, o.count - header), 0);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, count - 1);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_PORT_FULL], count);
}

static void every_length_is_cut_into_pieces_that_fit(void)
{
	for (uint16_t octets = 601; octets < 1400; octets = (uint16_t)(octets + 3)) {
		octets_begin(&o, &correspondent, &home, octets);
		cut(600);
		CU_ASSERT_EQUAL(count, (octets - 20u + 575) / 576 - ((octets - 20u) % 576 > 0 &&
								     (octets - 20u) % 576 <= 4));
		for (unsigned int i = 0; i < count; i++)
			CU_ASSERT_TRUE(piece_octets[i] <= 600);
		expect_whole(20, 0);
	}
}

static void a_fragment_is_cut_into_fragments_of_the_same_packet(void)
{
	struct ip4_hdr_wire *ip;

	octets_begin(&o, &correspondent, &home, 1220);
	ip = (struct ip4_hdr_wire *)octets_at(&o);
	ip->fragment_be = RTE_BE16(0x2000 | 185);
	reference_renew(ip);
	cut(576);
	CU_ASSERT_EQUAL(count, 3);
	expect_whole(20, 0x2000);
}

/* Else its last piece would be one of the first octets. */
static void a_fragment_that_ends_behind_65535_octets_is_not_cut(void)
{
	struct ip4_hdr_wire *ip;

	octets_begin(&o, &correspondent, &home, 1220);
	ip = (struct ip4_hdr_wire *)octets_at(&o);
	ip->fragment_be = RTE_BE16(8039);
	reference_renew(ip);
	cut(576);
	CU_ASSERT_EQUAL(count, 3);
	expect_whole(20, 0);
	ip->fragment_be = RTE_BE16(8040);
	reference_renew(ip);
	cut(576);
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_FRAGMENT_LENGTH], 1);
}

/* RFC 791 §3.1: record route is in the first fragment only, a source route in all. */
static void options_are_repeated_only_where_they_have_to(void)
{
	static const uint8_t options[16] = {7, 7, 4, 1, 2, 3, 4, 0x83, 7, 4, 5, 6, 7, 8, 1, 0};
	static const uint8_t behind[16] = {1, 1, 1, 1, 1, 1, 1, 0x83, 7, 4, 5, 6, 7, 8, 1, 0};
	struct ip4_hdr_wire ip;

	octets_begin(&o, &correspondent, &home, 1000);
	memcpy(&ip, octets_at(&o), IP4);
	o.count -= IP4;
	octets_push(&o, options, sizeof(options));
	ip.version_ihl = 0x49;
	ip.total_length_be = RTE_BE16(1016);
	octets_push(&o, &ip, IP4);
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	cut(400);
	CU_ASSERT_EQUAL(count, 3);
	expect_whole(36, 0);
	CU_ASSERT_EQUAL(memcmp(pieces[0] + IP4, options, 16), 0);
	CU_ASSERT_EQUAL(memcmp(pieces[1] + IP4, behind, 16), 0);
	CU_ASSERT_EQUAL(memcmp(pieces[2] + IP4, behind, 16), 0);
}

/* Whatever the options say, nothing but them is written. */
static void options_that_make_no_sense_do_no_harm(void)
{
	for (unsigned int type = 0; type < 256; type++)
		for (unsigned int length = 0; length < 12; length++) {
			const uint8_t options[8] = {
				(uint8_t)type, (uint8_t)length, 1, 1, 0x44, 0, 7, 3};
			struct ip4_hdr_wire ip;

			octets_begin(&o, &correspondent, &home, 500);
			memcpy(&ip, octets_at(&o), IP4);
			o.count -= IP4;
			octets_push(&o, options, sizeof(options));
			ip.version_ihl = 0x47;
			ip.total_length_be = RTE_BE16(508);
			octets_push(&o, &ip, IP4);
			reference_renew((struct ip4_hdr_wire *)octets_at(&o));
			cut(300);
			expect_whole(28, 0);
		}
}

static void where_not_even_eight_octets_fit_the_packet_is_dropped(void)
{
	octets_begin(&o, &correspondent, &home, 100);
	cut(27);
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TOO_BIG], 1);
	cut(28);
	CU_ASSERT_EQUAL(count, 10);
	expect_whole(20, 0);
}

static void without_buffers_the_packet_is_dropped_and_counted(void)
{
	static const enum drop_reason taken = DROP_PORT_FULL;
	static struct rte_mbuf *all[8192];
	struct rte_mbuf *m;
	struct packet p;
	unsigned int n = 0;

	octets_begin(&o, &correspondent, &home, 1000);
	packets_clear(&plane);
	m = packet4_frame(&plane, &o);
	p = (struct packet){.m = m, .ip4 = packet4_ip(m), .octets = o.count};
	while ((all[n] = rte_pktmbuf_alloc(plane.pool)) != NULL)
		n++;
	count = 0;
	fragment4(plane.worker, &p, 500, take, &taken);
	worker_free_dropped(plane.worker);
	rte_pktmbuf_free_bulk(all, n);
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_NO_BUFFER], 2);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, 1);
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(plane.pool), 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(every_length_is_cut_into_pieces_that_fit),
		UNIT(a_fragment_is_cut_into_fragments_of_the_same_packet),
		UNIT(a_fragment_that_ends_behind_65535_octets_is_not_cut),
		UNIT(options_are_repeated_only_where_they_have_to),
		UNIT(options_that_make_no_sense_do_no_harm),
		UNIT(where_not_even_eight_octets_fit_the_packet_is_dropped),
		UNIT(without_buffers_the_packet_is_dropped_and_counted),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(0);
	correspondent = plane_correspondent4();
	return unit_run("ip4/fragment4", cases, UNIT_COUNT(cases));
}
