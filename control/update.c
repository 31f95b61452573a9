/* SPDX-License-Identifier: BSD-3-Clause */
#include "update.h"

#include "admission.h"
#include <stdlib.h>

#include "auth/mn_ha.h"
#include "auth/replay.h"
#include "correspondent/cache.h"
#include "correspondent/correspondent.h"
#include "counters.h"
#include "ha/exchange.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "icmp6.h"
#include "limiter.h"
#include "link/dad.h"
#include "link/link.h"
#include "link/nd.h"
#include "link/proxy.h"
#include "mh/binding_ack.h"
#include "mh/binding_update.h"
#include "node_auth.h"
#include "registration/registration.h"
#include "revocation/transfer.h"
#include "send.h"
#include "service.h"

/* Everything one Binding Update needs from the first step to the last. */
struct update {
	uint16_t worker;
	const struct ip6_packet *packet;
	struct cursor message;
	struct binding_update decoded;
	struct binding_request request;
	struct mobile_node *node; /* NULL when nobody has that home address */
	uint64_t now_ntp;	  /* with timestamps */
	int tunnel;
	int home_link;	/* that it came from, when its source is at home there; or LINK_NONE */
	uint8_t mac[6]; /* of the frame it came in, then */
};

/* An update that waits for duplicate address detection: what its answer needs. */
struct deferred {
	struct dad dad;
	struct update update;
	struct ip6_packet packet;
	uint8_t identifier[]; /* as in the update */
};

static const struct config *config;
static struct mobile_nodes *nodes;

void update_start(const struct config *c, struct mobile_nodes *n)
{
	config = c;
	nodes = n;
}

void update_fetch(const struct ip_addr *home, unsigned int step)
{
	mobile_nodes_fetch(nodes, home, step);
	registration_fetch(home, step);
}

static bool decode(struct update *u)
{
	uint16_t error_offset = 0;
	enum decode_result result = binding_update_decode(u->message, &u->decoded, &error_offset);

	if (result == DECODE_GOOD)
		return true;
	count(COUNT_BU_MALFORMED);
	if (result == DECODE_OPTION_LENGTH)
		icmp6_error_directly(u->worker, u->packet->whole, &u->packet->destination,
				     ICMP6_PARAMETER_PROBLEM, ICMP6_PROBLEM_FIELD,
				     (uint32_t)(u->packet->payload_offset + error_offset));
	return false;
}

/* RFC 6275 §9.5.1, last list: which addresses the binding is about. */
static void build_request(struct update *u)
{
	const struct ip6_packet *packet = u->packet;
	const struct mobility_options *options = &u->decoded.options;

	u->request = (struct binding_request){
		.source = packet->source,
		.home = packet->has_home_address ? packet->home : packet->source,
		.care_of = options->has_alternate_care_of ? options->alternate_care_of
							  : packet->source,
		.has_home_address_option = packet->has_home_address,
		.has_nonce_indices = options->has_nonce_indices,
		.sequence = u->decoded.sequence,
		.flags = u->decoded.flags,
		.lifetime_s = u->decoded.lifetime_s,
		.has_message_id = options->has_message_id,
	};
}

static void authenticate(struct update *u)
{
	struct binding_request *request = &u->request;
	uint32_t window_s;

	u->node = mobile_nodes_find(nodes, &request->home);
	request->auth = node_auth_check(u->node, u->message, &u->decoded.options, &request->care_of,
					&request->home);
	if (request->auth != AUTH_ACCEPTED || u->node->replay != REPLAY_TIMESTAMP)
		return;
	window_s = u->node->timestamp_window_s != 0 ? u->node->timestamp_window_s
						    : config->timestamp_window_s;
	u->now_ntp = time_of_day_ntp();
	request->uses_timestamp = true;
	request->timestamp_valid =
		request->has_message_id &&
		replay_timestamp_is_valid(u->decoded.options.message_id_ntp,
					  u->node->last_timestamp_ntp, u->now_ntp, window_s);
}

/* RFC 5142 §5.3: a node that was told to go is served until its lifetime ends, wherever it moves;
 * it gets no more of it. RFC 5846 §7: one that is being revoked gets nothing. */
static void limit_lifetime(const struct registration *r, const struct ip_addr *care_of,
			   struct binding_policy *policy)
{
	uint32_t left_s = transfer_lifetime_s(r);

