/* SPDX-License-Identifier: BSD-3-Clause */
#include "nexthop.h"

#include <errno.h>
#include <stdlib.h>

#include "ha/dataplane.h"
#include "ha/time.h"
#include "retire.h"
#include "support/eal.h"
#include "support/unit.h"

static struct rte_rcu_qsbr *rcu; /* NULL: no worker runs */

static unsigned int resolves;
static struct ip_addr last_asked;
static uint16_t last_asked_port;
static unsigned int changes;
static unsigned int resolutions;
static unsigned int failures;
static uint32_t last_resolved;

static const uint8_t MAC_A[6] = {2, 0, 0, 0, 0, 0xa};
static const uint8_t MAC_B[6] = {2, 0, 0, 0, 0, 0xb};
static const uint8_t PORT_MAC[6] = {2, 0, 0, 0, 1, 0};
static const uint8_t OTHER_PORT_MAC[6] = {2, 0, 0, 0, 1, 1};

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return rcu;
}

static void asked(uint16_t port, const struct ip_addr *neighbour)
{
	resolves++;
	last_asked = *neighbour;
	last_asked_port = port;
}

static void changed(void)
{
	changes++;
}

static void resolved(uint32_t index, bool good)
{
	resolutions += good;
	failures += !good;
	last_resolved = index;
}

static void start(void)
{
	static const struct nexthop_callbacks callbacks = {asked, changed, resolved};
	struct fault fault;

	CU_ASSERT_EQUAL_FATAL(nexthop_start(&callbacks, &fault), 0);
	nexthop_set_port(0, PORT_MAC, 1500);
	nexthop_set_port(1, OTHER_PORT_MAC, 1400);
	resolves = changes = resolutions = failures = 0;
}

static struct ip_addr addr(const char *text)
{
	struct ip_addr a;

	CU_ASSERT_TRUE_FATAL(ip_addr_parse(text, &a));
	return a;
}

static struct ip_prefix prefix(const char *text, uint8_t length)
{
	return (struct ip_prefix){.addr = addr(text), .length = length};
}

static int route(const char *text, uint8_t length, uint16_t port, const char *gateway)
{
	struct ip_prefix p = prefix(text, length);
	struct ip_addr g;

	if (gateway == NULL)
		return nexthop_set_route(&p, port, NULL);
	g = addr(gateway);
	return nexthop_set_route(&p, port, &g);
}

static void unroute(const char *text, uint8_t length)
{
	struct ip_prefix p = prefix(text, length);

	nexthop_remove_route(&p);
}

static void neighbour(uint16_t port, const char *text, const uint8_t *mac, bool stale)
{
	struct ip_addr a = addr(text);

	nexthop_set_neighbour(port, &a, mac, stale);
}

static uint32_t towards(const char *text)
{
	struct ip_addr a = addr(text);

	return nexthop_towards(&a);
}

static uint32_t fib(const char *text)
{
	uint8_t ips[1][16];
	uint64_t index;
	struct ip_addr a = addr(text);

	memcpy(ips[0], a.bytes, 16);
	rte_fib6_lookup_bulk(nexthop_table()->routes, ips, &index, 1);
	return (uint32_t)index;
}

static uint32_t on_link(const char *text)
{
	struct ip_addr a = addr(text);

	return nexthop_find_on_link(nexthop_table(), &a);
}

static const struct nexthop *entry(uint32_t index)
{
	return nexthop_find(nexthop_table(), index);
}

