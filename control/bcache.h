/* SPDX-License-Identifier: BSD-3-Clause
 *
 * bcache: the binding cache, write side.
 *
 * Shape      bindings come from one array made at start, with room for those that wait to be let go
 *            of by the workers; so do the overflow buckets. The hash is keyed and the table filled
 *            to half at most, so that overflow buckets do not run out before bindings do, but in
 *            theory they can: then a newcomer is refused like one too many.
 * Ownership  a binding from bcache_make belongs to the caller until it is published; then to the
 *            cache.
 * Threads    the control thread.
 */
#ifndef CONTROL_BCACHE_H
#define CONTROL_BCACHE_H

#include <stddef.h>
#include <stdint.h>

#include "ha/bcache.h"
#include "ha/fault.h"

/* Room for that many bindings in force. 0; -ENOMEM with the fault filled. */
int bcache_start(uint32_t capacity, struct fault *fault);
void bcache_stop(void);
const struct bcache *bcache_table(void);
/* Octets of all that workers read of a cache with that capacity, which is what it takes of DPDK's
 * memory. */
size_t bcache_octets(uint32_t capacity);

/* An empty binding to fill in. NULL when even waiting for the workers frees none. */
struct binding *bcache_make(void);

/* Puts next in force in place of old (NULL: none), in one store. 0; -ENOSPC when a newcomer finds no
 * bucket: next is free again, and nothing else has changed. */
int bcache_publish(const struct binding *old, struct binding *next);

/* Takes a binding out; workers may read it a little longer. */
void bcache_remove(const struct binding *old);

/* Of simultaneous bindings only the first is published; it leads to the next by also, and so on. */

/* What also holds to lead to that binding. */
uint32_t bcache_also(const struct binding *binding);
/* Gives back what was made and not published. */
void bcache_discard(struct binding *made);
/* One that others led to, when none that is published does any longer. */
void bcache_retire(const struct binding *old);

#endif
