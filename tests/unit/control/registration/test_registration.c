/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The table against a simple model, by random operations, with a reader that checks every hit
 * meanwhile.
 */
#include "registration/registration.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_lcore.h>
#include <rte_malloc.h>

#include "bcache.h"
#include "ha/encap.h"
#include "nexthop.h"
#include "retire.h"
#include "support/eal.h"
#include "support/plane.h"
#include "support/unit.h"
#include "tunnel/path_mtu.h"

/* More slots than one turn of the loop looks at. */
enum { NODES = 1000, CAPACITY = 800, OPERATIONS = 200000 };

/* Stand-ins for the parts around it. */
static struct rte_rcu_qsbr *rcu;
static int holds;

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return rcu;
}

void dataplane_binding_stats_clear(uint32_t slot)
{
}

uint32_t nexthop_towards(const struct ip_addr *to)
{
	return 1u + to->bytes[15] % 7u;
}

void nexthop_hold(uint32_t index)
{
	holds += index != NEXTHOP_NONE;
}

void nexthop_release(uint32_t index)
{
	holds -= index != NEXTHOP_NONE;
}

uint16_t nexthop_mtu(uint32_t index)
{
	return 1500;
}

struct model {
	bool valid;
	bool invalid;
	uint32_t care_of;
};

static struct model model[NODES];
static struct config config = {.binding_capacity = CAPACITY};
static bool stop_reader;
static uint64_t hits;
static uint64_t wrong;

static int register_at(uint32_t node, uint32_t care_of)
{
	const struct registration_order order = {
		.home = plane_home(node), .care_of = plane_care_of(care_of), .lifetime_s = 3600};

	return registration_apply(&order);
}

/* What a worker does: looks up, believes what it reads until it reports quiescent. A binding that
 * is recycled under it would show another home address, or poisoned memory under AddressSanitizer.
 */
static void *read_all(void *unused)
{
	rte_thread_register();
	rte_rcu_qsbr_thread_register(rcu, 0);
	rte_rcu_qsbr_thread_online(rcu, 0);
	while (!__atomic_load_n(&stop_reader, __ATOMIC_RELAXED)) {
		for (uint32_t node = 0; node < NODES; node++) {
			struct ip_addr home = plane_home(node);
			const struct binding *b = bcache_find(bcache_table(), &home);

			if (b == NULL)
				continue;
			hits++;
			wrong += !ip_addr_equal(&b->home, &home) ||
				 b->next_hop != nexthop_towards(&b->care_of);
		}
		rte_rcu_qsbr_quiescent(rcu, 0);
	}
	rte_rcu_qsbr_thread_offline(rcu, 0);
	rte_rcu_qsbr_thread_unregister(rcu, 0);
	return NULL;
}

static void expect_like_model(uint32_t node)
{
	struct ip_addr home = plane_home(node);
	struct ip_addr care_of = plane_care_of(model[node].care_of);
	const struct registration *r = registration_find(&home);
	const struct binding *b = bcache_find(bcache_table(), &home);

	CU_ASSERT_EQUAL(r != NULL && r->state == REGISTRATION_VALID, model[node].valid);
	CU_ASSERT_EQUAL(r != NULL && r->state == REGISTRATION_INVALID, model[node].invalid);
	CU_ASSERT_EQUAL(b != NULL, model[node].valid);
	if (b != NULL)
		CU_ASSERT_TRUE(ip_addr_equal(&b->care_of, &care_of));
}

static void step(uint32_t *in_force)
{
	uint32_t node = (uint32_t)random() % NODES;
	struct ip_addr home = plane_home(node);
	struct model *m = &model[node];

	switch (random() % 4) {
	case 0:
		if (!m->valid)
			break;
		registration_deregister(&home, 1);
		*m = (struct model){.invalid = true};
		--*in_force;
		break;
	case 1:
		CU_ASSERT_EQUAL(registration_remove(&home), m->valid);
		*in_force -= m->valid;
		if (m->valid)
			*m = (struct model){0};
		break;
	default:
		if (!m->valid && registration_is_full())
			break;
		*in_force += !m->valid;
		*m = (struct model){.valid = true, .care_of = (uint32_t)random() % 1000};
		CU_ASSERT_EQUAL_FATAL(register_at(node, m->care_of), 0);
		break;
	}
	expect_like_model(node);
	retire_poll(NULL);
}

