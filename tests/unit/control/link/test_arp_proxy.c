/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/arp_proxy.h"

#include "counters.h"
#include "link/arp.h"
#include "service.h"
#include "support/link_fake.h"
#include "support/unit.h"

enum { ETHER = 14, SENT_MAX = 64, NODES = 16 };

static const struct config config = {
	.mip4 = {.networks = {{.prefix = {{{[10] = 0xff, [11] = 0xff, 10, 1}}, 96 + 16},
			       .home_agent = {{[10] = 0xff, [11] = 0xff, 10, 1, 0, 1}},
			       .home_link = {.kind = HOME_LINK_INTERFACE}},
			      {.prefix = {{{[10] = 0xff, [11] = 0xff, 10, 2}}, 96 + 16},
			       .home_agent = {{[10] = 0xff, [11] = 0xff, 10, 2, 0, 1}},
			       .home_link = {.kind = HOME_LINK_VIRTUAL}}},
		 .network_count = 2},
};

static const uint8_t own[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t neighbour[6] = {2, 0, 0, 0, 0xbe, 0xef};
static const uint8_t node[6] = {2, 0, 0, 0, 0, 0x10};
static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

static struct {
	uint8_t to[6];
	struct arp_message message;
} sent[SENT_MAX];
static unsigned int sent_count;

static void leaves(const uint8_t *frame, size_t octets)
{
	CU_ASSERT_EQUAL_FATAL(octets, ETHER + ARP_OCTETS);
	CU_ASSERT_TRUE_FATAL(sent_count < SENT_MAX);
	CU_ASSERT_EQUAL(memcmp(frame + 6, own, 6), 0);
	memcpy(sent[sent_count].to, frame, 6);
	CU_ASSERT_TRUE_FATAL(
		arp_decode(cursor_of(frame + ETHER, octets - ETHER), &sent[sent_count].message));
	sent_count++;
}

static void start(void)
{
	link_fake_start(&config, leaves);
	service_start(&config);
	CU_ASSERT_EQUAL_FATAL(arp_proxy_start(NODES), 0);
	sent_count = 0;
	for (int i = 0; i < CONTROL_COUNTER_COUNT; i++)
		counters[i] = 0;
}

static struct ip_addr address(uint8_t network, uint8_t last)
{
	return ip4_mapped((const uint8_t[4]){10, network, 0, last});
}

static void away(uint8_t last)
{
	const struct ip_addr home = address(1, last);

	arp_proxy_begin(&home);
}

static void ended(uint8_t last)
{
	const struct ip_addr home = address(1, last);

	arp_proxy_end(&home);
}

static void back(uint8_t last)
{
	const struct ip_addr home = address(1, last);

	arp_node_home(&home, node);
}

/* What is said from now on until nothing is. */
static unsigned int turn_after(uint64_t ms)
{
	sent_count = 0;
	link_fake_pass(ms);
	while (arp_proxy_poll(NULL) > 0)
		;
	return sent_count;
}

/* The last two messages said that mac has the address, to all and in both forms. */
static bool was_announced(uint8_t last, const uint8_t mac[6])
{
	const struct ip_addr home = address(1, last);

	for (unsigned int form = ARP_REQUEST; form <= ARP_REPLY; form++) {
		const struct arp_message *m = &sent[sent_count - 3 + form].message;

		if (sent_count < 2 || memcmp(sent[sent_count - 3 + form].to, all, 6) != 0 ||
		    m->operation != form || memcmp(m->sender_mac, mac, 6) != 0 ||
		    !ip_addr_equal(&m->sender, &home) || !ip_addr_equal(&m->target, &home))
			return false;
	}
	return true;
}

static void hear(uint16_t operation, const uint8_t mac[6], const struct ip_addr *sender,
		 const struct ip_addr *target)
{
	struct arp_message message = {
		.operation = operation,
		.sender = *sender,
		.target = *target,
	};
	uint8_t frame[60] = {[12] = 0x08, [13] = 0x06};

	memcpy(frame, all, 6);
	memcpy(frame + 6, mac, 6);
	memcpy(message.sender_mac, mac, 6);
	arp_encode(&message, frame + ETHER);
	CU_ASSERT_TRUE(link_fake_hear(frame, sizeof(frame)));
}

/* How much is answered when somebody asks who has it. */
static unsigned int answers_for(const struct ip_addr *target)
{
	const struct ip_addr from = address(1, 9);

	sent_count = 0;
	hear(ARP_REQUEST, neighbour, &from, target);
	return sent_count;
}

static bool is_answered(uint8_t last)
{
	const struct ip_addr target = address(1, last);

	return answers_for(&target) == 1;
}

static void a_node_that_leaves_is_announced_three_times_a_second_apart(void)
{
	start();
	away(5);
	CU_ASSERT_EQUAL(sent_count, 2);
	CU_ASSERT_TRUE(was_announced(5, own));
	CU_ASSERT_EQUAL(turn_after(999), 0);
	CU_ASSERT_EQUAL(turn_after(1), 2);
	CU_ASSERT_TRUE(was_announced(5, own));
	CU_ASSERT_EQUAL(turn_after(1000), 2);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	CU_ASSERT_EQUAL(counters[COUNT_ARP_GRATUITOUS], 6);
	away(5); /* a refresh is no news */
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	arp_proxy_stop();
}

static void only_who_is_away_is_answered_for(void)
{
	const struct ip_addr asker = address(1, 9);
	const struct ip_addr home = address(1, 5);

	start();
	CU_ASSERT_FALSE(is_answered(5));
	away(5);
	CU_ASSERT_TRUE(is_answered(5));
	CU_ASSERT_EQUAL(memcmp(sent[0].to, neighbour, 6), 0);
	CU_ASSERT_EQUAL(sent[0].message.operation, ARP_REPLY);
	CU_ASSERT_EQUAL(memcmp(sent[0].message.sender_mac, own, 6), 0);
	CU_ASSERT_TRUE(ip_addr_equal(&sent[0].message.sender, &home));
	CU_ASSERT_EQUAL(memcmp(sent[0].message.target_mac, neighbour, 6), 0);
	CU_ASSERT_TRUE(ip_addr_equal(&sent[0].message.target, &asker));
	CU_ASSERT_FALSE(is_answered(6));
	CU_ASSERT_EQUAL(counters[COUNT_ARP_ANSWERED], 1);
	CU_ASSERT_EQUAL(arp_proxy_count(0), 1);
	ended(5);
	CU_ASSERT_FALSE(is_answered(5));
	CU_ASSERT_EQUAL(arp_proxy_count(0), 0);
	arp_proxy_stop();
}

static void a_binding_that_ends_is_announced_no_more(void)
{
	start();
	away(5);
	ended(5);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	arp_proxy_stop();
}

static void a_node_that_is_back_is_announced_with_its_own_address(void)
{
	start();
	away(5);
	ended(5);
	sent_count = 0;
	back(5);
	CU_ASSERT_EQUAL(sent_count, 2);
	CU_ASSERT_TRUE(was_announced(5, node));
	CU_ASSERT_FALSE(is_answered(5));
	CU_ASSERT_EQUAL(turn_after(1000), 2);
	CU_ASSERT_TRUE(was_announced(5, node));
	CU_ASSERT_EQUAL(turn_after(1000), 2);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	arp_proxy_stop();
}

/* What is still to be repeated of the old state would undo the new one. */
static void a_node_that_leaves_again_at_once_is_announced_as_away_only(void)
{
	start();
	back(5);
	away(5);
	CU_ASSERT_TRUE(was_announced(5, own));
	CU_ASSERT_EQUAL(turn_after(1000), 2);
	CU_ASSERT_TRUE(was_announced(5, own));
	back(5);
	CU_ASSERT_FALSE(is_answered(5));
	CU_ASSERT_EQUAL(turn_after(1000), 2);
	CU_ASSERT_TRUE(was_announced(5, node));
	CU_ASSERT_EQUAL(turn_after(1000), 2);
	CU_ASSERT_EQUAL(turn_after(60000), 0);
	arp_proxy_stop();
}

static void gratuitous_messages_and_replies_are_never_answered(void)
{
	const struct ip_addr home = address(1, 5);
	const struct ip_addr other = address(1, 9);

	start();
	away(5);
	sent_count = 0;
	hear(ARP_REQUEST, node, &home, &home);
	hear(ARP_REPLY, node, &home, &home);
	hear(ARP_REPLY, neighbour, &other, &home);
	CU_ASSERT_EQUAL(sent_count, 0);
	CU_ASSERT_EQUAL(counters[COUNT_ARP_CONTENDED], 2);
	CU_ASSERT_TRUE(is_answered(5));
	arp_proxy_stop();
}

static void a_probe_for_an_address_of_a_node_away_is_answered(void)
{
	const struct ip_addr home = address(1, 5);
	const struct ip_addr nobody = ip4_mapped((const uint8_t[4]){0});

	start();
	away(5);
	sent_count = 0;
	hear(ARP_REQUEST, neighbour, &nobody, &home);
	CU_ASSERT_EQUAL(sent_count, 1);
	arp_proxy_stop();
}

static void what_is_no_arp_message_is_counted(void)
{
	uint8_t frame[60] = {2, [11] = 9, 0x08, 0x06};

	start();
	CU_ASSERT_TRUE(link_fake_hear(frame, sizeof(frame)));
	CU_ASSERT_TRUE(link_fake_hear(frame, ETHER));
	CU_ASSERT_EQUAL(counters[COUNT_ARP_INVALID], 2);
	arp_proxy_stop();
}

static void virtual_home_networks_and_other_addresses_know_no_arp(void)
{
	const struct ip_addr elsewhere = address(2, 5);
	const struct ip_addr nowhere = address(3, 5);

	start();
	arp_proxy_begin(&elsewhere);
	arp_proxy_begin(&nowhere);
	arp_node_home(&elsewhere, node);
	CU_ASSERT_EQUAL(sent_count, 0);
	CU_ASSERT_EQUAL(answers_for(&elsewhere), 0);
	arp_proxy_end(&elsewhere);
	arp_proxy_stop();
}

static void a_group_is_nobodys_link_layer_address(void)
{
	const struct ip_addr home = address(1, 5);

	start();
	arp_node_home(&home, all);
	CU_ASSERT_EQUAL(sent_count, 0);
	CU_ASSERT_EQUAL(turn_after(5000), 0);
	arp_proxy_stop();
}

static void many_at_once_are_all_announced(void)
{
	start();
	for (uint8_t i = 10; i < 30; i++) {
		sent_count = 0;
		away(i);
		CU_ASSERT_TRUE(was_announced(i, own));
	}
	CU_ASSERT_EQUAL(turn_after(1000), 40);
	CU_ASSERT_EQUAL(arp_proxy_count(0), 20);
	for (uint8_t i = 10; i < 30; i += 2)
		ended(i);
	CU_ASSERT_EQUAL(turn_after(1000), 20);
	for (uint8_t i = 10; i < 30; i++)
		CU_ASSERT_EQUAL(is_answered(i), i % 2 == 1);
	arp_proxy_stop();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_node_that_leaves_is_announced_three_times_a_second_apart),
		UNIT(only_who_is_away_is_answered_for),
		UNIT(a_binding_that_ends_is_announced_no_more),
		UNIT(a_node_that_is_back_is_announced_with_its_own_address),
		UNIT(a_node_that_leaves_again_at_once_is_announced_as_away_only),
		UNIT(gratuitous_messages_and_replies_are_never_answered),
		UNIT(a_probe_for_an_address_of_a_node_away_is_answered),
		UNIT(what_is_no_arp_message_is_counted),
		UNIT(virtual_home_networks_and_other_addresses_know_no_arp),
		UNIT(a_group_is_nobodys_link_layer_address),
		UNIT(many_at_once_are_all_announced),
	};

	return unit_run("arp_proxy", cases, UNIT_COUNT(cases));
}
