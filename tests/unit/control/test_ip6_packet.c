/* SPDX-License-Identifier: BSD-3-Clause */
#include "ip6_packet.h"

#include "ha/wire/ip6.h"
#include "support/unit.h"

static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct ip_addr home_agent = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0xff}};
static const struct ip_addr group = {{0xff, 2, [15] = 1}};

static uint8_t bytes[4096];
static struct writer w;
static uint8_t *next_field; /* Next Header of what was written last */
static struct ip6_packet packet;
static uint16_t error_offset;

static void begin(void)
{
	memset(bytes, 0, sizeof(bytes));
	w = writer_of(bytes, sizeof(bytes));
	writer_u32(&w, 0x60000000);
	writer_u32(&w, PROTO_NONE << 8 | 64);
	writer_addr(&w, &care_of);
	writer_addr(&w, &home_agent);
	next_field = &bytes[6];
}

/* Appends an extension header of that kind; body fills all behind Next Header and Hdr Ext Len. */
static void add(uint8_t kind, const uint8_t *body, size_t length)
{
	*next_field = kind;
	next_field = w.at;
	writer_u8(&w, PROTO_NONE);
	writer_u8(&w, (uint8_t)((length + 2) / 8 - 1));
	writer_bytes(&w, body, length);
}

#define ADD(kind, ...)                                                                             \
	add(kind, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))
#define HOME_OPTION 0xc9, 16, 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
#define PAD4	    1, 2, 0, 0

static enum ip6_packet_result decode(uint8_t protocol)
{
	size_t length;

	*next_field = protocol;
	length = (size_t)(w.at - bytes);
	bytes[4] = (uint8_t)((length - 40) >> 8);
	bytes[5] = (uint8_t)(length - 40);
	error_offset = 0xffff;
	return ip6_packet_decode(bytes, length, &packet, &error_offset);
}

static void plain_packet_decodes(void)
{
	begin();
	writer_u64(&w, 0x1122334455667788);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	CU_ASSERT_EQUAL(packet.protocol, PROTO_MOBILITY);
	CU_ASSERT_EQUAL(packet.payload_offset, 40);
	CU_ASSERT_EQUAL(cursor_left(&packet.payload), 8);
	CU_ASSERT_EQUAL(cursor_left(&packet.whole), 48);
	CU_ASSERT_TRUE(ip_addr_equal(&packet.source, &care_of));
	CU_ASSERT_TRUE(ip_addr_equal(&packet.destination, &home_agent));
	CU_ASSERT_FALSE(packet.has_home_address);
}

static void every_length_short_of_the_packet_is_malformed(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	writer_u64(&w, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	for (size_t length = 0; length < 40 + 24 + 8; length++)
		CU_ASSERT_EQUAL(ip6_packet_decode(bytes, length, &packet, &error_offset),
				IP6_PACKET_MALFORMED);
}

static void payload_length_bounds_the_payload(void)
{
	begin();
	writer_u64(&w, 0);
	decode(PROTO_MOBILITY);
	bytes[5] = 5; /* less than was received, as behind Ethernet padding */
	CU_ASSERT_EQUAL(ip6_packet_decode(bytes, 48, &packet, &error_offset), IP6_PACKET_GOOD);
	CU_ASSERT_EQUAL(cursor_left(&packet.payload), 5);
	CU_ASSERT_EQUAL(cursor_left(&packet.whole), 45);
	bytes[5] = 9;
	CU_ASSERT_EQUAL(ip6_packet_decode(bytes, 48, &packet, &error_offset), IP6_PACKET_MALFORMED);
}

static void other_version_is_malformed(void)
{
	begin();
	bytes[0] = 0x45;
	CU_ASSERT_EQUAL(decode(PROTO_NONE), IP6_PACKET_MALFORMED);
}

static void home_address_option_is_read(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	CU_ASSERT_TRUE(packet.has_home_address);
	CU_ASSERT_TRUE(ip_addr_equal(&packet.home, &home));
	CU_ASSERT_EQUAL(packet.home_address_next, PROTO_MOBILITY);
	CU_ASSERT_EQUAL(packet.payload_offset, 64);
	CU_ASSERT_TRUE(ip_addr_equal(&packet.source, &care_of));
}

static void next_header_of_the_option_header_is_kept_not_the_last(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	ADD(PROTO_DEST_OPTIONS, 1, 4, 0, 0, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	CU_ASSERT_EQUAL(packet.home_address_next, PROTO_DEST_OPTIONS);
	CU_ASSERT_EQUAL(packet.protocol, PROTO_MOBILITY);
}

static void home_address_option_of_wrong_length_is_malformed(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, 0xc9, 15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, 0xc9, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0, 0, 0, 0, 0, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
}

static void home_address_option_out_of_alignment_is_malformed(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, HOME_OPTION, PAD4);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, PAD4, PAD4, HOME_OPTION);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
}