	policy->admission.may_not_prolong = r->is_revoked;
	if (left_s == TRANSFER_UNLIMITED)
		return;
	if (ip_addr_equal(care_of, &r->care_of) || left_s < LIFETIME_UNIT_S)
		policy->admission.may_not_prolong = true;
	if (left_s < policy->max_lifetime_s)
		policy->max_lifetime_s = left_s;
}

/* A binding of the correspondent function counts like any other (RFC 6275 §9.5.1). */
static struct registration_view view_of(const struct ip_addr *home)
{
	const struct registration *r = registration_find(home);
	const struct cached_binding *b = correspondent_cache_find(home);
	bool is_home = r != NULL && r->state == REGISTRATION_VALID;

	if (!is_home && b != NULL && b->state == CACHED_VALID)
		return (struct registration_view){REGISTRATION_VALID, b->sequence, b->flags};
	if (r != NULL)
		return (struct registration_view){r->state, r->sequence, r->flags};
	return (struct registration_view){.state = REGISTRATION_NONE};
}

/* Addresses under duplicate address detection have a place already. */
static bool is_full(void)
{
	return registration_is_full() ||
	       registration_count() + dad_count() >= registration_capacity();
}

static struct binding_verdict decide(const struct update *u)
{
	const struct binding_request *request = &u->request;
	const struct registration *r = registration_find(&request->home);
	const struct registration_view view = view_of(&request->home);
	struct binding_policy policy = {
		.service_enabled = admission_accepts_registrations(),
		.answer_foreign_home_address = config->answer_foreign_home_address,
		/* Every home address that is registered lies in a home prefix. */
		.care_of_is_home = service_is_on_home_link(&request->care_of) ||
				   service_is_ours(&request->care_of),
		.admission =
			{
				.node_prohibited = u->node != NULL && u->node->prohibited,
				.draining = admission_is_draining(),
				.table_full = is_full(),
			},
		.home_address_is_this_hosts = service_is_ours(&request->home),
		.max_lifetime_s = config->max_lifetime_s,
	};

	if (r != NULL && r->state == REGISTRATION_VALID)
		limit_lifetime(r, &request->care_of, &policy);
	policy.home_address_is_ours = service_prefix_of(&request->home, &policy.prefix_valid_s,
							&policy.prefix_preferred_s);
	return binding_decide(request, &view, &policy);
}

/* None that was accepted is good again. */
static void note_timestamp(const struct update *u)
{
	if (u->request.uses_timestamp)
		u->node->last_timestamp_ntp = u->decoded.options.message_id_ntp;
}

static int put_in_force(const struct update *u, const struct binding_verdict *verdict)
{
	const struct binding_request *request = &u->request;
	const struct registration_order order = {
		.protocol = REGISTRATION_MIP6,
		.home = request->home,
		.care_of = request->care_of,
		.source = request->source,
		.lifetime_s = verdict->lifetime_s,
		.spi = request->auth == AUTH_ACCEPTED ? u->node->spi : 0,
		.sequence = request->sequence,
		.flags = request->flags,
		.tunnel = (uint16_t)u->tunnel,
	};

	return registration_apply(&order);
}

static void apply(struct update *u, struct binding_verdict *verdict)
{
	if (verdict->action == ACTION_DEREGISTER) {
		transfer_deregistered(&u->request.home);
		registration_deregister(&u->request.home, u->request.sequence);
	} else if (verdict->action != ACTION_REGISTER) {
		return;
	} else if (put_in_force(u, verdict) != 0) {
		verdict->action = ACTION_REFUSE;
		verdict->status = STATUS_NO_RESOURCES;
		verdict->lifetime_s = 0;
		return;
	}
	note_timestamp(u);
}

/* What only somebody without the key can cause is rate limited: it would serve as an oracle or an
 * amplifier. */
static bool may_reply(const struct update *u)
{
	if (u->request.auth == AUTH_ACCEPTED)
		return true;
	if (limiter_allows(&u->packet->source, monotonic_ms()))
		return true;
	count(COUNT_ANSWERS_LIMITED);
	return false;
}

static void describe(const struct update *u, const struct binding_verdict *verdict,
		     struct binding_ack *ack)
{
	const struct mobility_options *options = &u->decoded.options;

	*ack = (struct binding_ack){
		.status = verdict->status,
		.sequence = verdict->sequence,
		.lifetime_s = verdict->lifetime_s,
		.identifier = options->identifier,
		.identifier_length = options->identifier_length,
		.has_message_id = options->has_message_id,
		.message_id_ntp = options->message_id_ntp,
		.has_auth = u->request.auth == AUTH_ACCEPTED || u->request.auth == AUTH_WRONG,
		.spi = u->node != NULL ? u->node->spi : 0,
	};
	if (u->request.uses_timestamp && !u->request.timestamp_valid)
		ack->message_id_ntp =
			replay_timestamp_corrected(options->message_id_ntp, u->now_ntp);
	if (verdict->action == ACTION_REGISTER && config->refresh_advice_s < verdict->lifetime_s)
		ack->refresh_advice_s = config->refresh_advice_s;
}

