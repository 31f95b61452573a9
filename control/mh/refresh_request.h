/* SPDX-License-Identifier: BSD-3-Clause
 *
 * refresh_request: encode and decode a Binding Refresh Request (RFC 6275 §6.1.2). Threads: any; pure.
 */
#ifndef CONTROL_MH_REFRESH_REQUEST_H
#define CONTROL_MH_REFRESH_REQUEST_H

#include "mh/mh.h"

enum { REFRESH_REQUEST_OCTETS = 8 };

/* Checksum 0. */
void refresh_request_encode(uint8_t out[static REFRESH_REQUEST_OCTETS]);

/* It says nothing but what its type says; its options are passed over. message as mh_check found it. */
enum decode_result refresh_request_decode(struct cursor message, uint16_t *error_offset);

#endif
