/* SPDX-License-Identifier: BSD-3-Clause */
#include "mh/binding_update.h"

#include <stdio.h>

#include "auth/keyed_hash.h"
#include "auth/mn_ha.h"
#include "ha/wire/ip6.h"
#include "ip6_packet.h"
#include "support/unit.h"
#include "support/vectors.h"

static struct binding_update update;
static uint16_t error_offset;

static const uint8_t good[] = {0x3b, 1, 5, 0, 0, 0, 0x12, 0x34, 0xc0, 0, 0, 60, 1, 2, 0, 0};

static void good_message_decodes(void)
{
	CU_ASSERT_EQUAL(
		binding_update_decode(cursor_of(good, sizeof(good)), &update, &error_offset),
		DECODE_GOOD);
	CU_ASSERT_EQUAL(update.sequence, 0x1234);
	CU_ASSERT_EQUAL(update.flags, BU_FLAG_ACK | BU_FLAG_HOME);
	CU_ASSERT_EQUAL(update.lifetime_s, 240);
	CU_ASSERT_FALSE(update.options.mn_ha.present);
}

static void every_length_short_of_the_fixed_part_is_short(void)
{
	for (size_t length = 0; length < 12; length++)
		CU_ASSERT_EQUAL(
			binding_update_decode(cursor_of(good, length), &update, &error_offset),
			DECODE_SHORT);
	CU_ASSERT_EQUAL(binding_update_decode(cursor_of(good, 12), &update, &error_offset),
			DECODE_GOOD);
}

static void one_octet_short_of_its_padding_is_short(void)
{
	CU_ASSERT_EQUAL(
		binding_update_decode(cursor_of(good, sizeof(good) - 1), &update, &error_offset),
		DECODE_SHORT);
}

static void one_octet_of_padding_more_is_good(void)
{
	uint8_t longer[sizeof(good) + 1] = {0};

	memcpy(longer, good, sizeof(good));
	CU_ASSERT_EQUAL(
		binding_update_decode(cursor_of(longer, sizeof(longer)), &update, &error_offset),
		DECODE_GOOD);
}

static void each_flag_alone_is_kept(void)
{
	uint8_t message[sizeof(good)];

	memcpy(message, good, sizeof(message));
	for (unsigned int bit = 0; bit < 16; bit++) {
		uint16_t flag = (uint16_t)(1u << bit);

		message[8] = (uint8_t)(flag >> 8);
		message[9] = (uint8_t)flag;
		CU_ASSERT_EQUAL(binding_update_decode(cursor_of(message, sizeof(message)), &update,
						      &error_offset),
				DECODE_GOOD);
		CU_ASSERT_EQUAL(update.flags, flag);
	}
}

static void largest_lifetime_is_a_number_not_infinity(void)
{
	uint8_t message[sizeof(good)];

	memcpy(message, good, sizeof(message));
	message[10] = 0xff;
	message[11] = 0xff;
	binding_update_decode(cursor_of(message, sizeof(message)), &update, &error_offset);
	CU_ASSERT_EQUAL(update.lifetime_s, 262140);
}

static void option_faults_are_passed_on(void)
{
	uint8_t message[24] = {0x3b, 2, 5, [12] = 2, 3};

	CU_ASSERT_EQUAL(
		binding_update_decode(cursor_of(message, sizeof(message)), &update, &error_offset),
		DECODE_OPTION_LENGTH);
	CU_ASSERT_EQUAL(error_offset, 13);
}

static void unknown_option_is_ignored_and_a_repeated_one_refused(void)
{
	uint8_t message[24] = {0x3b, 2, 5, [12] = 4, 4, 0, 1, 0, 2, 200, 4};

	CU_ASSERT_EQUAL(
		binding_update_decode(cursor_of(message, sizeof(message)), &update, &error_offset),
		DECODE_GOOD);
	message[18] = 4;
	CU_ASSERT_EQUAL(
		binding_update_decode(cursor_of(message, sizeof(message)), &update, &error_offset),
		DECODE_OPTION_ORDER);
}

