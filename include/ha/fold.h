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
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

#endif
