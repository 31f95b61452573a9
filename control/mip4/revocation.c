/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/revocation.h"

#include <errno.h>

#include "counters.h"
#include "ha/time.h"
#include "log.h"
#include "mip4/auth.h"
#include "mip4/message.h"
#include "mip4/revocation_role.h"
#include "revocation/outstanding.h"
#include "send4.h"

enum {
	DELAY_MIN_MS = 1000, /* RFC 3543 §3.3: one message a second about a binding */
	RECENT = 64,
};

/* A binding that was revoked by the other side, whose acknowledgement may get lost: it will ask again. */
struct recent {
	struct ip_addr peer;
	struct ip_addr home;
	struct ip_addr home_domain;
	struct ip_addr foreign_domain;
	const struct mip4_association *association; /* NULL: a free place */
	uint32_t identifier;
	bool from_home_agent;
	bool inform; /* as it was acknowledged */
};

static const struct revocation_role *visitors;
static struct recent recent[RECENT];
static uint32_t next_recent;

void mip4_revocation_start(const struct config *c, struct mobile_nodes *nodes)
{
	revocation_role_start(c, nodes);
	memset(recent, 0, sizeof(recent));
	next_recent = 0;
}

void mip4_revocation_serve_visitors(const struct revocation_role *role)
{
	visitors = role;
}

uint32_t mip4_revocation_clock(void)
{
	return (uint32_t)(time_of_day_ntp() >> 32);
}

bool mip4_revocation_is_newer(uint32_t a, uint32_t b)
{
	return a != b && a - b < UINT32_C(1) << 31;
}

static const struct revocation_role *role_of(const struct registration *r)
{
	if (r->protocol == REGISTRATION_MIP4)
		return &revocation_home_agent;
	return r->protocol == REGISTRATION_VISITOR ? visitors : NULL;
}

static bool describe(const struct registration *r, uint32_t spi, struct revocation_ends *ends)
{
	const struct revocation_role *role = role_of(r);

	return role != NULL && r->state == REGISTRATION_VALID && role->describe(r, spi, ends);
}

/* Revocations of ours. */

static enum mip4_extension_type extension_of(const struct revocation_ends *ends)
{
	return ends->has_agents ? MIP4_EXT_FA_HA : MIP4_EXT_MN_HA;
}

/* RFC 3543 §4.2.2.1: each with the time that it is sent at. */
static void send_revocation(struct outstanding *o, const struct registration *r)
{
	struct mip4_revocation message = {
		.from_home_agent = r->protocol == REGISTRATION_MIP4,
		.identifier = mip4_revocation_clock(),
	};
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));
	struct revocation_ends ends;

	o->last = message.identifier;
	if (!o->was_sent)
		o->first = message.identifier;
	if (!describe(r, 0, &ends))
		return; /* the association was taken away meanwhile */
	message.inform = ends.may_inform;
	message.home = ends.home;
	message.home_domain = ends.home_domain;
	message.foreign_domain = ends.foreign_domain;
	if (!mip4_revocation_encode(&message, &w) ||
	    !mip4_auth_append(extension_of(&ends), ends.association, octets, &w))
		count(COUNT_REPLY_FAILED);
	else if (send4_udp(0, &ends.from, MIP4_PORT, &ends.to, ends.to_port, octets,
			   (uint16_t)(w.at - octets)))
		count(COUNT_REVOCATIONS_SENT);
}

static const struct outstanding_kind kind = {
	.what = "binding",
	.delay_min_ms = DELAY_MIN_MS,
	.send = send_revocation,
};

/* A registration may still be counted as the message of this second. */
static bool begin_one(const struct registration *r)
{
	return outstanding_begin(r, &kind, r->updated_ms + DELAY_MIN_MS) != NULL;
}

static void end_untold(const struct ip_addr *home)
{
	struct ip_addr care_of[SIMULTANEOUS_BINDINGS_MAX];
	unsigned int untold = 0;

	for (const struct registration *r = registration_find(home); r != NULL; r = r->also)
		if (outstanding_of(r) == NULL && untold < SIMULTANEOUS_BINDINGS_MAX)
			care_of[untold++] = r->care_of;
	for (unsigned int i = 0; i < untold; i++)
		counters[COUNT_REMOVED] += registration_withdraw(home, &care_of[i]);
}

int mip4_revocation_begin(const struct registration *r)
{
	const struct ip_addr home = r->home;
	struct revocation_ends ends;
	bool is_begun = false;
	int rc = -ENOTSUP;

	for (r = registration_find(&home); r != NULL; r = r->also) {
		if (!r->is_revoked && !describe(r, 0, &ends))
			continue;
		rc = -EBUSY;
		is_begun |= r->is_revoked || begin_one(r);
	}
	if (!is_begun)
		return rc;
	registration_set_revoked(&home, NULL);
	end_untold(&home);
	return 0;
}