/* RFC 6275 §10.3.2: to a mobile node at home by the link-layer address its update came from. Nobody
 * could resolve it as long as the home agent answers for it. */
static bool send_ack(const struct update *u, const struct recipient *recipient,
		     const uint8_t *message, uint16_t octets)
{
	const struct ip_addr *from = &u->packet->destination;

	if (u->home_link != LINK_NONE)
		return send_message_on_link((uint16_t)u->home_link, u->mac, from, recipient,
					    PROTO_MOBILITY, message, octets);
	return send_message(u->worker, from, recipient, PROTO_MOBILITY, message, octets);
}

/* RFC 6275 §9.5.4: to the source of the Binding Update, with the home address in a type 2 routing
 * header when it came in a Home Address option and from elsewhere. RFC 4285 §5.1: protected whenever the update was.
 */
static void reply(const struct update *u, const struct binding_verdict *verdict)
{
	struct recipient recipient = {
		.to = u->packet->source,
		.home = u->packet->home,
		.has_home = u->packet->has_home_address &&
			    !ip_addr_equal(&u->packet->home, &u->packet->source),
	};
	uint8_t message[BINDING_ACK_OCTETS_MAX];
	struct binding_ack ack;
	uint8_t *auth_data = NULL;
	uint16_t covered = 0;
	uint16_t octets;

	describe(u, verdict, &ack);
	octets = binding_ack_encode(&ack, message, sizeof(message), &auth_data, &covered);
	if (octets == 0 ||
	    (auth_data != NULL && !mn_ha_compute(u->node->key, &u->request.care_of,
						 &u->request.home, message, covered, auth_data))) {
		count(COUNT_REPLY_FAILED);
		return;
	}
	if (send_ack(u, &recipient, message, octets))
		count(COUNT_ACKS_SENT);
}

static void count_verdict(const struct binding_verdict *verdict)
{
	switch (verdict->action) {
	case ACTION_SILENT:
		silent_counters[verdict->reason]++;
		count(COUNT_BU_SILENT);
		break;
	case ACTION_REFUSE:
		count(COUNT_BU_REFUSED);
		break;
	case ACTION_REGISTER:
		count(COUNT_BU_ACCEPTED);
		break;
	case ACTION_DEREGISTER:
		count(COUNT_BU_DEREGISTERED);
		break;
	}
}

static void end_silently(enum silent_reason reason)
{
	count_verdict(&(struct binding_verdict){.action = ACTION_SILENT, .reason = reason});
}

static void finish(struct update *u, struct binding_verdict verdict)
{
	apply(u, &verdict);
	count_verdict(&verdict);
	if (verdict.action != ACTION_SILENT && may_reply(u))
		reply(u, &verdict);
}

/* The link that an address must be unique on before it is registered. A refresh or a move asks for
 * nothing, unless the link-local address is to be defended from now on, too. */
static int link_to_test(const struct update *u, const struct binding_verdict *verdict)
{
	const struct registration *r = registration_find(&u->request.home);
	uint16_t known = r != NULL && r->state == REGISTRATION_VALID ? r->flags : 0;

	if (verdict->action != ACTION_REGISTER)
		return LINK_NONE;
	if (r != NULL && r->state == REGISTRATION_VALID &&
	    (u->request.flags & ~known & BU_FLAG_LINK_LOCAL) == 0)
		return LINK_NONE;
	return link_of_address(&u->request.home);
}

static void refuse(struct update *u, enum binding_status status)
{
	finish(u, (struct binding_verdict){
			  .action = ACTION_REFUSE,
			  .status = (uint8_t)status,
			  .sequence = u->request.sequence,
		  });
}

/* What is known may be other by now: it is decided anew. */
static void dad_done(struct dad *dad, enum dad_result result)
{
	struct deferred *deferred = (struct deferred *)dad;
	struct update *u = &deferred->update;

	u->node = mobile_nodes_find(nodes, &u->request.home);
	if (result == DAD_DUPLICATE && u->node != NULL)
		refuse(u, STATUS_DUPLICATE_ADDRESS);
	else if (result == DAD_UNIQUE && u->node != NULL)
		finish(u, decide(u));
	else
		end_silently(SILENT_DAD_CANCELLED);
	free(deferred);
}

