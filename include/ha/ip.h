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

/* Where the unspecified and the loopback address are, and what stands for IPv4 addresses (v4-mapped, visitor_key): no packet
 * of IPv6 may go by a binding of those. */
static inline bool ip_addr_is_in_0_64(const struct ip_addr *a)
{
	return ip_addr_word(a, 0) == 0;
}

/* What may be a home, care-of or forwarded source address (RFC 6275 §9.3.1, RFC 4291 §2.5). Nearly
 * all are in 2000::/3. */
static inline bool ip_addr_is_unicast_routable(const struct ip_addr *a)
{
	if (ip_addr_is_in_2000_3(a))
		return true;
	return !ip_addr_is_multicast(a) && !ip_addr_is_link_local(a) && !ip_addr_is_in_0_64(a);
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

/* An IPv4 address from its four octets, and back. */
static inline struct ip_addr ip4_mapped(const uint8_t octets[static 4])
{
	struct ip_addr a = {.bytes = {[10] = 0xff, [11] = 0xff}};

	memcpy(&a.bytes[12], octets, 4);
	return a;
}

/* One whose first eight octets are 0 and whose others lie in that word, as in ip_addr_word. */
static inline struct ip_addr ip_addr_of_word(uint64_t second)
{
	struct ip_addr a = {0};

	memcpy(&a.bytes[8], &second, sizeof(second));
	return a;
}

static inline const uint8_t *ip4_octets(const struct ip_addr *mapped)
{
	return &mapped->bytes[12];
}

/* In host order. */
static inline uint32_t ip4_number(const struct ip_addr *mapped)
{
	uint32_t number_be;

	memcpy(&number_be, ip4_octets(mapped), sizeof(number_be));
	return be32toh(number_be);
}

/* What may be a home, care-of or forwarded source address: not in 0/8, 127/8, 224/4, 240/4 (RFC 1122 §3.2.1.3, 5735). Its first octet
 * tells. */
static inline bool ip4_first_is_unicast(uint32_t first)
{
	return first - 1 < 223 && first != 127;
}

static inline bool ip4_is_unicast(uint32_t number)
{
	return ip4_first_is_unicast(number >> 24);
}

/* The length of the v4-mapped prefix for an IPv4 one. */
enum { IP4_PREFIX_BITS = 96 };

/* In the binding cache visitors of the foreign agent have keys of their own, beside the home addresses that the home agent
 * serves: a mobile node may be both. */
static inline struct ip_addr visitor_key(const uint8_t home[static 4])
{
	struct ip_addr key = ip4_mapped(home);

	key.bytes[11] = 0xfe;
	return key;
}

/* IPv6 text only; false when it is not an address. */
static inline bool ip_addr_parse(const char *text, struct ip_addr *a)
{
	return inet_pton(AF_INET6, text, a->bytes) == 1;
}

/* IPv4 text only, v4-mapped; false when it is not an address. */
static inline bool ip4_addr_parse(const char *text, struct ip_addr *a)
{
	uint8_t octets[4];

	if (inet_pton(AF_INET, text, octets) != 1)
		return false;
	*a = ip4_mapped(octets);
	return true;
}

/* Returns text, for use inside a call; IPv4 with dots. */
static inline const char *ip_addr_format(const struct ip_addr *a, char text[static IP_ADDR_TEXT])
{
	if (ip_addr_is_v4_mapped(a))
		return inet_ntop(AF_INET, ip4_octets(a), text, IP_ADDR_TEXT);
	return inet_ntop(AF_INET6, a->bytes, text, IP_ADDR_TEXT);
}

#endif
