/* SPDX-License-Identifier: BSD-3-Clause
 *
 * prefix_delay: when an unsolicited Mobile Prefix Advertisement is sent.
 *
 * Threads    any; pure.
 * RFC        6275 §10.6.2 (RAND_ADV_DELAY).
 */
#ifndef CONTROL_ROUTER_PREFIX_DELAY_H
#define CONTROL_ROUTER_PREFIX_DELAY_H

#include <stdint.h>

/* min_s + random mod |least(max_s, preferred_s) - min_s|, in milliseconds. When the prefix would be
 * invalid by then, and its bindings gone, a time within the first half of what is left. Lifetimes
 * may be LIFETIME_INFINITE_S. */
uint64_t prefix_delay_ms(uint32_t min_s, uint32_t max_s, uint32_t valid_s, uint32_t preferred_s,
			 uint64_t random);

#endif
