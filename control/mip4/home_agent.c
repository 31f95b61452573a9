/* SPDX-License-Identifier: BSD-3-Clause */
#include "mip4/home_agent.h"

#include "admission.h"
#include "counters.h"
#include "ha/exchange.h"
#include "ha/time.h"
#include "limiter.h"
#include "link/arp_proxy.h"
#include "link/link.h"
#include "log.h"
#include "mip4/assign.h"
#include "mip4/auth.h"
#include "mip4/handling.h"
#include "mip4/home_agent_reply.h"
#include "mip4/nonce.h"
#include "mip4/replay.h"
#include "registration/registration.h"
#include "service.h"
#include "service4.h"

enum { LOG_INTERVAL_MS = 1000 };

static const struct config *config;
static struct mobile_nodes *nodes;
static uint64_t log_after_ms;

void home_agent_start(const struct config *c, struct mobile_nodes *n)
{
	config = c;
	nodes = n;
}

/* What cannot be read to its end tells nothing that could be authenticated. */
static bool decode(struct handling *h)
{
	enum mip4_decoded result = mip4_request_decode(h->datagram->payload, &h->decoded);

	if (result == MIP4_DECODE_SHORT || result == MIP4_DECODE_CUT ||
	    result == MIP4_DECODE_UNKNOWN) {
		count(result == MIP4_DECODE_UNKNOWN ? COUNT_REGISTRATION_UNKNOWN_EXTENSION
						    : COUNT_REGISTRATION_MALFORMED);
		return false;
	}
	h->request.is_malformed = result != MIP4_DECODED;
	return true;
}

static void build_request(struct handling *h)
{
	const struct mip4_request *asked = &h->decoded;
	const struct mip4_extensions *x = &asked->extensions;
	struct request4 *request = &h->request;

	request->home = asked->home;
	request->home_agent = asked->home_agent;
	request->care_of = asked->care_of;
	request->source = h->packet->source;
	request->destination = h->packet->destination;
	request->flags = asked->flags;
	request->lifetime_s = asked->lifetime_s;
	request->identification = asked->identification;
	request->asks_for_home = ip4_number(&asked->home) == 0;
	request->destination_is_broadcast = service4_is_broadcast(&h->packet->destination) ||
					    !ip4_is_unicast(ip4_number(&h->packet->destination));
	request->has_nai = x->nai != NULL && !x->nai_behind;
	request->has_unchecked_authenticator = x->mn_aaa.count != 0;
	request->has_critical_vendor[MIP4_BEFORE] = x->has_critical_vendor[MIP4_BEFORE];
	request->has_critical_vendor[MIP4_BEHIND] = x->has_critical_vendor[MIP4_BEHIND];
	request->has_udp_request = x->has_udp_request;
	request->udp_request_place = x->udp_request_place;
	request->udp_request = x->udp_request;
	request->requests_home_agent = x->dynamic_ha == MIP4_DYNAMIC_HA_REQUESTED;
	request->requested_home_agent = x->dynamic_ha_address;
}

static bool has_nai_of(const struct handling *h, const struct mobile_node *node)
{
	const struct mip4_extensions *x = &h->decoded.extensions;

	if (!h->request.has_nai || node->identifier == NULL)
		return true;
	return node->identifier_length == x->nai_octets &&
	       memcmp(node->identifier, x->nai, x->nai_octets) == 0;
}

/* RFC 5944 §3.5.2, 2794 §4: by home address; by NAI where that is 0, or not the node's yet. */
static struct mobile_node *find_node(const struct handling *h)
{
	const struct mip4_extensions *x = &h->decoded.extensions;
	struct mobile_node *node =
		h->request.asks_for_home ? NULL : mobile_nodes_find(nodes, &h->request.home);

	if (node != NULL && mobile_node_is_ip4(node) && has_nai_of(h, node))
		return node;
	return h->request.has_nai ? mobile_nodes_find_identifier(nodes, x->nai, x->nai_octets)
				  : NULL;
}

static enum auth_outcome authenticate_node(const struct handling *h)
{
	const struct mip4_auth_extension *mn_ha = &h->decoded.extensions.mn_ha;

	if (mn_ha->count == 0)
		return AUTH_MISSING;
	if (h->node == NULL || mn_ha->spi != h->node->ip4->association.spi)
		return AUTH_NO_ASSOCIATION;
	return mip4_auth_verify(&h->node->ip4->association, h->datagram->payload, mn_ha)
		       ? AUTH_ACCEPTED
		       : AUTH_WRONG;
}

