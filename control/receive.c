/* SPDX-License-Identifier: BSD-3-Clause */
#include "receive.h"

#include <rte_cycles.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "correspondent/correspondent.h"
#include "correspondent/tokens.h"
#include "counters.h"
#include "ha/dataplane.h"
#include "ha/time.h"
#include "ha/wire/icmp6.h"
#include "ha/wire/ip6.h"
#include "hold.h"
#include "icmp6.h"
#include "ip6_packet.h"
#include "limiter.h"
#include "mh/binding_ack.h"
#include "mh/binding_error.h"
#include "mh/mh.h"
#include "mh/refresh_request.h"
#include "mh/return_test.h"
#include "multicast/listeners.h"
#include "receive4.h"
#include "registration/registration.h"
#include "revocation/revocation.h"
#include "router/router.h"
#include "send.h"
#include "service.h"
#include "tunnel/relay.h"
#include "update.h"

enum {
	BATCH = 64,
	LOOKS_PER_S = 50000, /* at most, unless all of a batch was there */
	FETCH_STEPS = 3,
	HOME_OPTION_OFFSET = 46,  /* after the fixed header, two octets and four of padding */
	REQUEST_HOME_OFFSET = 32, /* in a Registration Request with its IP and UDP headers */
	FETCH_OCTETS = 192,	  /* of a packet; a Binding Update with its options has them */
};

static uint64_t next_look_tsc; /* 0: at once */

/* RFC 6275 §9.3.3: to the source as on the wire, about the home address as on the wire. Through a
 * tunnel when that source is a mobile node of ours. */
static void send_binding_error(uint16_t worker, const struct ip6_packet *packet,
			       enum binding_error_status status)
{
	static const struct ip_addr none;
	uint8_t message[BINDING_ERROR_OCTETS];

	if (!ip_addr_is_unicast_routable(&packet->source))
		return;
	if (!limiter_allows(&packet->source, monotonic_ms())) {
		count(COUNT_ANSWERS_LIMITED);
		return;
	}
	binding_error_encode(status, packet->has_home_address ? &packet->home : &none, message);
	if (send_to_address(worker, &packet->destination, &packet->source, PROTO_MOBILITY, message,
			    sizeof(message)))
		count(COUNT_ERRORS_SENT);
}

static void answer_field(uint16_t worker, const struct ip6_packet *packet, uint16_t error_offset)
{
	icmp6_error_directly(worker, packet->whole, &packet->destination, ICMP6_PARAMETER_PROBLEM,
			     ICMP6_PROBLEM_FIELD,
			     (uint32_t)(packet->payload_offset + error_offset));
}

/* A message that a home agent reads and does not act on. A Binding Error is not answered with
 * another one, nor with anything else. */
static void receive_unasked(uint16_t worker, const struct ip6_packet *packet, enum mh_type type,
			    struct cursor message)
{
	enum decode_result result = DECODE_GOOD;
	enum control_counter outcome = COUNT_MH_UNEXPECTED;
	struct binding_error error;
	struct received_ack ack;
	struct return_test test;
	uint16_t offset = 0;

	if (type == MH_BINDING_REFRESH_REQUEST) {
		outcome = COUNT_MH_REFRESH_REQUEST;
		result = refresh_request_decode(message, &offset);
	} else if (type == MH_HOME_TEST || type == MH_CARE_OF_TEST) {
		outcome = type == MH_HOME_TEST ? COUNT_MH_HOME_TEST : COUNT_MH_CARE_OF_TEST;
		result = return_test_decode(message, &test, &offset);
	} else if (type == MH_BINDING_ACK) {
		outcome = COUNT_MH_BINDING_ACK;
		result = binding_ack_decode(message, &ack, &offset);
	} else if (type == MH_BINDING_ERROR) {
		outcome = COUNT_MH_BINDING_ERROR;
		result = binding_error_decode(message, &error, &offset);
	}
	count(result == DECODE_GOOD ? outcome : COUNT_MH_MALFORMED);
	if (result == DECODE_OPTION_LENGTH && type != MH_BINDING_ERROR)
		answer_field(worker, packet, offset);
}

static void receive_message(uint16_t worker, const struct ip6_packet *packet,
			    const struct mh_header *header)
{
	struct cursor message = cursor_of(packet->payload.at, header->octets);

	switch ((enum mh_type)header->type) {
	case MH_BINDING_UPDATE:
		update_handle(worker, packet, message);
		break;
	case MH_HOME_TEST_INIT:
	case MH_CARE_OF_TEST_INIT:
		if (correspondent_is_on())
			tokens_answer(worker, packet, header->type, message);
		else
			count(COUNT_MH_UNEXPECTED);
		break;
	case MH_BINDING_REVOCATION:
		revocation_handle(worker, packet, message);
		break;
	case MH_BINDING_REFRESH_REQUEST:
	case MH_HOME_TEST:
	case MH_CARE_OF_TEST:
	case MH_BINDING_ACK:
	case MH_BINDING_ERROR:
		receive_unasked(worker, packet, header->type, message);
		break;
	case MH_HOME_AGENT_SWITCH: /* of a type that mh_check does not know */
		break;
	}
}

