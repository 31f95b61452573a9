/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "dataplane/stage/stages.h"
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

enum { MEMBERS_MAX = 8, OVERHEAD = 40 };

static const struct ip_addr group = {{0xff, 0x1e, [15] = 0x42}};
static const struct ip_addr other_group = {{0xff, 0x1e, [15] = 0x43}};

static struct plane plane;
static struct ip_addr from;
static struct multicast_group *chains[1];
static struct multicast_table table = {.chains = chains, .mtu = 1500};

static void set_members(uint32_t count, const uint32_t nodes[])
{
	chains[0]->address = group;
	chains[0]->count = count;
	for (uint32_t i = 0; i < count; i++)
		chains[0]->members[i] = plane_home(nodes[i]);
}

static void set_hop_limit(struct rte_mbuf *m, uint8_t hop_limit)
{
	packet_ip(m)->hop_limit = hop_limit;
}

static struct rte_mbuf *multicast(const struct ip_addr *source, const struct ip_addr *to,
				  uint16_t octets)
{
	struct rte_mbuf *m =
		packet_make(&plane, source, to, PROTO_UDP, NULL, (uint16_t)(octets - IP6));
	uint8_t *frame = rte_pktmbuf_mtod(m, uint8_t *);

	frame[0] = 0x33;
	frame[1] = 0x33;
	memcpy(frame + 2, to->bytes + 12, 4);
	return m;
}

static void run(struct rte_mbuf *frame)
{
	packets_clear(&plane);
	packet_run(&plane, frame);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static uint64_t dropped(enum drop_reason reason)
{
	return plane.worker->stats.dropped[reason];
}

static void expect_copy(unsigned int which, uint32_t node, uint16_t octets)
{
	struct rte_mbuf *m = plane.worker->tx[0].buffer[which];
	struct ip6_hdr_wire *outer = packet_ip(m);
	struct ip_addr care_of = plane_care_of(node);

	CU_ASSERT_EQUAL(m->pkt_len, (uint32_t)(ETHER + OVERHEAD + octets));
	CU_ASSERT_EQUAL(outer->next_header, PROTO_IPV6);
	CU_ASSERT_EQUAL(memcmp(outer->source, plane.tunnel.home_agent.bytes, 16), 0);
	CU_ASSERT_EQUAL(memcmp(outer->destination, care_of.bytes, 16), 0);
	CU_ASSERT_EQUAL(memcmp(outer[1].destination, group.bytes, 16), 0);
	CU_ASSERT_EQUAL(outer[1].hop_limit, 63);
	CU_ASSERT_EQUAL(rte_be_to_cpu_16(outer[1].payload_length_be), octets - IP6);
}

static void each_member_gets_a_copy_and_the_last_one_the_packet(void)
{
	static const uint32_t nodes[] = {3, 5, 4};

	set_members(3, nodes);
	run(multicast(&from, &group, 300));
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 3);
	for (unsigned int i = 0; i < 3; i++)
		expect_copy(i, nodes[i], 300);
	CU_ASSERT_EQUAL(plane.worker->stats.copies_created, 2);
	CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 3);
	CU_ASSERT_EQUAL(node_counters_read(&plane.worker->to_nodes, 5).bytes, 300);
}

static void a_member_without_a_binding_in_force_gets_nothing(void)
{
	static const uint32_t nodes[] = {3, 100, 4};

	set_members(3, nodes);
	plane.bindings[4]->expiry_tsc = 1;
	run(multicast(&from, &group, 100));
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 1);
	expect_copy(0, 3, 100);
	plane.bindings[3]->expiry_tsc = 1;
	run(multicast(&from, &group, 100));
	CU_ASSERT_EQUAL(dropped(DROP_NO_MEMBER), 1);
	plane.bindings[3]->expiry_tsc = UINT64_MAX;
	plane.bindings[4]->expiry_tsc = UINT64_MAX;
}

static void what_nobody_listens_to_is_the_kernels(void)
{
	static const uint32_t nodes[] = {3};
	static const struct ip_addr link_scope = {{0xff, 0x02, [15] = 1}};

	set_members(1, nodes);
	run(multicast(&from, &other_group, 100));
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	run(multicast(&from, &link_scope, 100));
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	plane.tables.multicast = NULL;
	run(multicast(&from, &group, 100));
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	plane.tables.multicast = &table;
	table.port = 1;
	run(multicast(&from, &group, 100));
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
	table.port = 0;
}

