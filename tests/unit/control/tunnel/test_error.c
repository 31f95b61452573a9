/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/error.h"

#include <stdlib.h>

#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "support/unit.h"

static const struct ip_addr home_agent = {{0x20, 1, 0xd, 0xb8, 0, 0xff, [15] = 1}};
static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 0xa, [15] = 1}};
static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct ip_addr correspondent = {{0x20, 1, 0xd, 0xb8, 0, 0xc, [15] = 1}};

static uint8_t bytes[1300];
static struct writer w;
static struct tunnel_error error;

static void add_ip(uint16_t payload_length, uint8_t next, const struct ip_addr *from,
		   const struct ip_addr *to)
{
	writer_u32(&w, 0x60000000);
	writer_u16(&w, payload_length);
	writer_u8(&w, next);
	writer_u8(&w, 64);
	writer_addr(&w, from);
	writer_addr(&w, to);
}

static void begin(uint8_t type, uint8_t code, uint32_t value, uint8_t outer_next)
{
	w = writer_of(bytes, sizeof(bytes));
	writer_u8(&w, type);
	writer_u8(&w, code);
	writer_u16(&w, 0);
	writer_u32(&w, value);
	add_ip(1440, outer_next, &home_agent, &care_of);
}

static size_t length(void)
{
	return (size_t)(w.at - bytes);
}

static bool decode(void)
{
	return tunnel_error_decode(cursor_of(bytes, length()), &error);
}

/* A tunnel packet whose inner packet has 1400 octets, of which 8 behind its header are quoted. */
static void quote_tunnel(uint8_t type, uint8_t code, uint32_t value)
{
	begin(type, code, value, PROTO_IPV6);
	add_ip(1360, PROTO_UDP, &correspondent, &home);
	writer_u64(&w, 0);
}

/* The same with a Tunnel Encapsulation Limit, whose value is at octet 44 of the quoted packet. */
static void quote_limited(uint8_t code, uint32_t pointer, uint8_t limit)
{
	begin(ICMP6_PARAMETER_PROBLEM, code, pointer, PROTO_DEST_OPTIONS);
	writer_u64(&w, (uint64_t)PROTO_IPV6 << 56 | UINT64_C(0x000401) << 32 |
			       (uint64_t)limit << 24 | 0x010100);
	add_ip(1360, PROTO_UDP, &correspondent, &home);
}

static void the_inner_packet_is_found(void)
{
	quote_tunnel(ICMP6_PACKET_TOO_BIG, 0, 1400);
	CU_ASSERT_TRUE_FATAL(decode());
	CU_ASSERT_EQUAL(error.kind, TUNNEL_ERROR_TOO_BIG);
	CU_ASSERT_EQUAL(error.mtu, 1400);
	CU_ASSERT_FALSE(tunnel_error_is_about_message(&error));
	CU_ASSERT_TRUE_FATAL(tunnel_error_find_inner(&error));
	CU_ASSERT_TRUE(ip_addr_equal(&error.inner_source, &correspondent));
	CU_ASSERT_TRUE(ip_addr_equal(&error.inner_destination, &home));
	CU_ASSERT_EQUAL(error.inner_octets, 1400);
	CU_ASSERT_EQUAL(cursor_left(&error.inner), 48);
	CU_ASSERT_PTR_EQUAL(error.inner.at, bytes + 8 + 40);
}

static void every_cut_is_survived(void)
{
	quote_limited(0, 44, 0);
	for (size_t octets = 0; octets <= length(); octets++) {
		uint8_t *copy = malloc(octets + (octets == 0));
		bool good;

		memcpy(copy, bytes, octets);
		good = tunnel_error_decode(cursor_of(copy, octets), &error);
		CU_ASSERT_EQUAL(good, octets >= 8 + 40 + 8);
		CU_ASSERT_EQUAL(good && tunnel_error_find_inner(&error), octets == length());
		free(copy);
	}
}

static void only_types_1_to_4_are_errors(void)
{
	for (unsigned int type = 0; type < 256; type++) {
		quote_tunnel((uint8_t)type, 0, 0);
		CU_ASSERT_EQUAL(decode(), type >= 1 && type <= 4);
	}
}

static enum tunnel_error_kind kind(uint8_t type, uint8_t code)
{
	quote_tunnel(type, code, 0);
	CU_ASSERT_TRUE(decode());
	return error.kind;
}

