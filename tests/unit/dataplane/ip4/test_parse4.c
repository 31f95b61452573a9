/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

static struct plane plane;
static struct ip_addr home;
static struct ip_addr agent;
static struct ip_addr correspondent;
static struct octets o;

static uint64_t dropped(enum drop_reason reason)
{
	return plane.worker->stats.dropped[reason];
}

static struct ip4_hdr_wire *begin(uint16_t octets)
{
	octets_begin(&o, &correspondent, &home, octets);
	return (struct ip4_hdr_wire *)octets_at(&o);
}

static void a_good_packet_is_tunnelled_and_link_padding_is_left_behind(void)
{
	begin(40);
	memmove(octets_at(&o) - 20, octets_at(&o), 40);
	o.count += 20;
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(rte_be_to_cpu_16(packet4_sent(&plane)->total_length_be), 60);
}

static void every_wrong_bit_of_a_header_is_noticed(void)
{
	for (unsigned int bit = 0; bit < 8 * IP4; bit++) {
		begin(60);
		octets_at(&o)[bit / 8] ^= (uint8_t)(1 << bit % 8);
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
		CU_ASSERT_EQUAL(dropped(DROP_IP4_CHECKSUM) + dropped(DROP_VERSION) +
					dropped(DROP_IP4_HEADER) + dropped(DROP_LENGTH),
				1);
	}
}

static void a_version_that_is_not_4_is_refused(void)
{
	for (unsigned int version = 0; version < 16; version++) {
		if (version == 4)
			continue;
		begin(60)->version_ihl = (uint8_t)(version << 4 | 5);
		reference_renew((struct ip4_hdr_wire *)octets_at(&o));
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_VERSION), 1);
	}
}

static void a_header_of_less_than_20_octets_or_more_than_the_packet_is_refused(void)
{
	for (uint8_t words = 0; words < 5; words++) {
		begin(60)->version_ihl = 0x40 | words;
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_IP4_HEADER), 1);
	}
	begin(40)->version_ihl = 0x4b;
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_IP4_HEADER), 1);
}

static void a_total_length_that_is_not_there_is_refused(void)
{
	begin(60)->total_length_be = RTE_BE16(61);
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_LENGTH), 1);
	begin(60)->total_length_be = RTE_BE16(19);
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_IP4_HEADER), 1);
}

static void every_truncated_header_is_a_runt(void)
{
	for (uint16_t octets = 0; octets < IP4; octets++) {
		begin(60);
		memmove(octets_at(&o) + 60 - octets, octets_at(&o), octets);
		o.count = octets;
		packet4_run(&plane, &o);
		CU_ASSERT_EQUAL(dropped(DROP_RUNT), 1);
	}
}

/* Options count in the checksum, travel on, and stay out of the outer header. */
static void options_are_forwarded_and_not_copied_outward(void)
{
	static const uint8_t options[8] = {0x94, 4, 0, 0, 1, 1, 1, 0}; /* router alert */
	struct ip4_hdr_wire header;
	struct ip4_hdr_wire *sent;

	begin(60);
	memcpy(&header, octets_at(&o), IP4);
	o.count -= IP4;
	octets_push(&o, options, sizeof(options));
	header.version_ihl = 0x47;
	header.total_length_be = RTE_BE16(68);
	octets_push(&o, &header, IP4);
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	packet4_run(&plane, &o);
	sent = packet4_sent(&plane);
	CU_ASSERT_EQUAL(sent->version_ihl, 0x45);
	CU_ASSERT_TRUE(reference_is_good(sent + 1, 68));
	CU_ASSERT_EQUAL(memcmp(sent + 2, options, sizeof(options)), 0);
	octets_at(&o)[IP4] ^= 1;
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_IP4_CHECKSUM), 1);
}

static void a_packet_that_says_it_is_from_us_is_refused(void)
{
	octets_begin(&o, &agent, &home, 60);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_SOURCE_ADDRESS), 1);
}

static void a_frame_for_another_link_layer_address_or_no_agent_at_all_is_not_ours(void)
{
	struct rte_mbuf *m;

	begin(60);
	packets_clear(&plane);
	m = packet4_frame(&plane, &o);
	rte_pktmbuf_mtod(m, uint8_t *)[5] ^= 4;
	packet_run(&plane, m);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	plane.tables.agent4_count = 0;
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	plane.tables.agent4_count = PLANE_AGENTS4;
}

static void a_frame_in_two_buffers_is_dropped(void)
{
	struct rte_mbuf *m;

	begin(60);
	packets_clear(&plane);
	m = packet4_frame(&plane, &o);
	CU_ASSERT_EQUAL(rte_pktmbuf_chain(m, rte_pktmbuf_alloc(m->pool)), 0);
	packet_run(&plane, m);
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL(dropped(DROP_SEGMENTED), 1);
}

static void what_is_to_nobody_here_is_the_kernels(void)
{
	struct ip_addr other = plane_foreign_agent4();

	other.bytes[15] = 77;
	octets_begin(&o, &correspondent, &other, 60);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
}

/* IPv4 and IPv6 in one burst: each finds its way, in order. */
static void a_mixed_burst_is_sorted(void)
{
	struct rte_mbuf *frames[BURST_MAX];
	struct ip_addr home6 = plane_home(0);
	struct ip_addr from6 = plane_correspondent();
	unsigned int seen = 0;

	packets_clear(&plane);
	for (int i = 0; i < BURST_MAX; i++) {
		begin(60);
		frames[i] = i % 2 == 0 ? packet4_frame(&plane, &o)
				       : packet_make(&plane, &from6, &home6, PROTO_UDP, NULL, 8);
	}
	worker_burst(plane.worker, frames, BURST_MAX, 0);
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), BURST_MAX);
	CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, BURST_MAX);
	for (int i = 0; i < BURST_MAX; i++)
		seen += rte_pktmbuf_mtod(plane.worker->tx[0].buffer[i], uint8_t *)[12] == 0x08;
	CU_ASSERT_EQUAL(seen, BURST_MAX / 2);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_good_packet_is_tunnelled_and_link_padding_is_left_behind),
		UNIT(every_wrong_bit_of_a_header_is_noticed),
		UNIT(a_version_that_is_not_4_is_refused),
		UNIT(a_header_of_less_than_20_octets_or_more_than_the_packet_is_refused),
		UNIT(a_total_length_that_is_not_there_is_refused),
		UNIT(every_truncated_header_is_a_runt),
		UNIT(options_are_forwarded_and_not_copied_outward),
		UNIT(a_packet_that_says_it_is_from_us_is_refused),
		UNIT(a_frame_for_another_link_layer_address_or_no_agent_at_all_is_not_ours),
		UNIT(a_frame_in_two_buffers_is_dropped),
		UNIT(what_is_to_nobody_here_is_the_kernels),
		UNIT(a_mixed_burst_is_sorted),
	};

	test_eal_start(192);
	plane_use_ip4(32);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	home = plane_home(32);
	agent = plane_agent4();
	correspondent = plane_correspondent4();
	return unit_run("ip4/parse4", cases, UNIT_COUNT(cases));
}
