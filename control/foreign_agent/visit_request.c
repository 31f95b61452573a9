/* SPDX-License-Identifier: BSD-3-Clause */
#include "admission.h"
#include "counters.h"
#include "foreign_agent/association.h"
#include "foreign_agent/discovery.h"
#include "foreign_agent/foreign_agent.h"
#include "foreign_agent/node_record.h"
#include "foreign_agent/visit.h"
#include "foreign_agent/visit_decide.h"
#include "foreign_agent/visitor.h"
#include "ha/exchange.h"
#include "ha/time.h"
#include "ip4_packet.h"
#include "limiter.h"
#include "mip4/auth.h"
#include "mip4/revocation.h"
#include "registration/registration.h"
#include "nexthop.h"
#include "send4.h"
#include "service.h"

struct visit {
	const struct ip4_packet *packet;
	const struct foreign_agent_config *port;
	struct mip4_request message;
	struct cursor bytes;
	enum mip4_decoded decoded;
	struct answer_to node;
	uint16_t worker;
};

static bool is_offered(const struct foreign_agent_config *port, const struct ip_addr *care_of)
{
	for (uint16_t i = 0; i < port->care_of_count; i++)
		if (ip_addr_equal(&port->care_of[i], care_of))
			return true;
	return false;
}

/* RFC 5944 §3.7.2.3: answers come from where the request went to, but for groups. */
static struct ip_addr answers_from(const struct visit *v)
{
	return service_is_ours(&v->packet->destination) ? v->packet->destination : v->port->address;
}

static void know_node(struct visit *v, const struct udp_datagram *datagram)
{
	const struct mip4_request *m = &v->message;
	const struct mip4_extensions *e = &m->extensions;

	v->node = (struct answer_to){
		.key = node_record_key(&m->home, e->nai, e->nai_octets),
		.home = m->home,
		.home_agent = m->home_agent,
		.from = answers_from(v),
		.identification = m->identification,
		.lifetime = m->lifetime_s,
		.port = (uint16_t)v->packet->arrival->port,
		.source_port = datagram->source_port,
	};
	memcpy(v->node.mac, punt_source_mac(v->packet->whole.at), sizeof(v->node.mac));
}

static enum peer_outcome authenticate(struct visit *v)
{
	enum peer_outcome outcome = association_of_node(&visit_config->visiting, v->bytes,
							&v->message, &v->node.mobile_foreign);

	if (outcome == PEER_MISSING || outcome == PEER_WRONG)
		visit_log_exception(&v->message.home, &v->packet->source,
				    "no right mobile-foreign authentication");
	return outcome;
}

/* A challenge is used up when the home agent has answered: until then the node may repeat its request. */
static enum challenge_verdict judge_challenge(const struct visit *v)
{
	const struct challenge_window *window = discovery_challenges(v->node.port);
	const struct mip4_extensions *e = &v->message.extensions;

	if (window == NULL || e->challenge == NULL)
		return CHALLENGE_UNKNOWN;
	return challenge_judge(window, node_record_find(&v->node.key), e->challenge,
			       e->challenge_octets);
}

static bool is_known(const struct ip_addr *home_agent)
{
	return association_for_home_agent(&visit_config->visiting, home_agent) != NULL;
}

/* The visit is to end: it is not prolonged. */
static bool is_revoked(const struct ip_addr *home)
{
	const struct visitor *visitor = visitor_find(home);

	return visitor != NULL && visitor_registration(visitor)->is_revoked;
}

static struct binding_verdict decide(struct visit *v)
{
	const struct ip_addr home_agent = visit_home_agent(&v->message);
	const struct visit_request request = {
		.message = &v->message,
		.decoded = v->decoded,
		.source = v->packet->source,
		.ttl = v->packet->ttl,
		.mobile_foreign = authenticate(v),
		.challenge = judge_challenge(v),
	};
	const struct visit_policy policy = {
		.config = v->port,
		.revocation = visit_config->visiting.revocation,
		.home_is_ours = service_is_ours(&v->message.home),
		.care_of_is_offered = is_offered(v->port, &v->message.care_of),
		.care_of_is_ours = service_is_ours(&v->message.care_of),
		.home_agent_is_ours = service_is_ours(&home_agent),
		.home_agent_is_known = is_known(&home_agent),
		.knows_only = visit_config->visiting.known_home_agents_only,
		.is_closed = !admission_accepts_registrations(),
		.is_visitor = visitor_find(&v->message.home) != NULL,
		.is_revoked = is_revoked(&v->message.home),
		.is_held = visit_is_held(&v->message.home, &home_agent),
		.visitors_full = visitor_is_full(),
		.pending_full = pending_is_full() && pending_of(&v->node) == NULL,
	};

	return visit_decide(&request, &policy);
}

/* Where a relayed request comes from: the care-of address that the node asks for, if it is one of ours. */
static struct ip_addr relayed_from(const struct visit *v)
{
	return is_offered(v->port, &v->message.care_of) ? v->message.care_of : v->port->care_of[0];
}

