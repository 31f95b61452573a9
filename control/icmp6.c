/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp6.h"

#include "checksum.h"
#include "counters.h"
#include "ha/drop.h"
#include "ha/encap.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "ip6_quote.h"
#include "limiter.h"
#include "link/link.h"
#include "link/proxy.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "send.h"
#include "service.h"

enum {
	QUOTE_MAX = IP6_MTU_MIN - (int)sizeof(struct ip6_hdr_wire) - ICMP6_ERROR_OCTETS,
	ECHO_OCTETS_MAX = 1952, /* what fits one of our buffers behind the headers */
	SOURCE_OFFSET = 8,
	DESTINATION_OFFSET = 24,
};

static struct ip_addr address_at(struct cursor packet, size_t offset)
{
	struct ip_addr address = {0};

	if (cursor_skip(&packet, offset))
		cursor_addr(&packet, &address);
	return address;
}

/* RFC 4443 §2.4 (e.1), (e.2): never about an error or a Redirect. What cannot be told apart counts
 * as one, except where extension headers are cut off and that is what is answered. */
static bool is_error(struct cursor packet, bool is_about_the_cut)
{
	struct ip6_quote quote;
	uint8_t type;

	if (!ip6_quote_decode(packet, &quote))
		return !is_about_the_cut;
	if (quote.protocol != PROTO_ICMP6)
		return false;
	return quote.is_later_fragment || !cursor_u8(&quote.payload, &type) ||
	       type < ICMP6_INFORMATIONAL || type == ICMP6_REDIRECT;
}

/* RFC 4443 §2.4 (e.3) to (e.6). */
static bool may_answer(struct cursor packet, const struct ip_addr *source, uint8_t type,
		       uint8_t code)
{
	struct ip_addr destination = address_at(packet, DESTINATION_OFFSET);
	bool even_to_multicast = type == ICMP6_PACKET_TOO_BIG ||
				 (type == ICMP6_PARAMETER_PROBLEM && code == ICMP6_PROBLEM_OPTION);
	bool is_about_the_cut =
		type == ICMP6_PARAMETER_PROBLEM && code == ICMP6_PROBLEM_FIRST_FRAGMENT;

	if (!ip_addr_is_unicast_routable(source) || service_is_ours(source))
		return false;
	if (ip_addr_is_multicast(&destination) && !even_to_multicast)
		return false;
	return !is_error(packet, is_about_the_cut);
}

/* RFC 4443 §2.4 (c): quotes as much of the packet as fits the least MTU, with so many octets of routing
 * header in front. */
static uint16_t write_error(uint8_t message[static ICMP6_ERROR_OCTETS + QUOTE_MAX], uint8_t type,
			    uint8_t code, uint32_t value, struct cursor offending, size_t routing)
{
	size_t room = QUOTE_MAX - routing;
	size_t whole = cursor_left(&offending);
	struct writer w = writer_of(message, ICMP6_ERROR_OCTETS + QUOTE_MAX);

	writer_u8(&w, type);
	writer_u8(&w, code);
	writer_u16(&w, 0);
	writer_u32(&w, value);
	writer_bytes(&w, offending.at, whole < room ? whole : room);
	return (uint16_t)(w.at - message);
}

static bool send_error(uint16_t worker, struct cursor offending, const struct ip_addr *from,
		       const struct recipient *recipient, uint8_t type, uint8_t code,
		       uint32_t value)
{
	struct ip_addr source = address_at(offending, SOURCE_OFFSET);
	uint8_t message[ICMP6_ERROR_OCTETS + QUOTE_MAX];
	uint16_t octets;

	/* Without home prefixes there is no address to speak from. */
	if (ip_addr_is_unspecified(from) || !may_answer(offending, &source, type, code))
		return false;
	if (!limiter_allows(&source, monotonic_ms())) {
		count(COUNT_ANSWERS_LIMITED);
		return false;
	}
	octets = write_error(message, type, code, value, offending,
			     recipient->has_home ? ROUTING_TYPE_2_OCTETS : 0);
	if (!send_message(worker, from, recipient, PROTO_ICMP6, message, octets))
		return false;
	count(COUNT_ICMP_SENT);
	return true;
}

bool icmp6_error(uint16_t worker, struct cursor offending, const struct ip_addr *from, uint8_t type,
		 uint8_t code, uint32_t value)
{
	struct ip_addr source = address_at(offending, SOURCE_OFFSET);
	struct recipient recipient = recipient_of(&source);

	return send_error(worker, offending, from, &recipient, type, code, value);
}

void icmp6_error_directly(uint16_t worker, struct cursor offending, const struct ip_addr *from,
			  uint8_t type, uint8_t code, uint32_t value)
{
	struct recipient recipient = {.to = address_at(offending, SOURCE_OFFSET)};

	send_error(worker, offending, from, &recipient, type, code, value);
}

/* RFC 2473 §7.1 (a): what is told is never below 1280, and nothing is told of a packet that is no
 * larger. */
