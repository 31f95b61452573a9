/* SPDX-License-Identifier: BSD-3-Clause */
#include "hold.h"

#include <rte_mbuf.h>

#include "counters.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "ha/wire/ip4.h"
#include "nexthop.h"
#include "retire.h"
#include "support/eal.h"
#include "support/unit.h"

enum { FAR_LATER_MS = 60000 };

static const uint8_t MAC[6] = {2, 0, 0, 0, 0, 0xa};
static const uint8_t PORT_MAC[6] = {2, 0, 0, 0, 1, 0};

static struct rte_mempool *pool;
static unsigned int injected;
static uint32_t last_next_hop;

/* No worker runs. */
struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return NULL;
}

int dataplane_inject(uint16_t worker, struct rte_mbuf *packet, uint32_t next_hop)
{
	(void)worker;
	injected++;
	last_next_hop = next_hop;
	rte_pktmbuf_free(packet);
	return 0;
}

static void asked(uint16_t port, const struct ip_addr *neighbour)
{
	(void)port;
	(void)neighbour;
}

static void changed(void)
{
}

static struct ip_addr addr(const char *text)
{
	struct ip_addr a;

	CU_ASSERT_TRUE_FATAL(ip_addr_parse(text, &a));
	return a;
}

/* Everything goes to that gateway. Its index. */
static uint32_t gateway(const char *text)
{
	struct ip_prefix all = {.length = 0};
	struct ip_addr a = addr(text);

	CU_ASSERT_EQUAL_FATAL(nexthop_set_route(&all, 0, &a), 0);
	return nexthop_towards(&a);
}

static void resolved(const char *text)
{
	struct ip_addr a = addr(text);

	nexthop_set_neighbour(0, &a, MAC, false);
}

/* Nobody needs what no route leads to any more, and workers let go of it. */
static void forget(void)
{
	struct ip_prefix all = {.length = 0};

	nexthop_remove_route(&all);
	nexthop_refresh(monotonic_ms() + FAR_LATER_MS);
	retire_drain();
}

static void start(void)
{
	static const struct nexthop_callbacks callbacks = {asked, changed, hold_resolved};
	struct fault fault;

	CU_ASSERT_EQUAL_FATAL(nexthop_start(&callbacks, &fault), 0);
	nexthop_set_port(0, PORT_MAC, 1500);
	injected = 0;
	for (int i = 0; i < CONTROL_COUNTER_COUNT; i++)
		counters[i] = 0;
}

static void stop(void)
{
	hold_stop();
	nexthop_stop();
	CU_ASSERT_EQUAL(rte_mempool_in_use_count(pool), 0);
}

static void hold(uint32_t next_hop)
{
	struct punt p = {.packet = rte_pktmbuf_alloc(pool), .next_hop = next_hop};

	CU_ASSERT_PTR_NOT_NULL_FATAL(p.packet);
	rte_pktmbuf_append(p.packet, 40);
	hold_packet(&p);
}

static void three_packets_wait_until_the_next_hop_is_resolved(void)
{
	uint32_t hop;

	start();
	hop = gateway("fe80::1");
	for (int i = 0; i < 4; i++)
		hold(hop);
	CU_ASSERT_EQUAL(injected, 0);
	CU_ASSERT_EQUAL(counters[COUNT_HELD], 3);
	CU_ASSERT_EQUAL(counters[COUNT_HELD_OVERFLOW], 1);
	resolved("fe80::1");
	CU_ASSERT_EQUAL(injected, 3);
	CU_ASSERT_EQUAL(last_next_hop, hop);
	CU_ASSERT_EQUAL(counters[COUNT_HELD_SENT], 3);
	stop();
}

static void a_packet_never_goes_to_the_next_owner_of_the_index(void)
{
	uint32_t hop;

	start();
	hop = gateway("fe80::1");
	hold(hop);
	forget();
	CU_ASSERT_NOT_EQUAL(gateway("fe80::2"), hop);
	resolved("fe80::2");
	CU_ASSERT_EQUAL(injected, 0);
	stop();
}

static void an_index_nobody_waits_for_is_given_again(void)
{
	uint32_t hop;

	start();
	hop = gateway("fe80::1");
	hold(hop);
	hold(hop);
	hold_stop();
	CU_ASSERT_EQUAL(counters[COUNT_HELD_DROPPED], 2);
	forget();
	CU_ASSERT_EQUAL(gateway("fe80::2"), hop);
	stop();
}

static void packet_to(const struct ip_addr *to, uint32_t next_hop)
{
	struct punt p = {.packet = rte_pktmbuf_alloc(pool), .next_hop = next_hop};
	struct ip4_hdr_wire ip = {.version_ihl = IP4_VERSION_IHL};
	void *at;

	CU_ASSERT_PTR_NOT_NULL_FATAL(p.packet);
	at = rte_pktmbuf_append(p.packet, sizeof(ip));
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	memcpy(ip.destination, ip4_octets(to), sizeof(ip.destination));
	memcpy(at, &ip, sizeof(ip));
	hold_packet(&p);
}

/* The worker named the link; its own neighbours are told apart by the destination of an IPv4 packet. */
static void ipv4_packets_wait_for_their_destination_on_the_link(void)
{
	const struct ip_addr to = addr("::ffff:10.0.0.9");
	const struct ip_addr other = addr("::ffff:10.0.0.8");
	struct ip_prefix link = {.addr = addr("::ffff:10.0.0.0"), .length = 120};
	uint64_t index;

	start();
	CU_ASSERT_EQUAL_FATAL(nexthop_set_route(&link, 0, NULL), 0);
	rte_fib6_lookup_bulk(nexthop_table()->routes, (uint8_t(*)[16])to.bytes, &index, 1);
	for (int i = 0; i < 4; i++)
		packet_to(&to, (uint32_t)index);
	packet_to(&other, (uint32_t)index);
	CU_ASSERT_EQUAL(counters[COUNT_HELD], 4);
	CU_ASSERT_EQUAL(counters[COUNT_HELD_OVERFLOW], 1);
	resolved("::ffff:10.0.0.9");
	CU_ASSERT_EQUAL(injected, 3);
	CU_ASSERT_EQUAL(last_next_hop, nexthop_towards(&to));
	stop();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(three_packets_wait_until_the_next_hop_is_resolved),
		UNIT(a_packet_never_goes_to_the_next_owner_of_the_index),
		UNIT(an_index_nobody_waits_for_is_given_again),
		UNIT(ipv4_packets_wait_for_their_destination_on_the_link),
	};

	test_eal_start(256);
	pool = rte_pktmbuf_pool_create("packets", 63, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
				       SOCKET_ID_ANY);
	return unit_run("hold", cases, UNIT_COUNT(cases));
}
