/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The table against a simple model, by random operations, with a reader that checks every hit
 * meanwhile.
 */
#include "registration/registration.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_lcore.h>
#include <rte_malloc.h>

#include "bcache.h"
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

static struct binding_request request_for(uint32_t node, uint32_t care_of)
{
	return (struct binding_request){.home = plane_home(node),
					.care_of = plane_care_of(care_of)};
}

static int apply(enum binding_action action, uint32_t node, uint32_t care_of)
{
	struct binding_request request = request_for(node, care_of);
	struct binding_verdict verdict = {.action = action, .lifetime_s = 3600};

	return registration_apply(&request, &verdict, 0, 0);
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
		CU_ASSERT_EQUAL(apply(ACTION_DEREGISTER, node, 0), 0);
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
		CU_ASSERT_EQUAL_FATAL(apply(ACTION_REGISTER, node, m->care_of), 0);
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
			CU_ASSERT_EQUAL_FATAL(apply(ACTION_REGISTER, node, node), 0);
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
	apply(ACTION_REGISTER, 3, 10);
	apply(ACTION_REGISTER, 3, 10);
	apply(ACTION_REGISTER, 3, 11);
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
		CU_ASSERT_EQUAL_FATAL(apply(ACTION_REGISTER, node, node < 4 ? 77 : 78), 0);
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
	CU_ASSERT_EQUAL(apply(ACTION_REGISTER, 2, 77), 0);
	CU_ASSERT_EQUAL(inner_mtu_of(2), 1360);
	registration_routes_changed();
	poll_all();
	CU_ASSERT_EQUAL(inner_mtu_of(3), 1360);
	CU_ASSERT_EQUAL(inner_mtu_of(4), 1460);
	/* A newcomer keeps to it, who moves away does not, and all go back when it is forgotten. */
	CU_ASSERT_EQUAL(apply(ACTION_REGISTER, 4, 77), 0);
	CU_ASSERT_EQUAL(inner_mtu_of(4), 1360);
	CU_ASSERT_EQUAL(apply(ACTION_REGISTER, 4, 78), 0);
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
		CU_ASSERT_EQUAL_FATAL(apply(ACTION_REGISTER, node, 77), 0);
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

static void a_watcher_too_many_stops_the_process(void)
{
	static const struct registration_watcher watcher;
	int status = 0;
	pid_t child = fork();

	CU_ASSERT_FATAL(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){0});
		for (unsigned int i = 0; i < 5; i++)
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