static void neither_link_local_sources_nor_nodes_that_are_away_send_from_the_link(void)
{
	static const uint32_t nodes[] = {3};
	static const struct ip_addr link_local = {{0xfe, 0x80, [15] = 9}};
	struct ip_addr away = plane_home(9);
	struct rte_mbuf *last_hop;

	set_members(1, nodes);
	run(multicast(&link_local, &group, 100));
	CU_ASSERT_EQUAL(dropped(DROP_SOURCE_ADDRESS), 1);
	run(multicast(&group, &group, 100));
	CU_ASSERT_EQUAL(dropped(DROP_SOURCE_ADDRESS), 1);
	run(multicast(&away, &group, 100));
	CU_ASSERT_EQUAL(dropped(DROP_MULTICAST_SOURCE), 1);
	last_hop = multicast(&from, &group, 100);
	set_hop_limit(last_hop, 1);
	run(last_hop);
	CU_ASSERT_EQUAL(dropped(DROP_HOP_LIMIT), 1);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
}

/* A length beyond the frame, one with a carry, and a frame of headers only in part. */
static void a_frame_that_is_not_whole_is_copied_to_nobody(void)
{
	static const uint32_t nodes[] = {3};
	static const uint16_t lengths[] = {61, 0xffff, 0xffd8};
	struct rte_mbuf *m;

	set_members(1, nodes);
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		m = multicast(&from, &group, 100);
		packet_ip(m)->payload_length_be = rte_cpu_to_be_16(lengths[i]);
		run(m);
		CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
	}
	m = multicast(&from, &group, 100);
	rte_pktmbuf_trim(m, 61);
	run(m);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
}

static void more_than_a_tunnel_carries_is_told_once(void)
{
	static const uint32_t nodes[] = {3, 5, 4};
	struct punt punted = {0};

	set_members(3, nodes);
	plane.bindings[3]->inner_mtu = 1400;
	plane.bindings[4]->inner_mtu = 1390;
	run(multicast(&from, &group, 1440));
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 1);
	expect_copy(0, 5, 1440);
	CU_ASSERT_EQUAL(plane.worker->stats.punted[PUNT_ERROR], 1);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.reason, DROP_TOO_BIG);
	CU_ASSERT_EQUAL(punted.mtu, 1390);
	CU_ASSERT_EQUAL(punted.packet->pkt_len, 1440);
	rte_pktmbuf_free(punted.packet);
	set_members(1, nodes);
	run(multicast(&from, &group, 1440));
	CU_ASSERT_EQUAL(plane.worker->stats.punted[PUNT_ERROR], 1);
	CU_ASSERT_EQUAL(plane.worker->stats.copies_created, 0);
	plane.bindings[3]->inner_mtu = 1240;
	run(multicast(&from, &group, 1280));
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
	CU_ASSERT_EQUAL(plane.worker->stats.fragments_created, 1);
	plane.bindings[3]->inner_mtu = 1460;
	plane.bindings[4]->inner_mtu = 1460;
}

/* RFC 2473 §4.1.1. */
static void an_exhausted_encapsulation_limit_reaches_nobody(void)
{
	static const uint32_t nodes[] = {3, 5};
	uint8_t option[8] = {PROTO_NONE, 0, OPTION_TUNNEL_LIMIT, 1, 0, OPTION_PADN, 1, 0};
	struct rte_mbuf *m;

	set_members(2, nodes);
	for (option[4] = 0; option[4] < 3; option[4]++) {
		m = packet_make(&plane, &from, &group, PROTO_DEST_OPTIONS, option, sizeof(option));
		rte_pktmbuf_mtod(m, uint8_t *)[0] = 0x33;
		run(m);
		CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), option[4] == 0 ? 0 : 2);
		CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_LIMIT), option[4] == 0 ? 1 : 0);
	}
}