int mip4_revocation_begin_one(const struct registration *r)
{
	struct revocation_ends ends;

	if (r->is_revoked)
		return 0;
	if (!describe(r, 0, &ends))
		return -ENOTSUP;
	if (!begin_one(r))
		return -EBUSY;
	registration_set_revoked(&r->home, &r->care_of);
	return 0;
}

/* RFC 3543 §3.3, §3.4: from the other end, to this one, with its authenticator and no other. */
static bool is_from_peer(const struct revocation_ends *ends, const struct ip4_packet *packet,
			 struct cursor message, const struct mip4_extensions *e)
{
	const struct mip4_auth_extension *auth = ends->has_agents ? &e->fa_ha : &e->mn_ha;

	return ip_addr_equal(&packet->source, &ends->to) &&
	       ip_addr_equal(&packet->destination, &ends->from) && auth->count == 1 &&
	       mip4_auth_verify(ends->association, message, auth);
}

static uint32_t spi_of(const struct mip4_extensions *e)
{
	return e->fa_ha.count != 0 ? e->fa_ha.spi : 0;
}

/* Every one that was sent may be meant: an acknowledgement may cross a repetition. */
static bool was_numbered(const struct outstanding *o, uint32_t identifier)
{
	return o->was_sent && !mip4_revocation_is_newer(identifier, o->last) &&
	       !mip4_revocation_is_newer(o->first, identifier);
}

/* RFC 3543 §3.5. */
static const struct registration *
find_acknowledged(const struct ip_addr *key, const struct ip4_packet *packet, struct cursor message,
		  const struct mip4_revocation_ack *ack, struct revocation_ends *ends)
{
	for (const struct registration *r = registration_find(key); r != NULL; r = r->also) {
		const struct outstanding *o;

		if (!r->is_revoked || !describe(r, spi_of(&ack->extensions), ends) ||
		    !is_from_peer(ends, packet, message, &ack->extensions))
			continue;
		o = outstanding_of(r);
		if (o != NULL && was_numbered(o, ack->identifier))
			return r;
	}
	return NULL;
}

/* RFC 3543 §3.4: I means nothing where we did not set it. */
static void end_acknowledged(const struct registration *r, const struct revocation_ends *ends,
			     bool inform)
{
	bool is_told = role_of(r)->ending(r, ends, ends->may_inform && inform);

	count(COUNT_MIP4_REVOCATION_ACKNOWLEDGED);
	outstanding_end(outstanding_of(r), COUNT_REVOCATIONS_DONE,
			is_told ? "acknowledged, the mobile node is told" : "acknowledged");
}

void mip4_revocation_receive_ack(const struct ip4_packet *packet,
				 const struct udp_datagram *datagram)
{
	const struct registration *r;
	struct mip4_revocation_ack ack;
	struct revocation_ends ends;
	struct ip_addr key;

	if (mip4_revocation_ack_decode(datagram->payload, &ack) != MIP4_DECODED) {
		count(COUNT_MIP4_REVOCATION_MALFORMED);
		return;
	}
	key = visitor_key(ip4_octets(&ack.home));
	r = find_acknowledged(&ack.home, packet, datagram->payload, &ack, &ends);
	if (r == NULL)
		r = find_acknowledged(&key, packet, datagram->payload, &ack, &ends);
	if (r != NULL)
		end_acknowledged(r, &ends, ack.inform);
	else
		count(COUNT_MIP4_REVOCATION_IGNORED);
}

/* Revocations of others. */

