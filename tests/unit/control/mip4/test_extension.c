/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What test_message has vectors of is not repeated here.
 */
#include "mip4/extension.h"

#include <string.h>

#include "ha/wire/ip4.h"
#include "support/unit.h"

enum {
	FIXED = 4, /* octets in front of the extensions, of which only the type is looked at */
	AUTH_OCTETS = 20,
};

static uint8_t message[FIXED + 70000];
static struct writer w;
static struct mip4_extensions extensions;

static void start(enum mip4_type type)
{
	w = writer_of(message, sizeof(message));
	writer_u32(&w, (uint32_t)type << 24);
}

static void add(uint8_t type, uint8_t length)
{
	writer_u8(&w, type);
	writer_u8(&w, length);
	for (unsigned int i = 0; i < length; i++)
		writer_u8(&w, 0);
}

static void add_long(uint8_t type, uint8_t subtype, uint16_t length)
{
	writer_u8(&w, type);
	writer_u8(&w, subtype);
	writer_u16(&w, length);
	writer_zero(&w, length);
}

static enum mip4_decoded decode(void)
{
	return mip4_extensions_decode(cursor_of(message, (size_t)(w.at - message)), FIXED,
				      &extensions);
}

static enum mip4_decoded decode_one(enum mip4_type message_type, uint8_t type, uint8_t length)
{
	start(message_type);
	add(type, length);
	return decode();
}

static void unknown_ones_below_128_end_it_and_others_are_skipped(void)
{
	static const uint8_t known[] = {0, 32, 33, 34, 36, 38, 44};

	for (unsigned int type = 1; type < 256; type++) {
		bool is_known = memchr(known, (int)type, sizeof(known)) != NULL;
		enum mip4_decoded result;

		if (is_known || type == MIP4_EXT_DELIVERY_STYLE || type == MIP4_EXT_DYNAMIC_HA)
			continue;
		start(MIP4_REGISTRATION_REPLY);
		add((uint8_t)type, 6);
		add(MIP4_EXT_MN_HA, AUTH_OCTETS);
		result = decode();
		CU_ASSERT_EQUAL(result, type < 128 ? MIP4_DECODE_UNKNOWN : MIP4_DECODED);
		CU_ASSERT_EQUAL(extensions.mn_ha.count, type < 128 ? 0 : 1);
	}
}

/* Shortest and longest data of each known one, in a message it may be in. */
static void every_known_one_has_its_lengths(void)
{
	static const struct {
		uint8_t message;
		uint8_t type;
		uint8_t least;
		uint8_t most;
	} rows[] = {
		{MIP4_REGISTRATION_REQUEST, MIP4_EXT_MN_HA, 5, 255},
		{MIP4_REGISTRATION_REQUEST, MIP4_EXT_MN_FA, 5, 255},
		{MIP4_REGISTRATION_REQUEST, MIP4_EXT_FA_HA, 5, 255},
		{MIP4_REGISTRATION_REQUEST, MIP4_EXT_NAI, 1, 255},
		{MIP4_REGISTRATION_REQUEST, MIP4_EXT_CHALLENGE, 1, 255},
		{MIP4_REGISTRATION_REQUEST, MIP4_EXT_REVOCATION_SUPPORT, 6, 255},
		{MIP4_REGISTRATION_REQUEST, MIP4_EXT_UDP_TUNNEL_REQUEST, 6, 6},
		{MIP4_REGISTRATION_REPLY, MIP4_EXT_UDP_TUNNEL_REPLY, 6, 6},
	};

	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (unsigned int length = 0; length < 256; length++)
			CU_ASSERT_EQUAL(decode_one(rows[i].message, rows[i].type, (uint8_t)length),
					length < rows[i].least || length > rows[i].most
						? MIP4_DECODE_LENGTH
						: MIP4_DECODED);
}