static void behind_a_pci_port_the_kernel_gets_the_packet_too(void)
{
	static const uint32_t nodes[] = {3, 5};
	struct ip_addr away = plane_home(9);
	struct twin *twin = &plane.worker->twins[0];

	set_members(2, nodes);
	twin->exists = true;
	packets_clear(&plane);
	packet_run(&plane, multicast(&from, &group, 300));
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 2);
	expect_copy(0, 3, 300);
	expect_copy(1, 5, 300);
	CU_ASSERT_EQUAL(plane.worker->stats.copies_created, 2);
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&twin->tx), 1);
	CU_ASSERT_EQUAL(packet_ip(twin->tx.buffer[0])->hop_limit, 64);
	CU_ASSERT_EQUAL(packet_ip(twin->tx.buffer[0])->next_header, PROTO_UDP);
	packets_clear(&plane);
	packet_run(&plane, multicast(&away, &group, 300));
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 0);
	CU_ASSERT_EQUAL(tx_queue_count(&twin->tx), 2);
	rte_pktmbuf_free_bulk(twin->tx.buffer, tx_queue_count(&twin->tx));
	tx_queue_clear(&twin->tx);
	twin->exists = false;
}

static void copies_beyond_the_buffers_are_counted(void)
{
	static const uint32_t nodes[] = {3, 5};
	struct rte_mbuf *hoard[8192];
	unsigned int n = 0;
	struct rte_mbuf *m = multicast(&from, &group, 100);

	set_members(2, nodes);
	packets_clear(&plane);
	while (n < 8192 && (hoard[n] = rte_pktmbuf_alloc(plane.pool)) != NULL)
		n++;
	packet_run(&plane, m);
	CU_ASSERT_TRUE(packets_balance(&plane));
	CU_ASSERT_EQUAL(dropped(DROP_NO_BUFFER), 1);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 1);
	rte_pktmbuf_free_bulk(hoard, n);
}

/* A whole burst to members whose next hop is unknown to everyone, and no budget to ask: more drops than packets. */
static void more_drops_than_packets_in_a_burst_do_no_harm(void)
{
	static const uint32_t nodes[] = {3, 5, 4, 6};
	const struct nexthop *before = plane.nexthops->entries[PLANE_NEXT_HOP];
	struct token_bucket bucket = plane.worker->buckets[PUNT_RESOLVE];
	struct rte_mbuf *frames[BURST_MAX];

	set_members(4, nodes);
	packets_clear(&plane);
	plane.nexthops->entries[PLANE_NEXT_HOP] = NULL;
	plane.worker->buckets[PUNT_RESOLVE] = (struct token_bucket){0};
	for (unsigned int i = 0; i < BURST_MAX; i++)
		frames[i] = multicast(&from, &group, 100);
	worker_burst(plane.worker, frames, BURST_MAX, 0);
	plane.nexthops->entries[PLANE_NEXT_HOP] = before;
	plane.worker->buckets[PUNT_RESOLVE] = bucket;
	CU_ASSERT_EQUAL(dropped(DROP_NEIGHBOUR_UNRESOLVED), 4 * BURST_MAX);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

static struct rte_mbuf *from_node(uint32_t node, const struct ip_addr *source,
				  const struct ip_addr *to)
{
	struct ip_addr care_of = plane_care_of(node);
	struct ip_addr agent = plane_home_agent();

	return packet_make_tunnelled(&plane, &care_of, &agent, source, to);
}

/* RFC 6275 §11.3.4; RFC 2464 §7. */
static void a_nodes_own_packet_goes_to_the_others_and_to_the_link(void)
{
	static const uint32_t nodes[] = {3, 5};
	static const uint8_t mac[] = {0x33, 0x33, 0, 0, 0, 0x42, 0x02, 0, 0, 0, 0, 1, 0x86, 0xdd};
	struct ip_addr home = plane_home(3);
	struct rte_mbuf *m;

	set_members(2, nodes);
	run(from_node(3, &home, &group));
	CU_ASSERT_EQUAL_FATAL(tx_queue_count(&plane.worker->tx[0]), 2);
	expect_copy(0, 5, 48);
	m = plane.worker->tx[0].buffer[1];
	CU_ASSERT_EQUAL(memcmp(rte_pktmbuf_mtod(m, uint8_t *), mac, sizeof(mac)), 0);
	CU_ASSERT_EQUAL(m->pkt_len, ETHER + 48);
	CU_ASSERT_EQUAL(packet_ip(m)->hop_limit, 63);
	CU_ASSERT_EQUAL(memcmp(packet_ip(m)->source, home.bytes, 16), 0);
	run(from_node(3, &home, &other_group));
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 1);
	CU_ASSERT_EQUAL(plane.worker->stats.copies_created, 0);
}

