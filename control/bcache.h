/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bcache: the binding cache, write side.
 *
 * Shape      entries come from one array made at start, with room for those that wait to be let go
 *            of by the workers.
 * Ownership  an entry from bcache_make belongs to the caller until it is published; then to the
 *            cache.
 * Threads    the control thread.
 */
#ifndef CONTROL_BCACHE_H
#define CONTROL_BCACHE_H

#include <stdint.h>

#include "ha/bcache.h"
#include "ha/fault.h"

int bcache_start(uint32_t capacity, struct fault *fault);
void bcache_stop(void);
const struct bcache *bcache_table(void);

/* An empty entry to fill in. NULL when even waiting for the workers frees none. */
struct binding *bcache_make(void);

/* Puts next in force in place of old (NULL: none). On failure old still stands and next is free
 * again. */
int bcache_publish(const struct binding *old, struct binding *next);

/* Takes an entry out; workers may read it a little longer. */
void bcache_remove(const struct binding *old);

#endif
