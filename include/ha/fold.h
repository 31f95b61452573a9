/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fold: the step from which hashes are made.
 *
 * Threads    any; pure.
 */
#ifndef HA_FOLD_H
#define HA_FOLD_H

#include <stdint.h>

/* Both halves of a product, put together: every bit of either number reaches every bit. */
static inline uint64_t fold(uint64_t a, uint64_t b)
{
#ifdef __x86_64__
	/* In C the compiler takes the product through memory where registers are few. */
	uint64_t high;

	__asm__("mulq %2" : "+a"(a), "=d"(high) : "rm"(b) : "cc");
	return a ^ high;
#else
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
#endif
}

#endif
