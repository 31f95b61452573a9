/* SPDX-License-Identifier: BSD-3-Clause
 *
 * ip: the one address type and the prefix type.
 *
 * Bytes      network order; an IPv4 address is written v4-mapped (::ffff:a.b.c.d).
 * Threads    any; everything here is pure.
 * RFC        4291 §2.
 */
#ifndef HA_IP_H
#define HA_IP_H

#include <arpa/inet.h>
#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Octets only, so that one inside a packet may lie at any offset. */
struct ip_addr {
	uint8_t bytes[16];
};

_Static_assert(sizeof(struct ip_addr) == 16, "an address is 16 octets");

struct ip_prefix {
	struct ip_addr addr;
	uint8_t length; /* bits, 0 to 128 */
};

#define IP_ADDR_TEXT   INET6_ADDRSTRLEN
#define IP_PREFIX_TEXT (INET6_ADDRSTRLEN + 4)

/* Half of an address, as it lies in memory: 0 the prefix, 1 the interface identifier. */
static inline uint64_t ip_addr_word(const struct ip_addr *a, unsigned int half)
{
	uint64_t word;

	memcpy(&word, &a->bytes[8 * half], sizeof(word));
	return word;
}

static inline bool ip_addr_equal(const struct ip_addr *a, const struct ip_addr *b)
{
	return ((ip_addr_word(a, 0) ^ ip_addr_word(b, 0)) |
		(ip_addr_word(a, 1) ^ ip_addr_word(b, 1))) == 0;
}

static inline bool ip_addr_is_unspecified(const struct ip_addr *a)
{
	return (ip_addr_word(a, 0) | ip_addr_word(a, 1)) == 0;
}

static inline bool ip_addr_is_multicast(const struct ip_addr *a)
{
	return a->bytes[0] == 0xff;
}

static inline bool ip_addr_is_link_local(const struct ip_addr *a)
{
	return a->bytes[0] == 0xfe && (a->bytes[1] & 0xc0) == 0x80;
}

static inline bool ip_addr_is_loopback(const struct ip_addr *a)
{
	static const struct ip_addr loopback = {.bytes = {[15] = 1}};

	return ip_addr_equal(a, &loopback);
}

static inline bool ip_addr_is_v4_mapped(const struct ip_addr *a)
{
	static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

	return memcmp(a->bytes, prefix, sizeof(prefix)) == 0;
}

static inline bool ip_addr_is_in_2000_3(const struct ip_addr *a)
{
	return (a->bytes[0] & 0xe0) == 0x20;
}

/* What may be a home, care-of or forwarded source address (RFC 6275 §9.3.1, RFC 4291 §2.5). Nearly
 * all are in 2000::/3. */
static inline bool ip_addr_is_unicast_routable(const struct ip_addr *a)
{
	if (ip_addr_is_in_2000_3(a))
		return true;
	return !ip_addr_is_multicast(a) && !ip_addr_is_link_local(a) &&
	       !ip_addr_is_unspecified(a) && !ip_addr_is_loopback(a) && !ip_addr_is_v4_mapped(a);
}

static inline bool ip_prefix_contains(const struct ip_prefix *p, const struct ip_addr *a)
{
	uint64_t high = be64toh(ip_addr_word(&p->addr, 0) ^ ip_addr_word(a, 0));
	uint64_t low = be64toh(ip_addr_word(&p->addr, 1) ^ ip_addr_word(a, 1));

	if (p->length <= 64)
		return p->length == 0 || high >> (64 - p->length) == 0;
	return high == 0 && low >> (128 - p->length) == 0;
}

static inline bool ip_prefix_equal(const struct ip_prefix *a, const struct ip_prefix *b)
{
	return a->length == b->length && ip_addr_equal(&a->addr, &b->addr);
}

/* IPv6 text only; false when it is not an address. */
static inline bool ip_addr_parse(const char *text, struct ip_addr *a)
{
	return inet_pton(AF_INET6, text, a->bytes) == 1;
}

/* Returns text, for use inside a call. */
static inline const char *ip_addr_format(const struct ip_addr *a, char text[static IP_ADDR_TEXT])
{
	return inet_ntop(AF_INET6, a->bytes, text, IP_ADDR_TEXT);
}

#endif
