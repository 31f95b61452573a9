/* SPDX-License-Identifier: BSD-3-Clause
 *
 * retire: frees what workers may still be reading, once every worker has passed a quiescent state.
 *
 * Shape      first in, first out; several entries share a token.
 * Threads    the control thread.
 */
#ifndef CONTROL_RETIRE_H
#define CONTROL_RETIRE_H

#include <stdint.h>

typedef void retire_fn(void *context, uintptr_t value);

/* free(context, value) is called later, from retire_poll or retire_drain; never before every worker
 * let go. */
void retire(retire_fn *free, void *context, uintptr_t value);
/* Frees what may be freed now. Returns how many. */
unsigned int retire_poll(void *unused);
/* The same as a poller of the loop: only for many entries or after a millisecond, because each look
 * takes a cache line away from every worker. */
unsigned int retire_poll_sparingly(void *unused);
/* Waits for the workers, or, when none runs, does not; then everything is freed. */
void retire_drain(void);
uint32_t retire_pending(void);

#endif
