/* SPDX-License-Identifier: BSD-3-Clause */
#include "support/packets4.h"

#include <stdlib.h>

#include "support/unit.h"

static void put16(uint8_t *at, uint16_t number)
{
	at[0] = (uint8_t)(number >> 8);
	at[1] = (uint8_t)number;
}

static size_t header_octets(const struct ip4_hdr_wire *ip)
{
	return (size_t)(ip->version_ihl % 16) * 4;
}

void reference_renew(struct ip4_hdr_wire *ip)
{
	put16((uint8_t *)ip + 10, 0);
	put16((uint8_t *)ip + 10, reference_checksum(ip, header_octets(ip)));
}

bool reference_is_good(const struct ip4_hdr_wire *ip, size_t room)
{
	return room >= IP4 && ip->version_ihl / 16 == 4 && header_octets(ip) >= IP4 &&
	       rte_be_to_cpu_16(ip->total_length_be) == room &&
	       reference_checksum(ip, header_octets(ip)) == 0;
}

uint8_t *octets_at(struct octets *o)
{
	return o->room + sizeof(o->room) - o->count;
}

uint8_t *octets_push(struct octets *o, const void *bytes, uint16_t count)
{
	if (o->count + count > (int)sizeof(o->room))
		abort();
	o->count = (uint16_t)(o->count + count);
	if (bytes != NULL)
		memcpy(octets_at(o), bytes, count);
	else
		memset(octets_at(o), 0, count);
	return octets_at(o);
}

struct ip4_hdr_wire *octets_push_ip4(struct octets *o, const struct ip_addr *from,
				     const struct ip_addr *to, uint8_t protocol)
{
	struct ip4_hdr_wire *ip = (struct ip4_hdr_wire *)octets_push(o, NULL, IP4);

	ip->version_ihl = 0x45;
	ip->total_length_be = rte_cpu_to_be_16(o->count);
	ip->id_be = RTE_BE16(0x1234);
	ip->ttl = 64;
	ip->protocol = protocol;
	memcpy(ip->source, from->bytes + 12, 4);
	memcpy(ip->destination, to->bytes + 12, 4);
	reference_renew(ip);
	return ip;
}

void octets_push_udp(struct octets *o, uint16_t from, uint16_t to)
{
	uint8_t *udp = octets_push(o, NULL, 8);

	put16(udp, from);
	put16(udp + 2, to);
	put16(udp + 4, o->count);
}

/* RFC 2004 §3.1: the header that is there is changed. */
static void push_minimal(struct octets *o, const struct ip_addr *from, const struct ip_addr *to)
{
	struct ip4_hdr_wire ip;
	uint8_t between[12] = {0};

	memcpy(&ip, octets_at(o), IP4);
	o->count = (uint16_t)(o->count - IP4);
	between[0] = ip.protocol;
	between[1] = 0x80;
	memcpy(between + 4, ip.destination, 4);
	memcpy(between + 8, ip.source, 4);
	put16(between + 2, reference_checksum(between, sizeof(between)));
	octets_push(o, between, sizeof(between));
	ip.protocol = 55;
	memcpy(ip.source, from->bytes + 12, 4);
	memcpy(ip.destination, to->bytes + 12, 4);
	ip.total_length_be = rte_cpu_to_be_16((uint16_t)(o->count + IP4));
	reference_renew(&ip);
	octets_push(o, &ip, IP4);
}

void octets_push_tunnel(struct octets *o, enum encap_kind kind, const struct ip_addr *from,
			const struct ip_addr *to, uint16_t port)
{
	static const uint8_t data[] = {4, 4, 0, 0};
	static const uint8_t gre[] = {0, 0, 8, 0};

	if (kind == ENCAP_MINIMAL) {
		push_minimal(o, from, to);
	} else if (kind == ENCAP_GRE) {
		octets_push(o, gre, sizeof(gre));
		octets_push_ip4(o, from, to, 47);
	} else if (kind == ENCAP_UDP) {
		octets_push(o, data, sizeof(data));
		octets_push_udp(o, port, 434);
		octets_push_ip4(o, from, to, 17);
	} else {
		octets_push_ip4(o, from, to, 4);
	}
}

void octets_begin(struct octets *o, const struct ip_addr *from, const struct ip_addr *to,
		  uint16_t octets)
{
	uint8_t *payload;

	o->count = 0;
	payload = octets_push(o, NULL, (uint16_t)(octets - IP4 - 8));
	for (uint16_t i = 0; i < octets - IP4 - 8; i++)
		payload[i] = (uint8_t)(i / 8 * 3 + i);
	octets_push_udp(o, 4000, 5000);
	octets_push_ip4(o, from, to, 17);
}

struct rte_mbuf *packet4_frame(struct plane *plane, const struct octets *o)
{
	static const uint8_t ether[ETHER] = {0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 9, 0x08, 0x00};
	struct rte_mbuf *m = rte_pktmbuf_alloc(plane->pool);
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(m, (uint16_t)(ETHER + o->count));

	memcpy(at, ether, ETHER);
	memcpy(at + ETHER, o->room + sizeof(o->room) - o->count, o->count);
	return m;
}

struct ip4_hdr_wire *packet4_ip(struct rte_mbuf *frame)
{
	return rte_pktmbuf_mtod_offset(frame, struct ip4_hdr_wire *, ETHER);
}

void packet4_run(struct plane *plane, const struct octets *o)
{
	packets_clear(plane);
	packet_run(plane, packet4_frame(plane, o));
	CU_ASSERT_TRUE(packets_balance(plane));
}

struct ip4_hdr_wire *packet4_sent(struct plane *plane)
{
	struct rte_mbuf *m = packet_sent(plane);
	struct ip4_hdr_wire *ip;

	CU_ASSERT_PTR_NOT_NULL_FATAL(m);
	ip = packet4_ip(m);
	CU_ASSERT_TRUE(reference_is_good(ip, m->pkt_len - ETHER));
	CU_ASSERT_EQUAL(memcmp((uint8_t *)ip - 2, "\x08\x00", 2), 0);
	return ip;
}

void packet4_expect_punt(struct plane *plane, enum punt_class class, enum drop_reason reason)
{
	struct punt punted = {0};

	CU_ASSERT_TRUE_FATAL(packet_punted(plane, &punted));
	CU_ASSERT_EQUAL(punted.class, class);
	if (class == PUNT_ERROR)
		CU_ASSERT_EQUAL(punted.reason, reason);
	CU_ASSERT_TRUE(reference_is_good(rte_pktmbuf_mtod(punted.packet, struct ip4_hdr_wire *),
					 punted.packet->pkt_len));
	rte_pktmbuf_free(punted.packet);
}
