/* SPDX-License-Identifier: BSD-3-Clause */
#include "loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
	WATCHES_MAX = 128,
	POLLERS_MAX = 32,
	EVENTS_A_TURN = 32,
};

/* The generation tells an event for a descriptor that was removed from one for its successor in the
 * same place. */
struct watch {
	int fd; /* -1: free */
	uint32_t generation;
	loop_fd_fn *ready;
	void *context;
};

struct poller {
	loop_poll_fn *poll;
	void *context;
};

static struct watch watches[WATCHES_MAX];
static struct poller pollers[POLLERS_MAX];
static unsigned int poller_count;
static int epoll_fd = -1;
static bool running;
static unsigned int idle_turns; /* since a poller last found work */

int loop_start(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		return -errno;
	for (unsigned int i = 0; i < WATCHES_MAX; i++)
		watches[i].fd = -1;
	poller_count = 0;
	idle_turns = 0;
	running = true;
	return 0;
}

void loop_close(void)
{
	if (epoll_fd >= 0)
		close(epoll_fd);
	epoll_fd = -1;
}

/* fd -1 finds a free place. */
static struct watch *find(int fd)
{
	for (unsigned int i = 0; i < WATCHES_MAX; i++)
		if (watches[i].fd == fd)
			return &watches[i];
	return NULL;
}

static int control(int operation, const struct watch *watch, int fd, uint32_t epoll_events)
{
	struct epoll_event event = {
		.events = epoll_events,
		.data.u64 = (uint64_t)watch->generation << 32 | (uint32_t)(watch - watches),
	};

	return epoll_ctl(epoll_fd, operation, fd, &event) == 0 ? 0 : -errno;
}

int loop_add_fd(int fd, uint32_t epoll_events, loop_fd_fn *ready, void *context)
{
	struct watch *watch;
	int rc;

	if (fd < 0)
		return -EBADF;
	watch = find(-1);
	if (watch == NULL)
		return -ENOSPC;
	watch->generation++;
	rc = control(EPOLL_CTL_ADD, watch, fd, epoll_events);
	if (rc != 0)
		return rc;
	watch->fd = fd;
	watch->ready = ready;
	watch->context = context;
	return 0;
}

int loop_change_fd(int fd, uint32_t epoll_events)
{
	const struct watch *watch = fd < 0 ? NULL : find(fd);

	return watch == NULL ? -ENOENT : control(EPOLL_CTL_MOD, watch, fd, epoll_events);
}

void loop_remove_fd(int fd)
{
	struct watch *watch = fd < 0 ? NULL : find(fd);

	if (watch == NULL)
		return;
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	watch->fd = -1;
	watch->generation++;
}

int loop_add_poller(loop_poll_fn *poll, void *context)
{
	if (poller_count == POLLERS_MAX)
		return -ENOSPC;
	pollers[poller_count++] = (struct poller){poll, context};
	return 0;
}

static unsigned int run_pollers(void)
{
	unsigned int work = 0;

	for (unsigned int i = 0; i < poller_count; i++)
		work += pollers[i].poll(pollers[i].context);
	return work;
}

static void dispatch(const struct epoll_event *event)
{
	const struct watch *watch = &watches[(uint32_t)event->data.u64];

	if (watch->fd >= 0 && watch->generation == event->data.u64 >> 32)
		watch->ready(watch->context, event->events);
}

/* Where work came from more is likely to come soon: it would have to wait for the end of a sleep. */
static int timeout_ms(unsigned int work)
{
	idle_turns = work > 0 ? 0 : idle_turns + 1;
	if (idle_turns <= LOOP_PATIENCE_TURNS)
		return 0;
	idle_turns = LOOP_PATIENCE_TURNS; /* stays there */
	return LOOP_IDLE_MS;
}

unsigned int loop_turn(void)
{
	struct epoll_event events[EVENTS_A_TURN];
	unsigned int work = run_pollers();
	int count;

	if (!running)
		return work;
	/* Fails only by EINTR: then there are no events, and the next turn asks again. */
	count = epoll_wait(epoll_fd, events, EVENTS_A_TURN, timeout_ms(work));
	for (int i = 0; i < count; i++)
		dispatch(&events[i]);
	return work;
}

void loop_run(void)
{
	while (running)
		loop_turn();
}

void loop_stop(void)
{
	running = false;
}
