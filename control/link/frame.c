/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/frame.h"

#include <string.h>

#include "checksum.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"

enum {
	MAC_OCTETS = 6,
	TYPE_IPV6 = 0x86dd,
	ROUTER_ALERT = 5, /* hop-by-hop option, RFC 2711 */
	OPTIONS_OCTETS = 8,
	CHECKSUM_OFFSET = 2,
};

static bool is_discovery(uint8_t type)
{
	return type >= ICMP6_ROUTER_SOLICITATION && type <= ICMP6_REDIRECT;
}

static bool is_listener_discovery(uint8_t type)
{
	return (type >= ICMP6_MLD_QUERY && type <= ICMP6_MLD_DONE) || type == ICMP6_MLD2_REPORT;
}

static bool has_router_alert(struct cursor options)
{
	uint8_t type;
	uint8_t length;

	while (cursor_u8(&options, &type)) {
		if (type == OPTION_PAD1)
			continue;
		if (type == ROUTER_ALERT)
			return true;
		if (!cursor_u8(&options, &length) || !cursor_skip(&options, length))
			return false;
	}
	return false;
}

/* Hop-by-hop options, if there are any, of eight octets. */
static bool read_options(struct cursor *packet, uint8_t *next, bool *router_alert)
{
	struct cursor options;
	uint8_t units;

	*router_alert = false;
	if (*next != PROTO_HOP_BY_HOP)
		return true;
	if (!cursor_u8(packet, next) || !cursor_u8(packet, &units) ||
	    !cursor_take(packet, (size_t)units * 8 + 6, &options))
		return false;
	*router_alert = has_router_alert(options);
	return true;
}

/* What is in front of a message. */
struct around {
	uint8_t code;
	uint8_t hop_limit;
	bool router_alert;
};

static bool is_as_mld_asks(const struct link_message *message, const struct around *around)
{
	return is_listener_discovery(message->type) && around->hop_limit == FRAME_HOP_LIMIT_MLD &&
	       around->router_alert;
}

static bool is_as_its_type_asks(const struct link_message *message, const struct around *around)
{
	if (is_discovery(message->type))
		return around->hop_limit == FRAME_HOP_LIMIT_ND && around->code == 0;
	return is_as_mld_asks(message, around) && (ip_addr_is_link_local(&message->source) ||
						   ip_addr_is_unspecified(&message->source));
}

/* From the IPv6 header on; padding of the link is left behind. */
static bool read_packet(struct cursor packet, struct link_message *message, struct around *around)
{
	struct cursor icmp6;
	uint32_t first;
	uint16_t payload;
	uint8_t next;

	if (!cursor_u32(&packet, &first) || first >> 28 != 6 || !cursor_u16(&packet, &payload) ||
	    !cursor_u8(&packet, &next) || !cursor_u8(&packet, &around->hop_limit) ||
	    !cursor_addr(&packet, &message->source) ||
	    !cursor_addr(&packet, &message->destination) ||
	    !cursor_take(&packet, payload, &icmp6) ||
	    !read_options(&icmp6, &next, &around->router_alert) || next != PROTO_ICMP6)
		return false;
	message->icmp6 = icmp6;
	if (!cursor_u8(&icmp6, &message->type) || !cursor_u8(&icmp6, &around->code) ||
	    cursor_left(&icmp6) < CHECKSUM_OFFSET || ip_addr_is_multicast(&message->source))
		return false;
	return ip6_checksum(&message->source, &message->destination, PROTO_ICMP6, message->icmp6.at,
			    (uint32_t)cursor_left(&message->icmp6)) == 0;
}

bool frame_read(const uint8_t *frame, size_t octets, struct link_message *message)
{
	struct cursor at = cursor_of(frame, octets);
	struct around around;
	uint16_t type;

	return cursor_skip(&at, MAC_OCTETS) && cursor_bytes(&at, message->source_mac, MAC_OCTETS) &&
	       !frame_mac_is_group(message->source_mac) && cursor_u16(&at, &type) &&
	       type == TYPE_IPV6 && read_packet(at, message, &around) &&
	       is_as_its_type_asks(message, &around);
}

bool frame_read_tunnelled(struct cursor packet, struct link_message *message)
{
	struct around around;

	return read_packet(packet, message, &around) && is_as_mld_asks(message, &around);
}

static void write_options(struct writer *w)
{
	static const uint8_t options[OPTIONS_OCTETS] = {PROTO_ICMP6, 0, ROUTER_ALERT, 2,
							0,	     0, OPTION_PADN,  0};

	writer_bytes(w, options, sizeof(options));
}

uint16_t frame_write(uint8_t *out, const uint8_t own_mac[static 6],
		     const struct frame_headers *headers, const uint8_t *message, uint16_t octets)
{
	enum { ETHER_OCTETS = 2 * MAC_OCTETS + 2 };
	struct writer w = writer_of(out, ETHER_OCTETS);

	writer_bytes(&w, headers->mac, MAC_OCTETS);
	writer_bytes(&w, own_mac, MAC_OCTETS);
	writer_u16(&w, TYPE_IPV6);
	return (uint16_t)(ETHER_OCTETS +
			  frame_write_packet(out + ETHER_OCTETS, headers, message, octets));
}

uint16_t frame_write_packet(uint8_t *out, const struct frame_headers *headers,
			    const uint8_t *message, uint16_t octets)
{
	uint16_t options = headers->router_alert ? OPTIONS_OCTETS : 0;
	size_t room = sizeof(struct ip6_hdr_wire) + options + octets;
	struct writer w = writer_of(out, room);
	uint8_t *body;
	uint16_t sum;

	writer_u32(&w, UINT32_C(6) << 28);
	writer_u16(&w, (uint16_t)(options + octets));
	writer_u8(&w, headers->router_alert ? PROTO_HOP_BY_HOP : PROTO_ICMP6);
	writer_u8(&w, headers->hop_limit);
	writer_addr(&w, headers->source);
	writer_addr(&w, headers->destination);
	if (headers->router_alert)
		write_options(&w);
	body = w.at;
	writer_bytes(&w, message, octets);
	body[CHECKSUM_OFFSET] = 0;
	body[CHECKSUM_OFFSET + 1] = 0;
	sum = ip6_checksum(headers->source, headers->destination, PROTO_ICMP6, body, octets);
	body[CHECKSUM_OFFSET] = (uint8_t)(sum >> 8);
	body[CHECKSUM_OFFSET + 1] = (uint8_t)sum;
	return (uint16_t)room;
}

void frame_multicast_mac(const struct ip_addr *group, uint8_t mac[static 6])
{
	mac[0] = 0x33;
	mac[1] = 0x33;
	memcpy(mac + 2, group->bytes + 12, 4);
}
