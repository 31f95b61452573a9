/* SPDX-License-Identifier: BSD-3-Clause
 *
 * arp: messages of ARP for IPv4 on Ethernet, decoded and encoded.
 *
 * Bytes      protocol addresses are v4-mapped outside messages.
 * Threads    any; pure.
 * RFC        826; 5227 §1.1 (probe, announcement); 5944 §4.6 (gratuitous ARP).
 */
#ifndef CONTROL_LINK_ARP_H
#define CONTROL_LINK_ARP_H

#include <stdbool.h>
#include <stdint.h>

#include "ha/cursor.h"
#include "ha/ip.h"

enum {
	ARP_OCTETS = 28,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

struct arp_message {
	uint16_t operation; /* ARP_ */
	uint8_t sender_mac[6];
	struct ip_addr sender;
	uint8_t target_mac[6];
	struct ip_addr target;
};

/* From behind the Ethernet header; what is behind the message is padding. False for what is not an ARP request or reply for IPv4
 * on Ethernet, from one station. */
bool arp_decode(struct cursor bytes, struct arp_message *out);

void arp_encode(const struct arp_message *message, uint8_t out[static ARP_OCTETS]);

/* What is to be said to a request: mac has the address asked for. */
struct arp_message arp_answer(const struct arp_message *request, const uint8_t mac[static 6]);

/* RFC 5944 §4.6: tells all nodes that mac has an address, as a request or as a reply: some implementations heed only the one, some
 * only the other. */
struct arp_message arp_gratuitous(uint16_t operation, const struct ip_addr *address,
				  const uint8_t mac[static 6]);

/* About an address that the sender itself has, or takes. */
static inline bool arp_is_gratuitous(const struct arp_message *message)
{
	return ip_addr_equal(&message->sender, &message->target);
}

#endif
