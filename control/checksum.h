/* SPDX-License-Identifier: BSD-3-Clause
 *
 * checksum: of an upper-layer message behind a pseudo-header, and of what has none.
 *
 * Bytes      the result is in host order.
 * Threads    any; pure.
 * RFC        1071; 8200 §8.1; 6275 §6.1.1; 768, 791, 792.
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

/* The same behind the pseudo-header of IPv4, from v4-mapped addresses. */
uint16_t ip4_checksum(const struct ip_addr *source, const struct ip_addr *destination,
		      uint8_t protocol, const uint8_t *message, uint32_t length);

/* The same without a pseudo-header: of an IPv4 header, an ICMP message, a GRE packet. */
uint16_t plain_checksum(const uint8_t *message, uint32_t length);

#endif