static void second_home_address_option_is_malformed(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION, 1, 4, 0, 0, 0, 0, HOME_OPTION);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
}

static void home_address_option_in_hop_by_hop_is_an_unknown_option(void)
{
	begin();
	ADD(PROTO_HOP_BY_HOP, PAD4, HOME_OPTION);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_UNKNOWN_OPTION);
	CU_ASSERT_EQUAL(error_offset, 46);
	CU_ASSERT_FALSE(packet.has_home_address);
}

static void home_address_option_before_a_routing_header_is_malformed(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	ADD(PROTO_ROUTING, 4, 0, 0, 0, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	begin();
	ADD(PROTO_ROUTING, 4, 0, 0, 0, 0, 0);
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
}

/* The fragment header has no length octet; what add() writes there is its reserved 0. */
static void home_address_option_after_a_fragment_header_is_malformed(void)
{
	begin();
	ADD(PROTO_FRAGMENT, 0, 0, 0, 0, 0, 9);
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
	ADD(PROTO_FRAGMENT, 0, 0, 0, 0, 0, 9);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	CU_ASSERT_EQUAL(packet.home_address_next, PROTO_MOBILITY); /* what the fragment carries */
}

static void fragment_is_told(void)
{
	begin();
	ADD(PROTO_FRAGMENT, 0, 1, 0, 0, 0, 9); /* the first one */
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_FRAGMENT);
	begin();
	ADD(PROTO_FRAGMENT, 0, 8, 0, 0, 0, 9); /* the last one */
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_FRAGMENT);
	begin();
	ADD(PROTO_FRAGMENT, 0x80, 0, 0, 0, 0, 9);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_FRAGMENT);
}

