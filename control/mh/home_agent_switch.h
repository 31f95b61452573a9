/* SPDX-License-Identifier: BSD-3-Clause
 *
 * home_agent_switch: encode a Home Agent Switch message (RFC 5142 §4). A home agent only sends it.
 * Threads: any; pure.
 */
#ifndef CONTROL_MH_HOME_AGENT_SWITCH_H
#define CONTROL_MH_HOME_AGENT_SWITCH_H

#include <stdint.h>

#include "ha/ip.h"
#include "mh/option_encode.h"

enum {
	HOME_AGENT_SWITCH_ADDRESSES_MAX = 16,
	HOME_AGENT_SWITCH_OCTETS_MAX = 8 + 16 * HOME_AGENT_SWITCH_ADDRESSES_MAX + 257 + 4 + 8 + 32,
};

struct home_agent_switch {
	const struct ip_addr *addresses; /* best first; none sends the node to discovery */
	uint8_t address_count;
	uint32_t refresh_advice_s; /* until the binding will be gone; 0: option left out */
	struct mobility_proof proof;
};

/* As binding_ack_encode. */
uint16_t home_agent_switch_encode(const struct home_agent_switch *message, uint8_t *out,
				  uint16_t size, uint8_t **auth_data, uint16_t *covered);

#endif
