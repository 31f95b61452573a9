/* SPDX-License-Identifier: BSD-3-Clause */
#include "icmp4.h"

#include "checksum.h"
#include "counters.h"
#include "ha/drop.h"
#include "ha/time.h"
#include "ha/wire/ip4.h"
#include "limiter.h"
#include "nexthop.h"
#include "registration/registration.h"
#include "send4.h"
#include "service.h"
#include "service4.h"

enum {
	/* RFC 1812 §4.3.2.3: as much of the packet as fits a message of 576 octets. */
	QUOTE_MAX = 576 - (int)sizeof(struct ip4_hdr_wire) - ICMP4_ERROR_OCTETS,
	ECHO_OCTETS_MAX = 1952, /* what fits one of our buffers behind the headers */
};

/* RFC 1122 §3.2.2: what no error is sent about. */
static bool is_error(const struct ip4_packet *packet)
{
	struct cursor at = packet->payload;
	uint8_t type;

	if (packet->protocol != PROTO_ICMP)
		return false;
	if (!cursor_u8(&at, &type))
		return true;
	return type != ICMP4_ECHO_REPLY && type != ICMP4_ECHO_REQUEST &&
	       (type <= ICMP4_REDIRECT || type == ICMP4_TIME_EXCEEDED ||
		type == ICMP4_PARAMETER_PROBLEM);
}

/* RFC 1812 §4.3.2.7: never about an error, to or from what is no single host, nor about a fragment but the first. */
static bool may_answer(const struct ip4_packet *packet)
{
	if (!ip4_is_unicast(ip4_number(&packet->source)) ||
	    service4_is_broadcast(&packet->source) || service_is_ours(&packet->source))
		return false;
	if (!ip4_is_unicast(ip4_number(&packet->destination)) ||
	    service4_is_broadcast(&packet->destination))
		return false;
	return (packet->fragment & IP4_OFFSET) == 0 && !is_error(packet);
}

bool icmp4_error(uint16_t worker, struct cursor offending, const struct ip_addr *from, uint8_t type,
		 uint8_t code, uint32_t value)
{
	uint8_t message[ICMP4_ERROR_OCTETS + QUOTE_MAX];
	struct writer w = writer_of(message, sizeof(message));
	struct ip4_packet packet;
	uint16_t octets;
	size_t quoted;

	if (!ip4_quote_decode(offending, &packet, &octets) || !may_answer(&packet))
		return false;
	if (!limiter_allows(&packet.source, monotonic_ms())) {
		count(COUNT_ANSWERS_LIMITED);
		return false;
	}
	quoted = cursor_left(&packet.whole);
	writer_u8(&w, type);
	writer_u8(&w, code);
	writer_u16(&w, 0);
	writer_u32(&w, value);
	writer_bytes(&w, packet.whole.at, quoted < QUOTE_MAX ? quoted : QUOTE_MAX);
	if (!send4_icmp(worker, from, &packet.source, message, (uint16_t)(w.at - message)))
		return false;
	count(COUNT_ICMP4_SENT);
	return true;
}

/* What fits the reverse tunnel of a visitor whose packet did not; 0: it is none's. */
static uint32_t mtu_of_visitor(const struct punt *p, const struct ip4_packet *packet)
{
	const struct ip_addr key = visitor_key(ip4_octets(&packet->source));
	const struct registration *r = p->tunnelled ? NULL : registration_find(&key);

	return r != NULL && (r->binding->flags & BINDING_REVERSE) != 0 ? r->binding->inner_mtu : 0;
}

/* RFC 1191 §4: what gets through to all care-of addresses of a mobile node, or by the way to anybody else. */
static uint32_t mtu_towards(const struct ip_addr *to)
{
	const struct registration *r = registration_find(to);
	uint32_t mtu = UINT16_MAX;

	if (r == NULL)
		return nexthop_mtu(nexthop_towards(to));
	for (; r != NULL; r = r->also)
		if (r->binding->inner_mtu < mtu)
			mtu = r->binding->inner_mtu;
	return mtu;
}

/* An address of ours that the node knows: of its own home network, or of that it wrote to. */
static const struct ip_addr *speaker(const struct ip4_packet *packet, bool tunnelled)
{
	int network = service4_network_of(tunnelled ? &packet->source : &packet->destination);
	uint16_t count;

	if (network >= 0)
		return &service4_network_at((uint16_t)network)->home_agent;
	return &service4_agents(&count)[0].address;
}

struct answer {
	uint8_t type;
	uint8_t code;
};

static const struct answer answers[DROP_REASON_COUNT] = {
	[DROP_HOP_LIMIT] = {ICMP4_TIME_EXCEEDED, 0},
	[DROP_REASSEMBLY_TIMEOUT] = {ICMP4_TIME_EXCEEDED, 1},
	[DROP_TOO_BIG] = {ICMP4_UNREACHABLE, ICMP4_UNREACHABLE_TOO_BIG},
	[DROP_NO_ROUTE] = {ICMP4_UNREACHABLE, ICMP4_UNREACHABLE_NET},
	/* RFC 5944 §3.8: the home agent is the only router that knows this host. */
	[DROP_NO_BINDING] = {ICMP4_UNREACHABLE, ICMP4_UNREACHABLE_HOST},
};

void icmp4_answer_drop(const struct punt *p, struct cursor bytes)
{
	const struct answer *answer = &answers[p->reason];
	struct ip4_packet packet;
	uint32_t value = 0;
	uint16_t octets;

	if (answer->type == 0 || !ip4_quote_decode(bytes, &packet, &octets))
		return;
	if (p->reason == DROP_TOO_BIG)
		value = mtu_of_visitor(p, &packet);
	if (p->reason == DROP_TOO_BIG && value == 0)
		value = mtu_towards(&packet.destination);
	if (p->reason == DROP_TOO_BIG && value < IP4_MTU_MIN)
		value = IP4_MTU_MIN;
	icmp4_error(p->worker, bytes, speaker(&packet, p->tunnelled), answer->type, answer->code,
		    value);
}

bool icmp4_is_echo_request(const struct ip4_packet *packet)
{
	const uint8_t *message = packet->payload.at;
	size_t octets = cursor_left(&packet->payload);

	return packet->protocol == PROTO_ICMP && octets >= ICMP4_ERROR_OCTETS &&
	       octets <= ECHO_OCTETS_MAX && message[0] == ICMP4_ECHO_REQUEST && message[1] == 0 &&
	       plain_checksum(message, (uint32_t)octets) == 0;
}

void icmp4_answer_echo(uint16_t worker, const struct ip4_packet *packet)
{
	size_t octets = cursor_left(&packet->payload);
	uint8_t message[ECHO_OCTETS_MAX];

	memcpy(message, packet->payload.at, octets);
	message[0] = ICMP4_ECHO_REPLY;
	message[2] = 0;
	message[3] = 0;
	send4_icmp(worker, &packet->destination, &packet->source, message, (uint16_t)octets);
}