/* Of a foreign agent: with that SPI, or the first one. NULL: there is none. */
static const struct mip4_association *find_foreign_agent(const struct ip_addr *address,
							 uint32_t spi)
{
	const struct mip4_association *first = NULL;

	for (uint16_t i = 0; i < config->mip4.foreign_agent_count; i++) {
		const struct mip4_peer_config *peer = &config->mip4.foreign_agents[i];

		if (!ip_addr_equal(&peer->address, address))
			continue;
		if (peer->association.spi == spi)
			return &peer->association;
		if (first == NULL)
			first = &peer->association;
	}
	return first;
}

/* RFC 5944 §3.5.4: by the source of the request. */
static enum foreign_outcome authenticate_foreign_agent(struct handling *h)
{
	const struct mip4_auth_extension *fa_ha = &h->decoded.extensions.fa_ha;

	h->foreign_agent = find_foreign_agent(&h->packet->source, fa_ha->spi);
	if (fa_ha->count == 0)
		return h->foreign_agent != NULL ? FOREIGN_MISSING : FOREIGN_NONE;
	if (h->foreign_agent == NULL)
		return FOREIGN_NO_ASSOCIATION;
	return fa_ha->count == 1 && mip4_auth_verify(h->foreign_agent, h->datagram->payload, fa_ha)
		       ? FOREIGN_RIGHT
		       : FOREIGN_WRONG;
}

static struct mip4_replay replay_of(const struct mobile_node *node)
{
	return (struct mip4_replay){
		.by_nonce = node->replay == REPLAY_NONCE,
		.has_nonce = node->ip4->has_nonce,
		.nonce = node->ip4->nonce,
		.window_s = node->timestamp_window_s != 0 ? node->timestamp_window_s
							  : config->timestamp_window_s,
		.last_timestamp_ntp = node->last_timestamp_ntp,
	};
}

static void authenticate(struct handling *h)
{
	struct request4 *request = &h->request;
	struct mip4_replay known;

	h->now_ntp = time_of_day_ntp();
	h->node = find_node(h);
	request->auth = authenticate_node(h);
	request->foreign_auth = authenticate_foreign_agent(h);
	if (request->auth != AUTH_ACCEPTED)
		return;
	known = replay_of(h->node);
	request->identification_is_valid =
		mip4_replay_is_valid(&known, request->identification, h->now_ntp);
}

/* RFC 2794 §4: only for who is known. What none is left of stays 0.0.0.0. Whoever repeats what it has heard gets no pool searched. */
static void find_home(struct handling *h)
{
	struct request4 *request = &h->request;
	struct ip_addr home;

	if (!request->asks_for_home || request->auth != AUTH_ACCEPTED ||
	    (!request->identification_is_valid && ip_addr_is_unspecified(&h->node->home)))
		return;
	if (assign_propose(nodes, h->node, &request->destination, &home))
		request->home = home;
}

/* The agent's own address in the reply: the one the node named, or spoke to. RFC 5944 §3.8.3.2: that of its home network where it
 * spoke to all. */
static void choose_agent(struct handling *h)
{
	int network = service4_network_of(&h->request.home);
	int link_network = service4_network_of(&h->packet->destination);

	h->agent = service4_home_agent_of(&h->request.home_agent);
	if (h->agent < 0)
		h->agent = service4_home_agent_of(&h->packet->destination);
	if (h->agent >= 0)
		return;
	if (network < 0)
		network = link_network >= 0 ? link_network : 0;
	h->agent = service4_home_agent_of(&service4_network_at((uint16_t)network)->home_agent);
}

/* RFC 5944 §3.8.3.2: a request that came from the home link is answered there, whoever the home agent answers ARP for. */
static void locate(struct handling *h)
{
	const struct punt *p = h->packet->arrival;
	int network = service4_network_of(&h->packet->source);
	int link = network >= 0 ? link_of_network((uint16_t)network) : LINK_NONE;

	h->home_link = LINK_NONE;
	if (link == LINK_NONE || p->tunnelled || link_of_port((uint16_t)p->port) != link)
		return;
	h->home_link = link;
	memcpy(h->mac, punt_source_mac(h->packet->whole.at), sizeof(h->mac));
}

static struct view4 view_of(const struct handling *h)
{
	const struct registration *r = registration_find(&h->request.home);
	const struct registration *same =
		registration_find_at(&h->request.home, &h->request.care_of);
	struct view4 view = {0};
	uint64_t now_ms = monotonic_ms();

