/* SPDX-License-Identifier: BSD-3-Clause */
#include "counters.h"
#include "foreign_agent/association.h"
#include "foreign_agent/foreign_agent.h"
#include "foreign_agent/node_record.h"
#include "foreign_agent/visit.h"
#include "foreign_agent/visit_decide.h"
#include "foreign_agent/visitor.h"
#include "icmp4.h"
#include "ip4_packet.h"
#include "service.h"

/* By its home address; one that has just been assigned belongs to a request without, which is known by the identifier (RFC 2794
 * §3), or, should the home agent have left that out, by what it may be. */
static struct pending *find_pending(const struct ip4_packet *packet, const struct mip4_reply *reply)
{
	const struct mip4_extensions *e = &reply->extensions;
	const struct ip_addr none = ip4_mapped((const uint8_t[4]){0});
	uint32_t low = (uint32_t)reply->identification;
	struct pending *p = pending_find(&reply->home, low, &packet->source, &packet->destination);
	struct ip_addr key;

	if (p != NULL)
		return p;
	if (e->nai == NULL)
		return pending_find_unnamed(low, &packet->source, &packet->destination);
	key = node_record_key(&none, e->nai, e->nai_octets);
	return pending_find(&key, low, &packet->source, &packet->destination);
}

static uint32_t least_lifetime(uint16_t granted, const struct foreign_agent_config *port)
{
	uint32_t lifetime_s = mip4_lifetime_s(granted);

	return lifetime_s < port->max_lifetime_s ? lifetime_s : port->max_lifetime_s;
}

static struct visitor visitor_of(const struct pending *p, const struct mip4_reply *reply)
{
	const struct mip4_extensions *e = &reply->extensions;
	struct visitor v = {
		.home = reply->home,
		.home_agent = p->home_agent,
		.care_of = p->relayed_from,
		.source = p->source,
		.identification = reply->identification,
		.lifetime_s = least_lifetime(reply->lifetime_s,
					     &visit_config->ports[p->node.port].foreign_agent),
		.port = p->node.port,
		.source_port = p->node.source_port,
		.flags = p->flags,
		.delivered = p->delivered,
		.may_revoke = visit_config->visiting.revocation &&
			      e->has_revocation_support[MIP4_BEHIND] && e->fa_ha.count == 1,
		.may_inform = e->revocation_support[MIP4_BEHIND].inform,
		.revocation_timestamp = e->revocation_support[MIP4_BEHIND].timestamp,
		.nai_octets = p->nai_octets,
	};

	memcpy(v.mac, p->node.mac, sizeof(v.mac));
	memcpy(v.nai, p->nai, p->nai_octets);
	return v;
}

/* RFC 5944 §3.7.3.2. Who leaves another foreign agent by way of this one stays what it is here; and no other home agent than its own
 * sends a visitor away. */
static void end_visit(const struct pending *p)
{
	const struct visitor *v = visitor_find(&p->node.home);

	if (v == NULL || !ip_addr_equal(&v->home_agent, &p->home_agent))
		return;
	if (ip_addr_equal(&p->care_of, &p->node.home) ||
	    ip_addr_equal(&p->care_of, &p->relayed_from)) {
		visitor_remove(&p->node.home);
		count(COUNT_VISITORS_LEFT);
	}
}

/* An address that the home agent has given to the node, out of all that it could name. */
static bool is_for_a_visitor(const struct ip_addr *home)
{
	return ip4_is_unicast(ip4_number(home)) && !service_is_ours(home);
}

/* Somebody else on the link repeats the request that the visitor registered with: the home agent accepts that again (RFC 5944 §3.8.2.2),
 * and the visitor's packets would go there. */
static bool is_of_another_station(const struct pending *p, const struct mip4_reply *reply)
{
	const struct visitor *v = visitor_find(&reply->home);

	return v != NULL && v->identification == reply->identification &&
	       (v->port != p->node.port || memcmp(v->mac, p->node.mac, sizeof(v->mac)) != 0);
}

/* What the home agent's answer means here, before it is passed on. The code that the node gets in its place, or 0. */
static uint8_t apply(const struct pending *p, const struct mip4_reply *reply)
{
	struct visitor v;

	if (!visit_reply_accepts(reply))
		return 0;
	if (reply->lifetime_s == 0) {
		end_visit(p);
		return 0;
	}
	if (!is_for_a_visitor(&reply->home))
		return MIP4_FA_REPLY_MALFORMED;
	if ((p->flags & MIP4_FLAG_COLOCATED) != 0)
		return 0;
	if (visit_is_held(&reply->home, &p->home_agent) || is_of_another_station(p, reply))
		return MIP4_FA_PROHIBITED;
	v = visitor_of(p, reply);
	return visitor_put(&v) == 0 ? 0 : MIP4_FA_RESOURCES;
}

