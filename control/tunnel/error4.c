/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/error4.h"

#include "checksum.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "ha/wire/mip4.h"
#include "icmp4.h"

enum {
	TOS_OFFSET = 1,
	UNREACHABLE_CODES = 16,
	TTL_EXCEEDED = 0, /* code of Time Exceeded; the other one is about fragments */
	FLAGS_OFFSET = 6,
};

static enum tunnel_error4_kind kind_of(uint8_t type, uint8_t code, uint32_t value)
{
	/* RFC 2003 §4.1; what RFC 1812 §5.2.7.1 added later says that the host is not reached. */
	static const uint8_t unreachable[UNREACHABLE_CODES] = {
		[0] = TUNNEL_ERROR4_NET,   [1] = TUNNEL_ERROR4_HOST,	[2] = TUNNEL_ERROR4_NET,
		[3] = TUNNEL_ERROR4_OTHER, [4] = TUNNEL_ERROR4_TOO_BIG, [5] = TUNNEL_ERROR4_OTHER,
		[6] = TUNNEL_ERROR4_NET,   [7] = TUNNEL_ERROR4_HOST,	[8] = TUNNEL_ERROR4_HOST,
		[9] = TUNNEL_ERROR4_NET,   [10] = TUNNEL_ERROR4_HOST,	[11] = TUNNEL_ERROR4_NET,
		[12] = TUNNEL_ERROR4_HOST, [13] = TUNNEL_ERROR4_HOST,	[14] = TUNNEL_ERROR4_HOST,
		[15] = TUNNEL_ERROR4_HOST,
	};

	switch (type) {
	case ICMP4_UNREACHABLE:
		return code < UNREACHABLE_CODES ? unreachable[code] : TUNNEL_ERROR4_OTHER;
	case ICMP4_TIME_EXCEEDED: /* RFC 2003 §4.5 */
		return code == TTL_EXCEEDED ? TUNNEL_ERROR4_HOST : TUNNEL_ERROR4_OTHER;
	case ICMP4_PARAMETER_PROBLEM: /* §4.6 */
		return value >> 24 == TOS_OFFSET ? TUNNEL_ERROR4_TOS : TUNNEL_ERROR4_OTHER;
	default:
		return TUNNEL_ERROR4_OTHER;
	}
}

/* RFC 1191 §5, §7: an old router does not say; then the next lower size that links have. */
static uint16_t plateau_below(uint16_t octets)
{
	static const uint16_t plateaus[] = {32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, 296};

	for (size_t i = 0; i < sizeof(plateaus) / sizeof(plateaus[0]); i++)
		if (plateaus[i] < octets)
			return plateaus[i];
	return IP4_MTU_MIN;
}

bool tunnel_error4_decode(struct cursor message, struct tunnel_error4 *error)
{
	uint16_t octets;
	uint32_t value;
	uint8_t type;

	*error = (struct tunnel_error4){0};
	if (!cursor_u8(&message, &type) || !cursor_u8(&message, &error->code) ||
	    !cursor_skip(&message, sizeof(uint16_t)) || !cursor_u32(&message, &value) ||
	    !ip4_quote_decode(message, &error->outer, &octets))
		return false;
	if (type != ICMP4_UNREACHABLE && type != ICMP4_SOURCE_QUENCH && type != ICMP4_REDIRECT &&
	    type != ICMP4_TIME_EXCEEDED && type != ICMP4_PARAMETER_PROBLEM)
		return false;
	error->kind = kind_of(type, error->code, value);
	error->is_unreachable = type == ICMP4_UNREACHABLE;
	error->mtu = (uint16_t)value != 0 ? (uint16_t)value : plateau_below(octets);
	return true;
}

static bool is_first(const struct tunnel_error4 *error)
{
	return (error->outer.fragment & IP4_OFFSET) == 0;
}

