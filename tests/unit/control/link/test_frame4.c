/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Frames are made by scapy.
 */
#include "link/frame4.h"

#include "checksum.h"
#include "support/unit.h"

enum { IP = 14, ICMP = 34, SOLICITATION_OCTETS = 42, ADVERTISEMENT_OCTETS = 58 };

static const uint8_t solicitation[SOLICITATION_OCTETS] = {
	0x01, 0x00, 0x5e, 0x00, 0x00, 0x0b, 0x02, 0x00, 0x00, 0x00, 0xbe, 0xef, 0x08, 0x00,
	0x45, 0x00, 0x00, 0x1c, 0x00, 0x01, 0x00, 0x00, 0x01, 0x01, 0xcf, 0xcb, 0x0a, 0x01,
	0x00, 0x09, 0xe0, 0x00, 0x00, 0x0b, 0x0a, 0x00, 0xf5, 0xff, 0x00, 0x00, 0x00, 0x00,
};

/* With a router alert, and behind it a Mobility Agent Advertisement Extension: code 16 says that it forwards for mobile nodes only. */
static const uint8_t advertisement[ADVERTISEMENT_OCTETS] = {
	0x01, 0x00, 0x5e, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00, 0x00, 0xbe, 0xef, 0x08, 0x00, 0x46,
	0x00, 0x00, 0x2c, 0x00, 0x01, 0x00, 0x00, 0x01, 0x01, 0x3a, 0xc1, 0x0a, 0x01, 0x00, 0x09,
	0xe0, 0x00, 0x00, 0x01, 0x94, 0x04, 0x00, 0x00, 0x09, 0x10, 0xc5, 0x9c, 0x00, 0x00, 0x00,
	0x00, 0x10, 0x06, 0x00, 0xff, 0x12, 0x34, 0x0e, 0x10, 0x00, 0x0a, 0x00, 0x00,
};

static void a_solicitation_is_read(void)
{
	static const uint8_t from[4] = {10, 1, 0, 9};
	static const uint8_t to[4] = {224, 0, 0, 11};
	struct link_message4 message = {0};

	CU_ASSERT_TRUE_FATAL(frame4_read(solicitation, sizeof(solicitation), &message));
	CU_ASSERT_EQUAL(message.type, 10);
	CU_ASSERT_EQUAL(message.ttl, 1);
	CU_ASSERT_EQUAL(message.source_mac[5], 0xef);
	CU_ASSERT_EQUAL(memcmp(ip4_octets(&message.source), from, 4), 0);
	CU_ASSERT_EQUAL(memcmp(ip4_octets(&message.destination), to, 4), 0);
	CU_ASSERT_PTR_EQUAL(message.icmp.at, solicitation + ICMP);
	CU_ASSERT_EQUAL(cursor_left(&message.icmp), 8);
}

static void an_advertisement_behind_options_is_read_with_its_extension(void)
{
	struct link_message4 message = {0};
	uint8_t padded[60] = {0};

	memcpy(padded, advertisement, sizeof(advertisement));
	CU_ASSERT_TRUE_FATAL(frame4_read(padded, sizeof(padded), &message));
	CU_ASSERT_EQUAL(message.type, 9);
	CU_ASSERT_EQUAL(message.icmp.at[1], 16);
	CU_ASSERT_EQUAL(cursor_left(&message.icmp), 20);
}

static void every_shorter_frame_is_refused(void)
{
	struct link_message4 message;

	for (size_t cut = 0; cut < sizeof(advertisement); cut++)
		CU_ASSERT_FALSE(frame4_read(advertisement, cut, &message));
}

