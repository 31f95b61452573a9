/* SPDX-License-Identifier: BSD-3-Clause */
#include "checksum.h"
#include "ha/wire/ip6.h"
#include "mh/mh.h"

#include "support/unit.h"

static const struct ip_addr source = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
static const struct ip_addr destination = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0xff}};

static uint8_t message[MH_OCTETS_MAX];
static struct mh_header header;

/* A message of that type and Header Len with the right checksum. */
static size_t make(uint8_t payload_proto, uint8_t header_length, uint8_t type)
{
	size_t octets = 8 * ((size_t)header_length + 1);
	uint16_t checksum;

	memset(message, 0, sizeof(message));
	message[0] = payload_proto;
	message[1] = header_length;
	message[2] = type;
	checksum = ip6_checksum(&source, &destination, PROTO_MOBILITY, message, (uint32_t)octets);
	message[4] = (uint8_t)(checksum >> 8);
	message[5] = (uint8_t)checksum;
	return octets;
}

static enum mh_verdict check(size_t length)
{
	return mh_check(cursor_of(message, length), &source, &destination, &header);
}

static void checksum_is_that_of_a_known_message(void)
{
	/* As scapy computes it: source 2001:db8:1::1, destination 2001:db8:1::ff. */
	static const uint8_t update[] = {0x3b, 1, 5, 0, 0, 0, 0, 1, 0xc0, 0, 0, 60, 1, 2, 0, 0};

	CU_ASSERT_EQUAL(ip6_checksum(&source, &destination, PROTO_MOBILITY, update, sizeof(update)),
			0xa1b3);
}

static void checksum_of_odd_length_pads_with_zero(void)
{
	static const uint8_t even[] = {1, 2, 3, 0};
	uint16_t odd_sum = (uint16_t)~ip6_checksum(&source, &destination, PROTO_MOBILITY, even, 3);
	uint16_t even_sum = (uint16_t)~ip6_checksum(&source, &destination, PROTO_MOBILITY, even, 4);

	CU_ASSERT_EQUAL(odd_sum + 1, even_sum); /* the length alone differs */
}

static void all_ones_do_not_overflow_the_sum(void)
{
	struct ip_addr ones;

	memset(&ones, 0xff, sizeof(ones));
	memset(message, 0xff, sizeof(message));
	/* All-ones words add nothing: length 2048 and next header 135 remain. */
	CU_ASSERT_EQUAL(ip6_checksum(&ones, &ones, PROTO_MOBILITY, message, sizeof(message)),
			(uint16_t) ~(2048 + 135));
}

static void good_message_passes(void)
{
	size_t octets = make(59, 1, MH_BINDING_UPDATE);

	CU_ASSERT_EQUAL(check(octets), MH_GOOD);
	CU_ASSERT_EQUAL(header.type, MH_BINDING_UPDATE);
	CU_ASSERT_EQUAL(header.octets, 16);
	CU_ASSERT_EQUAL(header.payload_proto, 59);
}

static void every_length_shorter_than_claimed_is_short(void)
{
	size_t octets = make(59, 2, MH_BINDING_ERROR);

	for (size_t length = 0; length < octets; length++)
		CU_ASSERT_EQUAL(check(length), MH_SHORT);
	CU_ASSERT_EQUAL(check(octets), MH_GOOD);
}

static void octets_behind_the_message_are_ignored(void)
{
	size_t octets = make(59, 1, MH_BINDING_UPDATE);

	message[octets] = 0xaa;
	CU_ASSERT_EQUAL(check(octets + 1), MH_GOOD);
	CU_ASSERT_EQUAL(header.octets, octets);
}

static void longest_message_passes(void)
{
	CU_ASSERT_EQUAL(check(make(59, 255, MH_BINDING_UPDATE)), MH_GOOD);
	CU_ASSERT_EQUAL(header.octets, MH_OCTETS_MAX);
}

static void every_changed_octet_fails_the_checksum(void)
{
	size_t octets = make(59, 1, MH_BINDING_UPDATE);

	for (size_t i = 2; i < octets; i++) {
		message[i] ^= 0x40;
		CU_ASSERT_EQUAL(check(octets), MH_CHECKSUM);
		message[i] ^= 0x40;
	}
	CU_ASSERT_EQUAL(check(octets), MH_GOOD);
}

static void other_addresses_fail_the_checksum(void)
{
	size_t octets = make(59, 1, MH_BINDING_UPDATE);
	struct ip_addr other = source;

	other.bytes[15] = 2;
	CU_ASSERT_EQUAL(mh_check(cursor_of(message, octets), &other, &destination, &header),
			MH_CHECKSUM);
}

