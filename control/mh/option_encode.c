/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/option_encode.h"

#include "ha/wire/mobility.h"
#include "mh/options.h"

enum { IDENTIFIER_MAX = 254 }; /* with its subtype it fills the option's one length octet */

uint16_t mobility_lifetime_units(uint32_t seconds)
{
	uint32_t units = seconds / LIFETIME_UNIT_S;

	return units > UINT16_MAX ? UINT16_MAX : (uint16_t)units;
}

bool mobility_align(const uint8_t *message, struct writer *w, size_t n, size_t y)
{
	size_t at = (size_t)(w->at - message);

	return mobility_padding_encode(w, (n + y - at % n) % n);
}

/* RFC 4283 §3.2: before everything of authentication. */
bool mobility_identifier_encode(const struct mobility_proof *proof, struct writer *w)
{
	if (proof->identifier == NULL)
		return true;
	return proof->identifier_length <= IDENTIFIER_MAX && writer_u8(w, MOPT_MN_IDENTIFIER) &&
	       writer_u8(w, (uint8_t)(1 + proof->identifier_length)) &&
	       writer_u8(w, MN_IDENTIFIER_NAI) &&
	       writer_bytes(w, proof->identifier, proof->identifier_length);
}

bool mobility_refresh_advice_encode(uint32_t seconds, const uint8_t *message, struct writer *w)
{
	uint16_t units = mobility_lifetime_units(seconds);

	if (units == 0)
		return true;
	return mobility_align(message, w, 2, 0) && writer_u8(w, MOPT_BINDING_REFRESH_ADVICE) &&
	       writer_u8(w, 2) && writer_u16(w, units);
}

/* RFC 4285 §5.1: last, and so at 8n + 5 (which is 4n + 1 too), where its 19 octets end on eight. */
bool mobility_auth_encode(const struct mobility_proof *proof, const uint8_t *message,
			  struct writer *w, uint8_t **auth_data, uint16_t *covered)
{
	*auth_data = NULL;
	*covered = 0;
	if (!proof->has_auth)
		return true;
	if (!mobility_align(message, w, 8, 5) || !writer_u8(w, MOPT_AUTHENTICATION) ||
	    !writer_u8(w, AUTH_MN_HA_OPTION_OCTETS - 2) || !writer_u8(w, AUTH_SUBTYPE_MN_HA) ||
	    !writer_u32(w, proof->spi))
		return false;
	*auth_data = w->at;
	*covered = (uint16_t)(w->at - message);
	return writer_zero(w, AUTH_MN_HA_DATA_OCTETS);
}
