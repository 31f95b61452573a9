/* SPDX-License-Identifier: BSD-3-Clause */
#include "foreign_agent/answer.h"

#include "counters.h"
#include "foreign_agent/advertisement.h"
#include "foreign_agent/discovery.h"
#include "link/link.h"
#include "mip4/auth.h"
#include "send4.h"

/* RFC 4636 §3: type, length, subtype 0, status. */
enum {
	EXTENSION_AGENT_ERROR = 45,
	AGENT_ERROR_LENGTH = 2,
};

/* RFC 5944 §3.7.2.3: a node without a home address has none to be reached by. */
static struct ip_addr destination_for(const struct ip_addr *home)
{
	static const uint8_t everybody[4] = {255, 255, 255, 255};

	return ip4_number(home) != 0 ? *home : ip4_mapped(everybody);
}

/* RFC 4721 §3.3: any reply brings a challenge that the node has not used. */
static bool append_challenge(const struct answer_to *to, struct writer *w)
{
	const uint8_t *challenge = discovery_challenge_for(to->port, &to->key);

	return challenge == NULL || mip4_challenge_append(challenge, CHALLENGE_OCTETS, w);
}

/* What the foreign agent puts behind a reply, the mobile-foreign authenticator last. */
static bool finish(const struct answer_to *to, const uint8_t *start, struct writer *w)
{
	return append_challenge(to, w) &&
	       (to->mobile_foreign == NULL ||
		mip4_auth_append(MIP4_EXT_MN_FA, to->mobile_foreign, start, w));
}

static bool fail(void)
{
	count(COUNT_REPLY_FAILED);
	return false;
}

static bool send_to_node(const struct answer_to *to, const struct ip_addr *home,
			 const uint8_t *message, const struct writer *w)
{
	const struct ip_addr destination = destination_for(home);
	int link = link_of_port(to->port);

	if (link == LINK_NONE)
		return fail();
	return send4_udp_on_link((uint16_t)link, to->mac, &to->from, MIP4_PORT, &destination,
				 to->source_port, message, (uint16_t)(w->at - message));
}

bool answer_refuse(const struct answer_to *to, uint8_t code, uint16_t lifetime)
{
	const struct mip4_reply reply = {
		.code = code,
		.lifetime_s = lifetime,
		.home = to->home,
		.home_agent = to->home_agent,
		.identification = to->identification,
	};
	uint8_t message[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(message, sizeof(message));

	if (!mip4_reply_encode(&reply, &w) || !finish(to, message, &w))
		return fail();
	return send_to_node(to, &to->home, message, &w);
}

/* RFC 5944 §3.7.3.2: up to the last authenticator that is the mobile node's; without one, up to the one that is ours. */
static uint16_t octets_for_node(const struct mip4_reply *reply, struct cursor message)
{
	const struct mip4_extensions *e = &reply->extensions;

	if (e->mn_ha.count == 0 && e->mn_aaa.count == 0 && e->fa_ha.count != 0)
		return e->fa_ha.at;
	return e->mn_ha.count == 0 && e->mn_aaa.count == 0 ? (uint16_t)cursor_left(&message)
							   : e->authorised_octets;
}

static bool append_agent_error(uint8_t status, struct writer *w)
{
	return status == 0 ||
	       (writer_u8(w, EXTENSION_AGENT_ERROR) && writer_u8(w, AGENT_ERROR_LENGTH) &&
		writer_u8(w, 0) && writer_u8(w, status));
}

bool answer_pass_on(const struct answer_to *to, const struct mip4_reply *reply,
		    struct cursor message, uint8_t agent_error)
{
	uint8_t out[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(out, sizeof(out));

	if (!writer_bytes(&w, message.at, octets_for_node(reply, message)) ||
	    !append_agent_error(agent_error, &w) || !finish(to, out, &w))
		return fail();
	return send_to_node(to, &reply->home, out, &w);
}
