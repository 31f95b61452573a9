/* SPDX-License-Identifier: BSD-3-Clause
 *
 * draw: random numbers that are the same in every run (xorshift).
 *
 * Threads    one.
 */
#ifndef TESTS_SUPPORT_DRAW_H
#define TESTS_SUPPORT_DRAW_H

#include <stdint.h>

static inline uint64_t draw(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

#endif
