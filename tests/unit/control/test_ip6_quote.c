/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip6_quote.h"

#include <stdlib.h>

#include "ha/wire/ip6.h"
#include "support/unit.h"

static const struct ip_addr home_agent = {{0x20, 1, 0xd, 0xb8, 0, 0xff, [15] = 1}};
static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 1}};

enum { PAYLOAD_LENGTH = 1000 }; /* far more than is ever there */

static uint8_t bytes[512];
static struct writer w;
static struct ip6_quote quote;

static void begin(uint8_t next)
{
	w = writer_of(bytes, sizeof(bytes));
	writer_u32(&w, 0x60000000);
	writer_u16(&w, PAYLOAD_LENGTH);
	writer_u8(&w, next);
	writer_u8(&w, 64);
	writer_addr(&w, &home_agent);
	writer_addr(&w, &care_of);
}

static size_t length(void)
{
	return (size_t)(w.at - bytes);
}

/* Of its own, so that AddressSanitizer sees an octet past it. */
static bool decode_cut(size_t octets)
{
	uint8_t *copy = malloc(octets + (octets == 0));
	bool good;

	memcpy(copy, bytes, octets);
	good = ip6_quote_decode(cursor_of(copy, octets), &quote);
	free(copy);
	return good;
}

static bool decode(void)
{
	return ip6_quote_decode(cursor_of(bytes, length()), &quote);
}

static void the_beginning_of_a_packet_is_enough(void)
{
	begin(PROTO_IPV6);
	writer_u64(&w, 0x6000000012345678);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_EQUAL(quote.protocol, PROTO_IPV6);
	CU_ASSERT_EQUAL(quote.octets, 1040);
	CU_ASSERT_EQUAL(cursor_left(&quote.payload), 8);
	CU_ASSERT_TRUE(ip_addr_equal(&quote.source, &home_agent));
	CU_ASSERT_TRUE(ip_addr_equal(&quote.destination, &care_of));
	CU_ASSERT_FALSE(quote.is_later_fragment);
	CU_ASSERT_FALSE(quote.has_home_route);
	CU_ASSERT_EQUAL(quote.limit_offset, 0);
}

static void what_is_beyond_the_payload_length_is_not_of_the_packet(void)
{
	begin(PROTO_IPV6);
	writer_zero(&w, 100);
	bytes[4] = 0;
	bytes[5] = 60;
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_EQUAL(cursor_left(&quote.payload), 60);
	CU_ASSERT_EQUAL(quote.octets, 100);
}

static void another_version_is_no_packet(void)
{
	begin(PROTO_IPV6);
	for (unsigned int version = 0; version < 16; version++) {
		bytes[0] = (uint8_t)(version << 4);
		CU_ASSERT_EQUAL(decode(), version == 6);
	}
}

static void every_length_short_of_the_headers_is_refused(void)
{
	begin(PROTO_DEST_OPTIONS);
	writer_u64(&w, (uint64_t)PROTO_FRAGMENT << 56 | 0x0000040103010000);
	writer_u64(&w, (uint64_t)PROTO_IPV6 << 56);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_EQUAL(quote.protocol, PROTO_IPV6);
	for (size_t octets = 0; octets < length(); octets++)
		CU_ASSERT_FALSE(decode_cut(octets));
}

static void a_tunnel_encapsulation_limit_is_found_with_its_place(void)
{
	begin(PROTO_DEST_OPTIONS);
	writer_u64(&w, (uint64_t)PROTO_IPV6 << 56 | 0x0000040103010000);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_EQUAL(quote.limit_offset, 44);
	CU_ASSERT_EQUAL(quote.limit, 3);
	CU_ASSERT_EQUAL(bytes[quote.limit_offset], 3);
	/* Behind padding, it is elsewhere; of another length, it is none; cut, neither. */
	begin(PROTO_DEST_OPTIONS);
	writer_u64(&w, (uint64_t)PROTO_IPV6 << 56 | 0x0000010100040100);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_EQUAL(quote.limit_offset, 47);
	CU_ASSERT_EQUAL(quote.limit, 0);
	begin(PROTO_DEST_OPTIONS);
	writer_u64(&w, (uint64_t)PROTO_IPV6 << 56 | 0x0000040203030000);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_EQUAL(quote.limit_offset, 0);
	begin(PROTO_DEST_OPTIONS);
	writer_u64(&w, (uint64_t)PROTO_IPV6 << 56 | 0x00000101000004ff);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_EQUAL(quote.limit_offset, 0);
}

static void a_type_2_routing_header_shows_and_no_other(void)
{
	for (unsigned int type = 0; type < 256; type++) {
		begin(PROTO_ROUTING);
		writer_u64(&w, (uint64_t)PROTO_MOBILITY << 56 | UINT64_C(2) << 48 |
				       (uint64_t)type << 40 | UINT64_C(1) << 32);
		writer_addr(&w, &care_of);
		CU_ASSERT_TRUE(decode());
		CU_ASSERT_EQUAL(quote.has_home_route, type == 2);
		CU_ASSERT_EQUAL(ip_addr_equal(&quote.home_route, &care_of), type == 2);
		CU_ASSERT_EQUAL(quote.protocol, PROTO_MOBILITY);
	}
}

static void a_later_fragment_shows_nothing_of_what_it_is_of(void)
{
	begin(PROTO_FRAGMENT);
	writer_u64(&w, (uint64_t)PROTO_DEST_OPTIONS << 56 | UINT64_C(0x0008) << 32);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_TRUE(quote.is_later_fragment);
	CU_ASSERT_EQUAL(quote.protocol, PROTO_DEST_OPTIONS);
	begin(PROTO_FRAGMENT);
	writer_u64(&w, (uint64_t)PROTO_IPV6 << 56 | UINT64_C(0x0001) << 32);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_FALSE(quote.is_later_fragment);
}

static void a_chain_up_to_the_bound_passes_and_past_it_does_not(void)
{
	for (unsigned int headers = 0; headers <= EXTENSION_HEADERS_MAX + 1; headers++) {
		begin(headers > 0 ? PROTO_HOP_BY_HOP : PROTO_UDP);
		for (unsigned int i = 1; i <= headers; i++)
			writer_u64(&w, (uint64_t)(i < headers ? PROTO_HOP_BY_HOP : PROTO_UDP)
					       << 56);
		CU_ASSERT_EQUAL(decode(), headers <= EXTENSION_HEADERS_MAX);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_beginning_of_a_packet_is_enough),
		UNIT(what_is_beyond_the_payload_length_is_not_of_the_packet),
		UNIT(another_version_is_no_packet),
		UNIT(every_length_short_of_the_headers_is_refused),
		UNIT(a_tunnel_encapsulation_limit_is_found_with_its_place),
		UNIT(a_type_2_routing_header_shows_and_no_other),
		UNIT(a_later_fragment_shows_nothing_of_what_it_is_of),
		UNIT(a_chain_up_to_the_bound_passes_and_past_it_does_not),
	};

	return unit_run("ip6_quote", cases, UNIT_COUNT(cases));
}
