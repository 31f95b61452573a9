/* SPDX-License-Identifier: BSD-3-Clause */
#include "tunnel/relay.h"

#include "checksum.h"
#include "correspondent/cache.h"
#include "counters.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "icmp6.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "service.h"
#include "tunnel/error.h"
#include "tunnel/path_mtu.h"

enum { POLL_INTERVAL_MS = 1000 };

static bool paths_changed; /* since bindings were last told */

/* The binding that the quoted packet was tunnelled for; NULL when there is none now. */
static const struct registration *binding_of(const struct tunnel_error *error,
					     const struct ip6_packet *packet)
{
	const struct registration *r = registration_find(&error->inner_destination);
	const struct ip6_quote *outer = &error->outer;

	if (r == NULL || r->state != REGISTRATION_VALID)
		return NULL;
	if (!ip_addr_equal(&r->care_of, &outer->destination) ||
	    !ip_addr_equal(&outer->source, &packet->destination) ||
	    service_tunnel_of(&outer->source) != r->tunnel)
		return NULL;
	return r;
}

static void tell(uint16_t worker, const struct tunnel_error *error, uint8_t type, uint8_t code,
		 uint32_t value)
{
	if (icmp6_error(worker, error->inner, &error->outer.source, type, code, value))
		count(COUNT_TUNNEL_ERROR_RELAYED);
	else
		count(COUNT_TUNNEL_ERROR_NOT_TOLD);
}

void relay_learn(const struct registration *r, uint16_t mtu)
{
	const struct ip_addr *end = &r->binding->care_of;
	uint16_t link_mtu = nexthop_mtu(nexthop_towards(end));

	if (link_mtu != 0 && mtu >= link_mtu)
		return;
	if (!path_mtu_learn(end, mtu, monotonic_ms()))
		return;
	count(COUNT_PATH_MTU_LEARNT);
	registration_path_changed(&r->home);
	paths_changed = true;
}

/* RFC 8201 §4: an MTU below that of every IPv6 link is not believed. RFC 2473 §8.2: the source hears
 * of it only when its packet was larger than that. */
static void too_big(uint16_t worker, const struct tunnel_error *error, const struct registration *r)
{
	uint32_t inner_mtu;

	if (error->mtu < IP6_MTU_MIN) {
		count(COUNT_TUNNEL_ERROR_MTU);
		return;
	}
	relay_learn(r, error->mtu < UINT16_MAX ? (uint16_t)error->mtu : UINT16_MAX);
	inner_mtu = r->binding->inner_mtu > IP6_MTU_MIN ? r->binding->inner_mtu : IP6_MTU_MIN;
	if (error->inner_octets > inner_mtu)
		tell(worker, error, ICMP6_PACKET_TOO_BIG, 0, inner_mtu);
	else
		count(COUNT_TUNNEL_ERROR_NOT_TOLD);
}

static void relay_known(uint16_t worker, const struct tunnel_error *error,
			const struct registration *r)
{
	switch (error->kind) {
	case TUNNEL_ERROR_TOO_BIG:
		too_big(worker, error, r);
		break;
	case TUNNEL_ERROR_UNREACHABLE:
		tell(worker, error, ICMP6_UNREACHABLE, ICMP6_UNREACHABLE_ADDRESS, 0);
		break;
	case TUNNEL_ERROR_OTHER:
		count(COUNT_TUNNEL_ERROR_IGNORED);
		break;
	}
}

static bool is_checksum_right(const struct ip6_packet *packet)
{
	return ip6_checksum(&packet->source, &packet->destination, PROTO_ICMP6, packet->payload.at,
			    (uint32_t)cursor_left(&packet->payload)) == 0;
}

/* RFC 6275 §9.3.4: of a binding of the correspondent function. A home registration is not ended by what
 * a router says. */
static void about_message(const struct tunnel_error *error, const struct ip6_packet *packet)
{
	const struct ip6_quote *sent = &error->outer;

	count(COUNT_TUNNEL_ERROR_OWN);
	if (error->type == ICMP6_UNREACHABLE && sent->has_home_route &&
	    ip_addr_equal(&sent->source, &packet->destination))
		correspondent_cache_unreachable(&sent->home_route, &sent->destination,
						monotonic_ms());
}

void relay_error(uint16_t worker, const struct ip6_packet *packet)
{
	const struct registration *r;
	struct tunnel_error error;

	if (packet->protocol != PROTO_ICMP6 || !is_checksum_right(packet) ||
	    !tunnel_error_decode(packet->payload, &error)) {
		count(COUNT_TUNNEL_ERROR_MALFORMED);
		return;
	}
	if (tunnel_error_is_about_message(&error)) {
		about_message(&error, packet);
		return;
	}
	r = tunnel_error_find_inner(&error) ? binding_of(&error, packet) : NULL;
	if (r == NULL)
		count(COUNT_TUNNEL_ERROR_UNKNOWN);
	else
		relay_known(worker, &error, r);
}

/* However many paths change, bindings are looked through at most once a second; the one that an
 * error was about has followed at once. */
unsigned int relay_poll(void *unused)
{
	static uint64_t next_ms;
	uint64_t now_ms = monotonic_ms();
	uint32_t aged;

	(void)unused;
	if (now_ms < next_ms)
		return 0;
	next_ms = now_ms + POLL_INTERVAL_MS;
	aged = path_mtu_age(now_ms);
	counters[COUNT_PATH_MTU_AGED] += aged;
	if (aged != 0 || paths_changed)
		registration_routes_changed();
	paths_changed = false;
	return 0;
}
