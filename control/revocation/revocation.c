/* SPDX-License-Identifier: BSD-3-Clause */
#include "revocation/revocation.h"

#include <errno.h>

#include "counters.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "icmp6.h"
#include "mh/binding_revocation.h"
#include "mip4/revocation.h"
#include "node_auth.h"
#include "revocation/outstanding.h"
#include "send.h"
#include "service.h"

enum {
	/* The low bits of a sequence number are the place in the table, so that no two that are
	 * outstanding collide (RFC 5846 §5.1). */
	PLACE_MASK = REVOCATIONS_MAX - 1,
};

_Static_assert((REVOCATIONS_MAX & PLACE_MASK) == 0, "a power of two");

static struct mobile_nodes *nodes;

void revocation_start(const struct config *c, struct mobile_nodes *n)
{
	nodes = n;
	outstanding_start(c);
}

/* Another one for each revocation, and the same for its repetitions. */
static uint16_t sequence_of(struct outstanding *o)
{
	if (!o->was_sent)
		o->last = ((o->last + REVOCATIONS_MAX) & ~(uint32_t)PLACE_MASK) |
			  outstanding_place(o);
	return (uint16_t)o->last;
}

/* RFC 5846 §7: to the care-of address, with the home address in a type 2 routing header. */
static void send_indication(struct outstanding *o, const struct registration *r)
{
	const struct mobile_node *node = mobile_nodes_find(nodes, &o->home);
	const struct binding_revocation message = {
		.type = BINDING_REVOCATION_INDICATION,
		.reason = REVOCATION_ADMINISTRATIVE,
		.sequence = sequence_of(o),
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

static const struct outstanding_kind indication = {.what = "binding", .send = send_indication};

int revocation_begin(const struct registration *r)
{
	const struct mobile_node *node;

	if (r->is_revoked)
		return 0;
	if (r->protocol != REGISTRATION_MIP6)
		return mip4_revocation_begin(r);
	node = mobile_nodes_find(nodes, &r->home);
	if (node == NULL || !node->takes_revocation)
		return -ENOTSUP;
	if (outstanding_begin(r, &indication, 0) == NULL)
		return -EBUSY;
	registration_set_revoked(&r->home, NULL);
	return 0;
}

/* RFC 5846 §6.2, §6.2.2: the security association first, then the sequence number. The care-of
 * address in the authenticator is the one that the indication went to. */
static struct outstanding *find_acknowledged(const struct ip6_packet *packet, struct cursor message,
					     const struct binding_revocation *decoded,
					     const struct mobility_options *options)
{
	struct outstanding *o = outstanding_at(decoded->sequence & PLACE_MASK);
	const struct registration *r;

	if (o == NULL || o->kind != &indication || (uint16_t)o->last != decoded->sequence ||
	    !packet->has_home_address || !ip_addr_equal(&packet->home, &o->home))
		return NULL;
	r = outstanding_registration(o);
	if (r == NULL)
		return NULL;
	switch (node_auth_check(mobile_nodes_find(nodes, &o->home), message, options, &r->care_of,
				&o->home)) {
	case AUTH_ACCEPTED:
		return o;
	case AUTH_NOT_NEEDED:
		return ip_addr_equal(&packet->source, &r->care_of) ? o : NULL;
	default:
		return NULL;
	}
}

static void handle_acknowledgement(const struct ip6_packet *packet, struct cursor message,
				   const struct binding_revocation *decoded,
				   const struct mobility_options *options)
{
	struct outstanding *o = find_acknowledged(packet, message, decoded, options);

	if (o == NULL) {
		count(COUNT_REVOCATION_IGNORED);
		return;
	}
	count(COUNT_REVOCATION_ACKNOWLEDGED);
	if (decoded->reason < REVOCATION_REFUSED_MIN)
		outstanding_end(o, COUNT_REVOCATIONS_DONE, "acknowledged");
	else
		outstanding_end(o, COUNT_REVOCATIONS_REFUSED, "refused by the mobile node");
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
