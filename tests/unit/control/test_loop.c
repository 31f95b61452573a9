/* SPDX-License-Identifier: BSD-3-Clause */
#include "control/loop.c"

#include <fcntl.h>
#include <time.h>

#include "support/unit.h"

static unsigned int calls;
static unsigned int turns;
static unsigned int turns_max;
static unsigned int work_left;
static int pipes[2][2];

static unsigned int stop_later(void *unused)
{
	(void)unused;
	if (++turns >= turns_max)
		loop_stop();
	return 0;
}

static void run_turns(unsigned int count)
{
	turns = 0;
	turns_max = count;
	running = true;
	loop_run();
}

static void begin(void)
{
	calls = 0;
	CU_ASSERT_EQUAL_FATAL(loop_start(), 0);
	CU_ASSERT_EQUAL(loop_add_poller(stop_later, NULL), 0);
	for (int i = 0; i < 2; i++)
		CU_ASSERT_EQUAL_FATAL(pipe2(pipes[i], O_NONBLOCK | O_CLOEXEC), 0);
}

static void end(void)
{
	for (int i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	loop_close();
}

static void count_call(void *context, uint32_t events)
{
	CU_ASSERT(events & EPOLLIN);
	CU_ASSERT_PTR_EQUAL(context, &calls);
	calls++;
}

static void ready_descriptor_is_called_until_it_is_read(void)
{
	begin();
	CU_ASSERT_EQUAL(loop_add_fd(pipes[0][0], EPOLLIN, count_call, &calls), 0);
	run_turns(3);
	CU_ASSERT_EQUAL(calls, 0);
	CU_ASSERT_EQUAL(write(pipes[0][1], "x", 1), 1);
	run_turns(4);
	CU_ASSERT_EQUAL(calls, 3);
	end();
}

static void changed_events_take_effect(void)
{
	begin();
	CU_ASSERT_EQUAL(write(pipes[0][1], "x", 1), 1);
	CU_ASSERT_EQUAL(loop_add_fd(pipes[0][0], 0, count_call, &calls), 0);
	run_turns(3);
	CU_ASSERT_EQUAL(calls, 0);
	CU_ASSERT_EQUAL(loop_change_fd(pipes[0][0], EPOLLIN), 0);
	run_turns(3);
	CU_ASSERT_EQUAL(calls, 2);
	CU_ASSERT_EQUAL(loop_change_fd(pipes[1][0], EPOLLIN), -ENOENT);
	end();
}

/* Whichever is called first takes the other out, whose event is already waiting. */
static void remove_other(void *context, uint32_t events)
{
	int self = (int)(intptr_t)context;

	(void)events;
	calls++;
	loop_remove_fd(pipes[1 - self][0]);
}

static void removed_descriptor_is_not_called_for_a_waiting_event(void)
{
	begin();
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(write(pipes[i][1], "x", 1), 1);
		CU_ASSERT_EQUAL(
			loop_add_fd(pipes[i][0], EPOLLIN, remove_other, (void *)(intptr_t)i), 0);
	}
	run_turns(2);
	CU_ASSERT_EQUAL(calls, 1);
	end();
}

static void replace_other(void *context, uint32_t events)
{
	int self = (int)(intptr_t)context;

	remove_other(context, events);
	loop_add_fd(pipes[1 - self][1], EPOLLERR, count_call, &calls);
}

static void successor_in_the_same_place_does_not_get_the_old_event(void)
{
	begin();
	for (int i = 0; i < 2; i++) {
		CU_ASSERT_EQUAL(write(pipes[i][1], "x", 1), 1);
		CU_ASSERT_EQUAL(
			loop_add_fd(pipes[i][0], EPOLLIN, replace_other, (void *)(intptr_t)i), 0);
	}
	run_turns(2);
	CU_ASSERT_EQUAL(calls, 1);
	end();
}

static unsigned int do_some_work(void *unused)
{
	(void)unused;
	return work_left > 0 ? work_left-- : 0;
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void loop_sleeps_only_after_a_while_without_work(void)
{
	uint64_t busy_us;
	uint64_t idle_us;
	uint64_t from_us;

	begin();
	CU_ASSERT_EQUAL(loop_add_poller(do_some_work, NULL), 0);
	work_left = 100;
	from_us = now_us();
	run_turns(101);
	busy_us = now_us() - from_us;
	from_us = now_us();
	run_turns(101 + LOOP_PATIENCE_TURNS);
	idle_us = now_us() - from_us;
	CU_ASSERT_EQUAL(work_left, 0);
	CU_ASSERT(idle_us >= 90 * LOOP_IDLE_MS * 1000);
	CU_ASSERT(busy_us < idle_us);
	end();
}

static void stop_before_run_is_heeded(void)
{
	begin();
	turns = 0;
	loop_stop();
	loop_run();
	CU_ASSERT_EQUAL(turns, 0);
	end();
}

static void full_tables_are_refused(void)
{
	int fds[WATCHES_MAX + 1];
	int rc = 0;

	begin();
	for (int i = 1; i < POLLERS_MAX; i++)
		CU_ASSERT_EQUAL(loop_add_poller(do_some_work, NULL), 0);
	CU_ASSERT_EQUAL(loop_add_poller(do_some_work, NULL), -ENOSPC);
	for (int i = 0; i <= WATCHES_MAX; i++) {
		fds[i] = dup(pipes[0][0]);
		rc = loop_add_fd(fds[i], EPOLLIN, count_call, &calls);
		CU_ASSERT_EQUAL(rc, i < WATCHES_MAX ? 0 : -ENOSPC);
	}
	for (int i = 0; i <= WATCHES_MAX; i++) {
		loop_remove_fd(fds[i]);
		close(fds[i]);
	}
	CU_ASSERT_EQUAL(loop_add_fd(-1, EPOLLIN, count_call, &calls), -EBADF);
	end();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(ready_descriptor_is_called_until_it_is_read),
		UNIT(changed_events_take_effect),
		UNIT(removed_descriptor_is_not_called_for_a_waiting_event),
		UNIT(successor_in_the_same_place_does_not_get_the_old_event),
		UNIT(loop_sleeps_only_after_a_while_without_work),
		UNIT(stop_before_run_is_heeded),
		UNIT(full_tables_are_refused),
	};

	return unit_run("control/loop", cases, UNIT_COUNT(cases));
}
