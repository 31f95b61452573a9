/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/plane.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#include "bcache.h"
#include "dataplane/fragment_ids.h"
#include "dataplane/reassembly.h"
#include "dataplane/stage/stages.h"
#include "ha/tunnel4.h"

static bool has_random_homes;
static uint32_t first_ip4 = UINT32_MAX;

static struct ip_addr numbered(const char *text, uint64_t number)
{
	struct ip_addr a;

	ip_addr_parse(text, &a);
	for (int i = 0; i < 8; i++)
		a.bytes[15 - i] = (uint8_t)(number >> 8 * i);
	return a;
}

/* One to one, and without order (the finalizer of splitmix64). */
static uint64_t scatter(uint64_t number)
{
	number = (number ^ number >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	number = (number ^ number >> 27) * UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

void plane_scatter_homes(void)
{
	has_random_homes = true;
}

void plane_use_ip4(uint32_t first)
{
	first_ip4 = first;
}

static struct ip_addr numbered4(const char *text, uint32_t number)
{
	struct ip_addr a;

	ip4_addr_parse(text, &a);
	number += ip4_number(&a);
	for (int i = 0; i < 4; i++)
		a.bytes[15 - i] = (uint8_t)(number >> 8 * i);
	return a;
}

/* One to one on 24 bits. */
static uint32_t scatter4(uint32_t number)
{
	return number * UINT32_C(0x9e3779b1) & 0xffffff;
}

struct ip_addr plane_agent4(void)
{
	return numbered4("192.0.2.1", 0);
}

struct ip_addr plane_foreign_agent4(void)
{
	return numbered4("198.51.100.1", 0);
}

struct ip_addr plane_correspondent4(void)
{
	return numbered4("203.0.113.0", 1);
}

struct ip_addr plane_home(uint32_t node)
{
	uint64_t number = node + UINT64_C(1);

	if (node >= first_ip4)
		return numbered4("10.0.0.0", has_random_homes ? scatter4(node + 1) : node + 1);
	return numbered("2001:db8:1::", has_random_homes ? scatter(number) : number);
}

struct ip_addr plane_care_of(uint32_t node)
{
	if (node >= first_ip4)
		return numbered4("172.16.0.0", node + 1);
	return numbered("2001:db8:c::", node + UINT64_C(1));
}

struct ip_addr plane_home_agent(void)
{
	return numbered("2001:db8:ff::", 1);
}

struct ip_addr plane_correspondent(void)
{
	return numbered("2001:db8:cc::", 1);
}

static void must(const void *made, const char *what)
{
	if (made != NULL)
		return;
	fprintf(stderr, "no memory for %s\n", what);
	exit(2);
}

static void make_bindings(struct plane *plane, uint32_t count)
{
	struct fault fault;

	if (bcache_start(count + PLANE_SPARE_BINDINGS, &fault) != 0) {
		fprintf(stderr, "%s\n", fault.text);
		exit(2);
	}
	plane->bindings = calloc(count, sizeof(struct binding *));
	must(plane->bindings, "bindings");
	plane->binding_count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct binding *binding = bcache_make();

		must(binding, "a binding");
		*binding = (struct binding){
			.home = plane_home(i),
			.care_of = plane_care_of(i),
			.expiry_tsc = UINT64_MAX,
			.slot = i,
			.next_hop = PLANE_NEXT_HOP,
			.inner_mtu = 1460,
		};
		if (i >= first_ip4) {
			binding->next_hop = PLANE_NEXT_HOP4;
			binding->flags = BINDING_REVERSE;
			binding->tunnel = tunnel4_number(0, ENCAP_IP4_IN_IP4);
		}
		if (bcache_publish(NULL, binding) != 0)
			must(NULL, "one more binding");
		plane->bindings[i] = binding;
	}
}

static void make_nexthops(struct plane *plane)
{
	static const struct nexthop hop = {
		.ether = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x86, 0xdd},
		.mtu = 1500,
	};
	static const struct nexthop hop4 = {
		.ether = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00},
		.mtu = 1500,
	};
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_TRIE,
		.max_routes = 1024,
		.trie = {.nh_sz = RTE_FIB6_TRIE_2B, .num_tbl8 = 256},
	};
	struct rte_hash_parameters on_link = {
		.name = "on_link",
		.entries = 1024,
		.key_len = sizeof(struct ip_addr),
		.socket_id = SOCKET_ID_ANY,
	};
	uint8_t any[16] = {0};
	uint8_t any4[16] = {[10] = 0xff, [11] = 0xff};

	plane->nexthops = calloc(1, sizeof(*plane->nexthops));
	must(plane->nexthops, "next hops");
	plane->nexthops->routes = rte_fib6_create("routes", SOCKET_ID_ANY, &conf);
	must(plane->nexthops->routes, "routes");
	plane->nexthops->on_link = rte_hash_create(&on_link);
	plane->nexthops->entries[PLANE_NEXT_HOP] = &hop;
	plane->nexthops->generation = 1;
	rte_fib6_add(plane->nexthops->routes, any, 0, PLANE_NEXT_HOP);
	plane->nexthops->entries[PLANE_NEXT_HOP4] = &hop4;
	rte_fib6_add(plane->nexthops->routes, any4, IP4_PREFIX_BITS, PLANE_NEXT_HOP4);
}