static void random_operations_match_a_simple_map_while_a_reader_looks_on(void)
{
	uint32_t in_force = 0;
	pthread_t reader;

	CU_ASSERT_EQUAL_FATAL(pthread_create(&reader, NULL, read_all, NULL), 0);
	srandom(7);
	for (int i = 0; i < OPERATIONS; i++)
		step(&in_force);
	__atomic_store_n(&stop_reader, true, __ATOMIC_RELAXED);
	pthread_join(reader, NULL);
	retire_drain();
	CU_ASSERT_EQUAL(registration_count(), in_force);
	CU_ASSERT_EQUAL((uint32_t)holds, in_force);
	CU_ASSERT_TRUE(hits > 0);
	CU_ASSERT_EQUAL(wrong, 0);
	for (uint32_t node = 0; node < NODES; node++)
		expect_like_model(node);
}

static void paging_names_every_registration_once(void)
{
	uint32_t count = 0;

	for (uint32_t slot = 0; slot < registration_slots(); slot++)
		count += registration_at(slot) != NULL;
	CU_ASSERT_EQUAL(count, registration_count());
}

static void a_full_table_refuses_a_newcomer_and_keeps_the_others(void)
{
	uint32_t node = 0;

	while (!registration_is_full()) {
		if (!model[node].valid) {
			model[node] = (struct model){.valid = true, .care_of = node};
			CU_ASSERT_EQUAL_FATAL(register_at(node, node), 0);
		}
		node++;
	}
	CU_ASSERT_EQUAL(registration_count(), CAPACITY);
	for (node = 0; node < NODES; node++)
		expect_like_model(node);
}

static void a_move_counts_and_a_refresh_does_not(void)
{
	struct ip_addr home = plane_home(3);
	const struct registration *r;

	if (model[3].valid)
		registration_remove(&home);
	retire_drain();
	register_at(3, 10);
	register_at(3, 10);
	register_at(3, 11);
	r = registration_find(&home);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	CU_ASSERT_EQUAL(r->updates, 3);
	CU_ASSERT_EQUAL(r->moves, 1);
}

static uint16_t inner_mtu_of(uint32_t node)
{
	struct ip_addr home = plane_home(node);
	const struct registration *r = registration_find(&home);

	CU_ASSERT_PTR_NOT_NULL_FATAL(r);
	CU_ASSERT_PTR_NOT_NULL_FATAL(r->binding);
	return r->binding->inner_mtu;
}

static void poll_all(void)
{
	for (uint32_t i = 0; i < registration_slots(); i++)
		registration_poll(NULL);
	retire_drain();
}

static void remove_all(void)
{
	for (uint32_t node = 0; node < NODES; node++) {
		struct ip_addr home = plane_home(node);

		registration_remove(&home);
	}
	retire_drain();
}

/* Three nodes behind one care-of address, one elsewhere. */
static void register_four(void)
{
	remove_all();
	for (uint32_t node = 1; node <= 4; node++)
		CU_ASSERT_EQUAL_FATAL(register_at(node, node < 4 ? 77 : 78), 0);
}

static void a_path_mtu_reaches_every_binding_of_the_care_of_address(void)
{
	struct ip_addr care_of = plane_care_of(77);
	struct ip_addr home = plane_home(1);

	path_mtu_start(600000, 1);
	register_four();
	CU_ASSERT_EQUAL(inner_mtu_of(1), 1460);
	path_mtu_learn(&care_of, 1400, 0);
	registration_path_changed(&home);
	CU_ASSERT_EQUAL(inner_mtu_of(1), 1360);
	CU_ASSERT_EQUAL(inner_mtu_of(2), 1460);
	/* One follows when it is refreshed, the other in the round. */
	CU_ASSERT_EQUAL(register_at(2, 77), 0);
	CU_ASSERT_EQUAL(inner_mtu_of(2), 1360);
	registration_routes_changed();
	poll_all();
	CU_ASSERT_EQUAL(inner_mtu_of(3), 1360);
	CU_ASSERT_EQUAL(inner_mtu_of(4), 1460);
	/* A newcomer keeps to it, who moves away does not, and all go back when it is forgotten. */
	CU_ASSERT_EQUAL(register_at(4, 77), 0);
	CU_ASSERT_EQUAL(inner_mtu_of(4), 1360);
	CU_ASSERT_EQUAL(register_at(4, 78), 0);
	CU_ASSERT_EQUAL(inner_mtu_of(4), 1460);
	path_mtu_forget(NULL);
	registration_routes_changed();
	poll_all();
	for (uint32_t node = 1; node <= 4; node++)
		CU_ASSERT_EQUAL(inner_mtu_of(node), 1460);
}