static void long_ones_have_a_length_of_16_bits(void)
{
	start(MIP4_REGISTRATION_REQUEST);
	add_long(MIP4_EXT_GENERALISED_AUTH, 1, 19);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODE_LENGTH);
	start(MIP4_REGISTRATION_REQUEST);
	add_long(MIP4_EXT_GENERALISED_AUTH, 1, 20);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.mn_aaa.count, 1);
	CU_ASSERT_EQUAL(extensions.mn_aaa.octets, 16);
	CU_ASSERT_EQUAL(extensions.mn_aaa.covered, FIXED + 8);
	start(MIP4_REGISTRATION_REQUEST);
	add_long(MIP4_EXT_GENERALISED_AUTH, 1, 60000);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.mn_aaa.octets, 59996);
	start(MIP4_REGISTRATION_REQUEST);
	add_long(MIP4_EXT_CRITICAL_VENDOR, 0, 5);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODE_LENGTH);
	start(MIP4_REGISTRATION_REQUEST);
	add_long(MIP4_EXT_CRITICAL_VENDOR, 0, 300);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_TRUE(extensions.has_critical_vendor[MIP4_BEFORE]);
}

static void every_cut_ends_it(void)
{
	size_t whole;

	start(MIP4_REGISTRATION_REQUEST);
	add(MIP4_EXT_NAI, 3);
	add_long(MIP4_EXT_CRITICAL_VENDOR, 0, 8);
	add(200, 2);
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	whole = (size_t)(w.at - message);
	for (size_t length = FIXED; length <= whole; length++) {
		/* Between two extensions, the list is only shorter. */
		bool is_end = length == FIXED || length == FIXED + 5 || length == FIXED + 17 ||
			      length == FIXED + 21 || length == whole;

		CU_ASSERT_EQUAL(
			mip4_extensions_decode(cursor_of(message, length), FIXED, &extensions),
			is_end ? MIP4_DECODED : MIP4_DECODE_CUT);
	}
}

/* Who sent it can still be known. */
static void list_is_read_to_its_end_past_a_fault(void)
{
	start(MIP4_REGISTRATION_REQUEST);
	add(MIP4_EXT_NAI, 0);
	add(MIP4_EXT_UDP_TUNNEL_REQUEST, 5);
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	add(MIP4_EXT_FA_HA, AUTH_OCTETS);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODE_LENGTH);
	CU_ASSERT_EQUAL(extensions.mn_ha.count, 1);
	CU_ASSERT_EQUAL(extensions.fa_ha.count, 1);
	CU_ASSERT_PTR_NULL(extensions.nai);
}

static void offsets_of_authentication_are_those_in_the_message(void)
{
	start(MIP4_REGISTRATION_REQUEST);
	add(MIP4_EXT_NAI, 8);
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	add(MIP4_EXT_MN_FA, AUTH_OCTETS);
	add(MIP4_EXT_FA_HA, 36);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.mn_ha.at, FIXED + 10);
	CU_ASSERT_EQUAL(extensions.mn_ha.covered, FIXED + 16);
	CU_ASSERT_PTR_EQUAL(extensions.mn_ha.authenticator, message + FIXED + 16);
	CU_ASSERT_EQUAL(extensions.mn_ha.octets, 16);
	CU_ASSERT_EQUAL(extensions.mn_fa.at, FIXED + 32);
	CU_ASSERT_EQUAL(extensions.fa_ha.at, FIXED + 54);
	CU_ASSERT_EQUAL(extensions.fa_ha.octets, 32);
	CU_ASSERT_EQUAL(extensions.authorised_octets, FIXED + 32);
}

static void part_of_the_mobile_node_ends_with_the_last_that_authorises(void)
{
	start(MIP4_REGISTRATION_REQUEST);
	add(MIP4_EXT_CHALLENGE, 8);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.authorised_octets, w.at - message); /* none does */
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	add_long(MIP4_EXT_GENERALISED_AUTH, 1, 20);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.authorised_octets, w.at - message);
	add(MIP4_EXT_MN_FA, AUTH_OCTETS);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.authorised_octets, w.at - message - 22);
}

