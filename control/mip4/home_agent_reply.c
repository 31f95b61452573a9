/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/home_agent_reply.h"

#include "counters.h"
#include "link/link.h"
#include "mip4/auth.h"
#include "mip4/revocation.h"
#include "send4.h"
#include "service4.h"

static const struct config *config;

void home_agent_reply_start(const struct config *c)
{
	config = c;
}

/* RFC 3543 §3.2: who asks for it in that place gets an answer in that place; of mobile nodes only those that no agent stands in for. */
static bool agrees_to_revocation(const struct handling *h, enum mip4_place place)
{
	bool is_colocated = (h->request.flags & MIP4_FLAG_COLOCATED) != 0;

	if (!config->mip4.revocation || !h->decoded.extensions.has_revocation_support[place])
		return false;
	return place == MIP4_BEHIND ? h->request.foreign_auth == FOREIGN_RIGHT : is_colocated;
}

void home_agent_note_revocation(const struct handling *h, struct registration_order *order)
{
	const struct mip4_revocation_support *support = h->decoded.extensions.revocation_support;
	enum mip4_place place = MIP4_BEHIND;

	if (!agrees_to_revocation(h, place))
		place = MIP4_BEFORE;
	if (!agrees_to_revocation(h, place))
		return;
	order->revocation =
		(uint8_t)(REVOCATION_AGREED | (support[place].inform ? REVOCATION_INFORM : 0) |
			  (place == MIP4_BEHIND ? REVOCATION_BY_AGENT : 0));
	order->revocation_timestamp = support[place].timestamp;
}

static bool append_revocation(const struct handling *h, enum mip4_place place, struct writer *w)
{
	const struct mip4_revocation_support ours = {
		.inform = h->decoded.extensions.revocation_support[place].inform,
		.timestamp = mip4_revocation_clock(),
	};

	return !agrees_to_revocation(h, place) || mip4_revocation_support_append(&ours, w);
}

/* RFC 3519 §3.2: where the request for it stood. */
static bool append_udp_reply(const struct handling *h, const struct binding_verdict *verdict,
			     enum mip4_place place, struct writer *w)
{
	const struct mip4_udp_reply reply = {
		.forced = verdict->mip4.udp_forced,
		.code = verdict->mip4.udp_code,
		.keepalive_s = (uint16_t)config->mip4.nat_keepalive_s,
	};

	if (!verdict->mip4.has_udp_reply || verdict->action != ACTION_REGISTER ||
	    h->request.udp_request_place != place)
		return true;
	return mip4_udp_reply_append(&reply, w);
}

/* RFC 5944 §3.8.3.3: for the mobile node, then its authenticator; for the foreign agent, then its own. */
static bool append_extensions(const struct handling *h, const struct binding_verdict *verdict,
			      const uint8_t *start, struct writer *w)
{
	const struct mip4_extensions *asked = &h->decoded.extensions;

	if (asked->nai != NULL && !mip4_nai_append(asked->nai, asked->nai_octets, w))
		return false;
	if (verdict->status == MIP4_REDIRECT &&
	    !mip4_dynamic_ha_append(MIP4_DYNAMIC_HA_REDIRECT, &config->mip4.redirect, w))
		return false;
	if (!append_udp_reply(h, verdict, MIP4_BEFORE, w) ||
	    !append_revocation(h, MIP4_BEFORE, w) ||
	    !mip4_auth_append(MIP4_EXT_MN_HA, &h->node->ip4->association, start, w))
		return false;
	/* RFC 4721 §8. */
	if (asked->challenge != NULL &&
	    !mip4_challenge_append(asked->challenge, asked->challenge_octets, w))
		return false;
	return append_udp_reply(h, verdict, MIP4_BEHIND, w) &&
	       append_revocation(h, MIP4_BEHIND, w) &&
	       (h->foreign_agent == NULL ||
		mip4_auth_append(MIP4_EXT_FA_HA, h->foreign_agent, start, w));
}

/* RFC 5944 §3.8.3.1, §3.8.3.2. */
static bool send_reply(const struct handling *h, const uint8_t *message, uint16_t octets)
{
	const struct ip_addr *from = service4_home_agent_of(&h->packet->destination) >= 0
					     ? &h->packet->destination
					     : service4_agent_address((uint16_t)h->agent);
	const struct udp_datagram *asked = h->datagram;

	if (h->home_link != LINK_NONE)
		return send4_udp_on_link((uint16_t)h->home_link, h->mac, from,
					 asked->destination_port, &h->packet->source,
					 asked->source_port, message, octets);
	return send4_udp(h->worker, from, asked->destination_port, &h->packet->source,
			 asked->source_port, message, octets);
}

void home_agent_reply(const struct handling *h, const struct binding_verdict *verdict,
		      uint64_t identification)
{
	uint8_t message[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(message, sizeof(message));
	const struct mip4_reply reply = {
		.code = verdict->status,
		.lifetime_s = verdict->action == ACTION_REFUSE ? h->request.lifetime_s
							       : mip4_lifetime(verdict->lifetime_s),
		/* What was found for a node that asks for an address is its own only when it is accepted. */
		.home = verdict->action == ACTION_REFUSE ? h->decoded.home : h->request.home,
		.home_agent = *service4_agent_address((uint16_t)h->agent),
		.identification = identification,
	};

	if (!mip4_reply_encode(&reply, &w) || !append_extensions(h, verdict, message, &w)) {
		count(COUNT_REPLY_FAILED);
		return;
	}
	if (send_reply(h, message, (uint16_t)(w.at - message)))
		count(COUNT_REPLIES_SENT);
}
