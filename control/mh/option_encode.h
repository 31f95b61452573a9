/* SPDX-License-Identifier: BSD-3-Clause
 *
 * option_encode: mobility options in the messages that a home agent sends; options.h reads them.
 *
 * Errors     false when there is no room; the message is then not to be used.
 * Threads    any; pure.
 * RFC        6275 §6.2.1, §6.2.4; 4283 §3; 4285 §5.1.
 */
#ifndef CONTROL_MH_OPTION_ENCODE_H
#define CONTROL_MH_OPTION_ENCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"

/* What shows a mobile node that a message is from its home agent. */
struct mobility_proof {
	const uint8_t *identifier; /* NAI without its subtype, or NULL */
	uint8_t identifier_length;
	bool has_auth; /* leave room for the MN-HA option, last, ending on eight octets */
	uint32_t spi;
};

/* In units of four seconds, rounded down, 65535 at most. */
uint16_t mobility_lifetime_units(uint32_t seconds);

/* Pads until the next option starts at x * n + y of the message. */
bool mobility_align(const uint8_t *message, struct writer *w, size_t n, size_t y);

bool mobility_identifier_encode(const struct mobility_proof *proof, struct writer *w);

/* Left out when it rounds to nothing: it would ask for a refresh at once. */
bool mobility_refresh_advice_encode(uint32_t seconds, const uint8_t *message, struct writer *w);

/* The authenticator is left 0. *auth_data is where its 12 octets go (NULL without has_auth),
 * *covered how much of the message it covers. */
bool mobility_auth_encode(const struct mobility_proof *proof, const uint8_t *message,
			  struct writer *w, uint8_t **auth_data, uint16_t *covered);

#endif