/* Changes that come faster than a round takes must not keep it at its beginning. */
static void a_round_ends_however_often_it_is_asked_for(void)
{
	struct ip_addr care_of = plane_care_of(77);

	remove_all();
	for (uint32_t node = 0; node < CAPACITY; node++)
		CU_ASSERT_EQUAL_FATAL(register_at(node, 77), 0);
	path_mtu_learn(&care_of, 1300, 0);
	for (uint32_t i = 0; i < registration_slots(); i++) {
		registration_routes_changed();
		registration_poll(NULL);
	}
	retire_drain();
	for (uint32_t node = 0; node < CAPACITY; node++)
		CU_ASSERT_EQUAL(inner_mtu_of(node), 1260);
	path_mtu_forget(NULL);
}

/* --- Simultaneous bindings --- */

static struct ip_addr home4(uint8_t last)
{
	return ip4_mapped((const uint8_t[4]){10, 1, 0, last});
}

static struct ip_addr care_of4(uint8_t last)
{
	return ip4_mapped((const uint8_t[4]){192, 0, 2, last});
}

static int register4(uint8_t node, uint8_t care_of, bool keep_others)
{
	const struct registration_order order = {
		.protocol = REGISTRATION_MIP4,
		.home = home4(node),
		.care_of = care_of4(care_of),
		.lifetime_s = 600,
		.tunnel = tunnel4_number(0, ENCAP_IP4_IN_IP4),
		.keep_others = keep_others,
	};

	return registration_apply(&order);
}

/* The last octets of the care-of addresses that a worker meets, in their order. */
static void expect_seen(uint8_t node, unsigned int count, const uint8_t care_ofs[])
{
	struct ip_addr home = home4(node);
	const struct binding *b = bcache_find(bcache_table(), &home);
	unsigned int seen = 0;

	while (b != NULL && seen <= count) {
		CU_ASSERT_TRUE(ip_addr_equal(&b->home, &home));
		CU_ASSERT(seen < count && b->care_of.bytes[15] == care_ofs[seen]);
		seen++;
		b = b->also != 0 ? &bcache_table()->bindings[b->also - 1] : NULL;
	}
	CU_ASSERT_EQUAL(seen, count);
}

#define EXPECT_SEEN(node, ...)                                                                     \
	expect_seen(node, sizeof((const uint8_t[]){__VA_ARGS__}), (const uint8_t[]){__VA_ARGS__})

static void a_kept_binding_is_seen_behind_the_first_one(void)
{
	struct ip_addr home = home4(1);
	struct ip_addr second = care_of4(11);
	int held;

	remove_all();
	held = holds;
	CU_ASSERT_EQUAL(register4(1, 10, false), 0);
	CU_ASSERT_EQUAL(register4(1, 11, true), 0);
	CU_ASSERT_EQUAL(register4(1, 12, true), 0);
	EXPECT_SEEN(1, 10, 11, 12);
	CU_ASSERT_EQUAL(registration_count(), 3);
	CU_ASSERT_EQUAL(registration_count_of(REGISTRATION_MIP4), 3);
	CU_ASSERT_EQUAL(holds - held, 3);
	CU_ASSERT_PTR_NOT_NULL(registration_find_at(&home, &second));
	/* Each has counters of its own. */
	CU_ASSERT(registration_find_at(&home, &second)->slot != registration_find(&home)->slot);
	/* A refresh changes nothing of that. */
	CU_ASSERT_EQUAL(register4(1, 11, true), 0);
	EXPECT_SEEN(1, 10, 11, 12);
	CU_ASSERT_EQUAL(registration_find_at(&home, &second)->updates, 2);
	/* Without S the others go. */
	CU_ASSERT_EQUAL(register4(1, 12, false), 0);
	EXPECT_SEEN(1, 12);
	CU_ASSERT_EQUAL(registration_count(), 1);
	retire_drain();
	CU_ASSERT_EQUAL(holds - held, 1);
	/* Elsewhere: it moves, and keeps its slot. */
	CU_ASSERT_EQUAL(register4(1, 13, false), 0);
	EXPECT_SEEN(1, 13);
	CU_ASSERT_EQUAL(registration_find(&home)->moves, 1);
	CU_ASSERT_EQUAL(registration_withdraw(&home, NULL), 1);
	retire_drain();
	CU_ASSERT_EQUAL(holds - held, 0);
}