/* RFC 4285 vectors all use the key 00 01 … 0f and SPI 256. */
static const char *authenticate(const struct ip6_packet *packet)
{
	static const uint8_t key[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	const struct mobility_options *o = &update.options;
	const struct ip_addr *home = packet->has_home_address ? &packet->home : &packet->source;
	const struct ip_addr *care_of =
		o->has_alternate_care_of ? &o->alternate_care_of : &packet->source;

	if (!o->mn_ha.present)
		return "update good";
	if (!o->mn_ha.is_last)
		return "auth not_last";
	if (!o->identifier_before_auth)
		return "auth no_identifier";
	return mn_ha_verify(key, care_of, home, packet->payload.at, o->mn_ha.covered, o->mn_ha.data)
		       ? "auth good"
		       : "auth wrong";
}

static const char *outcome_of_update(const struct ip6_packet *packet,
				     const struct mh_header *header, char text[static 64])
{
	struct cursor message = cursor_of(packet->payload.at, header->octets);

	switch (binding_update_decode(message, &update, &error_offset)) {
	case DECODE_GOOD:
		return authenticate(packet);
	case DECODE_SHORT:
		return "update short";
	case DECODE_OPTION_ALIGNMENT:
		return "update option_alignment";
	case DECODE_OPTION_ORDER:
		return "update option_order";
	case DECODE_OPTION_LENGTH:
		break;
	}
	snprintf(text, 64, "update option_length %u", packet->payload_offset + error_offset);
	return text;
}

static const char *outcome_of_message(const struct ip6_packet *packet, char text[static 64])
{
	struct mh_header header;

	switch (mh_check(packet->payload,
			 packet->has_home_address ? &packet->home : &packet->source,
			 &packet->destination, &header)) {
	case MH_GOOD:
		return header.type == MH_BINDING_UPDATE ? outcome_of_update(packet, &header, text)
							: "mh good";
	case MH_SHORT:
		return "mh short";
	case MH_CHECKSUM:
		return "mh checksum";
	case MH_UNKNOWN_TYPE:
		return "mh unknown_type";
	case MH_PAYLOAD_PROTO:
		snprintf(text, 64, "mh payload_proto %u",
			 packet->payload_offset + header.error_offset);
		return text;
	case MH_HEADER_LENGTH:
		break;
	}
	snprintf(text, 64, "mh header_length %u", packet->payload_offset + header.error_offset);
	return text;
}

static const char *outcome_of(const struct vector *v, char text[static VECTOR_OUTCOME_MAX])
{
	struct ip6_packet packet;

	switch (ip6_packet_decode(v->bytes, v->length, &packet, &error_offset)) {
	case IP6_PACKET_GOOD:
		return packet.protocol == PROTO_MOBILITY ? outcome_of_message(&packet, text)
							 : "packet good";
	case IP6_PACKET_MALFORMED:
		return "packet malformed";
	case IP6_PACKET_FRAGMENT:
		return "packet fragment";
	case IP6_PACKET_UNKNOWN_ROUTING:
		snprintf(text, 64, "packet unknown_routing %u", error_offset);
		return text;
	case IP6_PACKET_UNKNOWN_OPTION:
		break;
	}
	snprintf(text, 64, "packet unknown_option %u", error_offset);
	return text;
}

static void vectors_of_rfc_6275_end_as_they_expect(void)
{
	CU_ASSERT(vectors_check("6275", outcome_of) >= 20);
}

static void vectors_of_rfc_4285_end_as_they_expect(void)
{
	CU_ASSERT_EQUAL_FATAL(keyed_hash_start(), 0);
	CU_ASSERT(vectors_check("4285", outcome_of) >= 5);
	keyed_hash_stop();
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(good_message_decodes),
		UNIT(every_length_short_of_the_fixed_part_is_short),
		UNIT(one_octet_short_of_its_padding_is_short),
		UNIT(one_octet_of_padding_more_is_good),
		UNIT(each_flag_alone_is_kept),
		UNIT(largest_lifetime_is_a_number_not_infinity),
		UNIT(option_faults_are_passed_on),
		UNIT(unknown_option_is_ignored_and_a_repeated_one_refused),
		UNIT(vectors_of_rfc_6275_end_as_they_expect),
		UNIT(vectors_of_rfc_4285_end_as_they_expect),
	};

	return unit_run("mh/binding_update", cases, UNIT_COUNT(cases));
}
