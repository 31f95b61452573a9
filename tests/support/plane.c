/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/plane.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include "ha/ip_hash.h"
#include <rte_malloc.h>
#include <rte_ring_elem.h>

#include "dataplane/stage/stages.h"

static struct ip_addr numbered(const char *text, uint32_t node)
{
	struct ip_addr a;

	ip_addr_parse(text, &a);
	node++;
	for (int i = 0; i < 4; i++)
		a.bytes[15 - i] = (uint8_t)(node >> 8 * i);
	return a;
}

struct ip_addr plane_home(uint32_t node)
{
	return numbered("2001:db8:1::", node);
}

struct ip_addr plane_care_of(uint32_t node)
{
	return numbered("2001:db8:c::", node);
}

struct ip_addr plane_home_agent(void)
{
	return numbered("2001:db8:ff::", 0);
}

struct ip_addr plane_correspondent(void)
{
	return numbered("2001:db8:cc::", 0);
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
	struct rte_hash_parameters parameters = {
		.name = "bcache",
		.entries = count + count / 4 + 64,
		.key_len = sizeof(struct ip_addr),
		.hash_func = ip_addr_hash,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag =
			RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};

	plane->bcache.by_home = rte_hash_create(&parameters);
	must(plane->bcache.by_home, "the binding cache");
	plane->bindings = rte_zmalloc("bindings", count * sizeof(struct binding), 64);
	must(plane->bindings, "bindings");
	plane->binding_count = count;
	for (uint32_t i = 0; i < count; i++) {
		plane->bindings[i] = (struct binding){
			.home = plane_home(i),
			.care_of = plane_care_of(i),
			.expiry_tsc = UINT64_MAX,
			.slot = i,
			.next_hop = PLANE_NEXT_HOP,
			.inner_mtu = 1460,
		};
		rte_hash_add_key_data(plane->bcache.by_home, &plane->bindings[i].home,
				      &plane->bindings[i]);
	}
}

static void make_nexthops(struct plane *plane)
{
	static const struct nexthop hop = {
		.ether = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x86, 0xdd},
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

	plane->nexthops = calloc(1, sizeof(*plane->nexthops));
	must(plane->nexthops, "next hops");
	plane->nexthops->routes = rte_fib6_create("routes", SOCKET_ID_ANY, &conf);
	must(plane->nexthops->routes, "routes");
	plane->nexthops->on_link = rte_hash_create(&on_link);
	plane->nexthops->entries[PLANE_NEXT_HOP] = &hop;
	rte_fib6_add(plane->nexthops->routes, any, 0, PLANE_NEXT_HOP);
}

static void make_worker(struct plane *plane, uint16_t ethdev)
{
	static const struct config limits = {
		.punt_signalling_known = {1000000, 4096},
		.punt_signalling_new = {1000000, 4096},
		.punt_local = {1000000, 4096},
		.punt_error = {1000000, 4096},
		.punt_resolve = {1000000, 4096},
	};
	static const struct rte_ether_addr mac = {{0x02, 0, 0, 0, 0, 1}};
	struct worker *w = rte_zmalloc("worker", sizeof(*w), RTE_CACHE_LINE_SIZE);

	must(w, "a worker");
	w->tables = &plane->tables;
	w->macs[0] = mac;
	w->tx[0].ethdev = ethdev;
	w->binding_stats =
		rte_zmalloc("stats", (plane->binding_count + 1) * sizeof(struct binding_stats), 64);
	w->punt_ring = rte_ring_create_elem("punt", sizeof(struct punt), 1024, SOCKET_ID_ANY,
					    RING_F_SP_ENQ | RING_F_SC_DEQ);
	w->inject_ring = rte_ring_create_elem("inject", sizeof(struct inject), 1024, SOCKET_ID_ANY,
					      RING_F_SP_ENQ | RING_F_SC_DEQ);
	must(w->binding_stats, "counters");
	must(w->punt_ring, "rings");
	punt_buckets_init(w, &limits);
	w->now_tsc = rte_rdtsc();
	plane->worker = w;
}

void plane_make(struct plane *plane, uint32_t bindings, uint16_t ethdev)
{
	struct ip_addr home_agent = plane_home_agent();

	*plane = (struct plane){0};
	plane->pool = rte_pktmbuf_pool_create("packets", 8191, 256, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
					      SOCKET_ID_ANY);
	must(plane->pool, "packets");
	make_bindings(plane, bindings);
	make_nexthops(plane);
	ip_addr_parse("2001:db8:1::", &plane->home_prefix.addr);
	plane->home_prefix.length = 64;
	plane->tunnel = (struct tunnel_class){
		.header =
			{
				.version_class_flow_be = rte_cpu_to_be_32(UINT32_C(6) << 28),
				.next_header = PROTO_IPV6,
				.hop_limit = 64,
			},
		.home_agent = home_agent,
	};
	memcpy(plane->tunnel.header.source, home_agent.bytes, 16);
	plane->tables = (struct dataplane_tables){
		.bcache = &plane->bcache,
		.nexthops = plane->nexthops,
		.tunnels = &plane->tunnel,
		.tunnel_count = 1,
		.home_prefixes = &plane->home_prefix,
		.home_prefix_count = 1,
		.binding_slots = bindings,
	};
	make_worker(plane, ethdev);
}
