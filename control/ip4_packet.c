/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4_packet.h"

#include "checksum.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"

static bool read_address(struct cursor *at, struct ip_addr *address)
{
	uint8_t octets[4];

	if (!cursor_bytes(at, octets, sizeof(octets)))
		return false;
	*address = ip4_mapped(octets);
	return true;
}

/* The fixed header; total_length as it says. */
static bool read_header(struct cursor at, struct ip4_packet *packet, uint16_t *total_length)
{
	uint8_t version_ihl;

	if (!cursor_u8(&at, &version_ihl) || version_ihl >> 4 != 4 || !cursor_skip(&at, 1) ||
	    !cursor_u16(&at, total_length) || !cursor_skip(&at, 2) ||
	    !cursor_u16(&at, &packet->fragment) || !cursor_u8(&at, &packet->ttl) ||
	    !cursor_u8(&at, &packet->protocol) || !cursor_skip(&at, 2) ||
	    !read_address(&at, &packet->source) || !read_address(&at, &packet->destination))
		return false;
	packet->header_octets = (uint8_t)((version_ihl & 0x0f) * 4);
	packet->fragment &= IP4_MF | IP4_OFFSET;
	return packet->header_octets >= sizeof(struct ip4_hdr_wire);
}

enum ip4_packet_result ip4_packet_decode(struct cursor bytes, struct ip4_packet *packet)
{
	uint16_t total_length = 0;

	*packet = (struct ip4_packet){0};
	if (!read_header(bytes, packet, &total_length) || total_length < packet->header_octets ||
	    !cursor_take(&bytes, total_length, &packet->whole) ||
	    plain_checksum(packet->whole.at, packet->header_octets) != 0)
		return IP4_PACKET_MALFORMED;
	packet->payload = packet->whole;
	cursor_skip(&packet->payload, packet->header_octets);
	return packet->fragment != 0 ? IP4_PACKET_FRAGMENT : IP4_PACKET_GOOD;
}

bool ip4_quote_decode(struct cursor bytes, struct ip4_packet *packet, uint16_t *octets)
{
	*packet = (struct ip4_packet){0};
	*octets = 0;
	if (!read_header(bytes, packet, octets) || *octets < packet->header_octets ||
	    cursor_left(&bytes) < packet->header_octets)
		return false;
	packet->whole = bytes;
	if (cursor_left(&bytes) > *octets)
		packet->whole = cursor_of(bytes.at, *octets);
	packet->payload = packet->whole;
	return cursor_skip(&packet->payload, packet->header_octets);
}

/* RFC 768: a checksum of 0 says that there is none. */
bool ip4_packet_udp(const struct ip4_packet *packet, struct udp_datagram *datagram)
{
	struct cursor at = packet->payload;
	struct cursor whole = packet->payload;
	uint16_t length;
	uint16_t checksum;

	if (packet->protocol != PROTO_UDP || !cursor_u16(&at, &datagram->source_port) ||
	    !cursor_u16(&at, &datagram->destination_port) || !cursor_u16(&at, &length) ||
	    !cursor_u16(&at, &checksum) || length < sizeof(struct udp_hdr_wire) ||
	    !cursor_take(&whole, length, &datagram->payload))
		return false;
	if (checksum != 0 && ip4_checksum(&packet->source, &packet->destination, PROTO_UDP,
					  datagram->payload.at, length) != 0)
		return false;
	return cursor_skip(&datagram->payload, sizeof(struct udp_hdr_wire));
}
