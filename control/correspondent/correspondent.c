/* SPDX-License-Identifier: BSD-3-Clause */
#include "correspondent/correspondent.h"

#include "auth/keyed_hash.h"
#include "auth/nonces.h"
#include "correspondent/cache.h"
#include "counters.h"
#include "ha/time.h"
#include "ha/wire/ip6.h"
#include "limiter.h"
#include "mh/binding_ack.h"
#include "mh/refresh_request.h"
#include "registration/correspondent_decide.h"
#include "registration/registration.h"
#include "send.h"
#include "service.h"

/* Everything one Binding Update needs from the first step to the last. */
struct update {
	uint16_t worker;
	const struct ip6_packet *packet;
	struct cursor message;
	const struct binding_update *decoded;
	struct correspondent_request request;
	uint8_t kbm[KBM_OCTETS]; /* when the nonces are known */
	uint64_t now_ms;
};

static bool is_on;

static void ask_for_refresh(const struct cached_binding *binding);

int correspondent_start(const struct config *config, uint64_t secret, struct fault *fault)
{
	is_on = config->correspondent_enabled;
	nonces_forget();
	return correspondent_cache_start(is_on ? config->correspondent_bindings : 0, secret,
					 monotonic_ms(), ask_for_refresh, fault);
}

void correspondent_stop(void)
{
	is_on = false;
	nonces_forget();
	correspondent_cache_stop();
}

bool correspondent_is_on(void)
{
	return is_on;
}

bool correspondent_takes(const struct binding_update *update)
{
	return is_on && (update->flags & BU_FLAG_HOME) == 0 && !update->options.mn_ha.present;
}

/* RFC 6275 §9.5.1, last list. */
static void build_request(struct update *u)
{
	const struct ip6_packet *packet = u->packet;
	const struct mobility_options *options = &u->decoded->options;

	u->request = (struct correspondent_request){
		.home = packet->has_home_address ? packet->home : packet->source,
		.care_of = options->has_alternate_care_of ? options->alternate_care_of
							  : packet->source,
		.source = packet->source,
		.sequence = u->decoded->sequence,
		.flags = u->decoded->flags,
		.lifetime_s = u->decoded->lifetime_s,
	};
}

/* The address that an authenticator is about (RFC 6275 §6.2.7). */
static const struct ip_addr *authenticated_care_of(const struct update *u)
{
	return correspondent_asks_for_deletion(&u->request) ? &u->request.home
							    : &u->request.care_of;
}

/* RFC 6275 §9.5.1: the care-of nonce index of a deletion is not looked at. */
static enum authorization_outcome test_nonces(const struct update *u)
{
	const struct mobility_options *options = &u->decoded->options;
	bool home = nonces_is_known(options->home_nonce_index, u->now_ms);
	bool care_of = correspondent_asks_for_deletion(&u->request) ||
		       nonces_is_known(options->care_of_nonce_index, u->now_ms);

	if (home)
		return care_of ? AUTHORIZATION_RIGHT : AUTHORIZATION_CARE_OF_NONCE;
	return care_of ? AUTHORIZATION_HOME_NONCE : AUTHORIZATION_NONCES;
}

/* RFC 6275 §5.2.5: the tokens are made again, and from them the key. */
static bool make_kbm(struct update *u)
{
	const struct mobility_options *options = &u->decoded->options;
	bool is_deletion = correspondent_asks_for_deletion(&u->request);
	uint8_t home[KEYGEN_TOKEN_OCTETS];
	uint8_t care_of[KEYGEN_TOKEN_OCTETS];
	bool is_done =
		nonces_token(options->home_nonce_index, u->now_ms, KEYGEN_HOME, &u->request.home,
			     home) &&
		(is_deletion || nonces_token(options->care_of_nonce_index, u->now_ms,
					     KEYGEN_CARE_OF, &u->request.care_of, care_of)) &&
		return_routability_kbm(home, is_deletion ? NULL : care_of, u->kbm);

	keyed_hash_wipe(home, sizeof(home));
	keyed_hash_wipe(care_of, sizeof(care_of));
	return is_done;
}

static enum authorization_outcome authorize(struct update *u)
{
	const struct mobility_options *options = &u->decoded->options;
	enum authorization_outcome nonces;

	if (!options->has_nonce_indices)
		return AUTHORIZATION_NO_INDICES;
	if (!options->has_binding_authorization || !options->binding_authorization_is_last)
		return AUTHORIZATION_MISSING;
	nonces = test_nonces(u);
	if (nonces != AUTHORIZATION_RIGHT)
		return nonces;
	if (make_kbm(u) &&
	    return_routability_verify(u->kbm, authenticated_care_of(u), &u->packet->destination,
				      u->message.at, options->binding_authorization_covered,
				      options->binding_authorization))
		return AUTHORIZATION_RIGHT;
	return AUTHORIZATION_WRONG;
}

static struct correspondent_view view_of(const struct update *u)
{
	const struct ip_addr *home = &u->request.home;
	const struct registration *r = registration_find(home);
	const struct cached_binding *b = correspondent_cache_find(home);

