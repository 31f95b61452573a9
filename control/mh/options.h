/* SPDX-License-Identifier: BSD-3-Clause
 *
 * options: mobility options, decoded into one plain struct; one table row each.
 *
 * Bytes      host order; addresses in network order.
 * Ownership  pointers point into the message that was decoded.
 * Threads    any; pure: no log, no allocation, no table.
 * RFC        6275 §6.2; 4283; 4285 §5, §6; 3963 §4.3.
 */
#ifndef CONTROL_MH_OPTIONS_H
#define CONTROL_MH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/wire/mobility.h"

enum decode_result {
	DECODE_GOOD,
	DECODE_SHORT,	      /* runs past its end: drop */
	DECODE_OPTION_LENGTH, /* a known option with a wrong length: Parameter Problem at error_offset */
	DECODE_OPTION_ALIGNMENT, /* a known option out of its alignment: drop */
	DECODE_OPTION_ORDER,	 /* repeated or out of order where the RFC forbids it: drop */
};

/* An authentication option (RFC 4285 §5). covered is the length of the message up to and including the SPI. */
struct auth_option {
	bool present;
	bool is_last; /* nothing but padding follows; behind MN-HA an MN-AAA option may, which is last itself */
	uint32_t spi;
	const uint8_t *data;
	uint8_t data_length;
	uint16_t covered;
};

struct mobility_options {
	bool has_alternate_care_of;
	bool has_nonce_indices;
	bool has_binding_authorization;
	bool binding_authorization_is_last; /* nothing follows, not even padding */
	bool has_message_id;
	bool has_refresh_advice;
	struct ip_addr alternate_care_of;
	uint16_t home_nonce_index;
	uint16_t care_of_nonce_index;
	uint16_t refresh_advice_units; /* of four seconds */
	uint16_t network_prefix_count;
	uint64_t message_id_ntp;
	const uint8_t *identifier; /* NAI without its subtype, or NULL */
	uint8_t identifier_length;
	bool identifier_before_auth;
	const uint8_t *binding_authorization;	/* AUTHORIZATION_DATA_OCTETS of the last one */
	uint16_t binding_authorization_covered; /* octets of the message in front of it */
	struct auth_option mn_ha;
	struct auth_option mn_aaa;
};

/* message: the whole Mobility Header; first: offset of the first option. On DECODE_OPTION_LENGTH error_offset is that
 * of the option's Length octet from the start of the message. */
enum decode_result mobility_options_decode(struct cursor message, uint16_t first,
					   struct mobility_options *options,
					   uint16_t *error_offset);

/* Pad1 or PadN of 0 to 257 octets. False, and nothing written, when there is no room. */
bool mobility_padding_encode(struct writer *w, size_t octets);

#endif