/* RFC 3543 §3.4: from where the revocation went to, back to where it came from. */
static void acknowledge(uint16_t worker, const struct ip4_packet *packet,
			const struct udp_datagram *datagram, const struct mip4_revocation *asked,
			const struct mip4_association *association, bool inform)
{
	const struct mip4_revocation_ack ack = {
		.inform = inform && asked->inform,
		.home = asked->home,
		.identifier = asked->identifier,
	};
	uint8_t octets[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(octets, sizeof(octets));

	if (!mip4_revocation_ack_encode(&ack, &w) ||
	    !mip4_auth_append(MIP4_EXT_FA_HA, association, octets, &w))
		count(COUNT_REPLY_FAILED);
	else if (send4_udp(worker, &packet->destination, MIP4_PORT, &packet->source,
			   datagram->source_port, octets, (uint16_t)(w.at - octets)))
		count(COUNT_REVOCATION_ACKS_SENT);
}

static const struct registration *registration_about(const struct mip4_revocation *asked)
{
	struct ip_addr key = visitor_key(ip4_octets(&asked->home));

	return asked->from_home_agent ? registration_find(&key)
				      : registration_find_at(&asked->home, &asked->foreign_domain);
}

/* RFC 3543 §3.5, §4.2.2.2, §4.2.3.2. A mobile node de-registers instead (§4.2.4). */
static bool is_believed(const struct registration *r, const struct ip4_packet *packet,
			struct cursor message, const struct mip4_revocation *asked,
			struct revocation_ends *ends)
{
	return describe(r, spi_of(&asked->extensions), ends) && ends->has_agents &&
	       is_from_peer(ends, packet, message, &asked->extensions) &&
	       ip_addr_equal(&asked->home_domain, &ends->home_domain) &&
	       ip_addr_equal(&asked->foreign_domain, &ends->foreign_domain) &&
	       mip4_revocation_is_newer(asked->identifier, ends->timestamp);
}

static void remember(const struct ip4_packet *packet, const struct mip4_revocation *asked,
		     const struct mip4_association *association, bool inform)
{
	recent[next_recent++ % RECENT] = (struct recent){
		.peer = packet->source,
		.home = asked->home,
		.home_domain = asked->home_domain,
		.foreign_domain = asked->foreign_domain,
		.association = association,
		.identifier = asked->identifier,
		.from_home_agent = asked->from_home_agent,
		.inform = inform,
	};
}

static bool is_repeated(const struct recent *known, const struct ip4_packet *packet,
			const struct mip4_revocation *asked)
{
	return known->association != NULL && ip_addr_equal(&known->peer, &packet->source) &&
	       ip_addr_equal(&known->home, &asked->home) &&
	       ip_addr_equal(&known->home_domain, &asked->home_domain) &&
	       ip_addr_equal(&known->foreign_domain, &asked->foreign_domain) &&
	       known->from_home_agent == asked->from_home_agent &&
	       mip4_revocation_is_newer(asked->identifier, known->identifier);
}

/* The binding is gone, and the peer does not know yet: it asks again, with a later time (RFC 3543 §4.2.2.1). */
static struct recent *find_repeated(const struct ip4_packet *packet, struct cursor message,
				    const struct mip4_revocation *asked)
{
	const struct mip4_auth_extension *auth = &asked->extensions.fa_ha;

	for (uint32_t i = 0; i < RECENT; i++)
		if (is_repeated(&recent[i], packet, asked))
			return auth->count == 1 && mip4_auth_verify(recent[i].association, message,
								    auth)
				       ? &recent[i]
				       : NULL;
	return NULL;
}

static void end_binding(const struct registration *r)
{
	const struct ip_addr home = r->home;
	const struct ip_addr care_of = r->care_of;
	char text[IP_ADDR_TEXT];

	log_info("binding of %s ended: revoked by the other agent", ip_addr_format(&home, text));
	registration_withdraw(&home, &care_of);
}

static void revoked(uint16_t worker, const struct registration *r, const struct ip4_packet *packet,
		    const struct udp_datagram *datagram, const struct mip4_revocation *asked,
		    const struct revocation_ends *ends)
{
	bool inform = role_of(r)->ending(r, ends, asked->inform);

	count(COUNT_MIP4_REVOKED);
	end_binding(r);
	remember(packet, asked, ends->association, inform);
	acknowledge(worker, packet, datagram, asked, ends->association, inform);
}

static void repeated(uint16_t worker, struct recent *known, const struct ip4_packet *packet,
		     const struct udp_datagram *datagram, const struct mip4_revocation *asked)
{
	count(COUNT_MIP4_REVOCATION_REPEATED);
	known->identifier = asked->identifier;
	acknowledge(worker, packet, datagram, asked, known->association, known->inform);
}

void mip4_revocation_receive(uint16_t worker, const struct ip4_packet *packet,
			     const struct udp_datagram *datagram)
{
	struct mip4_revocation asked;
	struct revocation_ends ends;
	const struct registration *r;
	struct recent *known = NULL;

	if (mip4_revocation_decode(datagram->payload, &asked) != MIP4_DECODED) {
		count(COUNT_MIP4_REVOCATION_MALFORMED);
		return;
	}
	r = registration_about(&asked);
	if (r == NULL)
		known = find_repeated(packet, datagram->payload, &asked);
	if (r != NULL && is_believed(r, packet, datagram->payload, &asked, &ends))
		revoked(worker, r, packet, datagram, &asked, &ends);
	else if (known != NULL)
		repeated(worker, known, packet, datagram, &asked);
	else
		count(COUNT_MIP4_REVOCATION_IGNORED);
}