	if (r != NULL && r->state == REGISTRATION_VALID)
		return (struct correspondent_view){
			.state = CORRESPONDENT_HOME,
			.sequence = r->sequence,
			.care_of = r->care_of,
		};
	if (b == NULL)
		return (struct correspondent_view){.state = CORRESPONDENT_NONE};
	return (struct correspondent_view){
		.state = b->state == CACHED_VALID ? CORRESPONDENT_VALID : CORRESPONDENT_ENDED,
		.sequence = b->sequence,
		.care_of = b->care_of,
		.home_nonce_is_newer =
			nonces_is_newer(u->decoded->options.home_nonce_index, b->home_nonce),
	};
}

static struct binding_verdict decide(const struct update *u)
{
	const struct correspondent_view view = view_of(u);
	const struct correspondent_policy policy = {
		.address_is_ours =
			service_is_ours(&u->request.home) || service_is_ours(&u->request.care_of),
		.table_full = correspondent_cache_is_full(),
	};

	return correspondent_decide(&u->request, &view, &policy);
}

/* An entry is kept while any nonce that made it is known (RFC 6275 §5.2.8). */
static struct cache_update cache_update_of(const struct update *u,
					   const struct binding_verdict *verdict)
{
	const struct mobility_options *options = &u->decoded->options;

	return (struct cache_update){
		.home = u->request.home,
		.care_of = u->request.care_of,
		.correspondent = u->packet->destination,
		.lifetime_s = verdict->lifetime_s,
		.sequence = u->request.sequence,
		.flags = u->request.flags,
		.home_nonce = options->home_nonce_index,
		.nonces_until_ms = nonces_known_until_ms(options->home_nonce_index, u->now_ms),
	};
}

static void apply(const struct update *u, struct binding_verdict *verdict)
{
	const struct cache_update update = cache_update_of(u, verdict);

	if (verdict->action == ACTION_DEREGISTER)
		correspondent_cache_delete(&update, u->now_ms);
	if (verdict->action != ACTION_REGISTER || correspondent_cache_put(&update, u->now_ms))
		return;
	verdict->action = ACTION_REFUSE;
	verdict->status = STATUS_NO_RESOURCES;
	verdict->lifetime_s = 0;
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
		count(COUNT_CORRESPONDENT_ACCEPTED);
		break;
	case ACTION_DEREGISTER:
		count(COUNT_CORRESPONDENT_DELETED);
		break;
	}
}

/* Anybody can cause a refusal, if only by repeating what was sent before. */
static bool may_reply(const struct update *u, const struct binding_verdict *verdict)
{
	if (!correspondent_is_acknowledged(&u->request, verdict))
		return false;
	if (verdict->action != ACTION_REFUSE || limiter_allows(&u->packet->source, u->now_ms))
		return true;
	count(COUNT_ANSWERS_LIMITED);
	return false;
}

/* RFC 6275 §9.5.4: to the source of the Binding Update, with the home address in a type 2 routing
 * header when it came in a Home Address option. */
static void reply(const struct update *u, const struct binding_verdict *verdict)
{
	const struct recipient recipient = {
		.to = u->packet->source,
		.home = u->packet->home,
		.has_home = u->packet->has_home_address,
	};
	const struct binding_ack ack = {
		.status = verdict->status,
		.sequence = verdict->sequence,
		.lifetime_s = verdict->lifetime_s,
		.has_authorization = correspondent_is_authorized(verdict),
	};
	uint8_t message[BINDING_ACK_OCTETS_MAX];
	uint8_t *data = NULL;
	uint16_t covered = 0;
	uint16_t octets = binding_ack_encode(&ack, message, sizeof(message), &data, &covered);

	if (octets == 0 ||
	    (data != NULL &&
	     !return_routability_compute(u->kbm, authenticated_care_of(u), &u->packet->destination,
					 message, covered, data))) {
		count(COUNT_REPLY_FAILED);
		return;
	}
	if (send_message(u->worker, &u->packet->destination, &recipient, PROTO_MOBILITY, message,
			 octets))
		count(COUNT_ACKS_SENT);
}

void correspondent_handle(uint16_t worker, const struct ip6_packet *packet, struct cursor message,
			  const struct binding_update *update)
{
	struct update u = {
		.worker = worker,
		.packet = packet,
		.message = message,
		.decoded = update,
		.now_ms = monotonic_ms(),
	};
	struct binding_verdict verdict;

	build_request(&u);
	u.request.authorization = authorize(&u);
	verdict = decide(&u);
	apply(&u, &verdict);
	count_verdict(&verdict);
	if (may_reply(&u, &verdict))
		reply(&u, &verdict);
	keyed_hash_wipe(u.kbm, sizeof(u.kbm));
}

bool correspondent_is_bound(const struct ip_addr *home, const struct ip_addr *care_of)
{
	const struct cached_binding *b = correspondent_cache_find(home);

	return b != NULL && b->state == CACHED_VALID && ip_addr_equal(&b->care_of, care_of);
}

/* RFC 6275 §9.5.5: to the home address, whatever the binding says. */
static void ask_for_refresh(const struct cached_binding *binding)
{
	uint8_t message[REFRESH_REQUEST_OCTETS];

	refresh_request_encode(message);
	if (send_to_address(0, &binding->correspondent, &binding->home, PROTO_MOBILITY, message,
			    sizeof(message)))
		count(COUNT_REFRESH_REQUESTS_SENT);
}

unsigned int correspondent_poll(void *unused)
{
	(void)unused;
	return correspondent_cache_advance(monotonic_ms());
}