static struct pending *remember(const struct visit *v)
{
	const struct mip4_request *m = &v->message;
	const struct mip4_extensions *e = &m->extensions;
	uint64_t wait_ms = (uint64_t)visit_config->visiting.request_timeout_s * 1000;
	struct pending *p;

	/* RFC 5944 §3.7.2.2: no longer than the lifetime it asks for. */
	if (m->lifetime_s != 0 && (uint64_t)m->lifetime_s * 1000 < wait_ms)
		wait_ms = (uint64_t)m->lifetime_s * 1000;
	p = pending_make(&v->node, monotonic_ms() + wait_ms);
	if (p == NULL)
		return NULL;
	p->home_agent = visit_home_agent(m);
	p->relayed_from = relayed_from(v);
	p->care_of = m->care_of;
	p->source = v->packet->source;
	p->flags = m->flags;
	p->delivered = e->has_delivery_style;
	p->has_challenge = e->challenge != NULL && e->challenge_octets == CHALLENGE_OCTETS;
	if (p->has_challenge)
		memcpy(p->challenge, e->challenge, CHALLENGE_OCTETS);
	p->nai_octets = e->nai != NULL ? e->nai_octets : 0;
	if (p->nai_octets != 0)
		memcpy(p->nai, e->nai, p->nai_octets);
	return p;
}

/* RFC 3543 §4.2.1: with an association, and for a tunnel that ends here. */
static bool append_revocation(const struct pending *p, struct writer *w)
{
	const struct mip4_revocation_support support = {.inform = true,
							.timestamp = mip4_revocation_clock()};

	return !visit_config->visiting.revocation || (p->flags & MIP4_FLAG_COLOCATED) != 0 ||
	       mip4_revocation_support_append(&support, w);
}

/* RFC 5944 §3.7.2.2: what the mobile node authorises, and then our own. */
static bool write_relayed(const struct visit *v, const struct pending *p, uint8_t *out,
			  struct writer *w)
{
	const struct mip4_association *association =
		association_for_home_agent(&visit_config->visiting, &p->home_agent);

	if (!writer_bytes(w, v->bytes.at, v->message.extensions.authorised_octets))
		return false;
	if (association == NULL || p->node.lifetime == 0)
		return true;
	return append_revocation(p, w) && mip4_auth_append(MIP4_EXT_FA_HA, association, out, w);
}

static bool send_relayed(const struct visit *v, const struct pending *p)
{
	uint8_t out[MIP4_MESSAGE_MAX];
	struct writer w = writer_of(out, sizeof(out));

	return write_relayed(v, p, out, &w) &&
	       send4_udp(v->worker, &p->relayed_from, MIP4_PORT, &p->home_agent, MIP4_PORT, out,
			 (uint16_t)(w.at - out));
}

static void refuse_request(const struct visit *v, uint8_t code, uint16_t lifetime)
{
	const struct ip_addr station = node_record_station(v->node.mac);
	uint64_t now_ms = monotonic_ms();

	if (!node_record_may_refuse(&v->node.key, now_ms) || !limiter_allows(&station, now_ms)) {
		count(COUNT_VISIT_LIMITED);
		return;
	}
	visit_refuse(&v->node, code, lifetime);
	count(COUNT_VISIT_REFUSED);
}

/* There is nothing wrong with what is too large to be relayed, so none of the reasons fits. */
static void relay_request(struct visit *v)
{
	const struct ip_addr home_agent = visit_home_agent(&v->message);
	struct pending *p;

	if (v->message.extensions.authorised_octets > MIP4_MESSAGE_MAX / 2) {
		refuse_request(v, MIP4_FA_UNSPECIFIED, v->node.lifetime);
		return;
	}
	if (nexthop_towards(&home_agent) == NEXTHOP_NONE) {
		refuse_request(v, MIP4_FA_NETWORK_UNREACHABLE, v->node.lifetime);
		return;
	}
	p = remember(v);
	if (p != NULL && send_relayed(v, p)) {
		count(COUNT_VISIT_RELAYED);
		return;
	}
	if (p != NULL)
		pending_remove(p);
	refuse_request(v, MIP4_FA_RESOURCES, v->node.lifetime);
}

void foreign_agent_request(uint16_t worker, const struct ip4_packet *packet,
			   const struct udp_datagram *datagram)
{
	struct visit v = {
		.packet = packet,
		.port = &visit_config->ports[packet->arrival->port].foreign_agent,
		.bytes = datagram->payload,
		.worker = worker,
	};
	struct binding_verdict verdict;

	v.decoded = mip4_request_decode(v.bytes, &v.message);
	if (v.decoded == MIP4_DECODE_SHORT) {
		count(COUNT_VISIT_MALFORMED);
		return;
	}
	know_node(&v, datagram);
	verdict = decide(&v);
	if (verdict.action == ACTION_SILENT) {
		silent_counters[verdict.reason]++;
		count(COUNT_VISIT_SILENT);
	} else if (verdict.action == ACTION_REFUSE) {
		refuse_request(&v, verdict.status, (uint16_t)verdict.lifetime_s);
	} else {
		relay_request(&v);
	}
}
