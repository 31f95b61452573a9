/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp6.h"

#include "checksum.h"
#include "counters.h"
#include "ha/drop.h"
#include "ha/encap.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "limiter.h"
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
 * as one. */
static bool is_error(struct cursor packet)
{
	struct ip6_packet decoded;
	uint16_t unused;
	uint8_t type;

	if (ip6_packet_decode(packet.at, cursor_left(&packet), &decoded, &unused) ==
	    IP6_PACKET_MALFORMED)
		return true;
	if (decoded.protocol != PROTO_ICMP6)
		return false;
	return !cursor_u8(&decoded.payload, &type) || type < ICMP6_INFORMATIONAL ||
	       type == ICMP6_REDIRECT;
}

/* RFC 4443 §2.4 (e.3) to (e.6). */
static bool may_answer(struct cursor packet, const struct ip_addr *source, uint8_t type,
		       uint8_t code)
{
	struct ip_addr destination = address_at(packet, DESTINATION_OFFSET);
	bool even_to_multicast = type == ICMP6_PACKET_TOO_BIG ||
				 (type == ICMP6_PARAMETER_PROBLEM && code == ICMP6_PROBLEM_OPTION);

	if (!ip_addr_is_unicast_routable(source) || service_is_ours(source))
		return false;
	if (ip_addr_is_multicast(&destination) && !even_to_multicast)
		return false;
	return !is_error(packet);
}

/* RFC 4443 §2.4 (c): as much of the packet as fits the least MTU, whatever goes in front. */
static size_t quote_octets(struct cursor offending, const struct recipient *recipient)
{
	size_t room = QUOTE_MAX - (recipient->has_home ? (size_t)ROUTING_TYPE_2_OCTETS : 0);
	size_t whole = cursor_left(&offending);

	return whole < room ? whole : room;
}

static void send_error(uint16_t worker, struct cursor offending, const struct ip_addr *from,
		       const struct recipient *recipient, uint8_t type, uint8_t code,
		       uint32_t value)
{
	struct ip_addr source = address_at(offending, SOURCE_OFFSET);
	uint8_t message[ICMP6_ERROR_OCTETS + QUOTE_MAX];
	struct writer w = writer_of(message, sizeof(message));

	if (!may_answer(offending, &source, type, code))
		return;
	if (!limiter_allows(&source, monotonic_ms())) {
		count(COUNT_ANSWERS_LIMITED);
		return;
	}
	writer_u8(&w, type);
	writer_u8(&w, code);
	writer_u16(&w, 0);
	writer_u32(&w, value);
	writer_bytes(&w, offending.at, quote_octets(offending, recipient));
	if (send_message(worker, from, recipient, PROTO_ICMP6, message, (uint16_t)(w.at - message)))
		count(COUNT_ICMP_SENT);
}

void icmp6_error(uint16_t worker, struct cursor offending, const struct ip_addr *from, uint8_t type,
		 uint8_t code, uint32_t value)
{
	struct ip_addr source = address_at(offending, SOURCE_OFFSET);
	struct recipient recipient = recipient_of(&source);

	send_error(worker, offending, from, &recipient, type, code, value);
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

	if (r != NULL && r->state == REGISTRATION_VALID)
		mtu = r->binding->inner_mtu;
	else
		mtu = nexthop_mtu(nexthop_towards(to));
	if (mtu < IP6_MTU_MIN)
		mtu = IP6_MTU_MIN;
	if (cursor_left(&packet) > mtu)
		icmp6_error(p->worker, packet, from, ICMP6_PACKET_TOO_BIG, 0, mtu);
}

void icmp6_answer_drop(const struct punt *p, struct cursor packet)
{
	struct ip_addr to = address_at(packet, DESTINATION_OFFSET);
	const struct ip_addr *from = service_address_for(&to);

	switch (p->reason) {
	case DROP_HOP_LIMIT:
		icmp6_error(p->worker, packet, from, ICMP6_TIME_EXCEEDED, 0, 0);
		break;
	case DROP_TOO_BIG:
		answer_too_big(p, packet, from, &to);
		break;
	case DROP_NO_BINDING:
		icmp6_error(p->worker, packet, from, ICMP6_UNREACHABLE, ICMP6_UNREACHABLE_ADDRESS,
			    0);
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
