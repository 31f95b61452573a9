/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Packets of the control thread as they are handed over, against what scapy makes of the same.
 */
#include "send4.h"

#include <rte_mbuf.h>

#include "counters.h"
#include "ha/tunnel4.h"
#include "ip4_packet.h"
#include "link/link.h"
#include "nexthop.h"
#include "outgoing.h"
#include "registration/registration.h"
#include "service4.h"
#include "support/unit.h"

enum { WORKER = 3, ROOM = 2034, HEADROOM = 128, SENT_MAX = 4 };

static struct tunnel4_class class;
static struct binding bindings[2];
static struct registration registrations[2];
static struct registration visitor;

/* Buffers without a pool: only data and length are looked at. */
static struct {
	struct rte_mbuf packet;
	uint8_t room[HEADROOM + ROOM];
} made;

static struct {
	unsigned int count;
	uint32_t next_hop[SENT_MAX];
	uint8_t octets[SENT_MAX][ROOM];
	uint16_t length[SENT_MAX];
	uint8_t mac[6];
} sent;

static bool has_buffers;

static struct ip_addr address(uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	return ip4_mapped((const uint8_t[4]){a, b, c, d});
}

struct rte_mbuf *outgoing_make(uint32_t next_hop, size_t octets, uint8_t **at)
{
	struct rte_mbuf *m = &made.packet;

	if (next_hop == NEXTHOP_NONE || !has_buffers || octets > ROOM)
		return NULL;
	*m = (struct rte_mbuf){.buf_addr = made.room,
			       .data_off = HEADROOM,
			       .data_len = (uint16_t)octets,
			       .pkt_len = (uint32_t)octets,
			       .nb_segs = 1,
			       .buf_len = sizeof(made.room)};
	*at = rte_pktmbuf_mtod(m, uint8_t *);
	return m;
}

static void note(const uint8_t *octets, uint16_t length, uint32_t next_hop)
{
	memcpy(sent.octets[sent.count], octets, length);
	sent.length[sent.count] = length;
	sent.next_hop[sent.count++] = next_hop;
}

bool outgoing_send(uint16_t worker, struct rte_mbuf *packet, uint32_t next_hop)
{
	CU_ASSERT_EQUAL(worker, WORKER);
	if (packet == NULL)
		return false;
	note(rte_pktmbuf_mtod(packet, const uint8_t *), packet->data_len, next_hop);
	return true;
}

bool link_send_packet(uint16_t link, const uint8_t mac[static 6], const uint8_t *packet,
		      uint16_t octets)
{
	CU_ASSERT_EQUAL(link, 1);
	memcpy(sent.mac, mac, sizeof(sent.mac));
	note(packet, octets, NEXTHOP_NONE);
	return true;
}

uint32_t nexthop_towards(const struct ip_addr *to)
{
	return to->bytes[12] == 0 ? NEXTHOP_NONE : 9;
}

const struct registration *registration_find(const struct ip_addr *home)
{
	if (ip_addr_equal(home, &registrations[0].home))
		return &registrations[0];
	return ip_addr_equal(home, &visitor.home) ? &visitor : NULL;
}

const struct tunnel4_class *service4_tunnel_class(uint16_t tunnel)
{
	return &class;
}

static void begin(void)
{
	struct ip_addr local = address(192, 0, 2, 1);

	class = tunnel4_class_make(&local, ENCAP_IP4_IN_IP4, 64);
	for (unsigned int i = 0; i < 2; i++) {
		bindings[i] = (struct binding){.care_of = address(198, 51, 100, (uint8_t)(9 + i)),
					       .next_hop = 20 + i};
		registrations[i] = (struct registration){.home = address(10, 1, 0, 5),
							 .binding = &bindings[i]};
	}
	registrations[0].also = &registrations[1];
	visitor = (struct registration){.home = visitor_key((const uint8_t[4]){10, 9, 0, 5}),
					.binding = &bindings[1]};
	memset(&sent, 0, sizeof(sent));
	has_buffers = true;
}