	for (; r != NULL; r = r->also)
		view.bindings++;
	if (same == NULL)
		return view;
	view.has_care_of = true;
	view.identification = same->identification;
	view.left_s = LIFETIME_INFINITE_S;
	if (same->expiry_ms != REGISTRATION_FOREVER)
		view.left_s = same->expiry_ms > now_ms
				      ? (uint32_t)((same->expiry_ms - now_ms) / 1000)
				      : 0;
	return view;
}

/* Its own, or one that may become its own. */
static bool is_home_of(const struct handling *h)
{
	const struct ip_addr *home = &h->request.home;

	if (h->node == NULL || service4_network_of(home) < 0 || service_is_ours(home) ||
	    service4_is_broadcast(home))
		return false;
	if (h->request.asks_for_home || ip_addr_equal(&h->node->home, home))
		return true;
	return ip_addr_is_unspecified(&h->node->home) && assign_is_free(nodes, home);
}

/* A tunnel to there would come back: into a home network that is nowhere else, or to a node that is away itself. */
static bool leads_here(const struct ip_addr *address)
{
	int network = service4_network_of(address);

	if (service_is_ours(address) || mobile_nodes_find(nodes, address) != NULL)
		return true;
	return network >= 0 &&
	       service4_network_at((uint16_t)network)->home_link.kind == HOME_LINK_VIRTUAL;
}

/* RFC 3543 §4.2.2.1: what is being revoked is not made anew, where it is or elsewhere. */
static bool may_not_prolong(const struct handling *h)
{
	const struct registration *r = registration_find_at(&h->request.home, &h->request.care_of);

	if (r != NULL)
		return r->is_revoked;
	r = registration_find(&h->request.home);
	while (r != NULL && r->is_revoked && r->also != NULL)
		r = r->also;
	return r != NULL && r->is_revoked;
}

static struct binding_verdict decide(const struct handling *h)
{
	const struct view4 view = view_of(h);
	const struct policy4 policy = {
		.admission =
			{
				.node_prohibited = h->node != NULL && h->node->prohibited,
				.may_not_prolong = may_not_prolong(h),
				.draining = admission_is_draining(),
				.table_full = registration_is_full(),
			},
		.service_enabled = admission_accepts_registrations(),
		.home_address_is_ours = is_home_of(h),
		.home_agent_is_ours = service4_home_agent_of(&h->request.home_agent) >= 0,
		.care_of_is_here = leads_here(&h->request.care_of),
		.source_is_here = leads_here(&h->packet->source),
		.max_lifetime_s = config->mip4.max_lifetime_s,
		.config = &config->mip4,
	};

	return decide4(&h->request, &view, &policy);
}

/* RFC 2890 §2.1: a key is agreed on beforehand, by configuration. */
static bool has_gre_key(const struct handling *h, const struct mip4_grant *granted)
{
	return granted->encapsulation == ENCAP_GRE && h->node->ip4->has_gre_key;
}

static uint8_t binding_flags(const struct handling *h, const struct mip4_grant *granted)
{
	bool is_colocated = (h->request.flags & MIP4_FLAG_COLOCATED) != 0;

	return (uint8_t)((granted->broadcasts ? BINDING_BROADCASTS : 0) |
			 (granted->reverse ? BINDING_REVERSE : 0) |
			 (is_colocated ? BINDING_COLOCATED : 0) |
			 (has_gre_key(h, granted) ? BINDING_GRE_KEY : 0));
}

static int put_in_force(const struct handling *h, const struct binding_verdict *verdict)
{
	const struct request4 *request = &h->request;
	const struct mip4_grant *granted = &verdict->mip4;
	struct registration_order order = {
		.protocol = REGISTRATION_MIP4,
		.home = request->home,
		.care_of = request->care_of,
		.source = request->source,
		.source_port = h->datagram->source_port,
		.identification = request->identification,
		.lifetime_s = verdict->lifetime_s,
		.spi = h->node->ip4->association.spi,
		.flags = request->flags,
		.tunnel = service4_tunnel((uint16_t)h->agent, granted->encapsulation),
		.binding_flags = binding_flags(h, granted),
		.keep_others = granted->keep_others,
	};

	if (has_gre_key(h, granted))
		order.key = h->node->ip4->gre_key;
	if (granted->encapsulation == ENCAP_UDP && !granted->is_half_bound)
		order.udp_port = h->datagram->source_port;
	home_agent_note_revocation(h, &order);
	return registration_apply(&order);
}

