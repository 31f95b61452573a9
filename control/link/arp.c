/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/arp.h"

#include <string.h>

#include "link/frame.h"

enum {
	HARDWARE_ETHERNET = 1,
	PROTOCOL_IP4 = 0x0800,
	MAC_OCTETS = 6,
	ADDRESS_OCTETS = 4,
};

static bool read_address(struct cursor *at, struct ip_addr *address)
{
	uint8_t octets[ADDRESS_OCTETS];

	if (!cursor_bytes(at, octets, sizeof(octets)))
		return false;
	*address = ip4_mapped(octets);
	return true;
}

static bool read_kind(struct cursor *at)
{
	uint16_t hardware;
	uint16_t protocol;
	uint8_t hardware_octets;
	uint8_t protocol_octets;

	return cursor_u16(at, &hardware) && hardware == HARDWARE_ETHERNET &&
	       cursor_u16(at, &protocol) && protocol == PROTOCOL_IP4 &&
	       cursor_u8(at, &hardware_octets) && hardware_octets == MAC_OCTETS &&
	       cursor_u8(at, &protocol_octets) && protocol_octets == ADDRESS_OCTETS;
}

static bool is_station(const uint8_t mac[static 6])
{
	static const uint8_t nobody[MAC_OCTETS];

	return !frame_mac_is_group(mac) && memcmp(mac, nobody, MAC_OCTETS) != 0;
}

bool arp_decode(struct cursor bytes, struct arp_message *out)
{
	return read_kind(&bytes) && cursor_u16(&bytes, &out->operation) &&
	       (out->operation == ARP_REQUEST || out->operation == ARP_REPLY) &&
	       cursor_bytes(&bytes, out->sender_mac, MAC_OCTETS) && is_station(out->sender_mac) &&
	       read_address(&bytes, &out->sender) &&
	       cursor_bytes(&bytes, out->target_mac, MAC_OCTETS) &&
	       read_address(&bytes, &out->target);
}

void arp_encode(const struct arp_message *message, uint8_t out[static ARP_OCTETS])
{
	struct writer w = writer_of(out, ARP_OCTETS);

	writer_u16(&w, HARDWARE_ETHERNET);
	writer_u16(&w, PROTOCOL_IP4);
	writer_u8(&w, MAC_OCTETS);
	writer_u8(&w, ADDRESS_OCTETS);
	writer_u16(&w, message->operation);
	writer_bytes(&w, message->sender_mac, MAC_OCTETS);
	writer_bytes(&w, ip4_octets(&message->sender), ADDRESS_OCTETS);
	writer_bytes(&w, message->target_mac, MAC_OCTETS);
	writer_bytes(&w, ip4_octets(&message->target), ADDRESS_OCTETS);
}

struct arp_message arp_answer(const struct arp_message *request, const uint8_t mac[static 6])
{
	struct arp_message answer = {
		.operation = ARP_REPLY,
		.sender = request->target,
		.target = request->sender,
	};

	memcpy(answer.sender_mac, mac, MAC_OCTETS);
	memcpy(answer.target_mac, request->sender_mac, MAC_OCTETS);
	return answer;
}

struct arp_message arp_gratuitous(uint16_t operation, const struct ip_addr *address,
				  const uint8_t mac[static 6])
{
	struct arp_message message = {
		.operation = operation,
		.sender = *address,
		.target = *address,
	};

	memcpy(message.sender_mac, mac, MAC_OCTETS);
	if (operation == ARP_REPLY)
		memcpy(message.target_mac, mac, MAC_OCTETS);
	return message;
}
