/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>

#include "ha/tunnel4.h"
#include "support/eal.h"
#include "support/packets4.h"
#include "support/unit.h"

enum { MEMBERS_MAX = 8, OCTETS = 200 };

static struct plane plane;
static struct ip_addr correspondent;
static struct ip_addr directed;
static struct ip_addr limited;
static struct multicast_group *chains[1];
static struct multicast_table table = {.chains = chains, .port = 7};
static struct octets o;

static uint64_t dropped(enum drop_reason reason)
{
	return plane.worker->stats.dropped[reason];
}

static void reset(void)
{
	plane.tables.multicast = &table;
	plane.home_network.port = 0;
	plane.tables.foreign_ports = 0;
	chains[0]->address = directed;
	chains[0]->count = 2;
	for (uint32_t i = 0; i < 4; i++) {
		chains[0]->members[i] = plane_home(i);
		plane.bindings[i]->flags = BINDING_REVERSE | BINDING_BROADCASTS | BINDING_COLOCATED;
		plane.bindings[i]->tunnel = tunnel4_number(0, ENCAP_IP4_IN_IP4);
		plane.bindings[i]->inner_mtu = 1460;
		plane.bindings[i]->expiry_tsc = UINT64_MAX;
		plane.bindings[i]->also = 0;
	}
}

static struct ip4_hdr_wire *begin(const struct ip_addr *to, uint16_t octets)
{
	octets_begin(&o, &correspondent, to, octets);
	return (struct ip4_hdr_wire *)octets_at(&o);
}

static void run(void)
{
	struct rte_mbuf *m;

	packets_clear(&plane);
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	m = packet4_frame(&plane, &o);
	memset(rte_pktmbuf_mtod(m, void *), 0xff, 6);
	packet_run(&plane, m);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

/* The inner packet is the broadcast, at that octet of what went to that node. */
static void expect_copy(uint16_t which, uint32_t node, uint16_t at)
{
	struct rte_mbuf *m = plane.worker->tx[0].buffer[which];
	struct ip_addr to = plane_care_of(node);
	const struct ip4_hdr_wire *outer = packet4_ip(m);
	struct ip4_hdr_wire *expected = (struct ip4_hdr_wire *)octets_at(&o);

	CU_ASSERT_TRUE(reference_is_good(outer, m->pkt_len - ETHER));
	CU_ASSERT_EQUAL(memcmp(outer->destination, to.bytes + 12, 4), 0);
	expected->ttl = 63;
	reference_renew(expected);
	CU_ASSERT_EQUAL(m->pkt_len, ETHER + at + o.count);
	CU_ASSERT_EQUAL(memcmp((const uint8_t *)outer + at, expected, o.count), 0);
}

static void a_broadcast_goes_to_each_member_as_it_is(void)
{
	const struct ip_addr *const addresses[] = {&directed, &limited};

	for (int i = 0; i < 2; i++) {
		reset();
		begin(addresses[i], OCTETS);
		run();
		CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
		CU_ASSERT_EQUAL(plane.worker->stats.copies_created, 1);
		CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 2);
		expect_copy(0, 0, 20);
		expect_copy(1, 1, 20);
	}
}

/* RFC 5944 §4.3. */
static void a_node_behind_a_foreign_agent_gets_it_wrapped_in_a_packet_of_its_own(void)
{
	struct ip_addr home = plane_home(0);
	struct ip_addr agent = plane_agent4();
	const struct ip4_hdr_wire *around;

	reset();
	chains[0]->count = 1;
	plane.bindings[0]->flags &= (uint8_t)~BINDING_COLOCATED;
	plane.bindings[0]->tunnel = tunnel4_number(0, ENCAP_GRE);
	begin(&limited, OCTETS);
	run();
	around = (const void *)((const uint8_t *)packet4_sent(&plane) + 24);
	CU_ASSERT_TRUE(reference_is_good(around, OCTETS + 20));
	CU_ASSERT_EQUAL(around->protocol, 4);
	CU_ASSERT_EQUAL(memcmp(around->source, agent.bytes + 12, 4), 0);
	CU_ASSERT_EQUAL(memcmp(around->destination, home.bytes + 12, 4), 0);
	expect_copy(0, 0, 44);
}