static void any_of_simultaneous_bindings_may_be_taken_out(void)
{
	struct ip_addr home = home4(2);
	struct ip_addr care_of;

	for (uint8_t gone = 10; gone < 13; gone++) {
		for (uint8_t i = 10; i < 13; i++)
			CU_ASSERT_EQUAL(register4(2, i, true), 0);
		care_of = care_of4(gone);
		CU_ASSERT_EQUAL(registration_withdraw(&home, &care_of), 1);
		CU_ASSERT_EQUAL(registration_withdraw(&home, &care_of), 0);
		if (gone == 10)
			EXPECT_SEEN(2, 11, 12);
		else if (gone == 11)
			EXPECT_SEEN(2, 10, 12);
		else
			EXPECT_SEEN(2, 10, 11);
		CU_ASSERT_EQUAL(registration_withdraw(&home, NULL), 2);
		CU_ASSERT_PTR_NULL(registration_find(&home));
		CU_ASSERT_PTR_NULL(bcache_find(bcache_table(), &home));
	}
	retire_drain();
	CU_ASSERT_EQUAL(registration_count_of(REGISTRATION_MIP4), 0);
}

static void who_moves_is_not_revoked_any_more(void)
{
	struct ip_addr home = home4(9);
	struct ip_addr care_of = care_of4(10);

	CU_ASSERT_EQUAL(register4(9, 10, true), 0);
	CU_ASSERT_EQUAL(register4(9, 11, true), 0);
	registration_set_revoked(&home, &care_of);
	CU_ASSERT_EQUAL(register4(9, 10, true), 0);
	CU_ASSERT_TRUE(registration_find_at(&home, &care_of)->is_revoked);
	CU_ASSERT_EQUAL(register4(9, 12, false), 0);
	EXPECT_SEEN(9, 12);
	CU_ASSERT_FALSE(registration_find(&home)->is_revoked);
	CU_ASSERT_TRUE(registration_remove(&home));
	retire_drain();
}

static void one_more_than_a_chain_holds_is_refused_and_changes_nothing(void)
{
	struct ip_addr home = home4(3);

	for (uint8_t i = 0; i < SIMULTANEOUS_BINDINGS_MAX; i++)
		CU_ASSERT_EQUAL(register4(3, 10 + i, true), 0);
	CU_ASSERT_EQUAL(register4(3, 99, true), -ENOSPC);
	EXPECT_SEEN(3, 10, 11, 12, 13, 14, 15, 16, 17);
	CU_ASSERT_EQUAL(registration_count(), SIMULTANEOUS_BINDINGS_MAX);
	CU_ASSERT_TRUE(registration_remove(&home));
	retire_drain();
}

static void a_path_mtu_reaches_the_binding_in_the_middle_of_a_chain(void)
{
	struct ip_addr home = home4(4);
	struct ip_addr care_of = care_of4(11);
	const struct registration *r;

	for (uint8_t i = 10; i < 13; i++)
		CU_ASSERT_EQUAL(register4(4, i, true), 0);
	r = registration_find_at(&home, &care_of);
	CU_ASSERT_EQUAL(r->binding->inner_mtu, 1480);
	path_mtu_learn(&care_of, 1000, 0);
	registration_path_changed(&home);
	EXPECT_SEEN(4, 10, 11, 12);
	CU_ASSERT_EQUAL(r->binding->inner_mtu, 980);
	CU_ASSERT_EQUAL(registration_find(&home)->binding->inner_mtu, 1480);
	path_mtu_forget(NULL);
	registration_remove(&home);
	retire_drain();
}

/* Each refresh makes all of a chain anew; what it was before comes back. */
static void a_chain_that_is_refreshed_for_long_leaks_nothing(void)
{
	struct ip_addr home = home4(8);

	for (int i = 0; i < 10 * NODES; i++)
		CU_ASSERT_EQUAL_FATAL(register4(8, (uint8_t)(10 + i % 3), true), 0);
	EXPECT_SEEN(8, 10, 11, 12);
	CU_ASSERT_EQUAL(registration_withdraw(&home, NULL), 3);
	retire_drain();
}

static unsigned int begun;
static unsigned int over;
static unsigned int last;

static void note_registered(const struct registration *r, bool is_new)
{
	begun += is_new;
}

static void note_ended(const struct registration *r, bool is_last)
{
	CU_ASSERT_PTR_NOT_NULL(r->binding);
	over++;
	last += is_last;
}

static void a_watcher_sees_its_own_protocol_and_the_last_one_of_a_home_address(void)
{
	static const struct registration_watcher watcher = {note_registered, note_ended,
							    REGISTRATION_MIP4};
	struct ip_addr home = home4(5);
	struct ip_addr home6 = plane_home(5);

	registration_watch(&watcher);
	register_at(5, 10);
	registration_remove(&home6);
	CU_ASSERT_EQUAL(begun + over, 0);
	register4(5, 10, true);
	register4(5, 11, true);
	CU_ASSERT_EQUAL(begun, 1);
	register4(5, 11, false);
	CU_ASSERT_EQUAL(over, 1);
	CU_ASSERT_EQUAL(last, 0);
	registration_remove(&home);
	CU_ASSERT_EQUAL(over, 2);
	CU_ASSERT_EQUAL(last, 1);
	registration_unwatch();
	retire_drain();
}

