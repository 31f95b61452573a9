/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fuzz_mip4: what the home agent and the foreign agent do with messages of Mobile IPv4 before they touch a table: fixed part,
 * extensions, authenticators, verdict; and what they write from what they read, which has to be read as the same.
 *
 * Input      an IPv4 packet without options, when it begins like one (0x45);
 *            else eight octets of circumstances for the verdict, and then the message.
 */
#include <stdlib.h>
#include <string.h>

#include "ha/wire/ip4.h"
#include "mip4/auth.h"
#include "mip4/message.h"
#include "mip4/replay.h"
#include "registration/decide4.h"

enum {
	HEADERS = sizeof(struct ip4_hdr_wire) + sizeof(struct udp_hdr_wire),
	CIRCUMSTANCES = 8,
	INPUT_MAX = 4096,
};

static const struct mip4_association association = {
	.spi = 256,
	.algorithm = MIP4_HMAC_MD5,
	.key_octets = 16,
	.key = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

static bool is_inside(struct cursor message, const uint8_t *at, size_t octets)
{
	return at >= message.at && at <= message.end && octets <= (size_t)(message.end - at);
}

static void check_auth(struct cursor message, uint16_t first, const struct mip4_auth_extension *e)
{
	if (e->count == 0)
		return;
	require(e->octets > 0 && is_inside(message, e->authenticator, e->octets));
	require(e->at >= first && e->covered > e->at);
	require(e->authenticator == message.at + e->covered);
	/* Whatever it is, it is compared without reading past it. */
	mip4_auth_verify(&association, message, e);
}

static void check_extensions(struct cursor message, uint16_t first, enum mip4_decoded decoded,
			     const struct mip4_extensions *e)
{
	if (decoded == MIP4_DECODE_SHORT)
		return;
	check_auth(message, first, &e->mn_ha);
	check_auth(message, first, &e->mn_aaa);
	check_auth(message, first, &e->mn_fa);
	check_auth(message, first, &e->fa_ha);
	require(e->nai == NULL || (e->nai_octets > 0 && is_inside(message, e->nai, e->nai_octets)));
	require(e->challenge == NULL || is_inside(message, e->challenge, e->challenge_octets));
	require(e->authorised_octets >= first && e->authorised_octets <= cursor_left(&message));
	require(decoded != MIP4_DECODED || (e->mn_ha.count <= 1 && e->mn_fa.count <= 1));
	/* What the mobile node has proved is what is in front of its authenticator. */
	require(e->nai == NULL || e->nai_behind || e->mn_ha.count == 0 ||
		e->nai < message.at + e->mn_ha.at);
	require(!e->nai_behind || e->mn_ha.count != 0 || e->mn_aaa.count != 0);
}

/* Everything that was read and that is written by somebody here. */
static void append(const struct mip4_extensions *e, const uint8_t *start, struct writer *w)
{
	if (e->nai != NULL)
		require(mip4_nai_append(e->nai, e->nai_octets, w));
	if (e->has_udp_request)
		require(mip4_udp_request_append(&e->udp_request, w));
	if (e->has_udp_reply)
		require(mip4_udp_reply_append(&e->udp_reply, w));
	if (e->dynamic_ha != MIP4_DYNAMIC_HA_NONE)
		require(mip4_dynamic_ha_append(e->dynamic_ha, &e->dynamic_ha_address, w));
	require(mip4_auth_append(MIP4_EXT_MN_HA, &association, start, w));
	if (e->challenge != NULL)
		require(mip4_challenge_append(e->challenge, e->challenge_octets, w));
	if (e->has_delivery_style)
		require(mip4_delivery_style_append(w));
	if (e->has_revocation_support[MIP4_BEHIND])
		require(mip4_revocation_support_append(&e->revocation_support[MIP4_BEHIND], w));
	require(mip4_auth_append(MIP4_EXT_FA_HA, &association, start, w));
}

static void check_same(struct cursor written, const struct mip4_extensions *a,
		       const struct mip4_extensions *b)
{
	require(a->nai_octets == b->nai_octets && (a->nai == NULL) == (b->nai == NULL));
	require(a->nai == NULL || memcmp(a->nai, b->nai, a->nai_octets) == 0);
	require(a->challenge_octets == b->challenge_octets);
	require(a->challenge == NULL ||
		memcmp(a->challenge, b->challenge, a->challenge_octets) == 0);
	require(a->has_delivery_style == b->has_delivery_style);
	require(a->has_udp_request == b->has_udp_request);
	require(!a->has_udp_request ||
		(a->udp_request.forced == b->udp_request.forced &&
		 a->udp_request.encapsulation == b->udp_request.encapsulation &&
		 a->udp_request.through_agent == b->udp_request.through_agent));
	require(a->has_udp_reply == b->has_udp_reply);
	require(!a->has_udp_reply || (a->udp_reply.code == b->udp_reply.code &&
				      a->udp_reply.keepalive_s == b->udp_reply.keepalive_s));
	require(a->dynamic_ha == b->dynamic_ha);
	require(a->has_revocation_support[MIP4_BEHIND] == b->has_revocation_support[MIP4_BEHIND]);
	require(a->revocation_support[MIP4_BEHIND].timestamp ==
		b->revocation_support[MIP4_BEHIND].timestamp);
	require(mip4_auth_verify(&association, written, &b->mn_ha));
	require(mip4_auth_verify(&association, written, &b->fa_ha));
}

static struct ip_addr pick(const struct mip4_request *request, uint8_t choice)
{
	switch (choice % 4) {
	case 0:
		return request->care_of;
	case 1:
		return request->home;
	case 2:
		return request->home_agent;
	default:
		return ip4_mapped((const uint8_t[]){192, 0, 2, 1});
	}
}

static void check_verdict(const struct request4 *request, const struct view4 *current,
			  const struct policy4 *policy)
{
	struct binding_verdict v = decide4(request, current, policy);

	require((v.action == ACTION_SILENT) == (v.reason != SILENT_NONE));
	switch (v.action) {
	case ACTION_SILENT:
		break;
	case ACTION_REFUSE:
		require(v.status >= MIP4_UNSPECIFIED && v.lifetime_s == 0);
		require(request->auth == AUTH_ACCEPTED || v.status == MIP4_MN_AUTHENTICATION);
		break;
	case ACTION_REGISTER:
		require(request->auth == AUTH_ACCEPTED && v.status <= MIP4_ACCEPTED_SINGLE);
		require(request->identification_is_valid || v.mip4.is_duplicate);
		require(v.lifetime_s != 0 && v.lifetime_s <= mip4_lifetime_s(request->lifetime_s));
		require(policy->service_enabled && policy->home_address_is_ours);
		require(v.mip4.encapsulation > ENCAP_IP6_IN_IP6 &&
			v.mip4.encapsulation < ENCAP_KIND_COUNT);
		require((v.mip4.encapsulation == ENCAP_UDP) == v.mip4.care_of_is_source);
		break;
	case ACTION_DEREGISTER:
		require(request->auth == AUTH_ACCEPTED && request->lifetime_s == 0);
		require(request->identification_is_valid && v.lifetime_s == 0);
		break;
	}
}

static void decide(const struct mip4_request *asked, enum mip4_decoded decoded, const uint8_t *c)
{
	const struct mip4_extensions *e = &asked->extensions;
	struct mip4_config config = {
		.minimal_encapsulation = c[0] & 1,
		.gre = c[0] & 2,
		.reverse_tunnel = (c[0] >> 2) % 3,
		.simultaneous_bindings = 1 + (c[0] >> 4) % 4,
		.broadcasts = c[0] & 64,
		.answer_wrong_authentication = c[0] & 128,
		.nat_traversal = c[1] & 1,
		.nat_forced = c[1] & 2,
		.nat_max_lifetime_s = 60,
	};
	const struct policy4 policy = {
		.admission = {.node_prohibited = c[1] & 8,
			      .may_not_prolong = c[1] & 16,
			      .draining = c[1] & 32,
			      .table_full = c[1] & 64},
		.service_enabled = !(c[1] & 128),
		.home_address_is_ours = !(c[2] & 1),
		.home_agent_is_ours = !(c[2] & 2),
		.care_of_is_here = c[2] & 4,
		.source_is_here = c[2] & 8,
		.max_lifetime_s = c[2] & 16 ? LIFETIME_INFINITE_S : 1800,
		.config = &config,
	};
	const struct view4 current = {
		.bindings = c[3] % 5,
		.has_care_of = c[3] % 5 != 0 && (c[3] & 16) != 0,
		.identification = c[3] & 32 ? asked->identification : 0,
		.left_s = c[4],
	};
	const struct request4 request = {
		.home = asked->home,
		.home_agent = asked->home_agent,
		.care_of = asked->care_of,
		.source = pick(asked, c[5]),
		.destination = pick(asked, c[5] >> 2),
		.flags = asked->flags,
		.lifetime_s = asked->lifetime_s,
		.identification = asked->identification,
		.asks_for_home = ip4_number(&asked->home) == 0,
		.destination_is_broadcast = c[5] & 16,
		.is_malformed = decoded != MIP4_DECODED,
		.has_nai = e->nai != NULL && !e->nai_behind,
		.has_unchecked_authenticator = e->mn_aaa.count != 0,
		.auth = c[6] % 8 > AUTH_WRONG ? AUTH_ACCEPTED : c[6] % 8,
		.foreign_auth = (c[6] >> 3) % (FOREIGN_NO_ASSOCIATION + 1),
		.identification_is_valid = !(c[7] & 1),
		.has_critical_vendor = {e->has_critical_vendor[0], e->has_critical_vendor[1]},
		.has_udp_request = e->has_udp_request,
		.udp_request_place = e->udp_request_place,
		.udp_request = e->udp_request,
		.requests_home_agent = e->dynamic_ha == MIP4_DYNAMIC_HA_REQUESTED,
		.requested_home_agent = e->dynamic_ha_address,
	};

	if (c[1] & 4)
		config.redirect = asked->care_of;
	check_verdict(&request, &current, &policy);
}

static void fuzz_request(struct cursor message, const uint8_t *circumstances)
{
	uint8_t octets[2 * MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_request request;
	struct mip4_request again;
	enum mip4_decoded decoded = mip4_request_decode(message, &request);
	struct cursor written;

	check_extensions(message, MIP4_REQUEST_OCTETS, decoded, &request.extensions);
	if (decoded == MIP4_DECODE_SHORT)
		return;
	require(mip4_request_encode(&request, &w));
	require(memcmp(octets, message.at, MIP4_REQUEST_OCTETS) == 0);
	append(&request.extensions, octets, &w);
	written = cursor_of(octets, (size_t)(w.at - octets));
	require(mip4_request_decode(written, &again) == MIP4_DECODED);
	check_same(written, &request.extensions, &again.extensions);
	if (decoded != MIP4_DECODE_UNKNOWN && decoded != MIP4_DECODE_CUT)
		decide(&request, decoded, circumstances);
}

static void fuzz_reply(struct cursor message)
{
	uint8_t octets[2 * MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_reply reply;
	struct mip4_reply again;
	enum mip4_decoded decoded = mip4_reply_decode(message, &reply);
	struct cursor written;

	check_extensions(message, MIP4_REPLY_OCTETS, decoded, &reply.extensions);
	if (decoded == MIP4_DECODE_SHORT)
		return;
	require(mip4_reply_encode(&reply, &w));
	require(memcmp(octets, message.at, MIP4_REPLY_OCTETS) == 0);
	append(&reply.extensions, octets, &w);
	written = cursor_of(octets, (size_t)(w.at - octets));
	require(mip4_reply_decode(written, &again) == MIP4_DECODED);
	check_same(written, &reply.extensions, &again.extensions);
}

/* Reserved bits are the only ones that are not written as they were read. */
static void fuzz_revocation(struct cursor message)
{
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_revocation revocation;
	enum mip4_decoded decoded = mip4_revocation_decode(message, &revocation);

	check_extensions(message, MIP4_REVOCATION_OCTETS, decoded, &revocation.extensions);
	if (decoded == MIP4_DECODE_SHORT)
		return;
	require(mip4_revocation_encode(&revocation, &w));
	require(octets[2] == (message.at[2] & 0xc0));
	require(memcmp(octets + 4, message.at + 4, MIP4_REVOCATION_OCTETS - 4) == 0);
}

static void fuzz_revocation_ack(struct cursor message)
{
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct mip4_revocation_ack ack;
	enum mip4_decoded decoded = mip4_revocation_ack_decode(message, &ack);

	check_extensions(message, MIP4_REVOCATION_ACK_OCTETS, decoded, &ack.extensions);
	if (decoded == MIP4_DECODE_SHORT)
		return;
	require(mip4_revocation_ack_encode(&ack, &w));
	require(octets[2] == (message.at[2] & 0x80));
	require(memcmp(octets + 4, message.at + 4, MIP4_REVOCATION_ACK_OCTETS - 4) == 0);
}

/* As if it were of each type, and in memory of its own size, so that reading past its end shows. */
static void fuzz_message(const uint8_t *octets, size_t count, const uint8_t *circumstances)
{
	static const uint8_t types[] = {MIP4_REGISTRATION_REQUEST, MIP4_REGISTRATION_REPLY,
					MIP4_REVOCATION, MIP4_REVOCATION_ACK};
	uint8_t *copy = malloc(count);

	if (count == 0 || copy == NULL) {
		free(copy);
		return;
	}
	memcpy(copy, octets, count);
	for (size_t i = 0; i < sizeof(types); i++) {
		struct cursor message = cursor_of(copy, count);

		copy[0] = types[i];
		fuzz_request(message, circumstances);
		fuzz_reply(message);
		fuzz_revocation(message);
		fuzz_revocation_ack(message);
	}
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t plain[CIRCUMSTANCES] = {3, 3, 0, 0, 0, 0, AUTH_ACCEPTED, 0};
	static bool is_started;

	if (!is_started)
		require(keyed_hash_start() == 0);
	is_started = true;
	if (size > INPUT_MAX)
		return 0;
	if (size >= HEADERS && data[0] == IP4_VERSION_IHL)
		fuzz_message(data + HEADERS, size - HEADERS, plain);
	else if (size >= CIRCUMSTANCES)
		fuzz_message(data + CIRCUMSTANCES, size - CIRCUMSTANCES, data);
	return 0;
}
