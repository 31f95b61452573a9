/* SPDX-License-Identifier: BSD-3-Clause
 *
 * loop: the control thread's one loop: file descriptors by epoll, and pollers that look at rings
 * and timers.
 *
 * Shape      while a poller finds work the loop does not sleep; after LOOP_PATIENCE_TURNS turns
 *            without, it sleeps up to LOOP_IDLE_MS a turn.
 * Threads    the control thread.
 * Errors     0 or a negative errno.
 */
#ifndef CONTROL_LOOP_H
#define CONTROL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LOOP_IDLE_MS = 1,
	LOOP_PATIENCE_TURNS = 64, /* of a microsecond or so */
};

typedef void loop_fd_fn(void *context, uint32_t epoll_events);
/* Returns how much it did; when all say 0 for a while, the loop sleeps. */
typedef unsigned int loop_poll_fn(void *context);

int loop_start(void);
void loop_close(void);

int loop_add_fd(int fd, uint32_t epoll_events, loop_fd_fn *ready, void *context);
int loop_change_fd(int fd, uint32_t epoll_events);
/* The callback is not called again, not even for events already waiting. The caller closes fd. */
void loop_remove_fd(int fd);

int loop_add_poller(loop_poll_fn *poll, void *context);

/* One turn: pollers, then descriptors. Returns how much the pollers did; it may have slept if that is 0. */
unsigned int loop_turn(void);
/* Turns until loop_stop. */
void loop_run(void);
void loop_stop(void);

#endif
