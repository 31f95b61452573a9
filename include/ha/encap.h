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
#define ENCAPS(X)                                                                                  \
	X(IP6_IN_IP6, ip6_in_ip6, 40, "RFC 2473")                                                  \
	X(IP4_IN_IP4, ip4_in_ip4, 20, "RFC 2003")                                                  \
	X(MINIMAL, minimal, 12, "RFC 2004")                                                        \
	X(GRE, gre, 24, "RFC 2784")                                                                \
	X(UDP, udp, 32, "RFC 3519")

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

/* Octets more of a GRE header with a key (RFC 2890 §2.1). */
enum { ENCAP_GRE_KEY_OCTETS = 4 };

enum {
	TUNNEL4_KINDS = ENCAP_KIND_COUNT - ENCAP_IP4_IN_IP4,
	TUNNEL4_HEADER_MAX = ENCAP_UDP_OVERHEAD,
};

/* What the tunnels of IPv4 packets with one local end and one kind of encapsulation share. The class of kind k at the local
 * address with index a is number a * TUNNEL4_KINDS + k - ENCAP_IP4_IN_IP4. ha/tunnel4.h makes them. */
struct tunnel4_class {
	struct ip_addr local; /* home agent or care-of address: outer source */
	/* Ready-made outer headers, without lengths, checksums, destination, ports, key. */
	uint8_t header[TUNNEL4_HEADER_MAX];
	uint32_t sum;	/* of the 16-bit words of the ready-made IPv4 header, as they lie */
	uint8_t octets; /* of header */
	uint8_t kind;	/* enum encap_kind */
} __attribute__((aligned(64)));

/* Numbers of such classes are no numbers of a struct tunnel_class: a binding of IPv4 allows no tunnel of IPv6. */
enum { TUNNEL4_FIRST = 0x8000 };

static inline uint16_t tunnel4_number(uint16_t local, enum encap_kind kind)
{
	return (uint16_t)(TUNNEL4_FIRST + local * TUNNEL4_KINDS + kind - ENCAP_IP4_IN_IP4);
}

/* Of a class in its table. */
static inline uint16_t tunnel4_index(uint16_t number)
{
	return (uint16_t)(number - TUNNEL4_FIRST);
}

static inline enum encap_kind tunnel4_kind(uint16_t number)
{
	return (enum encap_kind)(tunnel4_index(number) % TUNNEL4_KINDS + ENCAP_IP4_IN_IP4);
}

static inline uint16_t tunnel4_local(uint16_t number)
{
	return tunnel4_index(number) / TUNNEL4_KINDS;
}

static inline uint64_t tunnel_first_word(uint8_t next_header, uint8_t hop_limit)
{
	return htobe64(UINT64_C(6) << 60 | (uint64_t)next_header << 8 | hop_limit);
}

#endif
