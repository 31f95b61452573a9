/* SPDX-License-Identifier: BSD-3-Clause */
#include "nexthop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_random.h>

#include "ha/ip_hash.h"
#include "ha/memory.h"
#include "ha/time.h"
#include "log.h"
#include "retire.h"

enum {
	BUCKETS = 65536,
	ROUTES_MAX = 65536,
	TBL8_GROUPS = 32767,  /* the most that rte_fib6 takes with two-octet entries */
	FLOOR_GROUPS = 9,     /* of ::ffff:0:0/96 */
	RIB_NODE_OCTETS = 64, /* DPDK 22.11's own struct for a route takes no more */
	ON_LINK_OCTETS = 80,  /* an rte_hash entry: key, share of two buckets, free list */
	REFRESH_SLICE = 2048, /* next hops looked at in one nexthop_refresh */
	RESOLVE_INTERVAL_MS = 1000,
	REFRESH_INTERVAL_MS = 30000, /* reachable time of the kernel, RFC 4861 §10 */
	FORGET_MS = 30000,	     /* far longer than a packet waits for its next hop */
	RENEW_INTERVAL_MS = 10000,
	LOG_INTERVAL_MS = 10000,
};

enum hop_kind {
	HOP_NEIGHBOUR, /* by port and address; its link-layer address comes from the kernel */
	HOP_STATIC,    /* by port and link-layer address, which lies in the first octets of addr */
	HOP_STATIC4,   /* the same for IPv4 */
	HOP_LINK,      /* by port: what is directly connected to it */
};

struct hop_key {
	struct ip_addr addr;
	uint16_t port;
	uint16_t kind; /* enum hop_kind */
};

/* Exists once somebody asked for it, or the kernel told of it; has an index once somebody asked. */
struct hop {
	struct hop *next; /* in its bucket */
	struct hop_key key;
	uint32_t index;
	uint32_t routes; /* that lead to it */
	uint32_t holds;
	uint8_t mac[6];
	bool known;   /* mac is valid */
	bool stale;   /* the kernel has not heard of it for a while */
	bool seen;    /* told since the last mark */
	bool on_link; /* in table->on_link with this index */
	uint64_t asked_ms;
	uint64_t resolve_ms;
};

struct route {
	struct route *next; /* in its bucket */
	struct ip_prefix prefix;
	struct hop *hop; /* NULL: unreachable */
};

struct port {
	uint8_t mac[6];
	uint16_t mtu; /* 0: not told yet */
};

static const struct nexthop_callbacks *tell;
static struct nexthop_table *table;
static struct port ports[PORTS_MAX];
static uint64_t secrets[2];

static struct hop *hop_buckets[BUCKETS];
static struct hop *hops[NEXTHOPS_MAX]; /* by index */
static uint16_t free_indexes[NEXTHOPS_MAX];
static uint32_t free_count;
static uint32_t index_end; /* above every index ever given */
static uint32_t hop_count;
static uint32_t refresh_at;

static struct route *route_buckets[BUCKETS];
static uint32_t route_count;
static const struct ip_prefix floor4 = {{{[10] = 0xff, [11] = 0xff}}, IP4_PREFIX_BITS};
static uint32_t groups_used; /* not those of the floor */
static uint32_t groups_leaked;

/* Keyed: who chooses addresses must not choose the bucket. */
static uint32_t bucket_of(const struct ip_addr *addr, uint32_t more)
{
	uint64_t h = (ip_addr_word(addr, 0) ^ secrets[0]) * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ h >> 32 ^ ip_addr_word(addr, 1) ^ secrets[1]) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ h >> 29 ^ more) * UINT64_C(0x94d049bb133111eb);
	return (uint32_t)(h >> 48) % BUCKETS;
}

/* A message that could come for every packet comes now and then. */
static bool may_log(uint64_t *next_ms)
{
	uint64_t now_ms = monotonic_ms();

	if (now_ms < *next_ms)
		return false;
	*next_ms = now_ms + LOG_INTERVAL_MS;
	return true;
}

/* --- Next hops --- */

static void free_entry(void *unused, uintptr_t entry)
{
	(void)unused;
	rte_free((void *)entry);
}