/* Behind a UDP header from port 434. */
static bool find_message(const struct tunnel_error4 *error, struct cursor *message)
{
	struct cursor at = error->outer.payload;
	uint16_t port;

	if (error->outer.protocol != PROTO_UDP || !is_first(error) || !cursor_u16(&at, &port) ||
	    port != MIP4_PORT || !cursor_skip(&at, sizeof(struct udp_hdr_wire) - sizeof(port)))
		return false;
	*message = at;
	return true;
}

bool tunnel_error4_is_about_message(const struct tunnel_error4 *error, struct cursor *message)
{
	uint8_t type;
	struct cursor at;

	if (!find_message(error, &at))
		return false;
	*message = at;
	return !cursor_u8(&at, &type) || type != MIP4_TUNNEL_DATA;
}

static bool find_ip(struct tunnel_error4 *error, struct cursor at)
{
	struct ip4_packet inner;

	if (!ip4_quote_decode(at, &inner, &error->inner_octets))
		return false;
	error->inner = inner.whole;
	error->inner_source = inner.source;
	error->inner_destination = inner.destination;
	error->inner_may_fragment = (at.at[FLAGS_OFFSET] & IP4_DF >> 8) == 0;
	return true;
}

/* RFC 2004 §3.1: the packet's own header, changed, is that of the tunnel. What was changed stands behind it. Of the eight octets that
 * every router quotes the last four are the destination. */
static bool find_minimal(struct tunnel_error4 *error)
{
	struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)error->rebuilt;
	struct cursor at = error->outer.payload;
	struct cursor header = error->outer.whole;
	struct minimal_hdr_wire hdr = {0};
	size_t octets = MINIMAL_OCTETS_SHORT;
	size_t rest;
	uint16_t total;

	if (!cursor_bytes(&at, &hdr, MINIMAL_OCTETS_SHORT) ||
	    !cursor_bytes(&header, ip, sizeof(*ip)))
		return false;
	if ((hdr.flags & MINIMAL_SOURCE) != 0) {
		if (!cursor_bytes(&at, hdr.source, sizeof(hdr.source)))
			return false;
		memcpy(ip->source, hdr.source, sizeof(ip->source));
		octets = sizeof(hdr);
	}
	/* At least a header, as it was decoded; what then is less than one is found below. */
	total = be16toh(ip->total_length_be);
	ip->version_ihl = IP4_VERSION_IHL;
	ip->total_length_be =
		htobe16((uint16_t)(total - error->outer.header_octets + sizeof(*ip) - octets));
	ip->protocol = hdr.protocol;
	memcpy(ip->destination, hdr.destination, sizeof(ip->destination));
	ip->checksum_be = 0;
	ip->checksum_be = htobe16(plain_checksum(error->rebuilt, sizeof(*ip)));
	rest = cursor_left(&at);
	if (rest > sizeof(error->rebuilt) - sizeof(*ip))
		rest = sizeof(error->rebuilt) - sizeof(*ip);
	memcpy(ip + 1, at.at, rest);
	return find_ip(error, cursor_of(ip, sizeof(*ip) + rest));
}

static bool find_gre(struct tunnel_error4 *error)
{
	struct cursor at = error->outer.payload;
	uint16_t protocol;
	uint16_t flags;

	if (!cursor_u16(&at, &flags) || !cursor_u16(&at, &protocol) ||
	    protocol != GRE_PROTOCOL_IP4 ||
	    !cursor_skip(&at, (flags & GRE_KEY) != 0 ? sizeof(uint32_t) : 0))
		return false;
	return find_ip(error, at);
}

bool tunnel_error4_find_inner(struct tunnel_error4 *error)
{
	struct cursor at;

	if (!is_first(error))
		return false;
	switch (error->outer.protocol) {
	case PROTO_IPIP:
		return find_ip(error, error->outer.payload);
	case PROTO_MINIMAL:
		return find_minimal(error);
	case PROTO_GRE:
		return find_gre(error);
	default:
		return find_message(error, &at) && cursor_skip(&at, MIP4_TUNNEL_DATA_OCTETS) &&
		       find_ip(error, at);
	}
}