static void one_wrong_octet_anywhere_in_packet_or_message_is_refused(void)
{
	struct link_message4 message;
	uint8_t frame[ADVERTISEMENT_OCTETS];

	memcpy(frame, advertisement, sizeof(frame));
	for (size_t at = IP; at < sizeof(frame); at++) {
		frame[at] ^= 0x10;
		CU_ASSERT_FALSE(frame4_read(frame, sizeof(frame), &message));
		frame[at] ^= 0x10;
	}
	frame[6] |= 1;
	CU_ASSERT_FALSE(frame4_read(frame, sizeof(frame), &message));
	frame[6] &= 0xfe;
	frame[13] = 6;
	CU_ASSERT_FALSE(frame4_read(frame, sizeof(frame), &message));
}

/* A change whose checksums are right. */
static bool reads_with(uint8_t at, uint8_t value)
{
	struct link_message4 message;
	uint8_t frame[SOLICITATION_OCTETS];
	uint16_t sum;

	memcpy(frame, solicitation, sizeof(frame));
	frame[at] = value;
	memset(frame + IP + 10, 0, 2);
	sum = plain_checksum(frame + IP, 20);
	frame[IP + 10] = (uint8_t)(sum >> 8);
	frame[IP + 11] = (uint8_t)sum;
	memset(frame + ICMP + 2, 0, 2);
	sum = plain_checksum(frame + ICMP, 8);
	frame[ICMP + 2] = (uint8_t)(sum >> 8);
	frame[ICMP + 3] = (uint8_t)sum;
	return frame4_read(frame, sizeof(frame), &message);
}

static void what_no_router_discovery_is_is_refused(void)
{
	CU_ASSERT_TRUE(reads_with(ICMP, 10));
	CU_ASSERT_TRUE(reads_with(ICMP, 9));
	CU_ASSERT_FALSE(reads_with(ICMP, 8));
	CU_ASSERT_FALSE(reads_with(ICMP + 1, 1)); /* a solicitation's code */
	CU_ASSERT_FALSE(reads_with(IP + 9, 17));
	CU_ASSERT_FALSE(reads_with(IP + 6, 0x20)); /* more fragments */
	CU_ASSERT_FALSE(reads_with(IP + 12, 224)); /* from a group */
	CU_ASSERT_FALSE(reads_with(IP + 12, 127));
	CU_ASSERT_FALSE(reads_with(IP + 3, 27)); /* cuts the message */
}

static void a_node_without_an_address_may_solicit(void)
{
	struct link_message4 message;
	uint8_t frame[SOLICITATION_OCTETS];
	uint16_t sum;

	memcpy(frame, solicitation, sizeof(frame));
	memset(frame + IP + 12, 0, 4);
	memset(frame + IP + 10, 0, 2);
	sum = plain_checksum(frame + IP, 20);
	frame[IP + 10] = (uint8_t)(sum >> 8);
	frame[IP + 11] = (uint8_t)sum;
	CU_ASSERT_TRUE(frame4_read(frame, sizeof(frame), &message));
}

/* RFC 1112 §6.4: the low 23 bits of the group. */
static void groups_have_their_link_layer_addresses(void)
{
	static const struct {
		uint8_t address[4];
		uint8_t mac[6];
	} cases[] = {
		{{224, 0, 0, 1}, {0x01, 0x00, 0x5e, 0, 0, 1}},
		{{239, 255, 1, 2}, {0x01, 0x00, 0x5e, 0x7f, 1, 2}},
		{{255, 255, 255, 255}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		{{10, 1, 255, 255}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
	};
	uint8_t mac[6];

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		frame4_group_mac(cases[i].address, mac);
		CU_ASSERT_EQUAL(memcmp(mac, cases[i].mac, 6), 0);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_solicitation_is_read),
		UNIT(an_advertisement_behind_options_is_read_with_its_extension),
		UNIT(every_shorter_frame_is_refused),
		UNIT(one_wrong_octet_anywhere_in_packet_or_message_is_refused),
		UNIT(what_no_router_discovery_is_is_refused),
		UNIT(a_node_without_an_address_may_solicit),
		UNIT(groups_have_their_link_layer_addresses),
	};

	return unit_run("frame4", cases, UNIT_COUNT(cases));
}
