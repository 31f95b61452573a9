/* SPDX-License-Identifier: BSD-3-Clause
 *
 * frame: an Ethernet frame of a home link with an ICMPv6 message in it: read with all that is true of any message, and written.
 *
 * Threads    any; pure.
 * RFC        4861 §6.1, §7.1; 3810 §5; 2464 §7; 2711.
 */
#ifndef CONTROL_LINK_FRAME_H
#define CONTROL_LINK_FRAME_H

#include "link/link.h"

enum {
	FRAME_HOP_LIMIT_ND = 255,
	FRAME_HOP_LIMIT_MLD = 1,
};

struct frame_headers {
	const uint8_t *mac; /* destination */
	const struct ip_addr *source;
	const struct ip_addr *destination;
	uint8_t hop_limit;
	bool router_alert;
};

/* Fills in all but the link. False for what no handler may see. */
bool frame_read(const uint8_t *frame, size_t octets, struct link_message *message);

/* The same for a packet inside a tunnel: multicast listener discovery, from any unicast address or none. */
bool frame_read_tunnelled(struct cursor packet, struct link_message *message);

/* Headers, message and its checksum; at most LINK_MESSAGE_MAX octets of message. Returns the octets written. */
uint16_t frame_write(uint8_t *out, const uint8_t own_mac[static 6],
		     const struct frame_headers *headers, const uint8_t *message, uint16_t octets);

/* The same without Ethernet, from the IPv6 header on. */
uint16_t frame_write_packet(uint8_t *out, const struct frame_headers *headers,
			    const uint8_t *message, uint16_t octets);

/* Of many stations: no frame comes from one, and none for one node goes there. */
static inline bool frame_mac_is_group(const uint8_t mac[static 6])
{
	return (mac[0] & 1) != 0;
}

void frame_multicast_mac(const struct ip_addr *group, uint8_t mac[static 6]);

#endif
