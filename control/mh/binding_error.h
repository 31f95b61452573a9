/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding_error: encode a Binding Error (RFC 6275 §6.1.9). Threads: any; pure.
 */
#ifndef CONTROL_MH_BINDING_ERROR_H
#define CONTROL_MH_BINDING_ERROR_H

#include <stdint.h>

#include "mh/mh.h"

enum { BINDING_ERROR_OCTETS = 24 };

/* Checksum 0; home is :: when the offending packet had no Home Address option. */
void binding_error_encode(enum binding_error_status status, const struct ip_addr *home,
			  uint8_t out[static BINDING_ERROR_OCTETS]);

#endif