/* Between MN-HA and MN-AAA only the latter covers it, which nobody here can check. */
static void what_stands_between_two_that_authorise_is_behind(void)
{
	start(MIP4_REGISTRATION_REQUEST);
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	add(MIP4_EXT_NAI, 3);
	add_long(MIP4_EXT_GENERALISED_AUTH, 1, 20);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_TRUE(extensions.nai_behind);
}

static void repeated_ones_are_refused(void)
{
	static const uint8_t once[] = {MIP4_EXT_MN_HA,
				       MIP4_EXT_MN_FA,
				       MIP4_EXT_NAI,
				       MIP4_EXT_CHALLENGE,
				       MIP4_EXT_REVOCATION_SUPPORT,
				       MIP4_EXT_UDP_TUNNEL_REQUEST};

	for (unsigned int i = 0; i < sizeof(once); i++) {
		CU_ASSERT_EQUAL(decode_one(MIP4_REGISTRATION_REQUEST, once[i], 6), MIP4_DECODED);
		add(once[i], 6);
		CU_ASSERT_EQUAL(decode(), MIP4_DECODE_TWICE);
	}
}

/* RFC 5944 §3.8.2.1 c: counted, so that it can be refused with its code; what is kept is of the first. */
static void second_authenticator_of_the_foreign_agent_is_counted(void)
{
	start(MIP4_REGISTRATION_REQUEST);
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	add(MIP4_EXT_FA_HA, AUTH_OCTETS);
	add(MIP4_EXT_FA_HA, 36);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.fa_ha.count, 2);
	CU_ASSERT_EQUAL(extensions.fa_ha.octets, 16);
	add(MIP4_EXT_CHALLENGE, 8);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODE_PLACE);
}

/* The mobile node's and the foreign agent's (RFC 3543 §3.2). */
static void revocation_support_may_stand_in_each_part(void)
{
	const struct mip4_revocation_support of_node = {.timestamp = 0xfffffffe};
	const struct mip4_revocation_support of_agent = {.inform = true, .timestamp = 1};

	start(MIP4_REGISTRATION_REQUEST);
	CU_ASSERT_TRUE(mip4_revocation_support_append(&of_node, &w));
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	CU_ASSERT_TRUE(mip4_revocation_support_append(&of_agent, &w));
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_TRUE(extensions.has_revocation_support[MIP4_BEFORE]);
	CU_ASSERT_FALSE(extensions.revocation_support[MIP4_BEFORE].inform);
	CU_ASSERT_EQUAL(extensions.revocation_support[MIP4_BEFORE].timestamp, 0xfffffffe);
	CU_ASSERT_TRUE(extensions.revocation_support[MIP4_BEHIND].inform);
	CU_ASSERT_EQUAL(extensions.revocation_support[MIP4_BEHIND].timestamp, 1);
}

static void udp_request_is_read_as_it_is_written(void)
{
	const struct mip4_udp_request request = {
		.forced = true,
		.through_agent = true,
		.encapsulation = PROTO_GRE,
	};

	start(MIP4_REGISTRATION_REQUEST);
	CU_ASSERT_TRUE(mip4_udp_request_append(&request, &w));
	message[FIXED + 3] = 0xff;  /* Reserved 1 */
	message[FIXED + 4] |= 0x3f; /* Reserved 2 */
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_TRUE(extensions.has_udp_request);
	CU_ASSERT_TRUE(extensions.udp_request.forced);
	CU_ASSERT_TRUE(extensions.udp_request.through_agent);
	CU_ASSERT_EQUAL(extensions.udp_request.encapsulation, PROTO_GRE);
	CU_ASSERT_EQUAL(extensions.udp_request_place, MIP4_BEFORE);
	message[FIXED + 4] = 0x3f;
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_FALSE(extensions.udp_request.forced);
	CU_ASSERT_FALSE(extensions.udp_request.through_agent);
	message[FIXED + 7] = 1; /* Reserved 3 */
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_FALSE(extensions.has_udp_request);
	message[FIXED + 7] = 0;
	message[FIXED + 2] = 1; /* subtype */
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_FALSE(extensions.has_udp_request);
}

