/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_signalling: what the home agent does with signalling before it touches a table: IPv6 packet,
 * Mobility Header, Binding Update, verdict, and the acknowledgement built from them; every other
 * message of the protocol, and what the correspondent function makes of it; ICMPv6 errors with what
 * they quote; discovery of home agents and prefixes; and multicast listener discovery in tunnels.
 *
 * Input      a packet as it is, when it begins like IPv6 (0x6.);
 *            else one octet of choices (CHOICE_), twelve octets of circumstances for the verdict,
 *            and then the packet.
 */
#include <stdlib.h>

#include "checksum.h"
#include "ha/wire/ip6.h"
#include "ha/config.h"
#include "ha/wire/ip6.h"
#include "ip6_packet.h"
#include "link/frame.h"
#include "link/mld.h"
#include "mh/binding_ack.h"
#include "mh/binding_error.h"
#include "mh/binding_revocation.h"
#include "mh/binding_update.h"
#include "mh/refresh_request.h"
#include "mh/return_test.h"
#include "registration/correspondent_decide.h"
#include "registration/decide.h"
#include "router/dhaad.h"
#include "router/mobile_prefix.h"
#include "tunnel/error.h"

enum {
	CHOICE_REPAIR = 1,    /* make the checksum right, so that what is behind it is reached */
	CHOICE_NO_PACKET = 2, /* the rest is a Mobility Header */
	CHOICE_UPDATE = 4,    /* and a Binding Update, whatever its type says */
	CIRCUMSTANCES = 12,
	INPUT_MAX = 4096,
	FIRST_OPTION = 12,
};

