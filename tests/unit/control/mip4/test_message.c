/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The vectors were made with scapy and Python's hmac; system/mip4_vectors.py lets tshark read them.
 */
#include "mip4/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ha/config.h"
#include "mip4/auth.h"
#include "support/unit.h"
#include "support/vectors.h"

enum { HEADERS = 28 }; /* of IPv4 and UDP */

static const struct mip4_association mn_ha = {
	.spi = 0x100,
	.algorithm = MIP4_HMAC_MD5,
	.key_octets = 16,
	.key = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
};
static const struct mip4_association fa_ha = {
	.spi = 0x200,
	.algorithm = MIP4_HMAC_MD5,
	.key_octets = 16,
	.key = {16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31},
};

static struct ip_addr address(const char *text)
{
	struct ip_addr a;

	CU_ASSERT_TRUE_FATAL(ip4_addr_parse(text, &a));
	return a;
}

static struct cursor payload_of(const struct vector *v)
{
	return cursor_of(v->bytes + HEADERS, v->length - HEADERS);
}

/* Vectors. */

static void add(char text[static VECTOR_OUTCOME_MAX], const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, VECTOR_OUTCOME_MAX - used, format, arguments);
	va_end(arguments);
}

static const char *verify(struct mip4_association association, struct cursor message,
			  const struct mip4_auth_extension *e)
{
	static const char *const texts[] = {
		[MIP4_HMAC_MD5] = "right",
		[MIP4_HMAC_SHA1] = "right",
		[MIP4_HMAC_SHA256] = "right",
		[MIP4_KEYED_MD5] = "right by keyed MD5",
	};

	for (unsigned int i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		association.algorithm = (uint8_t)i;
		if (mip4_auth_verify(&association, message, e))
			return texts[i];
	}
	return "wrong";
}

static void add_auth(char text[static VECTOR_OUTCOME_MAX], const char *name,
		     const struct mip4_association *association, struct cursor message,
		     const struct mip4_auth_extension *e)
{
	if (e->count > 1)
		add(text, ", %s %u", name, e->count);
	else if (e->count == 1)
		add(text, ", %s %s", name, verify(*association, message, e));
}

static void add_extensions(char text[static VECTOR_OUTCOME_MAX], struct cursor message,
			   const struct mip4_extensions *e)
{
	add_auth(text, "MN-HA", &mn_ha, message, &e->mn_ha);
	add_auth(text, "FA-HA", &fa_ha, message, &e->fa_ha);
	if (e->nai != NULL)
		add(text, ", NAI%s", e->nai_behind ? " behind" : "");
	if (e->mn_aaa.count != 0)
		add(text, ", MN-AAA");
	if (e->mn_fa.count != 0)
		add(text, ", MN-FA");
	if (e->challenge != NULL)
		add(text, ", challenge%s", e->challenge_behind ? " behind" : "");
	if (e->has_delivery_style)
		add(text, ", delivery style");
	if (e->has_udp_request)
		add(text, ", UDP request%s", e->udp_request_place == MIP4_BEHIND ? " behind" : "");
	if (e->has_udp_reply)
		add(text, ", UDP reply %u", e->udp_reply.code);
	if (e->has_revocation_support[MIP4_BEFORE])
		add(text, ", revocation support");
	if (e->has_revocation_support[MIP4_BEHIND])
		add(text, ", revocation support behind");
	if (e->dynamic_ha != MIP4_DYNAMIC_HA_NONE)
		add(text, ", home agent %u", e->dynamic_ha);
	if (e->has_critical_vendor[MIP4_BEFORE])
		add(text, ", critical vendor");
	if (e->has_critical_vendor[MIP4_BEHIND])
		add(text, ", critical vendor behind");
}

static const char *describe(char text[static VECTOR_OUTCOME_MAX], const char *name,
			    enum mip4_decoded decoded, struct cursor message,
			    const struct mip4_extensions *e)
{
	static const char *const texts[] = {
		[MIP4_DECODED] = "good",	   [MIP4_DECODE_SHORT] = "short",
		[MIP4_DECODE_UNKNOWN] = "unknown", [MIP4_DECODE_CUT] = "cut",
		[MIP4_DECODE_LENGTH] = "length",   [MIP4_DECODE_PLACE] = "place",
		[MIP4_DECODE_TWICE] = "twice",
	};

	if (decoded == MIP4_DECODE_SHORT)
		return texts[decoded];
	snprintf(text, VECTOR_OUTCOME_MAX, "%s %s", name, texts[decoded]);
	add_extensions(text, message, e);
	return text;
}