static void any_unreachable_counts_and_of_time_exceeded_the_hop_limit(void)
{
	for (unsigned int code = 0; code < 256; code++) {
		CU_ASSERT_EQUAL(kind(ICMP6_UNREACHABLE, (uint8_t)code), TUNNEL_ERROR_UNREACHABLE);
		CU_ASSERT_EQUAL(kind(ICMP6_TIME_EXCEEDED, (uint8_t)code),
				code == 0 ? TUNNEL_ERROR_UNREACHABLE : TUNNEL_ERROR_OTHER);
		CU_ASSERT_EQUAL(kind(ICMP6_PARAMETER_PROBLEM, (uint8_t)code), TUNNEL_ERROR_OTHER);
	}
}

static enum tunnel_error_kind limited(uint8_t code, uint32_t pointer, uint8_t limit)
{
	quote_limited(code, pointer, limit);
	CU_ASSERT_TRUE(decode());
	return error.kind;
}

static void a_parameter_problem_counts_at_an_exhausted_limit_only(void)
{
	CU_ASSERT_EQUAL(limited(0, 44, 0), TUNNEL_ERROR_UNREACHABLE);
	CU_ASSERT_EQUAL(limited(0, 44, 1), TUNNEL_ERROR_UNREACHABLE);
	CU_ASSERT_EQUAL(limited(0, 44, 2), TUNNEL_ERROR_OTHER);
	CU_ASSERT_EQUAL(limited(1, 44, 0), TUNNEL_ERROR_OTHER);
	CU_ASSERT_EQUAL(limited(0, 43, 0), TUNNEL_ERROR_OTHER);
	CU_ASSERT_EQUAL(limited(0, 44 + 65536, 0), TUNNEL_ERROR_OTHER);
	CU_ASSERT_EQUAL(limited(0, 0, 0), TUNNEL_ERROR_OTHER);
}

static void messages_of_ours_are_told_apart(void)
{
	begin(ICMP6_UNREACHABLE, 0, 0, PROTO_MOBILITY);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_TRUE(tunnel_error_is_about_message(&error));
	begin(ICMP6_UNREACHABLE, 0, 0, PROTO_ROUTING);
	writer_u64(&w, (uint64_t)PROTO_ICMP6 << 56 | 0x0002020100000000);
	writer_addr(&w, &home);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_TRUE(tunnel_error_is_about_message(&error));
	CU_ASSERT_FALSE(tunnel_error_find_inner(&error));
}

static void a_first_fragment_has_the_inner_header_and_a_later_one_has_not(void)
{
	for (unsigned int offset = 0; offset < 2; offset++) {
		begin(ICMP6_PACKET_TOO_BIG, 0, 1400, PROTO_FRAGMENT);
		writer_u64(&w, (uint64_t)PROTO_IPV6 << 56 | (uint64_t)(offset << 3 | 1) << 32);
		add_ip(1360, PROTO_UDP, &correspondent, &home);
		CU_ASSERT_TRUE(decode());
		CU_ASSERT_EQUAL(tunnel_error_find_inner(&error), offset == 0);
	}
}

static void what_is_quoted_behind_the_inner_packet_is_not_of_it(void)
{
	begin(ICMP6_UNREACHABLE, 0, 0, PROTO_IPV6);
	add_ip(8, PROTO_UDP, &correspondent, &home);
	writer_zero(&w, 100);
	CU_ASSERT_TRUE(decode());
	CU_ASSERT_TRUE(tunnel_error_find_inner(&error));
	CU_ASSERT_EQUAL(cursor_left(&error.inner), 48);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(the_inner_packet_is_found),
		UNIT(every_cut_is_survived),
		UNIT(only_types_1_to_4_are_errors),
		UNIT(any_unreachable_counts_and_of_time_exceeded_the_hop_limit),
		UNIT(a_parameter_problem_counts_at_an_exhausted_limit_only),
		UNIT(messages_of_ours_are_told_apart),
		UNIT(a_first_fragment_has_the_inner_header_and_a_later_one_has_not),
		UNIT(what_is_quoted_behind_the_inner_packet_is_not_of_it),
	};

	return unit_run("tunnel/error", cases, UNIT_COUNT(cases));
}