static void smaller_scopes_and_other_sources_stay_in_the_tunnel(void)
{
	struct ip_addr home = plane_home(3);
	struct ip_addr scoped = {{0xff, 0x10, [15] = 1}};

	for (unsigned int scope = 0; scope < 16; scope++) {
		scoped.bytes[1] = (uint8_t)(0x10 | scope);
		run(from_node(3, &home, &scoped));
		CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), scope == 14 ? 1 : 0);
		CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_INNER), scope == 14 ? 0 : 1);
	}
	run(from_node(4, &home, &group));
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_OUTER_SOURCE), 1);
	plane.tables.multicast = NULL;
	run(from_node(3, &home, &group));
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_INNER), 1);
	plane.tables.multicast = &table;
}

static struct rte_mbuf *report_of(uint32_t node, const struct ip_addr *source)
{
	static const struct ip_addr routers = {{0xff, 2, [15] = 0x16}};
	struct rte_mbuf *m = from_node(node, source, &routers);
	struct ip6_hdr_wire *inner = packet_ip(m) + 1;

	inner->hop_limit = 1;
	inner->next_header = PROTO_HOP_BY_HOP;
	return m;
}

static void expect_listener(bool expected)
{
	struct punt punted = {0};

	CU_ASSERT_EQUAL(plane.worker->stats.punted[PUNT_LISTENER], expected ? 1 : 0);
	CU_ASSERT_EQUAL(packet_punted(&plane, &punted), expected);
	if (!expected)
		return;
	CU_ASSERT_EQUAL(punted.packet->pkt_len, 40 + 48);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, struct ip6_hdr_wire *)->next_header,
			PROTO_IPV6);
	rte_pktmbuf_free(punted.packet);
}

/* RFC 6275 §10.4.3. */
static void listener_discovery_goes_to_the_control_thread_with_its_tunnel(void)
{
	static const struct ip_addr link_local = {{0xfe, 0x80, [15] = 4}};
	struct ip_addr home = plane_home(3);
	struct ip_addr stranger = plane_correspondent();

	run(report_of(3, &link_local));
	expect_listener(true);
	run(report_of(3, &home));
	expect_listener(true);
	run(report_of(3, &stranger));
	expect_listener(false);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_UNKNOWN), 1);
	plane.tables.multicast = NULL;
	run(report_of(3, &link_local));
	expect_listener(false);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_UNKNOWN), 1);
	run(report_of(3, &home));
	expect_listener(false);
	CU_ASSERT_EQUAL(dropped(DROP_TUNNEL_INNER), 1);
	plane.tables.multicast = &table;
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(each_member_gets_a_copy_and_the_last_one_the_packet),
		UNIT(a_member_without_a_binding_in_force_gets_nothing),
		UNIT(what_nobody_listens_to_is_the_kernels),
		UNIT(neither_link_local_sources_nor_nodes_that_are_away_send_from_the_link),
		UNIT(a_frame_that_is_not_whole_is_copied_to_nobody),
		UNIT(more_than_a_tunnel_carries_is_told_once),
		UNIT(an_exhausted_encapsulation_limit_reaches_nobody),
		UNIT(behind_a_pci_port_the_kernel_gets_the_packet_too),
		UNIT(copies_beyond_the_buffers_are_counted),
		UNIT(more_drops_than_packets_in_a_burst_do_no_harm),
		UNIT(a_nodes_own_packet_goes_to_the_others_and_to_the_link),
		UNIT(smaller_scopes_and_other_sources_stay_in_the_tunnel),
		UNIT(listener_discovery_goes_to_the_control_thread_with_its_tunnel),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	chains[0] = calloc(1, sizeof(*chains[0]) + MEMBERS_MAX * sizeof(struct ip_addr));
	plane.tables.multicast = &table;
	from = plane_correspondent();
	return unit_run("stage/multicast", cases, UNIT_COUNT(cases));
}