static void free_index(void *unused, uintptr_t index)
{
	(void)unused;
	free_indexes[free_count++] = (uint16_t)index;
}

static void free_position(void *on_link, uintptr_t position)
{
	rte_hash_free_key_with_position(on_link, (int32_t)position);
}

static struct hop **hop_place(const struct hop_key *key)
{
	uint32_t more = (uint32_t)key->port << 16 | key->kind;
	struct hop **at = &hop_buckets[bucket_of(&key->addr, more)];

	while (*at != NULL && ((*at)->key.port != key->port || (*at)->key.kind != key->kind ||
			       !ip_addr_equal(&(*at)->key.addr, &key->addr)))
		at = &(*at)->next;
	return at;
}

static struct hop *hop_find(const struct hop_key *key)
{
	return *hop_place(key);
}

static struct hop *hop_get(const struct hop_key *key)
{
	struct hop **at = hop_place(key);
	struct hop *hop = *at;

	if (hop != NULL)
		return hop;
	hop = calloc(1, sizeof(*hop));
	if (hop == NULL)
		return NULL;
	hop->key = *key;
	*at = hop;
	return hop;
}

static void hop_forget(struct hop *hop)
{
	*hop_place(&hop->key) = hop->next;
	free(hop);
}

/* Everything a worker needs to send to it is known. */
static bool is_usable(const struct hop *hop)
{
	return ports[hop->key.port].mtu != 0 && (hop->known || hop->key.kind == HOP_LINK);
}

static bool is_ip4(const struct hop *hop)
{
	return hop->key.kind == HOP_STATIC4 ||
	       (hop->key.kind == HOP_NEIGHBOUR && ip_addr_is_v4_mapped(&hop->key.addr));
}

static struct nexthop *make_entry(const struct hop *hop)
{
	static uint64_t next_log_ms;
	const struct port *port = &ports[hop->key.port];
	struct nexthop *entry = rte_zmalloc("nexthop", sizeof(*entry), 0);

	if (entry == NULL) {
		if (may_log(&next_log_ms))
			log_error("no memory for a next hop; make /memory/megabytes larger");
		return NULL;
	}
	memcpy(&entry->ether[0], hop->mac, 6);
	memcpy(&entry->ether[6], port->mac, 6);
	entry->ether[12] = is_ip4(hop) ? 0x08 : 0x86;
	entry->ether[13] = is_ip4(hop) ? 0x00 : 0xdd;
	entry->port = hop->key.port;
	entry->mtu = port->mtu;
	entry->on_link = hop->key.kind == HOP_LINK;
	return entry;
}

/* Shows workers what is known now, and tells who waits for it when that is an address at last. */
static void publish(struct hop *hop)
{
	const struct nexthop *old = table->entries[hop->index];
	const struct nexthop *next = is_usable(hop) ? make_entry(hop) : NULL;

	__atomic_store_n(&table->entries[hop->index], next, __ATOMIC_RELEASE);
	if (old != NULL)
		retire(free_entry, NULL, (uintptr_t)old);
	if (old == NULL && next != NULL)
		tell->resolved(hop->index, true);
}

static bool give_index(struct hop *hop)
{
	static uint64_t next_log_ms;

	if (hop->index != NEXTHOP_NONE)
		return true;
	if (free_count == 0) {
		if (may_log(&next_log_ms))
			log_warning("all %d next hops are in use", NEXTHOPS_MAX - 1);
		return false;
	}
	hop->index = free_indexes[--free_count];
	hop->asked_ms = monotonic_ms();
	hops[hop->index] = hop;
	hop_count++;
	if (hop->index >= index_end)
		index_end = hop->index + 1;
	publish(hop);
	return true;
}

static struct hop *hop_with_index(const struct hop_key *key)
{
	struct hop *hop = hop_get(key);

	if (hop == NULL || give_index(hop))
		return hop;
	if (!hop->known)
		hop_forget(hop);
	return NULL;
}

/* Workers forget what they remember of routes; after the change that makes them. */
static void new_generation(void)
{
	uint32_t next = table->generation + 1;

	__atomic_store_n(&table->generation, next != 0 ? next : 1, __ATOMIC_RELEASE);
}

