/* SPDX-License-Identifier: BSD-3-Clause
 *
 * limiter: how many answers a source may cause that has not proved who it is: ICMPv6 errors,
 * Binding Errors, refusals before or without authentication. A token bucket for each source, an IPv6
 * /64 or an IPv4 address, and one for all.
 *
 * Shape      buckets are a fixed table, hashed with a secret; sources that collide share one.
 * Threads    the control thread.
 * RFC        4443 §2.4 (f); 6275 §9.3.3.
 */
#ifndef CONTROL_LIMITER_H
#define CONTROL_LIMITER_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/ip.h"

void limiter_start(const struct token_bucket_config *per_source,
		   const struct token_bucket_config *total, uint64_t secret);

/* Takes a token of each, or none. */
bool limiter_allows(const struct ip_addr *source, uint64_t now_ms);

#endif