static void udp_reply_is_read_as_it_is_written(void)
{
	const struct mip4_udp_reply reply = {
		.forced = true, .code = MIP4_UDP_REFUSED, .keepalive_s = 0x1234};

	start(MIP4_REGISTRATION_REPLY);
	CU_ASSERT_TRUE(mip4_udp_reply_append(&reply, &w));
	message[FIXED + 5] = 0xff; /* reserved */
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_TRUE(extensions.has_udp_reply);
	CU_ASSERT_TRUE(extensions.udp_reply.forced);
	CU_ASSERT_EQUAL(extensions.udp_reply.code, MIP4_UDP_REFUSED);
	CU_ASSERT_EQUAL(extensions.udp_reply.keepalive_s, 0x1234);
	message[FIXED + 2] = 1; /* a subtype nobody knows, of one that may not be skipped */
	CU_ASSERT_EQUAL(decode(), MIP4_DECODE_UNKNOWN);
}

/* RFC 4433 §4 draws one format and describes another. */
static void home_agent_extension_is_read_in_both_formats(void)
{
	static const uint8_t octets[] = {203, 0, 113, 1};
	struct ip_addr address = ip4_mapped(octets);

	start(MIP4_REGISTRATION_REQUEST);
	CU_ASSERT_TRUE(mip4_dynamic_ha_append(MIP4_DYNAMIC_HA_REQUESTED, &address, &w));
	CU_ASSERT_EQUAL(w.at - message, FIXED + 7);
	CU_ASSERT_EQUAL(message[FIXED + 1], 5);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.dynamic_ha, MIP4_DYNAMIC_HA_REQUESTED);
	CU_ASSERT_TRUE(ip_addr_equal(&extensions.dynamic_ha_address, &address));
	start(MIP4_REGISTRATION_REPLY);
	add_long(MIP4_EXT_DYNAMIC_HA, MIP4_DYNAMIC_HA_REDIRECT, 4);
	memcpy(w.at - 4, octets, 4);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.dynamic_ha, MIP4_DYNAMIC_HA_REDIRECT);
	CU_ASSERT_TRUE(ip_addr_equal(&extensions.dynamic_ha_address, &address));
}

static void home_agent_extension_of_no_use_is_skipped(void)
{
	static const struct ip_addr address;

	start(MIP4_REGISTRATION_REQUEST);
	mip4_dynamic_ha_append(MIP4_DYNAMIC_HA_REDIRECT, &address, &w);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.dynamic_ha, MIP4_DYNAMIC_HA_NONE);
	start(MIP4_REGISTRATION_REQUEST);
	add(MIP4_EXT_MN_HA, AUTH_OCTETS);
	mip4_dynamic_ha_append(MIP4_DYNAMIC_HA_REQUESTED, &address, &w);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_EQUAL(extensions.dynamic_ha, MIP4_DYNAMIC_HA_NONE);
	for (unsigned int length = 0; length < 10; length++)
		CU_ASSERT_EQUAL(
			decode_one(MIP4_REGISTRATION_REQUEST, MIP4_EXT_DYNAMIC_HA, (uint8_t)length),
			length == 4 || length == 5 ? MIP4_DECODED : MIP4_DECODE_LENGTH);
}

static void what_a_message_has_no_use_for_is_skipped_if_it_may_be(void)
{
	CU_ASSERT_EQUAL(decode_one(MIP4_REGISTRATION_REPLY, MIP4_EXT_UDP_TUNNEL_REQUEST, 1),
			MIP4_DECODED);
	CU_ASSERT_EQUAL(decode_one(MIP4_REGISTRATION_REPLY, MIP4_EXT_DELIVERY_STYLE, 0),
			MIP4_DECODED);
	CU_ASSERT_FALSE(extensions.has_delivery_style);
	CU_ASSERT_EQUAL(decode_one(MIP4_REVOCATION, MIP4_EXT_NAI, 4), MIP4_DECODED);
	CU_ASSERT_PTR_NULL(extensions.nai);
	CU_ASSERT_EQUAL(decode_one(MIP4_REVOCATION, MIP4_EXT_MN_FA, 20), MIP4_DECODE_PLACE);
}