/* But for the identification, which is another one for each packet, and what it makes of the checksum. */
static struct ip4_packet read(unsigned int which)
{
	struct ip4_packet packet = {0};

	CU_ASSERT_EQUAL(
		ip4_packet_decode(cursor_of(sent.octets[which], sent.length[which]), &packet),
		IP4_PACKET_GOOD);
	CU_ASSERT_EQUAL(cursor_left(&packet.whole), sent.length[which]);
	return packet;
}

static void a_datagram_is_as_scapy_has_it(void)
{
	/* IP(src="192.0.2.1", dst="203.0.113.9")/UDP(sport=434, dport=5000)/"reply", from behind the IP header on. */
	static const uint8_t expected[] = {0x01, 0xb2, 0x13, 0x88, 0x00, 0x0d, 0x90,
					   0xbc, 0x72, 0x65, 0x70, 0x6c, 0x79};
	struct ip_addr from = address(192, 0, 2, 1);
	struct ip_addr to = address(203, 0, 113, 9);
	struct ip4_packet packet;

	begin();
	CU_ASSERT_TRUE(send4_udp(WORKER, &from, 434, &to, 5000, (const uint8_t *)"reply", 5));
	packet = read(0);
	CU_ASSERT_EQUAL(sent.next_hop[0], 9);
	CU_ASSERT_EQUAL(packet.ttl, 64);
	CU_ASSERT_TRUE(ip_addr_equal(&packet.source, &from));
	CU_ASSERT_TRUE(ip_addr_equal(&packet.destination, &to));
	CU_ASSERT_EQUAL(cursor_left(&packet.payload), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(packet.payload.at, expected, sizeof(expected)), 0);
}

static void two_packets_do_not_share_an_identification(void)
{
	struct ip_addr from = address(192, 0, 2, 1);
	struct ip_addr to = address(203, 0, 113, 9);

	begin();
	send4_udp(WORKER, &from, 434, &to, 5000, (const uint8_t *)"a", 1);
	send4_udp(WORKER, &from, 434, &to, 5000, (const uint8_t *)"a", 1);
	CU_ASSERT_NOT_EQUAL(memcmp(sent.octets[0] + 4, sent.octets[1] + 4, 2), 0);
}

/* RFC 768: a checksum that would be 0 is sent as all ones. */
static void a_checksum_is_never_0(void)
{
	struct ip_addr from = address(192, 0, 2, 1);
	struct ip_addr to = address(203, 0, 113, 9);
	struct ip4_packet packet;
	uint8_t payload[2];
	uint16_t sum;

	begin();
	send4_udp(WORKER, &from, 434, &to, 5000, (const uint8_t *)"\0\0", 2);
	packet = read(0);
	/* What makes the sum all ones is the checksum of the same with zeros there. */
	sum = (uint16_t)(packet.payload.at[6] << 8 | packet.payload.at[7]);
	payload[0] = (uint8_t)(sum >> 8);
	payload[1] = (uint8_t)sum;
	send4_udp(WORKER, &from, 434, &to, 5000, payload, 2);
	packet = read(1);
	CU_ASSERT_EQUAL(packet.payload.at[6], 0xff);
	CU_ASSERT_EQUAL(packet.payload.at[7], 0xff);
}

static void a_reply_goes_past_the_binding_of_its_node(void)
{
	struct ip_addr from = address(192, 0, 2, 1);

	begin();
	CU_ASSERT_TRUE(send4_udp(WORKER, &from, 434, &registrations[0].home, 434,
				 (const uint8_t *)"a", 1));
	CU_ASSERT_EQUAL(sent.next_hop[0], 9);
	CU_ASSERT_EQUAL(read(0).protocol, 17);
}