static void checksum_comes_before_type(void)
{
	size_t octets = make(59, 1, 8);

	message[4] ^= 1;
	CU_ASSERT_EQUAL(check(octets), MH_CHECKSUM);
}

static void known_types_are_0_to_7_and_16(void)
{
	for (unsigned int type = 0; type < 256; type++)
		CU_ASSERT_EQUAL(check(make(59, 2, (uint8_t)type)),
				type <= 7 || type == 16 ? MH_GOOD : MH_UNKNOWN_TYPE);
}

static void type_comes_before_payload_proto(void)
{
	CU_ASSERT_EQUAL(check(make(6, 2, 8)), MH_UNKNOWN_TYPE);
}

static void payload_proto_other_than_none_points_at_it(void)
{
	for (unsigned int proto = 0; proto < 256; proto++)
		CU_ASSERT_EQUAL(check(make((uint8_t)proto, 1, MH_BINDING_UPDATE)),
				proto == 59 ? MH_GOOD : MH_PAYLOAD_PROTO);
	check(make(6, 0, MH_BINDING_UPDATE)); /* before the Header Len, too */
	CU_ASSERT_EQUAL(header.error_offset, 0);
}

static void header_len_below_the_minimum_points_at_it(void)
{
	static const uint8_t minimum[] = {0, 1, 1, 2, 2, 1, 1, 2};

	for (uint8_t type = 0; type <= 7; type++) {
		CU_ASSERT_EQUAL(check(make(59, minimum[type], type)), MH_GOOD);
		if (minimum[type] == 0)
			continue;
		CU_ASSERT_EQUAL(check(make(59, (uint8_t)(minimum[type] - 1), type)),
				MH_HEADER_LENGTH);
		CU_ASSERT_EQUAL(header.error_offset, 1);
	}
	CU_ASSERT_EQUAL(check(make(59, 1, MH_BINDING_REVOCATION)), MH_GOOD);
	CU_ASSERT_EQUAL(check(make(59, 0, MH_BINDING_REVOCATION)), MH_HEADER_LENGTH);
}

static void reserved_octet_is_ignored(void)
{
	size_t octets = make(59, 1, MH_BINDING_UPDATE);
	uint16_t checksum;

	message[3] = 0xff;
	message[4] = 0;
	message[5] = 0;
	checksum = ip6_checksum(&source, &destination, PROTO_MOBILITY, message, (uint32_t)octets);
	message[4] = (uint8_t)(checksum >> 8);
	message[5] = (uint8_t)checksum;
	CU_ASSERT_EQUAL(check(octets), MH_GOOD);
}

static void finish_pads_to_eight_octets(void)
{
	for (size_t length = 6; length <= 24; length++) {
		struct writer w = writer_of(message, sizeof(message));
		size_t padded = (length + 7) / 8 * 8;

		writer_zero(&w, length);
		CU_ASSERT_EQUAL(mh_finish(message, &w), padded);
		CU_ASSERT_EQUAL(message[1], padded / 8 - 1);
		CU_ASSERT_EQUAL((size_t)(w.at - message), padded);
	}
}

static void finish_without_room_is_refused(void)
{
	struct writer w = writer_of(message, 15);

	writer_zero(&w, 12);
	CU_ASSERT_EQUAL(mh_finish(message, &w), 0);
}

static void finish_refuses_more_than_header_len_can_say(void)
{
	static uint8_t big[MH_OCTETS_MAX + 8];
	struct writer w = writer_of(big, sizeof(big));

	writer_zero(&w, MH_OCTETS_MAX);
	CU_ASSERT_EQUAL(mh_finish(big, &w), MH_OCTETS_MAX);
	writer_zero(&w, 1);
	CU_ASSERT_EQUAL(mh_finish(big, &w), 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(checksum_is_that_of_a_known_message),
		UNIT(checksum_of_odd_length_pads_with_zero),
		UNIT(all_ones_do_not_overflow_the_sum),
		UNIT(good_message_passes),
		UNIT(every_length_shorter_than_claimed_is_short),
		UNIT(octets_behind_the_message_are_ignored),
		UNIT(longest_message_passes),
		UNIT(every_changed_octet_fails_the_checksum),
		UNIT(other_addresses_fail_the_checksum),
		UNIT(checksum_comes_before_type),
		UNIT(known_types_are_0_to_7_and_16),
		UNIT(type_comes_before_payload_proto),
		UNIT(payload_proto_other_than_none_points_at_it),
		UNIT(header_len_below_the_minimum_points_at_it),
		UNIT(reserved_octet_is_ignored),
		UNIT(finish_pads_to_eight_octets),
		UNIT(finish_without_room_is_refused),
		UNIT(finish_refuses_more_than_header_len_can_say),
	};

	return unit_run("mh/mh", cases, UNIT_COUNT(cases));
}
