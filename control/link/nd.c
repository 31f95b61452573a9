/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/nd.h"

#include "ha/wire/icmp6.h"

enum {
	HEADER_OCTETS = 4, /* type, code, checksum */
	OPTION_SOURCE_LINK_LAYER = 1,
	OPTION_TARGET_LINK_LAYER = 2,
	OPTION_UNIT = 8,
	FLAG_ROUTER = 0x80,
	FLAG_SOLICITED = 0x40,
	FLAG_OVERRIDE = 0x20,
};

/* Walks the options. False when one has length 0 or runs out of the message. Keeps the link-layer
 * address of the kind wanted, when it is one of Ethernet. */
static bool read_options(struct cursor options, uint8_t wanted, bool *found, uint8_t mac[static 6])
{
	struct cursor data;
	uint8_t type;
	uint8_t units;

	*found = false;
	while (cursor_left(&options) > 0) {
		if (!cursor_u8(&options, &type) || !cursor_u8(&options, &units) || units == 0 ||
		    !cursor_take(&options, (size_t)units * OPTION_UNIT - 2, &data))
			return false;
		if (type == wanted && units == 1)
			*found = cursor_bytes(&data, mac, 6);
	}
	return true;
}

/* RFC 4861 §7.1.1: a sender without an address asks the group of its target, and has no link-layer
 * address to tell. */
static bool may_be_from_unspecified(const struct ip_addr *destination,
				    const struct nd_solicitation *ns)
{
	static const struct ip_addr group = {
		.bytes = {0xff, 0x02, [11] = 0x01, [12] = 0xff},
	};

	return memcmp(destination->bytes, group.bytes, 13) == 0 && !ns->has_link_layer;
}

bool nd_solicitation_decode(struct cursor icmp6, const struct ip_addr *source,
			    const struct ip_addr *destination, struct nd_solicitation *out)
{
	if (!cursor_skip(&icmp6, HEADER_OCTETS + 4) || !cursor_addr(&icmp6, &out->target) ||
	    ip_addr_is_multicast(&out->target) ||
	    !read_options(icmp6, OPTION_SOURCE_LINK_LAYER, &out->has_link_layer, out->link_layer))
		return false;
	return !ip_addr_is_unspecified(source) || may_be_from_unspecified(destination, out);
}

bool nd_advertisement_decode(struct cursor icmp6, const struct ip_addr *destination,
			     struct nd_advertisement *out)
{
	uint8_t flags;

	if (!cursor_skip(&icmp6, HEADER_OCTETS) || !cursor_u8(&icmp6, &flags) ||
	    !cursor_skip(&icmp6, 3) || !cursor_addr(&icmp6, &out->target) ||
	    ip_addr_is_multicast(&out->target) ||
	    !read_options(icmp6, OPTION_TARGET_LINK_LAYER, &out->has_link_layer, out->link_layer))
		return false;
	out->router = (flags & FLAG_ROUTER) != 0;
	out->solicited = (flags & FLAG_SOLICITED) != 0;
	out->override = (flags & FLAG_OVERRIDE) != 0;
	return !ip_addr_is_multicast(destination) || !out->solicited;
}

void nd_solicitation_encode(const struct ip_addr *target,
			    uint8_t out[static ND_SOLICITATION_OCTETS])
{
	struct writer w = writer_of(out, ND_SOLICITATION_OCTETS);

	writer_u8(&w, ICMP6_NEIGHBOUR_SOLICITATION);
	writer_zero(&w, 7);
	writer_addr(&w, target);
}

void nd_advertisement_encode(const struct nd_advertisement *advertisement,
			     uint8_t out[static ND_ADVERTISEMENT_OCTETS])
{
	struct writer w = writer_of(out, ND_ADVERTISEMENT_OCTETS);

	writer_u8(&w, ICMP6_NEIGHBOUR_ADVERTISEMENT);
	writer_zero(&w, 3);
	writer_u8(&w, (uint8_t)((advertisement->router ? FLAG_ROUTER : 0) |
				(advertisement->solicited ? FLAG_SOLICITED : 0) |
				(advertisement->override ? FLAG_OVERRIDE : 0)));
	writer_zero(&w, 3);
	writer_addr(&w, &advertisement->target);
	writer_u8(&w, OPTION_TARGET_LINK_LAYER);
	writer_u8(&w, 1);
	writer_bytes(&w, advertisement->link_layer, sizeof(advertisement->link_layer));
}

struct ip_addr nd_solicited_node(const struct ip_addr *address)
{
	struct ip_addr group = {.bytes = {0xff, 0x02, [11] = 0x01, [12] = 0xff}};

	memcpy(group.bytes + 13, address->bytes + 13, 3);
	return group;
}

struct ip_addr nd_all_nodes(void)
{
	return (struct ip_addr){.bytes = {0xff, 0x02, [15] = 0x01}};
}

struct ip_addr nd_link_local(const struct ip_addr *address)
{
	struct ip_addr local = {.bytes = {0xfe, 0x80}};

	memcpy(local.bytes + 8, address->bytes + 8, 8);
	return local;
}
