/* SPDX-License-Identifier: BSD-3-Clause */
#include "retire.h"

#include <stdbool.h>
#include <stdlib.h>

#include "ha/dataplane.h"
#include "ha/time.h"

/* The queue is in three parts, oldest first: passed (every worker let go), waiting (for the token),
 * fresh (without a token yet). One token is out at a time; what is retired meanwhile shares the
 * next one. */

enum {
	CHUNK_ENTRIES = 1020,
	POLL_BUDGET = 4096, /* entries freed in one turn of the loop */
	REST_ENTRIES = 64,  /* so many are worth a look at the workers, or so long a wait */
	REST_MS = 1,
};

struct entry {
	retire_fn *free;
	void *context;
	uintptr_t value;
};

struct chunk {
	struct chunk *next;
	uint32_t taken;
	uint32_t used;
	struct entry entries[CHUNK_ENTRIES];
};

static struct chunk *oldest;
static struct chunk *newest;
static uint32_t pending; /* all three parts */
static uint32_t passed;
static uint32_t waiting;
static uint64_t token;

static uint64_t take_token(void)
{
	struct rte_rcu_qsbr *rcu = dataplane_rcu();

	return rcu != NULL ? rte_rcu_qsbr_start(rcu) : 0;
}

static bool token_passed(uint64_t which, bool wait)
{
	struct rte_rcu_qsbr *rcu = dataplane_rcu();

	return rcu == NULL || rte_rcu_qsbr_check(rcu, which, wait) == 1;
}

static struct chunk *room(void)
{
	struct chunk *chunk = newest;

	if (chunk != NULL && chunk->used < CHUNK_ENTRIES)
		return chunk;
	chunk = malloc(sizeof(*chunk));
	if (chunk == NULL)
		return NULL;
	chunk->next = NULL;
	chunk->taken = 0;
	chunk->used = 0;
	if (newest != NULL)
		newest->next = chunk;
	else
		oldest = chunk;
	newest = chunk;
	return chunk;
}

void retire(retire_fn *free, void *context, uintptr_t value)
{
	struct chunk *chunk = room();

	if (chunk == NULL) {
		/* No memory to wait in the queue: wait here. */
		token_passed(take_token(), true);
		free(context, value);
		return;
	}
	chunk->entries[chunk->used++] = (struct entry){free, context, value};
	pending++;
}

/* The last chunk is kept, for what comes next. */
static struct entry take_oldest(void)
{
	struct chunk *chunk = oldest;
	struct entry entry = chunk->entries[chunk->taken++];

	pending--;
	if (chunk->taken < chunk->used)
		return entry;
	if (chunk->next == NULL) {
		chunk->taken = 0;
		chunk->used = 0;
	} else {
		oldest = chunk->next;
		free(chunk);
	}
	return entry;
}

static void look(bool wait)
{
	if (waiting == 0 && pending > passed) {
		token = take_token();
		waiting = pending - passed;
	}
	if (waiting != 0 && token_passed(token, wait)) {
		passed += waiting;
		waiting = 0;
	}
}

static unsigned int free_passed(unsigned int budget)
{
	unsigned int freed = 0;

	while (passed != 0 && freed < budget) {
		struct entry entry = take_oldest();

		passed--;
		freed++;
		entry.free(entry.context, entry.value);
	}
	return freed;
}

unsigned int retire_poll(void *unused)
{
	(void)unused;
	if (pending == 0)
		return 0;
	look(false);
	return free_passed(POLL_BUDGET);
}

unsigned int retire_poll_sparingly(void *unused)
{
	static uint64_t next_tsc;
	uint64_t now_tsc;

	if (pending == 0)
		return 0;
	now_tsc = rte_rdtsc();
	if (pending < REST_ENTRIES && now_tsc < next_tsc)
		return 0;
	next_tsc = now_tsc + tsc_from_ms(REST_MS);
	return retire_poll(unused);
}

void retire_drain(void)
{
	while (pending != 0) {
		look(true);
		free_passed(pending);
	}
}

uint32_t retire_pending(void)
{
	return pending;
}
