/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/eal.h"
#include "support/packets.h"
#include "support/unit.h"

enum { OTHER_HOP = 2, LINK_HOP = 3 };

static struct plane plane;
static struct nexthop other_hop = {
	.ether = {0x02, 0, 0, 0, 0, 0x22, 0x02, 0, 0, 0, 0, 1, 0x86, 0xdd},
	.mtu = 1500,
};
static const struct nexthop link_hop = {.mtu = 1500, .on_link = true};
static struct ip_addr home;
static struct ip_addr care_of;
static struct ip_addr agent;

static void send_with(const struct ip_addr *to, uint8_t hop_limit)
{
	struct rte_mbuf *frame = packet_make_tunnelled(&plane, &care_of, &agent, &home, to);

	packet_ip(frame)[1].hop_limit = hop_limit;
	packets_clear(&plane);
	packet_run(&plane, frame);
	CU_ASSERT_TRUE(packets_balance(&plane));
}

/* The last octet of the link-layer address a packet to that destination leaves for; -1: none left. */
static int send_to(const struct ip_addr *to)
{
	send_with(to, 64);
	if (packet_sent(&plane) == NULL)
		return -1;
	CU_ASSERT_EQUAL(packet_ip(packet_sent(&plane))->hop_limit, 63);
	return rte_pktmbuf_mtod(packet_sent(&plane), uint8_t *)[5];
}

static int punted_as(void)
{
	struct punt punted;

	if (!packet_punted(&plane, &punted))
		return -1;
	rte_pktmbuf_free(punted.packet);
	return punted.class == PUNT_ERROR ? (int)punted.reason : -2;
}

static void set_route(const char *text, uint8_t length, uint32_t index)
{
	struct ip_addr to;

	ip_addr_parse(text, &to);
	CU_ASSERT_EQUAL(rte_fib6_add(plane.nexthops->routes, to.bytes, length, index), 0);
}

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	ip_addr_parse(text, &a);
	return a;
}

static void a_destination_keeps_its_next_hop_until_routes_change(void)
{
	struct ip_addr to = address("2001:db8:77::1");

	CU_ASSERT_EQUAL(send_to(&to), 2);
	set_route("2001:db8:77::", 48, OTHER_HOP);
	CU_ASSERT_EQUAL(send_to(&to), 2); /* nobody said that routes changed: it is remembered */
	plane.nexthops->generation++;
	CU_ASSERT_EQUAL(send_to(&to), 0x22);
	CU_ASSERT_EQUAL(send_to(&to), 0x22);
}

static void a_remembered_next_hop_is_checked_like_any_other(void)
{
	struct ip_addr to = address("2001:db8:77::2");

	CU_ASSERT_EQUAL(send_to(&to), 0x22);
	send_with(&to, 1);
	CU_ASSERT_EQUAL(punted_as(), DROP_HOP_LIMIT);
	other_hop.mtu = IP6 + 7;
	CU_ASSERT_EQUAL(send_to(&to), -1);
	CU_ASSERT_EQUAL(punted_as(), DROP_TOO_BIG);
	other_hop.mtu = IP6 + 8;
	CU_ASSERT_EQUAL(send_to(&to), 0x22);
	other_hop.mtu = 1500;
}

static void a_next_hop_that_lost_its_address_is_asked_for(void)
{
	struct ip_addr to = address("2001:db8:77::3");
	struct punt punted = {0};

	CU_ASSERT_EQUAL(send_to(&to), 0x22);
	plane.nexthops->entries[OTHER_HOP] = NULL;
	CU_ASSERT_EQUAL(send_to(&to), -1);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.class, PUNT_RESOLVE);
	CU_ASSERT_EQUAL(punted.next_hop, OTHER_HOP);
	CU_ASSERT_EQUAL(rte_pktmbuf_mtod(punted.packet, struct ip6_hdr_wire *)->hop_limit, 63);
	rte_pktmbuf_free(punted.packet);
	plane.nexthops->entries[OTHER_HOP] = &other_hop;
}

static void on_a_link_the_neighbour_is_remembered_and_only_once_it_is_known(void)
{
	struct ip_addr to = address("2001:db8:88::1");
	struct punt punted = {0};

	set_route("2001:db8:88::", 64, LINK_HOP);
	plane.nexthops->generation++;
	CU_ASSERT_EQUAL(send_to(&to), -1);
	CU_ASSERT_TRUE_FATAL(packet_punted(&plane, &punted));
	CU_ASSERT_EQUAL(punted.next_hop, LINK_HOP);
	rte_pktmbuf_free(punted.packet);
	rte_hash_add_key_data(plane.nexthops->on_link, &to, (void *)(uintptr_t)OTHER_HOP);
	CU_ASSERT_EQUAL(send_to(&to), 0x22);
	rte_hash_del_key(plane.nexthops->on_link, &to);
	CU_ASSERT_EQUAL(send_to(&to), 0x22);
	plane.nexthops->generation++;
	CU_ASSERT_EQUAL(send_to(&to), -1);
}

/* More destinations than are remembered: whichever was forgotten is found again. */
static void any_number_of_destinations_is_sent_the_right_way(void)
{
	for (int turn = 0; turn < 2; turn++)
		for (uint32_t i = 0; i < 3 * DESTINATIONS; i++) {
			struct ip_addr to = address(i % 2 == 0 ? "2001:db8:77::" : "2001:db8:99::");

			memcpy(&to.bytes[12], &i, sizeof(i));
			if (send_to(&to) != (i % 2 == 0 ? 0x22 : 2))
				CU_FAIL_FATAL("sent the wrong way");
		}
}

static void what_has_no_route_is_not_remembered(void)
{
	struct ip_addr to = address("2001:db8:66::1");

	set_route("2001:db8:66::", 64, NEXTHOP_NONE);
	plane.nexthops->generation++;
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(send_to(&to), -1);
		CU_ASSERT_EQUAL(punted_as(), DROP_NO_ROUTE);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_destination_keeps_its_next_hop_until_routes_change),
		UNIT(a_remembered_next_hop_is_checked_like_any_other),
		UNIT(a_next_hop_that_lost_its_address_is_asked_for),
		UNIT(on_a_link_the_neighbour_is_remembered_and_only_once_it_is_known),
		UNIT(any_number_of_destinations_is_sent_the_right_way),
		UNIT(what_has_no_route_is_not_remembered),
	};

	test_eal_start(192);
	plane_make(&plane, 64, RTE_MAX_ETHPORTS);
	plane.nexthops->entries[OTHER_HOP] = &other_hop;
	plane.nexthops->entries[LINK_HOP] = &link_hop;
	home = plane_home(0);
	care_of = plane_care_of(0);
	agent = plane_home_agent();
	return unit_run("stage/route", cases, UNIT_COUNT(cases));
}
