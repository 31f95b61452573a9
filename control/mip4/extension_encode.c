/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The other half of extension.h: what is written.
 */
#include "mip4/extension.h"

static bool append(enum mip4_extension_type type, const void *data, uint8_t octets,
		   struct writer *w)
{
	struct writer at = *w;

	if (!writer_u8(&at, (uint8_t)type) || !writer_u8(&at, octets) ||
	    !writer_bytes(&at, data, octets))
		return false;
	*w = at;
	return true;
}

bool mip4_nai_append(const uint8_t *octets, uint8_t count, struct writer *w)
{
	return append(MIP4_EXT_NAI, octets, count, w);
}

bool mip4_challenge_append(const uint8_t *octets, uint8_t count, struct writer *w)
{
	return append(MIP4_EXT_CHALLENGE, octets, count, w);
}

bool mip4_delivery_style_append(struct writer *w)
{
	return append(MIP4_EXT_DELIVERY_STYLE, "", 0, w);
}

bool mip4_udp_request_append(const struct mip4_udp_request *request, struct writer *w)
{
	const uint8_t data[MIP4_UDP_OCTETS] = {
		[2] = (uint8_t)((request->forced ? MIP4_UDP_REQUEST_F : 0) |
				(request->through_agent ? MIP4_UDP_REQUEST_R : 0)),
		[3] = request->encapsulation,
	};

	return append(MIP4_EXT_UDP_TUNNEL_REQUEST, data, sizeof(data), w);
}

bool mip4_udp_reply_append(const struct mip4_udp_reply *reply, struct writer *w)
{
	const uint8_t data[MIP4_UDP_OCTETS] = {
		[1] = reply->code,
		[2] = reply->forced ? MIP4_UDP_REPLY_F >> 8 : 0,
		[4] = (uint8_t)(reply->keepalive_s >> 8),
		[5] = (uint8_t)reply->keepalive_s,
	};

	return append(MIP4_EXT_UDP_TUNNEL_REPLY, data, sizeof(data), w);
}

bool mip4_revocation_support_append(const struct mip4_revocation_support *support, struct writer *w)
{
	uint8_t data[MIP4_SUPPORT_OCTETS];
	struct writer part = writer_of(data, sizeof(data));

	return writer_u16(&part, support->inform ? MIP4_SUPPORT_I : 0) &&
	       writer_u32(&part, support->timestamp) &&
	       append(MIP4_EXT_REVOCATION_SUPPORT, data, sizeof(data), w);
}

bool mip4_dynamic_ha_append(enum mip4_dynamic_ha subtype, const struct ip_addr *address,
			    struct writer *w)
{
	uint8_t data[MIP4_DYNAMIC_HA_OCTETS + 1];
	struct writer part = writer_of(data, sizeof(data));

	return writer_u8(&part, (uint8_t)subtype) && writer_ip4(&part, address) &&
	       append(MIP4_EXT_DYNAMIC_HA, data, sizeof(data), w);
}