static void answer_too_big(const struct punt *p, struct cursor packet, const struct ip_addr *from,
			   const struct ip_addr *to)
{
	const struct registration *r = registration_find(to);
	uint32_t mtu;

	if (ip_addr_is_multicast(to))
		mtu = p->mtu;
	else if (r != NULL && r->state == REGISTRATION_VALID)
		mtu = r->binding->inner_mtu;
	else
		mtu = nexthop_mtu(nexthop_towards(to));
	if (mtu < IP6_MTU_MIN)
		mtu = IP6_MTU_MIN;
	if (cursor_left(&packet) > mtu)
		icmp6_error(p->worker, packet, from, ICMP6_PACKET_TOO_BIG, 0, mtu);
}

/* RFC 6275 §10.4.2: what is for the link-local address of a mobile node that is away ends here. It
 * comes from the link, and is answered there: its source need not be routable. */
static void answer_link_local(const struct punt *p, struct cursor packet)
{
	struct ip_addr from = address_at(packet, SOURCE_OFFSET);
	struct ip_addr to = address_at(packet, DESTINATION_OFFSET);
	int link = link_of_port((uint16_t)p->port);
	const struct ip_addr *local = link != LINK_NONE ? link_local((uint16_t)link) : NULL;
	uint8_t message[ICMP6_ERROR_OCTETS + QUOTE_MAX];
	uint16_t octets;

	if (local == NULL || p->tunnelled || !proxy_defends((uint16_t)link, &to) ||
	    ip_addr_is_multicast(&from) || ip_addr_is_unspecified(&from) || is_error(packet, false))
		return;
	if (!limiter_allows(&from, monotonic_ms())) {
		count(COUNT_ANSWERS_LIMITED);
		return;
	}
	octets = write_error(message, ICMP6_UNREACHABLE, ICMP6_UNREACHABLE_ADDRESS, 0, packet, 0);
	if (link_send((uint16_t)link, punt_source_mac(packet.at), local, &from, message, octets))
		count(COUNT_ICMP_SENT);
}

void icmp6_answer_drop(const struct punt *p, struct cursor packet)
{
	struct ip_addr source = address_at(packet, SOURCE_OFFSET);
	struct ip_addr to = address_at(packet, DESTINATION_OFFSET);
	/* A mobile node hears from its own home agent address, whomever it wrote to. */
	const struct ip_addr *from = service_address_for(p->tunnelled ? &source : &to);

	switch (p->reason) {
	case DROP_HOP_LIMIT:
		icmp6_error(p->worker, packet, from, ICMP6_TIME_EXCEEDED, 0, 0);
		break;
	case DROP_TOO_BIG:
		answer_too_big(p, packet, from, &to);
		break;
	case DROP_TUNNEL_LIMIT: /* RFC 2473 §4.1.1 (b) */
		icmp6_error(p->worker, packet, from, ICMP6_PARAMETER_PROBLEM, ICMP6_PROBLEM_FIELD,
			    p->pointer);
		break;
	case DROP_FRAGMENT_LENGTH: /* RFC 8200 §4.5, as are the next two */
		icmp6_error(p->worker, packet, &to, ICMP6_PARAMETER_PROBLEM, ICMP6_PROBLEM_FIELD,
			    p->pointer);
		break;
	case DROP_FRAGMENT_HEADERS:
		icmp6_error(p->worker, packet, &to, ICMP6_PARAMETER_PROBLEM,
			    ICMP6_PROBLEM_FIRST_FRAGMENT, 0);
		break;
	case DROP_REASSEMBLY_TIMEOUT:
		icmp6_error(p->worker, packet, &to, ICMP6_TIME_EXCEEDED, ICMP6_TIME_REASSEMBLY, 0);
		break;
	case DROP_NO_BINDING:
		icmp6_error(p->worker, packet, from, ICMP6_UNREACHABLE, ICMP6_UNREACHABLE_ADDRESS,
			    0);
		break;
	case DROP_LINK_LOCAL:
		answer_link_local(p, packet);
		break;
	case DROP_NO_ROUTE:
		icmp6_error(p->worker, packet, from, ICMP6_UNREACHABLE, ICMP6_UNREACHABLE_NO_ROUTE,
			    0);
		break;
	default:
		break;
	}
}

bool icmp6_answer_echo(uint16_t worker, const struct ip6_packet *packet, const struct ip_addr *node)
{
	uint16_t octets = (uint16_t)cursor_left(&packet->payload);
	struct recipient recipient = recipient_of(node);
	uint8_t message[ECHO_OCTETS_MAX];
	struct cursor request = packet->payload;
	uint8_t type;
	uint8_t code;

	if (packet->protocol != PROTO_ICMP6 || octets < ICMP6_ERROR_OCTETS ||
	    octets > sizeof(message))
		return false;
	if (!cursor_u8(&request, &type) || !cursor_u8(&request, &code) ||
	    type != ICMP6_ECHO_REQUEST || code != 0 ||
	    ip6_checksum(node, &packet->destination, PROTO_ICMP6, packet->payload.at, octets) != 0)
		return false;
	memcpy(message, packet->payload.at, octets);
	message[0] = ICMP6_ECHO_REPLY;
	message[2] = 0;
	message[3] = 0;
	return send_message(worker, &packet->destination, &recipient, PROTO_ICMP6, message, octets);
}
