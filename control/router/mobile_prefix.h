/* SPDX-License-Identifier: BSD-3-Clause
 *
 * mobile_prefix: Mobile Prefix Solicitation and Advertisement.
 *
 * Threads    any; pure.
 * RFC        6275 §6.7, §6.8.
 */
#ifndef CONTROL_ROUTER_MOBILE_PREFIX_H
#define CONTROL_ROUTER_MOBILE_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/config.h"
#include "ha/cursor.h"
#include "router/nd_option.h"

enum {
	MOBILE_PREFIX_OCTETS_MAX = DISCOVERY_OCTETS + HOME_PREFIXES_MAX * ND_PREFIX_OCTETS,
};

/* message: from the ICMPv6 type on. False for a code other than 0, less than the fixed part, or
 * options that are not whole; those that are, are ignored, and so is Reserved. */
bool mobile_prefix_solicitation_decode(struct cursor message, uint16_t *identifier);

/* With checksum 0, and M and O clear: mobile nodes get no DHCPv6 here (RFC 6275 §10.4.4). At most
 * HOME_PREFIXES_MAX prefixes. Returns how many octets. */
uint16_t mobile_prefix_advertisement_encode(uint16_t identifier, const struct nd_prefix prefixes[],
					    uint16_t count,
					    uint8_t message[static MOBILE_PREFIX_OCTETS_MAX]);

#endif
