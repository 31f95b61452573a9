/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/frame4.h"

#include <string.h>

#include "checksum.h"
#include "ha/wire/ip4.h"
#include "ip4_packet.h"
#include "link/frame.h"

enum {
	MAC_OCTETS = 6,
	TYPE_IP4 = 0x0800,
	TYPE_ARP = 0x0806,
	ROUTER_ADVERTISEMENT = 9,
	ROUTER_SOLICITATION = 10,
	MESSAGE_OCTETS = 8, /* the least of both */
};

static bool read_ether(struct cursor *at, uint8_t mac[static 6], uint16_t wanted)
{
	uint16_t type;

	return cursor_skip(at, MAC_OCTETS) && cursor_bytes(at, mac, MAC_OCTETS) &&
	       !frame_mac_is_group(mac) && cursor_u16(at, &type) && type == wanted;
}

/* RFC 1256 §6.1.2, §6.2.1. The code of an advertisement says who advertises (RFC 5944 §2.1). */
static bool is_discovery(struct cursor icmp, uint8_t *type)
{
	uint8_t code;

	if (cursor_left(&icmp) < MESSAGE_OCTETS ||
	    plain_checksum(icmp.at, (uint32_t)cursor_left(&icmp)) != 0 || !cursor_u8(&icmp, type) ||
	    !cursor_u8(&icmp, &code))
		return false;
	return *type == ROUTER_ADVERTISEMENT || (*type == ROUTER_SOLICITATION && code == 0);
}

/* RFC 1122 §3.2.1.3: no group and no broadcast is ever a source. A host without an address has 0.0.0.0. */
static bool may_be_source(const struct ip_addr *source)
{
	uint32_t number = ip4_number(source);

	return number == 0 || ip4_is_unicast(number);
}

bool frame4_read(const uint8_t *frame, size_t octets, struct link_message4 *message)
{
	struct cursor at = cursor_of(frame, octets);
	struct ip4_packet packet;

	if (!read_ether(&at, message->source_mac, TYPE_IP4) ||
	    ip4_packet_decode(at, &packet) != IP4_PACKET_GOOD || packet.protocol != PROTO_ICMP ||
	    !may_be_source(&packet.source) || !is_discovery(packet.payload, &message->type))
		return false;
	message->ttl = packet.ttl;
	message->source = packet.source;
	message->destination = packet.destination;
	message->icmp = packet.payload;
	return true;
}

bool frame4_read_arp(const uint8_t *frame, size_t octets, struct cursor *message)
{
	uint8_t mac[MAC_OCTETS];

	*message = cursor_of(frame, octets);
	return read_ether(message, mac, TYPE_ARP);
}

void frame4_group_mac(const uint8_t destination[static 4], uint8_t mac[static 6])
{
	static const uint8_t group[3] = {0x01, 0x00, 0x5e};

	memset(mac, 0xff, MAC_OCTETS);
	if (destination[0] >> 4 != 0xe)
		return;
	memcpy(mac, group, sizeof(group));
	memcpy(mac + 3, destination + 1, 3);
	mac[3] &= 0x7f;
}