static struct rte_rcu_qsbr *make_rcu(void)
{
	struct rte_rcu_qsbr *rcu = rte_zmalloc("rcu", rte_rcu_qsbr_get_memsize(PLANE_WORKERS_MAX),
					       RTE_CACHE_LINE_SIZE);

	must(rcu, "RCU");
	rte_rcu_qsbr_init(rcu, PLANE_WORKERS_MAX);
	for (unsigned int i = 0; i < PLANE_WORKERS_MAX; i++)
		rte_rcu_qsbr_thread_register(rcu, i);
	return rcu;
}

static void make_counters(struct node_counters *nodes, uint32_t slots)
{
	if (node_counters_make(nodes, slots, SOCKET_ID_ANY) != 0)
		must(NULL, "counters");
}

struct worker *plane_make_worker(struct plane *plane, uint16_t index, uint16_t ethdev)
{
	static const struct config limits = {
		.punt_signalling_known = {1000000, 4096},
		.punt_signalling_new = {1000000, 4096},
		.punt_local = {1000000, 4096},
		.punt_error = {1000000, 4096},
		.punt_tunnel_error = {1000000, 4096},
		.punt_listener = {1000000, 4096},
		.punt_resolve = {1000000, 4096},
	};
	static const struct rte_ether_addr mac = {{0x02, 0, 0, 0, 0, 1}};
	struct worker *w = rte_zmalloc("worker", sizeof(*w), RTE_CACHE_LINE_SIZE);

	must(w, "a worker");
	w->index = index;
	w->rcu = plane->rcu;
	w->tables = &plane->tables;
	worker_init_buffers(w);
	w->macs[0] = mac;
	w->port_count = 1;
	w->tx[0].ethdev = ethdev;
	make_counters(&w->to_nodes, plane->binding_count);
	make_counters(&w->from_nodes, plane->binding_count);
	w->punt_ring = ring_make(PLANE_RING_SLOTS, SOCKET_ID_ANY);
	w->inject_ring = ring_make(PLANE_RING_SLOTS, SOCKET_ID_ANY);
	w->destinations = rte_zmalloc("destinations", DESTINATIONS * sizeof(*w->destinations), 64);
	w->reassembly = reassembly_make(PLANE_REASSEMBLY_PACKETS, SOCKET_ID_ANY);
	w->fragment_ids = fragment_ids_make(SOCKET_ID_ANY);
	must(w->destinations, "destinations");
	must(w->reassembly, "reassembly");
	must(w->fragment_ids, "identifications");
	must(w->punt_ring, "a ring");
	must(w->inject_ring, "a ring");
	punt_buckets_init(w, &limits);
	w->now_tsc = rte_rdtsc();
	plane->workers[plane->worker_count++] = w;
	return w;
}

static void make_ip4(struct plane *plane)
{
	plane->agents4[0] = (struct agent4){.address = plane_agent4()};
	plane->agents4[1] = (struct agent4){.address = plane_foreign_agent4(), .is_care_of = true};
	for (uint16_t i = 0; i < PLANE_AGENTS4; i++)
		for (int kind = ENCAP_IP4_IN_IP4; kind < ENCAP_KIND_COUNT; kind++)
			plane->tunnels4[tunnel4_index(tunnel4_number(i, (enum encap_kind)kind))] =
				tunnel4_class_make(&plane->agents4[i].address,
						   (enum encap_kind)kind, 64);
	ip4_addr_parse("10.0.0.0", &plane->home_network.prefix.addr);
	plane->home_network.prefix.length = IP4_PREFIX_BITS + 8;
	plane->home_network.port = HOME_PORT_NONE;
	plane->tables.agents4 = plane->agents4;
	plane->tables.agent4_count = PLANE_AGENTS4;
	plane->tables.tunnels4 = plane->tunnels4;
	plane->tables.home_networks = &plane->home_network;
	plane->tables.home_network_count = 1;
}

void plane_make(struct plane *plane, uint32_t bindings, uint16_t ethdev)
{
	struct ip_addr home_agent = plane_home_agent();

	*plane = (struct plane){0};
	plane->pool = rte_pktmbuf_pool_create("packets", 8191, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					      SOCKET_ID_ANY);
	must(plane->pool, "packets");
	plane->rcu = make_rcu();
	make_bindings(plane, bindings);
	make_nexthops(plane);
	ip_addr_parse("2001:db8:1::", &plane->home_prefix.addr);
	plane->home_prefix.length = 64;
	plane->tunnel = (struct tunnel_class){
		.first_word_be = tunnel_first_word(PROTO_IPV6, 64),
		.home_agent = home_agent,
	};
	plane->tables = (struct dataplane_tables){
		.bcache = bcache_table(),
		.nexthops = plane->nexthops,
		.tunnels = &plane->tunnel,
		.tunnel_count = 1,
		.home_prefixes = &plane->home_prefix,
		.home_prefix_count = 1,
		.binding_slots = bindings,
	};
	if (first_ip4 != UINT32_MAX)
		make_ip4(plane);
	plane->worker = plane_make_worker(plane, 0, ethdev);
}
