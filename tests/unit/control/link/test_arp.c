/* SPDX-License-Identifier: BSD-3-Clause */
#include "link/arp.h"

#include "support/unit.h"

/* Who has 10.1.0.5, tell 10.1.0.9: made by scapy. */
static const uint8_t request[ARP_OCTETS] = {
	0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0xbe, 0xef, 10, 1, 0, 9, 0, 0, 0, 0, 0, 0, 10, 1, 0, 5,
};
static const uint8_t own[6] = {2, 0, 0, 0, 0, 1};
static const uint8_t asker[6] = {2, 0, 0, 0, 0xbe, 0xef};

static struct ip_addr address(uint8_t last)
{
	return ip4_mapped((const uint8_t[4]){10, 1, 0, last});
}

static bool decodes(const uint8_t *bytes, size_t octets, struct arp_message *out)
{
	return arp_decode(cursor_of(bytes, octets), out);
}

static void a_request_is_read(void)
{
	const struct ip_addr from = address(9);
	const struct ip_addr to = address(5);
	struct arp_message message;

	CU_ASSERT_TRUE_FATAL(decodes(request, sizeof(request), &message));
	CU_ASSERT_EQUAL(message.operation, ARP_REQUEST);
	CU_ASSERT_EQUAL(memcmp(message.sender_mac, asker, 6), 0);
	CU_ASSERT_TRUE(ip_addr_equal(&message.sender, &from));
	CU_ASSERT_TRUE(ip_addr_equal(&message.target, &to));
	CU_ASSERT_FALSE(arp_is_gratuitous(&message));
}

static void what_is_read_is_written_again(void)
{
	struct arp_message message;
	uint8_t out[ARP_OCTETS];

	CU_ASSERT_TRUE_FATAL(decodes(request, sizeof(request), &message));
	arp_encode(&message, out);
	CU_ASSERT_EQUAL(memcmp(out, request, sizeof(out)), 0);
}

static void every_shorter_message_is_refused_and_padding_is_not(void)
{
	struct arp_message message;
	uint8_t padded[46] = {0};

	memcpy(padded, request, sizeof(request));
	for (size_t cut = 0; cut < sizeof(request); cut++)
		CU_ASSERT_FALSE(decodes(request, cut, &message));
	CU_ASSERT_TRUE(decodes(padded, sizeof(padded), &message));
}

static void only_requests_and_replies_for_ipv4_on_ethernet_are_taken(void)
{
	static const struct {
		uint8_t at;
		uint8_t value;
	} wrong[] = {{0, 1}, {1, 6}, {2, 0x86}, {3, 1}, {4, 8},	  {5, 16},
		     {6, 1}, {7, 0}, {7, 3},	{7, 8}, {8, 0x03}};
	struct arp_message message;
	uint8_t bytes[ARP_OCTETS];

	for (unsigned int i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		memcpy(bytes, request, sizeof(bytes));
		bytes[wrong[i].at] = wrong[i].value;
		CU_ASSERT_FALSE(decodes(bytes, sizeof(bytes), &message));
	}
	memcpy(bytes, request, sizeof(bytes));
	bytes[7] = ARP_REPLY;
	CU_ASSERT_TRUE(decodes(bytes, sizeof(bytes), &message));
	memset(bytes + 8, 0, 6);
	CU_ASSERT_FALSE(decodes(bytes, sizeof(bytes), &message));
}

static void an_answer_turns_the_addresses_round(void)
{
	static const uint8_t expected[ARP_OCTETS] = {
		0,  1, 8, 0, 6, 4, 0, 2, 2,    0,    0,	 0, 0, 1,
		10, 1, 0, 5, 2, 0, 0, 0, 0xbe, 0xef, 10, 1, 0, 9,
	};
	struct arp_message message;
	uint8_t out[ARP_OCTETS];

	CU_ASSERT_TRUE_FATAL(decodes(request, sizeof(request), &message));
	message = arp_answer(&message, own);
	arp_encode(&message, out);
	CU_ASSERT_EQUAL(memcmp(out, expected, sizeof(out)), 0);
}

/* RFC 5944 §4.6: the target hardware address is of no use in a request, and the sender's in a reply. */
static void gratuitous_messages_have_the_address_twice(void)
{
	static const uint8_t expected[2][ARP_OCTETS] = {
		{0,  1, 8, 0, 6, 4, 0, 1, 2, 0, 0,  0, 0, 1,
		 10, 1, 0, 5, 0, 0, 0, 0, 0, 0, 10, 1, 0, 5},
		{0,  1, 8, 0, 6, 4, 0, 2, 2, 0, 0,  0, 0, 1,
		 10, 1, 0, 5, 2, 0, 0, 0, 0, 1, 10, 1, 0, 5},
	};
	const struct ip_addr home = address(5);
	uint8_t out[ARP_OCTETS];

	for (uint16_t form = ARP_REQUEST; form <= ARP_REPLY; form++) {
		const struct arp_message message = arp_gratuitous(form, &home, own);

		CU_ASSERT_TRUE(arp_is_gratuitous(&message));
		arp_encode(&message, out);
		CU_ASSERT_EQUAL(memcmp(out, expected[form - 1], sizeof(out)), 0);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_request_is_read),
		UNIT(what_is_read_is_written_again),
		UNIT(every_shorter_message_is_refused_and_padding_is_not),
		UNIT(only_requests_and_replies_for_ipv4_on_ethernet_are_taken),
		UNIT(an_answer_turns_the_addresses_round),
		UNIT(gratuitous_messages_have_the_address_twice),
	};

	return unit_run("arp", cases, UNIT_COUNT(cases));
}