static void without_routes_there_is_no_next_hop(void)
{
	start();
	CU_ASSERT_EQUAL(towards("2001:db8::1"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(nexthop_mtu(NEXTHOP_NONE), 0);
	CU_ASSERT_FALSE(nexthop_is_resolved(NEXTHOP_NONE));
	nexthop_resolve(NEXTHOP_NONE);
	nexthop_hold(NEXTHOP_NONE);
	nexthop_release(NEXTHOP_NONE);
	nexthop_refresh(monotonic_ms());
	nexthop_stop();
}

static void default_route_leads_to_its_gateway_and_asks_for_it(void)
{
	uint32_t index;

	start();
	CU_ASSERT_EQUAL(route("::", 0, 0, "fe80::1"), 0);
	CU_ASSERT_EQUAL(changes, 1);
	CU_ASSERT_EQUAL(resolves, 1);
	CU_ASSERT_EQUAL(last_asked_port, 0);
	index = towards("2001:db8::1");
	CU_ASSERT_NOT_EQUAL(index, NEXTHOP_NONE);
	CU_ASSERT_EQUAL(towards("::2"), index);
	CU_ASSERT_EQUAL(towards("ffff::ffff"), index);
	CU_ASSERT_EQUAL(resolves, 1); /* once a second */
	CU_ASSERT_PTR_NULL(entry(index));
	CU_ASSERT_FALSE(nexthop_is_resolved(index));
	CU_ASSERT_EQUAL(nexthop_mtu(index), 1500);
	CU_ASSERT_EQUAL(nexthop_route_count(), 1);
	CU_ASSERT_EQUAL(nexthop_count(), 1);
	unroute("::", 0);
	CU_ASSERT_EQUAL(towards("2001:db8::1"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(nexthop_route_count(), 0);
	CU_ASSERT_EQUAL(changes, 2);
	nexthop_stop();
}

static void resolved_gateway_is_published_with_its_ethernet_header(void)
{
	static const uint8_t wanted[14] = {2, 0, 0, 0, 0, 0xa, 2, 0, 0, 0, 1, 0, 0x86, 0xdd};
	uint32_t index;

	start();
	route("::", 0, 0, "fe80::1");
	index = towards("2001:db8::1");
	neighbour(1, "fe80::1", MAC_B, false); /* same address, another link */
	CU_ASSERT_PTR_NULL(entry(index));
	neighbour(0, "fe80::1", MAC_A, false);
	CU_ASSERT_PTR_NOT_NULL_FATAL(entry(index));
	CU_ASSERT_EQUAL(memcmp(entry(index)->ether, wanted, 14), 0);
	CU_ASSERT_EQUAL(entry(index)->port, 0);
	CU_ASSERT_EQUAL(entry(index)->mtu, 1500);
	CU_ASSERT_FALSE(entry(index)->on_link);
	CU_ASSERT_TRUE(nexthop_is_resolved(index));
	CU_ASSERT_EQUAL(resolutions, 1);
	CU_ASSERT_EQUAL(last_resolved, index);
	nexthop_stop();
}

static void changed_link_layer_address_is_published_silently_and_the_same_one_not(void)
{
	const struct nexthop *before;
	uint32_t index;

	start();
	route("::", 0, 0, "fe80::1");
	index = towards("2001:db8::1");
	neighbour(0, "fe80::1", MAC_A, false);
	before = entry(index);
	neighbour(0, "fe80::1", MAC_A, true);
	CU_ASSERT_PTR_EQUAL(entry(index), before);
	neighbour(0, "fe80::1", MAC_B, false);
	CU_ASSERT_PTR_NOT_EQUAL(entry(index), before);
	CU_ASSERT_EQUAL(entry(index)->ether[5], 0xb);
	CU_ASSERT_EQUAL(resolutions, 1);
	CU_ASSERT_EQUAL(failures, 0);
	nexthop_stop();
}

static void failed_neighbour_is_withdrawn_and_told(void)
{
	uint32_t index;

	start();
	route("::", 0, 0, "fe80::1");
	index = towards("2001:db8::1");
	neighbour(0, "fe80::1", MAC_A, false);
	neighbour(0, "fe80::1", NULL, false);
	CU_ASSERT_PTR_NULL(entry(index));
	CU_ASSERT_EQUAL(failures, 1);
	neighbour(0, "fe80::1", MAC_A, false);
	CU_ASSERT_EQUAL(resolutions, 2);
	CU_ASSERT_PTR_NOT_NULL(entry(index));
	nexthop_stop();
}

static void directly_connected_destination_is_its_own_neighbour(void)
{
	uint32_t link;
	uint32_t index;

	start();
	CU_ASSERT_EQUAL(route("2001:db8:1::", 64, 0, NULL), 0);
	link = fib("2001:db8:1::5");
	CU_ASSERT_PTR_NOT_NULL_FATAL(entry(link));
	CU_ASSERT_TRUE(entry(link)->on_link);
	CU_ASSERT_EQUAL(entry(link)->mtu, 1500);
	CU_ASSERT_FALSE(nexthop_is_resolved(link));
	CU_ASSERT_EQUAL(resolves, 0);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::5"), NEXTHOP_NONE);

	index = towards("2001:db8:1::5");
	CU_ASSERT_NOT_EQUAL(index, link);
	CU_ASSERT_NOT_EQUAL(index, NEXTHOP_NONE);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::5"), index);
	CU_ASSERT_PTR_NULL(entry(index));
	CU_ASSERT_EQUAL(resolves, 1);
	CU_ASSERT_NOT_EQUAL(towards("2001:db8:1::6"), index);
	CU_ASSERT_EQUAL(towards("2001:db8:1::5"), index);
	neighbour(0, "2001:db8:1::5", MAC_A, false);
	CU_ASSERT_PTR_NOT_NULL(entry(index));
	nexthop_stop();
}

static void neighbour_the_kernel_knows_is_resolved_at_once(void)
{
	uint32_t index;

	start();
	neighbour(0, "2001:db8:1::5", MAC_A, false);
	CU_ASSERT_EQUAL(nexthop_count(), 0);
	route("2001:db8:1::", 64, 0, NULL);
	index = towards("2001:db8:1::5");
	CU_ASSERT_PTR_NOT_NULL(entry(index));
	CU_ASSERT_EQUAL(resolves, 0);
	neighbour(0, "2001:db8:1::77", NULL, false); /* nobody asked */
	CU_ASSERT_EQUAL(failures, 0);
	nexthop_stop();
}

static void changed_port_is_seen_in_every_entry_and_its_mtu_told(void)
{
	uint32_t index;

	start();
	route("::", 0, 0, "fe80::1");
	neighbour(0, "fe80::1", MAC_A, false);
	index = towards("2001:db8::1");
	changes = 0;
	nexthop_set_port(0, OTHER_PORT_MAC, 1500);
	CU_ASSERT_EQUAL(entry(index)->ether[11], 1);
	CU_ASSERT_EQUAL(changes, 0);
	nexthop_set_port(0, OTHER_PORT_MAC, 9000);
	CU_ASSERT_EQUAL(entry(index)->mtu, 9000);
	CU_ASSERT_EQUAL(nexthop_mtu(index), 9000);
	CU_ASSERT_EQUAL(changes, 1);
	CU_ASSERT_EQUAL(resolutions, 1);
	nexthop_stop();
}

static void static_route_is_resolved_as_soon_as_its_port_is_known(void)
{
	struct ip_prefix p = prefix("2001:db8::", 32);
	uint32_t index;

	start();
	CU_ASSERT_EQUAL(nexthop_set_static_route(&p, 2, MAC_A), 0);
	index = towards("2001:db8::9");
	CU_ASSERT_NOT_EQUAL(index, NEXTHOP_NONE);
	CU_ASSERT_PTR_NULL(entry(index));
	nexthop_set_port(2, PORT_MAC, 1500);
	CU_ASSERT_PTR_NOT_NULL_FATAL(entry(index));
	CU_ASSERT_EQUAL(memcmp(entry(index)->ether, MAC_A, 6), 0);
	CU_ASSERT_EQUAL(resolves, 0);
	nexthop_stop();
}

static void routes_with_one_gateway_share_a_next_hop(void)
{
	start();
	route("::", 0, 0, "fe80::1");
	route("2001:db8::", 32, 0, "fe80::1");
	CU_ASSERT_EQUAL(towards("2001:db8::1"), towards("2001:dead::1"));
	route("2001:db8::", 32, 1, "fe80::1");
	CU_ASSERT_NOT_EQUAL(towards("2001:db8::1"), towards("2001:dead::1"));
	CU_ASSERT_EQUAL(nexthop_mtu(towards("2001:db8::1")), 1400);
	CU_ASSERT_EQUAL(nexthop_route_count(), 2);
	nexthop_stop();
}

static void setting_the_same_route_again_changes_nothing(void)
{
	start();
	route("2001:db8::", 32, 0, "fe80::1");
	route("2001:db8::77", 32, 0, "fe80::1"); /* host bits do not count */
	CU_ASSERT_EQUAL(changes, 1);
	CU_ASSERT_EQUAL(nexthop_route_count(), 1);
	unroute("2001:db8:1::", 48);
	CU_ASSERT_EQUAL(changes, 1);
	nexthop_stop();
}

static void unreachable_prefix_does_not_fall_back_to_the_default(void)
{
	struct ip_prefix p = prefix("2001:db8:2::", 48);

	start();
	route("::", 0, 0, "fe80::1");
	CU_ASSERT_EQUAL(nexthop_set_unreachable(&p), 0);
	CU_ASSERT_EQUAL(towards("2001:db8:2::1"), NEXTHOP_NONE);
	CU_ASSERT_NOT_EQUAL(towards("2001:db8:3::1"), NEXTHOP_NONE);
	unroute("2001:db8:2::", 48);
	CU_ASSERT_NOT_EQUAL(towards("2001:db8:2::1"), NEXTHOP_NONE);
	nexthop_stop();
}

static bool is_new_generation(void)
{
	static uint32_t before;
	uint32_t now = nexthop_generation(nexthop_table());
	bool is_new = now != before;

	before = now;
	return is_new && now != 0;
}

static void every_change_that_workers_may_have_remembered_is_a_new_generation(void)
{
	struct ip_prefix p = prefix("2001:db8:5::", 48);

	start();
	CU_ASSERT_TRUE(is_new_generation());
	CU_ASSERT_EQUAL(route("::", 0, 0, "fe80::1"), 0);
	CU_ASSERT_TRUE(is_new_generation());
	CU_ASSERT_EQUAL(route("::", 0, 0, "fe80::2"), 0);
	CU_ASSERT_TRUE(is_new_generation());
	CU_ASSERT_EQUAL(route("::", 0, 0, "fe80::2"), 0);
	CU_ASSERT_FALSE(is_new_generation());
	CU_ASSERT_EQUAL(nexthop_set_unreachable(&p), 0);
	CU_ASSERT_TRUE(is_new_generation());
	CU_ASSERT_EQUAL(route("2001:db8::", 64, 0, NULL), 0);
	CU_ASSERT_TRUE(is_new_generation());
	neighbour(0, "2001:db8::5", MAC_A, false);
	CU_ASSERT_NOT_EQUAL(towards("2001:db8::5"), NEXTHOP_NONE);
	CU_ASSERT_TRUE(is_new_generation());
	CU_ASSERT_NOT_EQUAL(on_link("2001:db8::5"), NEXTHOP_NONE);
	unroute("2001:db8::", 64);
	CU_ASSERT_TRUE(is_new_generation());
	CU_ASSERT_EQUAL(on_link("2001:db8::5"), NEXTHOP_NONE);
	unroute("2001:db8:5::", 48);
	CU_ASSERT_TRUE(is_new_generation());
	nexthop_stop();
}

static void connected_prefix_that_moves_takes_its_neighbours_along(void)
{
	uint32_t before;
	uint32_t after;

	start();
	route("2001:db8:1::", 64, 0, NULL);
	before = towards("2001:db8:1::5");
	neighbour(0, "2001:db8:1::5", MAC_A, false);
	route("2001:db8:1::", 64, 1, NULL);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::5"), NEXTHOP_NONE);
	after = towards("2001:db8:1::5");
	CU_ASSERT_NOT_EQUAL(before, after);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::5"), after);
	CU_ASSERT_EQUAL(nexthop_mtu(after), 1400);
	unroute("2001:db8:1::", 64);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::5"), NEXTHOP_NONE);
	nexthop_stop();
}

static void sweep_fails_what_was_not_told_again(void)
{
	start();
	route("2001:db8:1::", 64, 0, NULL);
	towards("2001:db8:1::1");
	towards("2001:db8:1::2");
	neighbour(0, "2001:db8:1::1", MAC_A, false);
	neighbour(0, "2001:db8:1::2", MAC_B, false);
	neighbour(0, "2001:db8:1::3", MAC_B, false);
	nexthop_mark_neighbours();
	neighbour(0, "2001:db8:1::1", MAC_A, false);
	nexthop_sweep_neighbours();
	CU_ASSERT_TRUE(nexthop_is_resolved(towards("2001:db8:1::1")));
	CU_ASSERT_FALSE(nexthop_is_resolved(towards("2001:db8:1::2")));
	CU_ASSERT_FALSE(nexthop_is_resolved(towards("2001:db8:1::3")));
	CU_ASSERT_EQUAL(failures, 1);
	nexthop_stop();
}

static void unused_and_unanswering_is_forgotten_after_a_while_only(void)
{
	uint64_t now_ms = monotonic_ms();
	uint32_t held;

	start();
	route("::", 0, 0, "fe80::1");
	route("2001:db8:1::", 64, 0, NULL);
	towards("2001:db8:1::1");
	held = towards("2001:db8:1::2");
	nexthop_hold(held);
	towards("2001:db8:1::3");
	neighbour(0, "2001:db8:1::3", MAC_A, false);
	CU_ASSERT_EQUAL(nexthop_count(), 5);
	nexthop_refresh(now_ms + 20000);
	CU_ASSERT_EQUAL(nexthop_count(), 5);
	nexthop_refresh(now_ms + 60000);
	CU_ASSERT_EQUAL(nexthop_count(), 4);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::1"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::2"), held);
	nexthop_release(held);
	nexthop_refresh(now_ms + 120000);
	CU_ASSERT_EQUAL(nexthop_count(), 3);
	unroute("::", 0);
	nexthop_refresh(now_ms + 180000);
	CU_ASSERT_EQUAL(nexthop_count(), 2);
	nexthop_stop();
}

static void stale_neighbour_is_asked_for_again_now_and_then(void)
{
	uint64_t now_ms = monotonic_ms() + 100000;

	start();
	route("2001:db8:1::", 64, 0, NULL);
	towards("2001:db8:1::1");
	neighbour(0, "2001:db8:1::1", MAC_A, false);
	resolves = 0;
	nexthop_refresh(now_ms);
	CU_ASSERT_EQUAL(resolves, 0);
	neighbour(0, "2001:db8:1::1", MAC_A, true);
	nexthop_refresh(now_ms);
	nexthop_refresh(now_ms + 1000);
	CU_ASSERT_EQUAL(resolves, 1);
	nexthop_refresh(now_ms + 31000);
	CU_ASSERT_EQUAL(resolves, 2);
	nexthop_stop();
}

static void index_is_not_given_again_while_a_worker_may_meet_it(void)
{
	uint32_t index;
	uint32_t other;

	rcu = aligned_alloc(RTE_CACHE_LINE_SIZE, rte_rcu_qsbr_get_memsize(1));
	rte_rcu_qsbr_init(rcu, 1);
	rte_rcu_qsbr_thread_register(rcu, 0);
	rte_rcu_qsbr_thread_online(rcu, 0);
	start();
	route("2001:db8:1::", 64, 0, NULL);
	index = towards("2001:db8:1::1");
	nexthop_refresh(monotonic_ms() + 60000);
	CU_ASSERT_EQUAL(on_link("2001:db8:1::1"), NEXTHOP_NONE);
	retire_poll(NULL);
	other = towards("2001:db8:1::2");
	CU_ASSERT_NOT_EQUAL(other, index);
	rte_rcu_qsbr_quiescent(rcu, 0);
	retire_poll(NULL);
	CU_ASSERT_EQUAL(towards("2001:db8:1::3"), index);
	rte_rcu_qsbr_thread_offline(rcu, 0);
	rte_rcu_qsbr_thread_unregister(rcu, 0);
	nexthop_stop();
	free(rcu);
	rcu = NULL;
}

static void full_table_refuses_and_recovers(void)
{
	struct ip_addr to = addr("2001:db8:1::");
	unsigned int given = 0;

	start();
	route("2001:db8:1::", 64, 0, NULL);
	for (unsigned int i = 0; i < NEXTHOPS_MAX + 10; i++) {
		to.bytes[14] = (uint8_t)(i >> 8);
		to.bytes[15] = (uint8_t)i;
		to.bytes[13] = (uint8_t)(i >> 16);
		given += nexthop_towards(&to) != NEXTHOP_NONE;
	}
	CU_ASSERT_EQUAL(given, NEXTHOPS_MAX - 2); /* none, and the link's own */
	CU_ASSERT_EQUAL(nexthop_count(), NEXTHOPS_MAX - 1);
	for (unsigned int i = 0; i < 20; i++)
		nexthop_refresh(monotonic_ms() + 60000);
	retire_poll(NULL);
	CU_ASSERT_EQUAL(nexthop_count(), 1);
	for (unsigned int i = 0; i < 100; i++)
		retire_poll(NULL);
	CU_ASSERT_NOT_EQUAL(nexthop_towards(&to), NEXTHOP_NONE);
	nexthop_stop();
}

/* rte_fib6 against a plain list. */
enum { MODEL_ROUTES = 200, MODEL_GATEWAYS = 5 };

static struct ip_prefix model[MODEL_ROUTES];
static int model_gateway[MODEL_ROUTES]; /* -1: not there; 0: unreachable */

static void random_prefix(struct ip_prefix *p)
{
	static const uint8_t lengths[] = {0,  3,  16, 20, 24, 25, 32,  33,  40, 47,
					  48, 56, 63, 64, 65, 96, 112, 127, 128};

	p->length = lengths[random() % (long)sizeof(lengths)];
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int bits = p->length > 8 * i ? p->length - 8 * i : 0;
		uint8_t octet = (uint8_t)(random() % 4 == 0 ? random() % 3 * 127 : 0x20);

		p->addr.bytes[i] = (uint8_t)(octet & (bits >= 8 ? 0xff : 0xff00 >> bits));
	}
}

static int model_towards(const struct ip_addr *to)
{
	int best = -1;

	for (int i = 0; i < MODEL_ROUTES; i++)
		if (model_gateway[i] >= 0 && ip_prefix_contains(&model[i], to) &&
		    (best < 0 || model[i].length > model[best].length))
			best = i;
	return best < 0 ? 0 : model_gateway[best];
}

static void model_change(int i)
{
	char gateway[32];

	for (int k = 0; k < MODEL_ROUTES; k++)
		if (k != i && model_gateway[k] >= 0 && ip_prefix_equal(&model[k], &model[i]))
			return;
	if (random() % 3 == 0) {
		model_gateway[i] = -1;
		nexthop_remove_route(&model[i]);
		random_prefix(&model[i]);
		return;
	}
	model_gateway[i] = (int)(random() % MODEL_GATEWAYS);
	if (model_gateway[i] == 0) {
		CU_ASSERT_EQUAL(nexthop_set_unreachable(&model[i]), 0);
	} else {
		struct ip_addr a;

		snprintf(gateway, sizeof(gateway), "fe80::%d", model_gateway[i]);
		a = addr(gateway);
		CU_ASSERT_EQUAL(nexthop_set_route(&model[i], 0, &a), 0);
	}
}

static void random_routes_lead_where_the_longest_prefix_says(void)
{
	unsigned int wrong = 0;
	uint32_t expected[MODEL_GATEWAYS] = {NEXTHOP_NONE};

	start();
	for (int i = 1; i < MODEL_GATEWAYS; i++) {
		char gateway[32];

		snprintf(gateway, sizeof(gateway), "fe80::%d", i);
		route("fd00::", 128, 0, gateway);
		expected[i] = towards("fd00::");
		nexthop_hold(expected[i]);
	}
	unroute("fd00::", 128);
	for (int i = 0; i < MODEL_ROUTES; i++) {
		random_prefix(&model[i]);
		model_gateway[i] = -1;
	}
	for (int round = 0; round < 3000; round++) {
		model_change((int)(random() % MODEL_ROUTES));
		for (int probe = 0; probe < 20; probe++) {
			struct ip_prefix to;

			random_prefix(&to);
			for (int i = 0; i < MODEL_ROUTES && probe < 10; i++)
				if (random() % 20 == 0)
					to.addr = model[i].addr;
			wrong += nexthop_towards(&to.addr) != expected[model_towards(&to.addr)];
		}
	}
	CU_ASSERT_EQUAL(wrong, 0);
	nexthop_stop();
}

static void route_that_comes_and_goes_does_not_use_the_table_up(void)
{
	unsigned int failed = 0;

	start();
	route("::", 0, 0, "fe80::1");
	route("2001:db8:9::", 48, 0, "fe80::3");
	for (unsigned int i = 0; i < 20000; i++) {
		failed += route("2001:db8:1:2::", 64, 0, "fe80::2") != 0;
		failed += towards("2001:db8:1:2::1") == towards("2001:dead::");
		unroute("2001:db8:1:2::", 64);
		retire_poll(NULL);
	}
	CU_ASSERT_EQUAL(failed, 0);
	CU_ASSERT_EQUAL(towards("2001:db8:1:2::1"), towards("2001:dead::"));
	CU_ASSERT_NOT_EQUAL(towards("2001:db8:9::1"), towards("2001:dead::"));
	nexthop_stop();
}

static void full_routing_table_refuses_and_what_is_in_it_stays_right(void)
{
	struct ip_prefix p = prefix("2001::", 48);
	unsigned int taken = 0;
	unsigned int wrong = 0;
	struct ip_addr gateway = addr("fe80::1");

	start();
	route("::", 0, 0, "fe80::1");
	for (unsigned int i = 0; i < 12000; i++) {
		p.addr.bytes[4] = (uint8_t)(i >> 8);
		p.addr.bytes[5] = (uint8_t)i;
		taken += nexthop_set_route(&p, 0, &gateway) == 0;
	}
	CU_ASSERT_EQUAL(taken, (32767 - 9) / 3); /* what leads to ::ffff:0:0/96 is there always */
	route("::", 0, 0, "fe80::2"); /* now each of them differs from what is around it */
	for (unsigned int i = 0; i < taken; i++) {
		p.addr.bytes[4] = (uint8_t)(i >> 8);
		p.addr.bytes[5] = (uint8_t)i;
		wrong += nexthop_towards(&p.addr) == NEXTHOP_NONE;
		wrong += nexthop_towards(&p.addr) == towards("3000::");
	}
	CU_ASSERT_EQUAL(wrong, 0);
	nexthop_stop();
}

static unsigned int ethertype(const char *text)
{
	const struct nexthop *entry = nexthop_find(nexthop_table(), towards(text));

	CU_ASSERT_PTR_NOT_NULL_FATAL(entry);
	return (unsigned int)entry->ether[12] << 8 | entry->ether[13];
}

static void next_hop_of_ipv4_has_its_ethertype_in_front(void)
{
	start();
	route("::", 0, 0, "fe80::1");
	neighbour(0, "fe80::1", MAC_A, false);
	route("::ffff:0:0", 96, 0, "::ffff:10.0.0.1");
	neighbour(0, "::ffff:10.0.0.1", MAC_A, false);
	route("::ffff:10.1.0.0", 112, 1, NULL);
	neighbour(1, "::ffff:10.1.0.9", MAC_B, false);
	CU_ASSERT_EQUAL(ethertype("2001:db8::1"), 0x86dd);
	CU_ASSERT_EQUAL(ethertype("::ffff:192.0.2.1"), 0x0800);
	CU_ASSERT_EQUAL(ethertype("::ffff:10.1.0.9"), 0x0800);
	CU_ASSERT_EQUAL(nexthop_find(nexthop_table(), towards("::ffff:10.1.0.9"))->port, 1);
	nexthop_stop();
}

static void static_routes_of_both_families_to_one_node_differ_in_ethertype(void)
{
	struct ip_prefix all6 = prefix("::", 0);
	struct ip_prefix all4 = prefix("::ffff:0:0", 96);

	start();
	CU_ASSERT_EQUAL(nexthop_set_static_route(&all6, 0, MAC_A), 0);
	CU_ASSERT_EQUAL(nexthop_set_static_route(&all4, 0, MAC_A), 0);
	CU_ASSERT_EQUAL(ethertype("2001:db8::1"), 0x86dd);
	CU_ASSERT_EQUAL(ethertype("::ffff:192.0.2.1"), 0x0800);
	nexthop_stop();
}

static void ipv4_never_takes_the_default_route_of_ipv6(void)
{
	start();
	route("::", 0, 0, "fe80::1");
	CU_ASSERT_NOT_EQUAL(towards("2001:db8::1"), NEXTHOP_NONE);
	CU_ASSERT_EQUAL(towards("::ffff:192.0.2.1"), NEXTHOP_NONE);
	route("::ffff:0:0", 96, 0, "::ffff:10.0.0.1");
	CU_ASSERT_NOT_EQUAL(towards("::ffff:192.0.2.1"), NEXTHOP_NONE);
	CU_ASSERT_NOT_EQUAL(towards("::ffff:192.0.2.1"), towards("2001:db8::1"));
	unroute("::ffff:0:0", 96);
	CU_ASSERT_EQUAL(towards("::ffff:192.0.2.1"), NEXTHOP_NONE);
	CU_ASSERT_NOT_EQUAL(towards("2001:db8::1"), NEXTHOP_NONE);
	nexthop_stop();
}

/* Each of them is set aside for four more groups of the table, so that it is built anew in between. */
static void ipv4_routes_that_come_and_go_leave_no_way_to_the_default_of_ipv6(void)
{
	const struct rte_fib6 *first;
	unsigned int failed = 0;

	start();
	first = nexthop_table()->routes;
	route("::", 0, 0, "fe80::1");
	for (unsigned int i = 0; i < 10000; i++) {
		char text[32];

		snprintf(text, sizeof(text), "::ffff:10.0.%u.%u", i / 256, i % 256);
		failed += route(text, 128, 0, "::ffff:192.0.2.1") != 0;
		unroute(text, 128);
		failed += towards(text) != NEXTHOP_NONE;
	}
	CU_ASSERT_EQUAL(failed, 0);
	CU_ASSERT_PTR_NOT_EQUAL(nexthop_table()->routes, first);
	nexthop_stop();
}

/* Three groups of the table for each: those that all of them share are there beforehand. */
static void as_many_routes_of_ipv4_fit_as_of_ipv6(void)
{
	struct ip_prefix p = prefix("::ffff:0:0", 120);
	const struct ip_addr gateway = addr("::ffff:192.0.2.1");
	unsigned int taken = 0;
	unsigned int wrong = 0;

	start();
	route("::ffff:0:0", 96, 0, "::ffff:192.0.2.2");
	for (unsigned int i = 0; i < 12000; i++) {
		p.addr.bytes[12] = (uint8_t)(10 + (i >> 16));
		p.addr.bytes[13] = (uint8_t)(i >> 8);
		p.addr.bytes[14] = (uint8_t)i;
		taken += nexthop_set_route(&p, 0, &gateway) == 0;
	}
	CU_ASSERT_EQUAL(taken, (32767 - 9) / 3);
	for (unsigned int i = 0; i < 12000; i++) {
		p.addr.bytes[13] = (uint8_t)(i >> 8);
		p.addr.bytes[14] = (uint8_t)i;
		p.addr.bytes[15] = 7;
		wrong += (nexthop_towards(&p.addr) == towards("::ffff:1.1.1.1")) != (i >= taken);
	}
	CU_ASSERT_EQUAL(wrong, 0);
	nexthop_stop();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(without_routes_there_is_no_next_hop),
		UNIT(default_route_leads_to_its_gateway_and_asks_for_it),
		UNIT(resolved_gateway_is_published_with_its_ethernet_header),
		UNIT(changed_link_layer_address_is_published_silently_and_the_same_one_not),
		UNIT(failed_neighbour_is_withdrawn_and_told),
		UNIT(directly_connected_destination_is_its_own_neighbour),
		UNIT(neighbour_the_kernel_knows_is_resolved_at_once),
		UNIT(changed_port_is_seen_in_every_entry_and_its_mtu_told),
		UNIT(static_route_is_resolved_as_soon_as_its_port_is_known),
		UNIT(routes_with_one_gateway_share_a_next_hop),
		UNIT(setting_the_same_route_again_changes_nothing),
		UNIT(unreachable_prefix_does_not_fall_back_to_the_default),
		UNIT(every_change_that_workers_may_have_remembered_is_a_new_generation),
		UNIT(connected_prefix_that_moves_takes_its_neighbours_along),
		UNIT(sweep_fails_what_was_not_told_again),
		UNIT(unused_and_unanswering_is_forgotten_after_a_while_only),
		UNIT(stale_neighbour_is_asked_for_again_now_and_then),
		UNIT(index_is_not_given_again_while_a_worker_may_meet_it),
		UNIT(full_table_refuses_and_recovers),
		UNIT(random_routes_lead_where_the_longest_prefix_says),
		UNIT(route_that_comes_and_goes_does_not_use_the_table_up),
		UNIT(full_routing_table_refuses_and_what_is_in_it_stays_right),
		UNIT(next_hop_of_ipv4_has_its_ethertype_in_front),
		UNIT(static_routes_of_both_families_to_one_node_differ_in_ethertype),
		UNIT(ipv4_never_takes_the_default_route_of_ipv6),
		UNIT(as_many_routes_of_ipv4_fit_as_of_ipv6),
		UNIT(ipv4_routes_that_come_and_go_leave_no_way_to_the_default_of_ipv6),
	};

	test_eal_start(256);
	return unit_run("nexthop", cases, UNIT_COUNT(cases));
}
