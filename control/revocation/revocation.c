/* SPDX-License-Identifier: BSD-3-Clause */
#include "revocation/revocation.h"

#include <errno.h>

#include <rte_random.h>

#include "counters.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "icmp6.h"
#include "log.h"
#include "mh/binding_revocation.h"
#include "node_auth.h"
#include "send.h"
#include "service.h"

enum {
	TICK_MS = 50,
	/* The low bits of a sequence number are the place in the table, so that no two that are
	 * outstanding collide (RFC 5846 §5.1). */
	PLACE_MASK = REVOCATIONS_MAX - 1,
};

_Static_assert((REVOCATIONS_MAX & PLACE_MASK) == 0, "a power of two");

struct revocation {
	struct ip_addr home;
	uint64_t registered_ms; /* tells the registration from a later one of that address */
	uint64_t due_ms;	/* of the next transmission, or of the end */
	uint32_t delay_ms;
	uint32_t left; /* retransmissions */
	uint16_t sequence;
	bool is_outstanding;
};

static const struct config *config;
static struct mobile_nodes *nodes;
static struct revocation table[REVOCATIONS_MAX];
static uint32_t outstanding;
static uint32_t next_place;
static uint64_t next_ms;

void revocation_start(const struct config *c, struct mobile_nodes *n)
{
	config = c;
	nodes = n;
	memset(table, 0, sizeof(table));
	outstanding = 0;
	next_ms = 0;
	/* One sent before a restart is not taken for one of now. */
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++)
		table[i].sequence = (uint16_t)((rte_rand() & ~(uint64_t)PLACE_MASK) | i);
}

uint32_t revocation_count(void)
{
	return outstanding;
}

/* The registration that is being revoked; NULL when it has ended by itself. One that was made anew, and is
 * being revoked as well, has a revocation of its own. */
static const struct registration *registration_of(const struct revocation *v)
{
	const struct registration *r = registration_find(&v->home);
	bool is_the_same = r != NULL && r->state == REGISTRATION_VALID && r->is_revoked &&
			   r->registered_ms == v->registered_ms;

	return is_the_same ? r : NULL;
}

static void release(struct revocation *v)
{
	v->is_outstanding = false;
	outstanding--;
}

/* RFC 5846 §7: to the care-of address, with the home address in a type 2 routing header. */
static void send_indication(const struct revocation *v, const struct registration *r)
{
	const struct mobile_node *node = mobile_nodes_find(nodes, &v->home);
	const struct binding_revocation message = {
		.type = BINDING_REVOCATION_INDICATION,
		.reason = REVOCATION_ADMINISTRATIVE,
		.sequence = v->sequence,
	};
	const struct recipient recipient = {.to = r->care_of, .home = r->home, .has_home = true};
	uint8_t octets[BINDING_REVOCATION_OCTETS_MAX];
	struct mobility_proof proof;
	uint8_t *auth_data = NULL;
	uint16_t covered = 0;
	uint16_t length;

	if (node == NULL)
		return; /* taken out of the file meanwhile: there is no association any more */
	proof = node_auth_proof(node);
	length = binding_revocation_encode(&message, &proof, octets, sizeof(octets), &auth_data,
					   &covered);
	if (length == 0 || !node_auth_sign(node, &r->care_of, octets, covered, auth_data))
		count(COUNT_REPLY_FAILED);
	else if (send_message(0, service_tunnel_address(r->tunnel), &recipient, PROTO_MOBILITY,
			      octets, length))
		count(COUNT_REVOCATIONS_SENT);
}

static struct revocation *find_free(void)
{
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++) {
		struct revocation *v = &table[(next_place + i) & PLACE_MASK];

		if (v->is_outstanding)
			continue;
		next_place = (uint32_t)(v - table) + 1;
		return v;
	}
	return NULL;
}

int revocation_begin(const struct registration *r)
{
	const struct mobile_node *node = mobile_nodes_find(nodes, &r->home);
	struct revocation *v;

	if (r->is_revoked)
		return 0;
	if (node == NULL || !node->takes_revocation)
		return -ENOTSUP;
	v = find_free();
	if (v == NULL)
		return -EBUSY;
	*v = (struct revocation){
		.home = r->home,
		.registered_ms = r->registered_ms,
		.due_ms = monotonic_ms() + config->revocation_initial_delay_ms,
		.delay_ms = config->revocation_initial_delay_ms,
		.left = config->revocation_retransmissions,
		.sequence = (uint16_t)(v->sequence + REVOCATIONS_MAX),
		.is_outstanding = true,
	};
	outstanding++;
	registration_set_revoked(&r->home);
	send_indication(v, r);
	return 0;
}