static void take_out(const struct handling *h, const struct binding_verdict *verdict)
{
	const struct request4 *request = &h->request;

	registration_withdraw(&request->home, verdict->mip4.all ? NULL : &request->care_of);
	if (verdict->mip4.all && h->home_link != LINK_NONE)
		arp_node_home(&request->home, h->mac);
}

static void apply(struct handling *h, struct binding_verdict *verdict)
{
	if (verdict->action == ACTION_DEREGISTER) {
		take_out(h, verdict);
	} else if (verdict->action == ACTION_REGISTER && !verdict->mip4.is_duplicate) {
		assign_take(nodes, h->node, &h->request.home);
		if (put_in_force(h, verdict) != 0)
			verdict_refuse(verdict, MIP4_RESOURCES);
	}
}

/* RFC 5944 §5.7. A request that was valid is good no more, whatever became of it; and each reply but one to a forger's question
 * has a nonce for the next request. */
static uint64_t note_identification(const struct handling *h, const struct binding_verdict *verdict)
{
	struct mip4_replay known = replay_of(h->node);
	bool is_answered_before = verdict->mip4.is_duplicate && known.has_nonce;
	uint32_t fresh = known.nonce;

	if (known.by_nonce && !is_answered_before)
		fresh = nonce_fresh();
	if (h->request.auth == AUTH_ACCEPTED && known.by_nonce) {
		h->node->ip4->nonce = fresh;
		h->node->ip4->has_nonce = true;
	} else if (h->request.identification_is_valid) {
		h->node->last_timestamp_ntp = h->request.identification;
	}
	return mip4_replay_answer(&known, h->request.identification,
				  h->request.identification_is_valid || verdict->mip4.is_duplicate,
				  h->now_ntp, fresh);
}

/* RFC 5944 §3.8.2.1: attacks are to be heard of. At most one line a second. */
static void log_failure(const struct handling *h, const char *what)
{
	uint64_t now_ms = monotonic_ms();
	char home[IP_ADDR_TEXT];
	char source[IP_ADDR_TEXT];

	if (now_ms < log_after_ms)
		return;
	log_after_ms = now_ms + LOG_INTERVAL_MS;
	log_warning("registration request of %s from %s: %s",
		    ip_addr_format(&h->request.home, home),
		    ip_addr_format(&h->packet->source, source), what);
}

static void log_verdict(const struct handling *h, const struct binding_verdict *verdict)
{
	if (verdict->action == ACTION_SILENT && verdict->reason != SILENT_ADDRESS)
		log_failure(h, silent_texts[verdict->reason].text);
	else if (verdict->status == MIP4_MN_AUTHENTICATION ||
		 verdict->status == MIP4_FOREIGN_AUTHENTICATION)
		log_failure(h, "wrong authenticator");
	else if (verdict->status == MIP4_IDENTIFICATION)
		log_failure(h, "identification is not fresh");
}

static void count_verdict(const struct binding_verdict *verdict)
{
	switch (verdict->action) {
	case ACTION_SILENT:
		silent_counters[verdict->reason]++;
		count(COUNT_REGISTRATION_SILENT);
		return;
	case ACTION_REFUSE:
		count(COUNT_REGISTRATION_REFUSED);
		break;
	case ACTION_REGISTER:
		count(COUNT_REGISTRATION_ACCEPTED);
		break;
	case ACTION_DEREGISTER:
		count(COUNT_REGISTRATION_DEREGISTERED);
		break;
	}
	registration_codes[verdict->status]++;
}

/* What only somebody without the key can cause is rate limited. */
static bool may_reply(const struct handling *h)
{
	if (h->request.auth == AUTH_ACCEPTED)
		return true;
	if (limiter_allows(&h->packet->source, monotonic_ms()))
		return true;
	count(COUNT_ANSWERS_LIMITED);
	return false;
}

static void finish(struct handling *h, struct binding_verdict *verdict)
{
	apply(h, verdict);
	count_verdict(verdict);
	log_verdict(h, verdict);
	if (verdict->action != ACTION_SILENT && may_reply(h))
		home_agent_reply(h, verdict, note_identification(h, verdict));
}

void home_agent_request(uint16_t worker, const struct ip4_packet *packet,
			const struct udp_datagram *datagram)
{
	struct handling h = {.worker = worker, .packet = packet, .datagram = datagram};
	struct binding_verdict verdict;

	if (!decode(&h))
		return;
	build_request(&h);
	authenticate(&h);
	find_home(&h);
	choose_agent(&h);
	locate(&h);
	verdict = decide(&h);
	finish(&h, &verdict);
}