static void on_a_link_it_goes_to_the_mac(void)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 7};
	struct ip_addr from = address(192, 0, 2, 1);
	struct ip_addr to = address(10, 1, 0, 5);
	static uint8_t large[1980];

	begin();
	CU_ASSERT_TRUE(send4_udp_on_link(1, mac, &from, 434, &to, 434, (const uint8_t *)"a", 1));
	CU_ASSERT_EQUAL(memcmp(sent.mac, mac, sizeof(mac)), 0);
	CU_ASSERT_EQUAL(read(0).protocol, 17);
	CU_ASSERT_FALSE(send4_udp_on_link(1, mac, &from, 434, &to, 434, large, sizeof(large)));
	CU_ASSERT_EQUAL(sent.count, 1);
}

static void icmp_to_a_node_that_is_away_goes_through_all_its_tunnels(void)
{
	static const uint8_t message[8] = {3, 1};
	struct ip_addr from = address(192, 0, 2, 1);

	begin();
	CU_ASSERT_TRUE(send4_icmp(WORKER, &from, &registrations[0].home, message, sizeof(message)));
	CU_ASSERT_EQUAL_FATAL(sent.count, 2);
	for (unsigned int i = 0; i < 2; i++) {
		struct ip4_packet outer = read(i);
		struct ip4_packet inner;

		CU_ASSERT_EQUAL(sent.next_hop[i], 20 + i);
		CU_ASSERT_EQUAL(outer.protocol, 4);
		CU_ASSERT_TRUE(ip_addr_equal(&outer.destination, &bindings[i].care_of));
		CU_ASSERT_EQUAL(ip4_packet_decode(outer.payload, &inner), IP4_PACKET_GOOD);
		CU_ASSERT_TRUE(ip_addr_equal(&inner.destination, &registrations[0].home));
		/* The one's complement of 0x0301. */
		CU_ASSERT_EQUAL(inner.payload.at[2], 0xfc);
		CU_ASSERT_EQUAL(inner.payload.at[3], 0xfe);
	}
}

static void icmp_to_a_visitor_goes_to_its_link(void)
{
	static const uint8_t message[8] = {3, 1};
	struct ip_addr from = address(192, 0, 2, 1);
	struct ip_addr to = address(10, 9, 0, 5);

	begin();
	CU_ASSERT_TRUE(send4_icmp(WORKER, &from, &to, message, sizeof(message)));
	CU_ASSERT_EQUAL(sent.count, 1);
	CU_ASSERT_EQUAL(sent.next_hop[0], 21);
	CU_ASSERT_EQUAL(read(0).protocol, 1);
}

static void what_cannot_be_sent_is_false(void)
{
	static const uint8_t message[8] = {3, 1};
	struct ip_addr from = address(192, 0, 2, 1);
	struct ip_addr nowhere = address(0, 0, 0, 1);
	static uint8_t large[2100];

	begin();
	CU_ASSERT_FALSE(send4_udp(WORKER, &from, 434, &nowhere, 434, message, 8));
	CU_ASSERT_FALSE(send4_icmp(WORKER, &from, &nowhere, message, sizeof(message)));
	CU_ASSERT_FALSE(send4_icmp(WORKER, &from, &registrations[0].home, large, sizeof(large)));
	/* A tunnel in UDP whose port is not known yet. */
	class.kind = ENCAP_UDP;
	CU_ASSERT_FALSE(send4_in_tunnel(WORKER, &registrations[0], large, 20));
	class.kind = ENCAP_IP4_IN_IP4;
	has_buffers = false;
	CU_ASSERT_FALSE(send4_in_tunnel(WORKER, &registrations[0], large, 20));
	CU_ASSERT_EQUAL(sent.count, 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_datagram_is_as_scapy_has_it),
		UNIT(two_packets_do_not_share_an_identification),
		UNIT(a_checksum_is_never_0),
		UNIT(a_reply_goes_past_the_binding_of_its_node),
		UNIT(on_a_link_it_goes_to_the_mac),
		UNIT(icmp_to_a_node_that_is_away_goes_through_all_its_tunnels),
		UNIT(icmp_to_a_visitor_goes_to_its_link),
		UNIT(what_cannot_be_sent_is_false),
	};

	return unit_run("send4", cases, UNIT_COUNT(cases));
}