/* Whatever became of the message: the operator wants the binding gone. */
static void end(struct revocation *v, enum control_counter how, const char *what)
{
	char text[IP_ADDR_TEXT];

	count(how);
	log_info("binding of %s revoked: %s", ip_addr_format(&v->home, text), what);
	registration_remove(&v->home);
	release(v);
}

/* RFC 5846 §6.2, §6.2.2: the security association first, then the sequence number. The care-of
 * address in the authenticator is the one that the indication went to. */
static struct revocation *find_acknowledged(const struct ip6_packet *packet, struct cursor message,
					    const struct binding_revocation *decoded,
					    const struct mobility_options *options)
{
	struct revocation *v = &table[decoded->sequence & PLACE_MASK];
	const struct registration *r;

	if (!v->is_outstanding || v->sequence != decoded->sequence || !packet->has_home_address ||
	    !ip_addr_equal(&packet->home, &v->home))
		return NULL;
	r = registration_of(v);
	if (r == NULL)
		return NULL;
	switch (node_auth_check(mobile_nodes_find(nodes, &v->home), message, options, &r->care_of,
				&v->home)) {
	case AUTH_ACCEPTED:
		return v;
	case AUTH_NOT_NEEDED:
		return ip_addr_equal(&packet->source, &r->care_of) ? v : NULL;
	default:
		return NULL;
	}
}

static void handle_acknowledgement(const struct ip6_packet *packet, struct cursor message,
				   const struct binding_revocation *decoded,
				   const struct mobility_options *options)
{
	struct revocation *v = find_acknowledged(packet, message, decoded, options);

	if (v == NULL) {
		count(COUNT_REVOCATION_IGNORED);
		return;
	}
	count(COUNT_REVOCATION_ACKNOWLEDGED);
	if (decoded->reason < REVOCATION_REFUSED_MIN)
		end(v, COUNT_REVOCATIONS_DONE, "acknowledged");
	else
		end(v, COUNT_REVOCATIONS_REFUSED, "refused by the mobile node");
}

void revocation_handle(uint16_t worker, const struct ip6_packet *packet, struct cursor message)
{
	struct binding_revocation decoded;
	struct mobility_options options;
	uint16_t error_offset = 0;
	enum decode_result result =
		binding_revocation_decode(message, &decoded, &options, &error_offset);

	if (result != DECODE_GOOD)
		count(COUNT_REVOCATION_MALFORMED);
	if (result == DECODE_OPTION_LENGTH)
		icmp6_error_directly(worker, packet->whole, &packet->destination,
				     ICMP6_PARAMETER_PROBLEM, ICMP6_PROBLEM_FIELD,
				     (uint32_t)(packet->payload_offset + error_offset));
	if (result != DECODE_GOOD)
		return;
	/* A mobile node revokes nothing here: it de-registers. */
	if (decoded.type == BINDING_REVOCATION_ACKNOWLEDGEMENT)
		handle_acknowledgement(packet, message, &decoded, &options);
	else
		count(COUNT_REVOCATION_IGNORED);
}

/* RFC 5846 §6.3. */
static void due(struct revocation *v, uint64_t now_ms)
{
	const struct registration *r = registration_of(v);

	if (r == NULL) {
		release(v);
		return;
	}
	if (v->left == 0) {
		end(v, COUNT_REVOCATIONS_UNANSWERED, "no answer");
		return;
	}
	v->left--;
	if (2 * v->delay_ms <= config->revocation_max_delay_ms)
		v->delay_ms *= 2;
	else if (v->delay_ms < config->revocation_max_delay_ms)
		v->delay_ms = config->revocation_max_delay_ms;
	v->due_ms = now_ms + v->delay_ms;
	send_indication(v, r);
}

unsigned int revocation_poll(void *unused)
{
	uint64_t now_ms;

	(void)unused;
	if (outstanding == 0)
		return 0;
	now_ms = monotonic_ms();
	if (now_ms < next_ms)
		return 0;
	next_ms = now_ms + TICK_MS;
	for (uint32_t i = 0; i < REVOCATIONS_MAX; i++)
		if (table[i].is_outstanding && table[i].due_ms <= now_ms)
			due(&table[i], now_ms);
	return 0;
}
