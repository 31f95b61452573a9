/* SPDX-License-Identifier: BSD-3-Clause */
#include "send4.h"

#include <endian.h>

#include <rte_mbuf.h>

#include "checksum.h"
#include "counters.h"
#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "link/link.h"
#include "nexthop.h"
#include "outgoing.h"
#include "registration/registration.h"
#include "service4.h"
#include "tunnel/encapsulate4.h"

enum {
	OUR_TTL = 64,
	UDP_CHECKSUM_OFFSET = 6,
	ICMP_CHECKSUM_OFFSET = 2,
	PACKET_OCTETS_MAX = 2000, /* of ours, before it enters a tunnel */
};

/* Of packets that others may fragment. */
static uint16_t next_id(void)
{
	static uint16_t id;

	return ++id;
}

static void write_header(uint8_t *at, const struct ip_addr *from, const struct ip_addr *to,
			 uint8_t protocol, size_t total)
{
	struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)at;

	*ip = (struct ip4_hdr_wire){
		.version_ihl = IP4_VERSION_IHL,
		.total_length_be = htobe16((uint16_t)total),
		.id_be = htobe16(next_id()),
		.ttl = OUR_TTL,
		.protocol = protocol,
	};
	memcpy(ip->source, ip4_octets(from), sizeof(ip->source));
	memcpy(ip->destination, ip4_octets(to), sizeof(ip->destination));
	ip->checksum_be = htobe16(plain_checksum(at, sizeof(*ip)));
}

static void put(uint8_t *at, uint16_t value)
{
	uint16_t value_be = htobe16(value);

	memcpy(at, &value_be, sizeof(value_be));
}

/* A datagram on its way, before it is known how. */
struct datagram {
	const struct ip_addr *from;
	const struct ip_addr *to;
	uint16_t from_port;
	uint16_t to_port;
	const uint8_t *payload;
	uint16_t octets;
};

static size_t datagram_octets(const struct datagram *d)
{
	return sizeof(struct ip4_hdr_wire) + sizeof(struct udp_hdr_wire) + d->octets;
}

static void write_datagram(uint8_t *at, const struct datagram *d)
{
	size_t total = datagram_octets(d);
	uint8_t *udp = at + sizeof(struct ip4_hdr_wire);
	uint16_t length = (uint16_t)(total - sizeof(struct ip4_hdr_wire));
	const struct udp_hdr_wire header = {
		.source_be = htobe16(d->from_port),
		.destination_be = htobe16(d->to_port),
		.length_be = htobe16(length),
	};
	uint16_t sum;

	write_header(at, d->from, d->to, PROTO_UDP, total);
	memcpy(udp, &header, sizeof(header));
	memcpy(udp + sizeof(header), d->payload, d->octets);
	sum = ip4_checksum(d->from, d->to, PROTO_UDP, udp, length);
	put(udp + UDP_CHECKSUM_OFFSET, sum != 0 ? sum : UINT16_MAX);
}

bool send4_udp(uint16_t worker, const struct ip_addr *from, uint16_t from_port,
	       const struct ip_addr *to, uint16_t to_port, const uint8_t *payload, uint16_t octets)
{
	const struct datagram d = {from, to, from_port, to_port, payload, octets};
	uint32_t next_hop = nexthop_towards(to);
	uint8_t *at;
	struct rte_mbuf *packet = outgoing_make(next_hop, datagram_octets(&d), &at);

	if (packet != NULL)
		write_datagram(at, &d);
	return outgoing_send(worker, packet, next_hop);
}

bool send4_udp_on_link(uint16_t link, const uint8_t mac[static 6], const struct ip_addr *from,
		       uint16_t from_port, const struct ip_addr *to, uint16_t to_port,
		       const uint8_t *payload, uint16_t octets)
{
	const struct datagram d = {from, to, from_port, to_port, payload, octets};
	size_t total = datagram_octets(&d);
	uint8_t packet[PACKET_OCTETS_MAX];

	if (total <= sizeof(packet)) {
		write_datagram(packet, &d);
		if (link_send_packet(link, mac, packet, (uint16_t)total))
			return true;
	}
	count(COUNT_REPLY_FAILED);
	return false;
}

static void write_icmp(uint8_t *at, const struct ip_addr *from, const struct ip_addr *to,
		       const uint8_t *message, uint16_t octets)
{
	uint8_t *icmp = at + sizeof(struct ip4_hdr_wire);

	write_header(at, from, to, PROTO_ICMP, sizeof(struct ip4_hdr_wire) + octets);
	memcpy(icmp, message, octets);
	put(icmp + ICMP_CHECKSUM_OFFSET, plain_checksum(icmp, octets));
}

static bool send_icmp_by(uint16_t worker, uint32_t next_hop, const struct ip_addr *from,
			 const struct ip_addr *to, const uint8_t *message, uint16_t octets)
{
	uint8_t *at;
	struct rte_mbuf *packet =
		outgoing_make(next_hop, sizeof(struct ip4_hdr_wire) + octets, &at);

	if (packet != NULL)
		write_icmp(at, from, to, message, octets);
	return outgoing_send(worker, packet, next_hop);
}

/* As any packet to a mobile node, to all places where it is (RFC 5944 §3.8.2.1). */
static bool send_icmp_in_tunnels(uint16_t worker, const struct registration *r,
				 const struct ip_addr *from, const uint8_t *message,
				 uint16_t octets)
{
	size_t total = sizeof(struct ip4_hdr_wire) + octets;
	uint8_t inner[PACKET_OCTETS_MAX];
	bool is_sent = false;

	if (total > sizeof(inner)) {
		count(COUNT_REPLY_FAILED);
		return false;
	}
	write_icmp(inner, from, &r->home, message, octets);
	for (; r != NULL; r = r->also)
		is_sent |= send4_in_tunnel(worker, r, inner, (uint16_t)total);
	return is_sent;
}

bool send4_icmp(uint16_t worker, const struct ip_addr *from, const struct ip_addr *to,
		const uint8_t *message, uint16_t octets)
{
	const struct registration *r = registration_find(to);
	const struct ip_addr key = visitor_key(ip4_octets(to));
	const struct registration *visitor = r == NULL ? registration_find(&key) : NULL;

	if (r != NULL)
		return send_icmp_in_tunnels(worker, r, from, message, octets);
	return send_icmp_by(worker,
			    visitor != NULL ? visitor->binding->next_hop : nexthop_towards(to),
			    from, to, message, octets);
}

bool send4_in_tunnel(uint16_t worker, const struct registration *r, const uint8_t *inner,
		     uint16_t octets)
{
	const struct binding *binding = r->binding;
	const struct tunnel4_class *class = service4_tunnel_class(r->tunnel);
	bool is_half_bound = class->kind == ENCAP_UDP && binding->udp_port == 0;
	size_t most = octets + ENCAPSULATE4_MAX;
	struct rte_mbuf *packet = NULL;
	size_t total;
	uint8_t *at;

	if (!is_half_bound)
		packet = outgoing_make(binding->next_hop, most, &at);
	if (packet == NULL)
		return outgoing_send(worker, NULL, binding->next_hop);
	total = encapsulate4(binding, class, next_id(), inner, octets, at);
	rte_pktmbuf_trim(packet, (uint16_t)(most - total));
	return outgoing_send(worker, packet, binding->next_hop);
}
