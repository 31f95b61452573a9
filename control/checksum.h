/* SPDX-License-Identifier: BSD-3-Clause
 *
 * checksum: of an upper-layer message behind an IPv6 pseudo-header.
 *
 * Bytes      the result is in host order.
 * Threads    any; pure.
 * RFC        8200 §8.1; 6275 §6.1.1.
 */
#ifndef CONTROL_CHECKSUM_H
#define CONTROL_CHECKSUM_H

#include <stdint.h>

#include "ha/ip.h"

/* The 16-bit one's complement sum over the pseudo-header and the message, folded and inverted: 0 for
 * a message whose checksum field is right; what to store for one whose field is 0. destination is
 * the final one, even while a routing header holds it. */
uint16_t ip6_checksum(const struct ip_addr *source, const struct ip_addr *destination,
		      uint8_t protocol, const uint8_t *message, uint32_t length);

#endif