/* RFC 4721 §3.2: by any answer of the home agent, whatever it says. */
static void use_challenge(const struct pending *p, const struct mip4_reply *reply)
{
	if (!p->has_challenge)
		return;
	challenge_use(node_record_make(&p->node.key), p->challenge);
	if (visit_reply_accepts(reply) && !ip_addr_equal(&p->node.key, &reply->home))
		challenge_use(node_record_make(&reply->home), p->challenge);
}

/* RFC 4721 §3.3: if it comes back, it must be the one that was sent. */
static uint8_t challenge_error(const struct pending *p, const struct mip4_reply *reply)
{
	const struct mip4_extensions *e = &reply->extensions;

	if (e->challenge == NULL || !p->has_challenge ||
	    (e->challenge_octets == CHALLENGE_OCTETS &&
	     memcmp(e->challenge, p->challenge, CHALLENGE_OCTETS) == 0))
		return 0;
	return MIP4_FA_CHALLENGE_FROM_HA;
}

static enum peer_outcome authenticate_reply(const struct ip4_packet *packet, struct cursor message,
					    const struct mip4_reply *reply)
{
	enum peer_outcome outcome = association_of_home_agent(
		&visit_config->visiting, &packet->source, message, &reply->extensions.fa_ha);

	if (outcome == PEER_WRONG)
		visit_log_exception(&reply->home, &packet->source,
				    "wrong foreign-home authentication");
	return outcome;
}

void foreign_agent_reply(uint16_t worker, const struct ip4_packet *packet,
			 const struct udp_datagram *datagram)
{
	struct mip4_reply reply;
	enum mip4_decoded decoded = mip4_reply_decode(datagram->payload, &reply);
	struct visit_reply visit = {.message = &reply, .decoded = decoded};
	struct pending *p;
	uint8_t code;

	(void)worker;
	if (decoded == MIP4_DECODE_SHORT || decoded == MIP4_DECODE_UNKNOWN) {
		count(COUNT_VISIT_REPLY_MALFORMED);
		return;
	}
	p = find_pending(packet, &reply);
	if (p == NULL) {
		count(COUNT_VISIT_REPLY_UNKNOWN);
		return;
	}
	visit.foreign_home = authenticate_reply(packet, datagram->payload, &reply);
	visit.asked_with_nai = p->nai_octets != 0;
	visit.asked_to_leave = p->node.lifetime == 0;
	code = visit_reply_decide(&visit);
	if (code == 0) {
		use_challenge(p, &reply);
		code = apply(p, &reply);
	}
	if (code == 0)
		answer_pass_on(&p->node, &reply, datagram->payload, challenge_error(p, &reply));
	else
		visit_refuse(&p->node, code, p->node.lifetime);
	count(code == 0 ? COUNT_VISIT_REPLY_RELAYED : COUNT_VISIT_REPLY_REFUSED);
	pending_remove(p);
}

/* --- Silence and errors --- */

void visit_expired(const struct pending *pending)
{
	count(COUNT_VISITS_TIMED_OUT);
	visit_refuse(&pending->node, MIP4_FA_TIMEOUT, pending->node.lifetime);
}

static uint8_t code_of(uint8_t icmp_code)
{
	switch (icmp_code) {
	case ICMP4_UNREACHABLE_NET:
		return MIP4_FA_NETWORK_UNREACHABLE;
	case ICMP4_UNREACHABLE_HOST:
		return MIP4_FA_HOST_UNREACHABLE;
	case ICMP4_UNREACHABLE_PORT:
		return MIP4_FA_PORT_UNREACHABLE;
	default:
		return MIP4_FA_HA_UNREACHABLE;
	}
}

/* Believed when it quotes as much of the request as only those on its way can know: who sees no more than addresses could else
 * end registrations. */
void foreign_agent_unreachable(uint16_t worker, const struct ip_addr *care_of,
			       const struct ip_addr *home_agent, uint8_t icmp_code,
			       struct cursor quoted)
{
	struct mip4_request request;
	struct ip_addr key;
	struct pending *p;

	(void)worker;
	if (mip4_request_decode(quoted, &request) == MIP4_DECODE_SHORT)
		return;
	key = node_record_key(&request.home, request.extensions.nai, request.extensions.nai_octets);
	p = pending_find(&key, (uint32_t)request.identification, home_agent, care_of);
	if (p == NULL)
		return;
	count(COUNT_VISITS_UNREACHABLE);
	visit_refuse(&p->node, code_of(icmp_code), p->node.lifetime);
	pending_remove(p);
}
