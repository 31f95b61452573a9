/* SPDX-License-Identifier: BSD-3-Clause
 *
 * binding_ack: encode and decode a Binding Acknowledgement (RFC 6275 §6.1.8). Threads: any; pure but for the authenticator.
 */
#ifndef CONTROL_MH_BINDING_ACK_H
#define CONTROL_MH_BINDING_ACK_H

#include <stdbool.h>
#include <stdint.h>

#include "mh/mh.h"

enum { BINDING_ACK_OCTETS_MAX = 16 + 4 + 256 + 16 + 32 };

struct binding_ack {
	uint8_t status; /* enum binding_status */
	uint8_t flags;	/* BA_FLAG_ */
	uint16_t sequence;
	uint32_t lifetime_s;	   /* rounded down to four seconds on the wire */
	uint32_t refresh_advice_s; /* 0: option left out */
	const uint8_t *identifier; /* NAI to repeat, or NULL */
	uint8_t identifier_length;
	bool has_message_id;
	uint64_t message_id_ntp;
	bool has_authorization; /* leave room for Binding Authorization Data, last; not with has_auth */
	bool has_auth;		/* leave room for the MN-HA option, last, ending on eight octets */
	uint32_t spi;
};

/* Writes the message with checksum 0 and the authenticator zero. *auth_data is where its 12 octets go (NULL without
 * has_auth and has_authorization), *covered how much of the message it covers. Returns octets, 0 when out of size. */
uint16_t binding_ack_encode(const struct binding_ack *ack, uint8_t *out, uint16_t size,
			    uint8_t **auth_data, uint16_t *covered);

/* What an acknowledgement says, as far as it concerns one who never asked for it. */
struct received_ack {
	uint8_t status;
	uint8_t flags;
	uint16_t sequence;
	uint32_t lifetime_s;
	struct mobility_options options;
};

/* message: exactly the octets of the Mobility Header, as mh_check found them. */
enum decode_result binding_ack_decode(struct cursor message, struct received_ack *ack,
				      uint16_t *error_offset);

#endif