/* Workers find it by its address from now on, even before it is resolved. */
static void link_neighbour(struct hop *hop)
{
	uint32_t other = nexthop_find_on_link(table, &hop->key.addr);

	if (hop->on_link)
		return;
	if (other != NEXTHOP_NONE)
		hops[other]->on_link = false;
	hop->on_link = rte_hash_add_key_data(table->on_link, &hop->key.addr,
					     (void *)(uintptr_t)hop->index) == 0;
	new_generation();
}

static void unlink_neighbour(struct hop *hop)
{
	int32_t position;

	if (!hop->on_link)
		return;
	hop->on_link = false;
	position = rte_hash_del_key(table->on_link, &hop->key.addr);
	new_generation();
	if (position >= 0)
		retire(free_position, table->on_link, (uintptr_t)position);
}

/* Workers may meet the index a little longer: it is free only after them. */
static void take_index(struct hop *hop)
{
	const struct nexthop *old = table->entries[hop->index];

	unlink_neighbour(hop);
	__atomic_store_n(&table->entries[hop->index], NULL, __ATOMIC_RELEASE);
	if (old != NULL)
		retire(free_entry, NULL, (uintptr_t)old);
	hops[hop->index] = NULL;
	retire(free_index, NULL, hop->index);
	hop->index = NEXTHOP_NONE;
	hop_count--;
}

static void resolve(struct hop *hop, uint64_t now_ms, uint64_t interval_ms)
{
	if (hop->key.kind != HOP_NEIGHBOUR || hop->resolve_ms + interval_ms > now_ms)
		return;
	hop->resolve_ms = now_ms;
	tell->resolve(hop->key.port, &hop->key.addr);
}

static void ask(struct hop *hop)
{
	hop->asked_ms = monotonic_ms();
	if (!hop->known)
		resolve(hop, hop->asked_ms, RESOLVE_INTERVAL_MS);
	else if (table->entries[hop->index] == NULL)
		publish(hop);
}

static struct hop *hop_at(uint32_t index)
{
	return index < NEXTHOPS_MAX ? hops[index] : NULL;
}

void nexthop_resolve(uint32_t index)
{
	struct hop *hop = hop_at(index);

	if (hop != NULL)
		ask(hop);
}

void nexthop_hold(uint32_t index)
{
	struct hop *hop = hop_at(index);

	if (hop != NULL)
		hop->holds++;
}

void nexthop_release(uint32_t index)
{
	struct hop *hop = hop_at(index);

	if (hop == NULL)
		return;
	hop->holds--;
	hop->asked_ms = monotonic_ms();
}

uint16_t nexthop_mtu(uint32_t index)
{
	const struct hop *hop = hop_at(index);

	return hop != NULL ? ports[hop->key.port].mtu : 0;
}

bool nexthop_is_resolved(uint32_t index)
{
	const struct hop *hop = hop_at(index);

	return hop != NULL && hop->key.kind != HOP_LINK && table->entries[index] != NULL;
}

uint32_t nexthop_count(void)
{
	return hop_count;
}

void nexthop_set_port(uint16_t port, const uint8_t mac[static 6], uint16_t mtu)
{
	struct port *p = &ports[port];
	bool mtu_changed = p->mtu != mtu;

	if (!mtu_changed && memcmp(p->mac, mac, sizeof(p->mac)) == 0)
		return;
	memcpy(p->mac, mac, sizeof(p->mac));
	p->mtu = mtu;
	for (uint32_t i = 1; i < index_end; i++)
		if (hops[i] != NULL && hops[i]->key.port == port)
			publish(hops[i]);
	if (mtu_changed)
		tell->routes_changed();
}

static void neighbour_failed(struct hop *hop)
{
	hop->known = false;
	hop->stale = false;
	if (hop->index == NEXTHOP_NONE) {
		hop_forget(hop);
		return;
	}
	publish(hop);
	tell->resolved(hop->index, false);
}

