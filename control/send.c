/* SPDX-License-Identifier: BSD-3-Clause */
#include "send.h"

#include <rte_byteorder.h>

#include "checksum.h"
#include "correspondent/cache.h"
#include "counters.h"
#include "ha/wire/ip6.h"
#include "link/link.h"
#include "nexthop.h"
#include "outgoing.h"
#include "registration/registration.h"
#include "service.h"

enum {
	OUR_HOP_LIMIT = 64,
	CHECKSUM_OFFSET_MOBILITY = 4,
	CHECKSUM_OFFSET_ICMP6 = 2,
	PACKET_OCTETS_MAX = 1500, /* on a link */
};

/* The registration whose tunnel leads to that address; NULL when none does. The address may be one that stands for an IPv4
 * address: a tunnel of Mobile IPv4 is not for it. */
static const struct registration *away_at(const struct ip_addr *address)
{
	const struct registration *r = registration_find(address);
	bool leads_there =
		r != NULL && r->state == REGISTRATION_VALID && r->protocol == REGISTRATION_MIP6;

	return leads_there ? r : NULL;
}

struct recipient recipient_of(const struct ip_addr *address)
{
	const struct registration *r = away_at(address);
	const struct ip_addr *care_of = r != NULL ? &r->care_of : correspondent_cache_use(address);

	if (care_of == NULL)
		return (struct recipient){.to = *address};
	return (struct recipient){.to = *care_of, .home = *address, .has_home = true};
}

static void write_routing_header(uint8_t *at, uint8_t next, const struct ip_addr *home)
{
	memset(at, 0, ROUTING_TYPE_2_OCTETS);
	at[0] = next;
	at[1] = ROUTING_TYPE_2_OCTETS / 8 - 1;
	at[2] = ROUTING_TYPE_2;
	at[3] = 1; /* segments left */
	memcpy(at + 8, home->bytes, sizeof(home->bytes));
}

static void write_packet(uint8_t *at, const struct ip_addr *from, const struct recipient *recipient,
			 uint8_t protocol, const uint8_t *message, uint16_t octets)
{
	struct ip6_hdr_wire *ip = (struct ip6_hdr_wire *)at;
	uint16_t routing = recipient->has_home ? ROUTING_TYPE_2_OCTETS : 0;
	uint8_t *body = at + sizeof(*ip) + routing;
	uint16_t sum_be;
	uint16_t sum;

	*ip = (struct ip6_hdr_wire){
		.version_class_flow_be = rte_cpu_to_be_32(UINT32_C(6) << 28),
		.payload_length_be = rte_cpu_to_be_16((uint16_t)(routing + octets)),
		.next_header = recipient->has_home ? PROTO_ROUTING : protocol,
		.hop_limit = OUR_HOP_LIMIT,
	};
	memcpy(ip->source, from->bytes, sizeof(ip->source));
	memcpy(ip->destination, recipient->to.bytes, sizeof(ip->destination));
	if (recipient->has_home)
		write_routing_header(at + sizeof(*ip), protocol, &recipient->home);
	memcpy(body, message, octets);
	/* The home address counts as destination even while the routing header holds it. */
	sum = ip6_checksum(from, recipient->has_home ? &recipient->home : &recipient->to, protocol,
			   message, octets);
	sum_be = rte_cpu_to_be_16(sum != 0 ? sum : 0xffff);
	memcpy(body + (protocol == PROTO_MOBILITY ? CHECKSUM_OFFSET_MOBILITY
						  : CHECKSUM_OFFSET_ICMP6),
	       &sum_be, sizeof(sum_be));
}

static size_t octets_of(const struct recipient *recipient, uint16_t message_octets)
{
	return sizeof(struct ip6_hdr_wire) + message_octets +
	       (recipient->has_home ? ROUTING_TYPE_2_OCTETS : 0);
}