struct circumstances {
	uint8_t octets[CIRCUMSTANCES];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void set_checksum(uint8_t *message, uint16_t octets, const struct ip_addr *source,
			 const struct ip_addr *destination)
{
	uint16_t checksum;

	message[4] = 0;
	message[5] = 0;
	checksum = ip6_checksum(source, destination, PROTO_MOBILITY, message, octets);
	message[4] = (uint8_t)(checksum >> 8);
	message[5] = (uint8_t)checksum;
}

static bool is_inside(struct cursor outer, const uint8_t *at, size_t length)
{
	return at >= outer.at && at <= outer.end && length <= (size_t)(outer.end - at);
}

static void check_auth(struct cursor message, const struct auth_option *auth)
{
	if (!auth->present)
		return;
	require(is_inside(message, auth->data, auth->data_length));
	require(auth->data == message.at + auth->covered);
	require(auth->covered >= FIRST_OPTION + 7);
}

static void check_options(struct cursor message, const struct mobility_options *o)
{
	require(o->identifier == NULL || is_inside(message, o->identifier, o->identifier_length));
	require(o->identifier == NULL || o->identifier_length > 0);
	require(!o->has_binding_authorization ||
		is_inside(message, o->binding_authorization, AUTHORIZATION_DATA_OCTETS));
	require(!o->has_binding_authorization ||
		o->binding_authorization == message.at + o->binding_authorization_covered);
	require(!o->binding_authorization_is_last ||
		o->binding_authorization + AUTHORIZATION_DATA_OCTETS == message.end);
	check_auth(message, &o->mn_ha);
	check_auth(message, &o->mn_aaa);
	require(!o->mn_ha.present || o->mn_ha.data_length == AUTH_MN_HA_DATA_OCTETS);
	/* MN-AAA may stand behind MN-HA, and then nothing behind it. */
	require(!(o->mn_ha.is_last && o->mn_aaa.present) || o->mn_aaa.is_last);
}

static void check_verdict(const struct binding_request *request,
			  const struct registration_view *current,
			  const struct binding_policy *policy)
{
	struct binding_verdict v = binding_decide(request, current, policy);
	bool is_trusted = request->auth == AUTH_ACCEPTED || request->auth == AUTH_NOT_NEEDED;

	require((v.action == ACTION_SILENT) == (v.reason != SILENT_NONE));
	require(v.sequence == request->sequence || v.status == STATUS_SEQUENCE);
	switch (v.action) {
	case ACTION_SILENT:
		break;
	case ACTION_REFUSE:
		require(v.status >= STATUS_UNSPECIFIED && v.lifetime_s == 0);
		require(is_trusted || v.status == STATUS_AUTHENTICATION_FAILED ||
			policy->answer_foreign_home_address);
		break;
	case ACTION_REGISTER:
		require(is_trusted && v.status < STATUS_UNSPECIFIED);
		require(v.lifetime_s != 0 && v.lifetime_s % LIFETIME_UNIT_S == 0);
		require(v.lifetime_s <= request->lifetime_s);
		require(v.lifetime_s <= policy->prefix_valid_s);
		require(policy->home_address_is_ours && policy->service_enabled);
		break;
	case ACTION_DEREGISTER:
		require(is_trusted && v.status == STATUS_ACCEPTED && v.lifetime_s == 0);
		require(current->state == REGISTRATION_VALID);
		break;
	}
}

static void decide(const struct binding_update *update, const struct ip_addr *source,
		   const struct ip_addr *home, const struct circumstances *c)
{
	const struct mobility_options *o = &update->options;
	const uint8_t *octets = c->octets;
	struct binding_request request = {
		.home = *home,
		.care_of = o->has_alternate_care_of ? o->alternate_care_of : *source,
		.source = *source,
		.has_home_address_option = home != source,
		.has_nonce_indices = o->has_nonce_indices,
		.sequence = update->sequence,
		.flags = update->flags,
		.lifetime_s = update->lifetime_s,
		.auth = octets[0] % 5,
		.uses_timestamp = octets[1] & 1,
		.has_message_id = o->has_message_id,
		.timestamp_valid = octets[1] & 2,
	};
	const struct registration_view current = {
		.state = octets[2] % 3,
		.sequence = (uint16_t)(octets[3] << 8 | octets[4]),
		.flags = (uint16_t)(octets[5] << 8),
	};
	const struct binding_policy policy = {
		.service_enabled = !(octets[6] & 1),
		.home_address_is_ours = !(octets[6] & 2),
		.answer_foreign_home_address = octets[6] & 4,
		.care_of_is_home = octets[6] & 8,
		.admission =
			{
				.node_prohibited = octets[6] & 16,
				.table_full = octets[6] & 32,
				.draining = octets[6] & 64,
				.may_not_prolong = octets[6] & 128,
			},
		.prefix_valid_s = octets[7] == 0 ? LIFETIME_INFINITE_S : octets[7],
		.prefix_preferred_s = octets[8] == 0 ? LIFETIME_INFINITE_S : octets[8],
		.max_lifetime_s = 4u + octets[9] * 1024u,
	};

	check_verdict(&request, &current, &policy);
}

static void check_correspondent_verdict(const struct correspondent_request *request,
					const struct correspondent_view *current,
					const struct correspondent_policy *policy)
{
	struct binding_verdict v = correspondent_decide(request, current, policy);
	bool is_right = request->authorization == AUTHORIZATION_RIGHT;

	require((v.action == ACTION_SILENT) == (v.reason != SILENT_NONE));
	require(v.sequence == request->sequence || v.status == STATUS_SEQUENCE);
	require(v.action == ACTION_SILENT || is_right ||
		(v.action == ACTION_REFUSE && !correspondent_is_authorized(&v)));
	require(v.action != ACTION_REGISTER ||
		(v.lifetime_s != 0 && v.lifetime_s <= request->lifetime_s &&
		 v.lifetime_s <= MAX_RR_BINDING_LIFETIME_S &&
		 current->state != CORRESPONDENT_HOME && !policy->address_is_ours));
	require(v.action != ACTION_REFUSE || correspondent_is_acknowledged(request, &v));
}

static void decide_as_correspondent(const struct binding_update *update,
				    const struct ip_addr *source, const struct ip_addr *home,
				    const struct circumstances *c)
{
	const struct mobility_options *o = &update->options;
	const uint8_t *octets = c->octets;
	const struct correspondent_request request = {
		.home = *home,
		.care_of = o->has_alternate_care_of ? o->alternate_care_of : *source,
		.source = *source,
		.sequence = update->sequence,
		.flags = update->flags,
		.lifetime_s = update->lifetime_s,
		.authorization = octets[0] % 7,
	};
	const struct correspondent_view current = {
		.state = octets[2] % 4,
		.sequence = (uint16_t)(octets[3] << 8 | octets[4]),
		.care_of = octets[10] & 1 ? *source : *home,
		.home_nonce_is_newer = octets[10] & 2,
	};
	const struct correspondent_policy policy = {
		.address_is_ours = octets[6] & 8,
		.table_full = octets[6] & 32,
	};

	check_correspondent_verdict(&request, &current, &policy);
}

/* The acknowledgement must pass our own checks and say what was put in. */
static void acknowledge(const struct binding_update *update, const struct ip_addr *home_agent,
			const struct ip_addr *home)
{
	const struct mobility_options *o = &update->options;
	const struct binding_ack ack = {
		.sequence = update->sequence,
		.lifetime_s = update->lifetime_s,
		.refresh_advice_s = o->has_refresh_advice ? 4u * o->refresh_advice_units : 0,
		.identifier = o->identifier,
		.identifier_length = o->identifier_length,
		.has_message_id = o->has_message_id,
		.message_id_ntp = o->message_id_ntp,
		.has_auth = o->mn_ha.present,
		.spi = o->mn_ha.spi,
	};
	uint8_t out[BINDING_ACK_OCTETS_MAX];
	struct mobility_options back;
	struct mh_header header;
	uint16_t error_offset;
	uint8_t *auth_data;
	uint16_t covered;
	uint16_t octets = binding_ack_encode(&ack, out, sizeof(out), &auth_data, &covered);

	require(octets != 0 && octets % 8 == 0);
	set_checksum(out, octets, home_agent, home);
	require(mh_check(cursor_of(out, octets), home_agent, home, &header) == MH_GOOD);
	require(header.octets == octets && header.type == MH_BINDING_ACK);
	require(mobility_options_decode(cursor_of(out, octets), FIRST_OPTION, &back,
					&error_offset) == DECODE_GOOD);
	require(back.identifier_length == o->identifier_length);
	require(o->identifier == NULL ||
		memcmp(back.identifier, o->identifier, o->identifier_length) == 0);
	require(back.has_message_id == o->has_message_id);
	require(back.message_id_ntp == o->message_id_ntp);
	require(back.mn_ha.present == o->mn_ha.present);
	require(!back.mn_ha.present || (back.mn_ha.is_last && back.mn_ha.covered == covered &&
					back.mn_ha.data == auth_data &&
					auth_data + AUTH_MN_HA_DATA_OCTETS == out + octets));
}

static void update_arrives(struct cursor message, const struct ip_addr *source,
			   const struct ip_addr *home, const struct ip_addr *home_agent,
			   const struct circumstances *c)
{
	struct binding_update update;
	uint16_t error_offset = UINT16_MAX;
	enum decode_result result = binding_update_decode(message, &update, &error_offset);

	require((error_offset != UINT16_MAX) == (result == DECODE_OPTION_LENGTH));
	if (result == DECODE_OPTION_LENGTH)
		require(error_offset > FIRST_OPTION && error_offset < cursor_left(&message));
	if (result != DECODE_GOOD)
		return;
	check_options(message, &update.options);
	decide(&update, source, home, c);
	decide_as_correspondent(&update, source, home, c);
	acknowledge(&update, home_agent, home);
}

static void revocation_arrives(struct cursor message)
{
	struct binding_revocation revocation;
	struct mobility_options options;
	uint16_t error_offset = UINT16_MAX;
	enum decode_result result =
		binding_revocation_decode(message, &revocation, &options, &error_offset);

	require((error_offset != UINT16_MAX) == (result == DECODE_OPTION_LENGTH));
	if (result == DECODE_OPTION_LENGTH)
		require(error_offset > FIRST_OPTION && error_offset < cursor_left(&message));
	if (result == DECODE_GOOD)
		check_options(message, &options);
}

/* A Home Test or Care-of Test says again what was read. */
static void test_again(struct cursor message, enum mh_type type, const struct return_test *test)
{
	uint8_t out[RETURN_TEST_OCTETS];

	return_test_encode(type, test, out);
	require(memcmp(out + 6, message.at + 6, sizeof(out) - 6) == 0);
}

/* Any message but a Binding Update. */
static void other_arrives(struct cursor message, enum mh_type type)
{
	enum decode_result result = DECODE_GOOD;
	uint16_t error_offset = UINT16_MAX;
	struct binding_error error;
	struct return_test test;
	struct received_ack ack;
	struct test_init init;

	if (type == MH_BINDING_REFRESH_REQUEST)
		result = refresh_request_decode(message, &error_offset);
	else if (type == MH_HOME_TEST_INIT || type == MH_CARE_OF_TEST_INIT)
		result = test_init_decode(message, &init, &error_offset);
	else if (type == MH_HOME_TEST || type == MH_CARE_OF_TEST)
		result = return_test_decode(message, &test, &error_offset);
	else if (type == MH_BINDING_ACK)
		result = binding_ack_decode(message, &ack, &error_offset);
	else if (type == MH_BINDING_ERROR)
		result = binding_error_decode(message, &error, &error_offset);
	require((error_offset != UINT16_MAX) == (result == DECODE_OPTION_LENGTH));
	if (result == DECODE_OPTION_LENGTH)
		require(error_offset >= 8 && error_offset < cursor_left(&message));
	if (result == DECODE_GOOD && (type == MH_HOME_TEST || type == MH_CARE_OF_TEST))
		test_again(message, type, &test);
	if (result == DECODE_GOOD && type == MH_BINDING_ACK)
		check_options(message, &ack.options);
}

/* The checksum is made right in place: bytes are the fuzzer's own copy. */
static void repair(struct cursor payload, uint8_t *bytes, const uint8_t *start,
		   const struct ip_addr *source, const struct ip_addr *destination)
{
	size_t octets;

	if (cursor_left(&payload) < 8)
		return;
	octets = 8 * ((size_t)payload.at[1] + 1);
	if (octets <= cursor_left(&payload))
		set_checksum(bytes + (payload.at - start), (uint16_t)octets, source, destination);
}

/* An ICMPv6 error with whatever it quotes; its checksum is judged elsewhere. */
static void error_arrives(struct cursor message)
{
	struct tunnel_error error;
	struct cursor inner;

	if (!tunnel_error_decode(message, &error))
		return;
	require(is_inside(message, error.outer.payload.at, cursor_left(&error.outer.payload)));
	require(error.outer.limit_offset == 0 ||
		(message.at + 8)[error.outer.limit_offset] == error.outer.limit);
	if (!tunnel_error_find_inner(&error))
		return;
	inner = error.inner;
	require(is_inside(error.outer.payload, inner.at, cursor_left(&inner)));
	require(cursor_left(&inner) >= 40 && cursor_left(&inner) <= error.inner_octets);
	require(!tunnel_error_is_about_message(&error) || error.outer.has_home_route);
	ip6_quote_decode(inner, &error.outer);
}

/* A request is answered with its own identifier. */
static void discovery_arrives(struct cursor message)
{
	static const struct ip_addr agents[2] = {{{0x20, [15] = 1}}, {{0x20, [15] = 2}}};
	struct dhaad_reply reply = {.addresses = agents, .count = 2};
	uint8_t out[DHAAD_REPLY_OCTETS_MAX];
	struct dhaad_request request;
	uint16_t identifier;

	if (dhaad_decode(message, &request)) {
		reply.identifier = request.identifier;
		reply.mobile_router = request.mobile_router;
		require(dhaad_encode(&reply, out) == DISCOVERY_OCTETS + sizeof(agents));
		require(memcmp(out + 4, message.at + 4, sizeof(identifier)) == 0);
	}
	if (mobile_prefix_solicitation_decode(message, &identifier))
		require(message.at[4] == identifier >> 8 && message.at[5] == (identifier & 0xff));
}

/* As many records as it says, each inside the message. */
static void report_arrives(struct cursor message)
{
	struct mld_report report;
	struct ip_addr group;
	enum mld_wish wish;
	uint32_t said;
	uint32_t found = 0;

	if (!mld_report_decode(message, &report))
		return;
	said = report.left;
	while (mld_report_next(&report, &group, &wish)) {
		require(is_inside(message, report.records.at, 0));
		require(wish <= MLD_WISH_LEAVE);
		found++;
	}
	require(found == said);
}

/* A packet inside a tunnel, with its headers and checksum. */
static void tunnel_arrives(struct cursor inner)
{
	struct link_message message;

	if (!frame_read_tunnelled(inner, &message))
		return;
	require(is_inside(inner, message.icmp6.at, cursor_left(&message.icmp6)));
	require(!ip_addr_is_multicast(&message.source));
	report_arrives(message.icmp6);
}

static void packet_arrives(uint8_t *bytes, size_t length, uint8_t choice,
			   const struct circumstances *c)
{
	uint16_t error_offset = UINT16_MAX;
	struct ip6_packet packet;
	const struct ip_addr *home;
	struct mh_header header;
	enum ip6_packet_result result = ip6_packet_decode(bytes, length, &packet, &error_offset);
	bool is_told = result == IP6_PACKET_UNKNOWN_OPTION || result == IP6_PACKET_UNKNOWN_ROUTING;

	require((error_offset != UINT16_MAX) == is_told);
	if (is_told)
		require(error_offset >= 42 && error_offset < cursor_left(&packet.whole));
	if (result != IP6_PACKET_GOOD)
		return;
	require(packet.whole.at == bytes && packet.payload.end == packet.whole.end);
	require(packet.payload.at == packet.whole.at + packet.payload_offset);
	home = packet.has_home_address ? &packet.home : &packet.source;
	if (packet.protocol == PROTO_ICMP6) {
		error_arrives(packet.payload);
		discovery_arrives(packet.payload);
		report_arrives(packet.payload);
	}
	if (packet.protocol == PROTO_IPV6)
		tunnel_arrives(packet.payload);
	if (packet.protocol != PROTO_MOBILITY)
		return;
	if (choice & CHOICE_REPAIR)
		repair(packet.payload, bytes, bytes, home, &packet.destination);
	if (mh_check(packet.payload, home, &packet.destination, &header) != MH_GOOD)
		return;
	require(header.octets <= cursor_left(&packet.payload));
	if (header.type == MH_BINDING_UPDATE)
		update_arrives(cursor_of(packet.payload.at, header.octets), &packet.source, home,
			       &packet.destination, c);
	else if (header.type == MH_BINDING_REVOCATION)
		revocation_arrives(cursor_of(packet.payload.at, header.octets));
	else
		other_arrives(cursor_of(packet.payload.at, header.octets), header.type);
}

static void message_arrives(uint8_t *bytes, size_t length, uint8_t choice,
			    const struct circumstances *c)
{
	static const struct ip_addr home = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 1}};
	static const struct ip_addr care_of = {{0x20, 1, 0xd, 0xb8, 0, 2, [15] = 1}};
	static const struct ip_addr home_agent = {{0x20, 1, 0xd, 0xb8, 0, 1, [15] = 0xff}};
	struct cursor message = cursor_of(bytes, length);
	struct mh_header header;

	if (choice & CHOICE_REPAIR)
		repair(message, bytes, bytes, &home, &home_agent);
	if (choice & CHOICE_UPDATE)
		update_arrives(message, &care_of, &home, &home_agent, c);
	else if (mh_check(message, &home, &home_agent, &header) == MH_GOOD &&
		 header.type == MH_BINDING_REVOCATION)
		revocation_arrives(cursor_of(bytes, header.octets));
	else if (mh_check(message, &home, &home_agent, &header) == MH_GOOD &&
		 header.type != MH_BINDING_UPDATE)
		other_arrives(cursor_of(bytes, header.octets), header.type);
	else if (mh_check(message, &home, &home_agent, &header) == MH_GOOD)
		update_arrives(cursor_of(bytes, header.octets), &care_of, &home, &home_agent, c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cursor input = cursor_of(data, size);
	struct circumstances c = {{0}};
	uint8_t choice = 0;
	uint8_t *bytes;
	size_t length;

	if (size == 0 || size > INPUT_MAX)
		return 0;
	if (data[0] >> 4 != 6 &&
	    (!cursor_u8(&input, &choice) || !cursor_bytes(&input, c.octets, sizeof(c.octets))))
		return 0;
	length = cursor_left(&input);
	bytes = malloc(length +
		       (length == 0)); /* of its own, so that one octet past it is caught */
	if (bytes == NULL)
		return 0;
	memcpy(bytes, input.at, length);
	if (choice & CHOICE_NO_PACKET)
		message_arrives(bytes, length, choice, &c);
	else
		packet_arrives(bytes, length, choice, &c);
	free(bytes);
	return 0;
}