static const char *outcome_of(const struct vector *v, char text[static VECTOR_OUTCOME_MAX])
{
	struct cursor message = payload_of(v);
	struct mip4_revocation_ack ack;
	struct mip4_revocation revocation;
	struct mip4_request request;
	struct mip4_reply reply;
	enum mip4_decoded decoded;

	switch (mip4_message_type(message)) {
	case MIP4_REGISTRATION_REPLY:
		decoded = mip4_reply_decode(message, &reply);
		return describe(text, "reply", decoded, message, &reply.extensions);
	case MIP4_REVOCATION:
		decoded = mip4_revocation_decode(message, &revocation);
		return describe(text, "revocation", decoded, message, &revocation.extensions);
	case MIP4_REVOCATION_ACK:
		decoded = mip4_revocation_ack_decode(message, &ack);
		return describe(text, "acknowledgement", decoded, message, &ack.extensions);
	default:
		decoded = mip4_request_decode(message, &request);
		return describe(text, "request", decoded, message, &request.extensions);
	}
}

static void vectors_end_as_they_expect(void)
{
	CU_ASSERT(vectors_check("5944", outcome_of) >= 55);
}

/* Fixed parts. */

static struct mip4_request good_request(void)
{
	return (struct mip4_request){
		.flags = MIP4_FLAG_REVERSE,
		.lifetime_s = 600,
		.home = address("10.0.0.2"),
		.home_agent = address("10.0.0.1"),
		.care_of = address("192.0.2.2"),
		.identification = UINT64_C(0xe000000000000001),
	};
}

static bool is_vector(const char *name, const uint8_t *start, const struct writer *w)
{
	struct vector v;

	vectors_read("5944", name, &v);
	return v.length == HEADERS + (size_t)(w->at - start) &&
	       memcmp(v.bytes + HEADERS, start, v.length - HEADERS) == 0;
}

static void request_is_read_and_written(void)
{
	const struct mip4_request expected = good_request();
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_request request;
	struct vector v;

	vectors_read("5944", "request", &v);
	CU_ASSERT_EQUAL(mip4_request_decode(payload_of(&v), &request), MIP4_DECODED);
	CU_ASSERT_EQUAL(request.flags, expected.flags);
	CU_ASSERT_EQUAL(request.lifetime_s, 600);
	CU_ASSERT_TRUE(ip_addr_equal(&request.home, &expected.home));
	CU_ASSERT_TRUE(ip_addr_equal(&request.home_agent, &expected.home_agent));
	CU_ASSERT_TRUE(ip_addr_equal(&request.care_of, &expected.care_of));
	CU_ASSERT_EQUAL(request.identification, expected.identification);
	CU_ASSERT_EQUAL(request.extensions.mn_ha.at, MIP4_REQUEST_OCTETS);
	CU_ASSERT_EQUAL(request.extensions.mn_ha.covered, MIP4_REQUEST_OCTETS + MIP4_AUTH_OVERHEAD);
	CU_ASSERT_TRUE(mip4_request_encode(&expected, &w));
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_HA, &mn_ha, octets, &w));
	CU_ASSERT_TRUE(is_vector("request", octets, &w));
}

/* What a foreign agent passes on ends with the mobile node's part. */
static void relayed_request_is_written_in_the_order_of_the_rfc(void)
{
	static const uint8_t nai[] = "alice@example.com";
	const struct mip4_revocation_support support = {.inform = true, .timestamp = 0x12345678};
	const struct mip4_request expected = good_request();
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_request request;

	CU_ASSERT_TRUE(mip4_request_encode(&expected, &w));
	CU_ASSERT_TRUE(mip4_nai_append(nai, sizeof(nai) - 1, &w));
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_HA, &mn_ha, octets, &w));
	uint16_t authorised = (uint16_t)(w.at - octets);
	CU_ASSERT_TRUE(mip4_revocation_support_append(&support, &w));
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_FA_HA, &fa_ha, octets, &w));
	CU_ASSERT_TRUE(is_vector("request_relayed", octets, &w));
	CU_ASSERT_EQUAL(mip4_request_decode(cursor_of(octets, (size_t)(w.at - octets)), &request),
			MIP4_DECODED);
	CU_ASSERT_EQUAL(request.extensions.authorised_octets, authorised);
	CU_ASSERT_EQUAL(request.extensions.nai_octets, sizeof(nai) - 1);
	CU_ASSERT_EQUAL(memcmp(request.extensions.nai, nai, sizeof(nai) - 1), 0);
}