/* RFC 2473 §3.1. */
static void write_tunnel_header(uint8_t *at, const struct registration *r, size_t inner_octets)
{
	uint16_t count;
	const struct tunnel_class *tunnel = &service_tunnels(&count)[r->tunnel];
	struct ip6_hdr_wire *outer = (struct ip6_hdr_wire *)at;

	memcpy(outer, &tunnel->first_word_be, sizeof(tunnel->first_word_be));
	outer->payload_length_be = rte_cpu_to_be_16((uint16_t)inner_octets);
	memcpy(outer->source, tunnel->home_agent.bytes, sizeof(outer->source));
	memcpy(outer->destination, r->care_of.bytes, sizeof(outer->destination));
}

bool send_in_tunnel(uint16_t worker, const struct registration *r, const uint8_t *inner,
		    uint16_t octets)
{
	uint32_t next_hop = r->binding->next_hop;
	uint8_t *at;
	struct rte_mbuf *packet =
		outgoing_make(next_hop, sizeof(struct ip6_hdr_wire) + octets, &at);

	if (packet != NULL) {
		write_tunnel_header(at, r, octets);
		memcpy(at + sizeof(struct ip6_hdr_wire), inner, octets);
	}
	return outgoing_send(worker, packet, next_hop);
}

static bool send_through_tunnel(uint16_t worker, const struct registration *r,
				const struct ip_addr *from, const struct recipient *inside,
				uint8_t protocol, const uint8_t *message, uint16_t octets)
{
	size_t inner_octets = octets_of(inside, octets);
	uint32_t next_hop = r->binding->next_hop;
	uint8_t *at;
	struct rte_mbuf *packet =
		outgoing_make(next_hop, sizeof(struct ip6_hdr_wire) + inner_octets, &at);

	if (packet != NULL) {
		write_tunnel_header(at, r, inner_octets);
		write_packet(at + sizeof(struct ip6_hdr_wire), from, inside, protocol, message,
			     octets);
	}
	return outgoing_send(worker, packet, next_hop);
}

static bool send_plainly(uint16_t worker, const struct ip_addr *from,
			 const struct recipient *recipient, uint8_t protocol,
			 const uint8_t *message, uint16_t octets)
{
	uint32_t next_hop = nexthop_towards(&recipient->to);
	uint8_t *at;
	struct rte_mbuf *packet = outgoing_make(next_hop, octets_of(recipient, octets), &at);

	if (packet != NULL)
		write_packet(at, from, recipient, protocol, message, octets);
	return outgoing_send(worker, packet, next_hop);
}

/* A routing header leads to one care-of address only. Where that is itself the home address of a
 * mobile node that is away, the packet is intercepted as anybody's would be. */
bool send_message(uint16_t worker, const struct ip_addr *from, const struct recipient *recipient,
		  uint8_t protocol, const uint8_t *message, uint16_t octets)
{
	const struct registration *r = recipient->has_home ? away_at(&recipient->to) : NULL;

	if (r != NULL)
		return send_through_tunnel(worker, r, from, recipient, protocol, message, octets);
	return send_plainly(worker, from, recipient, protocol, message, octets);
}

bool send_to_address(uint16_t worker, const struct ip_addr *from, const struct ip_addr *to,
		     uint8_t protocol, const uint8_t *message, uint16_t octets)
{
	const struct registration *r = away_at(to);
	const struct recipient recipient = {.to = *to};

	if (r != NULL)
		return send_through_tunnel(worker, r, from, &recipient, protocol, message, octets);
	return send_plainly(worker, from, &recipient, protocol, message, octets);
}

bool send_message_on_link(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *from,
			  const struct recipient *recipient, uint8_t protocol,
			  const uint8_t *message, uint16_t octets)
{
	size_t total = octets_of(recipient, octets);
	uint8_t packet[PACKET_OCTETS_MAX];

	if (total > sizeof(packet)) {
		count(COUNT_REPLY_FAILED);
		return false;
	}
	write_packet(packet, from, recipient, protocol, message, octets);
	if (link_send_packet(link, mac, packet, (uint16_t)total))
		return true;
	count(COUNT_REPLY_FAILED);
	return false;
}
