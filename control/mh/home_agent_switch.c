/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/home_agent_switch.h"

#include "ha/wire/ip6.h"
#include "mh/mh.h"

static bool encode_fixed(const struct home_agent_switch *message, struct writer *w)
{
	return writer_u8(w, PROTO_NONE) && writer_u8(w, 0) /* Header Len: mh_finish */ &&
	       writer_u8(w, MH_HOME_AGENT_SWITCH) && writer_u8(w, 0) && writer_u16(w, 0) &&
	       writer_u8(w, message->address_count) && writer_u8(w, 0);
}

static bool encode_addresses(const struct home_agent_switch *message, struct writer *w)
{
	for (uint8_t i = 0; i < message->address_count; i++)
		if (!writer_addr(w, &message->addresses[i]))
			return false;
	return true;
}

uint16_t home_agent_switch_encode(const struct home_agent_switch *message, uint8_t *out,
				  uint16_t size, uint8_t **auth_data, uint16_t *covered)
{
	struct writer w = writer_of(out, size);
	uint16_t octets = 0;

	if (encode_fixed(message, &w) && encode_addresses(message, &w) &&
	    mobility_refresh_advice_encode(message->refresh_advice_s, out, &w) &&
	    mobility_identifier_encode(&message->proof, &w) &&
	    mobility_auth_encode(&message->proof, out, &w, auth_data, covered))
		octets = mh_finish(out, &w);
	if (octets == 0) {
		*auth_data = NULL;
		*covered = 0;
	}
	return octets;
}