static void reply_is_read_and_written(void)
{
	static const uint8_t nai[] = "alice@example.com";
	static const uint8_t challenge[] = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7};
	const struct mip4_revocation_support support = {.inform = true, .timestamp = 1};
	const struct mip4_reply expected = {
		.code = MIP4_ACCEPTED_SINGLE,
		.lifetime_s = 600,
		.home = address("10.0.0.2"),
		.home_agent = address("10.0.0.1"),
		.identification = UINT64_C(0xe000000000000001),
	};
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_reply reply;
	struct vector v;

	CU_ASSERT_TRUE(mip4_reply_encode(&expected, &w));
	CU_ASSERT_TRUE(mip4_nai_append(nai, sizeof(nai) - 1, &w));
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_MN_HA, &mn_ha, octets, &w));
	CU_ASSERT_TRUE(mip4_challenge_append(challenge, sizeof(challenge), &w));
	CU_ASSERT_TRUE(mip4_revocation_support_append(&support, &w));
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_FA_HA, &fa_ha, octets, &w));
	CU_ASSERT_TRUE(is_vector("reply_to_foreign_agent", octets, &w));
	vectors_read("5944", "reply_to_foreign_agent", &v);
	CU_ASSERT_EQUAL(mip4_reply_decode(payload_of(&v), &reply), MIP4_DECODED);
	CU_ASSERT_EQUAL(reply.code, MIP4_ACCEPTED_SINGLE);
	CU_ASSERT_EQUAL(reply.lifetime_s, 600);
	CU_ASSERT_TRUE(ip_addr_equal(&reply.home, &expected.home));
	CU_ASSERT_TRUE(ip_addr_equal(&reply.home_agent, &expected.home_agent));
	CU_ASSERT_EQUAL(reply.identification, expected.identification);
	CU_ASSERT_EQUAL(reply.extensions.challenge_octets, sizeof(challenge));
	CU_ASSERT_EQUAL(memcmp(reply.extensions.challenge, challenge, sizeof(challenge)), 0);
	CU_ASSERT_EQUAL(reply.extensions.revocation_support[MIP4_BEHIND].timestamp, 1);
	CU_ASSERT_TRUE(reply.extensions.revocation_support[MIP4_BEHIND].inform);
}

static void revocation_is_read_and_written(void)
{
	const struct mip4_revocation expected = {
		.from_home_agent = true,
		.inform = true,
		.home = address("10.0.0.2"),
		.home_domain = address("10.0.0.1"),
		.foreign_domain = address("192.0.2.2"),
		.identifier = 0x12345679,
	};
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_revocation revocation;
	struct vector v;

	CU_ASSERT_TRUE(mip4_revocation_encode(&expected, &w));
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_FA_HA, &fa_ha, octets, &w));
	CU_ASSERT_TRUE(is_vector("revocation", octets, &w));
	vectors_read("5944", "revocation", &v);
	CU_ASSERT_EQUAL(mip4_revocation_decode(payload_of(&v), &revocation), MIP4_DECODED);
	CU_ASSERT_TRUE(revocation.from_home_agent && revocation.inform);
	CU_ASSERT_TRUE(ip_addr_equal(&revocation.home, &expected.home));
	CU_ASSERT_TRUE(ip_addr_equal(&revocation.home_domain, &expected.home_domain));
	CU_ASSERT_TRUE(ip_addr_equal(&revocation.foreign_domain, &expected.foreign_domain));
	CU_ASSERT_EQUAL(revocation.identifier, 0x12345679);
	/* All reserved bits are set, and A, but not I. */
	vectors_read("5944", "revocation_reserved", &v);
	CU_ASSERT_EQUAL(mip4_revocation_decode(payload_of(&v), &revocation), MIP4_DECODED);
	CU_ASSERT_TRUE(revocation.from_home_agent && !revocation.inform);
}

static void revocation_acknowledgement_is_read_and_written(void)
{
	const struct mip4_revocation_ack expected = {
		.inform = true,
		.home = address("10.0.0.2"),
		.identifier = 0x12345679,
	};
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_revocation_ack ack;
	struct vector v;

	CU_ASSERT_TRUE(mip4_revocation_ack_encode(&expected, &w));
	CU_ASSERT_TRUE(mip4_auth_append(MIP4_EXT_FA_HA, &fa_ha, octets, &w));
	CU_ASSERT_TRUE(is_vector("revocation_ack", octets, &w));
	vectors_read("5944", "revocation_ack", &v);
	CU_ASSERT_EQUAL(mip4_revocation_ack_decode(payload_of(&v), &ack), MIP4_DECODED);
	CU_ASSERT_TRUE(ack.inform && ack.identifier == 0x12345679);
	CU_ASSERT_TRUE(ip_addr_equal(&ack.home, &expected.home));
}

static void each_flag_alone_is_kept(void)
{
	for (unsigned int bit = 0; bit < 8; bit++) {
		uint8_t octets[MIP4_REQUEST_OCTETS] = {1, (uint8_t)(1 << bit)};
		struct mip4_request request;

		CU_ASSERT_EQUAL(mip4_request_decode(cursor_of(octets, sizeof(octets)), &request),
				MIP4_DECODED);
		CU_ASSERT_EQUAL(request.flags, 1 << bit);
	}
}

