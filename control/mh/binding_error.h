/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding_error: encode and decode a Binding Error (RFC 6275 §6.1.9). Threads: any; pure.
 */
#ifndef CONTROL_MH_BINDING_ERROR_H
#define CONTROL_MH_BINDING_ERROR_H

#include <stdint.h>

#include "mh/mh.h"

enum { BINDING_ERROR_OCTETS = 24 };

/* Checksum 0; home is :: when the offending packet had no Home Address option. */
void binding_error_encode(enum binding_error_status status, const struct ip_addr *home,
			  uint8_t out[static BINDING_ERROR_OCTETS]);

struct binding_error {
	uint8_t status; /* enum binding_error_status */
	struct ip_addr home;
};

/* message: exactly the octets of the Mobility Header, as mh_check found them. The error_offset is that of an option. */
enum decode_result binding_error_decode(struct cursor message, struct binding_error *error,
					uint16_t *error_offset);

#endif
