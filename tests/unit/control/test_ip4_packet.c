/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip4_packet.h"

#include <stdlib.h>

#include "ha/wire/ip4.h"
#include "ha/wire/ip6.h"
#include "support/unit.h"

/* From 192.0.2.7 port 5000 to 10.1.0.1 port 434, "abcde"; made with scapy. */
static const uint8_t datagram[] = {
	0x45, 0x00, 0x00, 0x21, 0x12, 0x34, 0x00, 0x00, 0x40, 0x11, 0x9c,
	0x8f, 0xc0, 0x00, 0x02, 0x07, 0x0a, 0x01, 0x00, 0x01, 0x13, 0x88,
	0x01, 0xb2, 0x00, 0x0d, 0xf4, 0xc9, 0x61, 0x62, 0x63, 0x64, 0x65,
};

/* A copy as long as it says and no longer, so that AddressSanitizer sees what reads past it. */
static enum ip4_packet_result decode(const uint8_t *octets, size_t length,
				     struct ip4_packet *packet)
{
	uint8_t *exact = malloc(length != 0 ? length : 1);
	enum ip4_packet_result result;

	memcpy(exact, octets, length);
	result = ip4_packet_decode(cursor_of(exact, length), packet);
	free(exact);
	return result;
}

static void a_datagram_is_read(void)
{
	struct ip4_packet packet;
	struct udp_datagram udp;
	char text[IP_ADDR_TEXT];

	CU_ASSERT_EQUAL_FATAL(ip4_packet_decode(cursor_of(datagram, sizeof(datagram)), &packet),
			      IP4_PACKET_GOOD);
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&packet.source, text), "192.0.2.7");
	CU_ASSERT_STRING_EQUAL(ip_addr_format(&packet.destination, text), "10.1.0.1");
	CU_ASSERT_EQUAL(packet.protocol, PROTO_UDP);
	CU_ASSERT_EQUAL(packet.ttl, 64);
	CU_ASSERT_EQUAL(cursor_left(&packet.payload), sizeof(datagram) - 20);
	CU_ASSERT_TRUE_FATAL(ip4_packet_udp(&packet, &udp));
	CU_ASSERT_EQUAL(udp.source_port, 5000);
	CU_ASSERT_EQUAL(udp.destination_port, 434);
	CU_ASSERT_EQUAL(cursor_left(&udp.payload), 5);
	CU_ASSERT_EQUAL(memcmp(udp.payload.at, "abcde", 5), 0);
}

static void padding_behind_the_packet_is_left_out(void)
{
	uint8_t padded[60] = {0};
	struct ip4_packet packet;

	memcpy(padded, datagram, sizeof(datagram));
	CU_ASSERT_EQUAL(ip4_packet_decode(cursor_of(padded, sizeof(padded)), &packet),
			IP4_PACKET_GOOD);
	CU_ASSERT_EQUAL(cursor_left(&packet.whole), sizeof(datagram));
}

static void every_shorter_packet_is_malformed(void)
{
	struct ip4_packet packet;

	for (size_t length = 0; length < sizeof(datagram); length++)
		CU_ASSERT_EQUAL(decode(datagram, length, &packet), IP4_PACKET_MALFORMED);
}

static void every_changed_bit_of_the_header_is_noticed(void)
{
	struct ip4_packet packet;
	uint8_t changed[sizeof(datagram)];

	for (size_t bit = 0; bit < 20 * 8; bit++) {
		memcpy(changed, datagram, sizeof(changed));
		changed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CU_ASSERT_EQUAL(decode(changed, sizeof(changed), &packet), IP4_PACKET_MALFORMED);
	}
}

static void every_changed_bit_of_the_datagram_is_noticed(void)
{
	for (size_t bit = 20 * 8; bit < sizeof(datagram) * 8; bit++) {
		uint8_t changed[sizeof(datagram)];
		struct udp_datagram udp;
		struct ip4_packet packet;

		memcpy(changed, datagram, sizeof(changed));
		changed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		CU_ASSERT_EQUAL_FATAL(
			ip4_packet_decode(cursor_of(changed, sizeof(changed)), &packet),
			IP4_PACKET_GOOD);
		CU_ASSERT_FALSE(ip4_packet_udp(&packet, &udp));
	}
}

static void a_checksum_of_0_is_none(void)
{
	uint8_t without[sizeof(datagram)];
	struct udp_datagram udp;
	struct ip4_packet packet;

	memcpy(without, datagram, sizeof(without));
	without[26] = 0;
	without[27] = 0;
	without[32] = 'x';
	CU_ASSERT_EQUAL(ip4_packet_decode(cursor_of(without, sizeof(without)), &packet),
			IP4_PACKET_GOOD);
	CU_ASSERT_TRUE(ip4_packet_udp(&packet, &udp));
}

static void a_header_with_options_ends_behind_them(void)
{
	/* IHL 6, a router alert; made with scapy. */
	static const uint8_t alert[] = {
		0x46, 0x00, 0x00, 0x1c, 0x00, 0x01, 0x00, 0x00, 0x01, 0x02, 0x40, 0xd4, 0x01, 0x02,
		0x03, 0x04, 0xe0, 0x00, 0x00, 0x01, 0x94, 0x04, 0x00, 0x00, 0xaa, 0xbb, 0xcc, 0xdd,
	};
	struct ip4_packet packet;

	CU_ASSERT_EQUAL(ip4_packet_decode(cursor_of(alert, sizeof(alert)), &packet),
			IP4_PACKET_GOOD);
	CU_ASSERT_EQUAL(packet.header_octets, 24);
	CU_ASSERT_EQUAL(cursor_left(&packet.payload), 4);
	for (size_t length = 0; length < sizeof(alert); length++)
		CU_ASSERT_EQUAL(decode(alert, length, &packet), IP4_PACKET_MALFORMED);
}

static void a_quote_may_be_cut_behind_its_header(void)
{
	struct ip4_packet packet;
	uint16_t octets;

	for (size_t length = 0; length < sizeof(datagram); length++)
		CU_ASSERT_EQUAL(ip4_quote_decode(cursor_of(datagram, length), &packet, &octets),
				length >= 20);
	CU_ASSERT_EQUAL(octets, sizeof(datagram));
	CU_ASSERT_EQUAL(cursor_left(&packet.whole), sizeof(datagram) - 1);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_datagram_is_read),
		UNIT(padding_behind_the_packet_is_left_out),
		UNIT(every_shorter_packet_is_malformed),
		UNIT(every_changed_bit_of_the_header_is_noticed),
		UNIT(every_changed_bit_of_the_datagram_is_noticed),
		UNIT(a_checksum_of_0_is_none),
		UNIT(a_header_with_options_ends_behind_them),
		UNIT(a_quote_may_be_cut_behind_its_header),
	};

	return unit_run("ip4_packet", cases, UNIT_COUNT(cases));
}
