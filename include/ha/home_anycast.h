/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_anycast: the Mobile IPv6 Home-Agents anycast address of a home prefix.
 *
 * Threads    any; pure.
 * RFC        2526 §2, §3 (identifier 126); 6275 §10.5.
 */
#ifndef HA_HOME_ANYCAST_H
#define HA_HOME_ANYCAST_H

#include "ha/ip.h"

enum {
	HOME_AGENTS_ANYCAST_ID = 126,
	HOME_ANYCAST_PREFIX_MAX = 121, /* the last seven bits are the identifier */
	HOME_ANYCAST_EUI64_PREFIX = 64,
	HOME_ANYCAST_UNIVERSAL_BIT = 0x02, /* clear in an interface identifier of EUI-64 form */
};

/* Whether an address in the prefix is its anycast address: ones behind the prefix, then the
 * identifier; where interface identifiers have EUI-64 form, their universal bit is clear. */
static inline bool is_home_anycast(const struct ip_prefix *prefix, const struct ip_addr *a)
{
	struct ip_addr anycast = prefix->addr;

	if (prefix->length > HOME_ANYCAST_PREFIX_MAX)
		return false;
	for (unsigned int i = prefix->length / 8; i < sizeof(anycast.bytes); i++) {
		unsigned int before = i == prefix->length / 8 ? prefix->length % 8 : 0;

		anycast.bytes[i] |= (uint8_t)(0xff >> before);
	}
	if (prefix->length == HOME_ANYCAST_EUI64_PREFIX)
		anycast.bytes[8] ^= HOME_ANYCAST_UNIVERSAL_BIT;
	anycast.bytes[15] = (anycast.bytes[15] & 0x80) | HOME_AGENTS_ANYCAST_ID;
	return ip_addr_equal(&anycast, a);
}

#endif
