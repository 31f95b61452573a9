/* SPDX-License-Identifier: BSD-3-Clause */
#include "send.h"

#include <rte_byteorder.h>
#include <rte_mbuf.h>

#include "checksum.h"
#include "counters.h"
#include "ha/dataplane.h"
#include "ha/wire/ip6.h"
#include "link/link.h"
#include "nexthop.h"
#include "registration/registration.h"

enum {
	OUR_HOP_LIMIT = 64,
	CHECKSUM_OFFSET_MOBILITY = 4,
	CHECKSUM_OFFSET_ICMP6 = 2,
	PACKET_OCTETS_MAX = 1500, /* on a link */
};

struct recipient recipient_of(const struct ip_addr *address)
{
	const struct registration *r = registration_find(address);

	if (r == NULL || r->state != REGISTRATION_VALID)
		return (struct recipient){.to = *address};
	return (struct recipient){.to = r->care_of, .home = *address, .has_home = true};
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

bool send_message(uint16_t worker, const struct ip_addr *from, const struct recipient *recipient,
		  uint8_t protocol, const uint8_t *message, uint16_t octets)
{
	uint16_t total = (uint16_t)(sizeof(struct ip6_hdr_wire) + octets +
				    (recipient->has_home ? ROUTING_TYPE_2_OCTETS : 0));
	uint32_t next_hop = nexthop_towards(&recipient->to);
	struct rte_mbuf *packet;
	char *at;

	packet = next_hop != NEXTHOP_NONE ? dataplane_alloc() : NULL;
	at = packet != NULL ? rte_pktmbuf_append(packet, total) : NULL;
	if (at == NULL) {
		rte_pktmbuf_free(packet);
		count(COUNT_REPLY_FAILED);
		return false;
	}
	write_packet((uint8_t *)at, from, recipient, protocol, message, octets);
	if (dataplane_inject(worker, packet, next_hop) == 0)
		return true;
	count(COUNT_REPLY_FAILED);
	return false;
}

bool send_message_on_link(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *from,
			  const struct recipient *recipient, uint8_t protocol,
			  const uint8_t *message, uint16_t octets)
{
	size_t total = sizeof(struct ip6_hdr_wire) + octets +
		       (recipient->has_home ? ROUTING_TYPE_2_OCTETS : 0);
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
