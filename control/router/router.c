/* SPDX-License-Identifier: BSD-3-Clause */
#include "router/router.h"

#include <rte_random.h>

#include "checksum.h"
#include "counters.h"
#include "ha/time.h"
#include "ha/wire/ip6.h"
#include "limiter.h"
#include "registration/registration.h"
#include "router/advertise.h"
#include "router/dhaad.h"
#include "router/home_link.h"
#include "router/mobile_prefix.h"
#include "router/prefix_delivery.h"
#include "send.h"
#include "service.h"

/* 0 for what is not ICMPv6, which is an error's type that nobody takes. */
static uint8_t icmp6_type(const struct ip6_packet *packet)
{
	struct cursor message = packet->payload;
	uint8_t type = 0;

	if (packet->protocol == PROTO_ICMP6)
		cursor_u8(&message, &type);
	return type;
}

static bool checksum_is_right(const struct ip6_packet *packet, const struct ip_addr *node)
{
	return ip6_checksum(node, &packet->destination, PROTO_ICMP6, packet->payload.at,
			    (uint32_t)cursor_left(&packet->payload)) == 0;
}

/* RFC 3963 §7.2: where nobody serves mobile routers, those are listed who serve mobile nodes. */
static void list_agents(const struct ip_addr *anycast, bool mobile_router, uint16_t max,
			struct ip_addr addresses[], struct dhaad_reply *reply)
{
	struct ip_addr own[HOME_PREFIXES_MAX];
	struct home_agent_self self = {
		.addresses = own,
		.count = home_link_addresses(anycast, own),
		.preference = advertise_preference(anycast),
	};
	const struct home_agents_list *others = advertise_others(anycast);

	reply->addresses = addresses;
	reply->count = 0;
	if (mobile_router)
		reply->count = home_agents_order(others, &self, true, rte_rand, addresses, max);
	reply->mobile_router = reply->count > 0;
	if (reply->count == 0)
		reply->count = home_agents_order(others, &self, false, rte_rand, addresses, max);
}

/* A packet of 1280 octets holds one address more or two less, by its headers. */
static uint16_t addresses_max(const struct recipient *recipient)
{
	size_t headers = sizeof(struct ip6_hdr_wire) + DISCOVERY_OCTETS +
			 (recipient->has_home ? ROUTING_TYPE_2_OCTETS : 0);

	return (uint16_t)((IP6_MTU_MIN - headers) / sizeof(struct ip_addr));
}

static void answer_discovery(uint16_t worker, const struct ip6_packet *packet,
			     const struct ip_addr *node, const struct dhaad_request *request)
{
	struct recipient recipient = recipient_of(node);
	struct dhaad_reply reply = {.identifier = request->identifier};
	struct ip_addr addresses[DHAAD_ADDRESSES_MAX];
	uint8_t message[DHAAD_REPLY_OCTETS_MAX];

	if (!ip_addr_is_unicast_routable(node))
		return;
	if (!limiter_allows(&packet->source, monotonic_ms())) {
		count(COUNT_ANSWERS_LIMITED);
		return;
	}
	list_agents(&packet->destination, request->mobile_router, addresses_max(&recipient),
		    addresses, &reply);
	if (send_message(worker, service_address_for(&packet->destination), &recipient, PROTO_ICMP6,
			 message, dhaad_encode(&reply, message)))
		count(COUNT_DHAAD_SENT);
}

/* RFC 6275 §10.5: from anywhere; no registration is asked for. */
static void receive_anycast(uint16_t worker, const struct ip6_packet *packet,
			    const struct ip_addr *node)
{
	struct dhaad_request request;

	if (icmp6_type(packet) != ICMP6_DHAAD_REQUEST) {
		count(COUNT_LOCAL_UNKNOWN);
		return;
	}
	if (!checksum_is_right(packet, node) || !dhaad_decode(packet->payload, &request)) {
		count(COUNT_DISCOVERY_INVALID);
		return;
	}
	count(COUNT_DHAAD_REQUEST);
	answer_discovery(worker, packet, node, &request);
}

/* RFC 6275 §6.7: with a Home Address option, whose binding was tested. */
static void receive_solicitation(uint16_t worker, const struct ip6_packet *packet,
				 const struct ip_addr *node)
{
	const struct registration *r = registration_find(node);
	uint16_t identifier;

	if (!packet->has_home_address || r == NULL || r->state != REGISTRATION_VALID ||
	    !checksum_is_right(packet, node) ||
	    !mobile_prefix_solicitation_decode(packet->payload, &identifier)) {
		count(COUNT_DISCOVERY_INVALID);
		return;
	}
	count(COUNT_PREFIX_SOLICITATION);
	prefix_delivery_solicited(worker, r, identifier);
}

bool router_handle(uint16_t worker, const struct ip6_packet *packet, const struct ip_addr *node)
{
	if (service_is_home_anycast(&packet->destination))
		receive_anycast(worker, packet, node);
	else if (icmp6_type(packet) == ICMP6_MOBILE_PREFIX_SOLICITATION)
		receive_solicitation(worker, packet, node);
	else
		return false;
	return true;
}
