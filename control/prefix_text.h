/* SPDX-License-Identifier: BSD-3-Clause
 *
 * prefix_text: prefixes and addresses of either family as people write them.
 *
 * Bytes      IPv4 is v4-mapped: 10.0.0.0/8 has a length of 104 here.
 * Threads    any; pure.
 */
#ifndef CONTROL_PREFIX_TEXT_H
#define CONTROL_PREFIX_TEXT_H

#include <stdbool.h>

#include "ha/ip.h"

/* False when it is neither an IPv4 nor an IPv6 address; IPv4 is written with dots only. */
bool address_parse(const char *text, struct ip_addr *address);

/* ADDRESS/LENGTH, the length without leading zeros. Bits behind the length are kept. */
bool prefix_parse(const char *text, struct ip_prefix *prefix);

/* The same without the bits behind its length. */
struct ip_prefix prefix_masked(const struct ip_prefix *prefix);

/* The length as its family counts it. */
unsigned int prefix_length(const struct ip_prefix *prefix);

/* Returns text, for use inside a call. */
const char *prefix_format(const struct ip_prefix *prefix, char text[static IP_PREFIX_TEXT]);

#endif
