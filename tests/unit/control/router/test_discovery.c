/* SPDX-License-Identifier: BSD-3-Clause */
#include "ha/home_anycast.h"
#include "router/dhaad.h"
#include "router/mobile_prefix.h"

#include "support/unit.h"

static bool is_anycast(const char *prefix, uint8_t length, const char *address)
{
	struct ip_prefix p = {.length = length};
	struct ip_addr a;

	return ip_addr_parse(prefix, &p.addr) && ip_addr_parse(address, &a) &&
	       is_home_anycast(&p, &a);
}

/* RFC 2526 §2. */
static void the_anycast_address_follows_the_prefix_length(void)
{
	CU_ASSERT(is_anycast("2001:db8:1::", 64, "2001:db8:1:0:fdff:ffff:ffff:fffe"));
	CU_ASSERT(!is_anycast("2001:db8:1::", 64, "2001:db8:1:0:ffff:ffff:ffff:fffe"));
	CU_ASSERT(!is_anycast("2001:db8:1::", 64, "2001:db8:1:0:fdff:ffff:ffff:fffd"));
	CU_ASSERT(is_anycast("2001:db8:1::", 80, "2001:db8:1::ffff:ffff:fffe"));
	CU_ASSERT(is_anycast("2001:db8:1::", 68, "2001:db8:1:0:fff:ffff:ffff:fffe"));
	CU_ASSERT(is_anycast("2001:db8:1::", 121, "2001:db8:1::7e"));
	CU_ASSERT(is_anycast("2001:db8:1::80", 121, "2001:db8:1::fe"));
	CU_ASSERT(!is_anycast("2001:db8:1::80", 121, "2001:db8:1::7e"));
	CU_ASSERT(!is_anycast("2001:db8:1::7e", 128, "2001:db8:1::7e"));
}

static void a_request_is_read(void)
{
	uint8_t message[] = {144, 0, 0, 0, 0x12, 0x34, 0x80, 0, 1};
	struct dhaad_request request;

	CU_ASSERT_TRUE(dhaad_decode(cursor_of(message, 8), &request));
	CU_ASSERT_EQUAL(request.identifier, 0x1234);
	CU_ASSERT_TRUE(request.mobile_router);
	CU_ASSERT_TRUE(dhaad_decode(cursor_of(message, 9), &request));
	CU_ASSERT_FALSE(dhaad_decode(cursor_of(message, 7), &request));
	message[6] = 0x7f;
	message[7] = 0xff;
	CU_ASSERT_TRUE(dhaad_decode(cursor_of(message, 8), &request));
	CU_ASSERT_FALSE(request.mobile_router);
	message[1] = 1;
	CU_ASSERT_FALSE(dhaad_decode(cursor_of(message, 8), &request));
	message[1] = 0;
	message[0] = 145;
	CU_ASSERT_FALSE(dhaad_decode(cursor_of(message, 8), &request));
}

static void a_reply_has_its_addresses_from_octet_8_on(void)
{
	static const struct ip_addr addresses[DHAAD_ADDRESSES_MAX] = {{{1}}, {{2}}};
	static const uint8_t expected[] = {145, 0, 0, 0, 0x12, 0x34, 0x80, 0, 1};
	struct dhaad_reply reply = {0x1234, true, addresses, 2};
	uint8_t message[DHAAD_REPLY_OCTETS_MAX];

	CU_ASSERT_EQUAL(dhaad_encode(&reply, message), 40);
	CU_ASSERT_EQUAL(memcmp(message, expected, sizeof(expected)), 0);
	CU_ASSERT_EQUAL(message[24], 2);
	reply.mobile_router = false;
	reply.count = DHAAD_ADDRESSES_MAX;
	CU_ASSERT_EQUAL(dhaad_encode(&reply, message), 1240);
	CU_ASSERT_EQUAL(message[6], 0);
}

static void a_solicitation_is_read(void)
{
	uint8_t message[] = {146, 0, 0, 0, 0x12, 0x34, 0xff, 0xff, 200, 1, 0, 0, 0, 0, 0, 0};
	uint16_t identifier = 0;

	for (size_t n = 0; n <= sizeof(message); n++)
		CU_ASSERT_EQUAL(
			mobile_prefix_solicitation_decode(cursor_of(message, n), &identifier),
			n == 8 || n == 16);
	CU_ASSERT_EQUAL(identifier, 0x1234);
	message[9] = 0;
	CU_ASSERT_FALSE(mobile_prefix_solicitation_decode(cursor_of(message, 16), &identifier));
	message[1] = 1;
	CU_ASSERT_FALSE(mobile_prefix_solicitation_decode(cursor_of(message, 8), &identifier));
}

static void an_advertisement_has_a_prefix_option_each(void)
{
	static const uint8_t expected[] = {147, 0, 0, 0, 0x12, 0x34, 0, 0, 3, 4, 64, 0xe0, 0,
					   0,	0, 9, 0, 0,    0,    8, 0, 0, 0, 0,  0x20};
	struct nd_prefix prefixes[2] = {{{{0x20}}, 64, 0xe0, 9, 8}, {{{0x30}}, 48, 0xc0, 1, 1}};
	uint8_t message[MOBILE_PREFIX_OCTETS_MAX];

	CU_ASSERT_EQUAL(mobile_prefix_advertisement_encode(0x1234, prefixes, 2, message), 72);
	CU_ASSERT_EQUAL(memcmp(message, expected, sizeof(expected)), 0);
	CU_ASSERT_EQUAL(message[42], 48);
	CU_ASSERT_EQUAL(message[56], 0x30);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_anycast_address_follows_the_prefix_length), UNIT(a_request_is_read),
		UNIT(a_reply_has_its_addresses_from_octet_8_on),     UNIT(a_solicitation_is_read),
		UNIT(an_advertisement_has_a_prefix_option_each),
	};

	return unit_run("router/discovery", cases, UNIT_COUNT(cases));
}
