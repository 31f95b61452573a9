/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ring: messages of 16 octets from one thread to another, for one transfer of a cache line between their CPUs.
 *
 * For messages that come one by one: DPDK's rte_ring takes three for each, where the producer is, the message, where the consumer is. Here a
 * message says itself that it is there, by a mark that changes from lap to lap, and the producer looks where the
 * consumer is only when it may have come round to it.
 *
 * Shape      a message is a struct of 16 octets whose last octet is the ring's own: what ring_put finds there is lost, and
 *            what ring_take leaves there means nothing.
 * Threads    one producer, one consumer. A message is seen whole, in order, and with all that was written before it was put.
 */
#ifndef DATAPLANE_RING_H
#define DATAPLANE_RING_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

enum { RING_MARK_AT = 15 }; /* in a message */

/* The two halves of a message, in the order in which they are written. */
struct ring_slot {
	uint64_t first;
	uint64_t marked;
};

struct ring {
	uint32_t slots; /* a power of two; constant */
	uint32_t shift; /* its logarithm */

	/* the producer's */
	uint32_t put __rte_cache_aligned;
	uint32_t room_until; /* what put may become before the producer looks again */

	/* the consumer's, read by the producer once a lap */
	uint32_t taken __rte_cache_aligned;

	struct ring_slot slot[] __rte_cache_aligned;
};

/* slots: a power of two, at most 2^24, so that the mark changes where the counts of 32 bits wrap; so many messages can be on
 * their way. NULL: no memory. It stays until the EAL ends. */
struct ring *ring_make(uint32_t slots, int socket);

/* Octets of DPDK's memory that this takes. */
uint64_t ring_octets(uint32_t slots);

/* Of message number at: another one than a lap before, and not 0 in the first lap. */
static inline uint8_t ring_mark(const struct ring *r, uint32_t at)
{
	return (uint8_t)((at >> r->shift) + 1);
}

static inline struct ring_slot *ring_slot(struct ring *r, uint32_t at)
{
	return &r->slot[at & (r->slots - 1)];
}

/* The producer: false when the ring is full. */
static inline bool ring_put(struct ring *r, const void *message)
{
	uint8_t octets[sizeof(struct ring_slot)];
	struct ring_slot *to = ring_slot(r, r->put);
	struct ring_slot slot;

	if (unlikely(r->put == r->room_until)) {
		r->room_until = __atomic_load_n(&r->taken, __ATOMIC_ACQUIRE) + r->slots;
		if (r->put == r->room_until)
			return false;
	}
	memcpy(octets, message, sizeof(octets));
	octets[RING_MARK_AT] = ring_mark(r, r->put);
	memcpy(&slot, octets, sizeof(slot));
	__atomic_store_n(&to->first, slot.first, __ATOMIC_RELAXED);
	__atomic_store_n(&to->marked, slot.marked, __ATOMIC_RELEASE);
	r->put++;
	return true;
}

/* The consumer: false when the ring is empty. */
static inline bool ring_take(struct ring *r, void *message)
{
	const struct ring_slot *from = ring_slot(r, r->taken);
	uint8_t octets[sizeof(struct ring_slot)];
	struct ring_slot slot;

	slot.marked = __atomic_load_n(&from->marked, __ATOMIC_ACQUIRE);
	slot.first = __atomic_load_n(&from->first, __ATOMIC_RELAXED);
	memcpy(octets, &slot, sizeof(octets));
	if (octets[RING_MARK_AT] != ring_mark(r, r->taken))
		return false;
	memcpy(message, octets, sizeof(octets));
	__atomic_store_n(&r->taken, r->taken + 1, __ATOMIC_RELEASE);
	return true;
}

/* Fetch what the next ring_put writes, what the next ring_take reads. */
static inline void ring_expect_put(struct ring *r)
{
	__builtin_prefetch(ring_slot(r, r->put), 1);
}

static inline void ring_expect_take(struct ring *r)
{
	__builtin_prefetch(ring_slot(r, r->taken));
}

#endif