/* The packet and its octets are gone when the answer leaves. */
static struct deferred *copy(const struct update *u)
{
	const struct mobility_options *options = &u->decoded.options;
	struct deferred *deferred = malloc(sizeof(*deferred) + options->identifier_length);

	if (deferred == NULL)
		return NULL;
	deferred->update = *u;
	deferred->packet = *u->packet;
	deferred->packet.arrival = NULL;
	deferred->packet.payload = cursor_of(NULL, 0);
	deferred->packet.whole = cursor_of(NULL, 0);
	deferred->update.packet = &deferred->packet;
	deferred->update.message = cursor_of(NULL, 0);
	if (options->identifier != NULL) {
		memcpy(deferred->identifier, options->identifier, options->identifier_length);
		deferred->update.decoded.options.identifier = deferred->identifier;
	}
	return deferred;
}

/* By this host or for another mobile node: nobody would object, as what is sent here is not heard here. */
static bool is_link_local_taken(const struct update *u, int link)
{
	struct ip_addr local = nd_link_local(&u->request.home);

	return (u->request.flags & BU_FLAG_LINK_LOCAL) != 0 &&
	       (service_is_ours(&local) || proxy_defends((uint16_t)link, &local));
}

static void test_address(struct update *u, int link)
{
	const struct home_prefix_config *prefix;
	struct deferred *deferred;

	if (is_link_local_taken(u, link)) {
		refuse(u, STATUS_DUPLICATE_ADDRESS);
		return;
	}
	deferred = copy(u);
	if (deferred == NULL) {
		refuse(u, STATUS_NO_RESOURCES);
		return;
	}
	prefix = service_prefix_at((uint16_t)service_find_prefix(&u->request.home));
	deferred->dad = (struct dad){
		.home = u->request.home,
		.link = (uint16_t)link,
		.probes_left = (uint8_t)prefix->home_link.dad_transmits,
		.with_link_local = (u->request.flags & BU_FLAG_LINK_LOCAL) != 0,
		.done = dad_done,
	};
	dad_begin(&deferred->dad);
}

static bool is_newer(const struct update *u, const struct update *than)
{
	if (u->request.uses_timestamp)
		return u->request.timestamp_valid &&
		       u->decoded.options.message_id_ntp > than->decoded.options.message_id_ntp;
	return replay_sequence_is_newer(u->request.sequence, than->request.sequence);
}

/* While its address is tested, what a mobile node sends is a repetition, and answered with the first
 * update (true); unless it takes that one back. The first one must not come in force by being sent again. */
static bool is_awaited(const struct update *u)
{
	struct dad *dad = dad_find(&u->request.home);
	bool is_trusted = u->request.auth == AUTH_ACCEPTED || u->request.auth == AUTH_NOT_NEEDED;
	const struct deferred *first = (const struct deferred *)dad;

	if (dad == NULL || !is_trusted)
		return false;
	if (u->request.lifetime_s != 0 || !is_newer(u, &first->update))
		return true;
	dad_cancel(dad);
	note_timestamp(u);
	return false;
}

/* Where an update from home came from on its link. */
static void locate(struct update *u)
{
	const struct punt *p = u->packet->arrival;
	int link = link_of_address(&u->packet->source);

	u->home_link = LINK_NONE;
	if (p == NULL || p->tunnelled || link == LINK_NONE ||
	    link_of_port((uint16_t)p->port) != link)
		return;
	u->home_link = link;
	memcpy(u->mac, punt_source_mac(u->packet->whole.at), sizeof(u->mac));
}

void update_handle(uint16_t worker, const struct ip6_packet *packet, struct cursor message)
{
	struct update u = {
		.worker = worker,
		.packet = packet,
		.message = message,
		.tunnel = service_tunnel_of(&packet->destination),
	};
	struct binding_verdict verdict;
	int link;

	if (!decode(&u))
		return;
	if (correspondent_takes(&u.decoded)) {
		correspondent_handle(worker, packet, message, &u.decoded);
		return;
	}
	build_request(&u);
	authenticate(&u);
	locate(&u);
	if (is_awaited(&u)) {
		end_silently(SILENT_DAD_RUNNING);
		return;
	}
	verdict = decide(&u);
	link = link_to_test(&u, &verdict);
	if (link != LINK_NONE)
		test_address(&u, link);
	else
		finish(&u, verdict);
}
