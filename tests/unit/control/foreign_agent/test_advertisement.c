/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/advertisement.h"

#include <string.h>

#include "checksum.h"
#include "support/unit.h"

static uint8_t message[ADVERTISEMENT_OCTETS_MAX];

static struct ip_addr ip4(const char *text)
{
	struct ip_addr address = {0};

	CU_ASSERT_TRUE_FATAL(ip4_addr_parse(text, &address));
	return address;
}

/* The bytes were written down from RFC 5944 §2.1 and 1256 §3; tshark reads them without a complaint. */
static void a_foreign_agent_says_all_of_this(void)
{
	static const uint8_t expected[] = {
		9,    0,    0xc3, 0x8b,
		1,    2,    0,	  3, /* type, code, checksum, one entry of two words, lifetime */
		10,   9,    0,	  1,
		0,    0,    0,	  0, /* router address, preference */
		16,   10,   0,	  0,
		0x0e, 0x10, 0x1d, 0x40, /* sequence 0, 3600 s, F M G T X */
		192,  0,    2,	  9,	/* care-of address */
		19,   1,    24,	  0,	/* prefix length, and a padding octet */
	};
	const struct ip_addr care_of = ip4("192.0.2.9");
	const struct advertisement a = {
		.router = ip4("10.9.0.1"),
		.prefix_length = 24,
		.lifetime_s = 3,
		.registration_lifetime_s = 3600,
		.flags = ADVERTISEMENT_FOREIGN_AGENT | ADVERTISEMENT_MINIMAL | ADVERTISEMENT_GRE |
			 ADVERTISEMENT_REVERSE_TUNNEL | ADVERTISEMENT_REVOCATION,
		.care_of = &care_of,
		.care_of_count = 1,
	};

	CU_ASSERT_EQUAL_FATAL(advertisement_encode(&a, message), sizeof(expected));
	CU_ASSERT_EQUAL(memcmp(message, expected, sizeof(expected)), 0);
	CU_ASSERT_EQUAL(plain_checksum(message, sizeof(expected)), 0);
}

static void a_home_agent_that_does_not_route_names_no_router(void)
{
	const struct advertisement a = {
		.prefix_length = 24, /* of a router that is not told: nothing */
		.lifetime_s = 1800,
		.sequence = 0x1234,
		.registration_lifetime_s = 0xffff,
		.flags = ADVERTISEMENT_HOME_AGENT,
	};

	CU_ASSERT_EQUAL_FATAL(advertisement_encode(&a, message), 8 + 8);
	CU_ASSERT_EQUAL(message[1], ADVERTISEMENT_CODE_MOBILE_ONLY);
	CU_ASSERT_EQUAL(message[4], 0);
	CU_ASSERT_EQUAL(message[9], 6);
	CU_ASSERT_EQUAL(message[10] << 8 | message[11], 0x1234);
	CU_ASSERT_EQUAL(message[14] << 8 | message[15], 0x2000);
}

static void a_challenge_follows_and_the_length_is_even(void)
{
	static const uint8_t challenge[CHALLENGE_OCTETS] = {1, 2, 3, 4, 5, 6, 7, 8};
	const struct ip_addr care_of[2] = {ip4("192.0.2.9"), ip4("192.0.2.10")};
	const struct advertisement a = {
		.router = ip4("10.9.0.1"),
		.prefix_length = 8,
		.flags = ADVERTISEMENT_FOREIGN_AGENT,
		.care_of = care_of,
		.care_of_count = 2,
		.challenge = challenge,
	};
	uint16_t octets = advertisement_encode(&a, message);

	CU_ASSERT_EQUAL_FATAL(octets, 16 + 8 + 8 + 3 + 10 + 1);
	CU_ASSERT_EQUAL(message[17], 14);
	CU_ASSERT_EQUAL(message[35], 24);
	CU_ASSERT_EQUAL(message[36], CHALLENGE_OCTETS);
	CU_ASSERT_EQUAL(memcmp(&message[37], challenge, sizeof(challenge)), 0);
	CU_ASSERT_EQUAL(message[octets - 1], 0);
	CU_ASSERT_EQUAL(plain_checksum(message, octets), 0);
}

static void the_most_there_can_be_fits(void)
{
	static const uint8_t challenge[CHALLENGE_OCTETS];
	struct ip_addr care_of[FOREIGN_CARE_OF_MAX];
	const struct advertisement a = {
		.router = ip4("10.9.0.1"),
		.prefix_length = 32,
		.care_of = care_of,
		.care_of_count = FOREIGN_CARE_OF_MAX,
		.challenge = challenge,
	};

	for (int i = 0; i < FOREIGN_CARE_OF_MAX; i++)
		care_of[i] = ip4("192.0.2.9");
	CU_ASSERT_EQUAL(advertisement_encode(&a, message),
			16 + 8 + 4 * FOREIGN_CARE_OF_MAX + 3 + 10 + 1);
}

static void only_a_restart_brings_numbers_below_256_again(void)
{
	CU_ASSERT_EQUAL(advertisement_sequence_after(0), 1);
	CU_ASSERT_EQUAL(advertisement_sequence_after(0xfffe), 0xffff);
	CU_ASSERT_EQUAL(advertisement_sequence_after(0xffff), 256);
}

static bool is_valid(const uint8_t *bytes, size_t octets, const char *source)
{
	const struct ip_addr from = ip4(source);

	return solicitation_is_valid(cursor_of(bytes, octets), &from);
}

static void a_solicitation_may_come_from_any_node_or_none(void)
{
	static const uint8_t good[] = {10, 0, 0, 0, 0, 0, 0, 0};
	static const uint8_t code[] = {10, 1, 0, 0, 0, 0, 0, 0};
	static const uint8_t type[] = {9, 0, 0, 0, 0, 0, 0, 0};

	CU_ASSERT_TRUE(is_valid(good, sizeof(good), "10.1.0.5"));
	CU_ASSERT_TRUE(is_valid(good, sizeof(good), "0.0.0.0"));
	CU_ASSERT_FALSE(is_valid(good, sizeof(good), "224.0.0.1"));
	CU_ASSERT_FALSE(is_valid(good, sizeof(good), "255.255.255.255"));
	CU_ASSERT_FALSE(is_valid(good, sizeof(good), "127.0.0.1"));
	CU_ASSERT_FALSE(is_valid(good, sizeof(good) - 1, "10.1.0.5"));
	CU_ASSERT_FALSE(is_valid(code, sizeof(code), "10.1.0.5"));
	CU_ASSERT_FALSE(is_valid(type, sizeof(type), "10.1.0.5"));
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(a_foreign_agent_says_all_of_this),
		UNIT(a_home_agent_that_does_not_route_names_no_router),
		UNIT(a_challenge_follows_and_the_length_is_even),
		UNIT(the_most_there_can_be_fits),
		UNIT(only_a_restart_brings_numbers_below_256_again),
		UNIT(a_solicitation_may_come_from_any_node_or_none),
	};

	return unit_run("advertisement", cases, UNIT_COUNT(cases));
}