static void every_length_short_of_a_fixed_part_is_short(void)
{
	static const uint8_t octets[MIP4_REQUEST_OCTETS] = {1};
	static const uint8_t reply_octets[MIP4_REPLY_OCTETS] = {3};
	struct mip4_request request;
	struct mip4_reply reply;

	for (size_t length = 0; length < sizeof(octets); length++)
		CU_ASSERT_EQUAL(mip4_request_decode(cursor_of(octets, length), &request),
				MIP4_DECODE_SHORT);
	for (size_t length = 0; length < sizeof(reply_octets); length++)
		CU_ASSERT_EQUAL(mip4_reply_decode(cursor_of(reply_octets, length), &reply),
				MIP4_DECODE_SHORT);
	CU_ASSERT_EQUAL(mip4_message_type(cursor_of(octets, 0)), -1);
}

static void another_type_is_not_decoded(void)
{
	uint8_t octets[MIP4_REQUEST_OCTETS] = {0};
	struct cursor message = cursor_of(octets, sizeof(octets));
	struct mip4_revocation_ack ack;
	struct mip4_revocation revocation;
	struct mip4_request request;
	struct mip4_reply reply;

	for (unsigned int type = 0; type < 256; type++) {
		octets[0] = (uint8_t)type;
		CU_ASSERT_EQUAL(mip4_request_decode(message, &request) == MIP4_DECODED, type == 1);
		CU_ASSERT_EQUAL(mip4_reply_decode(message, &reply) == MIP4_DECODED, type == 3);
		CU_ASSERT_EQUAL(mip4_revocation_decode(message, &revocation) == MIP4_DECODED,
				type == 7);
		CU_ASSERT_EQUAL(mip4_revocation_ack_decode(message, &ack) == MIP4_DECODED,
				type == 15);
	}
}

static void nothing_is_written_without_room(void)
{
	uint8_t octets[MIP4_REQUEST_OCTETS];
	const struct mip4_request request = good_request();
	const struct mip4_reply reply = {.code = 1};
	const struct mip4_revocation revocation = {.identifier = 1};
	const struct mip4_revocation_ack ack = {.identifier = 1};
	struct writer w = writer_of(octets, MIP4_REQUEST_OCTETS - 1);

	CU_ASSERT_FALSE(mip4_request_encode(&request, &w));
	w.end = octets + MIP4_REPLY_OCTETS - 1;
	CU_ASSERT_FALSE(mip4_reply_encode(&reply, &w));
	CU_ASSERT_FALSE(mip4_revocation_encode(&revocation, &w));
	w.end = octets + MIP4_REVOCATION_ACK_OCTETS - 1;
	CU_ASSERT_FALSE(mip4_revocation_ack_encode(&ack, &w));
	CU_ASSERT_PTR_EQUAL(w.at, octets);
}

static void infinite_lifetime_is_a_number_of_its_own(void)
{
	CU_ASSERT_EQUAL(mip4_lifetime(LIFETIME_INFINITE_S), 0xffff);
	CU_ASSERT_EQUAL(mip4_lifetime(LIFETIME_INFINITE_S - 1), 0xfffe);
	CU_ASSERT_EQUAL(mip4_lifetime(0xffff), 0xfffe);
	CU_ASSERT_EQUAL(mip4_lifetime(0xfffe), 0xfffe);
	CU_ASSERT_EQUAL(mip4_lifetime(0), 0);
	CU_ASSERT_EQUAL(mip4_lifetime_s(0xffff), LIFETIME_INFINITE_S);
	CU_ASSERT_EQUAL(mip4_lifetime_s(0xfffe), 0xfffe);
}

int main(void)
{
	static const struct unit_case cases[] = {
		UNIT(vectors_end_as_they_expect),
		UNIT(request_is_read_and_written),
		UNIT(relayed_request_is_written_in_the_order_of_the_rfc),
		UNIT(reply_is_read_and_written),
		UNIT(revocation_is_read_and_written),
		UNIT(revocation_acknowledgement_is_read_and_written),
		UNIT(each_flag_alone_is_kept),
		UNIT(every_length_short_of_a_fixed_part_is_short),
		UNIT(another_type_is_not_decoded),
		UNIT(nothing_is_written_without_room),
		UNIT(infinite_lifetime_is_a_number_of_its_own),
	};
	int rc;

	if (keyed_hash_start() != 0)
		return 2;
	rc = unit_run("mip4/message", cases, UNIT_COUNT(cases));
	keyed_hash_stop();
	return rc;
}
