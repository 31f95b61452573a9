/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/fragment_ids.h"
#include "dataplane/reassembly.h"
#include "dataplane/stage/stages.h"
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

enum { PATH_MTU = 1280, OVERHEAD = 40, FRAGMENT = FRAGMENT_HEADER_OCTETS };

static struct plane plane;
static struct ip_addr from;
static struct ip_addr home;

static struct rte_mbuf *sent(unsigned int which)
{
	CU_ASSERT_TRUE_FATAL(which < tx_queue_count(&plane.worker->tx[0]));
	return plane.worker->tx[0].buffer[which];
}

static uint16_t payload_of(struct rte_mbuf *m)
{
	return rte_be_to_cpu_16(packet_ip(m)->payload_length_be);
}

static const uint8_t *fragment_header(struct rte_mbuf *m)
{
	return (const uint8_t *)(packet_ip(m) + 1);
}

static void run(uint8_t next, const void *bytes, uint16_t octets)
{
	packets_clear(&plane);
	packet_run(&plane, packet_make(&plane, &from, &home, next, bytes, octets));
	CU_ASSERT_TRUE(packets_balance(&plane));
}

/* The tunnelled packet, put together by hand from both fragments: behind the outer header. */
static uint16_t join(uint8_t out[4096])
{
	uint16_t first = (uint16_t)(payload_of(sent(0)) - FRAGMENT);
	uint16_t second = (uint16_t)(payload_of(sent(1)) - FRAGMENT);
	uint16_t offset =
		(uint16_t)(fragment_header(sent(1))[2] << 8 | fragment_header(sent(1))[3]);

	CU_ASSERT_EQUAL(offset, first);
	memcpy(out, fragment_header(sent(0)) + FRAGMENT, first);
	memcpy(out + first, fragment_header(sent(1)) + FRAGMENT, second);
	return (uint16_t)(first + second);
}

static void expect_two_fragments(uint16_t octets, uint8_t next)
{
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 2);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, 1);
	for (unsigned int i = 0; i < 2; i++) {
		struct rte_mbuf *m = sent(i);
		struct ip6_hdr_wire *ip = packet_ip(m);

		CU_ASSERT_TRUE(m->pkt_len <= ETHER + PATH_MTU);
		CU_ASSERT_EQUAL(m->pkt_len, ETHER + IP6 + (uint32_t)payload_of(m));
		CU_ASSERT_EQUAL(ip->next_header, PROTO_FRAGMENT);
		CU_ASSERT_EQUAL(memcmp(ip->source, plane.tunnel.home_agent.bytes, 16), 0);
		CU_ASSERT_EQUAL(fragment_header(m)[0], next);
		CU_ASSERT_EQUAL(fragment_header(m)[1], 0);
		CU_ASSERT_EQUAL(rte_pktmbuf_mtod(m, uint8_t *)[5], 2);
	}
	CU_ASSERT_EQUAL(fragment_header(sent(0))[3] & 7, 1);
	CU_ASSERT_EQUAL(fragment_header(sent(1))[3] & 7, 0);
	CU_ASSERT_EQUAL((payload_of(sent(0)) - FRAGMENT) % 8, 0);
	CU_ASSERT_EQUAL(memcmp(fragment_header(sent(0)) + 4, fragment_header(sent(1)) + 4, 4), 0);
	CU_ASSERT_EQUAL(payload_of(sent(0)) + payload_of(sent(1)), octets + 2 * FRAGMENT);
}

/* RFC 2473 §7.1 (b). */
static void every_packet_up_to_1280_octets_reaches_the_mobile_node(void)
{
	for (uint16_t octets = PATH_MTU - OVERHEAD + 1; octets <= 1280; octets++) {
		uint8_t payload[1280];
		uint8_t joined[4096];

		for (size_t i = 0; i < sizeof(payload); i++)
			payload[i] = (uint8_t)(i * 7);
		run(PROTO_UDP, payload, (uint16_t)(octets - IP6));
		expect_two_fragments(octets, PROTO_IPV6);
		CU_ASSERT_EQUAL(join(joined), octets);
		CU_ASSERT_EQUAL(joined[7], 63);
		CU_ASSERT_EQUAL(memcmp(joined + 24, home.bytes, 16), 0);
		CU_ASSERT_EQUAL(memcmp(joined + IP6, payload, octets - IP6), 0);
		CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 0).bytes, octets);
		CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 1);
	}
}

static void on_any_path_the_first_fragment_is_a_multiple_of_eight(void)
{
	for (uint16_t more = 0; more < 8; more++) {
		uint8_t joined[4096];

		plane.bindings[0]->inner_mtu = (uint16_t)(PATH_MTU - OVERHEAD + more);
		run(PROTO_UDP, NULL, 1280 - IP6);
		CU_ASSERT_EQUAL((payload_of(sent(0)) - FRAGMENT) % 8, 0);
		CU_ASSERT_EQUAL(join(joined), 1280);
	}
	plane.bindings[0]->inner_mtu = PATH_MTU - OVERHEAD;
}

static void what_fits_is_not_fragmented_and_no_atomic_fragment_is_sent(void)
{
	run(PROTO_UDP, NULL, PATH_MTU - OVERHEAD - IP6);
	CU_ASSERT_PTR_NOT_NULL_FATAL(packet_sent(&plane));
	CU_ASSERT_EQUAL(packet_ip(packet_sent(&plane))->next_header, PROTO_IPV6);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, 0);
}

