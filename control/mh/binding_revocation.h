/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding_revocation: encode and decode a Binding Revocation message (RFC 5846 §5): indication and
 * acknowledgement have one layout. Threads: any; pure.
 */
#ifndef CONTROL_MH_BINDING_REVOCATION_H
#define CONTROL_MH_BINDING_REVOCATION_H

#include <stdint.h>

#include "mh/option_encode.h"
#include "mh/options.h"

enum { BINDING_REVOCATION_OCTETS_MAX = 12 + 257 + 8 + 32 };

struct binding_revocation {
	uint8_t type;	/* enum binding_revocation_type, or another: not for us */
	uint8_t reason; /* an indication's trigger, an acknowledgement's status */
	uint16_t sequence;
	uint8_t flags; /* REVOCATION_FLAG_ */
};

/* As binding_ack_encode. */
uint16_t binding_revocation_encode(const struct binding_revocation *message,
				   const struct mobility_proof *proof, uint8_t *out, uint16_t size,
				   uint8_t **auth_data, uint16_t *covered);

/* As binding_update_decode. */
enum decode_result binding_revocation_decode(struct cursor message,
					     struct binding_revocation *decoded,
					     struct mobility_options *options,
					     uint16_t *error_offset);

#endif