static void a_tunnel_in_udp_ends_where_the_request_came_from(void)
{
	struct registration_order order = {
		.protocol = REGISTRATION_MIP4,
		.home = home4(6),
		.care_of = care_of4(10),
		.source = care_of4(200),
		.lifetime_s = LIFETIME_INFINITE_S,
		.tunnel = tunnel4_number(0, ENCAP_UDP),
		.udp_port = 4000,
	};
	const struct registration *r;

	CU_ASSERT_EQUAL(registration_apply(&order), 0);
	r = registration_find(&order.home);
	CU_ASSERT_TRUE(ip_addr_equal(&r->care_of, &order.care_of));
	CU_ASSERT_TRUE(ip_addr_equal(&r->binding->care_of, &order.source));
	CU_ASSERT_EQUAL(r->binding->udp_port, 4000);
	CU_ASSERT_EQUAL(r->binding->inner_mtu, 1500 - 32);
	CU_ASSERT_EQUAL(r->binding->expiry_tsc, UINT64_MAX);
	CU_ASSERT_FALSE(timer_is_set(&r->timer));
	registration_bind_port(r->slot, 4001);
	CU_ASSERT_EQUAL(r->binding->udp_port, 4001);
	registration_remove(&order.home);
	retire_drain();
}

static void a_visitor_is_reached_by_its_own_next_hop(void)
{
	struct registration_order order = {
		.protocol = REGISTRATION_VISITOR,
		.home = visitor_key((const uint8_t[4]){10, 1, 0, 7}),
		.care_of = care_of4(1),
		.lifetime_s = 600,
		.tunnel = tunnel4_number(0, ENCAP_GRE),
		.next_hop = 99,
		.binding_flags = BINDING_VISITOR,
	};
	const struct registration *r;

	CU_ASSERT_EQUAL(registration_apply(&order), 0);
	r = registration_find(&order.home);
	CU_ASSERT_EQUAL(r->binding->next_hop, 99);
	CU_ASSERT_EQUAL(r->binding->inner_mtu, 1500 - 24);
	registration_routes_changed();
	poll_all();
	CU_ASSERT_EQUAL(r->binding->next_hop, 99);
	registration_remove(&order.home);
	retire_drain();
}

static void a_watcher_too_many_stops_the_process(void)
{
	static const struct registration_watcher watcher;
	int status = 0;
	pid_t child = fork();

	CU_ASSERT_FATAL(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0});
		for (unsigned int i = 0; i < 9; i++)
			registration_watch(&watcher);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
	CU_ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(random_operations_match_a_simple_map_while_a_reader_looks_on),
		UNIT(paging_names_every_registration_once),
		UNIT(a_full_table_refuses_a_newcomer_and_keeps_the_others),
		UNIT(a_move_counts_and_a_refresh_does_not),
		UNIT(a_path_mtu_reaches_every_binding_of_the_care_of_address),
		UNIT(a_round_ends_however_often_it_is_asked_for),
		UNIT(a_kept_binding_is_seen_behind_the_first_one),
		UNIT(any_of_simultaneous_bindings_may_be_taken_out),
		UNIT(who_moves_is_not_revoked_any_more),
		UNIT(one_more_than_a_chain_holds_is_refused_and_changes_nothing),
		UNIT(a_path_mtu_reaches_the_binding_in_the_middle_of_a_chain),
		UNIT(a_chain_that_is_refreshed_for_long_leaks_nothing),
		UNIT(a_watcher_sees_its_own_protocol_and_the_last_one_of_a_home_address),
		UNIT(a_tunnel_in_udp_ends_where_the_request_came_from),
		UNIT(a_visitor_is_reached_by_its_own_next_hop),
		UNIT(a_watcher_too_many_stops_the_process),
	};
	struct fault fault;
	int status;

	test_eal_start(64);
	rcu = rte_zmalloc("rcu", rte_rcu_qsbr_get_memsize(4), RTE_CACHE_LINE_SIZE);
	rte_rcu_qsbr_init(rcu, 4);
	if (registration_start(&config, &fault) != 0)
		return 2;
	status = unit_run("registration/registration", cases, UNIT_COUNT(cases));
	registration_stop();
	return status;
}