/* RFC 6437 §2: large packets of a flow have the label of small ones. */
static void fragments_have_the_label_of_their_flow(void)
{
	rte_be32_t whole;

	run(PROTO_UDP, NULL, PATH_MTU - OVERHEAD - IP6);
	whole = packet_ip(sent(0))->version_class_flow_be;
	run(PROTO_UDP, NULL, 1280 - IP6);
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 2);
	CU_ASSERT_NOT_EQUAL(whole, RTE_BE32(0x60000000));
	CU_ASSERT_EQUAL(packet_ip(sent(0))->version_class_flow_be, whole);
	CU_ASSERT_EQUAL(packet_ip(sent(1))->version_class_flow_be, whole);
}

/* RFC 2473 §7.1 (a). */
static void one_octet_more_than_1280_asks_for_packet_too_big(void)
{
	struct punt punted = {0};

	run(PROTO_UDP, NULL, 1281 - IP6);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.reason, DROP_TOO_BIG);
	rte_pktmbuf_free(punted.packet);
}

static void no_two_packets_have_the_same_identification(void)
{
	uint32_t seen[64];

	for (unsigned int i = 0; i < 64; i++) {
		run(PROTO_UDP, NULL, 1280 - IP6);
		memcpy(&seen[i], fragment_header(sent(0)) + 4, sizeof(seen[i]));
		for (unsigned int k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(seen[k], seen[i]);
	}
}

static void workers_never_choose_the_same_identification(void)
{
	struct fragment_ids *a = fragment_ids_make(SOCKET_ID_ANY);
	struct fragment_ids *b = fragment_ids_make(SOCKET_ID_ANY);
	uint32_t of_a = fragment_id(a, 3, &from, &home);

	CU_ASSERT_EQUAL(of_a & 31, 3);
	CU_ASSERT_EQUAL(fragment_id(b, 4, &from, &home) & 31, 4);
	CU_ASSERT_NOT_EQUAL(of_a >> 5, fragment_id(b, 3, &from, &home) >> 5);
	CU_ASSERT_EQUAL(fragment_id(a, 3, &from, &home) - of_a, 32);
}

static void a_next_hop_without_address_gets_the_packet_whole(void)
{
	const struct nexthop *before = plane.nexthops->entries[PLANE_NEXT_HOP];
	struct punt punted = {0};

	plane.nexthops->entries[PLANE_NEXT_HOP] = NULL;
	run(PROTO_UDP, NULL, 1280 - IP6);
	plane.nexthops->entries[PLANE_NEXT_HOP] = before;
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_RESOLVE);
	CU_ASSERT_EQUAL(punted.packet->pkt_len, 1280 + OVERHEAD);
	rte_pktmbuf_free(punted.packet);
}

static void a_full_burst_of_them_is_sent_in_order(void)
{
	struct rte_mbuf *frames[15];

	packets_clear(&plane);
	for (uint16_t i = 0; i < 15; i++)
		frames[i] = packet_make(&plane, &from, &home, PROTO_UDP, NULL,
					(uint16_t)(1280 - IP6 - i));
	worker_burst(plane.worker, frames, 15, 0);
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 30);
	for (unsigned int i = 0; i < 15; i++)
		CU_ASSERT_EQUAL(payload_of(sent(2 * i)) + payload_of(sent(2 * i + 1)),
				1280 - i + 2 * FRAGMENT);
}

static void inject(const struct ip_addr *source, uint8_t next, uint16_t octets)
{
	struct rte_mbuf *m = packet_make(&plane, source, &from, next, NULL, octets);
	struct inject message = {.packet = m, .next_hop = PLANE_NEXT_HOP};

	packets_clear(&plane);
	rte_pktmbuf_adj(m, ETHER);
	if (next == PROTO_ROUTING)
		rte_pktmbuf_mtod(m, uint8_t *)[IP6] = PROTO_ICMP6;
	ring_put(plane.worker->inject_ring, &message);
	while (inject_poll(plane.worker) != 0)
		;
}

static void what_the_control_thread_says_is_fragmented_behind_its_routing_header(void)
{
	const uint8_t *header;

	inject(&plane.tunnel.home_agent, PROTO_ROUTING, 1900);
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 2);
	CU_ASSERT_TRUE(sent(0)->pkt_len <= ETHER + 1500);
	CU_ASSERT_EQUAL(payload_of(sent(0)) + payload_of(sent(1)), 1900 + 24 + 2 * FRAGMENT);
	for (unsigned int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(packet_ip(sent(i))->next_header, PROTO_ROUTING);
		header = (const uint8_t *)(packet_ip(sent(i)) + 1);
		CU_ASSERT_EQUAL(header[0], PROTO_FRAGMENT);
		CU_ASSERT_EQUAL(header[24], PROTO_ICMP6);
	}
}

static void what_others_sent_is_not_fragmented_on_its_way(void)
{
	inject(&home, PROTO_UDP, 1900);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
	CU_ASSERT_EQUAL(plane.worker->stats.dropped[DROP_TOO_BIG], 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(every_packet_up_to_1280_octets_reaches_the_mobile_node),
		UNIT(on_any_path_the_first_fragment_is_a_multiple_of_eight),
		UNIT(what_fits_is_not_fragmented_and_no_atomic_fragment_is_sent),
		UNIT(fragments_have_the_label_of_their_flow),
		UNIT(one_octet_more_than_1280_asks_for_packet_too_big),
		UNIT(no_two_packets_have_the_same_identification),
		UNIT(workers_never_choose_the_same_identification),
		UNIT(a_next_hop_without_address_gets_the_packet_whole),
		UNIT(a_full_burst_of_them_is_sent_in_order),
		UNIT(what_the_control_thread_says_is_fragmented_behind_its_routing_header),
		UNIT(what_others_sent_is_not_fragmented_on_its_way),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	plane.bindings[0]->inner_mtu = PATH_MTU - OVERHEAD;
	home = plane_home(0);
	from = plane_correspondent();
	return unit_run("stage/fragment", cases, UNIT_COUNT(cases));
}
