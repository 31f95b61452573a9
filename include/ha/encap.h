/* SPDX-License-Identifier: BSD-3-Clause
 *
 * encap: the list of encapsulations, and the ready-made outer headers made from it.
 *
 * Shape      a tunnel class is everything that many bindings share: home agent address, kind, hop
 *            limit. A binding names one by index. Pushing takes the header's first eight octets
 *            from it and patches what differs.
 * Threads    any; immutable while workers run.
 * RFC        2473 §3.1; 6275 §10.4.2.
 */
#ifndef HA_ENCAP_H
#define HA_ENCAP_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/ip.h"
#include "ha/wire/ip6.h"

/* upper, lower, octets of overhead, RFC */
#define ENCAPS(X) X(IP6_IN_IP6, ip6_in_ip6, 40, "RFC 2473")

enum encap_kind {
#define X(upper, lower, overhead, rfc) ENCAP_##upper,
	ENCAPS(X)
#undef X
		ENCAP_KIND_COUNT,
};

enum {
#define X(upper, lower, overhead, rfc) ENCAP_##upper##_OVERHEAD = overhead,
	ENCAPS(X)
#undef X
};

enum { ENCAP_LIMIT_OCTETS = 8 }; /* of a header with a Tunnel Encapsulation Limit */

struct tunnel_class {
	uint64_t first_word_be; /* of the outer header: version, next header, hop limit; else 0 */
	struct ip_addr home_agent;
	uint8_t kind;	 /* enum encap_kind */
	bool is_limited; /* outer headers carry a Tunnel Encapsulation Limit; in all classes alike */
	uint8_t limit;	 /* for a packet that brings none of its own */
} __attribute__((aligned(64)));

/* Octets in front of an inner packet that brings no limit of its own. */
static inline uint16_t tunnel_overhead(const struct tunnel_class *class)
{
	return ENCAP_IP6_IN_IP6_OVERHEAD + (class->is_limited ? ENCAP_LIMIT_OCTETS : 0);
}

static inline uint64_t tunnel_first_word(uint8_t next_header, uint8_t hop_limit)
{
	return htobe64(UINT64_C(6) << 60 | (uint64_t)next_header << 8 | hop_limit);
}

#endif