void nexthop_set_neighbour(uint16_t port, const struct ip_addr *neighbour, const uint8_t *mac,
			   bool stale)
{
	const struct hop_key key = {.addr = *neighbour, .port = port, .kind = HOP_NEIGHBOUR};
	struct hop *hop = mac != NULL ? hop_get(&key) : hop_find(&key);

	if (hop == NULL)
		return;
	if (mac == NULL) {
		neighbour_failed(hop);
		return;
	}
	hop->seen = true;
	hop->stale = stale;
	if (hop->known && memcmp(hop->mac, mac, sizeof(hop->mac)) == 0)
		return;
	hop->known = true;
	memcpy(hop->mac, mac, sizeof(hop->mac));
	if (hop->index != NEXTHOP_NONE)
		publish(hop);
}

void nexthop_mark_neighbours(void)
{
	for (uint32_t i = 0; i < BUCKETS; i++)
		for (struct hop *hop = hop_buckets[i]; hop != NULL; hop = hop->next)
			hop->seen = false;
}

void nexthop_sweep_neighbours(void)
{
	for (uint32_t i = 0; i < BUCKETS; i++) {
		for (struct hop *hop = hop_buckets[i], *next; hop != NULL; hop = next) {
			next = hop->next;
			if (hop->key.kind == HOP_NEIGHBOUR && hop->known && !hop->seen)
				neighbour_failed(hop);
		}
	}
}

/* A neighbour that answers stays: there are no more of them than the kernel keeps. What nobody
 * needs and nobody answers to goes, so that asking for addresses that do not exist cannot fill the
 * table for long. */
static void refresh(struct hop *hop, uint64_t now_ms)
{
	bool needed = hop->routes != 0 || hop->holds != 0;
	bool answers = hop->key.kind == HOP_NEIGHBOUR && hop->known;

	if (!needed && !answers && hop->asked_ms + FORGET_MS <= now_ms) {
		take_index(hop);
		hop_forget(hop);
	} else if (hop->stale || !answers) {
		resolve(hop, now_ms, REFRESH_INTERVAL_MS);
	}
}

void nexthop_refresh(uint64_t now_ms)
{
	for (uint32_t i = 0; i < REFRESH_SLICE && i < index_end; i++) {
		if (++refresh_at >= index_end)
			refresh_at = 1;
		if (hop_at(refresh_at) != NULL)
			refresh(hops[refresh_at], now_ms);
	}
}

/* --- Routes --- */

static struct ip_prefix masked(const struct ip_prefix *prefix)
{
	struct ip_prefix p = *prefix;

	for (unsigned int i = 0; i < sizeof(p.addr.bytes); i++) {
		unsigned int bits = p.length > 8 * i ? p.length - 8 * i : 0;

		if (bits < 8)
			p.addr.bytes[i] &= (uint8_t)(0xff00 >> bits);
	}
	return p;
}

static struct route **route_place(const struct ip_prefix *prefix)
{
	struct route **at = &route_buckets[bucket_of(&prefix->addr, prefix->length)];

	while (*at != NULL && !ip_prefix_equal(&(*at)->prefix, prefix))
		at = &(*at)->next;
	return at;
}

static bool is_prefix4(const struct ip_prefix *prefix)
{
	return prefix->length >= IP4_PREFIX_BITS && ip_addr_is_v4_mapped(&prefix->addr);
}

/* The most groups of 256 entries that rte_fib6 needs for a route: one for each octet past the
 * third. Those of IPv4 share the ones that lead to ::ffff:0:0/96, where there is always a route. */
static uint32_t groups_of(const struct ip_prefix *prefix)
{
	if (is_prefix4(prefix))
		return (prefix->length - IP4_PREFIX_BITS + 7u) / 8;
	return prefix->length > 24 ? (prefix->length + 7u) / 8 - 3 : 0;
}

static uint32_t index_of(const struct hop *hop)
{
	return hop != NULL ? hop->index : NEXTHOP_NONE;
}

/* What has no route of IPv4 must not take the default route of IPv6. */
static int add_floor(struct rte_fib6 *fib)
{
	return rte_fib6_add(fib, floor4.addr.bytes, floor4.length, NEXTHOP_NONE);
}