static void only_bindings_that_asked_get_it_and_all_of_them(void)
{
	reset();
	plane.bindings[0]->also = 1 + (uint32_t)(plane.bindings[2] - plane.tables.bcache->bindings);
	plane.bindings[1]->flags &= (uint8_t)~BINDING_BROADCASTS;
	begin(&directed, OCTETS);
	run();
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
	expect_copy(0, 0, 20);
	expect_copy(1, 2, 20);
	plane.bindings[0]->expiry_tsc = 0;
	plane.bindings[2]->expiry_tsc = 0;
	begin(&directed, OCTETS);
	run();
	CU_ASSERT_EQUAL(dropped(DROP_NO_MEMBER), 1);
}

static void without_a_group_or_a_table_nobody_gets_it(void)
{
	reset();
	chains[0]->address = limited;
	begin(&directed, OCTETS);
	run();
	CU_ASSERT_EQUAL(dropped(DROP_NO_MEMBER), 1);
	plane.tables.multicast = NULL;
	begin(&directed, OCTETS);
	run();
	CU_ASSERT_EQUAL(dropped(DROP_NO_MEMBER), 1);
}

static void on_another_link_it_is_the_kernels(void)
{
	reset();
	plane.home_network.port = HOME_PORT_NONE;
	begin(&limited, OCTETS);
	run();
	CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
}

static void what_is_sent_to_the_network_from_elsewhere_reaches_the_members(void)
{
	reset();
	plane.home_network.port = HOME_PORT_NONE;
	begin(&directed, OCTETS);
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
	expect_copy(0, 0, 20);
	expect_copy(1, 1, 20);
	begin(&directed, OCTETS)->ttl = 1;
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	packet4_run(&plane, &o);
	CU_ASSERT_EQUAL(dropped(DROP_HOP_LIMIT), 1);
}

static void a_node_that_is_away_sends_nothing_on_its_link(void)
{
	struct ip_addr home = plane_home(3);
	struct ip_addr nobody = {{[10] = 0xff, [11] = 0xff}};

	reset();
	octets_begin(&o, &home, &limited, OCTETS);
	run();
	CU_ASSERT_EQUAL(dropped(DROP_MULTICAST_SOURCE), 1);
	octets_begin(&o, &nobody, &limited, OCTETS);
	run();
	CU_ASSERT_EQUAL(dropped(DROP_SOURCE_ADDRESS), 1);
}

/* RFC 1122 §3.2.2: and nobody is told. */
static void a_broadcast_too_big_is_fragmented_or_dropped(void)
{
	reset();
	chains[0]->count = 1;
	plane.bindings[0]->inner_mtu = 600;
	begin(&limited, 1000);
	run();
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
	begin(&limited, 1000)->fragment_be = RTE_BE16(0x4000);
	run();
	CU_ASSERT_EQUAL(dropped(DROP_TOO_BIG), 1);
	plane.bindings[0]->flags &= (uint8_t)~BINDING_COLOCATED;
	begin(&limited, 1000)->fragment_be = RTE_BE16(0x4000);
	run();
	CU_ASSERT_EQUAL(tx_queue_count(&plane.worker->tx[0]), 2);
}

