/* SPDX-License-Identifier: BSD-3-Clause */
#include <linux/if_packet.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "ha/wire/ip4.h"
#include "link/frame.h"
#include "link/frame4.h"
#include "link/state.h"

/* The kernel is told of what protocol a frame is, since its socket may be another one's. */
static struct sockaddr_ll address_of(const struct link *link, const struct outgoing *out)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)link->ifindex,
		.sll_halen = ETH_ALEN,
	};

	memcpy(&address.sll_protocol, out->frame + 2 * ETH_ALEN, sizeof(address.sll_protocol));
	memcpy(address.sll_addr, out->frame, ETH_ALEN);
	return address;
}

void link_flush(struct link *link)
{
	struct mmsghdr headers[LINK_BATCH] = {0};
	struct sockaddr_ll addresses[LINK_BATCH];
	struct iovec vectors[LINK_BATCH];
	unsigned int n = link->waiting_count;
	int sent = 0;

	for (unsigned int i = 0; i < n; i++) {
		vectors[i] = (struct iovec){link->waiting[i].frame, link->waiting[i].octets};
		addresses[i] = address_of(link, &link->waiting[i]);
		headers[i].msg_hdr.msg_name = &addresses[i];
		headers[i].msg_hdr.msg_namelen = sizeof(addresses[i]);
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	if (link_fd(link) >= 0 && n > 0)
		sent = sendmmsg(link_fd(link), headers, n, MSG_DONTWAIT);
	if (sent < 0)
		sent = 0;
	link->counters[LINK_SENT] += (unsigned int)sent;
	link->counters[LINK_SEND_FAILED] += n - (unsigned int)sent;
	link->waiting_count = 0;
}

/* A place for a frame to wait in; there is always one. */
static struct outgoing *place(struct link *link)
{
	if (link->waiting_count == LINK_BATCH)
		link_flush(link);
	return &link->waiting[link->waiting_count++];
}

static bool fail(struct link *link)
{
	link->counters[LINK_SEND_FAILED]++;
	return false;
}

static bool send_frame(uint16_t index, const struct frame_headers *headers, const uint8_t *message,
		       uint16_t octets)
{
	struct link *link = link_state(index);
	struct outgoing *out;

	if (octets > LINK_MESSAGE_MAX)
		return fail(link);
	out = place(link);
	out->octets = frame_write(out->frame, link->mac, headers, message, octets);
	return true;
}

static bool send_discovery(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *source,
			   const struct ip_addr *destination, const uint8_t *message,
			   uint16_t octets)
{
	const struct frame_headers headers = {
		.mac = mac,
		.source = source,
		.destination = destination,
		.hop_limit = FRAME_HOP_LIMIT_ND,
	};

	return send_frame(link, &headers, message, octets);
}

bool link_send(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *source,
	       const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	if (frame_mac_is_group(mac))
		return fail(link_state(link));
	return send_discovery(link, mac, source, destination, message, octets);
}

bool link_send_multicast(uint16_t link, const struct ip_addr *source,
			 const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	uint8_t mac[ETH_ALEN];

	frame_multicast_mac(destination, mac);
	return send_discovery(link, mac, source, destination, message, octets);
}

bool link_send_report(uint16_t link, const struct ip_addr *source,
		      const struct ip_addr *destination, const uint8_t *message, uint16_t octets)
{
	uint8_t mac[ETH_ALEN];
	const struct frame_headers headers = {
		.mac = mac,
		.source = source,
		.destination = destination,
		.hop_limit = FRAME_HOP_LIMIT_MLD,
		.router_alert = true,
	};

	frame_multicast_mac(destination, mac);
	return send_frame(link, &headers, message, octets);
}

/* Puts Ethernet in front; octets fit. */
static void place_payload(struct link *link, const uint8_t mac[static 6], uint16_t type,
			  const uint8_t *payload, uint16_t octets)
{
	struct outgoing *out = place(link);
	struct writer w = writer_of(out->frame, sizeof(out->frame));

	writer_bytes(&w, mac, ETH_ALEN);
	writer_bytes(&w, link->mac, ETH_ALEN);
	writer_u16(&w, type);
	writer_bytes(&w, payload, octets);
	out->octets = (uint16_t)(ETH_HLEN + octets);
}

bool link_send_packet(uint16_t index, const uint8_t mac[static 6], const uint8_t *packet,
		      uint16_t octets)
{
	struct link *link = link_state(index);

	if (octets == 0 || octets > LINK_FRAME_MAX - ETH_HLEN || frame_mac_is_group(mac))
		return fail(link);
	place_payload(link, mac, packet[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6, packet, octets);
	link_flush(link);
	return true;
}

bool link_send_group4(uint16_t index, const uint8_t *packet, uint16_t octets)
{
	struct link *link = link_state(index);
	uint8_t mac[ETH_ALEN];

	if (octets < sizeof(struct ip4_hdr_wire) || octets > LINK_FRAME_MAX - ETH_HLEN)
		return fail(link);
	frame4_group_mac(packet + offsetof(struct ip4_hdr_wire, destination), mac);
	place_payload(link, mac, ETH_P_IP, packet, octets);
	return true;
}

bool link_send_arp(uint16_t index, const uint8_t *mac, const uint8_t message[static ARP_OCTETS])
{
	static const uint8_t all[ETH_ALEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct link *link = link_state(index);

	if (mac != NULL && frame_mac_is_group(mac))
		return fail(link);
	place_payload(link, mac != NULL ? mac : all, ETH_P_ARP, message, ARP_OCTETS);
	return true;
}