static struct rte_fib6 *make_fib(void)
{
	static unsigned int generation;
	struct rte_fib6_conf conf = {
		.type = RTE_FIB6_TRIE,
		.default_nh = NEXTHOP_NONE,
		.max_routes = ROUTES_MAX + 1,
		.trie = {.nh_sz = RTE_FIB6_TRIE_2B, .num_tbl8 = TBL8_GROUPS},
	};
	char name[32];

	struct rte_fib6 *fib;

	snprintf(name, sizeof(name), "routes%u", generation++);
	fib = rte_fib6_create(name, SOCKET_ID_ANY, &conf);
	if (fib == NULL || add_floor(fib) == 0)
		return fib;
	rte_fib6_free(fib);
	return NULL;
}

static void free_fib(void *unused, uintptr_t fib)
{
	(void)unused;
	rte_fib6_free((struct rte_fib6 *)fib);
}

static int fill_fib(struct rte_fib6 *fib)
{
	for (uint32_t i = 0; i < BUCKETS; i++) {
		for (const struct route *r = route_buckets[i]; r != NULL; r = r->next) {
			int rc = rte_fib6_add(fib, r->prefix.addr.bytes, r->prefix.length,
					      index_of(r->hop));

			if (rc != 0)
				return rc;
		}
	}
	return 0;
}

/* rte_fib6 of DPDK 22.11 does not give the groups back that it set aside for a route when that is
 * deleted: one that has seen many changes is full while it is empty. Then a new one takes its
 * place. */
static int renew_fib(void)
{
	static uint64_t next_try_ms;
	struct rte_fib6 *old = table->routes;
	struct rte_fib6 *fib;
	int rc;

	if (monotonic_ms() < next_try_ms)
		return -ENOMEM;
	fib = make_fib();
	rc = fib != NULL ? fill_fib(fib) : -ENOMEM;
	if (rc != 0) {
		/* Making one takes milliseconds: not for each of many routes. */
		next_try_ms = monotonic_ms() + RENEW_INTERVAL_MS;
		log_error("no room to build the routing table anew (%s), routes are missing; make "
			  "/memory/megabytes larger",
			  rte_strerror(-rc));
		rte_fib6_free(fib);
		return rc;
	}
	__atomic_store_n(&table->routes, fib, __ATOMIC_RELEASE);
	retire(free_fib, NULL, (uintptr_t)old);
	groups_leaked = 0;
	log_debug("routing table built anew with %u routes", route_count);
	return 0;
}

static int fib_set(const struct ip_prefix *prefix, uint32_t index)
{
	int rc = rte_fib6_add(table->routes, prefix->addr.bytes, prefix->length, index);

	if (rc == 0 || groups_leaked == 0)
		return rc;
	rc = renew_fib();
	if (rc != 0)
		return rc;
	return rte_fib6_add(table->routes, prefix->addr.bytes, prefix->length, index);
}

static int fib_remove(const struct ip_prefix *prefix)
{
	if (ip_prefix_equal(prefix, &floor4))
		return add_floor(table->routes);
	return rte_fib6_delete(table->routes, prefix->addr.bytes, prefix->length);
}

/* Index of the route an address takes, on-link entries included. */
static uint32_t route_towards(const struct ip_addr *to)
{
	uint8_t address[1][16];
	uint64_t index;

	memcpy(address[0], to->bytes, sizeof(address[0]));
	rte_fib6_lookup_bulk(table->routes, address, &index, 1);
	return (uint32_t)index;
}

static bool is_link(const struct hop *hop)
{
	return hop != NULL && hop->key.kind == HOP_LINK;
}

/* A connected prefix came, went or moved to another port: neighbours are no longer found on the
 * link they left. */
static void check_on_link(const struct ip_prefix *prefix)
{
	for (uint32_t i = 1; i < index_end; i++) {
		struct hop *hop = hops[i];
		const struct hop *route;

		if (hop == NULL || !hop->on_link || !ip_prefix_contains(prefix, &hop->key.addr))
			continue;
		route = hops[route_towards(&hop->key.addr)];
		if (!is_link(route) || route->key.port != hop->key.port)
			unlink_neighbour(hop);
	}
}

static void let_go(struct hop *hop)
{
	if (hop == NULL)
		return;
	hop->routes--;
	hop->asked_ms = monotonic_ms();
}