static void many_members_take_more_than_one_transmit_buffer(void)
{
	struct multicast_group *group = calloc(1, sizeof(*group) + 64 * sizeof(group->members[0]));
	struct multicast_group *before = chains[0];

	CU_ASSERT_PTR_NOT_NULL_FATAL(group);
	reset();
	for (uint32_t i = 0; i < 64; i++) {
		plane.bindings[i]->flags = BINDING_BROADCASTS | BINDING_COLOCATED;
		group->members[i] = plane_home(i);
	}
	group->count = 64;
	group->address = directed;
	chains[0] = group;
	begin(&directed, OCTETS);
	packets_clear(&plane);
	reference_renew((struct ip4_hdr_wire *)octets_at(&o));
	packet_run(&plane, packet4_frame(&plane, &o));
	CU_ASSERT_EQUAL(plane.worker->stats.encapsulated, 64);
	CU_ASSERT_TRUE(packets_balance(&plane));
	chains[0] = before;
	free(group);
}

/* RFC 5944 §3.6.1.1: to the broadcast address of the home network, or to all mobility agents on a foreign link. */
static void signalling_in_a_broadcast_frame_is_for_the_control_thread(void)
{
	static const char *const addresses[] = {"10.255.255.255", "255.255.255.255", "224.0.0.11"};
	uint8_t message[24] = {1, [4] = 10, [7] = 1};

	for (size_t i = 0; i < UNIT_COUNT(addresses); i++)
		for (int where = 0; where < 3; where++) {
			struct ip_addr to;

			reset();
			plane.home_network.port = where == 0 ? 0 : HOME_PORT_NONE;
			plane.tables.foreign_ports = where == 1 ? 1 : 0;
			ip4_addr_parse(addresses[i], &to);
			o.count = 0;
			octets_push(&o, message, sizeof(message));
			octets_push_udp(&o, 5000, 434);
			octets_push_ip4(&o, &correspondent, &to, 17);
			run();
			if (where < 2)
				packet4_expect_punt(&plane, PUNT_SIGNALLING_KNOWN, 0);
			else
				CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
		}
}

static void a_broadcast_frame_with_a_header_that_is_wrong_is_not_looked_at(void)
{
	struct rte_mbuf *m;

	reset();
	for (uint16_t octets = 0; octets <= OCTETS; octets++) {
		begin(&limited, OCTETS);
		packets_clear(&plane);
		m = packet4_frame(&plane, &o);
		memset(rte_pktmbuf_mtod(m, void *), 0xff, 6);
		if (octets == OCTETS)
			packet4_ip(m)->id_be ^= 1;
		else
			rte_pktmbuf_trim(m, (uint16_t)(OCTETS - octets));
		packet_run(&plane, m);
		CU_ASSERT_EQUAL(dropped(DROP_NO_KERNEL), 1);
		CU_ASSERT_TRUE(packets_balance(&plane));
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_broadcast_goes_to_each_member_as_it_is),
		UNIT(a_node_behind_a_foreign_agent_gets_it_wrapped_in_a_packet_of_its_own),
		UNIT(only_bindings_that_asked_get_it_and_all_of_them),
		UNIT(without_a_group_or_a_table_nobody_gets_it),
		UNIT(on_another_link_it_is_the_kernels),
		UNIT(what_is_sent_to_the_network_from_elsewhere_reaches_the_members),
		UNIT(a_node_that_is_away_sends_nothing_on_its_link),
		UNIT(a_broadcast_too_big_is_fragmented_or_dropped),
		UNIT(signalling_in_a_broadcast_frame_is_for_the_control_thread),
		UNIT(a_broadcast_frame_with_a_header_that_is_wrong_is_not_looked_at),
		UNIT(many_members_take_more_than_one_transmit_buffer),
	};

	test_eal_start(192);
	plane_use_ip4(0);
	plane_make(&plane, 64, test_null_port());
	correspondent = plane_correspondent4();
	ip4_addr_parse("10.255.255.255", &directed);
	ip4_addr_parse("255.255.255.255", &limited);
	chains[0] = calloc(1, sizeof(*chains[0]) + MEMBERS_MAX * sizeof(chains[0]->members[0]));
	if (chains[0] == NULL)
		abort();
	return unit_run("ip4/broadcast4", cases, UNIT_COUNT(cases));
}