static void receive_mobility(uint16_t worker, const struct ip6_packet *packet,
			     const struct ip_addr *node)
{
	struct mh_header header;

	switch (mh_check(packet->payload, node, &packet->destination, &header)) {
	case MH_GOOD:
		receive_message(worker, packet, &header);
		break;
	case MH_SHORT:
		count(COUNT_MH_SHORT);
		break;
	case MH_CHECKSUM:
		count(COUNT_MH_CHECKSUM);
		break;
	case MH_UNKNOWN_TYPE:
		count(COUNT_MH_UNKNOWN_TYPE);
		send_binding_error(worker, packet, BINDING_ERROR_UNKNOWN_TYPE);
		break;
	case MH_PAYLOAD_PROTO:
		count(COUNT_MH_PAYLOAD_PROTO);
		answer_field(worker, packet, header.error_offset);
		break;
	case MH_HEADER_LENGTH:
		count(COUNT_MH_HEADER_LENGTH);
		answer_field(worker, packet, header.error_offset);
		break;
	}
}

/* RFC 6275 §9.3.1: but for ESP, AH and the Mobility Header, a Home Address option needs a binding
 * from that very place. */
static bool home_address_is_bound(const struct ip6_packet *packet)
{
	const struct registration *r = registration_find(&packet->home);

	if (r != NULL && r->state == REGISTRATION_VALID)
		return ip_addr_equal(&r->care_of, &packet->source);
	return correspondent_is_bound(&packet->home, &packet->source);
}

static bool is_exempt(uint8_t next)
{
	return next == PROTO_ESP || next == PROTO_AH || next == PROTO_MOBILITY;
}

static void receive_local(const struct punt *p, const struct ip6_packet *packet)
{
	const struct ip_addr *node = packet->has_home_address ? &packet->home : &packet->source;

	/* An answer would come to ourselves. */
	if (service_is_ours(&packet->source)) {
		count(COUNT_SOURCE_IS_OURS);
		return;
	}
	if (packet->has_home_address && (!ip_addr_is_unicast_routable(&packet->home) ||
					 ip_addr_is_multicast(&packet->source))) {
		count(COUNT_HOME_ADDRESS_INVALID);
		return;
	}
	if (packet->has_home_address && !is_exempt(packet->home_address_next) &&
	    !home_address_is_bound(packet)) {
		count(COUNT_HOME_ADDRESS_UNKNOWN);
		send_binding_error(p->worker, packet, BINDING_ERROR_UNKNOWN_BINDING);
		return;
	}
	if (router_handle(p->worker, packet, node))
		return;
	if (packet->protocol == PROTO_MOBILITY)
		receive_mobility(p->worker, packet, node);
	else if (icmp6_answer_echo(p->worker, packet, node))
		count(COUNT_ECHO_ANSWERED);
	else
		count(COUNT_LOCAL_UNKNOWN);
}

static void receive_error(const struct punt *p, const struct ip6_packet *packet)
{
	if (service_is_ours(&packet->source))
		count(COUNT_SOURCE_IS_OURS);
	else
		relay_error(p->worker, packet);
}

static void receive_packet(const struct punt *p, struct cursor bytes)
{
	struct ip6_packet packet;
	uint16_t error_offset = 0;

	switch (ip6_packet_decode(bytes.at, cursor_left(&bytes), &packet, &error_offset)) {
	case IP6_PACKET_GOOD:
		packet.arrival = p;
		if (p->class == PUNT_TUNNEL_ERROR)
			receive_error(p, &packet);
		else
			receive_local(p, &packet);
		break;
	case IP6_PACKET_FRAGMENT:
		count(COUNT_PACKET_FRAGMENT);
		break;
	case IP6_PACKET_UNKNOWN_OPTION:
		count(COUNT_PACKET_MALFORMED);
		icmp6_error(p->worker, bytes, &packet.destination, ICMP6_PARAMETER_PROBLEM,
			    ICMP6_PROBLEM_OPTION, error_offset);
		break;
	case IP6_PACKET_UNKNOWN_ROUTING:
		count(COUNT_PACKET_MALFORMED);
		icmp6_error(p->worker, bytes, &packet.destination, ICMP6_PARAMETER_PROBLEM,
			    ICMP6_PROBLEM_FIELD, error_offset);
		break;
	case IP6_PACKET_MALFORMED:
		count(COUNT_PACKET_MALFORMED);
		break;
	}
}