/* The record of a new route; its place in the table is reserved with it. */
static struct route *add_record(struct route **at, const struct ip_prefix *prefix)
{
	static uint64_t next_log_ms;
	struct route *r = NULL;

	if (route_count < ROUTES_MAX &&
	    groups_used + groups_of(prefix) <= TBL8_GROUPS - FLOOR_GROUPS)
		r = calloc(1, sizeof(*r));
	if (r == NULL) {
		if (may_log(&next_log_ms))
			log_error("routing table is full with %u routes", route_count);
		return NULL;
	}
	r->prefix = *prefix;
	r->next = *at;
	*at = r;
	route_count++;
	groups_used += groups_of(prefix);
	return r;
}

static void drop_record(struct route **at)
{
	struct route *r = *at;

	*at = r->next;
	route_count--;
	groups_used -= groups_of(&r->prefix);
	free(r);
}

/* hop NULL: unreachable. */
static int put_route(const struct ip_prefix *prefix, struct hop *hop)
{
	const struct ip_prefix p = masked(prefix);
	struct route **at = route_place(&p);
	bool is_new = *at == NULL;
	struct hop *old;
	int rc;

	if (is_new && add_record(at, &p) == NULL)
		return -ENOSPC;
	old = (*at)->hop;
	if (!is_new && old == hop)
		return 0;
	rc = fib_set(&p, index_of(hop));
	if (rc != 0) {
		if (is_new)
			drop_record(at);
		return rc;
	}
	new_generation();
	(*at)->hop = hop;
	if (hop != NULL)
		hop->routes++;
	let_go(old);
	if (is_link(old) || is_link(hop))
		check_on_link(&p);
	tell->routes_changed();
	return 0;
}

int nexthop_set_route(const struct ip_prefix *prefix, uint16_t port, const struct ip_addr *gateway)
{
	struct hop_key key = {.port = port, .kind = HOP_LINK};
	struct hop *hop;

	if (gateway != NULL) {
		key.addr = *gateway;
		key.kind = HOP_NEIGHBOUR;
	}
	hop = hop_with_index(&key);
	if (hop == NULL)
		return -ENOSPC;
	ask(hop);
	return put_route(prefix, hop);
}

/* By its link-layer address, which is known; NULL when there is no room. */
static struct hop *station_on(uint16_t port, const uint8_t mac[static 6], enum hop_kind kind)
{
	struct hop_key key = {.port = port, .kind = (uint16_t)kind};
	struct hop *hop;

	memcpy(key.addr.bytes, mac, 6);
	hop = hop_with_index(&key);
	if (hop == NULL || hop->known)
		return hop;
	memcpy(hop->mac, mac, sizeof(hop->mac));
	hop->known = true;
	publish(hop);
	return hop;
}

int nexthop_set_static_route(const struct ip_prefix *prefix, uint16_t port,
			     const uint8_t mac[static 6])
{
	struct hop *hop = station_on(port, mac, is_prefix4(prefix) ? HOP_STATIC4 : HOP_STATIC);

	return hop != NULL ? put_route(prefix, hop) : -ENOSPC;
}

uint32_t nexthop_of_station(uint16_t port, const uint8_t mac[static 6])
{
	struct hop *hop = station_on(port, mac, HOP_STATIC4);

	if (hop == NULL)
		return NEXTHOP_NONE;
	ask(hop);
	return hop->index;
}

int nexthop_set_unreachable(const struct ip_prefix *prefix)
{
	return put_route(prefix, NULL);
}

void nexthop_remove_route(const struct ip_prefix *prefix)
{
	const struct ip_prefix p = masked(prefix);
	struct route **at = route_place(&p);
	struct hop *old;
	int rc;

	if (*at == NULL)
		return;
	old = (*at)->hop;
	drop_record(at);
	rc = fib_remove(&p);
	groups_leaked += groups_of(&p);
	if (rc != 0)
		rc = renew_fib();
	if (rc != 0)
		log_error("a route could not be removed from the routing table: %s",
			  rte_strerror(-rc));
	new_generation();
	let_go(old);
	if (is_link(old))
		check_on_link(&p);
	tell->routes_changed();
}