static void atomic_fragment_is_passed_over(void)
{
	begin();
	ADD(PROTO_FRAGMENT, 0, 6, 0, 0, 0, 9); /* reserved bits set */
	writer_u64(&w, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	CU_ASSERT_EQUAL(packet.payload_offset, 48);
}

static void short_fragment_header_is_malformed(void)
{
	begin();
	*next_field = PROTO_FRAGMENT;
	writer_u32(&w, 0);
	next_field = &bytes[40];
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
}

static void routing_header_with_segments_left_is_malformed(void)
{
	static const uint8_t types[] = {0, 2, 3, 4, 253};

	for (size_t i = 0; i < UNIT_COUNT(types); i++) {
		begin();
		ADD(PROTO_ROUTING, types[i], 1, 0, 0, 0, 0, 0x20, 1, 0xd, 0xb8, 0, 1, 0, 0, 0, 0, 0,
		    0, 0, 0, 0, 1);
		CU_ASSERT_EQUAL(decode(PROTO_MOBILITY),
				types[i] == 2 ? IP6_PACKET_MALFORMED : IP6_PACKET_UNKNOWN_ROUTING);
		if (types[i] != 2)
			CU_ASSERT_EQUAL(error_offset, 42);
		bytes[43] = 0;
		CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
		CU_ASSERT_EQUAL(packet.payload_offset, 64);
	}
}

static void hop_by_hop_is_taken_only_first(void)
{
	begin();
	ADD(PROTO_HOP_BY_HOP, 5, 2, 0, 0, 1, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	ADD(PROTO_HOP_BY_HOP, PAD4, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, 0, 0);
	ADD(PROTO_HOP_BY_HOP, PAD4, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
}

static enum ip6_packet_result with_option(uint8_t type, const struct ip_addr *destination)
{
	begin();
	memcpy(&bytes[24], destination->bytes, 16);
	ADD(PROTO_DEST_OPTIONS, 0, type, 3, 0, 0, 0);
	return decode(PROTO_MOBILITY);
}

static void unknown_option_is_treated_by_its_two_high_bits(void)
{
	CU_ASSERT_EQUAL(with_option(0x1e, &home_agent), IP6_PACKET_GOOD);
	CU_ASSERT_EQUAL(with_option(0x5e, &home_agent), IP6_PACKET_MALFORMED);
	CU_ASSERT_EQUAL(with_option(0x9e, &home_agent), IP6_PACKET_UNKNOWN_OPTION);
	CU_ASSERT_EQUAL(error_offset, 43);
	CU_ASSERT_EQUAL(with_option(0xde, &home_agent), IP6_PACKET_UNKNOWN_OPTION);
	CU_ASSERT_EQUAL(error_offset, 43);
	CU_ASSERT_TRUE(ip_addr_equal(&packet.source, &care_of));
	CU_ASSERT_EQUAL(cursor_left(&packet.whole), 48);
}

static void unknown_option_to_a_group_is_reported_only_by_10(void)
{
	CU_ASSERT_EQUAL(with_option(0x1e, &group), IP6_PACKET_GOOD);
	CU_ASSERT_EQUAL(with_option(0x5e, &group), IP6_PACKET_MALFORMED);
	CU_ASSERT_EQUAL(with_option(0x9e, &group), IP6_PACKET_UNKNOWN_OPTION);
	CU_ASSERT_EQUAL(with_option(0xde, &group), IP6_PACKET_MALFORMED);
}

static void option_past_the_end_of_its_header_is_malformed(void)
{
	begin();
	ADD(PROTO_DEST_OPTIONS, 0x1e, 5, 0, 0, 0, 0);
	ADD(PROTO_DEST_OPTIONS, PAD4, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	begin();
	ADD(PROTO_DEST_OPTIONS, PAD4, 0, 0x1e);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
}

static void header_past_the_end_of_the_packet_is_malformed(void)
{
	static const uint8_t kinds[] = {PROTO_HOP_BY_HOP, PROTO_DEST_OPTIONS, PROTO_ROUTING};

	for (size_t i = 0; i < UNIT_COUNT(kinds); i++) {
		begin();
		ADD(kinds[i], PAD4, 0, 0);
		bytes[41] = 1;
		CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
	}
}

static void chain_of_eight_is_taken_and_of_nine_is_not(void)
{
	begin();
	for (int i = 0; i < EXTENSION_HEADERS_MAX; i++)
		ADD(PROTO_DEST_OPTIONS, PAD4, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_GOOD);
	ADD(PROTO_DEST_OPTIONS, PAD4, 0, 0);
	CU_ASSERT_EQUAL(decode(PROTO_MOBILITY), IP6_PACKET_MALFORMED);
}

static void any_other_protocol_is_final(void)
{
	static const uint8_t finals[] = {PROTO_TCP, PROTO_IPV6,	 PROTO_ESP,
					 PROTO_AH,  PROTO_ICMP6, PROTO_NONE};

	for (size_t i = 0; i < UNIT_COUNT(finals); i++) {
		begin();
		ADD(PROTO_DEST_OPTIONS, PAD4, HOME_OPTION);
		CU_ASSERT_EQUAL(decode(finals[i]), IP6_PACKET_GOOD);
		CU_ASSERT_EQUAL(packet.protocol, finals[i]);
		CU_ASSERT_EQUAL(packet.home_address_next, finals[i]);
	}
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(plain_packet_decodes),
		UNIT(every_length_short_of_the_packet_is_malformed),
		UNIT(payload_length_bounds_the_payload),
		UNIT(other_version_is_malformed),
		UNIT(home_address_option_is_read),
		UNIT(next_header_of_the_option_header_is_kept_not_the_last),
		UNIT(home_address_option_of_wrong_length_is_malformed),
		UNIT(home_address_option_out_of_alignment_is_malformed),
		UNIT(second_home_address_option_is_malformed),
		UNIT(home_address_option_in_hop_by_hop_is_an_unknown_option),
		UNIT(home_address_option_before_a_routing_header_is_malformed),
		UNIT(home_address_option_after_a_fragment_header_is_malformed),
		UNIT(fragment_is_told),
		UNIT(atomic_fragment_is_passed_over),
		UNIT(short_fragment_header_is_malformed),
		UNIT(routing_header_with_segments_left_is_malformed),
		UNIT(hop_by_hop_is_taken_only_first),
		UNIT(unknown_option_is_treated_by_its_two_high_bits),
		UNIT(unknown_option_to_a_group_is_reported_only_by_10),
		UNIT(option_past_the_end_of_its_header_is_malformed),
		UNIT(header_past_the_end_of_the_packet_is_malformed),
		UNIT(chain_of_eight_is_taken_and_of_nine_is_not),
		UNIT(any_other_protocol_is_final),
	};

	return unit_run("ip6_packet", cases, UNIT_COUNT(cases));
}