/* Which version of IP; workers hand on no packet without a header. */
static bool is_ip4(struct cursor bytes)
{
	return bytes.at[0] >> 4 == 4;
}

static void receive_one(const struct punt *p)
{
	struct cursor bytes = cursor_of(rte_pktmbuf_mtod(p->packet, const void *),
					rte_pktmbuf_data_len(p->packet));

	if (p->class == PUNT_RESOLVE) {
		hold_packet(p);
		return;
	}
	if (is_ip4(bytes)) {
		receive4(p, bytes);
	} else if (p->class == PUNT_ERROR) {
		icmp6_answer_drop(p, bytes);
		count(COUNT_ERROR_CONSIDERED);
	} else if (p->class == PUNT_LISTENER) {
		listeners_receive(bytes);
	} else {
		receive_packet(p, bytes);
	}
	rte_pktmbuf_free(p->packet);
}

/* Workers wrote the packets on other CPUs. Asked for all at once, they do not wait one by one. */
static void fetch_packets(const struct punt punts[], unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		rte_mbuf_prefetch_part1(punts[i].packet);
		rte_mbuf_prefetch_part2(punts[i].packet);
	}
	for (unsigned int i = 0; i < n; i++)
		for (unsigned int at = 0; at < FETCH_OCTETS; at += RTE_CACHE_LINE_SIZE)
			rte_prefetch0(rte_pktmbuf_mtod_offset(punts[i].packet, void *, at));
}

/* Where a Binding Update has its home address: in a Home Address option that comes first, else in
 * the source address. */
static bool guess_home6(const uint8_t *ip, uint16_t octets, struct ip_addr *home)
{
	bool has_option;

	if (octets < HOME_OPTION_OFFSET + 2 + sizeof(*home))
		return false;
	has_option = ip[offsetof(struct ip6_hdr_wire, next_header)] == PROTO_DEST_OPTIONS &&
		     ip[HOME_OPTION_OFFSET] == OPTION_HOME_ADDRESS;
	memcpy(home->bytes,
	       ip + (has_option ? HOME_OPTION_OFFSET + 2 : offsetof(struct ip6_hdr_wire, source)),
	       sizeof(home->bytes));
	return true;
}

/* Where a Registration Request has it, behind headers without options. */
static bool guess_home4(const uint8_t *ip, uint16_t octets, struct ip_addr *home)
{
	if (octets < REQUEST_HOME_OFFSET + 4)
		return false;
	*home = ip4_mapped(ip + REQUEST_HOME_OFFSET);
	return true;
}

/* A guess, before anything was checked: good for fetching only. */
static bool guess_home(const struct punt *p, struct ip_addr *home)
{
	const uint8_t *ip = rte_pktmbuf_mtod(p->packet, const uint8_t *);
	uint16_t octets = rte_pktmbuf_data_len(p->packet);

	if (p->class > PUNT_SIGNALLING_NEW || octets == 0)
		return false;
	return ip[0] >> 4 == 4 ? guess_home4(ip, octets, home) : guess_home6(ip, octets, home);
}

static void fetch_tables(const struct punt punts[], unsigned int n)
{
	struct ip_addr homes[BATCH];
	unsigned int count = 0;

	for (unsigned int i = 0; i < n; i++)
		count += guess_home(&punts[i], &homes[count]);
	for (unsigned int step = 0; step < FETCH_STEPS; step++)
		for (unsigned int i = 0; i < count; i++)
			update_fetch(&homes[i], step);
}

/* Where a worker puts the next packet this thread looks for it, and each look takes that line from the worker's CPU. So it looks
 * now and then, and takes what has come meanwhile. */
static bool is_time_to_look(uint64_t now_tsc)
{
	if (now_tsc < next_look_tsc)
		return false;
	next_look_tsc = now_tsc + rte_get_tsc_hz() / LOOKS_PER_S;
	return true;
}

unsigned int receive_poll(void *unused)
{
	struct punt punts[BATCH];
	unsigned int n;

	(void)unused;
	if (!is_time_to_look(rte_rdtsc()))
		return 0;
	n = dataplane_punted(punts, BATCH);
	fetch_packets(punts, n);
	fetch_tables(punts, n);
	for (unsigned int i = 0; i < n; i++)
		receive_one(&punts[i]);
	if (n == BATCH)
		next_look_tsc = 0;
	return n;
}