uint32_t nexthop_route_count(void)
{
	return route_count;
}

static struct hop *neighbour_on(uint16_t port, const struct ip_addr *addr)
{
	const struct hop_key key = {.addr = *addr, .port = port, .kind = HOP_NEIGHBOUR};
	struct hop *hop = hop_with_index(&key);

	if (hop != NULL)
		link_neighbour(hop);
	return hop;
}

uint32_t nexthop_towards(const struct ip_addr *to)
{
	struct hop *hop = hops[route_towards(to)];

	if (is_link(hop))
		hop = neighbour_on(hop->key.port, to);
	if (hop == NULL)
		return NEXTHOP_NONE;
	ask(hop);
	return hop->index;
}

/* --- Start and stop --- */

/* DPDK 22.11: 2^24 entries for the first three octets of an address, groups of 256 for each further
 * one, and two nodes for each route. */
static uint64_t fib_octets(bool hugepages)
{
	uint64_t entries = (UINT64_C(1) << 24) + (TBL8_GROUPS + 1) * UINT64_C(256);

	return entries * sizeof(uint16_t) + TBL8_GROUPS * sizeof(uint32_t) +
	       memory_of_pool(2 * (ROUTES_MAX + 1), 0, RIB_NODE_OCTETS, hugepages);
}

uint64_t nexthop_octets(bool hugepages)
{
	/* All are published anew at once when a port's address changes. */
	uint64_t entries = UINT64_C(2) * NEXTHOPS_MAX * memory_of_block(sizeof(struct nexthop));

	return 2 * fib_octets(hugepages) + entries + (uint64_t)NEXTHOPS_MAX * ON_LINK_OCTETS +
	       memory_of_block(sizeof(struct nexthop_table));
}

static struct rte_hash *make_on_link(void)
{
	struct rte_hash_parameters parameters = {
		.name = "on_link",
		.entries = NEXTHOPS_MAX,
		.key_len = sizeof(struct ip_addr),
		.hash_func = ip_addr_hash,
		.socket_id = SOCKET_ID_ANY,
		.extra_flag =
			RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};

	return rte_hash_create(&parameters);
}

int nexthop_start(const struct nexthop_callbacks *callbacks, struct fault *fault)
{
	tell = callbacks;
	secrets[0] = rte_rand();
	secrets[1] = rte_rand();
	table = rte_zmalloc("nexthops", sizeof(*table), RTE_CACHE_LINE_SIZE);
	if (table != NULL) {
		table->generation = 1;
		table->routes = make_fib();
		table->on_link = make_on_link();
	}
	if (table == NULL || table->routes == NULL || table->on_link == NULL) {
		nexthop_stop();
		fault_set(fault, "/memory/megabytes",
			  "not enough memory for the routing table (%s); make it larger",
			  rte_strerror(rte_errno));
		return -ENOMEM;
	}
	for (uint32_t i = NEXTHOPS_MAX - 1; i > NEXTHOP_NONE; i--)
		free_indexes[free_count++] = (uint16_t)i;
	index_end = 1;
	return 0;
}

static void free_records(void)
{
	for (uint32_t i = 0; i < BUCKETS; i++) {
		while (route_buckets[i] != NULL)
			drop_record(&route_buckets[i]);
		while (hop_buckets[i] != NULL) {
			struct hop *hop = hop_buckets[i];

			hop_buckets[i] = hop->next;
			free(hop);
		}
	}
}

void nexthop_stop(void)
{
	retire_drain();
	free_records();
	if (table != NULL) {
		for (uint32_t i = 0; i < NEXTHOPS_MAX; i++)
			rte_free((void *)(uintptr_t)table->entries[i]);
		rte_fib6_free(table->routes);
		rte_hash_free(table->on_link);
		rte_free(table);
	}
	table = NULL;
	memset(hops, 0, sizeof(hops));
	memset(ports, 0, sizeof(ports));
	free_count = 0;
	hop_count = 0;
	index_end = 0;
	groups_leaked = 0;
}

const struct nexthop_table *nexthop_table(void)
{
	return table;
}