static void nothing_of_an_earlier_message_is_left(void)
{
	decode_one(MIP4_REGISTRATION_REQUEST, MIP4_EXT_NAI, 4);
	CU_ASSERT_PTR_NOT_NULL(extensions.nai);
	start(MIP4_REGISTRATION_REQUEST);
	CU_ASSERT_EQUAL(decode(), MIP4_DECODED);
	CU_ASSERT_PTR_NULL(extensions.nai);
}

static void messages_longer_than_udp_can_carry_are_refused(void)
{
	CU_ASSERT_EQUAL(mip4_extensions_decode(cursor_of(message, 65536), FIXED, &extensions),
			MIP4_DECODE_SHORT);
	CU_ASSERT_EQUAL(mip4_extensions_decode(cursor_of(message, 3), FIXED, &extensions),
			MIP4_DECODE_SHORT);
}

static void nothing_is_written_without_room(void)
{
	static const uint8_t octets[255];
	const struct mip4_udp_request udp_request = {0};
	const struct mip4_udp_reply udp_reply = {0};
	const struct mip4_revocation_support support = {0};
	const struct ip_addr address = ip4_mapped(octets);
	uint8_t *at;

	start(MIP4_REGISTRATION_REPLY);
	at = w.at;
	w.end = w.at + 256;
	CU_ASSERT_FALSE(mip4_nai_append(octets, 255, &w));
	CU_ASSERT_FALSE(mip4_challenge_append(octets, 255, &w));
	w.end = w.at + 7;
	CU_ASSERT_FALSE(mip4_udp_request_append(&udp_request, &w));
	CU_ASSERT_FALSE(mip4_udp_reply_append(&udp_reply, &w));
	CU_ASSERT_FALSE(mip4_revocation_support_append(&support, &w));
	w.end = w.at + 6;
	CU_ASSERT_FALSE(mip4_dynamic_ha_append(MIP4_DYNAMIC_HA_REDIRECT, &address, &w));
	w.end = w.at + 1;
	CU_ASSERT_FALSE(mip4_delivery_style_append(&w));
	CU_ASSERT_PTR_EQUAL(w.at, at);
	w.end = w.at + 2;
	CU_ASSERT_TRUE(mip4_delivery_style_append(&w));
	CU_ASSERT_EQUAL(at[0], MIP4_EXT_DELIVERY_STYLE);
	CU_ASSERT_EQUAL(at[1], 0);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(unknown_ones_below_128_end_it_and_others_are_skipped),
		UNIT(every_known_one_has_its_lengths),
		UNIT(long_ones_have_a_length_of_16_bits),
		UNIT(every_cut_ends_it),
		UNIT(list_is_read_to_its_end_past_a_fault),
		UNIT(offsets_of_authentication_are_those_in_the_message),
		UNIT(part_of_the_mobile_node_ends_with_the_last_that_authorises),
		UNIT(what_stands_between_two_that_authorise_is_behind),
		UNIT(repeated_ones_are_refused),
		UNIT(second_authenticator_of_the_foreign_agent_is_counted),
		UNIT(revocation_support_may_stand_in_each_part),
		UNIT(udp_request_is_read_as_it_is_written),
		UNIT(udp_reply_is_read_as_it_is_written),
		UNIT(home_agent_extension_is_read_in_both_formats),
		UNIT(home_agent_extension_of_no_use_is_skipped),
		UNIT(what_a_message_has_no_use_for_is_skipped_if_it_may_be),
		UNIT(nothing_of_an_earlier_message_is_left),
		UNIT(messages_longer_than_udp_can_carry_are_refused),
		UNIT(nothing_is_written_without_room),
	};

	return unit_run("mip4/extension", cases, UNIT_COUNT(cases));
}
