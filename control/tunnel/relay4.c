/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/relay4.h"

#include "checksum.h"
#include "counters.h"
#include "foreign_agent/foreign_agent.h"
#include "ha/wire/ip4.h"
#include "ha/wire/mip4.h"
#include "icmp4.h"
#include "mip4/message.h"
#include "registration/registration.h"
#include "service4.h"
#include "tunnel/error4.h"
#include "tunnel/relay.h"

/* One of a home address, at the other end of the tunnel that the quoted packet went into. */
static const struct registration *find_end(const struct ip_addr *home,
					   const struct tunnel_error4 *error)
{
	const struct registration *r = registration_find(home);

	while (r != NULL && !ip_addr_equal(&r->binding->care_of, &error->outer.destination))
		r = r->also;
	if (r == NULL || service4_agent_of(&error->outer.source) != tunnel4_local(r->tunnel))
		return NULL;
	return r;
}

/* The binding that the quoted packet was tunnelled for: of the node it is for, or of the visitor it is from. */
static const struct registration *binding_of(const struct tunnel_error4 *error)
{
	const struct registration *r = find_end(&error->inner_destination, error);
	const struct ip_addr visitor = visitor_key(ip4_octets(&error->inner_source));

	return r != NULL ? r : find_end(&visitor, error);
}

static void tell(uint16_t worker, const struct tunnel_error4 *error, uint8_t type, uint8_t code,
		 uint32_t value)
{
	if (icmp4_error(worker, error->inner, &error->outer.source, type, code, value))
		count(COUNT_TUNNEL_ERROR_RELAYED);
	else
		count(COUNT_TUNNEL_ERROR_NOT_TOLD);
}

/* RFC 1191 §3: nothing below 68 is believed. The source hears of it only when its packet was larger than that, and may not be
 * fragmented before it enters the tunnel. */
static void too_big(uint16_t worker, const struct tunnel_error4 *error,
		    const struct registration *r)
{
	uint16_t inner_mtu;

	if (error->mtu < IP4_MTU_MIN) {
		count(COUNT_TUNNEL_ERROR_MTU);
		return;
	}
	relay_learn(r, error->mtu);
	inner_mtu = r->binding->inner_mtu > IP4_MTU_MIN ? r->binding->inner_mtu : IP4_MTU_MIN;
	if (error->inner_octets > inner_mtu && !error->inner_may_fragment)
		tell(worker, error, ICMP4_UNREACHABLE, ICMP4_UNREACHABLE_TOO_BIG, inner_mtu);
	else
		count(COUNT_TUNNEL_ERROR_NOT_TOLD);
}

static void relay_known(uint16_t worker, const struct tunnel_error4 *error,
			const struct registration *r)
{
	/* RFC 2003 §4.1: the network of a home address on a real home link is where we are, and is reached. */
	int network = service4_network_of(&error->inner_destination);
	bool is_ours = network >= 0 && service4_network_at((uint16_t)network)->home_link.kind ==
					       HOME_LINK_INTERFACE;

	switch (error->kind) {
	case TUNNEL_ERROR4_TOO_BIG:
		too_big(worker, error, r);
		break;
	case TUNNEL_ERROR4_NET:
		tell(worker, error, ICMP4_UNREACHABLE,
		     is_ours ? ICMP4_UNREACHABLE_HOST : ICMP4_UNREACHABLE_NET, 0);
		break;
	case TUNNEL_ERROR4_HOST:
		tell(worker, error, ICMP4_UNREACHABLE, ICMP4_UNREACHABLE_HOST, 0);
		break;
	case TUNNEL_ERROR4_TOS:
		tell(worker, error, ICMP4_PARAMETER_PROBLEM, 0, UINT32_C(1) << 24);
		break;
	case TUNNEL_ERROR4_OTHER:
		count(COUNT_TUNNEL_ERROR_IGNORED);
		break;
	}
}

/* RFC 5944 §3.7.2.3: the foreign agent tells the mobile node that its home agent is not reached. A home registration is not ended by
 * what a router says. */
static void about_message(uint16_t worker, const struct tunnel_error4 *error, struct cursor message)
{
	count(COUNT_TUNNEL_ERROR_OWN);
	if (error->is_unreachable && mip4_message_type(message) == MIP4_REGISTRATION_REQUEST &&
	    foreign_agent_is_on())
		foreign_agent_unreachable(worker, &error->outer.source, &error->outer.destination,
					  error->code, message);
}

void relay4_error(uint16_t worker, const struct ip4_packet *packet)
{
	const struct registration *r;
	struct tunnel_error4 error;
	struct cursor message;

	if (plain_checksum(packet->payload.at, (uint32_t)cursor_left(&packet->payload)) != 0 ||
	    !tunnel_error4_decode(packet->payload, &error) ||
	    !ip_addr_equal(&error.outer.source, &packet->destination)) {
		count(COUNT_TUNNEL_ERROR_MALFORMED);
		return;
	}
	if (tunnel_error4_is_about_message(&error, &message)) {
		about_message(worker, &error, message);
		return;
	}
	r = tunnel_error4_find_inner(&error) ? binding_of(&error) : NULL;
	if (r == NULL)
		count(COUNT_TUNNEL_ERROR_UNKNOWN);
	else
		relay_known(worker, &error, r);
}
