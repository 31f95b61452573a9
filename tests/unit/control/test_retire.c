/* SPDX-License-Identifier: BSD-3-Clause */
#include "retire.h"

#include <stdlib.h>

#include "ha/dataplane.h"
#include "support/unit.h"

enum { THREADS = 4, LOG_MAX = 20000 };

static struct rte_rcu_qsbr *rcu;
static uintptr_t freed[LOG_MAX];
static unsigned int freed_count;

struct rte_rcu_qsbr *dataplane_rcu(void)
{
	return rcu;
}

static void note(void *context, uintptr_t value)
{
	CU_ASSERT_PTR_EQUAL(context, freed);
	freed[freed_count++] = value;
}

static void note_and_retire_another(void *context, uintptr_t value)
{
	note(context, value);
	retire(note, context, value + 1);
}

static void fresh_rcu(void)
{
	size_t size = rte_rcu_qsbr_get_memsize(THREADS);

	if (rcu == NULL)
		rcu = aligned_alloc(RTE_CACHE_LINE_SIZE, size);
	rte_rcu_qsbr_init(rcu, THREADS);
	freed_count = 0;
}

static void worker_starts(unsigned int thread)
{
	rte_rcu_qsbr_thread_register(rcu, thread);
	rte_rcu_qsbr_thread_online(rcu, thread);
}

static void worker_stops(unsigned int thread)
{
	rte_rcu_qsbr_thread_offline(rcu, thread);
	rte_rcu_qsbr_thread_unregister(rcu, thread);
}

static void nothing_retired_is_nothing_to_do(void)
{
	fresh_rcu();
	CU_ASSERT_EQUAL(retire_poll(NULL), 0);
	CU_ASSERT_EQUAL(retire_pending(), 0);
	retire_drain();
}

static void entry_waits_for_every_worker(void)
{
	fresh_rcu();
	worker_starts(0);
	worker_starts(1);
	retire(note, freed, 7);
	CU_ASSERT_EQUAL(retire_poll(NULL), 0);
	rte_rcu_qsbr_quiescent(rcu, 0);
	CU_ASSERT_EQUAL(retire_poll(NULL), 0);
	CU_ASSERT_EQUAL(retire_pending(), 1);
	rte_rcu_qsbr_quiescent(rcu, 1);
	CU_ASSERT_EQUAL(retire_poll(NULL), 1);
	CU_ASSERT_EQUAL(retire_pending(), 0);
	CU_ASSERT_EQUAL(freed_count, 1);
	CU_ASSERT_EQUAL(freed[0], 7);
	worker_stops(0);
	worker_stops(1);
}

static void quiescence_before_retiring_does_not_count(void)
{
	fresh_rcu();
	worker_starts(0);
	rte_rcu_qsbr_quiescent(rcu, 0);
	retire(note, freed, 1);
	CU_ASSERT_EQUAL(retire_poll(NULL), 0);
	rte_rcu_qsbr_quiescent(rcu, 0);
	retire(note, freed, 2);
	CU_ASSERT_EQUAL(retire_poll(NULL), 1);
	CU_ASSERT_EQUAL(freed[0], 1);
	CU_ASSERT_EQUAL(retire_poll(NULL), 0);
	rte_rcu_qsbr_quiescent(rcu, 0);
	CU_ASSERT_EQUAL(retire_poll(NULL), 1);
	CU_ASSERT_EQUAL(freed[1], 2);
	worker_stops(0);
}

static void without_workers_everything_is_freed_at_once(void)
{
	fresh_rcu();
	for (uintptr_t i = 0; i < 10; i++)
		retire(note, freed, i);
	CU_ASSERT_EQUAL(retire_poll(NULL), 10);
	retire(note, freed, 10);
	retire_drain();
	CU_ASSERT_EQUAL(freed_count, 11);
}

static void worker_that_is_offline_is_not_waited_for(void)
{
	fresh_rcu();
	worker_starts(2);
	retire(note, freed, 1);
	rte_rcu_qsbr_thread_offline(rcu, 2);
	retire_drain();
	CU_ASSERT_EQUAL(freed_count, 1);
	worker_stops(2);
}

static void before_the_dataplane_is_open_nobody_is_waited_for(void)
{
	struct rte_rcu_qsbr *kept;

	fresh_rcu();
	kept = rcu;
	rcu = NULL;
	retire(note, freed, 1);
	CU_ASSERT_EQUAL(retire_poll(NULL), 1);
	rcu = kept;
}

static void many_entries_come_back_in_order_and_in_bounded_turns(void)
{
	unsigned int turns = 0;
	unsigned int disorder = 0;

	fresh_rcu();
	worker_starts(0);
	for (uintptr_t i = 0; i < LOG_MAX; i++)
		retire(note, freed, i);
	CU_ASSERT_EQUAL(retire_poll(NULL), 0);
	rte_rcu_qsbr_quiescent(rcu, 0);
	while (retire_pending() != 0 && turns < 100) {
		CU_ASSERT(retire_poll(NULL) <= 4096);
		turns++;
	}
	CU_ASSERT_EQUAL(turns, 5);
	CU_ASSERT_EQUAL(freed_count, LOG_MAX);
	for (uintptr_t i = 0; i < LOG_MAX; i++)
		disorder += freed[i] != i;
	CU_ASSERT_EQUAL(disorder, 0);
	worker_stops(0);
}

static void free_function_may_retire(void)
{
	fresh_rcu();
	for (uintptr_t i = 0; i < 3000; i += 2)
		retire(note_and_retire_another, freed, i);
	retire_drain();
	CU_ASSERT_EQUAL(freed_count, 3000);
	CU_ASSERT_EQUAL(retire_pending(), 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(nothing_retired_is_nothing_to_do),
		UNIT(entry_waits_for_every_worker),
		UNIT(quiescence_before_retiring_does_not_count),
		UNIT(without_workers_everything_is_freed_at_once),
		UNIT(worker_that_is_offline_is_not_waited_for),
		UNIT(before_the_dataplane_is_open_nobody_is_waited_for),
		UNIT(many_entries_come_back_in_order_and_in_bounded_turns),
		UNIT(free_function_may_retire),
	};

	return unit_run("retire", cases, UNIT_COUNT(cases));
}
